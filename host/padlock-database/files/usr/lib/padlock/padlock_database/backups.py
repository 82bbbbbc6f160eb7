"""
Backups of the database while its cluster is exchanged, where any are ordered (padlock-backup, which a host
may have or not).
"""

import os

from padlock_release import log, store

from .command import run

PROGRAM = '/usr/lib/padlock/backup'
ORDER = '/var/lib/padlock/backup/order.json'
# Of the configuration, which padlock-backup writes anew or takes away (padlock_backup/database.py).
DROP_IN = 'conf.d/padlock-backup.conf'
# Segments wait while there is no command; without the mode they are reused, and only a restart changes it
# (https://www.postgresql.org/docs/17/runtime-config-wal.html#RUNTIME-CONFIG-WAL-ARCHIVING).
WAITING = "archive_mode = 'on'\narchive_command = ''\n"


def await_order(configuration: str) -> None:
    """The log of a server that is about to start waits for backups, which are ordered after it."""
    path = f'{configuration}/{DROP_IN}'
    if not os.path.exists(path):
        store.write(path, WAITING, 0o644)


def make() -> None:
    """Of what is about to be replaced; raises Failure where no place has it."""
    if not os.path.exists(ORDER):
        log.say('no backups are ordered, so none was made before the upgrade')
        return
    with log.step('backup'):
        run(PROGRAM, 'release')


def stop() -> None:
    """Nobody hands on a log under the names of another cluster's."""
    _call('stop')


def start() -> None:
    """Of the cluster that was there before."""
    _call('start')


def begin_anew() -> str | None:
    """The log and a full backup of the new cluster; what is wrong with them."""
    if not os.path.exists(ORDER):
        return None
    with log.step('backup of the new one'):
        done = run(PROGRAM, 'upgraded', check=False)
    return None if done.returncode == 0 else ' '.join(log.tail(done.stderr, 3).split())


def _call(verb: str) -> None:
    if os.path.exists(ORDER):
        run(PROGRAM, verb, check=False)
