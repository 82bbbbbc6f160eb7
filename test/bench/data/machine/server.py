"""
The PostgreSQL that is measured: that of a host of padlock's, or one that the file in `$PLACE` (JSON with
the names of `HOST`) describes. Whoever measures is root, or the server's own user.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HOST: dict[str, Any] = {
    'data': '/var/lib/postgresql/17/main',
    'sockets': '/run/postgresql',
    'programs': '/usr/lib/postgresql/17/bin',
    # systemd starts a server that was killed; elsewhere this does.
    'start': None,
    'restart': ['systemctl', 'restart', 'postgresql@17-main.service'],
    'backup': ['/usr/lib/padlock/backup'],
    'pgbackrest': '/var/lib/padlock/backup/pgbackrest.conf',
}
PLACE = json.loads(Path(os.environ['PLACE']).read_text()) if 'PLACE' in os.environ else HOST
DATABASE = 'padlock_bench'
# A host that is emulated recovers for minutes.
SECONDS = 600


def arguments(*defaults: int) -> list[int]:
    given = sys.argv[1:]
    return [*(int(word) for word in given), *defaults[len(given) :]]


def as_postgres(*words: str) -> list[str]:
    return ['runuser', '--user', 'postgres', '--', *words]


def program(name: str, *words: str) -> list[str]:
    """One of PostgreSQL's, as its own user."""
    return as_postgres(f'{PLACE["programs"]}/{name}', f'--host={PLACE["sockets"]}', *words)


def psql(database: str = DATABASE) -> list[str]:
    words = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1']
    return program('psql', *words, '--username=postgres', f'--dbname={database}')


def run(words: list[str], stdin: str = '') -> str:
    """Raises RuntimeError with what the command says, if it fails."""
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, cwd='/', check=False)
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(words)}: exit {done.returncode}\n{done.stderr}{done.stdout}')
    return done.stdout


def sql(statements: str, database: str = DATABASE) -> str:
    return run(psql(database), statements).strip()


def fresh() -> None:
    """An empty database of the measurement's own."""
    drop()
    sql(f'CREATE DATABASE {DATABASE};', 'postgres')


def drop() -> None:
    sql(f'DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE);', 'postgres')


def main_process() -> int:
    return int((Path(PLACE['data']) / 'postmaster.pid').read_text().split('\n')[0])


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f'/proc/{pid}/task/{pid}/children').read_text().split()]


def lives(pid: int) -> bool:
    """What has ended and was not waited for does not live."""
    try:
        return Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] not in 'ZX'
    except (FileNotFoundError, ProcessLookupError):
        return False


def is_ready() -> bool:
    words = program('pg_isready', '--quiet', '--timeout=2')
    return subprocess.run(words, capture_output=True, check=False, cwd='/').returncode == 0


def restart() -> None:
    run(PLACE['restart'])
    wait()


def start_again() -> None:
    """After a kill of the main process, whose other processes have ended."""
    if PLACE['start'] is None:
        return
    # A zombie that nobody waits for has its number still, which PostgreSQL takes for a server that runs.
    (Path(PLACE['data']) / 'postmaster.pid').unlink(missing_ok=True)
    (Path(PLACE['sockets']) / '.s.PGSQL.5432.lock').unlink(missing_ok=True)
    run(PLACE['start'])


def wait() -> None:
    """Until it takes connections. Raises TimeoutError."""
    deadline = time.monotonic() + SECONDS
    while not is_ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f'PostgreSQL takes no connections after {SECONDS} s')
        time.sleep(0.05)
