"""
The release's own command: once in the new image before it gets traffic, migrations as a rule. And what
fills the database of an environment, once on its volume.
"""

import json
import os

from . import kept, quadlet, service, store, volumes
from .commands import ReleaseCommand
from .failure import Failure
from .manifest import Manifest

RUNS = '/var/lib/padlock/release-commands.json'
REMEMBERED = 50


def unit(release: str) -> str:
    return f'{release}-release'


def run(manifest: Manifest, image: str) -> None:
    """Returns when it has succeeded; raises if it fails, or is not done in time, which ends it."""
    _remember(manifest.id)
    _run(manifest, image, manifest.release_command, 'releaseCommand')


def must_seed(manifest: Manifest) -> bool:
    """Is there something to fill the database with, and was this volume's never filled by it?"""
    return manifest.seed_command is not None and not os.path.exists(_seeded())


def seed(manifest: Manifest, image: str) -> None:
    """As `run`; one that has failed runs again with the next release."""
    _run(manifest, image, manifest.seed_command, 'seedCommand')
    store.write(_seeded(), f'by release {manifest.id} at {kept.now()}\n', 0o644)


def _seeded() -> str:
    """Beside the rows: another host that the volume comes to has them."""
    return f'{volumes.MOUNT}/seeded'


def _run(manifest: Manifest, image: str, what: ReleaseCommand, key: str) -> None:
    command, seconds = what
    name = unit(manifest.id)
    limits = quadlet.Limits(manifest.memory_mib, manifest.cpus)
    service.write(name, quadlet.once(manifest, image, 'release', command, limits, seconds))
    service.reload()
    try:
        if service.systemctl('start', f'app-{name}.service').returncode != 0:
            raise Failure(_reason(name, seconds, key))
    finally:
        service.erase(name)


def _reason(name: str, seconds: int, key: str) -> str:
    asked = ('--property=Result', '--property=ExecMainStatus')
    shown = service.systemctl('show', *asked, f'app-{name}.service').stdout
    found = dict(line.split('=', 1) for line in shown.splitlines() if '=' in line)
    match found.get('Result'):
        case 'timeout':
            return f'{key} was not done after {seconds} s (releaseSeconds), and was ended'
        case 'exit-code':
            return f'{key} failed with exit {found.get("ExecMainStatus")}'
        case other:
            return f'{key} failed ({other})'


def since(release: str) -> list[str]:
    """The other releases whose command has run, to its end or not, since this one was made."""
    record = kept.load(release)
    if record is None:
        return []
    return [other for other, when in _runs().items() if other != release and when > record.when]


def _remember(release: str) -> None:
    runs = {other: when for other, when in _runs().items() if other != release}
    latest = list({**runs, release: kept.now()}.items())[-REMEMBERED:]
    store.write(RUNS, json.dumps(dict(latest)) + '\n', 0o600)


def _runs() -> dict[str, str]:
    """When each release's command began last, the latest last."""
    text = store.read(RUNS)
    return {} if text is None else json.loads(text)
