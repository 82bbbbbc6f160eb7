"""Programs of the host, as root or as the user postgres."""

import subprocess

from padlock_release import log
from padlock_release.failure import CommandFailure


def run(
    *words: str, stdin: str = '', check: bool = True, seconds: float | None = None
) -> subprocess.CompletedProcess:
    """
    With `check`, a failure raises with the end of what the command wrote. Raises TimeoutExpired after so
    many seconds; what the command has started goes on.
    """
    done = subprocess.run(
        words, input=stdin, capture_output=True, text=True, errors='replace', check=False, cwd='/',
        timeout=seconds,
    )  # fmt: skip
    if check and done.returncode != 0:
        said = log.tail(done.stdout + done.stderr)
        raise CommandFailure(f'{" ".join(words[:6])} failed with exit {done.returncode}:\n{said}')
    return done


def as_postgres(*words: str, stdin: str = '', check: bool = True) -> subprocess.CompletedProcess:
    return run('runuser', '--user', 'postgres', '--', *words, stdin=stdin, check=check)
