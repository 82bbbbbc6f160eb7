"""
The stack's volume on this host. `mount` makes a file system only where nothing is on it, and lets one
grow with its volume; `unmount` ends everything that uses it first; `resume` starts the app once it is
there, after a boot too; `state` prints what there is, as JSON.
"""

import contextlib
import glob
import json
import os
import time

import padlock_device
import padlock_last_backup
from padlock_release import handed, log, nofollow, processes, service, site, store, volumes
from padlock_release.failure import Failure, told

UNIT = 'srv-volume.mount'
# Seen on emulated machines under load: a first try fails, and the next one does not.
BUSY_SECONDS = 30
# The units ask for it (ConditionPathExists=!), so that a reboot mounts nothing that another host takes.
LET_GO = '/var/lib/padlock/volume-let-go'
# The provider's words for a detachment that fails name none.
WAY_BACK = (
    'the volume is let go of, and what needs it is off until another host has it. If the update fails '
    'before that, pulumi up again, with pulumi refresh before it where it was "Error detaching volume"; '
    'or have it back here: sudo /usr/lib/padlock/volume mount'
)


def main(words: list[str]) -> int:
    """The exit status."""
    try:
        match words:
            case ['mount']:
                mount()
            case ['unmount']:
                with store.lock():
                    unmount()
            case ['resume']:
                if not volumes.swapping():
                    resume()
            case ['state']:
                print(json.dumps(state()))
            case _:
                raise Failure('usage: volume mount | unmount | resume | state')
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    return 0


def mount() -> None:
    """The volume's file system is at /srv/volume, as large as the volume. What is there already stays."""
    path = padlock_device.path()
    padlock_device.appeared(path)
    _forget_let_go()
    if not volumes.mounted():
        padlock_device.formatted(path)
        if padlock_device.run('systemctl', 'start', UNIT).returncode != 0 or not volumes.mounted():
            raise Failure(f'{path} cannot be mounted: sudo journalctl -u {UNIT} says why')
    padlock_device.grown(path)
    os.makedirs(volumes.ROOT, mode=0o755, exist_ok=True)
    # After a try of another host to take it that came to nothing.
    if not volumes.swapping():
        resume()


def unmount() -> None:
    """Nothing of this host uses the volume any more; else raises Failure, and the app is up again."""
    service.ensure_manager()
    has = padlock_last_backup.made() if volumes.mounted() else []
    # A release that needs no volume goes on, as in a stack that is to have none any more.
    live = end_app()
    try:
        if volumes.mounted():
            handed.note(has)
        store.write(LET_GO, 'sudo /usr/lib/padlock/volume mount has it again\n', 0o644)
        if volumes.mounted():
            _unmount()
        padlock_device.free(padlock_device.path())
    except BaseException:
        _forget_let_go()
        padlock_device.run('systemctl', 'start', UNIT)
        handed.forget()
        _start(live)
        raise
    if _wanted():
        log.say(WAY_BACK)
    else:
        # The installer has left it for this.
        padlock_device.must(
            'apt-get', '--quiet', '--yes', '-o', 'DPkg::Lock::Timeout=200', 'purge', 'padlock-volume'
        )
        _forget_let_go()


def _unmount() -> None:
    """
    What systemd knows to need it (RequiresMountsFor=), as a database does, ends before it. Whatever starts
    such a unit meanwhile cancels the job (systemctl(1), --job-mode=), and finds the note of the end then.
    """
    deadline, said = time.monotonic() + BUSY_SECONDS, False
    while True:
        done = padlock_device.run('systemctl', 'stop', UNIT)
        if done.returncode == 0 and not volumes.mounted():
            return
        why = done.stderr.strip() or 'systemd does not say why'
        if time.monotonic() > deadline:
            raise Failure(f'{volumes.MOUNT} is still in use: sudo fuser -vm {volumes.MOUNT} ({why})')
        if not said:
            said = True
            log.say(f'{volumes.MOUNT} is in use, and is tried again for {BUSY_SECONDS} s: {why}')
        time.sleep(1)


def resume() -> None:
    """Starts the live release where it does not run; content with a host that has none yet."""
    release = store.current()
    if release is not None and not volumes.away() and not os.path.exists(LET_GO):
        service.ensure_manager()
        handed.forget()
        _start([release, *(name for name in service.installed_replicas() if name[:12] == release)])


def state() -> dict[str, object]:
    """`used` and `size` are bytes; both are absent where it is not mounted."""
    there = volumes.mounted()
    found: dict[str, object] = {
        'device': padlock_device.path(),
        'attached': os.path.exists(padlock_device.path()),
        'mounted': there,
    }
    if there:
        of = os.statvfs(volumes.MOUNT)
        found |= {'size': of.f_blocks * of.f_frsize, 'used': (of.f_blocks - of.f_bfree) * of.f_frsize}
    return found


def _forget_let_go() -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(LET_GO)


def _wanted() -> bool:
    """Is this program among the packages that were installed last?"""
    return bool(glob.glob(f'{site.WANTED}/padlock-volume_*.deb'))


def end_app() -> list[str]:
    """Ends workers, jobs and containers of releases that have the volume; returns what ran of them."""
    beside = list(filter(_needs, processes.installed()))
    all_of_them = [*beside, *filter(_needs, [*service.installed(), *service.installed_replicas()])]
    names = _running(all_of_them)
    timers = [f'app-{name}.timer' for name in beside]
    if all_of_them:
        service.systemctl('stop', *timers, *(f'app-{name}.service' for name in all_of_them))
    left = _running(all_of_them)
    if left:
        _start(names)
        raise Failure(f'{", ".join(left)} cannot be ended: sudo /usr/lib/padlock/logs says why')
    return names


def _needs(name: str) -> bool:
    """By its unit, as packages and release may be those of two updates; one that cannot be read does."""
    text = nofollow.read(service.path(name))
    return text is None or f'AssertPathIsMountPoint={volumes.MOUNT}\n' in text


def _running(names: list[str]) -> list[str]:
    return [name for name in names if service.active_seconds(name) is not None]


def _start(names: list[str]) -> None:
    if not names:
        return
    service.start_soon(names)
    release = store.current()
    if release is not None:
        processes.resume(release)
