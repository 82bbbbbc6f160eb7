"""
A database beside the app's, into which a dump goes, and which then takes its name. Both names change in one
transaction of the server that has them: whenever that is cut off, the app's is a whole one, and which it is
its number (OID) says, which nobody chooses. A remark says of one that lies beside that a restore has made it.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from padlock_release import log
from padlock_release.failure import CommandFailure, Failure
from padlock_rows import contents, extensions, sides
from padlock_rows.sides import Login, Server, Side, quoted

from . import host
from .order import Order
from .wanted import Into

# That a program connects to which changes the names of others.
MAINTENANCE = {'local': 'postgres', 'managed': 'defaultdb'}
# Of the host's, as padlock-database makes them, whose pg_hba.conf lets it into `app_restored` too.
LOCAL = 'app'
# Whose passwords a folder has (lock.py).
RESTORE = 'restore'
# Remarks on those that restores have made, with whose their rows are, and on what they have replaced.
RESTORED = 'padlock: restored'
REPLACED = 'padlock: replaced by a restore'
# In which sessions end; a cluster's pool comes back at once.
SECONDS = 60
PAUSE_SECONDS = 0.5
# In which a session that has begun to change names, and says no more, is ended.
IDLE = 'SET idle_in_transaction_session_timeout = 10000;'
REMARK = """
SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = '{name}';"""
OID = "SELECT oid FROM pg_database WHERE datname = '{name}';"
SIZE = "SELECT coalesce(sum(pg_database_size(oid)), 0) FROM pg_database WHERE datname = '{name}';"
OTHERS = """
SELECT DISTINCT usename || ' (' || application_name || ')' FROM pg_stat_activity
WHERE datname = '{name}' AND usename IS NOT NULL;"""
SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname IN ('{one}', '{other}') AND pid <> pg_backend_pid()"""


class Undecided(Failure):
    """Nobody can tell whether the names have changed."""


class Staging(NamedTuple):
    """`side` is the app's database, whose app's login makes what the dump has."""

    side: Side

    @property
    def restored(self) -> Side:
        """In which nothing but the app's own role reads what the app has made."""
        side = self.side
        return side._replace(
            database=_name(side.database, 'restored'),
            words={**side.words, 'app': side.words['maker']},
            variables={**side.variables, 'app': side.variables['maker']},
        )

    @property
    def maintenance(self) -> Side:
        """For what is the server's; it is there where the app's database is gone."""
        return self.side._replace(database=MAINTENANCE[self.side.kind])

    @property
    def former(self) -> str:
        return _name(self.side.database, 'former')

    def ask(self, statements: str) -> list[str]:
        """As who owns the databases, in none of those that change."""
        return self.maintenance.admin(statements)

    def remark(self, name: str) -> str | None:
        """None where there is no such database."""
        return (self.ask(REMARK.format(name=name)) or [None])[0]

    def number(self, name: str) -> int | None:
        """None where there is no such database."""
        return _number(self.ask(OID.format(name=name)))


@contextlib.contextmanager
def opened(into: Into, own: Order | None) -> Iterator[Staging]:
    with sides.passwords(RESTORE) as folder:
        yield Staging(_side(into, own, folder))


def _side(into: Into, own: Order | None, folder: str) -> Side:
    if into.kind == 'local' or own is None or own.managed is None:
        return sides.local(LOCAL, into.user, into.password, folder)
    managed = own.managed
    server = Server(managed.host, managed.port, into.storage)
    admin, app = Login(into.user, into.password), Login(managed.user, managed.password)
    return sides.managed(server, managed.database, admin, app, folder)


def is_in_place(own: Order | None, kind: str, number: int) -> bool:
    """
    Is the app's database by now the one that was restored? Of a cluster the app's own login asks, and where
    there is none it is not. Raises Failure without an answer.
    """
    with sides.passwords(RESTORE) as folder:
        if kind == 'local':
            side = sides.local(LOCAL, LOCAL, None, folder)
        elif own is None or own.managed is None:
            raise Failure(
                'a restore of the managed database was cut off, and this host does not know that one yet. '
                'Fix: pulumi up, which ends it'
            )
        else:
            managed = own.managed
            app = Login(managed.user, managed.password)
            server = Server(managed.host, managed.port, 0)
            side = sides.managed(server, managed.database, app, app, folder)
        try:
            return _number(side.own(OID.format(name=side.database))) == number
        except CommandFailure as failure:
            if _is_gone(side, failure):
                return False
            raise


