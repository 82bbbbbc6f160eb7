"""
Parts of the log that a place lacks: what the queue had no room for while the place was away
(archive-push-queue-max). Each is remembered, as the place takes what comes after it as if nothing were
missing; from the next backup on, restores to a moment are whole again.
"""

import fcntl
import json
import os
import re
from datetime import UTC, datetime
from typing import Any

from padlock_release import clusters, nofollow, store

from . import host, pgbackrest, settings
from .state import FORM

DROPPED = re.compile(r"^(\S+ [\d:]+)\.\d+ .*dropped WAL file '([0-9A-F]{24})'", re.MULTILINE)

# `whole`: when no part was missing or waiting for the last time; `holes`: each has `from`, until when the log
# is whole, or None, `seen`, when a part was missing for the last time, and the last such `segment`.
Known = dict[str, Any]


def load(where: str) -> Known:
    """Of a place: `volume` or `bucket`."""
    return _all().get(where, {'whole': None, 'holes': []})


def note(where: str, missing: str | None, is_well: bool, last: str | None, now: datetime) -> None:
    """
    After a look at a place: `missing` is a segment that it lacks. `is_well`: none is, and none waits; the log
    that was handed on `last` is whole then.
    """
    if not host.volume_is_mounted():
        return
    # Whoever looks holds no lock of backups.
    folder = os.open(os.path.dirname(_path()), os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        _note(where, missing, is_well, last, now)
    finally:
        os.close(folder)


def _note(where: str, missing: str | None, is_well: bool, last: str | None, now: datetime) -> None:
    known = load(where)
    if missing is not None:
        newest = known['holes'][-1] if known['holes'] else None
        seen = now.strftime(FORM)
        if newest is None or (known['whole'] is not None and newest['from'] != known['whole']):
            known['holes'].append({'from': known['whole'], 'seen': seen, 'segment': missing})
        else:
            newest.update(seen=seen, segment=max(missing, newest['segment']))
    elif is_well:
        known['whole'] = last
    store.write(_path(), json.dumps({**_all(), where: known}, indent=1) + '\n', 0o600)


def dropped(where: str, stanza: dict[str, Any]) -> str | None:
    """The last segment that pgBackRest has let go of and the place lacks, after those that are noted."""
    after = max((one['segment'] for one in load(where)['holes']), default='')
    names = sorted({name for _, name in DROPPED.findall(_said()) if name > after}, reverse=True)
    current = max(one['id'] for one in stanza['db'])
    parts = [one['id'] for one in stanza['archive'] if one['database']['id'] == current]
    there: dict[str, set[str]] = {}
    for name in names:
        for part in parts:
            folder = f'archive/{settings.STANZA}/{part}/{name[:16]}'
            if folder not in there:
                there[folder] = pgbackrest.names(pgbackrest.REPOSITORIES[where], folder)
            if not any(one.startswith(name) for one in there[folder]):
                return name
    return None


def of(where: str, backups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Those that matter to a place's `backups`: `from`, None where nobody knows, and `until`, when the first
    backup begun after it was whole; None where there is none yet.
    """
    found = []
    for one in load(where)['holes']:
        seen = _seconds(one['seen'])
        later = [backup['stop'] for backup in backups if backup['start'] > seen]
        before = [backup for backup in backups if backup['stop'] <= seen]
        if before or not later:
            start = _seconds(one['from']) if one['from'] else None
            found.append({'from': start, 'until': min(later, default=None)})
    return found


def _all() -> dict[str, Known]:
    return json.loads(store.read(_path()) or '{}')


def _path() -> str:
    """
    On the volume, as the next host of it tells of them too; not in state.json, as whoever looks holds no
    lock, and a backup writes that meanwhile.
    """
    return f'{host.VOLUME}/backup/holes.json'


def _said() -> str:
    # PostgreSQL's user may have put anything there.
    path = f'{host.LOGS}/{settings.STANZA}-archive-push-async.log'
    return clusters.read(path, -nofollow.LARGEST) or ''


def _seconds(text: str) -> float:
    return datetime.strptime(text, FORM).replace(tzinfo=UTC).timestamp()
