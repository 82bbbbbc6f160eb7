"""The verbs that tell how old backups are, and what is wrong with them."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

from padlock_release.failure import Failure

from . import archive, host, journal, lock, ordered, room, state
from .order import Order

# States of which `check` fails.
WRONG = ('failed', 'late', 'full')


def check() -> int:
    """For monitoring: the exit status alone says whether all is well; why not is on standard error."""
    found = _judged()
    for one in found:
        if one['state'] in WRONG:
            # The level of a line in the journal (sd-daemon(3)).
            print(f'<4>{state.warning(one)}', file=sys.stderr)
    cut_off = journal.load() is not None and lock.is_free()
    if cut_off:
        print(
            '<4>a restore was cut off, and not ended: see sudo journalctl -u padlock-backup-resume',
            file=sys.stderr,
        )
    return 1 if cut_off or any(one['state'] in WRONG for one in found) else 0


def show() -> int:
    print(json.dumps({'backups': _judged()}))
    return 0


def _judged() -> list[dict[str, Any]]:
    found = state.judged(datetime.now(UTC))
    order = ordered.read()
    if order.database:
        found.append(_log(order))
    nearly_full = room.warning() if host.volume_is_mounted() else None
    if nearly_full:
        empty = {'last': None, 'failed': None}
        found.append({'what': 'room on the volume', 'state': 'full', **empty, 'problem': nearly_full})
    return found


def _log(order: Order) -> dict[str, Any]:
    """The log that PostgreSQL hands on, without which only whole nights can be had again."""
    found: dict[str, Any] = {'last': None, 'failed': None, 'problem': None}
    try:
        found = archive.archiver()
    except Failure as failure:
        found['problem'] = ' '.join(str(failure).split())[:500]
    found.pop('line', None)
    return {
        'what': f'log of the {order.name("database")}',
        'state': 'failed' if found['problem'] else 'good',
        **found,
    }
