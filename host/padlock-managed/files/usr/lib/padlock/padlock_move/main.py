"""The verbs of `move`."""

import json
import os
import signal
import time
from typing import Any, TextIO

from padlock_release import log, store
from padlock_release.failure import Failure, told
from padlock_rows import contents
from padlock_rows.sides import Side

from . import copy, fence, order as orders, sides, state, target as targets
from .order import Order
from .state import Move

USAGE = 'usage: move state | check | order | undo | done | analyze < ORDER, or release'
VOLUME = '/srv/volume'
LOCK_SECONDS = 3
# Set for what runs before a release (padlock_release, before.py).
COMING = 'RELEASE_DATABASE'


def main(words: list[str], stream: TextIO) -> int:
    """The exit status; what was found is on standard output, as JSON."""
    looks = {'check': check, 'analyze': analyze}
    verbs = {'order': order, 'undo': undo, 'done': done}
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stopped)
    try:
        sides.forget()
        match words:
            case ['state']:
                found = shown()
            case ['release']:
                release(os.environ.get(COMING, ''))
                return 0
            case [verb] if verb in looks:
                found = looks[verb](orders.read(stream))
            case [verb] if verb in verbs:
                given = orders.read(stream)
                # A release that goes on where nobody waits for it any more may be in the midst of the copy.
                with store.lock(LOCK_SECONDS):
                    found = verbs[verb](given)
            case _:
                raise Failure(USAGE)
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    print(json.dumps(found))
    return 0


def _stopped(*_: Any) -> None:
    raise Failure('stopped by a signal')


def shown() -> dict[str, Any]:
    """Which database the live release uses, and the move that is under way."""
    move = state.load()
    under_way = None if move is None else {'from': move.source, 'to': move.target, 'phase': move.phase}
    return {'live': state.live(), 'move': under_way}


def check(order: Order) -> dict[str, Any]:
    """
    Raises Failure where the rows cannot go there. Changes nothing, but for a database on the host that a copy
    had begun to make and that is not the app's yet.
    """
    _ensure_live(order)
    with sides.both(order) as (source, target):
        versions, size = _checked(order, source, target)
        found = contents.of(source)
    return {'bytes': size, 'rows': found.rows, 'tables': len(found.tables), 'versions': versions}


def _ensure_live(order: Order) -> None:
    live = state.live()
    if live != order.source:
        raise Failure(
            f'the live release uses {live or "no"} database, not the {order.source} one. Fix: pulumi up, '
            'then run this again'
        )


def _checked(order: Order, source: Side, target: Side) -> tuple[list[int], int]:
    targets.ensure_there(target)
    target.ensure_maker()
    versions = targets.ensure_versions(source, target, copy.tools())
    move = state.load()
    unfinished = move is not None and move.target == order.target and move.phase != 'ordered'
    targets.ensure_free(order, target, unfinished)
    room = os.statvfs(VOLUME) if target.kind == 'local' else None
    free = contents.free(target, room.f_frsize * room.f_bavail if room else 0)
    return list(versions), targets.ensure_room(source, target, free)


def order(order: Order) -> dict[str, Any]:
    """The next release that uses the target begins with the copy."""
    _ensure_live(order)
    move = state.load()
    if move is not None and move.target != order.target:
        raise Failure(f'a move to {move.target} is under way: finish it, or take it back, first')
    if move is None:
        state.save(Move(order.source, order.target, 'ordered'))
    state.remember(order)
    return shown()


def release(coming: str) -> None:
    """Before a release that uses this database. Raises Failure where it must not begin."""
    move = state.load()
    if move is None:
        return
    if state.live() == move.target:
        if coming == move.source:
            raise Failure(
                f'the {move.target} database has what was written since the move, which was not ended. Fix: '
                f'end it, ./padlock database move --to {move.target}; then back with its rows, by '
                f'--to {move.source}'
            )
        return
    if coming != move.target:
        if move.phase != 'ordered':
            raise Failure(f'the {move.source} database is read-only, as a move was cut off. {_ways(move)}')
        return
    order = state.ordered()
    if order is None:
        if move.phase == 'copied':
            return
        raise Failure(f'the {move.target} database has not got the rows yet. {_ways(move)}')
    with sides.both(order) as (source, target):
        _checked(order, source, target)
        try:
            _copy(move, source, target)
        except BaseException:
            _take_back(source, target)
            raise


def _ways(move: Move) -> str:
    return (
        f'Fix: finish it, ./padlock database move --to {move.target}; '
        f'or take it back, ./padlock database move --to {move.source}'
    )


def _copy(move: Move, source: Side, target: Side) -> None:
    with log.step('target'):
        # While the app still writes: what the target does not take, such as an extension, stops nothing.
        targets.prepare(source, target)
    move = move._replace(phase='copying', began=time.time(), copied=None, found=None)
    state.save(move)
    with log.step('read-only'):
        fence.close(source)
    before = contents.written(source)
    has = contents.of(source)
    with log.step('rows'):
        copy.copy(source, target)
    with log.step('comparison'):
        differences = contents.differences(has, contents.of(target))
        written = contents.written(source) - before
    if differences:
        lines = '\n'.join(differences[:10])
        raise Failure(f'the {target.kind} database has not what the {source.kind} one has:\n{lines}')
    if written:
        raise Failure(
            f'the app has written {written} rows into the {source.kind} database meanwhile, though it is '
            'read-only: it asks for transactions that write by itself (SET TRANSACTION READ WRITE). '
            'Fix: have it take what the server says'
        )
    found = {'tables': has.tables, 'sequences': len(has.sequences), 'rows': has.rows}
    state.save(move._replace(phase='copied', copied=time.time(), found=found))


def _take_back(source: Side, target: Side) -> None:
    """The app writes into the source again; what the target has got is no one's."""
    fence.open_again(source)
    state.forget()
    try:
        targets.say(target, targets.UNFINISHED)
    except Failure as failure:
        log.say(told(failure))


def undo(order: Order) -> dict[str, Any]:
    """Of a move that no release has followed; `undone` is false where one has."""
    move = state.load()
    if move is None:
        return {'undone': True}
    if state.live() == move.target:
        return {'undone': False}
    with sides.both(order._replace(source=move.source, target=move.target)) as (source, target):
        if move.phase == 'ordered':
            state.forget()
        else:
            _take_back(source, target)
    return {'undone': True}


def done(order: Order) -> dict[str, Any]:
    """
    Once the release that uses the target is live. The source keeps its rows, read-only, and says where
    they went. `seconds` are those in which nothing could be written.
    """
    move = state.load()
    if move is None or move.phase != 'copied' or move.began is None or state.live() != move.target:
        raise Failure(f'no release uses the {order.target} database with rows that were moved')
    until = max(state.live_since(), move.copied or 0)
    when = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(until))
    with sides.both(order._replace(source=move.source, target=move.target)) as (source, target):
        targets.say(source, f'{targets.MOVED}{move.target} at {when}')
        targets.say(target, None)
        _analyze(target)
    state.forget()
    return {**(move.found or {}), 'seconds': round(until - move.began, 1), 'when': when}


def analyze(order: Order) -> dict[str, Any]:
    """Of the target, after its server was upgraded."""
    with sides.both(order) as (_, target):
        _analyze(target)
    return {'analyzed': order.target}


def _analyze(side: Side) -> None:
    """A copy has no statistics of its rows, and plans without them are slow ones."""
    side.own('SET client_min_messages = error; ANALYZE;')
