"""The server of the host's database, apart from one that is tried."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

from . import host


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """That of padlock-database: while it is held, an update of the stack starts no server."""
    with open(f'{host.RUN}/padlock-database.lock', 'w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def process(data: str) -> int | None:
    """
    The process that runs on this very folder, by whatever name. A postmaster.pid that a crash has left
    may name another one by now.
    """
    try:
        with open(f'{data}/postmaster.pid', encoding='ascii') as file:
            # Negative for one without a postmaster.
            number = abs(int(file.readline()))
        return number if os.path.samefile(f'/proc/{number}/cwd', data) else None
    except (OSError, ValueError):
        return None


def runs_on(name: str) -> bool:
    """Is a file of this name in the folder that the server has open? It keeps one that is renamed."""
    return host.sql(f"SELECT (pg_stat_file('{name}', true)).size IS NOT NULL") == 't'
