"""
A database that is restored to a moment at which the app's rows were in another one, the managed one: a move
had left a remark (remarks.py) and the rows from before, read-only; or a copy that is not in use.
"""

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime

from padlock_release.failure import Failure
from padlock_rows.remarks import MOVED, ON_HOST, UNFINISHED

from . import host, places
from .attempts import Final
from .places import Backup, Place
from .state import FORM

# Of the app's, as padlock-database makes it: what a move has left there.
ASKED = f"""
SELECT EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase = d.oid AND setrole = 0
    AND 'default_transaction_read_only=on' = ANY (setconfig)),
  ({ON_HOST})
FROM pg_database d WHERE datname = 'app'"""  # noqa: S608
READ_ONLY = (
    'the database was read-only then, as it is while its rows are moved (ALTER DATABASE app SET '
    'default_transaction_read_only), so the app cannot write. Fix: an earlier moment; or, if these rows are '
    "meant, ./padlock ssh 'sudo -u postgres psql "
    '-c "ALTER DATABASE app RESET default_transaction_read_only" '
    '-c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname <> current_database()"\''
)


class Elsewhere(Final):
    """The rows of that moment are not in this database."""


def ensure_not(ask: Callable[[str], str]) -> None:
    """Of the database whose server is asked; content where there is none of the app's."""
    _, remark = _found(ask)
    # A backup may be another stack's, so none of its words are told but those of this form.
    moved = re.fullmatch(re.escape(MOVED) + r'managed at ([0-9T:-]{19}Z)', remark)
    if moved:
        raise Elsewhere(
            f'they were moved there at {moved[1]}, and the database on the host has those from before, '
            'read-only'
        )
    if remark.startswith((MOVED, UNFINISHED)):
        raise Elsewhere('the database on the host has a copy of them that is not in use')


def read_only() -> str | None:
    """What is to be told of the database that runs here, where it takes no writes."""
    with contextlib.suppress(Failure):
        is_read_only, _ = _found(host.sql)
        return READ_ONLY if is_read_only else None
    return None


def _found(ask: Callable[[str], str]) -> tuple[bool, str]:
    is_read_only, _, remark = ask(ASKED).partition('|')
    return is_read_only == 't', remark


def told(failure: Elsewhere, when: str, at: float | None, found: list[Place]) -> Failure:
    """`when`: the moment `at` in words; None for now. `found`: the places that were asked."""
    return Failure(
        f'{when} the rows of the app were in the managed database: {failure}. Fix, one of: '
        f'{_dumps(at, found)}; or --at a moment before they were moved there, or since they are back. '
        'Nothing was changed'
    )


def _dumps(at: float | None, found: list[Place]) -> str:
    """The last dump before the moment, and the first one after it."""
    try:
        there = sorted(places.listed(found, 'managed'), key=lambda one: one.time)
    except Failure:
        return '--backup LABEL of a dump of that one (none can be read now)'
    before = [one for one in there if at is None or one.time <= at][-1:]
    after = [one for one in there if at is not None and one.time > at][:1]
    return ', or '.join(f'--backup {one.label}, its dump of {_of(one)}' for one in [*before, *after])


def _of(backup: Backup) -> str:
    return datetime.fromtimestamp(backup.time, UTC).strftime(FORM)
