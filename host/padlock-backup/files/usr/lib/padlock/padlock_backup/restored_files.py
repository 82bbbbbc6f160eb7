"""The files of the app's volumes beside those in use: restored by restic, which checks all it reads."""

import os
import shutil
import time
from collections import Counter
from datetime import UTC, datetime

from padlock_release import log
from padlock_release.failure import Failure

from . import files, host, room
from .places import Backup
from .recovery import TRIED, Part


def restored() -> str:
    return f'{files.source()}.restored'


def bring(backups: list[Backup]) -> Part:
    """Tries one snapshot after the other; raises Failure where none is whole."""
    began = time.monotonic()
    problems = []
    tried: Counter[str] = Counter()
    for backup in backups:
        if tried[backup.place.where] == TRIED:
            continue
        tried[backup.place.where] += 1
        log.say(f'files: snapshot {backup.label} from {backup.place}')
        try:
            with room.watched(restored()):
                _bring(backup)
            until = datetime.fromtimestamp(backup.time, UTC)
            took = round(time.monotonic() - began, 1)
            return Part(backup.label, backup.place.where, until, took, backup.system, tuple(problems))
        except room.Full:
            forget()
            raise
        except Failure as failure:
            forget()
            problems.append(f'snapshot {backup.label} from {backup.place}: {failure}')
            log.say(f'files: {failure}')
    raise Failure('the files cannot be restored, and nothing was changed:\n' + '\n'.join(problems))


def forget() -> None:
    for path in (restored(), _new()):
        if os.path.lexists(path):
            shutil.rmtree(path)


def _bring(backup: Backup) -> None:
    forget()
    host.folder(_new(), 'root', 0o700)
    order = backup.place.order
    files.restic(order, backup.place.where, '--no-lock', 'restore', backup.label, '--target', _new())
    # It makes the whole path of what was backed up.
    os.rename(f'{_new()}/{backup.path.lstrip("/")}', restored())
    shutil.rmtree(_new())


def _new() -> str:
    return f'{host.VOLUME}/restore.new'
