"""
The lines of history of a database (timelines, https://www.postgresql.org/docs/17/continuous-archiving.html):
after a recovery PostgreSQL begins a new one, by a number that is free where its log comes from. Where it
goes to, the number may be taken: by an earlier restore of the same database from elsewhere.
"""

import contextlib
import re

from padlock_release import store
from padlock_release.failure import Failure

from . import host, pgbackrest


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


def control(data: str) -> tuple[str, int]:
    """Its identifier and the number of its line (pg_controldata(1))."""
    text = host.as_postgres('env', 'LC_ALL=C', f'{host.programs()}/pg_controldata', data).stdout
    found = dict(re.findall(r'^([^:]+): +(.+)$', text, re.MULTILINE))
    return found['Database system identifier'], int(found["Latest checkpoint's TimeLineID"])
