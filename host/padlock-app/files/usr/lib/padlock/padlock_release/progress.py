"""
Runs a command for as long as it gets on: a pull from a registry that has gone silent would wait for ever,
and keep the lock of releases. A slow one has all the time that it needs.
"""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from . import log, pids
from .failure import Failure

# Without progress, seconds.
LIMIT = 300
# In that time those of its threads that live for longer than a look must have read and written, or
# computed, as much as this: bytes, and seconds of a processor. Less is a runtime that looks after itself.
BYTES = 65536
CPU = 1.0
# What lives shorter is a step after the other, or a try of the same after the other, which reads its
# programs again and again: it gets on by what it leaves on the disk, or by this part of a processor's time.
SHARE = 0.1
# Between two looks, and from asking to end until it is ended, seconds.
LOOK = 5.0
GRACE = 10.0
# What the operator does.
AGAIN = 'once it answers, pulumi up'


class Stalled(Exception):
    """It got no further and was ended; the text is the end of what it wrote."""


class Done(NamedTuple):
    """What a thread, or all processes together, have done so far: bytes, seconds of a processor."""

    bytes: int
    cpu: float


class Seen(NamedTuple):
    """
    What was seen at a look: `all` of the processes with those of their children that have ended, where
    bytes are those that are for a disk; and each thread that lives, by its number and start, by itself.
    """

    all: Done
    threads: dict[tuple[int, str], Done]


def run(argv: tuple[str, ...], **options: Any) -> subprocess.CompletedProcess:
    """
    As subprocess.run(capture_output=True) of these words.
    Raises Stalled once they have got no further for LIMIT seconds.
    """
    given = options.pop('input', None)
    if given is not None:
        options['stdin'] = subprocess.PIPE
    pipes = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE}
    with subprocess.Popen(argv, **options, **pipes) as process:
        since, seen = time.monotonic(), look(process.pid)
        own, whole = Done(0, 0), Done(0, 0)
        while True:
            try:
                out, err = process.communicate(given, timeout=LOOK)
                return subprocess.CompletedProcess(argv, process.returncode, out, err)
            except subprocess.TimeoutExpired:
                given = None
            except BaseException:
                end(process)
                raise
            now = look(process.pid)
            own, whole = _more(own, _lasting(seen, now)), _more(whole, _grown(seen.all, now.all))
            seen = now
            passed = time.monotonic() - since
            if own.bytes >= BYTES or own.cpu >= CPU or whole.bytes >= BYTES or whole.cpu >= SHARE * LIMIT:
                since, own, whole = time.monotonic(), Done(0, 0), Done(0, 0)
            elif passed >= LIMIT:
                out, err = end(process)
                raise Stalled(f'{out}{err}'.strip())


@contextlib.contextmanager
def told(what: str, who: str, fix: str) -> Iterator[None]:
    """What got no further, who seems to be the reason, and what to do, as a Failure for the operator."""
    try:
        yield
    except Stalled as stalled:
        words = log.tail(str(stalled), 5)
        raise Failure(
            f'{what} got no further for {LIMIT} s and was ended: {who}, or the way to it is cut. '
            f'Fix: {fix}. Podman wrote:\n{words or "(nothing)"}'
        ) from None


def pull(image: str, fix: str = AGAIN) -> contextlib.AbstractContextManager[None]:
    return told(f'the pull of {image}', f'the registry {image.split("/")[0]} is silent', fix)


def look(pid: int) -> Seen:
    """At the process and all below it."""
    disk, cpu, threads = 0, 0, {}
    for one in pids.family(pid):
        with contextlib.suppress(OSError, ValueError):
            disk += int(_io(f'/proc/{one}')['write_bytes'])
            # proc_pid_stat(5): utime, stime and those of children that were waited for.
            cpu += sum(int(field) for field in pids.stat(one)[11:15])
            for thread in os.listdir(f'/proc/{one}/task'):
                with contextlib.suppress(OSError, ValueError):
                    fields, io = pids.stat(f'{one}/task/{thread}'), _io(f'/proc/{one}/task/{thread}')
                    # Sockets included.
                    moved = int(io['rchar']) + int(io['wchar'])
                    own = Done(moved, _seconds(int(fields[11]) + int(fields[12])))
                    threads[int(thread), fields[19]] = own
    return Seen(Done(disk, _seconds(cpu)), threads)


def _lasting(before: Seen, now: Seen) -> Done:
    """What those did that were there before."""
    both = [(before.threads[one], now.threads[one]) for one in before.threads.keys() & now.threads.keys()]
    return Done(sum(b.bytes - a.bytes for a, b in both), sum(b.cpu - a.cpu for a, b in both))


def _grown(before: Done, now: Done) -> Done:
    """Of one that has ended nothing counts any more, which is no progress of the others."""
    return Done(max(0, now.bytes - before.bytes), max(0, now.cpu - before.cpu))


def _more(one: Done, other: Done) -> Done:
    return Done(one.bytes + other.bytes, one.cpu + other.cpu)


def _io(folder: str) -> dict[str, str]:
    """proc_pid_io(5): that of a thread is its own, that of a process has its ended children's too."""
    with open(f'{folder}/io', encoding='ascii') as file:
        return dict(line.rstrip().split(': ') for line in file)


def _seconds(ticks: int) -> float:
    return ticks / os.sysconf('SC_CLK_TCK')


def end(process: subprocess.Popen) -> tuple[str, str]:
    """
    All of it: asked first, so that Podman tidies up. Returns what it wrote. What has left the family, and
    holds its output, is not waited for.
    """
    members = pids.members(process.pid)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.communicate(timeout=GRACE)
    # Those of which the parent has ended, and what was started since.
    for pid in [process.pid, *members]:
        if pid == process.pid or pids.is_same(pid, members[pid]):
            members = pids.members(pid) | members
    pids.kill(members)
    try:
        return process.communicate(timeout=GRACE)
    except subprocess.TimeoutExpired as expired:
        out, err = ((some or b'').decode(errors='replace') for some in (expired.output, expired.stderr))
        return out, err
