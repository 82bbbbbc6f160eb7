"""Room on the volume: for what is restored, and for what runs there meanwhile and needs it more."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator

from padlock_release.failure import Failure

from . import disk_usage, host, server

MIB = 1024 * 1024
# Between two looks.
SECONDS = 1.0
# The part of the volume above which `check` warns.
NEARLY_FULL = 0.85
LARGER = 'Fix: a larger volume, which grows in place (pulumi config set volume GIB, and pulumi up)'


class Full(Failure):
    """The volume has no room left for a restore, or for a dump."""


def floor() -> int:
    """Bytes that a restore leaves to what runs: a tenth of the volume, and no more than is of use."""
    of = os.statvfs(host.VOLUME)
    return min(of.f_blocks * of.f_frsize // 10, 256 * MIB)


def used() -> float:
    """The part of the volume that is in use, as df(1) has it."""
    of = os.statvfs(host.VOLUME)
    taken = of.f_blocks - of.f_bfree
    return taken / max(1, taken + of.f_bavail)


def warning() -> str | None:
    """What is to be said of a volume that is nearly full; None where it is not."""
    part = used()
    if part <= NEARLY_FULL:
        return None
    return (
        f'{part:.0%} of the volume is in use, {_mib(host.free())} MiB are free, and a full one stops the '
        f'database. {LARGER}, or remove what the app needs no more'
    )


def of_volume() -> int:
    """Bytes that there are on it, in use or not."""
    of = os.statvfs(host.VOLUME)
    return of.f_blocks * of.f_frsize


def of_folder(path: str) -> int:
    """Bytes that all in it takes on its disk; what goes meanwhile counts for nothing."""
    return disk_usage.of(path).taken


def ensure_backup(size: int, tidy: Callable[[], object] | None) -> None:
    """
    Raises Failure where there is not the room for a backup of `size` bytes on the volume and for what is left
    to what runs; before that, `tidy` removes backups that are no longer kept.
    """
    needed = size + floor()
    if tidy is not None and host.free() < needed:
        tidy()
    free = host.free()
    if free < needed:
        raise Failure(
            f'the volume has not the room for it: {_mib(needed)} MiB are needed, {_mib(floor())} MiB of them '
            f'for what runs, {_mib(free)} MiB are free. {LARGER}: by {_mib(needed - free)} MiB or more'
        )


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
def watched(trial: str | None, what: str = 'restore') -> Iterator[None]:
    """
    What restores, or whatever else `what` is, is ended where the volume gets as full as that, the server on
    the folder `trial` too; raises Full then.
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
                f'the volume has become full, so the {what} was ended, as what runs writes to it too. '
                'Fix: a larger volume, which grows in place (pulumi config set volume GIB, and pulumi up)'
            ) from None
        raise
    finally:
        over.set()
        thread.join()


def _end(trial: str | None) -> None:
    """The programs that this process waits for (proc_pid_task(5))."""
    own = os.getpid()
    with open(f'/proc/{own}/task/{own}/children', encoding='ascii') as file:
        children = [(int(each), signal.SIGTERM) for each in file.read().split()]
    tried = server.process(trial) if trial else None
    # An immediate shutdown (postgres(1)).
    for number, how in [*children, *([(tried, signal.SIGQUIT)] if tried else [])]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, how)


def _mib(count: int) -> int:
    return -(-count // MIB)
