"""A release's systemd unit: installed, started, looked at, removed."""

import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from . import appuser, nofollow, quadlet
from .failure import Failure
from .manifest import Manifest
from .store import RELEASES, socket_directory

# ST_NOSYMFOLLOW of statfs(2), which Python does not name.
NOSYMFOLLOW = 0x2000


def ensure_manager() -> None:
    """The user's systemd runs from boot on; if it has given up, it is started again."""
    _ensure(f'user@{appuser.uid()}.service')


def ensure_mount() -> None:
    """The proxy follows no link of the app's: see the unit."""
    _ensure('srv-app-releases.mount')
    if not os.statvfs(RELEASES).f_flag & NOSYMFOLLOW:
        raise Failure(
            f'{RELEASES} is mounted without nosymfollow: the app could lead the proxy to any socket. '
            'Fix: sudo systemctl restart srv-app-releases.mount'
        )


def _ensure(unit: str) -> None:
    if subprocess.run(['systemctl', 'start', unit], capture_output=True, check=False).returncode != 0:
        raise Failure(f'{unit} cannot be started: sudo journalctl -u {unit} says why')


def install(manifest: Manifest, image: str) -> None:
    """Writes the unit first: it names the secrets, so whatever is left behind can be found by it."""
    write(manifest.name, quadlet.unit(manifest, image, socket_directory(manifest.name)))
    if manifest.replica > 1:
        # They are the first replica's.
        reload()
        return
    # Each takes Podman a second on a small machine, most of it spent on its own start.
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(lambda item: _create_secret(manifest.id, *item), manifest.secrets.items()))
    reload()


def write(name: str, text: str) -> None:
    """The unit `app-NAME`, of which systemd learns when it is reloaded."""
    appuser.write(path(name), text)


def erase(name: str) -> None:
    """Of a unit that does not run any more."""
    appuser.remove(path(name))
    # As a pattern, which matches nothing where systemd does not know the unit any more.
    systemctl('reset-failed', f'app-{name}.servic[e]')


def _create_secret(release: str, name: str, value: str) -> None:
    name = quadlet.secret(release, name)
    appuser.run('podman', 'secret', 'create', '--replace', name, '-', stdin=value)


def start(release: str) -> None:
    if systemctl('start', f'app-{release}.service').returncode != 0:
        raise Failure('the container cannot be started')


def start_soon(names: list[str]) -> None:
    """Without waiting for them; one that cannot be started keeps none of the others back."""
    systemctl('start', '--no-block', *(f'app-{name}.service' for name in names))


def stop(release: str) -> None:
    """Asks the app to end what it has begun; systemd waits for it."""
    systemctl('stop', f'app-{release}.service')


def restart(release: str) -> None:
    if systemctl('restart', f'app-{release}.service').returncode != 0:
        raise Failure('the container cannot be started')


def active_seconds(release: str) -> float | None:
    """How long the unit has been running; None if it does not."""
    asked = ('--property=ActiveState', '--property=ActiveEnterTimestampMonotonic')
    shown = systemctl('show', *asked, f'app-{release}.service').stdout
    found = dict(line.split('=', 1) for line in shown.splitlines() if '=' in line)
    if found.get('ActiveState') != 'active':
        return None
    return time.monotonic() - int(found.get('ActiveEnterTimestampMonotonic') or 0) / 1_000_000


def stopped(release: str) -> bool:
    """
    There, and nothing is about to start it. Of one that was stopped the state is `failed` where its
    app ends with another status than 0.
    """
    asked = ('--property=LoadState', '--property=ActiveState', '--property=Job')
    shown = systemctl('show', *asked, f'app-{release}.service').stdout
    if 'LoadState=loaded' not in shown or re.search(r'^Job=[0-9]', shown, re.MULTILINE):
        return False
    return re.search(r'^ActiveState=(inactive|failed)$', shown, re.MULTILINE) is not None


def restarts(release: str) -> int:
    """How often the container has ended by itself since it was started."""
    shown = systemctl('show', '--property=NRestarts', '--value', f'app-{release}.service').stdout
    return int(shown.strip() or 0)


def remove(release: str) -> None:
    """
    Takes the unit, its container, its file in /run and its secrets away, which further replicas share
    with the first; content with what is not there. systemd forgets the unit when it is reloaded for the
    next one.
    """
    text = nofollow.read(path(release))
    if text is None:
        return
    stop(release)
    # Which the release's own unit has asked to stop, without waiting for it.
    systemctl('stop', quadlet.bridge_unit(release, '*'))
    names = [] if '.' in release else quadlet.secrets(text)
    if names:
        appuser.run('podman', 'secret', 'rm', '--ignore', *names)
    # Podman leaves it behind, and only a reboot empties the folder.
    appuser.remove(quadlet.PIDFILE.format(release).replace('%t', appuser.runtime_directory()))
    erase(release)


def installed() -> list[str]:
    """The releases that have a unit."""
    names = nofollow.names(os.path.dirname(path('')))
    found = (re.fullmatch(r'app-([0-9a-f]{12})\.container', name) for name in names)
    return [match[1] for match in found if match]


def installed_replicas() -> list[str]:
    """The further replicas that have a unit, as RELEASE.NUMBER."""
    names = nofollow.names(os.path.dirname(path('')))
    found = (re.fullmatch(r'app-([0-9a-f]{12}\.[0-9]+)\.container', name) for name in names)
    return [match[1] for match in found if match]


def logs(name: str, since: float, lines: int = 40) -> str:
    """
    The end of what the unit's container wrote since then (seconds since 1970), or else of what the
    unit did: why it could not start.
    """
    subprocess.run(['journalctl', '--sync'], capture_output=True, check=False)
    matches = (f'CONTAINER_NAME=app-{name}', f'_SYSTEMD_USER_UNIT=app-{name}.service')
    return next((found for match in matches if (found := _journal(match, since, lines))), '')


def _journal(match: str, since: float, lines: int) -> str:
    """As root, who may read the journals of all users."""
    where = [match, f'--since=@{int(since)}', f'--lines={lines}']
    return subprocess.run(
        ['journalctl', *where, '--output=cat', '--no-pager', '--quiet'],
        capture_output=True, text=True, errors='replace', check=False,
    ).stdout  # fmt: skip


def reload() -> None:
    systemctl('daemon-reload')


def systemctl(*arguments: str) -> subprocess.CompletedProcess:
    return appuser.run('systemctl', '--user', *arguments, check=False)


def path(release: str) -> str:
    return os.path.join(appuser.home(), f'.config/containers/systemd/app-{release}.container')
