"""The lock of backups and restores."""

import contextlib
import fcntl
import time
from collections.abc import Iterator

from padlock_release import clusters
from padlock_release.failure import Failure

from . import host, journal, places

LOCK = '/run/padlock-backup.lock'
UPGRADE = (
    'an upgrade of the database is under way, or was cut off. Fix: once none is, sudo '
    '/usr/lib/padlock/database resume finishes it, or undoes it'
)


@contextlib.contextmanager
def held(restores: bool = False) -> Iterator[None]:
    """
    One at a time; the kernel frees the lock of a process that was killed, once the programs that it had
    called have ended too. A backup does not wait for a restore, which itself waits for the release that a
    backup is part of; and neither comes between an upgrade of the database.
    """
    with open(LOCK, 'w') as file:
        while True:
            if not restores and journal.load() is not None:
                raise Failure(journal.UNDER_WAY)
            if clusters.upgrading():
                raise Failure(UPGRADE)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.5)
        # Of a restore that was killed.
        places.forget()
        host.kept = (file.fileno(),)
        try:
            yield
        finally:
            host.kept = ()


def is_free() -> bool:
    """Does nobody have it just now?"""
    with open(LOCK, 'a') as file, contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return True
    return False
