"""Where things are on a host, and how its programs are called."""

import os
import pwd
import signal
import subprocess

from padlock_release import clusters, log
from padlock_release.failure import CommandFailure

HOME = '/var/lib/padlock/backup'
VOLUME = '/srv/volume'
SOCKETS = '/run/postgresql'
LOGS = '/var/log/pgbackrest'
CACHE = '/var/cache/padlock-backup'
RUN = '/run'
POSTGRES = 'postgres'
# Descriptors that programs get too: what outlives this process keeps its lock.
kept: tuple[int, ...] = ()


def version() -> str:
    """Of the cluster, as in `17`."""
    return clusters.version()


def data() -> str:
    return clusters.data()


def cluster() -> str:
    """The folder of its configuration."""
    return clusters.configuration()


def make_cluster() -> None:
    """Has that folder, in which nobody but root writes; raises Failure where somebody else does."""
    clusters.make_configuration()


def server() -> str:
    """Its unit."""
    return clusters.server()


def programs() -> str:
    return clusters.programs()


def volume_is_mounted() -> bool:
    return os.path.ismount(VOLUME)


def free() -> int:
    """Bytes of the volume."""
    of = os.statvfs(VOLUME)
    return of.f_bavail * of.f_frsize


def run(
    *words: str,
    env: dict[str, str] | None = None,
    stdin: str = '',
    check: bool = True,
    cwd: str = '/',
    seconds: float | None = None,
    under: tuple[str, ...] = (),
    keeps: tuple[int, ...] = (),
) -> subprocess.CompletedProcess:
    """
    With `check`, a failure raises with the end of what the command wrote. One that takes longer than
    `seconds` is killed, which raises CommandFailure. `under`: what runs it; `keeps`: descriptors that it
    gets.
    """
    try:
        done = subprocess.run(
            [*under, *words], input=stdin, env={**os.environ, **(env or {})}, cwd=cwd,
            pass_fds=(*kept, *keeps), capture_output=True, text=True, errors='replace', check=False,
            timeout=seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired as failure:
        said = log.tail((failure.stderr or b'').decode(errors='replace'), 12)
        text = f'{" ".join(words[:4])} has no answer after {seconds} s:\n{said}'
        raise CommandFailure(text.rstrip(':\n'), -signal.SIGKILL) from None
    if check and done.returncode != 0:
        said = log.tail(done.stdout + done.stderr, 12)
        text = f'{" ".join(words[:4])} failed with exit {done.returncode}:\n{said}'
        raise CommandFailure(text, done.returncode)
    return done


def as_postgres(
    *words: str, stdin: str = '', check: bool = True, quiet: bool = False
) -> subprocess.CompletedProcess:
    """`quiet`: for what leaves a server behind, which would keep the pipes of what it says."""
    called = ['runuser', '--user', POSTGRES, '--', *words]
    if not quiet:
        return run(*called, stdin=stdin, check=check)
    none = subprocess.DEVNULL
    return subprocess.run(called, stdin=none, stdout=none, stderr=none, cwd='/', text=True, check=check)


def sql(statement: str, sockets: str | None = None) -> str:
    """The one row that a statement gives, its columns divided by `|`."""
    asked = [
        '--no-psqlrc',
        '--quiet',
        '--tuples-only',
        '--no-align',
        '--set=ON_ERROR_STOP=1',
        f'--host={sockets or SOCKETS}',
        # Names of the server's own alone are called, whatever the database says of where to look for them.
        '--dbname=dbname=postgres options=-csearch_path=pg_catalog',
    ]
    return as_postgres('psql', *asked, stdin=statement).stdout.strip()


def folder(path: str, owner: str, mode: int) -> None:
    os.makedirs(path, exist_ok=True)
    user = pwd.getpwnam(owner)
    os.chown(path, user.pw_uid, user.pw_gid)
    os.chmod(path, mode)
