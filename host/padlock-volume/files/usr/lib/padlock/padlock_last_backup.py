"""
A last backup of what is on the volume while the app still serves, before another host takes the volume: there
it would be a part of the time in which nothing serves.
"""

import contextlib
import json
import os
import signal
import subprocess

from padlock_release import log, pids, volumes

# Of padlock-backup: there where backups are ordered.
ORDER = '/var/lib/padlock/backup/order.json'
# components/volume/index.ts gives all of the hand-over 20 more.
SECONDS = 900
# Both programs then leave their places without locks.
END_SECONDS = 20
LATER = 'the next host makes it before its release, while nothing serves'


def made() -> list[str]:
    """
    Of what a place has a backup now: `database`, `files`. One that fails keeps nobody from the volume, and
    one that takes longer than 15 minutes is ended.
    """
    if not (os.path.exists(volumes.BACKUP) and os.path.exists(ORDER)):
        return []
    with log.step('backup'):
        return _made()


def _made() -> list[str]:
    # A group of its own: whatever is left of it has the volume in use.
    with subprocess.Popen(
        [volumes.BACKUP, 'hand-over'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, errors='replace', start_new_session=True,
    ) as process:  # fmt: skip
        try:
            told, said = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            _end(process)
            log.say(f'the last backup was not made within {SECONDS} s: {LATER}')
            return []
    if process.returncode != 0:
        log.say(f'the last backup was not made: {LATER}\n{log.tail(said, 5)}')
        return []
    return json.loads(told)['backups']


def _end(process: subprocess.Popen[str]) -> None:
    """All of the group: what is left of it would keep the volume."""
    members = pids.group(process.pid)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        # The pipes end with the last that has them.
        process.communicate(timeout=END_SECONDS)
    pids.kill(pids.group(process.pid) | members)
    process.wait()
