"""Runs commands as the user `app`, whose systemd and Podman run the containers."""

import pwd
import subprocess
from functools import partial
from typing import BinaryIO

from . import nofollow, progress
from .failure import CommandFailure
from .log import tail, write as log


def run(
    *argv: str,
    stdin: str | BinaryIO = '',
    check: bool = True,
    umask: int = 0o022,
    getting_on: bool = False,
) -> subprocess.CompletedProcess:
    """
    Runs a command to its end. Input goes by a pipe, so that secrets are in no argument list.
    With `check`, a failure raises with the end of what the command wrote. One that must be
    `getting_on` is ended once it does not, and raises Stalled.
    """
    user = pwd.getpwnam('app')
    runtime = runtime_directory()
    source = {'input': stdin} if isinstance(stdin, str) else {'stdin': stdin}
    runs = progress.run if getting_on else partial(subprocess.run, capture_output=True, check=False)
    done = runs(
        argv,
        **source,
        text=True,
        errors='replace',
        cwd=user.pw_dir,
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        umask=umask,
        env={
            'HOME': user.pw_dir,
            'USER': 'app',
            'PATH': '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
            'LANG': 'C.UTF-8',
            'XDG_RUNTIME_DIR': runtime,
            'DBUS_SESSION_BUS_ADDRESS': f'unix:path={runtime}/bus',
        },
    )
    if done.returncode != 0:
        output = done.stdout + done.stderr
        log(f'{" ".join(argv)}: exit {done.returncode}\n{output}')
        if check:
            raise CommandFailure(f'{" ".join(argv[:3])} failed with exit {done.returncode}:\n{tail(output)}')
    return done


def uid() -> int:
    return pwd.getpwnam('app').pw_uid


def home() -> str:
    return pwd.getpwnam('app').pw_dir


def write(path: str, text: str, umask: int = 0o022) -> None:
    """Writes a file of the user's, with the user's rights; raises if a link is in the way."""
    remove(path)
    run('dd', 'status=none', f'of={path}', stdin=text, umask=umask)


def remove(path: str) -> None:
    """Removes a file or a whole directory of the user's; content if there is none."""
    if not nofollow.check(path):
        return
    if run('rm', '-rf', '--', path, check=False).returncode != 0:
        # What other users of a container have made is removed in the users' namespace of Podman.
        run('podman', 'unshare', 'rm', '-rf', '--', path)


def runtime_directory() -> str:
    """The user's tmpfs: gone when the machine stops."""
    return f'/run/user/{uid()}'
