"""The units of the cluster: the mount of its data, and the server."""

import os
import socket
import struct
import subprocess
import time

from padlock_release import clusters, log
from padlock_release.failure import Failure

from . import cluster
from .command import as_postgres, run

MOUNT = 'var-lib-postgresql.mount'
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
    reload()
    deadline = time.monotonic() + SECONDS
    try:
        verb = 'restart' if anew else 'start'
        done = run('systemctl', verb, clusters.server(), check=False, seconds=SECONDS)
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


def reload() -> None:
    """Debian's generator finds the cluster for the next boot."""
    run('systemctl', 'daemon-reload')


def start_soon(anew: bool) -> None:
    """The server waits for the end of whoever asks this: padlock-database.service is ordered before it."""
    run('systemctl', 'restart' if anew else 'start', '--no-block', clusters.server())


def stop() -> None:
    """Ends sessions and statements, writes everything, and lets go of the volume."""
    run('systemctl', 'stop', clusters.server(), MOUNT)


def stop_server() -> None:
    """The volume stays."""
    run('systemctl', 'stop', clusters.server())


def is_running() -> bool:
    """Or is about to: a recovery, or the pause before another try."""
    state = run('systemctl', 'is-active', clusters.server(), check=False).stdout.strip()
    return state in ('active', 'activating', 'reloading')


def is_ready() -> bool:
    """pg_isready(1): the server takes connections."""
    words = ['--quiet', f'--host={cluster.SOCKETS}', '--dbname=postgres', '--timeout=2']
    return as_postgres(f'{clusters.programs()}/pg_isready', *words, check=False).returncode == 0


def ensure_own() -> None:
    """Raises Failure unless whoever answers has the data on the volume: the app's rows go nowhere else."""
    here = (clusters.read(f'{clusters.data()}/postmaster.pid') or '').split('\n')[0]
    found = str(_listener())
    if found != here:
        raise Failure(
            f'the PostgreSQL that answers at {cluster.SOCKETS} (process {found}) has its rows elsewhere than '
            f'in {clusters.data()} on the volume; nothing was changed there. Fix: keep what it holds '
            f'(pg_dumpall), sudo systemctl stop {clusters.server()}, or end that process; then pulumi up '
            'again'
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
        f'by itself, and {clusters.log()} tells how far it is. Fix: pulumi up again, once it is through'
    )


def _length() -> int:
    return os.path.getsize(clusters.log()) if os.path.exists(clusters.log()) else 0


def _said(began: int) -> str:
    """Of its folder postgres is the group, and may write there."""
    try:
        return log.tail(clusters.read(clusters.log(), began) or '', 15).strip()
    except Failure as failure:
        return str(failure)


def _journal(since: int) -> str:
    """A server that cannot read its configuration has no log yet."""
    words = ['--unit', clusters.server(), '--since', f'@{since}', '--lines=15', '--output=cat', '--no-pager']
    return run('journalctl', '--quiet', *words, check=False).stdout.strip()
