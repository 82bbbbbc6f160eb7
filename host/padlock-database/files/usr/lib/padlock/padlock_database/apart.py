"""
The servers of both clusters while the rows go from one to the other: neither has a port, nor a socket
that anybody but PostgreSQL's own user gets to.
"""

import os
import shlex
import shutil
import subprocess
from typing import NamedTuple

from padlock_release import clusters, log, store
from padlock_release.failure import Failure

from . import cluster, settings
from .command import as_postgres

# In memory, and so gone with a host that is switched off.
FOLDER = '/run/padlock-upgrade'
# Each owner of a database reads it in (loading.py).
HBA = 'local all postgres peer\nlocal all all trust\n'
SECONDS = 86400
# Of the old one: nothing is written, and what its log gets nonetheless is handed on once it is back.
OLD = {'default_transaction_read_only': 'on', 'archive_command': '', 'archive_library': ''}
# Of the new one: nobody has its rows until it is shut down, and then they are all on the disk.
NEW = {
    'synchronous_commit': 'off', 'autovacuum': 'off', 'archive_mode': 'off',
    # Somebody's own setting may be another (ALTER SYSTEM).
    'default_transaction_read_only': 'off',
}  # fmt: skip


class Server(NamedTuple):
    version: str
    data: str

    @property
    def folder(self) -> str:
        """Its settings and log; the socket lies in `run` of it."""
        return f'{FOLDER}/{self.version}'

    @property
    def sockets(self) -> str:
        return f'{self.folder}/run'


def start(server: Server, configuration: str, more: dict[str, str]) -> None:
    """Takes connections afterwards; else raises Failure with the end of its log."""
    store.write(f'{server.folder}/pg_hba.conf', HBA, 0o640, 'postgres')
    named = {
        'config_file': configuration,
        'hba_file': f'{server.folder}/pg_hba.conf',
        'external_pid_file': '',
        'listen_addresses': '',
        'unix_socket_directories': server.sockets,
        **more,
    }
    options = shlex.join(word for key, value in named.items() for word in ('-c', f'{key}={value}'))
    if control(server, f'--timeout={SECONDS}', '-l', f'{server.sockets}/log', '-o', options, 'start') != 0:
        said = as_postgres('cat', f'{server.sockets}/log', check=False).stdout
        raise Failure(f'PostgreSQL {server.version} does not start; it says:\n{log.tail(said, 15)}')


def make(server: Server) -> str:
    """Its folder, with settings of this host's size; returns the path of those."""
    os.makedirs(server.sockets, mode=0o755, exist_ok=True)
    os.chmod(server.sockets, 0o700)
    cluster.own(server.sockets)
    name = clusters.name(server.version)
    text = settings.text(cluster.fitting(), server.data, server.folder, server.sockets, name)
    store.write(f'{server.folder}/pg_ident.conf', '', 0o640, 'postgres')
    # The folder of further settings is the host's, and none of this one's.
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith('include_dir')]
    store.write(f'{server.folder}/postgresql.conf', ''.join(lines), 0o644)
    return f'{server.folder}/postgresql.conf'


def stop(server: Server) -> None:
    """All of it is on the disk afterwards."""
    if control(server, f'--timeout={SECONDS}', '-m', 'fast', 'stop') != 0:
        raise Failure(f'PostgreSQL {server.version} does not stop')


def end(*servers: Server) -> None:
    """Of an upgrade that failed or was cut off: nothing runs on these folders any more."""
    for server in servers:
        # The host's own may run on the same folder by now; the fifth line has the socket's.
        lines = (clusters.read(f'{server.data}/postmaster.pid') or '').splitlines()
        if server.sockets in lines[4:5]:
            control(server, '-m', 'immediate', 'stop')
    shutil.rmtree(FOLDER, ignore_errors=True)


def control(server: Server, *words: str) -> int:
    """pg_ctl(1): its exit status. What it leaves behind would keep the pipes of what it says."""
    called = [f'{clusters.programs(server.version)}/pg_ctl', '--silent', '--wait', '--pgdata', server.data]
    words = ('runuser', '--user', 'postgres', '--', *called, *words)
    none = subprocess.DEVNULL
    return subprocess.run(words, stdin=none, stdout=none, stderr=none, cwd='/', check=False).returncode
