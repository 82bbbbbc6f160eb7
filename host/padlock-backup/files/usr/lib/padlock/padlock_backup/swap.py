"""
What was restored takes the place of what runs, by one rename each that exchanges the two (renameat2(2)):
whenever it is cut off, a whole database and whole files are in their places. A file on the volume says
how far it is, so that `resume` ends it on any host that the volume comes to.
"""

import contextlib
import ctypes
import glob
import os
import shutil
import time
from typing import Any

import padlock_pause as app
from padlock_release import clusters, log, store
from padlock_release.failure import CommandFailure, Failure

from . import (
    files,
    host,
    journal,
    origin,
    pgbackrest,
    recovery,
    restored_files,
    room,
    server,
    staging,
    timelines,
)  # fmt: skip
from .order import Order
from .staging import Staging

AT_FDCWD = -100
RENAME_EXCHANGE = 2
# In a restored folder until it is in its place; in that of the files it says whose they are (origin.py).
MARK = 'padlock-restored'
# What lies in folders on the volume; a dump goes into a database of a server's.
FOLDERS = ('database', 'files')


def forget() -> None:
    """There is no restore any more, nor anything of it beside what runs; the app waits for none."""
    recovery.forget()
    restored_files.forget()
    for what in FOLDERS:
        if os.path.exists(mark := f'{folder(what)}/{MARK}'):
            os.unlink(mark)
    is_kept = journal.keeps_app()
    journal.forget()
    if is_kept:
        app.start()


def folder(what: str) -> str:
    return host.data() if what == 'database' else files.source()


def former(what: str) -> str:
    return f'{folder(what)}.former'


def forget_former() -> None:
    """What was replaced stays until a later backup has been made."""
    for what in FOLDERS:
        host.remove(former(what))


def room_of_former() -> int:
    return sum(room.of_folder(former(what)) for what in FOLDERS)


def run(
    whats: list[str], files_of: str | None = None, staged: Staging | None = None
) -> tuple[float, str | None]:
    """
    `files_of`: whose the restored files are, where their snapshot says so; `staged`: of a dump.

    Returns the seconds without the app, and what is wrong with it now. Raises Failure if PostgreSQL does
    not start on what was restored; the former data is back then.
    """
    for what in [one for one in whats if one in FOLDERS]:
        mark = f'{folder(what)}.restored/{MARK}'
        if what == 'database':
            host.as_postgres('touch', mark)
        else:
            store.write(mark, files_of or '', 0o600)
    with log.step('swap'), app.locked():
        number = staged.number(staged.restored.database) if staged else None
        if staged is not None and number is None:
            raise Failure('what was restored is gone from the server; nothing was changed')
        dump = {'kind': staged.side.kind, 'number': number} if staged else {}
        journal.note(step='swap', whats=whats, **dump)
        with app.ended() as began, server.lock():
            unready = _exchange(whats, staged, number)
    problem = '; '.join(filter(None, (unready, app.wait())))
    return round(time.monotonic() - began, 1), problem or None


def has_begun(whats: list[str]) -> bool:
    """Is anything of what was restored in its place, or may be?"""
    found = journal.load()
    if found is not None and found['step'] in ('swap', 'after') and 'managed' in whats:
        return True
    return any(os.path.exists(f'{folder(what)}/{MARK}') for what in whats if what in FOLDERS)


def resume(own: Order | None) -> list[str] | None:
    """
    Ends a swap that was cut off, and undoes what was not yet there. Returns what was restored, where
    anything is left to be done about it. `own`: of the host that goes on with it.
    """
    found = journal.load()
    if found is not None:
        _ensure_taken_over(found)
    if found is None or found['step'] == 'prepare':
        if found is not None and found.get('kind') == 'local':
            staging.forget_here()
        forget()
        return None
    if found['step'] == 'swap':
        if 'managed' in found['whats']:
            return _resume_dump(found, own)
        log.say('a restore was cut off while it swapped; it is finished now')
        with app.locked(), app.ended(), server.lock():
            _exchange(found['whats'])
    elif journal.keeps_app():
        journal.note(**found)
        app.start()
    return found['whats']


def _resume_dump(found: dict[str, Any], own: Order | None) -> list[str] | None:
    """The names of databases change last, and who changes them has given his password for that alone."""
    with app.locked(), app.ended():
        if staging.is_in_place(own, found['kind'], found['number']):
            log.say('a restore was cut off once it had swapped; it is finished now')
            _ready(found['whats'])
            journal.note(step='after', whats=found['whats'])
            return found['whats']
        log.say('a restore was cut off before it had swapped; it is undone now')
        _back(found['whats'])
        if found['kind'] == 'local':
            staging.forget_here()
    return None


