"""
Whose backups are meant where there are those of more than one. A volume that was lost comes back with an
empty database and empty directories, and a cluster with an empty database, whose backups are the newest: all
that there is would be nothing.
"""

from datetime import UTC, datetime

from padlock_release.failure import Failure

from . import origin, timelines
from .places import Backup
from .state import FORM

ONE = {'database': 'one database', 'files': "one volume's files", 'managed': 'one cluster'}


def ensure_one(there: list[Backup], what: str) -> list[Backup]:
    """
    Those of `there` that may be meant without a moment or a label; raises Failure where nobody can tell. What
    a restore has brought is what is meant.
    """
    newest = max(there, key=lambda one: one.time)
    others = [one for one in there if one.system != newest.system and not _says_nothing(one, there, what)]
    if not others:
        return [one for one in there if one.system == newest.system]
    if newest.place.own and _is_restored(what):
        return there
    first = min(one.start for one in there if one.system == newest.system)
    # It was there before the others and is there after them.
    if first < min(one.start for one in others):
        return there
    last = max(one.time for one in others)
    before = _iso(first - 1)
    raise Failure(
        f'there are backups of more than {ONE[what]}: of a new one since {before}, and of one before it, '
        f'the last of {_iso(last)}. Fix: --at {before} for all that the one before had, or --at a moment '
        'since then for the new one. Nothing was changed'
    )


def _is_restored(what: str) -> bool:
    """Of a dump the rows themselves say whose they are (staging.py)."""
    return {'database': timelines.is_restored, 'files': origin.is_restored}.get(what, bool)()


def _says_nothing(one: Backup, there: list[Backup], what: str) -> bool:
    """
    A snapshot from before they said whose they are, while nothing speaks for another volume: this one has
    such snapshots too, or there is no volume to ask. Of a cluster nothing does.
    """
    if one.system is not None:
        return False
    if what == 'managed':
        return True
    return not one.place.own or any(other.place.where == 'volume' and other.system is None for other in there)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(FORM)
