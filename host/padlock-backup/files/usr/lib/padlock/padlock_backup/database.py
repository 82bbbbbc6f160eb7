"""
The backups of the database: a full one a week, what has changed since it in between, and the log of
PostgreSQL as it is written, so that every moment in between can be had again.
"""

import contextlib
import os
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from padlock_release import clusters, log, store
from padlock_release.failure import CommandFailure, Failure

from . import host, pgbackrest, room, set_back, settings
from .order import Order

# A night late does not make the full backup of a week two weeks old.
WEEK = timedelta(days=6, hours=12)
# What has gathered while a place was away is handed on under one lock.
LOCK_SECONDS = 300
# Another database's backups are there (src/build/error/error.yaml): file-invalid of stanza-create,
# backup-mismatch of backup.
MISMATCH = ('[028]', '[051]')
# Nothing of a place: lock-acquire and db-connect.
OF_THE_HOST = ('[050]', '[056]')
# archive-timeout.
NO_LOG = '[082]'


def readdress(order: Order) -> None:
    """The settings in use are of the cluster that is there by now, whose log waits until a place takes it."""
    store.write(pgbackrest.configuration(), _settings(order), 0o640, host.POSTGRES)
    pgbackrest.run('start')


def configure(order: Order, lenient: bool = False, away: str | None = None) -> str | None:
    """
    Has PostgreSQL hand on its log, and a place for it in both repositories; a server that runs without
    `archive_mode` is restarted. With `lenient` a bucket that fails keeps nobody: returns why it does, which
    is `away` where that is known already.
    """
    text = _settings(order)
    host.folder(f'{host.VOLUME}/backup/postgresql', host.POSTGRES, 0o750)
    host.folder(f'{host.HOME}/spool', host.POSTGRES, 0o750)
    # The settings in use go on until these have been seen to open what is there.
    tried = f'{pgbackrest.configuration()}.tried'
    store.write(tried, text, 0o640, host.POSTGRES)
    try:
        problem = _begun(tried, lenient, away)
        os.replace(tried, pgbackrest.configuration())
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(tried)
    command = f'pgbackrest --config={pgbackrest.configuration()} --stanza={settings.STANZA} archive-push %p'
    lines = {'archive_mode': 'on', 'archive_command': command, 'archive_timeout': '60s'}
    archiving = ''.join(f"{key} = '{value}'\n" for key, value in lines.items())
    host.make_cluster()
    if store.read(_drop_in()) != archiving:
        store.write(_drop_in(), archiving, 0o644)
    if host.sql('SHOW archive_mode') != 'on':
        host.run('systemctl', 'restart', host.server())
    elif host.sql('SHOW archive_command') != command:
        host.sql('SELECT pg_reload_conf()')
    return problem


def begin(repository: str) -> None:
    """A place for the log in one of the repositories, by the settings in use."""
    with settings.alone(pgbackrest.configuration(), pgbackrest.REPOSITORIES[repository]) as config:
        _begin(config)


def _begun(tried: str, lenient: bool, away: str | None) -> str | None:
    """Why the bucket has none."""
    if away is None:
        try:
            _begin(tried)
            return None
        except CommandFailure as failure:
            if not lenient or any(code in str(failure) for code in OF_THE_HOST):
                raise
            away = str(failure)
    with settings.alone(tried, pgbackrest.REPOSITORIES['volume']) as config:
        _begin(config)
    return away


def _settings(order: Order) -> str:
    volume = os.statvfs(host.VOLUME)
    return settings.text(order, _version(), volume.f_frsize * volume.f_blocks)


def _begin(config: str) -> None:
    """
    A place for the log in both repositories. Where the database is a new one, as on a volume that replaces
    one that is lost, its log and backups come beside the older ones, which stay and can be restored.
    """
    try:
        _beside_the_log('stanza-create', config)
    except CommandFailure as failure:
        if not any(code in str(failure) for code in MISMATCH):
            raise
        # It wants every repository begun already, and a new volume has none; so what it has not done
        # is left to the second attempt to tell.
        with contextlib.suppress(CommandFailure):
            _beside_the_log('stanza-upgrade', config)
        _beside_the_log('stanza-create', config)


