"""Bytes that a restore needs on the volume: for what it brings, and for the backup that follows it there."""

from typing import NamedTuple

from padlock_release import log
from padlock_release.failure import Failure

from . import files, host, managed, room
from .attempts import TRIED
from .order import Order
from .places import Backup

# The log that comes and goes with a recovery, and what else a folder of files takes.
LOG = 512 * room.MIB
FOLDER = 64 * room.MIB


class Needs(NamedTuple):
    restored: int
    backup: int


def of(chosen: dict[str, list[Backup]], grown: bool, own: Order | None, here: bool = False) -> Needs:
    """
    With `grown`, all that there is is restored; `own`: of a host that makes backups of its own; `here`: does
    a dump go into the host's own database?
    """
    restored = backup = 0
    if 'database' in chosen:
        size = database(chosen['database'], grown)
        restored += size + LOG
        if own is not None and own.database:
            backup += int(size * _stored(chosen['database'])) + FOLDER
    if 'managed' in chosen and here:
        # It has no indexes, and the log has all of it once more.
        size = _size(chosen['managed'][0], managed.OF) * 2
        restored += size + LOG
        if own is not None and own.database:
            backup += size + FOLDER
    if 'files' in chosen:
        newest = chosen['files'][0]
        # Without holes it is as large as programs read it.
        size = newest.size if newest.size and files.has_sparse() else _size(newest)
        restored += size + FOLDER
        # What came from the volume is in its backups.
        if own is not None and own.files and newest.place.where != 'volume':
            backup += size
    return Needs(restored, backup)


def database(backups: list[Backup], grown: bool) -> int:
    """What the largest of them takes, or with `grown` what it has become since then."""
    there = room.of_folder(f'{host.data()}/base') if grown else 0
    return max(there, *(one.size for one in backups[: 2 * TRIED]))


def _stored(backups: list[Backup]) -> float:
    """The part of its size that a backup takes where it is kept, by those that there are."""
    return max(min(1.0, one.stored / one.size) if one.stored else 1.0 for one in backups[: 2 * TRIED])


def _size(backup: Backup, of: str = 'files') -> int:
    """0 for one that cannot be read: who is to restore it says so, and its room is watched meanwhile."""
    try:
        return files.size(backup.place.order, backup.place.where, backup.label, of)
    except Failure as failure:
        log.say(f'how large {backup.label} from {backup.place} is cannot be told: {failure}')
        return 0