def _is_gone(side: Side, failure: CommandFailure) -> bool:
    """Does nobody get into the database because there is none?"""
    return f'database "{side.database}" does not exist' in str(failure)


def _number(said: list[str]) -> int | None:
    return int(said[0]) if said else None


def ensure_free(staged: Staging) -> None:
    """Raises Failure where a database of somebody else's has one of the two names."""
    for name in (staged.restored.database, staged.former):
        said = staged.remark(name)
        if said is not None and not said.startswith((RESTORED, REPLACED)):
            raise Failure(
                f'there is a database {name} already, which no restore has made. Fix: give it another name '
                f'(ALTER DATABASE {name} RENAME TO …); nothing was changed'
            )


def ensure_room(staged: Staging, size: int) -> None:
    """
    Raises Failure where a cluster has not the room for a dump of so many bytes, its indexes and its log
    beside what is there.
    """
    free = contents.free(staged.maintenance, host.free())
    if staged.side.kind == 'local' or free is None:
        return
    needed = size * 2 + (256 << 20)
    # Both go first.
    for name in (staged.restored.database, staged.former):
        free += int(staged.ask(SIZE.format(name=name))[0])
    if free < needed:
        raise Failure(
            f'the managed database has not the room for it beside what is there: {_mib(needed)} MiB are '
            f'needed, {_mib(free)} MiB are free. Fix: a larger databaseSize (pulumi config set databaseSize '
            'SLUG, and pulumi up); nothing was changed'
        )


def make(staged: Staging, wanted: dict[str, str], system: str | None) -> None:
    """
    An empty one, with the extensions that are `wanted`, in which the app may make everything. `system`:
    whose the rows are, where the dump says so; later dumps of them go by it (managed.py).
    """
    side = staged.restored
    name, app = quoted(side.database), quoted(side.app)
    forget(staged)
    said = ' '.join([RESTORED, *([system] if system else [])])
    # Until it is granted nobody but its owner gets in, so what he runs there is nobody else's.
    staged.ask(
        f"CREATE DATABASE {name} ALLOW_CONNECTIONS false;\nCOMMENT ON DATABASE {name} IS '{said}';\n"
        f'REVOKE ALL ON DATABASE {name} FROM PUBLIC;\nALTER DATABASE {name} ALLOW_CONNECTIONS true;'
    )
    owned = side._replace(
        words={**side.words, 'app': side.words['admin']},
        variables={**side.variables, 'app': side.variables['admin']},
    )
    extensions.ensure(wanted, 'dump', owned)
    extensions.make_as_owner(extensions.of_owner(wanted, owned), owned)
    side.admin(f'GRANT ALL ON DATABASE {name} TO {app};\nGRANT ALL ON SCHEMA public TO {app};')
    extensions.make(wanted, side, alone=True)


def forget(staged: Staging) -> None:
    """Nothing of a restore that came to nothing stays."""
    _drop(staged, staged.restored.database)


def forget_tried(staged: Staging) -> None:
    """Where something else has gone wrong already, which is what is to be told."""
    try:
        forget(staged)
    except Failure as failure:
        log.say(f'{staged.restored.database} stays until the next restore: {failure}')


def forget_former(staged: Staging) -> None:
    _drop(staged, staged.former)


def forget_here(former: bool = False) -> None:
    """
    Of the host's own server, whose superuser asks for no password; of a cluster its owner does so at the next
    restore.
    """
    with sides.passwords(RESTORE) as folder:
        staged = Staging(sides.local(LOCAL, LOCAL, None, folder))
        forget_former(staged) if former else forget(staged)


def _drop(staged: Staging, name: str) -> None:
    said = staged.remark(name)
    if said is None or not said.startswith((RESTORED, REPLACED)):
        return
    if staged.side.kind == 'local':
        staged.ask(f'DROP DATABASE {quoted(name)} WITH (FORCE);')
        return
    _unused(staged, name, lambda: _end_own_sessions(staged, name), f'DROP DATABASE {quoted(name)};')


