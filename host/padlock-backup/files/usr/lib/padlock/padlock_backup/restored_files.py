"""The files of the app's volumes beside those in use: restored by restic, which checks all it reads."""

import os
from datetime import UTC, datetime

from padlock_release import nofollow
from padlock_release.failure import Failure

from . import files, host
from .attempts import Kind, Part, first_whole
from .places import Backup


def restored() -> str:
    return f'{files.source()}.restored'


def bring(backups: list[Backup]) -> Part:
    """Tries one snapshot after the other; raises Failure where none is whole."""
    return first_whole(backups, Kind('files', 'snapshot', restored(), _bring, forget))


def forget() -> None:
    for path in (restored(), _new()):
        nofollow.remove(path)


def _bring(backup: Backup) -> datetime:
    if not files.is_source(backup.path):
        raise Failure(
            f'it is of {backup.path}, and the files of an app are in {files.source()} on every host'
        )
    forget()
    host.folder(_new(), 'root', 0o700)
    order = backup.place.order
    holes = ['--sparse'] if files.has_sparse() else []
    words = ['--no-lock', 'restore', *holes, backup.label, '--target', _new()]
    files.restic(order, backup.place.where, *words)
    # It makes the whole path of what was backed up.
    brought = f'{_new()}{backup.path}'
    if os.path.realpath(brought) != os.path.realpath(_new()) + backup.path or not os.path.isdir(brought):
        raise Failure(f'{brought} is not the folder that was backed up')
    os.rename(brought, restored())
    nofollow.remove(_new())
    return datetime.fromtimestamp(backup.time, UTC)


def _new() -> str:
    return f'{host.VOLUME}/restore.new'
