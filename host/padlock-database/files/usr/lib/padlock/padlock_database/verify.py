"""
What is in the app's database: that all of it can be read, how many rows each table has, and one hash of
their content, which is the same wherever the same rows are.
"""

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from padlock_release import clusters, log
from padlock_release.failure import Failure
from padlock_release.said import lines
from padlock_rows.contents import NO_VIEWS

from . import cluster, service
from .command import as_postgres
from .sql import ask as ask_database

# How values are written must not depend on a server's settings.
FORM = """
SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex';
SET extra_float_digits = 1; SET lc_monetary = 'C'; SET statement_timeout = 0;
"""
# Each table's own rows: what is unlogged is in no backup, and of a partitioned table its parts have them.
# The sum takes the rows in any order, so nothing is sorted, and no room is taken on the disk.
READ = """
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT format(
  $$SELECT json_build_object('name', %L, 'columns', %L, 'rows', count(*), 'sum', coalesce(sum(
      ('x' || left(encode(sha256(convert_to(ROW(one.*)::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint
    ), 0)::text) FROM ONLY %I.%I AS one$$,
  nspname || '.' || relname,
  (SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped),
  nspname, relname)
FROM pg_class AS class JOIN pg_namespace AS space ON space.oid = relnamespace
WHERE relkind IN ({kinds}) AND relpersistence = 'p' AND relispopulated
  AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  OR class.oid = 'pg_largeobject'::regclass AND EXISTS (SELECT FROM pg_largeobject_metadata)
ORDER BY nspname COLLATE "C", relname COLLATE "C" \\gexec
COMMIT;
"""
# It is the app's database, so what is put into it has a place of its own and goes again.
SCHEMA = 'padlock_amcheck'


def verify() -> dict[str, Any]:
    """
    `tables` with `name` and `rows`, `rows` of all, `bytes` on the disk, `hash` (SHA-256, hex), `version` of
    the server, `seconds` of both steps. Raises Failure where anything is damaged or cannot be read.
    """
    _recovered()
    begin = time.monotonic()
    _check()
    checked = time.monotonic()
    tables, digest = contents(_ask)
    read = time.monotonic()
    return {
        'version': _ask('SHOW server_version'),
        'bytes': int(_ask('SELECT pg_database_size(current_database())')),
        'tables': [{'name': name, 'rows': rows} for name, rows in tables.items()],
        'rows': sum(tables.values()),
        'hash': digest,
        'seconds': {'check': round(checked - begin, 1), 'read': round(read - checked, 1)},
    }


def contents(ask: Callable[[str], str], views: bool = True) -> tuple[dict[str, int], str]:
    """
    Rows by table, and the one hash of them, of the database that answers. `views`: materialized ones too,
    which a dump does not carry but fills anew from their tables (pg_dump(1)).
    """
    read = READ.format(kinds="'r', 'm'" if views else "'r'")
    tables = [json.loads(line) for line in lines(ask(FORM + NO_VIEWS + read))]
    told = ''.join(f'{one["name"]} ({one["columns"]}) {one["rows"]} {one["sum"]}\n' for one in tables)
    return {one['name']: one['rows'] for one in tables}, hashlib.sha256(told.encode()).hexdigest()


def _recovered() -> None:
    """The server takes writes; one that has just been restored reads its log first."""
    deadline = time.monotonic() + service.SECONDS
    while not (service.is_ready() and _ask('SELECT pg_is_in_recovery()') == 'f'):
        if time.monotonic() > deadline:
            raise Failure(f'PostgreSQL takes no writes after {service.SECONDS} s; its log: {clusters.log()}')
        time.sleep(0.5)


def _check() -> None:
    """Tables and indexes against each other (pg_amcheck(1))."""
    own = _ask("SELECT FROM pg_extension WHERE extname = 'amcheck'; \\echo :ROW_COUNT").endswith('0')
    if own:
        _ask(f'BEGIN; CREATE SCHEMA {SCHEMA}; CREATE EXTENSION amcheck SCHEMA {SCHEMA}; COMMIT')
    try:
        where = [f'--host={cluster.SOCKETS}', '--username=postgres', '--no-password', 'app']
        done = as_postgres(f'{clusters.programs()}/pg_amcheck', *where, check=False)
    finally:
        if own:
            _ask(f'BEGIN; DROP EXTENSION amcheck; DROP SCHEMA {SCHEMA}; COMMIT')
    if done.returncode != 0:
        said = log.tail(done.stdout + done.stderr, 12)
        raise Failure(f'the database is damaged (pg_amcheck, exit {done.returncode}):\n{said}')


def _ask(statements: str) -> str:
    return ask_database(statements, 'app')
