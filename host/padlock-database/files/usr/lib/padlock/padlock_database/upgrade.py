"""
The host's database goes to another major version: its rows are dumped into a new cluster beside it,
compared, and the new one takes the place. Until then the old one is not written to.
"""

import glob
import os
import time
from typing import Any

import padlock_pause
from padlock_release import clusters, log
from padlock_release.failure import Failure
from padlock_release.said import without_rows

from . import altered, apart, backups, cluster, copying, journal, service, swap
from .apart import Server
from .command import as_postgres, run as called
from .journal import Upgrade
from .sql import ask

# Of padlock-backup.
RESTORE = f'{cluster.VOLUME}/backup/restore.json'
# What a dump that was restored has replaced (padlock-backup, staging.py).
FORMER = """
SELECT datname FROM pg_database
WHERE datname = 'app_former' AND shobj_description(oid, 'pg_database') LIKE 'padlock: re%'"""
WATCH = 'padlock-database-resume.path'
MIB = 1024 * 1024
GIB = 1024 * MIB


def check(new: str) -> str | None:
    """The version that there is, or None where it is the new one. Raises Failure where it cannot be."""
    if not service.volume_is_mounted():
        raise Failure(f'{cluster.VOLUME} is not mounted, and a database is nowhere else; nothing was changed')
    old = cluster.on_volume()
    if old is None or not service.is_ready():
        raise Failure('PostgreSQL does not answer on this host. Fix: pulumi up; nothing was changed')
    if old == new:
        return None
    if int(old) > int(new):
        raise Failure(f'the database is PostgreSQL {old}, and there is no way back to {new}')
    if not clusters.has_programs(new):
        raise Failure(f'this host has no PostgreSQL {new}. Fix: ./padlock database upgrade --to {new}')
    _ensure_no_restore()
    _ensure_room()
    return old


def run(old: str, new: str) -> dict[str, Any]:
    """What was done; raises Failure where the old cluster goes on as it was."""
    found = Upgrade('prepare', old, new)
    journal.note(*found)
    # It ends this one if it is killed.
    called('systemctl', 'start', WATCH, check=False)
    try:
        # Each notes itself before it looks for the other's note.
        _ensure_no_restore()
        with log.step('prepare'):
            target = _prepared(old, new)
            copying.ensure_owners(new)
            copying.ensure_extensions(target)
        with padlock_pause.locked(), padlock_pause.ended() as began:
            try:
                rows = _replaced(found, target)
            except BaseException:
                undo(found)
                raise
    except BaseException:
        # Before the app's end.
        left = journal.read()
        if left is not None and left.step == 'prepare':
            undo(left)
        raise
    problem = padlock_pause.wait()
    down = round(time.monotonic() - began, 1)
    log.say(f'PostgreSQL {new} serves, after {down} s without writes')
    return {'from': old, 'to': new, 'downSeconds': down, 'problems': [problem] if problem else [], **rows}


def _prepared(old: str, new: str) -> Server:
    server = Server(new, cluster.initialized(new))
    altered.take_over(old, server.data)
    apart.start(server, apart.make(server), apart.NEW)
    return server


def _replaced(found: Upgrade, target: Server) -> dict[str, Any]:
    journal.note('copy', found.old, found.new)
    service.stop_server()
    source = Server(found.old, clusters.data(found.old))
    apart.make(source)
    apart.start(source, f'{clusters.configuration(found.old)}/postgresql.conf', apart.OLD)
    with log.step('copy'):
        copying.run(source, target)
    with log.step('compare'):
        was = copying.contents(source)
        copying.ensure_equal(was, copying.contents(target))
    apart.stop(source)
    apart.stop(target)
    apart.end(source, target)
    backups.stop()
    # It would be in the way of the old one, and has been of use until here.
    forget_former()
    os.sync()
    journal.note('swap', found.old, found.new)
    swap.forth(found)
    app = was.get('app', {'tables': {}, 'hash': ''})
    return {'rows': sum(app['tables'].values()), 'tables': app['tables'], 'hash': app['hash']}


