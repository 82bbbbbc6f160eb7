"""The server of the host's database, apart from one that is tried."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

from padlock_release import clusters
from padlock_release.failure import CommandFailure, Failure

from . import host

# A restart, as one that new settings or packages ask for, is over by then.
SECONDS = 60
# States of its unit (systemd.unit(5)).
UP = ('active', 'activating', 'deactivating', 'reloading')


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """That of padlock-database: while it is held, an update of the stack starts no server."""
    with open(f'{host.RUN}/padlock-database.lock', 'w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def wait() -> None:
    """
    For a server that is restarted, or recovers; one that is down keeps nobody, and fails whatever asks it
    then. Units between the end of the former process and the next one are inactive for a moment.
    """
    deadline, down = time.monotonic() + SECONDS, 0
    while down < 4 and time.monotonic() < deadline:
        with contextlib.suppress(CommandFailure):
            host.sql('SELECT 1')
            return
        asked = ['systemctl', 'show', '--property=ActiveState', '--value', host.server()]
        state = host.run(*asked, check=False).stdout.strip()
        down = 0 if state in UP else down + 1
        time.sleep(0.5)


def process(data: str) -> int | None:
    """
    The process that runs on this very folder, by whatever name. A postmaster.pid that a crash has left
    may name another one by now.
    """
    try:
        # Negative for one without a postmaster.
        number = abs(int((clusters.read(f'{data}/postmaster.pid') or '').split('\n')[0]))
        return number if os.path.samefile(f'/proc/{number}/cwd', data) else None
    except (Failure, OSError, ValueError):
        return None


def runs_on(name: str) -> bool:
    """Is a file of this name in the folder that the server has open? It keeps one that is renamed."""
    return host.sql(f"SELECT (pg_stat_file('{name}', true)).size IS NOT NULL") == 't'
