"""
The database beside the running one: restored by pgBackRest into a folder of its own on the volume,
brought by PostgreSQL itself to the moment that is asked for, and shut down whole.
"""

import re
import shlex
from datetime import UTC, datetime

from padlock_release import clusters, log
from padlock_release.failure import Failure

from . import archive, elsewhere, host, pgbackrest, role, settings, timelines, trial
from .attempts import Kind, Part, first_whole
from .places import Backup

# By pgBackRest, in postgresql.auto.conf.
OF_THE_RECOVERY = [
    'restore_command', 'recovery_target', 'recovery_target_time', 'recovery_target_action',
    'recovery_target_timeline',
]  # fmt: skip
# Of a host; what the database itself says of them (ALTER SYSTEM) would go before that.
OF_THE_HOST = [
    'archive_mode', 'archive_command', 'archive_library', 'archive_timeout', 'listen_addresses', 'port',
    'unix_socket_directories',
]  # fmt: skip
# What PostgreSQL says where the line that is wanted did not come from the backup's.
AWAY = r"is not (a child of|in) this server's history"


class Ended(Failure):
    """The log ends before the moment that is asked for."""


class Branched(Failure):
    """A restore has led away from before this backup, and all that there is was written since then."""


def restored() -> str:
    return f'{host.data()}.restored'


def bring(backups: list[Backup], at: datetime | None, exactly: bool, is_used: bool = True) -> Part:
    """
    Tries one backup after the other. With neither a moment nor `exactly`, all of the log that was
    handed on. `is_used`: is the app to use it? Raises Failure where none of them comes to that, and
    elsewhere.Elsewhere where the app's rows were in another database then.
    """

    def bring_one(backup: Backup) -> datetime | None:
        return _bring_all(backup, at, exactly, is_used)

    kind = Kind(
        'database', 'backup', restored(), bring_one, forget,
        # What a restore has led away from is no damage.
        free=lambda failure: isinstance(failure, Branched),
    )  # fmt: skip
    return first_whole(backups, kind)


def forget() -> None:
    """Nothing of a try stays, a server that still runs on it neither."""
    trial.forget(restored())
    clusters.remove(restored())


def _bring_all(backup: Backup, at: datetime | None, exactly: bool, is_used: bool) -> datetime | None:
    try:
        return _bring(backup, at, exactly, is_used)
    except Ended:
        # The log of a database that is no more is all that it will ever be.
        if not backup.former:
            raise
        until = _bring(backup, None, False, is_used)
    if at is not None and until is not None and until > at:
        raise Failure(
            f'a later restore has led on from it to {until:%Y-%m-%dT%H:%M:%SZ}, past that moment. Fix: an '
            'earlier moment'
        )
    return until


def _bring(backup: Backup, at: datetime | None, exactly: bool, is_used: bool) -> datetime | None:
    # Each backup knows the line of history that it is of; `latest` would follow a later restore's.
    line = 'current' if at or exactly else 'latest'
    away = timelines.leads_away(backup) if line == 'latest' else None
    if away is not None:
        raise Branched(f'a restore has led away from it: {away}')
    forget()
    trial.make()
    # By its owner, whose the folder around it is: root would follow a link that lies in wait there.
    host.as_postgres('mkdir', '--mode=0700', restored())
    kind = ['--type=time', f'--target={at:%Y-%m-%d %H:%M:%S.%f+00}'] if at else []
    if exactly:
        kind = ['--type=immediate']
    end = archive.end_of(backup)
    pgbackrest.run(
        'restore', f'--repo={backup.place.number}', f'--set={backup.label}',
        f'--pg1-path={restored()}', *kind, *(['--target-action=promote'] if kind else []),
        f'--recovery-option=restore_command={_restore_command(backup)}',
        f'--recovery-option=recovery_target_timeline={line}', '--archive-mode=preserve',
        config=backup.place.settings,
    )  # fmt: skip
    if not trial.start(restored()):
        raise _why()
    until = _proven(backup, at, exactly, end)
    if is_used:
        elsewhere.ensure_not(trial.ask)
    if trial.control(restored(), '-m', 'fast', 'stop') != 0:
        raise _why()
    timelines.ensure_new(restored())
    return until


def _restore_command(backup: Backup) -> str:
    """
    PostgreSQL takes any failure for the end of the log, unless it is over 125
    (https://www.postgresql.org/docs/17/runtime-config-wal.html): 1 is pgBackRest's word for a file that
    is not there, and all others end the recovery.
    """
    words = [
        'pgbackrest', f'--config={backup.place.settings}', f'--stanza={settings.STANZA}',
        f'--repo={backup.place.number}', f'--pg1-path={restored()}', '--no-archive-async', 'archive-get',
    ]  # fmt: skip
    return f'{shlex.join(words)} %f "%p"; code=$?; test $code -le 1 && exit $code; exit 126'


def _why() -> Failure:
    """Of the server's log what ended it."""
    text = trial.log()
    fatal = re.findall(r'(?:FATAL|PANIC): +(.*)', text)
    if any('recovery ended before configured recovery target' in line for line in fatal):
        last = _last(text)
        until = f'at {last:%Y-%m-%dT%H:%M:%S.%fZ}' if last else 'with the backup itself'
        return Ended(
            f'the log that was handed on ends before that moment, {until}. Fix: an earlier moment, or none, '
            'which restores all that there is'
        )
    kind = Branched if any(re.search(AWAY, line) for line in fatal) else Failure
    said = re.findall(r'^(?:P00 +)?(?:ERROR|.*P00 +ERROR): *(.*)', text, re.MULTILINE)
    return kind(' '.join(['PostgreSQL does not start on it:', *(fatal or [_silent(text)]), *said[-1:]]))


def _silent(text: str) -> str:
    return (
        'it ended without a word of why, as a process does that is killed (for want of memory: sudo '
        f'journalctl -k says so); its log ends with {log.tail(text, 5) or "nothing"}'
    )


def _proven(backup: Backup, at: datetime | None, exactly: bool, end: str) -> datetime | None:
    if trial.ask('SELECT pg_is_in_recovery()') != 'f':
        raise Failure('PostgreSQL takes connections, and is not through with the recovery')
    role.take_over(trial.ask)
    for name in [*OF_THE_RECOVERY, *OF_THE_HOST]:
        trial.ask(f'ALTER SYSTEM RESET {name}')
    if at is not None:
        return at
    whole = datetime.fromtimestamp(backup.time, UTC)
    if exactly:
        return whole
    text = trial.log()
    _no_hole(end, text)
    return _last(text) or whole


def _no_hole(end: str, text: str) -> None:
    """A part of the log that is missing looks like its end."""
    last = max(re.findall(r'restored log file "([0-9A-F]{24})" from archive', text), default='')
    if last < end:
        raise Failure(
            f'a part of the log after {last} is missing there, and the log goes on to {end}. '
            f'Fix: --at a moment before {_last(text) or "it"}, or --backup'
        )


def _last(text: str) -> datetime | None:
    found = re.findall(r'last completed transaction was at log time (\S+ [0-9:.]+)\+00', text)
    return datetime.fromisoformat(f'{found[-1]}+00:00') if found else None
