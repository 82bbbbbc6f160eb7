"""The verbs of `seed`."""

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import TextIO

from padlock_database import cluster, service
from padlock_release import log
from padlock_release.failure import Failure, told

from . import anonymise, load, order

USAGE = 'usage: seed anonymise < ORDER | load < ORDER | clear | release'
LOCK = '/run/padlock-seed.lock'
# Longer than the hourly `clear` takes where nothing is left.
SECONDS = 15
# Of a release, whose backup may have waited too, within the time limit of an update.
PATIENCE = 240


def main(words: list[str], stream: TextIO) -> int:
    """The exit status: 0, 1 where something failed, 2 for a wrong command line."""
    if words not in (['anonymise'], ['load'], ['clear'], ['release']):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        if words == ['release']:
            wait()
            return 0
        with _lock(0 if words == ['clear'] else SECONDS) as has:
            if has:
                _forget_files()
            if words == ['clear']:
                if has and service.is_ready():
                    anonymise.clear()
                return 0
            if not has:
                raise Failure('another snapshot is under way on this host; try again later')
            wanted = order.load(stream) if words == ['load'] else order.anonymise(stream)
            if not service.is_ready():
                raise Failure(f'PostgreSQL does not take connections at {cluster.SOCKETS}; nothing was done')
            if isinstance(wanted, order.Load):
                print('loaded' if load.run(wanted) else 'as it was')
            else:
                print(json.dumps(anonymise.run(wanted)))
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    return 0


def wait() -> None:
    """Before a release: a migration would wait, without a word, for the tables that a snapshot reads."""
    with _lock(1) as has:
        if has:
            return
    log.say('waits for a snapshot of the database (./padlock backup anonymise)')
    with _lock(PATIENCE) as has:
        if not has:
            log.say(
                f'it is not done after {PATIENCE} s, so the release goes on; where its migration fails as it '
                'waits for a table, pulumi up again once the snapshot is made'
            )


@contextlib.contextmanager
def _lock(seconds: float) -> Iterator[bool]:
    """Gives whether this one has it by then; the kernel frees the lock of a process that was killed."""
    deadline = time.monotonic() + seconds
    with open(LOCK, 'w') as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    yield False
                    return
            time.sleep(0.2)
        yield True


def _forget_files() -> None:
    """Of an earlier version of this program that was killed: dumps had names, and hold rows."""
    for name in ('anonymised.dump', 'snapshot.dump'):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f'{cluster.VOLUME}/{name}')
