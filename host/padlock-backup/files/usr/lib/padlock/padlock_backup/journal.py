"""
How far a restore is: a file on the volume says so, and `resume` ends it on any host that the volume comes to.
Beside it is a mark while the data is swapped, without which the app's units start (app-.service.d).
"""

import contextlib
import json
import os
from typing import Any

from padlock_release import notes, store

from . import host

UNDER_WAY = (
    'a restore is under way, or was cut off. Fix: once none is, sudo /usr/lib/padlock/backup resume '
    'finishes it, or undoes it'
)


def load() -> dict[str, Any] | None:
    """Raises Failure for what is no note."""
    return notes.read(path())


def note(**words: Any) -> None:
    """With `step`: `prepare`, `swap` or `after`. Whenever it is `swap`, there is the mark."""
    os.makedirs(os.path.dirname(path()), exist_ok=True)
    if words['step'] == 'swap':
        store.write(mark(), '', 0o644)
    store.write(path(), json.dumps(words) + '\n', 0o600)
    os.sync()
    if words['step'] != 'swap':
        _unlink(mark())


def forget() -> None:
    if keeps_app():
        # With neither a note nor an app nobody would look after either.
        note(step='prepare')
    _unlink(path())


def keeps_app() -> bool:
    """Does the app not start until this is ended?"""
    return os.path.exists(mark())


def path() -> str:
    return f'{host.VOLUME}/backup/restore.json'


def mark() -> str:
    return notes.mark(path())


def _unlink(name: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name)
