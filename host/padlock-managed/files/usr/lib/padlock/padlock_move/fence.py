"""
The source reads and does not write while its rows are copied, and from then on. Its owner may say so
(ALTER DATABASE), of a managed one too; it holds for sessions that begin, so those that there are end.
"""

import time

from padlock_release.failure import Failure
from padlock_rows.sides import Side

SECONDS = 20
SESSIONS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()"""
# Of a cluster, whose provider's own programs look at it as superusers.
PEOPLE = ' AND usesysid NOT IN (SELECT oid FROM pg_roles WHERE rolsuper)'


def close(side: Side) -> None:
    """Every session that begins from now on is read-only, and none that began before goes on."""
    side.admin(f'ALTER DATABASE "{side.database}" SET default_transaction_read_only = on;')
    _end_sessions(side)


def open_again(side: Side) -> None:
    """Sessions that began as read-only ones end too."""
    side.admin(f'ALTER DATABASE "{side.database}" RESET default_transaction_read_only;')
    _end_sessions(side)


def _end_sessions(side: Side) -> None:
    """
    Of all on the host; of a cluster the app's own, which it may end itself, behind a pool too. Raises
    Failure where a session of somebody else's stays.
    """
    all_that_go = SESSIONS if side.kind == 'local' else SESSIONS + PEOPLE
    before = set(side.own(f'{all_that_go};'))
    whose = '' if side.kind == 'local' else ' AND usename = current_user'
    deadline = time.monotonic() + SECONDS
    while before:
        side.own(f'SELECT pg_terminate_backend(pid) FROM ({SESSIONS}{whose}) AS s;')  # noqa: S608
        before &= set(side.own(f'{all_that_go};'))
        if before and time.monotonic() > deadline:
            raise Failure(
                f'sessions of the {side.kind} database go on (processes {", ".join(sorted(before))}): '
                'somebody beside the app is logged in to it. Fix: end them, then run this again'
            )
        time.sleep(0.2)
