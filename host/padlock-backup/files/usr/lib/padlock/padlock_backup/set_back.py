"""
A volume that was set back to an earlier state, as one made from a snapshot: its database has the identifier
and the timeline of the log that is in a place already, and writes segments of the same names with other
content. pgBackRest asks for the segments of a backup by name alone, so one made there would count as whole.
"""

from typing import Any, NoReturn

from padlock_release.failure import Failure

from . import host, pgbackrest

# The database, and the last segment that is complete: before PostgreSQL 17 a position between two segments
# is of the one before (pg_walfile_name), and positions are multiples of 8.
HERE = """
SELECT system_identifier,
  pg_walfile_name(pg_current_wal_lsn() - pg_size_bytes(current_setting('wal_segment_size')) + 1)
FROM pg_control_system()"""
PAGE = 'docs/backups.md, A volume that was set back'


def ensure_none(where: str) -> None:
    """
    Before a backup in a place, `volume` or `bucket`; raises Failure where it could not be restored. Where the
    other place has such a log, this one gets none of the log either: a segment goes to all places.
    """
    for one in sorted(pgbackrest.REPOSITORIES, key=lambda name: name != where):
        try:
            ahead = is_ahead(pgbackrest.info(pgbackrest.REPOSITORIES[one]))
        except Failure:
            if one == where:
                raise
            continue
        if ahead is not None:
            _fail(one, *ahead)


def _fail(where: str, there: str, here: str) -> NoReturn:
    # On another timeline the segment of this number is free.
    free = f'{int(there[:8], 16) + 1:08X}{there[8:]}'
    raise Failure(
        f'{told(where, there, here)}, so no backup could be restored. Fix: ./padlock restore '
        f'--from access.json --to STACK --at MOMENT brings back the newer rows, from the bucket; or keep '
        f'those that are here, by a new timeline: pg_resetwal --next-wal-file={free} ({PAGE})'
    )


def told(where: str, there: str, here: str) -> str:
    return (
        f'the {where} has the log of this database up to {there}, and the database itself is at {here}: the '
        'volume was set back, as to a snapshot'
    )


def is_ahead(info: list[dict[str, Any]]) -> tuple[str, str] | None:
    """
    The last segment in a place and the server's last complete one, where the place has the later one of the
    same timeline. `info` is what pgBackRest told of the place before, as the server goes on meanwhile.
    """
    last = _last(info)
    if not last:
        return None
    system, here = host.sql(HERE).split('|')
    there = last.get(system, '')
    # After a restore that was taken back the place may have a later timeline, which says nothing of this one.
    return (there, here) if there[:8] == here[:8] and there > here else None


def _last(info: list[dict[str, Any]]) -> dict[str, str]:
    """The last segment of the database whose log the place takes, by its identifier."""
    found = {}
    for stanza in info:
        current = max((one['id'] for one in stanza['db']), default=None)
        systems = {one['id']: str(one['system-id']) for one in stanza['db']}
        for one in stanza['archive']:
            if one['max'] and one['database']['id'] == current:
                found[systems[current]] = max(one['max'], found.get(systems[current], ''))
    return found