def undo(found: Upgrade) -> None:
    """Nothing of the new cluster stays, and the old one serves; where it took the place, that is left."""
    if (journal.read() or found).step in ('swap', 'after'):
        return
    _forget_new(found)
    service.start(False)
    backups.start()
    journal.forget()


def _forget_new(found: Upgrade) -> None:
    # As it was started with: its path below the mount, which a host that takes the volume has not yet.
    new = f'{clusters.data(found.new)}.new'
    apart.end(Server(found.old, clusters.data(found.old)), Server(found.new, new))
    swap.remove(found)


def settle_folders() -> Upgrade | None:
    """
    As `settle`, where whoever calls it starts the server, on a host that may have just got the volume, and
    then forgets what is undone.
    """
    found = journal.read()
    if found is None:
        return None
    if found.step == 'after' or (found.step == 'swap' and swap.settled(found)):
        return found
    _forget_new(found)
    backups.start()
    return found._replace(step='copy')


def settle() -> Upgrade | None:
    """
    Undoes what was cut off before the swap, and finishes what was cut off in it. Returns what is yet to
    be finished by `finish`.
    """
    found = journal.read()
    if found is None:
        return None
    if found.step in ('prepare', 'copy'):
        log.say(f'an upgrade to PostgreSQL {found.new} was cut off; it is undone')
        undo(found)
        return None
    if found.step == 'swap':
        log.say(f'an upgrade to PostgreSQL {found.new} was cut off while it swapped; it is finished now')
        swap.forth(found)
    return journal.read()


def finish(found: Upgrade) -> list[str]:
    """Once the new one serves: what its plans need, and its log and backups. Returns what failed."""
    problems = []
    words = ['--all', '--analyze-in-stages', '--quiet', f'--host={cluster.SOCKETS}', '--username=postgres']
    with log.step('statistics'):
        done = as_postgres(f'{clusters.programs()}/vacuumdb', *words, '--no-password', check=False)
    if done.returncode != 0:
        problems.append(f'the tables have no statistics yet: {log.tail(without_rows(done.stderr), 3)}')
    problem = backups.begin_anew()
    if problem:
        problems.append(f'the backup after the upgrade failed, and is tried again at night: {problem}')
    journal.forget()
    return problems


def forget_former() -> None:
    """What earlier upgrades, or a restore, have replaced."""
    for former in _formers():
        clusters.remove(former)


def forget_former_database() -> None:
    """What a dump that was restored has replaced in the server that runs."""
    if ask(FORMER):
        # Its owner may have called it one, and a template is not dropped.
        ask('ALTER DATABASE app_former IS_TEMPLATE false')
        ask('DROP DATABASE app_former WITH (FORCE)')


def _formers() -> list[str]:
    return glob.glob(f'{glob.escape(clusters.ON_VOLUME)}/*/main.former')


def _ensure_no_restore() -> None:
    if os.path.exists(RESTORE):
        raise Failure('a restore is under way, or was cut off; nothing was changed')


def _ensure_room() -> None:
    size = int(ask('SELECT sum(pg_database_size(oid)) FROM pg_database'))
    volume = os.statvfs(cluster.VOLUME)
    whole, free = (blocks * volume.f_frsize for blocks in (volume.f_blocks, volume.f_bavail))
    # On the volume too, beside those that are kept.
    backup = size if os.path.exists(backups.ORDER) else 0
    needed = size + backup + cluster.fitting().max_wal_size * MIB + min(whole // 10, 256 * MIB)
    if free < needed:
        more = f'{backup / GIB:.1f} GiB of them for the full backup that follows it there, ' if backup else ''
        raise Failure(
            f'the volume has not the room for a second database: {needed / GIB:.1f} GiB are needed, '
            f'{more}{free / GIB:.1f} GiB are free. Fix: a larger volume, which grows in place (pulumi config '
            f'set volume GIB, and pulumi up){_instead()}; nothing was changed'
        )


def _instead() -> str:
    """What was replaced before is there until the new one has been compared, and its room with it."""
    formers = _formers()
    return f', or sudo /usr/lib/padlock/database forget-former ({", ".join(formers)})' if formers else ''
