"""
A dump of a managed database beside the app's: restic reads it, and checks all that it reads, and pg_restore
makes it anew as the app's own role.
"""

import functools
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO

from padlock_release import log
from padlock_release.failure import CommandFailure, Failure
from padlock_release.said import without_rows
from padlock_rows import contents, dumped
from padlock_rows.sides import KEEPALIVE, Side

from . import files, host, managed, staging
from .attempts import Kind, Part, first_whole
from .places import Backup
from .staging import Staging

STRICT = ['--single-transaction', '--exit-on-error']
RESTORED = [*STRICT, '--no-owner', '--no-privileges']
# pg_restore 17 has each server set what 17 is the first to know (_doSetFixedOutputState,
# src/bin/pg_dump/pg_backup_archiver.c). An older one refuses that, and nothing else may go wrong then.
FORGIVING = 17
UNKNOWN = r'unrecognized configuration parameter "transaction_timeout"'
# As pg_restore writes it of an extension.
EXTENSION = r'^CREATE EXTENSION IF NOT EXISTS ("(?:[^"]|"")+"|\S+) WITH SCHEMA ("(?:[^"]|"")+"|[^;\s]+);'


def bring(backups: list[Backup], staged: Staging) -> Part:
    """Tries one dump after the other; raises Failure where none is whole."""
    # Whose server it goes into is none to be ended where the volume gets full.
    forget = functools.partial(staging.forget_tried, staged)
    return first_whole(backups, Kind('database', 'dump', '', lambda one: _bring(one, staged), forget))


def size(backup: Backup) -> int:
    """Bytes of the dump, which has no indexes."""
    return files.size(backup.place.order, backup.place.where, backup.label, managed.OF)


def _bring(backup: Backup, staged: Staging) -> datetime:
    side = staged.restored
    with tempfile.TemporaryDirectory(prefix=f'padlock-{staging.RESTORE}-', dir=host.RUN) as folder:
        listed = _restored(backup, side, '--list').decode(errors='surrogateescape')
        there = contents.version(staged.maintenance)
        if dumped.version(listed) > there:
            raise Failure(
                f'it is of PostgreSQL {dumped.version(listed)}, and the database here of {there}: rows do '
                'not go to an older version'
            )
        wanted = _extensions(backup, side, dumped.of_extensions(listed), folder)
        staging.make(staged, wanted, backup.system)
        _ensure_way(side)
        rest = dumped.without_extensions(listed, {*wanted.values()})
        rest, left_out = dumped.without_tables(rest, contents.of_extensions(side))
        for name in left_out:
            log.say(f'database: the rows of {name} are those that its extension brings')
        words = [f'--use-list={_file(folder, rest)}', f'--dbname=dbname={side.database} {KEEPALIVE}']
        _restored(backup, side, *RESTORED, *words, whole=True, server=there)
        # A dump has no statistics of its rows, and plans without them are slow ones.
        side.own('SET client_min_messages = error; ANALYZE;')
        log.say(f'database: {contents.of(side).rows} rows')
    return datetime.fromtimestamp(backup.time, UTC)


def _ensure_way(side: Side) -> None:
    """Raises Failure where the host's server does not let the app in, as its settings are older."""
    try:
        side.ensure_maker()
    except CommandFailure as failure:
        if side.kind == 'local' and 'no pg_hba.conf entry' in str(failure):
            raise Failure(
                'the PostgreSQL of this host has settings from before dumps went into it. Fix: sudo '
                '/usr/lib/padlock/database boot, which starts it anew with those of now'
            ) from None
        raise


def _extensions(backup: Backup, side: Side, listed: str, folder: str) -> dict[str, str]:
    """The schema of each."""
    if not listed:
        return {}
    said = _restored(backup, side, f'--use-list={_file(folder, listed)}', '--file=-').decode(
        errors='surrogateescape'
    )
    found = re.findall(EXTENSION, said, re.MULTILINE)
    return {_unquoted(name): _unquoted(schema) for name, schema in found}


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _file(folder: str, text: str) -> str:
    # What tables are called is in it, and nothing of what they hold.
    path = f'{folder}/list'
    with open(path, 'w', encoding='utf-8', errors='surrogateescape') as file:
        file.write(text)
    return path


def _restored(backup: Backup, side: Side, *words: str, whole: bool = False, server: int = FORGIVING) -> bytes:
    """What pg_restore says of the dump; it reads all of it where it is to be `whole`, for a `server`."""
    if server < FORGIVING:
        words = tuple(word for word in words if word not in STRICT)
    called, variables = side.program('pg_restore', *words)
    with tempfile.TemporaryFile() as said, _dump(backup, said) as dump:
        done = subprocess.run(
            called, env=variables, cwd='/', stdin=dump.stdout, capture_output=True, check=False,
            pass_fds=host.kept,
        )  # fmt: skip
        # Else it ends as nobody reads on.
        dump.stdout.close()
        code = dump.wait()
        said.seek(0)
        problem = log.tail(said.read().decode(errors='replace'), 6)
    if code != 0 and (whole or done.returncode != 0) and not _is_unread(problem):
        raise CommandFailure(f'restic dump failed with exit {code}:\n{problem}', code)
    if done.returncode != 0 and not (server < FORGIVING and _is_forgiven(done.stderr)):
        text = log.tail(without_rows(done.stderr.decode(errors='replace')), 6)
        raise CommandFailure(f'pg_restore failed with exit {done.returncode}:\n{text}', done.returncode)
    return done.stdout


def _is_forgiven(said: bytes) -> bool:
    """Was there nothing but a setting that the older server does not know?"""
    errors = re.findall(r'^pg_restore: error: (.*)', said.decode(errors='replace'), re.MULTILINE)
    return bool(errors) and all(re.search(UNKNOWN, one) for one in errors)


def _is_unread(said: str) -> bool:
    """Did it end because pg_restore had?"""
    return said == '' or 'broken pipe' in said


@contextmanager
def _dump(backup: Backup, said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    place = backup.place
    words = ['--no-lock', 'dump', backup.label, f'/{managed.FILE}']
    called, env = files.called(place.order, place.where, *words, of=managed.OF)
    with subprocess.Popen(
        ['setpriv', '--pdeathsig', 'KILL', *called], env={**os.environ, **env}, cwd='/',
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, pass_fds=host.kept,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
