"""
The database, by pgBackRest (https://pgbackrest.org/configuration.html): a full backup a week, what has
changed since it in between, and the log of PostgreSQL as it is written, so that every moment in between
can be had again.
"""

import contextlib
import json
import os
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from padlock_release import log, store
from padlock_release.failure import CommandFailure, Failure

from . import host, settings
from .order import Order

# A night late does not make the full backup of a week two weeks old.
WEEK = timedelta(days=6, hours=12)
LOCK_SECONDS = 120
MARK_SECONDS = 60
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
# An answer of the bucket's, and what a file is like that a wrong passphrase has opened.
ANSWER = re.compile(r' ?\*\*\* Path/Query \*\*\*.*?<Code>(.*?)</Code>.*?</Error>', re.DOTALL)
GARBLED = re.compile(r'\[?FormatError\]?:? .*?(?=\n *HINT|\Z)', re.DOTALL)
OTHER_PASSPHRASE = 'unable to load info file: it is damaged, or is not opened by this passphrase'  # noqa: S105
# Another database's backups are there (src/build/error/error.yaml): file-invalid of stanza-create,
# backup-mismatch of backup.
MISMATCH = ('[028]', '[051]')
# Seconds of writes that may be lost with the host: a segment ends after 60 at the latest, and is sent.
WAITING = 75


def configuration() -> str:
    return f'{host.HOME}/pgbackrest.conf'


def configure(order: Order) -> None:
    """Has PostgreSQL hand on its log, and a place for it in both repositories; a first time restarts it."""
    volume = os.statvfs(host.VOLUME)
    text = settings.text(order, _version(), volume.f_frsize * volume.f_blocks)
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
    command = f'pgbackrest --config={configuration()} --stanza={settings.STANZA} archive-push %p'
    lines = {'archive_mode': 'on', 'archive_command': command, 'archive_timeout': '60s'}
    archiving = ''.join(f"{key} = '{value}'\n" for key, value in lines.items())
    if store.read(_drop_in()) != archiving:
        store.write(_drop_in(), archiving, 0o644)
    if host.sql('SHOW archive_mode') != 'on':
        host.run('systemctl', 'restart', host.SERVER)
    elif host.sql('SHOW archive_command') != command:
        host.sql('SELECT pg_reload_conf()')


def _begin(config: str) -> None:
    """
    A place for the log in both repositories. Where the database is a new one, as on a volume that replaces
    one that is lost, its log and backups come beside the older ones, which stay and can be restored.
    """
    try:
        pgbackrest('stanza-create', config=config)
    except CommandFailure as failure:
        if not any(code in str(failure) for code in MISMATCH):
            raise
        # It wants every repository begun already, and a new volume has none; so what it has not done
        # is left to the second attempt to tell.
        with contextlib.suppress(CommandFailure):
            pgbackrest('stanza-upgrade', config=config)
        pgbackrest('stanza-create', config=config)


def forget() -> None:
    """PostgreSQL keeps its log no longer than it needs it itself; what has been backed up stays."""
    if not os.path.exists(_drop_in()):
        return
    os.unlink(_drop_in())
    host.run('systemctl', 'try-restart', host.SERVER)


def back_up(repository: str, now: datetime, kind: str, tidy: bool) -> None:
    """
    Into one of the repositories: `diff`, what has changed since the full backup of the week; `incr`, since
    the last one, as before a release; or `full`, which the others are too where it is due. With `tidy`,
    the end of those that are older than what is kept. Where another database's are, as after a restore,
    this one's come beside them.
    """
    number = REPOSITORIES[repository]
    fulls = [one['stop'] for one in backups(number) if one['type'] == 'full']
    if not fulls or datetime.fromtimestamp(max(fulls), UTC) < now - WEEK:
        kind = 'full'
    words = [f'--repo={number}', *([] if tidy else ['--no-expire-auto'])]
    try:
        pgbackrest('backup', f'--type={kind}', *words)
    except CommandFailure as failure:
        if not any(code in str(failure) for code in MISMATCH):
            raise
        _adopt(number)
        pgbackrest('backup', '--type=full', *words)


def mark() -> None:
    """
    Has the log that was handed on hold a transaction of now, as a recovery to a moment ends at the first
    one after it. Content with a server that is down.
    """
    with contextlib.suppress(CommandFailure):
        host.sql('SELECT pg_current_xact_id()')
        name = host.sql('SELECT pg_walfile_name(pg_switch_wal())')
        deadline = time.monotonic() + MARK_SECONDS
        while host.sql('SELECT last_archived_wal FROM pg_stat_archiver')[:24] < name:
            if time.monotonic() > deadline:
                log.say(f'the log is not handed on; its last part, {name}, may be missing')
                return
            time.sleep(0.5)