def exchange(staged: Staging, number: int) -> None:
    """
    Raises Failure where the app's database has its name still, and Undecided where nobody can tell. `number`
    is the restored one's.

    A change of a name locks out who comes in, and waits five seconds for who is in
    (CountOtherDBBackends, src/backend/storage/ipc/procarray.c).
    """
    side = staged.side
    app, restored, former = quoted(side.database), quoted(staged.restored.database), quoted(staged.former)
    aside = (
        f'ALTER DATABASE {app} RENAME TO {former};\n'
        f"COMMENT ON DATABASE {former} IS '{REPLACED}';\n{_owner_of_former(staged)}"
    )
    try:
        # Somebody may have deleted it.
        is_there = staged.number(side.database) is not None
        names = (
            f'{IDLE}\nBEGIN;\n{aside if is_there else ""}'
            f'ALTER DATABASE {restored} RENAME TO {app};\n{_owner(staged)}COMMIT;'
        )
        _unused(staged, side.database, lambda: _end_sessions(staged), names)
    except CommandFailure as failure:
        if not _has_happened(staged, number, failure):
            raise


def _owner_of_former(staged: Staging) -> str:
    """On the host not the app: an owner drops it, takes its remark away, or keeps it (IS_TEMPLATE)."""
    if staged.side.kind != 'local':
        return ''
    former = quoted(staged.former)
    return f'ALTER DATABASE {former} OWNER TO CURRENT_USER;\nALTER DATABASE {former} IS_TEMPLATE false;\n'


def _owner(staged: Staging) -> str:
    """On the host the database is the app's, as is what it made there. A cluster's are doadmin's."""
    if staged.side.kind != 'local':
        return ''
    app, role = quoted(staged.side.database), quoted(staged.side.app)
    # What a move has said of the rows (padlock_rows, remarks.py) was of those that were replaced.
    return f'ALTER DATABASE {app} OWNER TO {role};\nCOMMENT ON ROLE {role} IS NULL;\n'


def _unused(staged: Staging, name: str, end: Callable[[], object], statements: str) -> None:
    """Runs what waits for the end of all sessions of a database, as soon as there are none."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            end()
            staged.ask(statements)
            return
        except CommandFailure as failure:
            if 'being accessed by other users' not in str(failure):
                raise
        if time.monotonic() > deadline:
            whose = ', '.join(staged.ask(OTHERS.format(name=name))) or 'nobody that shows'
            raise Failure(
                f'sessions in the database {name} go on, of {whose}. Fix: end them, then run this again'
            )
        time.sleep(PAUSE_SECONDS)


def _has_happened(staged: Staging, number: int, failure: Failure) -> bool:
    """A connection may end after the transaction has."""
    try:
        return staged.number(staged.side.database) == number
    except Failure:
        raise Undecided(
            f'nobody can tell whether the restored database is in its place: {failure}. Once it answers, '
            'the host ends the restore, or undoes it, by itself (sudo journalctl -u padlock-backup-resume)'
        ) from None


def _end_own_sessions(staged: Staging, name: str) -> None:
    """The app's: whoever owns a cluster's databases may end nobody's sessions but his own."""
    sessions = SESSIONS.format(one=name, other=name)
    try:
        staged.side.own(f'{sessions} AND usename = current_user;')
    except CommandFailure as failure:
        # Without its database the app's role may get in nowhere; then they are waited for.
        if not _is_gone(staged.side, failure):
            raise


def _end_sessions(staged: Staging) -> None:
    """Of all on the host; of a cluster the app's own, which it may end itself, behind a pool too."""
    sessions = SESSIONS.format(one=staged.side.database, other=staged.restored.database)
    if staged.side.kind == 'local':
        staged.ask(f'{sessions};')
    else:
        staged.restored.own(f'{sessions} AND usename = current_user;')


def _name(database: str, what: str) -> str:
    # Names have 63 bytes at most (NAMEDATALEN).
    return f'{database[:50]}_{what}'


def _mib(count: int) -> int:
    return count >> 20
