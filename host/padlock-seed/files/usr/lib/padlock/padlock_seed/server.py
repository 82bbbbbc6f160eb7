"""The programs of PostgreSQL, as its own user, or as the app's."""

import os
import subprocess
from typing import IO

from padlock_database import cluster
from padlock_release import clusters, log
from padlock_release.failure import CommandFailure
from padlock_release.said import without_rows

# Of the database whose rows are anonymised; pg_hba.conf lets the host's user `app` in as the role `app`.
SCRATCH = cluster.SCRATCH


def words(program: str, user: str, database: str) -> list[str]:
    where = [f'--host={cluster.SOCKETS}', f'--username={user}', f'--dbname={database}', '--no-password']
    return ['runuser', '--user', user, '--', f'{clusters.programs()}/{program}', *where]


def run(
    called: list[str], given: str | IO = '', env: dict[str, str] | None = None, output: IO | None = None
) -> str:
    """What it printed, unless that goes into a file; a failure raises with its errors, without rows."""
    stdin = {'input': given} if isinstance(given, str) else {'stdin': given}
    done = subprocess.run(
        called, **stdin, env={**os.environ, **(env or {})}, cwd='/',
        stdout=output or subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace', check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise failed(called, done.returncode, done.stderr)
    return (done.stdout or '').strip()


def failed(called: list[str], code: int, said: str) -> CommandFailure:
    program = os.path.basename(called[4])
    return CommandFailure(f'{program} failed with exit {code}:\n{log.tail(without_rows(said), 12)}')


def ask(statement: str, user: str = 'postgres', database: str = 'postgres') -> str:
    """Rows in lines, columns divided by tabs."""
    flags = ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1']
    called = [*words('psql', user, database), *flags, '--field-separator=\t']
    # The app owns a database's names, and says where they are looked for: none but the server's are called.
    return run(called, f'{statement};\n', {'PGOPTIONS': '-c search_path=pg_catalog'})
