"""
Runs a command for as long as it gets on: a pull from a registry that has gone silent would wait for ever,
and keep the lock of releases. A slow one has all the time that it needs.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from . import log
from .failure import Failure

# Without progress, seconds.
LIMIT = 300
# In that time all its processes together must have read and written, or computed, as much as this:
# bytes, and seconds of a processor. Less is a runtime that looks after itself.
BYTES = 65536
CPU = 1.0
# Between two looks, and from asking to end until it is ended, seconds.
LOOK = 5.0
GRACE = 10.0
# What the operator does.
AGAIN = 'once it answers, pulumi up'


class Stalled(Exception):
    """It got no further and was ended; the text is the end of what it wrote."""


class Done(NamedTuple):
    """What all processes together have done so far."""

    bytes: int
    cpu: float


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
        since, seen = time.monotonic(), done(process.pid)
        while True:
            try:
                out, err = process.communicate(given, timeout=LOOK)
                return subprocess.CompletedProcess(argv, process.returncode, out, err)
            except subprocess.TimeoutExpired:
                given = None
            except BaseException:
                end(process)
                raise
            now = done(process.pid)
            # Of one that has ended nothing counts any more, which is no progress of the others.
            seen = Done(min(seen.bytes, now.bytes), min(seen.cpu, now.cpu))
            if now.bytes - seen.bytes >= BYTES or now.cpu - seen.cpu >= CPU:
                since, seen = time.monotonic(), now
            elif time.monotonic() - since >= LIMIT:
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


def done(pid: int) -> Done:
    """By the process and all below it: what they read and wrote (sockets included), and computed."""
    total, cpu = 0, 0
    for one in family(pid):
        with contextlib.suppress(OSError, ValueError):
            with open(f'/proc/{one}/io', encoding='ascii') as file:
                values = dict(line.split(': ') for line in file)
            total += int(values['rchar']) + int(values['wchar'])
            # proc_pid_stat(5): utime, stime and those of children that were waited for.
            cpu += sum(int(field) for field in _stat(one)[11:15])
    return Done(total, cpu / os.sysconf('SC_CLK_TCK'))


def family(pid: int) -> list[int]:
    """The process and all below it, parents first."""
    children: dict[int, list[int]] = {}
    for name in os.listdir('/proc'):
        if name.isdecimal():
            with contextlib.suppress(OSError):
                children.setdefault(int(_stat(int(name))[1]), []).append(int(name))
    return list(_below(pid, children))


def _below(pid: int, children: dict[int, list[int]]) -> Iterator[int]:
    yield pid
    for child in children.get(pid, []):
        yield from _below(child, children)


def _stat(pid: int) -> list[str]:
    """From the third field on: the name before it may hold anything."""
    with open(f'/proc/{pid}/stat', encoding='utf-8', errors='replace') as file:
        return file.read().rpartition(')')[2].split()


def end(process: subprocess.Popen) -> tuple[str, str]:
    """
    All of it: asked first, so that Podman tidies up. Returns what it wrote. What has left the family, and
    holds its output, is not waited for.
    """
    members = _members(process.pid)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.communicate(timeout=GRACE)
    # Those of which the parent has ended, and what was started since.
    for pid in [process.pid, *members]:
        if pid == process.pid or _is(pid, members[pid]):
            members = _members(pid) | members
    for pid, started in members.items():
        # Another process may have the number by now.
        if _is(pid, started):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    try:
        return process.communicate(timeout=GRACE)
    except subprocess.TimeoutExpired as expired:
        out, err = ((some or b'').decode(errors='replace') for some in (expired.output, expired.stderr))
        return out, err


def _members(pid: int) -> dict[int, str | None]:
    """The family, and when each of it was started."""
    return {one: _started(one) for one in family(pid)}


def _is(pid: int, started: str | None) -> bool:
    return started is not None and _started(pid) == started


def _started(pid: int) -> str | None:
    """When, since the boot; None if it is not there."""
    try:
        return _stat(pid)[19]
    except OSError:
        return None
