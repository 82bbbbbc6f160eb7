"""What Alembic runs: all migrations in one transaction, so that one that fails leaves nothing."""

import os
import sys

from alembic import context
from sqlalchemy import text

from greeter import database

# Of Alembic's table of versions: two hosts that come up at once migrate one after the other.
_LOCK = 4711
# A migration that waits for a lock keeps everybody behind it waiting.
_LOCK_SECONDS = 10


def run() -> None:
    url = database.judge(os.environ.get("DATABASE_URL", "").strip())
    if url is None:
        sys.exit("DATABASE_URL is not set: there is no database to migrate")
    with database.engine(url).connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
            context.run_migrations()


run()
