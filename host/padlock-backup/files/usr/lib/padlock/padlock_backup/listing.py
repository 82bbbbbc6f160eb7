"""What there is to restore from."""

import json
from datetime import UTC, datetime
from typing import Any

from padlock_release.failure import Failure

from . import archive, database, files, pgbackrest
from .order import Order
from .state import FORM


def tell(order: Order, as_json: bool) -> int:
    """The exit status: a place that cannot be read says why, and fails the command."""
    found = everything(order)
    print(json.dumps(found) if as_json else '\n'.join(lines(found)))
    return 1 if any(one['problem'] for one in found) else 0


def everything(order: Order) -> list[dict[str, Any]]:
    """
    One for each kind of data and place: `backups`, `problem` where it cannot be read, and `window` with
    `from` and `until` where any moment in between can be had, as of a database with its log.
    """
    found = []
    for what, where in order.all():
        one: dict[str, Any] = {
            'what': order.name(what),
            'where': where,
            'backups': [],
            'window': None,
            'problem': None,
        }
        try:
            if what == 'database':
                one['backups'] = database.backups(pgbackrest.REPOSITORIES[where])
                one['window'] = _window(one['backups'])
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
        if one['window']:
            told.append(f'  any moment from {one["window"]["from"]} to {one["window"]["until"]}')
    return told


def _line(backup: dict[str, Any]) -> str:
    if 'stop' not in backup:
        return f'  {backup["label"]}  snapshot  {backup["time"]}'
    return f'  {backup["label"]}  {backup["type"]}  {_time(backup["stop"])}  {backup["size"]} bytes'


def _window(backups: list[dict[str, Any]]) -> dict[str, str] | None:
    if not backups:
        return None
    newest = _time(backups[-1]['stop'])
    try:
        handed_on = archive.archiver()['last']
    except Failure:
        # A server that is down: what there is may be more than its backups.
        handed_on = None
    return {'from': _time(min(one['stop'] for one in backups)), 'until': max(handed_on or newest, newest)}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(FORM)
