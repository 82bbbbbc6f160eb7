"""
A copy of the database in the same server, without what nobody else may see, as a dump in the bucket. The
copy is made of one moment, while the app goes on; nothing of it leaves the host before the project's SQL
has run over it.
"""

import contextlib
import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import IO, Any

from padlock_database import cluster
from padlock_release.failure import Failure
from padlock_release.log import step

from . import bucket, server
from .order import Order
from .server import SCRATCH

# For one statement of the project's, milliseconds.
STATEMENT_MS = 1_800_000
# A dump waits so long for a migration, which would wait for it in turn.
LOCK_WAIT = '60s'
# Rows by table, without those of partitioned tables, whose parts are counted.
COUNTS = """
SELECT format('%I.%I', n.nspname, c.relname),
  (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', n.nspname, c.relname),
    false, true, '')))[1]::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1"""


def run(order: Order) -> dict[str, Any]:
    """Returns rows by table before and after, and the dump's size and hash."""
    began = time.monotonic()
    with _scratch():
        _has_room()
        with step('copy'):
            server.ask(f'CREATE DATABASE {SCRATCH} OWNER app')
            server.ask(f'REVOKE ALL ON DATABASE {SCRATCH} FROM PUBLIC')
            _copy()
        before = _rows()
        with step('anonymise'):
            _change(order.sql, before)
        after = _rows()
        # On the volume, which is made for as much, and under no name: what is killed leaves nothing of it.
        with tempfile.TemporaryFile(dir=cluster.VOLUME) as dump:
            with step('dump'):
                _dump(dump)
            with step('store'):
                bucket.write(order.place, dump)
            size, sha256 = os.fstat(dump.fileno()).st_size, _sha256(dump)
    tables = [
        {'table': name, 'before': before.get(name), 'after': after.get(name)}
        for name in sorted({*before, *after})
    ]
    return {'tables': tables, 'bytes': size, 'sha256': sha256, 'seconds': round(time.monotonic() - began, 1)}


@contextlib.contextmanager
def _scratch() -> Iterator[None]:
    """Whatever happens nothing is left, nor of a run that was killed."""
    clear()
    try:
        yield
    finally:
        clear()


def clear() -> None:
    """The copy with every row as it was."""
    server.ask(f'DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)')


def _has_room() -> None:
    """
    The copy, as much again that an UPDATE of all of it leaves, the dump, their log where it is archived
    on the volume, and what waits for the bucket (archive-push-queue-max, a quarter of the volume; copy and
    UPDATE write three times the copy at most). A tenth of the volume is left: the app's own rows go on.
    """
    size = int(server.ask("SELECT pg_database_size('app')"))
    volume = os.statvfs(cluster.VOLUME)
    whole = volume.f_frsize * volume.f_blocks
    needed = 4 * size + min(3 * size, whole // 4) + whole // 10
    free = volume.f_frsize * volume.f_bavail
    if free < needed:
        mib = 1024 * 1024
        raise Failure(
            f'the volume has {free // mib} MiB free, and a copy of the database ({size // mib} MiB) with its '
            f'changes, log and dump needs {needed // mib}; nothing was copied. Fix: a higher number for '
            'volume, pulumi up'
        )


def _copy() -> None:
    """Of one moment (pg_dump(1)); read in as the app's own user, since the app made what a restore runs."""
    dump = [*server.words('pg_dump', 'postgres', 'app'), '--format=custom', '--compress=0',
            f'--lock-wait-timeout={LOCK_WAIT}']  # fmt: skip
    flags = ['--no-owner', '--no-privileges', '--exit-on-error']
    restore = [*server.words('pg_restore', 'app', SCRATCH), *flags]
    with subprocess.Popen(dump, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd='/') as source:
        done = subprocess.run(restore, stdin=source.stdout, capture_output=True, check=False, cwd='/')
        # A dump that nobody reads any more ends.
        source.stdout.close()
        said = source.stderr.read()
    # One that is cut off makes the other fail; both say why.
    text = (said + done.stderr).decode(errors='replace')
    for called, code in ((restore, done.returncode), (dump, source.returncode)):
        if code != 0:
            raise server.failed(called, code, text)


def _change(sql: str, before: dict[str, int]) -> None:
    """As the app's own user and role, in one transaction."""
    flags = ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1',
             '--single-transaction', '--file=-']  # fmt: skip
    changed = '--command=SELECT pg_current_xact_id_if_assigned() IS NOT NULL'
    env = {'PGOPTIONS': f'-c statement_timeout={STATEMENT_MS}'}
    said = server.run([*server.words('psql', 'app', SCRATCH), *flags, changed], f'{sql}\n', env)
    if said.split('\n')[-1] != 't' and any(before.values()):
        raise Failure(
            'the SQL changed nothing, and the database has rows; nothing was stored. Fix: statements in the '
            'file of anonymiseSql that take out what nobody else may see'
        )


def _rows() -> dict[str, int]:
    lines = server.ask(COUNTS, 'app', SCRATCH).split('\n')
    return {name: int(rows) for name, rows in (line.split('\t') for line in lines if line)}


def _dump(dump: IO[bytes]) -> None:
    server.run([*server.words('pg_dump', 'app', SCRATCH), '--format=custom', '--no-privileges'], output=dump)


def _sha256(dump: IO[bytes]) -> str:
    dump.seek(0)
    return hashlib.file_digest(dump, 'sha256').hexdigest()
