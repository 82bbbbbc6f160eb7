"""
How far an upgrade is, in a file of root's on the volume, by which any host that the volume comes to ends it:
`prepare` (the new cluster is made, the app goes on), `copy` (the app is ended), `swap` (the new one has
been compared and takes the place), `after` (it runs; its log is yet to be handed on). Beside it is a mark in
`swap`, with which no unit of the app starts (app-.service.d): what it wrote then could be lost.
"""

import contextlib
import json
import os
from typing import NamedTuple

from padlock_release import clusters, notes, store


class Upgrade(NamedTuple):
    """Versions, as in `17`."""

    step: str
    old: str
    new: str


def read() -> Upgrade | None:
    """Raises Failure for what is no note of an upgrade."""
    found = clusters.note()
    return None if found is None else Upgrade(**found)


def note(step: str, old: str, new: str) -> None:
    """Whenever it is `swap`, there is the mark."""
    os.makedirs(os.path.dirname(clusters.JOURNAL), mode=0o755, exist_ok=True)
    if step == 'swap':
        store.write(mark(), '', 0o644)
    store.write(clusters.JOURNAL, json.dumps(Upgrade(step, old, new)._asdict()) + '\n', 0o600)
    os.sync()
    if step != 'swap':
        _unlink(mark())


def forget() -> None:
    # With neither a note nor an app nobody would look after either.
    _unlink(mark())
    _unlink(clusters.JOURNAL)
    os.sync()


def mark() -> str:
    return notes.mark(clusters.JOURNAL)


def _unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
