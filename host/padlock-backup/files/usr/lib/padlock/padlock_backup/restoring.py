"""The verbs that restore."""

import json
from datetime import UTC, datetime

from padlock_release import handed

from . import lock, making, ordered, restore, swap
from .order import Order
from .wanted import RestoreOrder


def restored(order: RestoreOrder) -> int:
    """What came of it is one line of JSON on standard output."""
    with lock.held(True):
        own = ordered.read() if ordered.exists() else None
        cut_off(own)
        handed.forget()
        told = restore.restore(order, own, making.make, datetime.now(UTC))
    print(json.dumps(told))
    return 0


def resume() -> int:
    """After a boot."""
    with lock.held(True):
        cut_off(ordered.read() if ordered.exists() else None)
    return 0


def cut_off(own: Order | None) -> None:
    """Finishes, or undoes, one that was cut off; the host may have no order of its own."""
    whats = swap.resume(own)
    if whats is not None:
        restore.finish(whats, own, making.make)
