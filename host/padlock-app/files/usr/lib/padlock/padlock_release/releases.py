"""The releases that are on the host: which there are, and the way back to one of them."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TextIO

from . import image, kept, log, store
from .failure import Failure
from .store import Entry

USAGE = 'usage: releases list'


def main(words: list[str], stream: TextIO) -> int:
    """The exit status; what was found is on standard output, as JSON."""
    try:
        if words != ['list']:
            raise Failure(USAGE)
        print(json.dumps(listing()))
    except Failure as failure:
        log.say(str(failure))
        return 1
    return 0


def listing() -> list[dict[str, Any]]:
    """
    The last to be released first. The state is `live`, `kept`, `failed` for one that has never
    served, or `gone` for one whose image is not there.
    """
    entries, live = store.history(), store.current()
    with ThreadPoolExecutor(max_workers=4) as pool:
        there = list(pool.map(lambda entry: image.exists(entry.image), entries))
    rows = [_row(entry, live, found) for entry, found in zip(entries, there, strict=True)]
    return sorted(rows, key=lambda row: row['when'] or '', reverse=True)


def _row(entry: Entry, live: str | None, there: bool) -> dict[str, Any]:
    record = kept.load(entry.id)
    back = None if record is None else record.rolled_back
    return {
        'release': entry.id,
        'when': None if record is None else record.when,
        'commit': 'unknown' if record is None else record.commit,
        'by': 'unknown' if record is None else record.by,
        'state': _state(entry, live, there),
        'rolledBack': None if back is None or entry.id != live else {'when': back[0], 'by': back[1]},
    }


def _state(entry: Entry, live: str | None, there: bool) -> str:
    if entry.id == live:
        return 'live'
    if not entry.served:
        return 'failed'
    return 'kept' if there else 'gone'
