"""The log of PostgreSQL as it is handed on: how far it is, and what of it is there."""

import contextlib
import re
import time
from datetime import UTC, datetime
from typing import Any

from padlock_release import log
from padlock_release.failure import CommandFailure

from . import database, holes, host, pgbackrest, set_back, settings
from .places import Backup

MARK_SECONDS = 60
# When the log was handed on last, when that failed since, the last segment of it, the seconds that a
# whole segment has waited by now, and whether any is to be handed on at all.
ARCHIVER = """
SELECT to_char(last_archived_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity')
    THEN to_char(last_failed_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END,
  last_archived_wal,
  (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(modification))::int, 0)
    FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'),
  current_setting('archive_mode')
FROM pg_stat_archiver"""
# Seconds of writes that may be lost with the host: a segment ends after 60 at the latest, and is sent.
WAITING = 75


def mark() -> None:
    """
    Has the log that was handed on hold a transaction of now, as a recovery to a moment ends at the first
    one after it. Content with a server that is down.
    """
    with contextlib.suppress(CommandFailure):
        host.sql('SELECT pg_current_xact_id()')
        name = host.sql('SELECT pg_walfile_name(pg_switch_wal())')
        deadline = time.monotonic() + MARK_SECONDS
        while host.sql('SELECT last_archived_wal FROM pg_stat_archiver')[:24] < name:
            if time.monotonic() > deadline:
                log.say(f'the log is not handed on; its last part, {name}, may be missing')
                return
            time.sleep(0.5)


def archiver() -> dict[str, Any]:
    """When the log was handed on last, when that failed since, and what is wrong with it."""
    row = host.sql(ARCHIVER)
    last, failed, name, waiting, mode = row.split('|')
    # A segment, or what a backup notes beside one; the places count neither parts nor histories.
    segment = re.fullmatch(r'([0-9A-F]{24})(\.[0-9A-F]{8}\.backup)?', name)
    wal = segment[1] if segment else None
    is_late = bool(failed) or mode == 'off' or int(waiting) > WAITING
    info = {where: pgbackrest.info(number) for where, number in pgbackrest.REPOSITORIES.items()}
    missing = [where for where in info if _is_missing(where, info[where], wal, is_late, last or None)]
    ahead = {where: set_back.is_ahead(info[where]) for where in info}
    problem = None
    # By name nothing is missing then, and once the queue has let go of what waits nothing fails either.
    if any(ahead.values()):
        where, (there, here) = next((where, found) for where, found in ahead.items() if found)
        problem = f'{set_back.told(where, there, here)}. Fix: {set_back.PAGE}'
    elif missing:
        problem = (
            f'a part of it is missing in {" and ".join(missing)}, where no later moment can be had until '
            'the next backup. Fix: ./padlock backup now'
        )
    elif failed:
        problem = 'archive-push fails'
    elif mode == 'off':
        problem = 'PostgreSQL hands none on: archive_mode is off'
    elif int(waiting) > WAITING:
        problem = f'a part of it has waited for {waiting} s to be handed on'
    return {
        'last': last or None,
        'line': int(wal[:8], 16) if wal else None,
        'failed': failed or None,
        'problem': problem and f'{problem}; see {host.LOGS}',
    }


def _is_missing(
    where: str, info: list[dict[str, Any]], wal: str | None, is_late: bool, last: str | None
) -> bool:
    """
    Does a place, of which pgBackRest tells `info`, lack a part of what was handed on, up to the segment
    `wal`, with no backup since? What the queue had no room for counts as handed on (archive-push-queue-max).
    """
    lacks = None
    if wal and not any(end >= wal for stanza in info for end in _archived(stanza)):
        lacks = wal
    else:
        for stanza in info:
            lacks = lacks or holes.dropped(where, stanza)
    holes.note(where, lacks, not is_late, last, datetime.now(UTC))
    if lacks is not None or not holes.load(where)['holes']:
        return lacks is not None
    there = database.backups(pgbackrest.REPOSITORIES[where])
    return any(one['until'] is None for one in holes.of(where, there))


def _archived(stanza: dict[str, Any]) -> list[str]:
    """The last segments of the database that runs; that of one before may have had higher numbers."""
    current = max(one['id'] for one in stanza['db'])
    return [one['max'] or '' for one in stanza['archive'] if one['database']['id'] == current]


def folder_of(backup: Backup) -> str | None:
    """Where the log that a backup needs is in its repository."""
    for stanza in pgbackrest.info(backup.place.number, backup.place.settings):
        part = _part_of(stanza, backup)
        if part is not None:
            return f'archive/{settings.STANZA}/{part}'
    return None


def end_of(backup: Backup) -> str:
    """The last segment that is there by now; a server that runs goes on handing it on."""
    found = [
        one['max']
        for stanza in pgbackrest.info(backup.place.number, backup.place.settings)
        for one in stanza['archive']
        if one['max'] and one['id'] == _part_of(stanza, backup)
    ]
    return max(found, default='')


def _part_of(stanza: dict, backup: Backup) -> str | None:
    """The name of the part of the log that a backup needs, as each database has one of its own."""
    of = {one['label']: one['database']['id'] for one in stanza['backup']}
    wanted = of.get(backup.label)
    return next((one['id'] for one in stanza['archive'] if one['database']['id'] == wanted), None)
