"""A key to a bucket that was made a moment ago: the bucket may know it only some seconds later."""

import time

from padlock_release.failure import CommandFailure

from . import files
from .order import Order

# As the operator's computer has it (config/backups/new-key.ts).
SECONDS = 60
PAUSE_SECONDS = 2


def wait(order: Order, former: Order | None) -> None:
    """
    Waits while the bucket refuses a key that this host did not have before, for at most SECONDS. A key of
    an S3 of one's own has opened the bucket to the operator's computer before, so a wrong one hardly comes
    here. Whatever else is wrong, and a key that stays refused, is said by whoever asks next.
    """
    if former is not None and (former.key, former.secret) == (order.key, order.secret):
        return
    deadline = time.monotonic() + SECONDS
    while _is_refused(order, deadline - time.monotonic()) and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)


def _is_refused(order: Order, seconds: float) -> bool:
    try:
        files.restic(order, 'bucket', '--no-lock', 'cat', 'config', seconds=max(seconds, 1))
    except CommandFailure as failure:
        return files.is_refused(failure)
    return False
