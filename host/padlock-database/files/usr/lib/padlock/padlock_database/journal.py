"""
How far an upgrade is, in a file on the volume, by which any host that the volume comes to ends it:
`prepare` (the new cluster is made, the app goes on), `copy` (the app is ended), `swap` (the new one has
been compared and takes the place), `after` (it runs; its log is yet to be handed on).
"""

import contextlib
import json
import os
from typing import NamedTuple

from padlock_release import clusters, store


class Upgrade(NamedTuple):
    """Versions, as in `17`."""

    step: str
    old: str
    new: str


def read() -> Upgrade | None:
    text = store.read(clusters.JOURNAL)
    return None if text is None else Upgrade(**json.loads(text))


def note(step: str, old: str, new: str) -> None:
    store.write(clusters.JOURNAL, json.dumps(Upgrade(step, old, new)._asdict()) + '\n', 0o600)
    os.sync()


def forget() -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(clusters.JOURNAL)
    os.sync()
