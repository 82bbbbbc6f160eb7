"""Processes by number and start: another one may have the number by now (proc_pid_stat(5))."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator

# One that waits for a disk dies only after it. Seconds.
GONE = 60.0


def stat(pid: int | str) -> list[str]:
    """From the third field on, the state: the name before it may hold anything."""
    with open(f'/proc/{pid}/stat', encoding='utf-8', errors='replace') as file:
        return file.read().rpartition(')')[2].split()


def family(pid: int) -> list[int]:
    """The process and all below it, parents first."""
    children: dict[int, list[int]] = {}
    for one, fields in _all():
        children.setdefault(int(fields[1]), []).append(one)
    return list(_below(pid, children))


def members(pid: int) -> dict[int, str | None]:
    """The family, and when each of it was started."""
    return {one: started(one) for one in family(pid)}


def group(pgid: int) -> dict[int, str | None]:
    """All of a process group, and when each of it was started."""
    return {one: fields[19] for one, fields in _all() if int(fields[2]) == pgid}


def started(pid: int) -> str | None:
    """When, since the boot; None if it is not there."""
    try:
        return stat(pid)[19]
    except OSError:
        return None


def is_same(pid: int, start: str | None) -> bool:
    """Is it there, if only as a zombie, and the one that was started then?"""
    return start is not None and started(pid) == start


def kill(some: dict[int, str | None]) -> None:
    """
    Kills them, and waits, a minute at most, until they have ended: a killed process closes its files before
    that, so an end of its output says too little.
    """
    for pid, start in some.items():
        if is_same(pid, start):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + GONE
    while time.monotonic() < until and any(_lives(pid, start) for pid, start in some.items()):
        time.sleep(0.02)


def _lives(pid: int, start: str | None) -> bool:
    try:
        fields = stat(pid)
    except OSError:
        return False
    return fields[19] == start and fields[0] not in ('Z', 'X')


def _all() -> Iterator[tuple[int, list[str]]]:
    for name in os.listdir('/proc'):
        if name.isdecimal():
            with contextlib.suppress(OSError):
                yield int(name), stat(name)


def _below(pid: int, children: dict[int, list[int]]) -> Iterator[int]:
    yield pid
    for child in children.get(pid, []):
        yield from _below(child, children)
