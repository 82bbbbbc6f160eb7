"""The verbs that make backups."""

import json
from datetime import UTC, datetime

from padlock_release import handed, log, store
from padlock_release.failure import Failure

from . import (
    database,
    export as exports,
    files,
    host,
    lock,
    managed,
    ordered,
    pgbackrest,
    proven,
    server,
    staging,
    state,
    swap,
)  # fmt: skip
from .export import Export
from .order import Order


def now() -> int:
    """All of them; one that fails does not keep the others from being made."""
    with lock.held():
        # Whoever had the lock may have brought another one.
        order = ordered.read()
        failed = make(order, 'diff')
        if not failed:
            swap.forget_former()
            if order.database:
                _forget_former()
            proven.note(order)
    return 1 if failed else 0


def _forget_former() -> None:
    """What a dump has replaced in the host's own server; the backups are whole all the same."""
    try:
        staging.forget_here(former=True)
    except Failure as failure:
        log.say(f'what a restore has replaced is still there: {failure}')


def release() -> int:
    """
    Before a release: fails where no place at all has the database, or the files, as they are now. Where none
    serves here yet, the former host's last backup has them.
    """
    order = ordered.read()
    there = handed.taken()
    if store.current() is None and all(what in there for what, _ in order.all()):
        log.say('the former host has made the backup before this release: nothing has served since')
        return 0
    with lock.held():
        order = ordered.read()
        lacking = _lacking(order, make(order, 'incr'))
    for what in lacking:
        log.say(f'no backup of the {order.name(what)} could be made before this release, which is not begun')
    return 1 if lacking else 0


def hand_over() -> int:
    """
    Before another host takes the volume, or the stack is destroyed; standard output tells in JSON of what a
    place has a backup (`backups`), what was `made` where, and in words what `failed`, with its newest one.
    """
    with lock.held():
        order = ordered.read()
        # What has expired goes at night: a host waits.
        failed = make(order, 'incr', False)
    has = {what for what, _ in order.all()} - set(_lacking(order, failed))
    judged = state.judged(datetime.now(UTC))
    words = [state.warning(one) for one in judged if one['what'] in failed]
    made = [name for name in order.names() if name not in failed]
    print(json.dumps({'backups': sorted(has), 'made': made, 'failed': words}))
    return 0


def state_of_stack(export: Export) -> int:
    """Keeps an export of the stack's state in both places; one that fails does not keep it from the other."""
    failed = False
    with lock.held():
        order = ordered.read()
        for where in ('volume', 'bucket'):
            problem = None
            try:
                if where == 'volume' and not host.volume_is_mounted():
                    raise Failure(f'{host.VOLUME} is not mounted')
                exports.back_up(order, where, export)
            except Failure as failure:
                problem, failed = str(failure), True
                log.say(f"the stack's state is not in the {where}: {problem}")
            state.note(f'state {where}', datetime.now(UTC), problem)
    return 1 if failed else 0


def upgraded() -> int:
    """The database is another version's by now: its log and backups come beside those of the one before."""
    with lock.held(True):
        order = ordered.read()
        if not order.database:
            return 0
        database.readdress(order)
        problem = None
        try:
            database.configure(order)
        except Failure as failure:
            problem = str(failure)
            log.say(f'the log of the upgraded database is not handed on everywhere: {problem}')
        failed = make(order, 'full', False)
    return 1 if problem or failed else 0


def make(order: Order, kind: str, tidy: bool = True) -> list[str]:
    """
    Returns what failed. `kind`: of the database's backup, which pgBackRest has three of. With `tidy`, what
    is older than what is kept goes.
    """
    failed = []
    unmade = state.unmade()
    if order.database:
        server.wait()
    for what, where in order.all():
        name, problem = f'{order.name(what)} {where}', None
        try:
            if name in unmade:
                _begin(order, what, where)
            if what == 'database':
                database.back_up(where, datetime.now(UTC), kind, tidy)
            elif what == 'managed':
                managed.back_up(order, where, tidy)
            else:
                files.back_up(order, where, tidy)
        except (Failure, OSError) as failure:
            problem = str(failure)
            failed.append(name)
            log.say(f'backup of {name} failed: {problem}')
        state.note(name, datetime.now(UTC), problem)
    return failed


def _lacking(order: Order, failed: list[str]) -> list[str]:
    """What no place has, of the backups that failed."""
    whats = sorted({what for what, _ in order.all()})
    wheres = list(pgbackrest.REPOSITORIES)
    return [what for what in whats if all(f'{order.name(what)} {where}' in failed for where in wheres)]


def _begin(order: Order, what: str, where: str) -> None:
    """What `up` could not begin there."""
    if what == 'database':
        database.begin(where)
    else:
        files.ensure(order, where, what)
