"""The files of the app's volumes beside those in use: restored by restic, which checks all it reads."""

import os
import shutil
from datetime import UTC, datetime

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
        if os.path.lexists(path):
            shutil.rmtree(path)


def _bring(backup: Backup) -> datetime:
    forget()
    host.folder(_new(), 'root', 0o700)
    order = backup.place.order
    holes = ['--sparse'] if files.has_sparse() else []
    words = ['--no-lock', 'restore', *holes, backup.label, '--target', _new()]
    files.restic(order, backup.place.where, *words)
    # It makes the whole path of what was backed up.
    os.rename(f'{_new()}/{backup.path.lstrip("/")}', restored())
    shutil.rmtree(_new())
    return datetime.fromtimestamp(backup.time, UTC)


def _new() -> str:
    return f'{host.VOLUME}/restore.new'