def _adopt(number: int) -> None:
    """The repository takes the log of the database that is there now, whichever it was before."""
    deadline = time.monotonic() + LOCK_SECONDS
    with settings.alone(configuration(), number) as config:
        while True:
            try:
                pgbackrest('stanza-upgrade', config=config)
                return
            except CommandFailure as failure:
                # By whoever hands on the log.
                if 'unable to acquire lock' not in str(failure) or time.monotonic() > deadline:
                    raise
            time.sleep(1)


def backups(number: int, config: str | None = None) -> list[dict[str, Any]]:
    """
    Those of a repository, oldest first; `start` and `stop` in seconds, `size` in bytes, `stored` those in the
    repository (0: not known), `system` the identifier of the database, and `former`: is another one's log
    handed on by now?
    """
    found = []
    for stanza in info(number, config):
        systems = {one['id']: str(one['system-id']) for one in stanza['db']}
        present = systems.get(max(systems, default=0))
        for one in stanza['backup']:
            system = systems.get(one['database']['id'])
            found.append({
                'label': one['label'], 'type': one['type'], 'start': one['timestamp']['start'],
                'stop': one['timestamp']['stop'], 'size': one['info']['size'], 'system': system,
                'former': system != present, 'stored': _stored(one),
            })  # fmt: skip
    return found


def _stored(backup: dict[str, Any]) -> int:
    """Of one that takes parts of files (repo-block) pgBackRest does not say it, unless it is a full one."""
    told = backup['info']['repository']
    return told.get('size') or (told['delta'] if backup['type'] == 'full' else 0)


def archiver() -> dict[str, Any]:
    """When the log was handed on last, when that failed since, and what is wrong with it."""
    row = host.sql(ARCHIVER)
    last, failed, name, waiting, mode = row.split('|')
    # A segment, or what a backup notes beside one; the places count neither parts nor histories.
    segment = re.fullmatch(r'([0-9A-F]{24})(\.[0-9A-F]{8}\.backup)?', name)
    wal = segment[1] if segment else None
    # What the queue had no room for counts as handed on (archive-push-queue-max).
    missing = [
        where for where, number in REPOSITORIES.items()
        if wal and not any(end >= wal for stanza in info(number) for end in _archived(stanza))
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


def info(number: int, config: str | None = None) -> list[dict[str, Any]]:
    """What pgBackRest tells of a repository; raises Failure for one that cannot be read."""
    text = pgbackrest('info', f'--repo={number}', '--output=json', config=config)
    # It writes the line breaks of an error as they are.
    told = json.loads(text, strict=False)
    for stanza in told:
        # 2: no backup yet (src/command/info/info.c); all above it is a repository that cannot be read.
        if stanza['status']['code'] not in (0, 2):
            raise Failure(f'pgBackRest cannot read the repository: {_reason(stanza)}')
    return told


def _reason(stanza: dict[str, Any]) -> str:
    said = [stanza['status']['message'], *(one['status']['message'] for one in stanza.get('repo', []))]
    return re.sub(r'\s+', ' ', _short(said[-1]))


def pgbackrest(verb: str, *words: str, config: str | None = None) -> str:
    """As PostgreSQL's own user; raises CommandFailure with the end of what it wrote."""
    called = [
        'pgbackrest',
        f'--config={config or configuration()}',
        f'--stanza={settings.STANZA}',
        *words,
        verb,
    ]
    done = host.as_postgres(*called, check=False)
    if done.returncode != 0:
        said = _short(log.tail(done.stdout + done.stderr, 12))
        raise CommandFailure(f'pgbackrest {verb} failed with exit {done.returncode}:\n{said}')
    return done.stdout


def _short(text: str) -> str:
    """
    Of an answer of the bucket's the code alone, and not all of its headers; of a file that a wrong
    passphrase opens, as about one in 256 does, none of what it has become.
    """
    plain = re.sub(GARBLED, OTHER_PASSPHRASE, text)
    return re.sub(ANSWER, r' \1', plain)


def _version() -> tuple[int, int]:
    found = re.search(r'(\d+)\.(\d+)', host.run('pgbackrest', 'version').stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _drop_in() -> str:
    return f'{host.CLUSTER}/conf.d/padlock-backup.conf'
