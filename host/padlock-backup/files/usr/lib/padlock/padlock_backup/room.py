"""Room on the volume: for what is restored, and for what runs there meanwhile and needs it more."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator

from padlock_release.failure import Failure

from . import host, server

MIB = 1024 * 1024
# Between two looks.
SECONDS = 1.0


class Full(Failure):
    """The volume has no room left for a restore."""


def floor() -> int:
    """Bytes that a restore leaves to what runs: a tenth of the volume, and no more than is of use."""
    of = os.statvfs(host.VOLUME)
    return min(of.f_blocks * of.f_frsize // 10, 256 * MIB)


def of_folder(path: str) -> int:
    """Bytes that all in it takes on its disk; what goes meanwhile counts for nothing."""
    found = 0
    for parent, _, names in os.walk(path):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                found += os.lstat(f'{parent}/{name}').st_blocks * 512
    return found


def ensure(restored: int, backup: int, free: int) -> None:
    """
    Raises Failure where there is not the room for what is restored, for the backup that follows it on the
    volume, and for what is left to what runs.
    """
    needed = restored + backup + floor()
    if free < needed:
        more = f'{_mib(backup)} MiB of them for the full backup that follows it there, ' if backup else ''
        raise Failure(
            f'the volume has not the room for it beside what runs: {_mib(needed)} MiB are needed, {more}'
            f'{_mib(free)} MiB are free. Fix: a larger volume by {_mib(needed - free)} MiB or more, which '
            'grows in place (pulumi config set volume GIB, and pulumi up); nothing was changed'
        )


@contextlib.contextmanager
def watched(trial: str) -> Iterator[None]:
    """
    What restores is ended where the volume gets as full as that, the server on the folder `trial` too;
    raises Full then.
    """
    over, full = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(SECONDS):
            if host.free() < floor():
                full.set()
                _end(trial)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    except Failure:
        if full.is_set():
            raise Full(
                'the volume has become full, so the restore was ended, as what runs writes to it too. '
                'Fix: a larger volume, which grows in place (pulumi config set volume GIB, and pulumi up)'
            ) from None
        raise
    finally:
        over.set()
        thread.join()


def _end(trial: str) -> None:
    """The programs that this process waits for (proc_pid_task(5))."""
    own = os.getpid()
    with open(f'/proc/{own}/task/{own}/children', encoding='ascii') as file:
        children = [(int(each), signal.SIGTERM) for each in file.read().split()]
    tried = server.process(trial)
    # An immediate shutdown (postgres(1)).
    for number, how in [*children, *([(tried, signal.SIGQUIT)] if tried else [])]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, how)


def _mib(count: int) -> int:
    return -(-count // MIB)
