"""
The database, by pgBackRest (https://pgbackrest.org/configuration.html): a full backup a week, what has
changed since it in between, and the log of PostgreSQL as it is written, so that every moment in between
can be had again.
"""

import contextlib
import json
import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from padlock_release import log, store
from padlock_release.failure import CommandFailure, Failure

from . import host
from .order import Order

STANZA = 'main'
# A night late does not make the full backup of a week two weeks old.
WEEK = timedelta(days=6, hours=12)
# As pgBackRest numbers them, and as their state is kept.
REPOSITORIES = {'bucket': 1, 'volume': 2}
# When the log was handed on last, when that failed since, the last segment of it, the seconds that a
# whole segment has waited by now, and whether any is to be handed on at all.
ARCHIVER = """
SELECT to_char(last_archived_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity')
    THEN to_char(last_failed_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END,
  last_archived_wal,
  (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(modification))::int, 0)
    FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'),
  current_setting('archive_mode')
FROM pg_stat_archiver"""
# Another database's backups are there: BackupMismatchError (src/build/error/error.yaml).
MISMATCH = '[028]'
# Seconds of writes that may be lost with the host: a segment ends after 60 at the latest, and is sent.
WAITING = 75
# In tests, an authority and locks of their own.
EXTRA: dict[str, str] = {}


def configuration() -> str:
    return f'{host.HOME}/pgbackrest.conf'


