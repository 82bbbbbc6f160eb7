"""
The server of a database that is restored: no port, a socket and settings of its own. Its settings are
root's; PostgreSQL's own user has the folder of the socket and the log, and root follows no link in it.
"""

import shlex
import shutil
import time

from padlock_release import store
from padlock_release.failure import Failure

from . import host, server

# A recovery is as long as its log, and whoever waits for it sees that it goes on.
SECONDS = 86400
SETTINGS = {
    'listen_addresses': '',
    'shared_buffers': '32MB',
    'max_connections': '20',
    'max_wal_size': '256MB',
    # It asks nobody before it is through, and so needs no room for as many as the server had.
    'hot_standby': 'off',
    # What it writes is handed on once it is the server's (an empty command keeps all of it).
    'archive_mode': 'on',
    'archive_command': '',
    'archive_library': '',
    'wal_level': 'replica',
    # What is read of it: how far the recovery came.
    'log_destination': 'stderr',
    'logging_collector': 'off',
    'log_min_messages': 'warning',
    'log_timezone': 'UTC',
    'lc_messages': 'C',
}


def make() -> None:
    host.folder(_folder(), 'root', 0o755)
    host.folder(_sockets(), host.POSTGRES, 0o700)


def forget(data: str) -> None:
    """Of a try that was cut off, the server too."""
    if server.process(data) is not None:
        control(data, '-m', 'immediate', 'stop')
    shutil.rmtree(_folder(), ignore_errors=True)


def start(data: str) -> bool:
    """Returns once the recovery is through and the server takes connections, or False where it ends."""
    version = host.as_postgres('cat', f'{data}/PG_VERSION').stdout.strip()
    if version != host.version():
        raise Failure(f'it is of PostgreSQL {version[:20]}, and this host has {host.version()}')
    # The folder of its socket is closed to all others.
    store.write(f'{_folder()}/pg_hba.conf', 'local all all trust\n', 0o644)
    store.write(f'{_folder()}/postgresql.conf', '# All is on the command line.\n', 0o644)
    if control(data, f'--timeout={SECONDS}', '-l', f'{_sockets()}/log', '-o', _options(), 'start') != 0:
        return False
    # pg_ctl waits for the server alone, and not for a recovery that nobody may look at.
    asked = [f'{host.programs()}/pg_isready', '--quiet', f'--host={_sockets()}', '--dbname=postgres']
    while host.as_postgres(*asked, check=False).returncode != 0:
        # One that was killed leaves its postmaster.pid, whose number may be another process's by now.
        if server.process(data) is None:
            return False
        time.sleep(0.2)
    return True


def ask(statement: str) -> str:
    return host.sql(statement, _sockets())


def log() -> str:
    """Empty where it has written none."""
    return host.as_postgres('cat', f'{_sockets()}/log', check=False).stdout


def control(data: str, *words: str) -> int:
    """pg_ctl(1): its exit status."""
    called = [f'{host.programs()}/pg_ctl', '--silent', '--wait', '--pgdata', data, *words]
    return host.as_postgres(*called, check=False, quiet=True).returncode


def _options() -> str:
    """Of postgres(1), whose own settings (ALTER SYSTEM) come with a backup and go before those of a file."""
    files = {'config_file': f'{_folder()}/postgresql.conf', 'hba_file': f'{_folder()}/pg_hba.conf'}
    named = {**files, **SETTINGS, 'unix_socket_directories': _sockets()}
    return shlex.join(word for key, value in named.items() for word in ('-c', f'{key}={value}'))


def _folder() -> str:
    return f'{host.HOME}/trial'


def _sockets() -> str:
    return f'{_folder()}/run'
