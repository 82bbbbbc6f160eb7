"""The verbs of `backup`."""

import sys
from typing import TextIO

from padlock_release import log
from padlock_release.failure import Failure, told

from . import (
    begin,
    export as exports,
    judging,
    listing,
    lock,
    making,
    order as orders,
    ordered,
    pgbackrest,
    restoring,
    swap,
    wanted,
)

USAGE = (
    'usage: backup up < ORDER | restore < ORDER | state < EXPORT | resume | now | release |\n'
    '  hand-over | check | show | list [--json] | remove | stop | start | upgraded'
)


def main(words: list[str], stream: TextIO) -> int:
    """The exit status: 0, 1 where something failed or is late, 2 for a wrong command line."""
    verbs = {
        'now': making.now, 'release': making.release, 'hand-over': making.hand_over,
        'upgraded': making.upgraded, 'resume': restoring.resume, 'check': judging.check,
        'show': judging.show, 'list': listed, 'remove': begin.remove, 'stop': stop, 'start': start,
    }  # fmt: skip
    lock.verb = ' '.join(words[:1])
    try:
        if words == ['up']:
            return begin.up(orders.read(stream))
        if words == ['restore']:
            return restoring.restored(wanted.read(stream))
        if words == ['state']:
            return making.state_of_stack(exports.read(stream))
        if words == ['list', '--json']:
            return listing.tell(ordered.read(), True)
        if len(words) != 1 or words[0] not in verbs:
            print(USAGE, file=sys.stderr)
            return 2
        return verbs[words[0]]()
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1


def listed() -> int:
    return listing.tell(ordered.read(), False)


def stop() -> int:
    """Before another cluster takes the place of this one, by whoever keeps others from meddling."""
    swap.quiet()
    return 0


def start() -> int:
    """Where that came to nothing."""
    pgbackrest.run('start')
    return 0
