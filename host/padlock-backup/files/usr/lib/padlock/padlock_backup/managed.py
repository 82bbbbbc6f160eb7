"""
A managed database: dumps of it by pg_dump, which go through a pipe into a repository of restic and lie on
no disk in between. The cluster is the provider's, and so are its own backups, which go with it.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Any

from padlock_release import log
from padlock_release.failure import CommandFailure, Failure
from padlock_release.said import without_rows

from . import files, host, origin, room
from .order import Managed, Order

# Its folder in both places, and the tag of its snapshots.
OF = 'managed'
FILE = 'database.dump'
# As padlock-managed keeps it.
CA = '/var/lib/padlock/managed/ca.crt'
REMARK = """
SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"""
# For a table that a migration has to itself; a dump that waits for longer fails.
LOCK_MILLISECONDS = 300_000
# A cluster that is gone without a word is given up after two minutes.
KEEPALIVE = 'keepalives_idle=60 keepalives_interval=15 keepalives_count=4'
# In which restic takes its lock away.
END_SECONDS = 60
# The part of a dump that is taken to have changed since the last one: nobody tells it before.
CHANGED = 0.1


def back_up(order: Order, where: str, tidy: bool) -> None:
    """A dump of what the app's role may read, which is all that it has made; `tidy` as of files."""
    files.ready(order, where, OF)
    with _passfile(order.managed) as path:
        variables = _variables(order.managed, path)
        whose = _whose(order.managed, variables)
        if where == 'volume':
            past = (lambda: files.forget(order, where, OF)) if tidy else None
            room.ensure_backup(_needed(order, _size(variables)), past)
            _pipe_watched(order, variables, whose)
        else:
            _pipe(order, where, variables, whose)
    if tidy:
        files.forget(order, where, OF)


def snapshots(order: Order, where: str) -> list[dict[str, Any]]:
    """As those of files."""
    return files.snapshots(order, where, OF)


def _pipe_watched(order: Order, variables: dict[str, str], whose: str | None) -> None:
    """Onto the volume, where more may have changed than there is room for; raises room.Full then."""
    try:
        with room.watched(None, 'dump'):
            _pipe(order, 'volume', variables, whose)
    except room.Full:
        # What it has written by then belongs to no snapshot.
        with contextlib.suppress(Failure):
            files.unlock(order, 'volume', OF)
            files.restic(order, 'volume', 'prune', '--max-repack-size', '0', of=OF)
        raise


def _pipe(order: Order, where: str, variables: dict[str, str], whose: str | None) -> None:
    """
    restic takes the end of its input for the end of the dump. So this process has the pipe open until
    pg_dump has said that all went well; where it did not, restic is ended before, and keeps no snapshot.
    """
    words = ['backup', '--host', order.prefix, '--tag', OF, '--stdin', '--stdin-filename', FILE]
    if whose is not None:
        words += ['--tag', origin.TAG + whose]
    called, env = files.called(order, where, *words, of=OF)
    source, sink = os.pipe()
    with tempfile.TemporaryFile() as said, contextlib.ExitStack() as stack:
        stack.callback(os.close, sink)
        # It must not outlive this process, whose end would be the input's.
        reader = subprocess.Popen(
            ['setpriv', '--pdeathsig', 'KILL', *called], stdin=source, stdout=said, stderr=said,
            env={**os.environ, **env}, cwd='/', pass_fds=host.kept,
        )  # fmt: skip
        os.close(source)
        stack.callback(_end, reader)
        dump = subprocess.run(
            _words(), env=variables, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.PIPE, cwd='/',
            pass_fds=host.kept, check=False,
        )  # fmt: skip
        # One that has ended by itself is why pg_dump has failed.
        if dump.returncode != 0 and not _has_ended(reader):
            text = log.tail(_shown(dump.stderr.decode(errors='replace')), 6)
            raise CommandFailure(f'pg_dump of the managed database failed:\n{text}', dump.returncode)
        stack.pop_all()
        os.close(sink)
        code = reader.wait()
        if code != 0 or dump.returncode != 0:
            said.seek(0)
            text = log.tail(said.read().decode(errors='replace'), 12)
            raise CommandFailure(f'restic backup --stdin failed with exit {code}:\n{text}', code)


def _needed(order: Order, size: int) -> int:
    """
    Bytes that the next dump adds on the volume, by the last one there: what the database, of `size`, has
    beyond that, and a part of it that has changed. An estimate: indexes, which no dump has, count in it,
    and how much has changed is not asked.
    """
    there = snapshots(order, 'volume')
    if not there:
        return size
    last = files.size(order, 'volume', there[-1]['label'], OF)
    return max(0, size - last) + int(last * CHANGED)


def _size(variables: dict[str, str]) -> int:
    """Bytes that a dump takes at most: it has no indexes, and what rows have in common is there once."""
    return int(_asked('SELECT pg_database_size(current_database())', variables) or 0)


def _whose(managed: Managed, variables: dict[str, str]) -> str | None:
    """Those of the cluster that the rows came from, if a restore has brought them (staging.py)."""
    found = re.fullmatch(r'padlock: restored (\S+)', _asked(REMARK, variables).strip())
    return found[1] if found else managed.cluster


def _asked(query: str, variables: dict[str, str]) -> str:
    """Empty where there is no answer: of that pg_dump tells why."""
    asked = subprocess.run(
        ['psql', '-XAtq', '--no-password', '-c', query],
        env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors='replace', cwd='/',
        check=False,
    )  # fmt: skip
    return asked.stdout if asked.returncode == 0 else ''


def _words() -> list[str]:
    """Not compressed: restic does that, and finds what has not changed since the last one."""
    return [
        'pg_dump', '--format=custom', '--compress=0', '--no-password',
        f'--lock-wait-timeout={LOCK_MILLISECONDS}', f'--dbname={KEEPALIVE}',
    ]  # fmt: skip


def _variables(managed: Managed, passfile: str) -> dict[str, str]:
    return {
        'PATH': os.environ.get('PATH', '/usr/bin:/bin'),
        'LC_ALL': 'C.UTF-8',
        'PGHOST': managed.host,
        'PGPORT': str(managed.port),
        'PGUSER': managed.user,
        'PGDATABASE': managed.database,
        'PGPASSFILE': passfile,
        'PGSSLMODE': 'verify-full',
        'PGSSLROOTCERT': CA,
        'PGCONNECT_TIMEOUT': '15',
    }


@contextlib.contextmanager
def _passfile(managed: Managed) -> Iterator[str]:
    """https://www.postgresql.org/docs/17/libpq-pgpass.html; in memory, as long as somebody uses it."""
    folder = tempfile.mkdtemp(prefix='padlock-backup-', dir=host.RUN)
    try:
        word = managed.password.replace('\\', '\\\\').replace(':', '\\:')
        path = f'{folder}/pgpass'
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'w', encoding='ascii') as file:
            file.write(f'{managed.host}:{managed.port}:*:{managed.user}:{word}\n')
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _shown(said: str) -> str:
    """Without values of rows, of which one that got no connection has seen none."""
    return said if said.startswith('pg_dump: error: connection to server') else without_rows(said)


def _has_ended(process: subprocess.Popen) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1)
    return process.poll() is not None


def _end(process: subprocess.Popen) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
