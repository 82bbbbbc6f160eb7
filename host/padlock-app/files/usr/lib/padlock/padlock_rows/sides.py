"""A database of the app's: who asks it, and how. No password is an argument or a variable of a program."""

import contextlib
import fcntl
import glob
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Any, NamedTuple

from padlock_release import log
from padlock_release.failure import CommandFailure
from padlock_release.said import lines

SOCKETS = '/run/postgresql'
CA = '/var/lib/padlock/managed/ca.crt'
# Memory that nobody but root reads: the files with passwords are gone with the host.
SECRETS = '/run'
# A server that is gone without a word is given up after two minutes
# (https://www.postgresql.org/docs/17/libpq-connect.html).
KEEPALIVE = 'keepalives_idle=60 keepalives_interval=15 keepalives_count=4 tcp_user_timeout=120000'
# Descriptors that programs get too: what outlives this process keeps its lock.
kept: tuple[int, ...] = ()
PSQL = ['psql', '--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1']


class Login(NamedTuple):
    user: str
    password: str


class Server(NamedTuple):
    """Of a cluster; `storage` is in MiB, 0 for unknown."""

    host: str
    port: int
    storage: int


class Side(NamedTuple):
    """
    Its administrator is PostgreSQL's own user on the host, and of a cluster the
    provider's, who owns the database and may not read what the app has made in it.
    """

    kind: str
    database: str
    app: str
    # Of all programs, by who asks: words before them, and their variables. `admin` has the database, `app`
    # reads and writes all that the app has made, and `maker` makes it: the app's own role, since what a
    # dump has (a CHECK constraint) runs while its rows come, with the rights of the session.
    words: dict[str, list[str]]
    variables: dict[str, dict[str, str]]
    storage: int

    def admin(self, statements: str, database: str | None = None) -> list[str]:
        """The lines of the answer."""
        return self._ask('admin', statements, database)

    def own(self, statements: str) -> list[str]:
        """As whoever may read and write all that the app has made."""
        return self._ask('app', statements, None)

    def make(self, statements: str) -> None:
        """As the app's own role, in a session of its own: nothing that it has made runs as anybody else."""
        self._ask('maker', statements, None)

    def rows(self, statements: str) -> list[Any]:
        """Of statements that give one column of JSON."""
        return [json.loads(line) for line in self.own(statements) if line]

    def ensure_maker(self) -> None:
        """Raises Failure where the app's role does not get in."""
        self.make('SELECT 1;')

    def program(self, name: str, *words: str) -> tuple[list[str], dict[str, str]]:
        """The words and variables of pg_dump, as `own`, or of pg_restore, as the app's role."""
        who = 'maker' if name == 'pg_restore' else 'app'
        return [*self.words[who], name, *words], self._variables(who, None)

    def _ask(self, who: str, statements: str, database: str | None) -> list[str]:
        variables = self._variables(who, database)
        # The app has a say in names, and in where they are looked for: none but the server's are called.
        variables['PGOPTIONS'] += ' -c search_path=pg_catalog'
        done = subprocess.run(
            [*self.words[who], *PSQL, f'--dbname={KEEPALIVE}'], env=variables, input=statements, cwd='/',
            capture_output=True, text=True, errors='replace', check=False, pass_fds=kept,
        )  # fmt: skip
        if done.returncode != 0:
            said = log.tail(done.stderr, 5)
            raise CommandFailure(f'the {self.kind} database answers psql with an error:\n{said}')
        return lines(done.stdout)

    def _variables(self, who: str, database: str | None) -> dict[str, str]:
        return {
            'PATH': os.environ.get('PATH', '/usr/bin:/bin'),
            'LC_ALL': 'C.UTF-8',
            'PGCONNECT_TIMEOUT': '15',
            # Of the source, whose sessions are read-only by default.
            'PGOPTIONS': '-c default_transaction_read_only=off -c statement_timeout=0',
            'PGDATABASE': database or self.database,
            **self.variables[who],
        }


@contextlib.contextmanager
def passwords(what: str) -> Iterator[str]:
    """A folder for the files that have them, locked and there as long as somebody uses them."""
    forget(what)
    # Until it is locked it has another name, so that nobody takes it for one that was left.
    made = tempfile.mkdtemp(prefix='.padlock-', dir=SECRETS)
    file = os.open(made, os.O_RDONLY)
    folder = f'{SECRETS}/padlock-{what}-{os.path.basename(made)[9:]}'
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.rename(made, folder)
        yield folder
    finally:
        for path in (made, folder):
            shutil.rmtree(path, ignore_errors=True)
        os.close(file)


def forget(what: str) -> None:
    """What those that were killed have left; whose folder is still locked is at work."""
    for folder in glob.glob(f'{glob.escape(SECRETS)}/padlock-{what}-*/'):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), _opened(folder) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _opened(folder: str) -> Iterator[int]:
    file = os.open(folder, os.O_RDONLY)
    try:
        yield file
    finally:
        os.close(file)


def local(database: str, app: str, password: str | None, folder: str) -> Side:
    """On the host; without a password nobody makes anything there as the app. `folder`: for passwords."""
    variables = {'PGHOST': SOCKETS, 'PGUSER': 'postgres'}
    words = ['runuser', '--user', 'postgres', '--']
    path = f'{folder}/pgpass-local'
    if password is not None:
        _keep(path, [f'*:*:*:{app}:{_escaped(password)}\n'])
    maker = {'PGHOST': SOCKETS, 'PGUSER': app, 'PGPASSFILE': path}
    return Side(
        'local', database, app, {'admin': words, 'app': words, 'maker': []},
        {'admin': variables, 'app': variables, 'maker': maker}, 0,
    )  # fmt: skip


def managed(server: Server, database: str, admin: Login, app: Login, folder: str) -> Side:
    """Of a cluster. `folder`: for passwords."""
    path = f'{folder}/pgpass'
    logins = [f'{server.host}:{server.port}:*:{user}:{_escaped(word)}\n' for user, word in (admin, app)]
    _keep(path, logins)
    shared = {
        'PGHOST': server.host, 'PGPORT': str(server.port), 'PGPASSFILE': path,
        'PGSSLMODE': 'verify-full', 'PGSSLROOTCERT': CA,
    }  # fmt: skip
    own = {**shared, 'PGUSER': app.user}
    variables = {'admin': {**shared, 'PGUSER': admin.user}, 'app': own, 'maker': own}
    words: dict[str, list[str]] = {'admin': [], 'app': [], 'maker': []}
    return Side('managed', database, app.user, words, variables, server.storage)


def _keep(path: str, lines: list[str]) -> None:
    """https://www.postgresql.org/docs/17/libpq-pgpass.html"""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'w', encoding='ascii') as file:
        file.writelines(lines)


def quoted(name: str) -> str:
    """A name in a statement: the app chooses those of its schemas."""
    return '"' + name.replace('"', '""') + '"'


def _escaped(password: str) -> str:
    return password.replace('\\', '\\\\').replace(':', '\\:')
