"""What there is to restore from."""

import contextlib
import json
from typing import Any

from padlock_release.failure import Failure

from . import archive, database, files, holes, managed, pgbackrest, windows
from .order import Order

NONE: dict[str, Any] = {'windows': [], 'holes': []}


def tell(order: Order, as_json: bool) -> int:
    """The exit status: a place that cannot be read says why, and fails the command."""
    found = everything(order)
    print(json.dumps(found) if as_json else '\n'.join(lines(found)))
    return 1 if any(one['problem'] for one in found) else 0


def everything(order: Order) -> list[dict[str, Any]]:
    """
    One for each kind of data and place: `backups`, `problem` where it cannot be read, and of a database,
    which has its log, `windows` (windows.py) and `holes` with `from` and `until`, between which no moment
    can be had.
    """
    found = []
    for what, where in order.all():
        one: dict[str, Any] = {**NONE, 'what': order.name(what), 'where': where}
        one |= {'backups': [], 'problem': None}
        try:
            if what == 'database':
                one['backups'] = database.backups(pgbackrest.REPOSITORIES[where])
                one |= _moments(where, one['backups'])
            elif what == 'managed':
                one['backups'] = managed.snapshots(order, where)
            else:
                one['backups'] = files.snapshots(order, where)
        except Failure as failure:
            one['problem'] = ' '.join(str(failure).split())
        found.append(one)
    return found


def lines(found: list[dict[str, Any]]) -> list[str]:
    """The same for people."""
    told = []
    for one in found:
        told.append(f'{one["what"]} {one["where"]}')
        if one['problem']:
            told.append(f'  not known: {one["problem"]}')
        told += [_line(backup) for backup in one['backups']]
        told += [_window(window) for window in one['windows']]
        told += [_hole(hole) for hole in one['holes']]
    return told


def _line(backup: dict[str, Any]) -> str:
    if 'stop' not in backup:
        return f'  {backup["label"]}  snapshot  {backup["time"]}'
    return f'  {backup["label"]}  {backup["type"]}  {windows.time(backup["stop"])}  {backup["size"]} bytes'


def _window(window: dict[str, Any]) -> str:
    whose = f', of {window["of"]}' if window['of'] else ''
    return f'  any moment from {window["from"]} to {window["until"]}{whose}'


def _hole(hole: dict[str, Any]) -> str:
    since = f'after {hole["from"]}' if hole['from'] else 'of some time'
    if hole['until'] is None:
        return f'  a part of the log {since} is missing: no later moment until the next backup'
    return f'  a part of the log {since} is missing: moments are whole again from {hole["until"]} on'


def _moments(where: str, backups: list[dict[str, Any]]) -> dict[str, Any]:
    line = handed_on = None
    # A server that is down: what there is may be more than its backups.
    with contextlib.suppress(Failure):
        seen = archive.archiver()
        line, handed_on = seen['line'], seen['last']
    missing = holes.of(where, backups)
    return {
        'windows': windows.of(backups, missing, line, handed_on),
        'holes': [{key: one[key] and windows.time(one[key]) for key in ('from', 'until')} for one in missing],
    }
