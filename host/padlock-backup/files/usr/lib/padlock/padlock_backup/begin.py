"""The verbs that begin backups as they are ordered, and end them."""

import contextlib
import os
import shutil
from datetime import UTC, datetime

from padlock_release import log, store
from padlock_release.failure import Failure

from . import (
    database,
    files,
    host,
    lock,
    new_key,
    order as orders,
    ordered,
    proven,
    restoring,
    role,
    server,
    state,
)
from .order import Order

TIMERS = ['padlock-backup.timer', 'padlock-backup-check.timer']


def up(order: Order) -> int:
    """
    Has backups as ordered from now on. Where the bucket fails, and has had this very order before, they begin
    on the volume, and the next backup begins them there.
    """
    if not host.volume_is_mounted():
        raise Failure(f'{host.VOLUME} is not mounted, and a backup is nowhere else; nothing was changed')
    with lock.held(True):
        restoring.cut_off(order)
        os.makedirs(host.HOME, exist_ok=True)
        # PostgreSQL's own user reads the settings of pgBackRest in it.
        shutil.chown(host.HOME, group=host.POSTGRES)
        os.chmod(host.HOME, 0o710)  # noqa: S103
        host.folder(f'{host.VOLUME}/backup', 'root', 0o755)
        if not proven.is_proven(order):
            new_key.wait(order, ordered.read() if ordered.exists() else None)
        away: dict[str, str] = {}
        for what in ('files', 'managed'):
            if (what, 'volume') in order.all():
                files.ensure(order, 'volume', what)
                _try(order, what, away)
        if order.database:
            server.wait()
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


def remove() -> int:
    """No more backups from now on; those that there are stay, and so does what opens them, elsewhere."""
    with lock.held():
        database.forget()
        for name in ('order.json', 'state.json', 'pgbackrest.conf', 'role'):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f'{host.HOME}/{name}')
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f'{host.VOLUME}/backup/holes.json')
        shutil.rmtree(f'{host.HOME}/spool', ignore_errors=True)
    return 0


def _try(order: Order, what: str, away: dict[str, str]) -> None:
    """In the bucket; raises Failure unless it has had this order before."""
    try:
        files.ensure(order, 'bucket', what)
    except Failure as failure:
        if not proven.is_proven(order):
            raise
        away[what] = str(failure)
