"""Runs commands as the user `app`, whose systemd and Podman run the containers."""

import os
import pwd
import subprocess

from .failure import Failure
from .log import tail, write


def run(*argv: str, stdin: str = '', check: bool = True) -> subprocess.CompletedProcess:
    """
    Runs a command to its end. Input goes by a pipe, so that secrets are in no argument list.
    With `check`, a failure raises with the end of what the command wrote.
    """
    user = pwd.getpwnam('app')
    runtime = runtime_directory()
    done = subprocess.run(
        argv,
        input=stdin,
        capture_output=True,
        text=True,
        errors='replace',
        check=False,
        cwd=user.pw_dir,
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        umask=0o022,
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
        write(f'{" ".join(argv)}: exit {done.returncode}\n{output}')
        if check:
            raise Failure(f'{" ".join(argv[:3])} failed with exit {done.returncode}:\n{tail(output)}')
    return done


def uid() -> int:
    return pwd.getpwnam('app').pw_uid


def home() -> str:
    return pwd.getpwnam('app').pw_dir


def own(path: str) -> None:
    """Gives a file or directory to the user."""
    user = pwd.getpwnam('app')
    os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def runtime_directory() -> str:
    """The user's tmpfs: gone when the machine stops."""
    return f'/run/user/{uid()}'
