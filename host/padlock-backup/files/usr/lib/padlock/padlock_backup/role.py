"""
The password of the app's role in a database that was restored: another stack's backup has another
stack's, and an older one may have a former. PostgreSQL keeps what it is checked against
(https://www.postgresql.org/docs/17/catalog-pg-authid.html), and that can be handed on as it is.
"""

import re
from collections.abc import Callable

from padlock_release import store
from padlock_release.failure import Failure

from . import host

ASKED = "SELECT rolpassword FROM pg_authid WHERE rolname = 'app'"
VERIFIER = r'SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+'


def remember() -> None:
    """While the database answers: it may be gone when it is to be restored."""
    kept = host.sql(ASKED)
    if re.fullmatch(VERIFIER, kept):
        store.write(_path(), kept + '\n', 0o600)


def take_over(ask: Callable[[str], str]) -> None:
    """Has the role of the restored database, if it has one, take the password of this host's app."""
    try:
        remember()
    except Failure:
        pass
    kept = (store.read(_path()) or '').strip()
    if re.fullmatch(VERIFIER, kept) and ask("SELECT 1 FROM pg_roles WHERE rolname = 'app'"):
        ask(f"ALTER ROLE app LOGIN PASSWORD '{kept}'")


def _path() -> str:
    return f'{host.HOME}/role'
