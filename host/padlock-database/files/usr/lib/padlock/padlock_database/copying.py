"""
All databases and roles of one server into the other, by the newer version's own programs, in one stream
that needs no room on a disk; and whether all of it has come.
"""

import contextlib
import json
import subprocess
import tempfile
from typing import IO, Any

from padlock_release import clusters, log
from padlock_release.failure import CommandFailure, Failure
from padlock_release.said import without_rows

from . import verify
from .apart import Server
from .sql import ask

# pg_dumpall(1): the target has it already.
OWNER = b'CREATE ROLE postgres;\n'
DATABASES = 'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname'
SEQUENCES = """
SELECT coalesce(json_agg(json_build_array(schemaname, sequencename, last_value)
  ORDER BY schemaname, sequencename), '[]') FROM pg_sequences"""
EXTENSIONS = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'"
# Of a tuple its table, and the rows that it has on either side.
Contents = dict[str, dict[str, Any]]


def ensure_extensions(new: Server) -> None:
    """Raises Failure where the old server, which still serves, has one that the new version has not."""
    wanted = {name for base in _lines(DATABASES) for name in ask(EXTENSIONS, base).splitlines()}
    there = set(ask('SELECT name FROM pg_available_extensions', server=new).splitlines())
    missing = sorted(wanted - there)
    if missing:
        raise Failure(
            f'PostgreSQL {new.version} has no {", ".join(missing)} on this host, which the database uses. '
            f'Fix: install its package for that version (apt-cache search postgresql-{new.version}), or '
            'DROP EXTENSION what is not needed; nothing was changed'
        )


def run(old: Server, new: Server) -> None:
    """Raises CommandFailure with the end of what either program wrote, without rows."""
    programs = clusters.programs(new.version)
    dump = [f'{programs}/pg_dumpall', f'--host={old.sockets}', '--username=postgres', '--no-password']
    load = [
        f'{programs}/psql', '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--dbname=postgres',
        f'--host={new.sockets}', '--username=postgres', '--no-password',
    ]  # fmt: skip
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as answered:
        source = _start(dump, stdout=subprocess.PIPE, stderr=said)
        target = _start(load, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=answered)
        try:
            _hand_on(source.stdout, target.stdin)
        finally:
            source.stdout.close()
            codes = {'psql': (target.wait(), answered), 'pg_dumpall': (source.wait(), said)}
        for program, (code, file) in codes.items():
            if code != 0:
                file.seek(0)
                text = log.tail(without_rows(file.read().decode(errors='replace')), 8)
                raise CommandFailure(f'{program} failed with exit {code}:\n{text}')


def _start(words: list[str], **streams: Any) -> subprocess.Popen:
    called = ['runuser', '--user', 'postgres', '--', *words]
    return subprocess.Popen(called, cwd='/', **{'stdin': subprocess.DEVNULL, **streams})


def _hand_on(source: IO[bytes], target: IO[bytes]) -> None:
    """Roles come first, and databases after their first `\\connect`."""
    try:
        for line in source:
            if line != OWNER:
                target.write(line)
            if line.startswith(b'\\connect '):
                break
        while block := source.read(1 << 20):
            target.write(block)
    except BrokenPipeError:
        # It has ended, and says why.
        pass
    finally:
        with contextlib.suppress(BrokenPipeError):
            target.close()


def contents(server: Server) -> Contents:
    """Of each database the rows of its tables with their one hash, and its sequences."""
    found = {}
    for base in _lines(DATABASES, server):
        tables, digest = verify.contents(
            lambda statements, base=base: ask(statements, base, server=server), views=False
        )
        sequences = json.loads(ask(SEQUENCES, base, server=server))
        found[base] = {'tables': tables, 'hash': digest, 'sequences': sequences}
    return found


def ensure_equal(old: Contents, new: Contents) -> None:
    """Raises Failure that names what differs."""
    if old == new:
        return
    for base in sorted({*old, *new}):
        one, other = old.get(base, {}), new.get(base, {})
        for table in sorted({*one.get('tables', {}), *other.get('tables', {})}):
            rows = [each.get('tables', {}).get(table) for each in (one, other)]
            if rows[0] != rows[1]:
                raise _differs(f'{base}: {table} has {rows[0]} rows, and {rows[1]} in the copy')
        for what in ('hash', 'sequences'):
            if one.get(what) != other.get(what):
                raise _differs(f'{base}: the {what} differ' if what != 'hash' else f'{base}: the rows differ')


def _differs(what: str) -> Failure:
    return Failure(f'the copy is not what the database has: {what}')


def _lines(statement: str, server: Server | None = None) -> list[str]:
    return ask(statement, server=server).splitlines()
