"""The units of the cluster: the mount of its data, and the server."""

import os
import socket
import struct
import subprocess
import time

from padlock_release import log, store
from padlock_release.failure import Failure

from . import cluster
from .command import as_postgres, run

SERVER = f'postgresql@{cluster.NAME}.service'
MOUNT = 'var-lib-postgresql.mount'
LOG = f'/var/log/postgresql/postgresql-{cluster.NAME}.log'
# After a crash the server first reads what it had not yet written into the tables.
SECONDS = 300


def volume_is_mounted() -> bool:
    return os.path.ismount(cluster.VOLUME)


def mount() -> None:
    run('systemctl', 'start', MOUNT)


def start(anew: bool) -> None:
    """
    Raises Failure with the end of the server's log if it takes no connections. A recovery that takes
    longer is not ended.
    """
    began, since = _length(), int(time.time())
    # Debian's generator finds the cluster for the next boot.
    run('systemctl', 'daemon-reload')
    deadline = time.monotonic() + SECONDS
    try:
        done = run('systemctl', 'restart' if anew else 'start', SERVER, check=False, seconds=SECONDS)
    except subprocess.TimeoutExpired:
        raise _recovering() from None
    while done.returncode == 0 and time.monotonic() < deadline:
        if is_ready():
            return
        time.sleep(0.5)
    if done.returncode == 0 and is_running():
        raise _recovering()
    said = _said(began) or _journal(since) or done.stderr.strip()
    raise Failure(f'PostgreSQL does not take connections; it says:\n{said}')


def start_soon(anew: bool) -> None:
    """The server waits for the end of whoever asks this: padlock-database.service is ordered before it."""
    run('systemctl', 'restart' if anew else 'start', '--no-block', SERVER)


def stop() -> None:
    """Ends sessions and statements, writes everything, and lets go of the volume."""
    run('systemctl', 'stop', SERVER, MOUNT)


def is_running() -> bool:
    """Or is about to: a recovery, or the pause before another try."""
    state = run('systemctl', 'is-active', SERVER, check=False).stdout.strip()
    return state in ('active', 'activating', 'reloading')


def is_ready() -> bool:
    """pg_isready(1): the server takes connections."""
    words = ['--quiet', f'--host={cluster.SOCKETS}', '--dbname=postgres', '--timeout=2']
    return as_postgres(f'{cluster.PROGRAMS}/pg_isready', *words, check=False).returncode == 0


def ensure_own() -> None:
    """Raises Failure unless whoever answers has the data on the volume: the app's rows go nowhere else."""
    here = (store.read(f'{cluster.data()}/postmaster.pid') or '').split('\n')[0]
    found = str(_listener())
    if found != here:
        raise Failure(
            f'the PostgreSQL that answers at {cluster.SOCKETS} (process {found}) has its rows elsewhere than '
            f'in {cluster.data()} on the volume; nothing was changed there. Fix: keep what it holds '
            f'(pg_dumpall), sudo systemctl stop {SERVER}, or end that process; then pulumi up again'
        )


def _listener() -> int:
    """The process that has the socket, as the kernel knows it (unix(7), SO_PEERCRED)."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f'{cluster.SOCKETS}/.s.PGSQL.5432')
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize('3i'))
    return struct.unpack('3i', credentials)[0]


def _recovering() -> Failure:
    return Failure(
        f'PostgreSQL takes no connections after {SECONDS} s, as it still recovers from a crash; it goes on '
        f'by itself, and {LOG} tells how far it is. Fix: pulumi up again, once it is through'
    )


def _length() -> int:
    return os.path.getsize(LOG) if os.path.exists(LOG) else 0


def _said(began: int) -> str:
    if not os.path.exists(LOG):
        return ''
    with open(LOG, encoding='utf-8', errors='replace') as file:
        file.seek(began if began <= os.path.getsize(LOG) else 0)
        return log.tail(file.read(), 15).strip()


def _journal(since: int) -> str:
    """A server that cannot read its configuration has no log yet."""
    words = ['--unit', SERVER, '--since', f'@{since}', '--lines=15', '--output=cat', '--no-pager', '--quiet']
    return run('journalctl', *words, check=False).stdout.strip()