def _ensure_taken_over(found: dict[str, Any]) -> None:
    """A host that has just got the volume looks for the database elsewhere until `database up`."""
    restored = glob.glob(f'{clusters.ON_VOLUME}/*/main.restored')
    whats = found.get('whats', [])
    is_here = restored or 'database' in whats or found.get('kind') == 'local'
    if not is_here or not os.path.isdir(clusters.ON_VOLUME):
        return
    if not os.path.exists(clusters.DATA) or not os.path.samefile(clusters.DATA, clusters.ON_VOLUME):
        raise Failure(
            'a restore was cut off, and this host has not taken over the database of the volume yet. '
            'Fix: pulumi up, which ends it'
        )


def settle(whats: list[str]) -> None:
    """The swap is through: what is left is to keep the former data, and to hand on the new log."""
    for what in [one for one in whats if one in FOLDERS]:
        mark = f'{folder(what)}/{MARK}'
        if what == 'files' and (brought := store.read(mark)) is not None:
            origin.note_restored(brought or None)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(mark)
        replaced = f'{folder(what)}.restored'
        if os.path.lexists(replaced):
            host.remove(former(what))
            os.rename(replaced, former(what))
    if 'database' in whats:
        timelines.note_restored()


def _exchange(whats: list[str], staged: Staging | None = None, number: int | None = None) -> str | None:
    """
    Those that are not in their places yet; the database is down meanwhile. What fails is undone. Returns what
    the app lacks then.
    """
    try:
        if 'database' in whats:
            host.run('systemctl', 'stop', host.server())
            quiet()
            # By an upgrade of its package, say.
            if server.process(host.data()) is not None:
                raise Failure('PostgreSQL was started meanwhile')
        for what in whats:
            if what in FOLDERS and not os.path.exists(f'{folder(what)}/{MARK}'):
                _swap(folder(what))
        os.sync()
        if 'database' in whats:
            if os.path.exists(pgbackrest.configuration()):
                pgbackrest.run('start')
            _started()
        if staged is not None and number is not None:
            staging.exchange(staged, number)
    except staging.Undecided:
        raise
    except (Failure, OSError) as failure:
        _back(whats)
        what = 'does not run' if staged is None else 'cannot take its place'
        raise Failure(f'what was restored {what}, and what was there is back: {failure}') from None
    # Whoever ends a restore that is cut off here does it again.
    problem = _ready(whats)
    # From here on nothing is exchanged any more, marked or not.
    journal.note(step='after', whats=whats)
    return problem


def _ready(whats: list[str]) -> str | None:
    """What the app lacks among files that were restored."""
    problem = app.prepare() if 'files' in whats else None
    if problem is not None:
        log.say(problem)
    return problem


def quiet() -> None:
    """
    A process that hands on the log goes by the folder's name, and by what it noted of segments of the
    same names.
    """
    # Content with a host that makes no backups.
    with contextlib.suppress(CommandFailure):
        pgbackrest.run('stop', '--force')
    shutil.rmtree(f'{host.HOME}/spool/archive', ignore_errors=True)


def _back(whats: list[str]) -> None:
    if 'database' in whats:
        host.run('systemctl', 'stop', host.server(), check=False)
    try:
        for what in whats:
            if what in FOLDERS and os.path.exists(f'{folder(what)}/{MARK}'):
                _swap(folder(what))
    finally:
        if 'database' in whats:
            # Content with a host that makes no backups.
            with contextlib.suppress(CommandFailure):
                pgbackrest.run('start')
            host.run('systemctl', 'start', host.server(), check=False)
    forget()


def _started() -> None:
    host.run('systemctl', 'start', host.server())
    if host.sql('SELECT pg_is_in_recovery()') != 'f':
        raise Failure('it is still in recovery')
    if not server.runs_on(MARK):
        raise Failure('it was started meanwhile, on what was there before')


def _swap(path: str) -> None:
    other = f'{path}.restored'
    if not os.path.lexists(path):
        os.rename(other, path)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    names = (AT_FDCWD, os.fsencode(path), AT_FDCWD, os.fsencode(other))
    if libc.renameat2(*names, RENAME_EXCHANGE) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)
