"""
The lines of history of a database (timelines, https://www.postgresql.org/docs/17/continuous-archiving.html):
after a recovery PostgreSQL begins a new one, by a number that is free where its log comes from. Where it
goes to, the number may be taken: by an earlier restore of the same database from elsewhere.
"""

import contextlib
import re

from padlock_release import store
from padlock_release.failure import Failure

from . import archive, host, pgbackrest
from .places import Backup


def is_restored() -> bool:
    """Has a restore brought the database that is here? A note on its volume says so."""
    try:
        system, _ = control(host.data())
    except Failure:
        return False
    return system in (store.read(_note()) or '').split()


def note_restored() -> None:
    system, _ = control(host.data())
    store.write(_note(), system + '\n', 0o644)


def _note() -> str:
    return f'{host.VOLUME}/backup/restored'


def ensure_new(data: str) -> None:
    """Of a database that has been shut down whole."""
    system, line = control(data)
    taken = max(_archived(system), default=0)
    if line <= taken:
        # pg_resetwal(1): a number that is higher than the present one; segments go on where they are.
        called = [f'{host.programs()}/pg_resetwal', f'--next-wal-file={taken + 1:08X}0000000000000001']
        host.as_postgres(*called, '--pgdata', data)


def _archived(system: str) -> list[int]:
    """Of this database, in the places of this host."""
    found = []
    for number in pgbackrest.REPOSITORIES.values():
        # Before backups are ordered, or while a place does not answer.
        with contextlib.suppress(Failure):
            for stanza in pgbackrest.info(number):
                of = [one['id'] for one in stanza['db'] if str(one['system-id']) == system]
                found += [
                    int(one['max'][:8], 16)
                    for one in stanza['archive']
                    if one['max'] and one['database']['id'] in of
                ]
    return found


def leads_away(backup: Backup) -> str | None:
    """
    Why PostgreSQL does not come from this backup to the newest line in its place, which it says itself once
    all of the backup is restored; None where it does, or where nobody can tell.
    """
    # A place that does not tell is no reason to pass over a backup.
    with contextlib.suppress(Failure):
        folder = archive.folder_of(backup)
        if folder is None or not backup.line:
            return None
        there = pgbackrest.names(backup.place.number, folder, backup.place.settings)
        newest = backup.line
        # As PostgreSQL looks for it: up to the first number that is free.
        while f'{newest + 1:08X}.history' in there:
            newest += 1
        if newest == backup.line:
            return None
        name = f'{folder}/{newest:08X}.history'
        return _away(backup, newest, pgbackrest.read(backup.place.number, name, backup.place.settings))
    return None


def _away(backup: Backup, newest: int, history: str) -> str | None:
    """
    By the file of a line's history: the lines that it came along, and where it left each. A checkpoint of the
    backup's is where the backup begins, or later.
    """
    left = {
        int(line): _position(at) for line, at in re.findall(r'^(\d+)\t(\w+/\w+)\t', history, re.MULTILINE)
    }
    if not left:
        return None
    if backup.line not in left:
        return f'it is of timeline {backup.line}, and the newest one, {newest}, did not come from there'
    if _position(backup.begins) >= left[backup.line]:
        return f'it begins after timeline {newest}, the newest one, has left its own, {backup.line}'
    return None


def _position(text: str) -> int:
    """In the log, as PostgreSQL writes it: `16/B374D848`."""
    high, low = text.split('/')
    return int(high, 16) << 32 | int(low, 16)


def control(data: str) -> tuple[str, int]:
    """Its identifier and the number of its line (pg_controldata(1))."""
    text = host.as_postgres('env', 'LC_ALL=C', f'{host.programs()}/pg_controldata', data).stdout
    found = dict(re.findall(r'^([^:]+): +(.+)$', text, re.MULTILINE))
    return found['Database system identifier'], int(found["Latest checkpoint's TimeLineID"])
