"""The verbs of `backup`."""

import contextlib
import json
import os
import shutil
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from padlock_release import handed, log, store
from padlock_release.failure import Failure, told

from . import (
    archive,
    database,
    export as exports,
    files,
    host,
    journal,
    listing,
    lock,
    managed,
    new_key,
    order as orders,
    pgbackrest,
    proven,
    restore,
    role,
    room,
    state,
    swap,
    wanted,
)  # fmt: skip
from .export import Export
from .order import Order
from .wanted import RestoreOrder

USAGE = (
    'usage: backup up < ORDER | restore < ORDER | state < EXPORT | resume | now | release |\n'
    '  hand-over | check | show | list [--json] | remove | stop | start | upgraded'
)
# States of which `check` fails.
WRONG = ('failed', 'late', 'full')
TIMERS = ['padlock-backup.timer', 'padlock-backup-check.timer']


def main(words: list[str], stream: TextIO) -> int:
    """The exit status: 0, 1 where something failed or is late, 2 for a wrong command line."""
    verbs = {
        'now': now, 'release': release, 'hand-over': hand_over, 'resume': resume, 'check': check,
        'show': show, 'list': listed, 'remove': remove, 'stop': stop, 'start': start, 'upgraded': upgraded,
    }  # fmt: skip
    lock.verb = ' '.join(words[:1])
    try:
        if words == ['up']:
            return up(orders.read(stream))
        if words == ['restore']:
            return restored(wanted.read(stream))
        if words == ['state']:
            return state_of_stack(exports.read(stream))
        if words == ['list', '--json']:
            return listing.tell(_order(), True)
        if len(words) != 1 or words[0] not in verbs:
            print(USAGE, file=sys.stderr)
            return 2
        return verbs[words[0]]()
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1


def up(order: Order) -> int:
    """
    Has backups as ordered from now on. Where the bucket fails, and has had this very order before, they begin
    on the volume, and the next backup begins them there.
    """
    if not host.volume_is_mounted():
        raise Failure(f'{host.VOLUME} is not mounted, and a backup is nowhere else; nothing was changed')
    with lock.held(True):
        _resume(order)
        os.makedirs(host.HOME, exist_ok=True)
        # PostgreSQL's own user reads the settings of pgBackRest in it.
        shutil.chown(host.HOME, group=host.POSTGRES)
        os.chmod(host.HOME, 0o710)  # noqa: S103
        host.folder(f'{host.VOLUME}/backup', 'root', 0o755)
        if not proven.is_proven(order):
            new_key.wait(order, _order() if _is_ordered() else None)
        away: dict[str, str] = {}
        for what in ('files', 'managed'):
            if (what, 'volume') in order.all():
                files.ensure(order, 'volume', what)
                _try(order, what, away)
        if order.database:
            problem = database.configure(order, proven.is_proven(order), away.get('files'))
            if problem is not None:
                away['database'] = problem
            role.remember()
        else:
            database.forget()
        # What is ordered is what the timers go by, so it comes last.
        store.write(f'{host.HOME}/order.json', orders.text(order), 0o600)
        state.begin(order.names(), datetime.now(UTC))
        for what, problem in away.items():
            name = order.name(what)
            log.say(f'backups of the {name} are not begun in the bucket, which the next one tries: {problem}')
            state.note(f'{name} bucket', datetime.now(UTC), problem, unmade=True)
        if not away:
            proven.note(order)
    host.run('systemctl', '--quiet', 'enable', '--now', *TIMERS)
    return 0


def _try(order: Order, what: str, away: dict[str, str]) -> None:
    """In the bucket; raises Failure unless it has had this order before."""
    try:
        files.ensure(order, 'bucket', what)
    except Failure as failure:
        if not proven.is_proven(order):
            raise
        away[what] = str(failure)


def now() -> int:
    """All of them; one that fails does not keep the others from being made."""
    order = _order()
    with lock.held():
        failed = _back_up(order, 'diff')
        if not failed:
            swap.forget_former()
            proven.note(order)
    return 1 if failed else 0


def release() -> int:
    """
    Before a release: fails where no place at all has the database, or the files, as they are now. Where none
    serves here yet, the former host's last backup has them.
    """
    order = _order()
    there = handed.taken()
    if store.current() is None and all(what in there for what, _ in order.all()):
        log.say('the former host has made the backup before this release: nothing has served since')
        return 0
    with lock.held():
        lacking = _lacking(order, _back_up(order, 'incr'))
    for what in lacking:
        log.say(f'no backup of the {order.name(what)} could be made before this release, which is not begun')
    return 1 if lacking else 0


