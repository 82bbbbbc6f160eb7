"""One backup after the other, until one is whole: the newest may turn out to be damaged."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from padlock_release import log
from padlock_release.failure import Failure

from . import room
from .places import Backup

# Of each place.
TRIED = 2


class Final(Failure):
    """What no other backup would change."""


class Part(NamedTuple):
    """
    `until`: the moment that it is as of; None where no log tells. `system`: of files, whose they are.
    `passed_over`: newer ones, each with why it came to nothing.
    """

    label: str
    where: str
    until: datetime | None
    seconds: float
    system: str | None = None
    passed_over: tuple[str, ...] = ()


class Kind(NamedTuple):
    """
    What is brought: `what` it is, what one `backup` of it is called, and the folder of the server that is
    tried on it (`trial`). `bring` has one beside what runs, and returns the moment that it is as of; `forget`
    takes away what came to nothing. Failures that `free` is true of count for none of those that are tried.
    """

    what: str
    backup: str
    trial: str
    bring: Callable[[Backup], datetime | None]
    forget: Callable[[], None]
    free: Callable[[Failure], bool] = lambda _: False


def first_whole(backups: list[Backup], kind: Kind) -> Part:
    """Raises Failure where none comes to anything; room.Full and Final at once."""
    began = time.monotonic()
    problems: list[str] = []
    tried: Counter[str] = Counter()
    for backup in backups:
        if tried[backup.place.where] == TRIED:
            continue
        which = f'{kind.backup} {backup.label} from {backup.place}'
        log.say(f'{kind.what}: {which}')
        try:
            with room.watched(kind.trial):
                until = kind.bring(backup)
            took = round(time.monotonic() - began, 1)
            return Part(backup.label, backup.place.where, until, took, backup.system, tuple(problems))
        except (room.Full, Final):
            kind.forget()
            raise
        except Failure as failure:
            kind.forget()
            tried[backup.place.where] += not kind.free(failure)
            problems.append(f'{which}: {failure}')
            log.say(f'{kind.what}: {failure}')
    raise Failure(f'the {kind.what} cannot be restored, and nothing was changed:\n' + '\n'.join(problems))