def _beside_the_log(verb: str, config: str) -> None:
    """Waits for the lock, which `archive-push` has while it hands on what has gathered."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            pgbackrest.run(verb, config=config)
            return
        except CommandFailure as failure:
            if 'unable to acquire lock' not in str(failure) or time.monotonic() > deadline:
                raise
        time.sleep(1)


def forget() -> None:
    """PostgreSQL keeps its log no longer than it needs it itself; what has been backed up stays."""
    if not os.path.exists(_drop_in()):
        return
    clusters.remove(_drop_in())
    host.run('systemctl', 'try-restart', host.server())


def back_up(repository: str, now: datetime, kind: str, tidy: bool) -> None:
    """
    Into one of the repositories: `diff`, what has changed since the full backup of the week; `incr`, since
    the last one, as before a release; or `full`, which the others are too where it is due. With `tidy`,
    the end of those that are older than what is kept. Where another database's are, as after a restore,
    this one's come beside them; where the last full one is damaged, another is made. Fails where the place
    has a later log of this database than the server.
    """
    set_back.ensure_none(repository)
    number = pgbackrest.REPOSITORIES[repository]
    there = backups(number)
    fulls = [one['stop'] for one in there if one['type'] == 'full']
    if not fulls or datetime.fromtimestamp(max(fulls), UTC) < now - WEEK:
        kind = 'full'
    past = (lambda: pgbackrest.run('expire', f'--repo={number}')) if tidy else None
    if repository == 'volume':
        room.ensure_backup(_needed(there, kind), past)
    words = [f'--repo={number}', *([] if tidy else ['--no-expire-auto'])]
    try:
        pgbackrest.run('backup', f'--type={kind}', *words)
        return
    except CommandFailure as failure:
        if any(code in str(failure) for code in MISMATCH):
            _adopt_all(number)
        elif kind != 'full' and _may_be_damaged(number, failure):
            log.say(f'the {repository} took none that builds on another, so a full one is tried: {failure}')
        else:
            raise
    if repository == 'volume':
        room.ensure_backup(_needed(there, 'full'), past)
    pgbackrest.run('backup', '--type=full', *words)


def _may_be_damaged(number: int, failure: CommandFailure) -> bool:
    """Is it none of the host's own, in a place that answers? All but a full one read the one before."""
    if any(code in str(failure) for code in (*OF_THE_HOST, NO_LOG)):
        return False
    with contextlib.suppress(Failure):
        pgbackrest.info(number)
        return True
    return False


def _adopt_all(number: int) -> None:
    _adopt(number)
    # One that does not take the log has the server try each segment in vain, and rest for a minute.
    for other in pgbackrest.REPOSITORIES.values():
        if other != number:
            with contextlib.suppress(CommandFailure):
                _adopt(other)


def _needed(there: list[dict[str, Any]], kind: str) -> int:
    """Bytes that the next one of a kind takes at most in its repository, by those that are in it."""
    if kind == 'full':
        told = [one for one in there if one['type'] == 'full' and one['stored']]
        part = max((min(1.0, one['stored'] / one['size']) for one in told[-1:]), default=1.0)
        return int(room.of_folder(f'{host.data()}/base') * part)
    return max((one['added'] for one in there if one['type'] != 'full'), default=0)


def _adopt(number: int) -> None:
    """The repository takes the log of the database that is there now, whichever it was before."""
    with settings.alone(pgbackrest.configuration(), number) as config:
        _beside_the_log('stanza-upgrade', config)


def backups(number: int, config: str | None = None) -> list[dict[str, Any]]:
    """
    Those of a repository, oldest first; `start` and `stop` in seconds, `size` in bytes, `stored` those in the
    repository (0: not known), `added` what it alone added there, `system` the identifier of the database,
    `version` its major version, `former`: is another one's log handed on by now?; `line` its timeline, and
    `begins` where in the log.
    """
    found = []
    for stanza in pgbackrest.info(number, config):
        systems = {one['id']: str(one['system-id']) for one in stanza['db']}
        versions = {one['id']: str(one['version']) for one in stanza['db']}
        present = systems.get(max(systems, default=0))
        for one in stanza['backup']:
            system = systems.get(one['database']['id'])
            found.append({
                'label': one['label'], 'type': one['type'], 'start': one['timestamp']['start'],
                'stop': one['timestamp']['stop'], 'size': one['info']['size'], 'system': system,
                'version': versions.get(one['database']['id']), 'former': system != present,
                'stored': _stored(one), 'added': one['info']['repository']['delta'],
                'line': int((one['archive']['start'] or '0')[:8], 16), 'begins': one['lsn']['start'],
            })  # fmt: skip
    return found


def _stored(backup: dict[str, Any]) -> int:
    """Of one that takes parts of files (repo-block) pgBackRest does not say it, unless it is a full one."""
    told = backup['info']['repository']
    return told.get('size') or (told['delta'] if backup['type'] == 'full' else 0)


def _version() -> tuple[int, int]:
    found = re.search(r'(\d+)\.(\d+)', host.run('pgbackrest', 'version').stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _drop_in() -> str:
    return f'{host.cluster()}/conf.d/padlock-backup.conf'