def hand_over() -> int:
    """Before another host takes the volume; standard output tells in JSON of what a place has a backup."""
    order = _order()
    with lock.held():
        # What has expired goes at night: a host waits.
        lacking = _lacking(order, _back_up(order, 'incr', False))
    print(json.dumps({'backups': sorted({what for what, _ in order.all()} - set(lacking))}))
    return 0


def _lacking(order: Order, failed: list[str]) -> list[str]:
    """What no place has, of the backups that failed."""
    whats = sorted({what for what, _ in order.all()})
    wheres = list(pgbackrest.REPOSITORIES)
    return [what for what in whats if all(f'{order.name(what)} {where}' in failed for where in wheres)]


def restored(order: RestoreOrder) -> int:
    """What came of it is one line of JSON on standard output."""
    own = _order() if _is_ordered() else None
    with lock.held(True):
        _resume(own)
        if own is not None and order.source is None:
            managed.refuse(own, order.label)
        handed.forget()
        told = restore.restore(order, own, _back_up, datetime.now(UTC))
    print(json.dumps(told))
    return 0


def resume() -> int:
    """Finishes, or undoes, a restore that was cut off."""
    with lock.held(True):
        _resume(_order() if _is_ordered() else None)
    return 0


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


def state_of_stack(export: Export) -> int:
    """Keeps an export of the stack's state in both places; one that fails does not keep it from the other."""
    order = _order()
    failed = False
    with lock.held():
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


def show() -> int:
    print(json.dumps({'backups': _judged()}))
    return 0


def listed() -> int:
    return listing.tell(_order(), False)


def stop() -> int:
    """Before another cluster takes the place of this one, by whoever keeps others from meddling."""
    swap.quiet()
    return 0


def start() -> int:
    """Where that came to nothing."""
    pgbackrest.run('start')
    return 0


def upgraded() -> int:
    """The database is another version's by now: its log and backups come beside those of the one before."""
    order = _order()
    if not order.database:
        return 0
    with lock.held(True):
        database.readdress(order)
        problem = None
        try:
            database.configure(order)
        except Failure as failure:
            problem = str(failure)
            log.say(f'the log of the upgraded database is not handed on everywhere: {problem}')
        failed = _back_up(order, 'full', False)
    return 1 if problem or failed else 0


def remove() -> int:
    """No more backups from now on; those that there are stay, and so does what opens them, elsewhere."""
    with lock.held():
        database.forget()
        for name in ('order.json', 'state.json', 'pgbackrest.conf', 'role', 'holes.json'):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f'{host.HOME}/{name}')
        shutil.rmtree(f'{host.HOME}/spool', ignore_errors=True)
    return 0


def _back_up(order: Order, kind: str, tidy: bool = True) -> list[str]:
    """
    Returns what failed. `kind`: of the database's backup, which pgBackRest has three of. With `tidy`, what
    is older than what is kept goes.
    """
    failed = []
    unmade = state.unmade()
    for what, where in order.all():
        name, problem = f'{order.name(what)} {where}', None
        try:
            if name in unmade:
                _make(order, what, where)
            if what == 'database':
                database.back_up(where, datetime.now(UTC), kind, tidy)
            elif what == 'managed':
                managed.back_up(order, where, tidy)
            else:
                files.back_up(order, where, tidy)
        except Failure as failure:
            problem = str(failure)
            failed.append(name)
            log.say(f'backup of {name} failed: {problem}')
        state.note(name, datetime.now(UTC), problem)
    return failed


def _make(order: Order, what: str, where: str) -> None:
    """What `up` could not begin there."""
    if what == 'database':
        database.begin(where)
    else:
        files.ensure(order, where, what)


def _resume(own: Order | None) -> None:
    whats = swap.resume()
    if whats is not None:
        restore.finish(whats, own, _back_up)


def _judged() -> list[dict[str, Any]]:
    found = state.judged(datetime.now(UTC))
    order = _order()
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


def _is_ordered() -> bool:
    return os.path.exists(f'{host.HOME}/order.json')


def _order() -> Order:
    try:
        with open(f'{host.HOME}/order.json', encoding='utf-8') as file:
            return orders.read(file)
    except FileNotFoundError:
        raise Failure(
            'no backups are ordered on this host. Fix: pulumi config set backups spaces, or s3, and pulumi up'
        ) from None
