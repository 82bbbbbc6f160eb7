"""
A database beside the app's, into which a dump goes, and which then takes its name. Both names change in one
transaction of the server that has them: whenever that is cut off, the app's is a whole one. A remark says
whose a database is that lies beside.
"""

import contextlib
import time
from collections.abc import Iterator
from typing import NamedTuple

from padlock_release.failure import CommandFailure, Failure
from padlock_rows import contents, extensions, sides
from padlock_rows.sides import Login, Server, Side, quoted

from . import host
from .order import Order
from .wanted import Into

# That a program connects to which changes the names of others.
MAINTENANCE = {'local': 'postgres', 'managed': 'defaultdb'}
# Of the host's, as padlock-database makes them.
LOCAL = 'app'
# Remarks of the two that may lie beside: one that is not in use yet, with the name of its restore and whose
# its rows are, and one that no longer is.
RESTORED = 'padlock: restored '
REPLACED = 'padlock: replaced by a restore'
# In which sessions end; a cluster's pool comes back at once.
SECONDS = 60
PAUSE_SECONDS = 0.5
REMARK = """
SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = '{name}';"""
SIZE = "SELECT coalesce(sum(pg_database_size(oid)), 0) FROM pg_database WHERE datname = '{name}';"
OTHERS = """
SELECT DISTINCT usename || ' (' || application_name || ')' FROM pg_stat_activity
WHERE datname = '{name}' AND usename IS NOT NULL;"""
SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = '{name}' AND pid <> pg_backend_pid() AND (usename = current_user OR {all});"""


class Undecided(Failure):
    """Nobody can tell whether the names have changed."""


class Beside(NamedTuple):
    """`side` is the app's database, whose app's login makes what the dump has; `ident` names the restore."""

    side: Side
    ident: str

    @property
    def restored(self) -> Side:
        return self.side._replace(database=_name(self.side, 'restored'))

    @property
    def former(self) -> str:
        return _name(self.side, 'former')

    def ask(self, statements: str) -> list[str]:
        """As who owns the databases, in none of those that change."""
        return self.side.admin(statements, MAINTENANCE[self.side.kind])

    def remark(self, name: str) -> str | None:
        """None where there is no such database."""
        return (self.ask(REMARK.format(name=name)) or [None])[0]


@contextlib.contextmanager
def opened(into: Into, own: Order | None, ident: str) -> Iterator[Beside]:
    with sides.passwords() as folder:
        yield Beside(_side(into, own, folder), ident)


def _side(into: Into, own: Order | None, folder: str) -> Side:
    if into.kind == 'local' or own is None or own.managed is None:
        return sides.local(LOCAL, into.user, into.password, folder)
    managed = own.managed
    server = Server(managed.host, managed.port, into.storage)
    admin, app = Login(into.user, into.password), Login(managed.user, managed.password)
    return sides.managed(server, managed.database, admin, app, folder)


def is_in_place(own: Order | None, ident: str) -> bool:
    """Is the restored one the app's by now? The app's own login asks; raises Failure without an answer."""
    with sides.passwords() as folder:
        if own is None or own.managed is None:
            side = sides.local(LOCAL, LOCAL, None, folder)
        else:
            managed = own.managed
            app = Login(managed.user, managed.password)
            server = Server(managed.host, managed.port, 0)
            side = sides.managed(server, managed.database, app, app, folder)
        return _is_of(side.own(REMARK.format(name=side.database)), ident)


def _is_of(said: list[str], ident: str) -> bool:
    return ''.join(said).startswith(f'{RESTORED}{ident}')


def ensure_free(beside: Beside) -> None:
    """Raises Failure where a database of somebody else's has one of the two names."""
    for name in (beside.restored.database, beside.former):
        said = beside.remark(name)
        if said is not None and not said.startswith((RESTORED, REPLACED)):
            raise Failure(
                f'there is a database {name} already, which no restore has made. Fix: give it another name '
                f'(ALTER DATABASE {name} RENAME TO …); nothing was changed'
            )


def ensure_room(beside: Beside, size: int) -> None:
    """Raises Failure where a cluster has not the room for a dump of so many bytes, beside what is there."""
    free = contents.free(beside.side, host.free())
    if beside.side.kind == 'local' or free is None:
        return
    needed = size + size // 4 + (256 << 20)
    free += int(beside.ask(SIZE.format(name=beside.former))[0])
    if free < needed:
        raise Failure(
            f'the managed database has not the room for it beside what is there: {_mib(needed)} MiB are '
            f'needed, {_mib(free)} MiB are free. Fix: a larger databaseSize (pulumi config set databaseSize '
            'SLUG, and pulumi up); nothing was changed'
        )


