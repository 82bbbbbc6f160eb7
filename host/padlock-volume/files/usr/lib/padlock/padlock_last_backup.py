"""
A last backup of what is on the volume while the app still serves, before another host takes the volume, as
there it would be a part of the time in which nothing serves; or before the stack is destroyed, which keeps
what is in the bucket alone.
"""

import contextlib
import json
import os
import signal
import subprocess

from padlock_release import log, pids, store, volumes

# Of padlock-backup: there where backups are ordered.
ORDER = '/var/lib/padlock/backup/order.json'
STATE = '/var/lib/padlock/backup/state.json'
# components/volume/index.ts gives all of the hand-over 20 more.
SECONDS = 900
# Both programs then leave their places without locks.
END_SECONDS = 20
LATER = 'where another host takes the volume, that one makes it before its release, while nothing serves'


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
            log.say(f'the last backup was not made within {SECONDS} s. {_newest()}; {LATER}')
            return []
    if process.returncode != 0:
        log.say(f'the last backup was not made. {_newest()}; {LATER}\n{log.tail(said, 5)}')
        return []
    found = json.loads(told)
    if found['made']:
        log.say(f'last backup made: {", ".join(found["made"])}')
    # One place is enough for a next host; the volume's may be destroyed with the stack.
    for words in found['failed']:
        log.say(words)
    return found['backups']


def _newest() -> str:
    """Of each kind and place, by what the host has noted."""
    state = {}
    with contextlib.suppress(ValueError, OSError):
        state = json.loads(store.read(STATE) or '{}')
    # Exports of the stack's state are no backups of what is on the volume.
    kept = {what: one.get('last') for what, one in state.items() if not what.startswith('state ')}
    told = ', '.join(f'{what} {last or "never"}' for what, last in kept.items())
    return f'The newest ones: {told}' if told else 'Of former ones nothing is noted'


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