def settings(order: Order, version: tuple[int, int], volume: int) -> str:
    """The file of pgBackRest of this version, on a volume of so many bytes."""
    both = {
        'cipher-type': 'aes-256-cbc',
        'cipher-pass': order.passphrase,
        'bundle': 'y',
        # Only what has changed of a large file; since 2.46.
        **({'block': 'y'} if version >= (2, 46) else {}),
        'retention-full': str(order.keep_weekly),
        'retention-diff': str(order.keep_daily),
    }
    bucket = {
        'type': 's3',
        'path': f'/{order.prefix}/postgresql',
        's3-bucket': order.bucket,
        's3-endpoint': order.host,
        's3-region': order.region,
        's3-uri-style': order.style,
        's3-key': order.key,
        's3-key-secret': order.secret,
        **({'storage-port': order.port} if order.port else {}),
    }
    on_volume = {'path': f'{host.VOLUME}/backup/postgresql'}
    lines = {
        'compress-type': 'zst',
        'compress-level': '3',
        'process-max': '1',
        'start-fast': 'y',
        'log-path': host.LOGS,
        'log-level-console': 'warn',
        # While the bucket is away the log goes on to the volume, whose backups need it; in step with
        # PostgreSQL, one segment that fails would keep all after it.
        'archive-async': 'y',
        'spool-path': f'{host.HOME}/spool',
        # And it must not fill the volume and stop the database.
        'archive-push-queue-max': str(volume // 4),
        **{f'repo1-{key}': value for key, value in {**bucket, **both}.items()},
        **{f'repo2-{key}': value for key, value in {**on_volume, **both}.items()},
        **EXTRA,
    }
    cluster = {'pg1-path': host.DATA, 'pg1-socket-path': host.SOCKETS}
    return _section('global', lines) + _section(STANZA, cluster)


def _section(name: str, lines: dict[str, str]) -> str:
    return f'[{name}]\n' + ''.join(f'{key}={value}\n' for key, value in lines.items())


def configure(order: Order) -> None:
    """Has PostgreSQL hand on its log, and a place for it in both repositories; a first time restarts it."""
    volume = os.statvfs(host.VOLUME)
    text = settings(order, _version(), volume.f_frsize * volume.f_blocks)
    host.folder(f'{host.VOLUME}/backup/postgresql', host.POSTGRES, 0o750)
    host.folder(f'{host.HOME}/spool', host.POSTGRES, 0o750)
    # The settings in use go on until these have been seen to open what is there.
    tried = f'{configuration()}.tried'
    store.write(tried, text, 0o640, host.POSTGRES)
    try:
        _begin(tried)
        os.replace(tried, configuration())
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(tried)
    command = f'pgbackrest --config={configuration()} --stanza={STANZA} archive-push %p'
    lines = {'archive_mode': 'on', 'archive_command': command, 'archive_timeout': '60s'}
    archiving = ''.join(f"{key} = '{value}'\n" for key, value in lines.items())
    if store.read(_drop_in()) != archiving:
        store.write(_drop_in(), archiving, 0o644)
    if host.sql('SHOW archive_mode') != 'on':
        host.run('systemctl', 'restart', host.SERVER)
    elif host.sql('SHOW archive_command') != command:
        host.sql('SELECT pg_reload_conf()')


def _begin(settings: str) -> None:
    """
    A place for the log in both repositories. Where the database is a new one, as on a volume that replaces
    one that is lost, its log and backups come beside the older ones, which stay and can be restored.
    """
    try:
        _pgbackrest('stanza-create', settings=settings)
    except CommandFailure as failure:
        if MISMATCH not in str(failure):
            raise
        # It wants every repository begun already, and a new volume has none; so what it has not done
        # is left to the second attempt to tell.
        with contextlib.suppress(CommandFailure):
            _pgbackrest('stanza-upgrade', settings=settings)
        _pgbackrest('stanza-create', settings=settings)


def forget() -> None:
    """PostgreSQL keeps its log no longer than it needs it itself; what has been backed up stays."""
    if not os.path.exists(_drop_in()):
        return
    os.unlink(_drop_in())
    host.run('systemctl', 'try-restart', host.SERVER)


def back_up(repository: str, now: datetime, quick: bool) -> None:
    """Into one of the repositories; `quick`: before a release, what has changed since the last one."""
    number = REPOSITORIES[repository]
    fulls = [one['stop'] for one in backups(number) if one['type'] == 'full']
    due = not fulls or datetime.fromtimestamp(max(fulls), UTC) < now - WEEK
    kind = 'full' if due else 'incr' if quick else 'diff'
    _pgbackrest('backup', f'--repo={number}', f'--type={kind}')


def backups(number: int) -> list[dict[str, Any]]:
    """Those of a repository, oldest first; `start` and `stop` in seconds, `size` in bytes."""
    return [
        {
            'label': one['label'], 'type': one['type'], 'start': one['timestamp']['start'],
            'stop': one['timestamp']['stop'], 'size': one['info']['size'],
        }
        for stanza in _info(number)
        for one in stanza['backup']
    ]  # fmt: skip


def archiver() -> dict[str, Any]:
    """When the log was handed on last, when that failed since, and what is wrong with it."""
    row = host.sql(ARCHIVER)
    last, failed, wal, waiting, mode = row.split('|')
    # What the queue had no room for counts as handed on (archive-push-queue-max).
    missing = [
        where for where, number in REPOSITORIES.items()
        if wal and not any(end >= wal for stanza in _info(number) for end in _archived(stanza))
    ]  # fmt: skip
    problem = None
    if missing:
        problem = f'a part of it is missing in {" and ".join(missing)}'
    elif failed:
        problem = 'archive-push fails'
    elif mode == 'off':
        problem = 'PostgreSQL hands none on: archive_mode is off'
    elif int(waiting) > WAITING:
        problem = f'a part of it has waited for {waiting} s to be handed on'
    return {
        'last': last or None,
        'failed': failed or None,
        'problem': problem and f'{problem}; see {host.LOGS}',
    }


def _archived(stanza: dict[str, Any]) -> list[str]:
    """The last segments of the database that runs; that of one before may have had higher numbers."""
    current = max(one['id'] for one in stanza['db'])
    return [one['max'] or '' for one in stanza['archive'] if one['database']['id'] == current]


def _info(number: int) -> list[dict[str, Any]]:
    told = json.loads(_pgbackrest('info', f'--repo={number}', '--output=json'))
    for stanza in told:
        # 2: no backup yet (src/command/info/info.c); all above it is a repository that cannot be read.
        if stanza['status']['code'] not in (0, 2):
            raise Failure(f'pgBackRest cannot read the repository: {_reason(stanza)}')
    return told


def _reason(stanza: dict[str, Any]) -> str:
    said = [stanza['status']['message'], *(one['status']['message'] for one in stanza.get('repo', []))]
    return re.sub(r'\s+', ' ', _short(said[-1]))


def _pgbackrest(verb: str, *words: str, settings: str | None = None) -> str:
    called = ['pgbackrest', f'--config={settings or configuration()}', f'--stanza={STANZA}', *words, verb]
    done = host.as_postgres(*called, check=False)
    if done.returncode != 0:
        said = _short(log.tail(done.stdout + done.stderr, 12))
        raise CommandFailure(f'pgbackrest {verb} failed with exit {done.returncode}:\n{said}')
    return done.stdout


def _short(text: str) -> str:
    """Of an answer of the bucket's the code alone, and not all of its headers."""
    return re.sub(
        r' ?\*\*\* Path/Query \*\*\*.*?<Code>(.*?)</Code>.*?</Error>', r' \1', text, flags=re.DOTALL
    )


def _version() -> tuple[int, int]:
    found = re.search(r'(\d+)\.(\d+)', host.run('pgbackrest', 'version').stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _drop_in() -> str:
    return f'{host.CLUSTER}/conf.d/padlock-backup.conf'
