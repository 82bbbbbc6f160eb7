"""
A dump of a managed database beside the app's: restic reads it, and checks all that it reads, and pg_restore
makes it anew as the app's own role, in one transaction.
"""

import os
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO

from padlock_release import log
from padlock_release.failure import CommandFailure, Failure
from padlock_release.said import without_rows
from padlock_rows import contents, dumped
from padlock_rows.sides import Side

from . import beside as databases, files, host, managed
from .beside import Beside
from .places import Backup
from .recovery import TRIED, Part

RESTORED = ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges']
# As pg_restore writes it of an extension.
EXTENSION = r'^CREATE EXTENSION IF NOT EXISTS ("(?:[^"]|"")+"|\S+) WITH SCHEMA ("(?:[^"]|"")+"|[^;\s]+);'


def bring(backups: list[Backup], beside: Beside) -> Part:
    """Tries one dump after the other; raises Failure where none is whole."""
    began = time.monotonic()
    problems = []
    tried: Counter[str] = Counter()
    for backup in backups:
        if tried[backup.place.where] == TRIED:
            continue
        tried[backup.place.where] += 1
        log.say(f'database: dump {backup.label} from {backup.place}')
        try:
            rows = _bring(backup, beside)
            until = datetime.fromtimestamp(backup.time, UTC)
            took = round(time.monotonic() - began, 1)
            log.say(f'database: {rows} rows')
            return Part(backup.label, backup.place.where, until, took, None, tuple(problems))
        except Failure as failure:
            databases.forget(beside)
            problems.append(f'dump {backup.label} from {backup.place}: {failure}')
            log.say(f'database: {failure}')
    raise Failure('the database cannot be restored, and nothing was changed:\n' + '\n'.join(problems))


def size(backup: Backup) -> int:
    """Bytes of the dump, which has no indexes."""
    return files.size(backup.place.order, backup.place.where, backup.label, managed.OF)


def _bring(backup: Backup, beside: Beside) -> int:
    """Returns how many rows."""
    side = beside.restored
    with tempfile.TemporaryDirectory(prefix='padlock-restore-', dir=host.RUN) as folder:
        listed = _restored(backup, side, '--list').decode()
        there = contents.version(side._replace(database=beside.side.database))
        if dumped.version(listed) > there:
            raise Failure(
                f'it is of PostgreSQL {dumped.version(listed)}, and the database here of {there}: rows do '
                'not go to an older version'
            )
        wanted = _extensions(backup, side, dumped.of_extensions(listed), folder)
        databases.make(beside, wanted, backup.system)
        chosen = _file(folder, dumped.without_extensions(listed, {*wanted.values()}))
        _restored(backup, side, *RESTORED, f'--use-list={chosen}', f'--dbname={side.database}', whole=True)
        # A dump has no statistics of its rows, and plans without them are slow ones.
        side.own('SET client_min_messages = error; ANALYZE;')
        return contents.of(side).rows


def _extensions(backup: Backup, side: Side, listed: str, folder: str) -> dict[str, str]:
    """The schema of each."""
    if not listed:
        return {}
    said = _restored(backup, side, f'--use-list={_file(folder, listed)}', '--file=-').decode()
    found = re.findall(EXTENSION, said, re.MULTILINE)
    return {_unquoted(name): _unquoted(schema) for name, schema in found}


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _file(folder: str, text: str) -> str:
    # What tables are called is in it, and nothing of what they hold.
    path = f'{folder}/list'
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def _restored(backup: Backup, side: Side, *words: str, whole: bool = False) -> bytes:
    """What pg_restore says of the dump; it reads all of it where it is to be `whole`."""
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
    if done.returncode != 0:
        text = log.tail(without_rows(done.stderr.decode(errors='replace')), 6)
        raise CommandFailure(f'pg_restore failed with exit {done.returncode}:\n{text}', done.returncode)
    return done.stdout


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
