"""The lock of backups and restores."""

import contextlib
import fcntl
import time
from collections.abc import Iterator

from padlock_release import clusters, holder, log
from padlock_release.failure import Failure
from padlock_rows import sides

from . import host, journal, places, staging

LOCK = '/run/padlock-backup.lock'
UPGRADE = (
    'an upgrade of the database is under way, or was cut off. Fix: once none is, sudo '
    '/usr/lib/padlock/database resume finishes it, or undoes it'
)
# How others call the verb that has it.
NAMES = {
    'now': 'a backup by night or by hand',
    'release': 'the backup before a release',
    'restore': 'a restore',
    'resume': 'the end of a restore that was cut off',
    'state': "an export of the stack's state",
    'up': 'an update of the settings of backups',
    'upgraded': 'the backup after an upgrade of the database',
    'remove': 'the end of backups',
}
UNKNOWN = 'another backup or restore'
# Of verbs that are a command of an update: less than its time limit, of 15 minutes and more. In seconds.
PATIENCE = {'release': 480, 'up': 480, 'remove': 480}
# The verb of this process.
verb = ''


@contextlib.contextmanager
def held(restores: bool = False) -> Iterator[None]:
    """
    One at a time; the kernel frees the lock of a process that was killed, once the programs that it had
    called have ended too. A backup does not wait for a restore, which itself waits for the release that a
    backup is part of; and neither comes between an upgrade of the database. Whoever waits says once for whom,
    and an update not for longer than its PATIENCE.
    """
    # Not emptied: it has the name of who holds it.
    with open(LOCK, 'a+') as file:
        began, told = time.monotonic(), False
        while True:
            if not restores and journal.load() is not None:
                raise Failure(journal.UNDER_WAY)
            if clusters.upgrading():
                raise Failure(UPGRADE)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waited = time.monotonic() - began
                # By then the name is there.
                if waited >= 0.5 and not told:
                    told = True
                    log.say(f'waits for {holder.told(file, NAMES, UNKNOWN)}')
                if waited > PATIENCE.get(verb, float('inf')):
                    who = holder.told(file, NAMES, UNKNOWN)
                    raise Failure(
                        f'{who} is not done, and this has waited for {waited:.0f} s. '
                        'Fix: once it is (sudo journalctl -u padlock-backup), pulumi up again'
                    ) from None
                time.sleep(0.5)
        holder.note(file, verb)
        # Of a restore that was killed.
        places.forget()
        sides.forget(staging.RESTORE)
        # One that changes the names of databases goes on for a moment where this process is killed.
        host.kept = sides.kept = (file.fileno(),)
        try:
            yield
        finally:
            host.kept = sides.kept = ()
            holder.note(file, '')


def is_free() -> bool:
    """Does nobody have it just now?"""
    with open(LOCK, 'a') as file, contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return True
    return False
