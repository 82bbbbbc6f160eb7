"""
Directories of the stack's volume in the app's containers (appVolumes). They lie in a directory of
root's, so nobody else can plant a link in the place of one. Whom the image runs as, and so whom a
directory must belong to, only Podman knows: it makes a container that does not run, by which it gives
the directory and what is in it to that user (podman-run(1), --volume, U).
"""

import os
import pwd
import stat

from . import appuser, kept, nofollow, notes, store
from .failure import Failure
from .manifest import Manifest

MOUNT = '/srv/volume'
# Of a move of rows from one database to the other (padlock_move/state.py); padlock_database asks for it too.
MOVE = f'{MOUNT}/move.json'
ROOT = f'{MOUNT}/app'
# Of padlock-volume, which is there only where the stack has one.
UNIT = '/usr/lib/systemd/system/srv-volume.mount'
# Of padlock-backup, and of padlock-database.
BACKUP = '/usr/lib/padlock/backup'
DATABASE = '/usr/lib/padlock/database'


def mounted() -> bool:
    return os.path.ismount(MOUNT)


def away() -> bool:
    """The release that is live needs the volume, and it is not here: nothing of the app is started."""
    if mounted():
        return False
    record = kept.load(store.current() or '')
    return record is not None and record.manifest is not None and record.manifest.volumes is not None


def swapping() -> bool:
    """
    Is a restore, or an upgrade of the database, cut off or under way while the app must not run? Its end,
    which the units of padlock-backup and padlock-database see to, starts the app.
    """
    return _unfinished() is not None


def _unfinished() -> tuple[str, str] | None:
    """What it is, and the unit that ends it."""
    if _step('backup/restore.json') == 'swap' and os.path.exists(BACKUP):
        return 'a restore', 'padlock-backup-resume'
    if _step('upgrade/upgrade.json') in ('copy', 'swap') and os.path.exists(DATABASE):
        return 'an upgrade of the database', 'padlock-database-resume'
    return None


def _step(path: str) -> str | None:
    note = notes.read(f'{MOUNT}/{path}')
    return None if note is None else note['step']


def ensure(manifest: Manifest) -> None:
    """Raises Failure where the release is to have a volume that is not here, or is half swapped."""
    if manifest.volumes is None:
        return
    if not mounted():
        raise Failure(
            f'the volume is not mounted at {MOUNT}: sudo systemctl status srv-volume.mount says why. '
            'Fix: pulumi up --refresh attaches one that was detached'
        )
    unfinished = _unfinished()
    if unfinished is not None:
        what, unit = unfinished
        raise Failure(
            f'{what} was cut off, or is under way, and the app starts once the host has ended it: '
            f'sudo journalctl -u {unit} says how far it is. Fix: pulumi up again after that'
        )


def prepare(manifest: Manifest, image: str) -> None:
    """Has all directories of a release, with the owner that its image wants."""
    if not manifest.volumes:
        return
    for name in manifest.volumes.values():
        _make(name)
    _own(manifest, image)


def _make(name: str) -> None:
    """Of the user `app`, as root of a container is on the host, until Podman gives it to another one."""
    user = pwd.getpwnam('app')
    try:
        with nofollow.opened(ROOT) as parent:
            found = os.fstat(parent)
            if found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                fix = f'sudo chown root: {ROOT}; sudo chmod 755 {ROOT}'
                raise Failure(f'{ROOT} may be written to by others than root. Fix: {fix}')
            if nofollow.check(f'{ROOT}/{name}'):
                return
            os.mkdir(name, 0o750, dir_fd=parent)
            os.chown(name, user.pw_uid, user.pw_gid, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        raise Failure(f'{ROOT} is not there. Fix: sudo /usr/lib/padlock/volume mount') from None


def _own(manifest: Manifest, image: str) -> None:
    """Once for each release, not at each start: all files are looked at."""
    name = f'app-{manifest.id}-volumes'
    mounts = [f'--volume={source}:{path}:U' for path, source in _pairs(manifest)]
    command = manifest.command or []
    try:
        appuser.run(
            'podman', 'create', '--replace', '--name', name, '--pull=never', '--network=none',
            '--log-driver=none', *mounts, image, *command,
        )  # fmt: skip
        appuser.run('podman', 'init', name)
    finally:
        appuser.run('podman', 'rm', '--force', '--volumes', '--time=0', '--ignore', name, check=False)


def lines(manifest: Manifest) -> list[str]:
    """Of the unit's section [Container]."""
    return [f'Volume={source}:{path}' for path, source in _pairs(manifest)]


def conditions(manifest: Manifest) -> list[str]:
    """Of the unit's section [Unit]: without the volume nothing is started, nor written beside it."""
    return [] if manifest.volumes is None else [f'AssertPathIsMountPoint={MOUNT}']


def _pairs(manifest: Manifest) -> list[tuple[str, str]]:
    return [(path, f'{ROOT}/{name}') for path, name in (manifest.volumes or {}).items()]
