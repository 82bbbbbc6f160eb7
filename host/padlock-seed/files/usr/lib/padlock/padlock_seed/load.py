"""
A snapshot becomes what the app's empty database begins with, before the first release. Never over rows: a
database that has tables stays as it is.
"""

import tempfile
from typing import IO

from padlock_database import cluster, service
from padlock_release import store
from padlock_release.failure import Failure
from padlock_release.log import step

from . import bucket, server
from .order import Load

# What was begun, and what is done: on the volume, which may come to another host.
BEGUN, DONE = 'begun\n', 'done\n'
TABLES = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname NOT LIKE 'pg\\_%'
  AND n.nspname <> 'information_schema'"""


def run(order: Load) -> bool:
    """Returns whether it was loaded just now; raises Failure where there are tables of somebody else's."""
    if not service.volume_is_mounted():
        raise Failure(f'{cluster.VOLUME} is not mounted; nothing was loaded')
    state = store.read(_mark())
    if state == DONE:
        return False
    tables = int(server.ask(TABLES, database='app'))
    # All of a snapshot comes at once, so what is there of one that was begun is all of it.
    if tables > 0 and state != BEGUN:
        raise Failure(
            f'the database has {tables} tables and sequences already, and a snapshot is loaded into an empty '
            'one alone; nothing was changed. Fix: seed: none, or ./padlock env down and env up for a new one'
        )
    if tables == 0:
        store.write(_mark(), BEGUN, 0o644)
        with tempfile.TemporaryFile(dir=cluster.VOLUME) as dump:
            with step('fetch'):
                bucket.read(order.place, dump)
            with step('load'):
                _restore(dump, order.password)
    store.write(_mark(), DONE, 0o644)
    return tables == 0


def _restore(dump: IO[bytes], password: str) -> None:
    """As the app's own user and role, in one transaction."""
    flags = ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges']
    dump.seek(0)
    server.run([*server.words('pg_restore', 'app', 'app'), *flags], dump, {'PGPASSWORD': password})


def _mark() -> str:
    return f'{cluster.VOLUME}/snapshot'