def make(beside: Beside, wanted: dict[str, str], system: str | None) -> None:
    """
    An empty one, with the extensions that are `wanted`, in which the app may make everything. `system`:
    whose the rows are, where the dump says so; later dumps of them go by it (managed.py).
    """
    side = beside.restored
    name, app = quoted(side.database), quoted(side.app)
    forget(beside)
    said = ' '.join([f'{RESTORED}{beside.ident}', *([system] if system else [])])
    beside.ask(
        f"CREATE DATABASE {name};\nCOMMENT ON DATABASE {name} IS '{said}';\n"
        f'REVOKE ALL ON DATABASE {name} FROM PUBLIC;'
    )
    if side.kind == 'managed':
        side.admin(f'GRANT ALL ON DATABASE {name} TO {app};\nGRANT ALL ON SCHEMA public TO {app};')
    extensions.ensure(wanted, 'dump', side)
    if side.kind == 'local':
        # Until it is the app's nobody but the superuser gets in, so what he runs there is nobody else's.
        extensions.make_as_superuser(extensions.of_superuser(wanted, side), side)
        beside.ask(f'ALTER DATABASE {name} OWNER TO {app};')
    extensions.make(wanted, side)


def forget(beside: Beside) -> None:
    """Nothing of a restore that came to nothing stays."""
    _drop(beside, beside.restored.database, RESTORED)


def forget_former(beside: Beside) -> None:
    _drop(beside, beside.former, (RESTORED, REPLACED))


def forget_former_here() -> None:
    """Of the host's own server, whose superuser asks for no password; of a cluster the next restore does."""
    with sides.passwords() as folder:
        forget_former(Beside(sides.local(LOCAL, LOCAL, None, folder), ''))


def _drop(beside: Beside, name: str, marks: str | tuple[str, ...]) -> None:
    said = beside.remark(name)
    if said is not None and said.startswith(marks):
        beside.ask(f'DROP DATABASE {quoted(name)} WITH (FORCE);')


def exchange(beside: Beside) -> None:
    """
    Raises Failure where the app's database has its name still, and Undecided where nobody can tell.

    A change of a name locks out who comes in, and waits five seconds for who is in
    (CountOtherDBBackends, src/backend/storage/ipc/procarray.c).
    """
    side = beside.side
    app, restored, former = quoted(side.database), quoted(beside.restored.database), quoted(beside.former)
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            _end_sessions(beside)
            beside.ask(
                f'BEGIN;\nALTER DATABASE {app} RENAME TO {former};\n'
                f"COMMENT ON DATABASE {former} IS '{REPLACED}';\n"
                f'ALTER DATABASE {restored} RENAME TO {app};\nCOMMIT;'
            )
            return
        except CommandFailure as failure:
            if _has_happened(beside, failure):
                return
            if 'being accessed by other users' not in str(failure):
                raise
            if time.monotonic() > deadline:
                whose = ', '.join(beside.ask(OTHERS.format(name=side.database))) or 'nobody that shows'
                raise Failure(
                    f'sessions in the database {side.database} go on, of {whose}. Fix: end them, then run '
                    'this again'
                ) from None
            time.sleep(PAUSE_SECONDS)


def _has_happened(beside: Beside, failure: Failure) -> bool:
    """A connection may end after the transaction has."""
    try:
        return _is_of([beside.remark(beside.side.database) or ''], beside.ident)
    except Failure:
        raise Undecided(
            f'nobody can tell whether the restored database is in its place: {failure}. Once it answers, '
            'the host ends the restore, or undoes it, by itself (sudo journalctl -u padlock-backup-resume)'
        ) from None


def _end_sessions(beside: Beside) -> None:
    """Of all on the host; of a cluster the app's own, which it may end itself, behind a pool too."""
    everyone = 'true' if beside.side.kind == 'local' else 'false'
    for name in (beside.side.database, beside.restored.database):
        beside.restored.own(SESSIONS.format(name=name, all=everyone))


def _name(side: Side, what: str) -> str:
    # Names have 63 bytes at most (NAMEDATALEN).
    return f'{side.database[:50]}_{what}'


def _mib(count: int) -> int:
    return count >> 20
