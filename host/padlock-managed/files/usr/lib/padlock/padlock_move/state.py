"""
How far a move is. The order has passwords, so it lies in memory and goes with the host; what was begun
is on the volume, which one of the two databases is on: on its next host too nothing is taken for empty that
waits for its rows.
"""

import contextlib
import json
import os
from typing import Any, NamedTuple

from padlock_release import kept, store, volumes

from . import order as orders
from .order import Order

PATH = volumes.MOVE
SECRETS = '/run/padlock-move.json'


class Move(NamedTuple):
    """
    `phase` is `ordered`, `copying` or `copied`; the source is read-only in the last two. `began` is when
    it became so, seconds since 1970; `found` is what has been copied.
    """

    source: str
    target: str
    phase: str
    began: float | None = None
    copied: float | None = None
    found: dict[str, Any] | None = None


def load() -> Move | None:
    text = store.read(PATH)
    return None if text is None else Move(**json.loads(text))


def save(move: Move) -> None:
    store.write(PATH, json.dumps(move._asdict()) + '\n', 0o600)


def remember(order: Order) -> None:
    data = order._asdict()
    names = {
        'source': 'from', 'target': 'to', 'admin': 'user', 'admin_password': 'password',
        'app_password': 'appPassword', 'local_password': 'localPassword', 'storage': 'storageMiB',
    }  # fmt: skip
    store.write(SECRETS, json.dumps({names.get(key, key): data[key] for key in data}) + '\n', 0o600)


def ordered() -> Order | None:
    text = store.read(SECRETS)
    return None if text is None else orders.parse(text)


def forget() -> None:
    for path in (SECRETS, PATH):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def live() -> str | None:
    """Which database the release that is live uses; None for neither."""
    record = kept.load(store.current() or '')
    manifest = None if record is None else record.manifest
    if manifest is None:
        return None
    return manifest.uses or None


def live_since() -> float:
    """When the way to the live release was laid, seconds since 1970."""
    return os.lstat(store.link(1)).st_mtime
