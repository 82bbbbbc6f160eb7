"""The files of the app's volumes, by restic (https://restic.readthedocs.io)."""

import json
import os
import re
from datetime import datetime
from typing import Any

from padlock_release.failure import CommandFailure, Failure

from . import clock, disk_usage, host, origin, private_mount, room
from .order import Order

# Of the files, on the volume; the bucket has the days and weeks.
LAST_ON_VOLUME = 3
# So many times the volume's size are read of files at most: holes take time, if no room.
READ_AT_MOST = 2
GIB = 1024 * room.MIB
# Of a snapshot: bytes that its files took on the disk.
TAKEN = 'taken:'
# In tests, an authority of their own.
EXTRA: list[str] = []
# Exit codes of restic since 0.17 (https://restic.readthedocs.io/en/stable/075_scripting.html). Before that
# it asks whether there is a repository after any failure, that of a refused key too.
NO_REPOSITORY, OTHER_PASSPHRASE = 10, 12
# Of a place that does not answer, or not as it should, restic 0.18 asks for 15 minutes.
ANSWER_SECONDS = 90
ABSENT = re.compile(
    r'repository does not exist'
    r'|unable to open config file: .*(The specified key does not exist|no such file or directory)'
)
CLOSED = re.compile(r'wrong password|no key found')
REFUSED = re.compile(
    r'Access ?Denied|InvalidAccessKeyId|SignatureDoesNotMatch|Forbidden'
    r'|access key (id )?you provided does not exist|signature we calculated does not match',
    re.IGNORECASE,
)


def source() -> str:
    return f'{host.VOLUME}/app'


def is_source(path: str) -> bool:
    """Is it where the files are, on this host and on any other?"""
    return path == source()


def back_up(order: Order, repository: str, tidy: bool) -> None:
    """
    A snapshot; with `tidy`, the end of those that are older than what is kept. Raises Failure, and makes
    none, where the app has made what could not be read, or not be restored.
    """
    if not os.path.isdir(source()):
        raise Failure(f'{source()} is not there: is the volume mounted?')
    ready(order, repository)
    there = snapshots(order, repository) if repository == 'volume' else []
    seen = disk_usage.of(source(), _last(there))
    _ensure_readable(seen)
    if repository == 'volume':
        past = (lambda: forget(order, repository)) if tidy else None
        room.ensure_backup(seen.changed, past)
    tags = ['--tag', origin.TAG + origin.ensure(), '--tag', f'{TAKEN}{seen.taken}']
    with private_mount.held(source()) as held:
        words = ['backup', '--host', order.prefix, *tags, source()]
        restic(order, repository, *words, under=tuple(private_mount.words(source())), keeps=(held,))
    if tidy:
        forget(order, repository)


def forget(order: Order, repository: str, of: str = 'files') -> None:
    """Removes the snapshots, and their data, that are no longer kept."""
    # Of the last days those before releases too, which a day's last one would end.
    kept = ['--keep-within', '2d', '--keep-daily', str(order.keep_daily)]
    kept += ['--keep-weekly', str(order.keep_weekly)]
    if repository == 'volume':
        # By number, as the app needs the room.
        kept = ['--keep-last', str(LAST_ON_VOLUME)]
    restic(order, repository, 'forget', '--host', order.prefix, *kept, '--prune', of=of)


def _last(there: list[dict[str, Any]]) -> float:
    """When the last of them began: the next one adds what has changed since then at most."""
    times = [one['time'] for one in there if one['path'] == source()]
    return seconds(max(times)) if times else 0


def _ensure_readable(seen: disk_usage.Usage) -> None:
    """Raises Failure, with what removes it, where a path or a file is such that a backup would not end."""
    if seen.long:
        raise Failure(
            f'a path is too long to be backed up and restored: {disk_usage.path(source(), seen.long)}. Fix, '
            f'where the app does not remove it: {disk_usage.removal_of_long(source())}'
        )
    if seen.apparent > READ_AT_MOST * room.of_volume():
        raise Failure(
            f'the files are {_gib(seen.apparent)} GiB to whoever reads them, holes too, which is more than '
            f'{READ_AT_MOST} times the volume, and take {_gib(seen.taken)} GiB of it. The largest is '
            f'{disk_usage.path(source(), seen.largest)}. Fix, where the app does not remove or shorten it: '
            f'{disk_usage.removal(source(), seen.largest)}'
        )


def _gib(count: int) -> int:
    return -(-count // GIB)


def seconds(text: str) -> float:
    """Since 1970, of a time of a snapshot; restic writes more digits of a second than Python 3.11 reads."""
    return datetime.fromisoformat(re.sub(r'(\.[0-9]{1,6})[0-9]*', r'\1', text)).timestamp()


def snapshots(order: Order, repository: str, of: str = 'files') -> list[dict[str, Any]]:
    """
    Oldest first: `label`, `time`, `path` (the folder that was backed up), `system` (whose they are) and
    `taken` (bytes on the disk; 0 where the snapshot does not tell).
    """
    # Whoever may read alone leaves no lock there.
    told = json.loads(restic(order, repository, '--no-lock', 'snapshots', '--json', of=of))
    return [
        {
            'label': one['short_id'], 'time': one['time'], 'path': one['paths'][0],
            'system': origin.of(one.get('tags') or []), 'taken': _taken(one.get('tags') or []),
        }
        for one in told
    ]  # fmt: skip


def _taken(tags: list[str]) -> int:
    found = (re.fullmatch(f'{TAKEN}([0-9]+)', tag) for tag in tags)
    return next((int(one[1]) for one in found if one), 0)


def has_sparse() -> bool:
    """Does a restore leave holes? restic does not before 0.15."""
    return '--sparse' in host.run('restic', 'restore', '--help').stdout


def size(order: Order, repository: str, label: str, of: str = 'files') -> int:
    """Bytes of what a snapshot has, once restored."""
    return json.loads(restic(order, repository, '--no-lock', 'stats', label, '--json', of=of))['total_size']


def ensure(order: Order, repository: str, of: str = 'files') -> None:
    """
    A repository `of` the files there. Raises Failure where there is one that this passphrase does not open,
    and where nobody can tell, as a key is refused that asks.
    """
    try:
        _ask(order, repository, of)
    except CommandFailure as failure:
        if is_absent(failure):
            restic(order, repository, 'init', of=of)
            return
        meaning = _meaning(order, failure)
        raise Failure(f'{meaning}\n{failure}') if meaning else failure from None


def ready(order: Order, repository: str, of: str = 'files') -> None:
    """Before a backup: the repository opens, and nobody who was killed keeps it locked."""
    _ask(order, repository, of)
    unlock(order, repository, of)


def _ask(order: Order, repository: str, of: str = 'files') -> None:
    """Raises CommandFailure where the place has no repository that this opens, or no answer in time."""
    # What is killed in the midst of it leaves no lock.
    restic(order, repository, 'cat', 'config', '--no-lock', of=of, seconds=ANSWER_SECONDS)


def unlock(order: Order, repository: str, of: str = 'files') -> None:
    """
    Removes the locks of those that were killed: of processes of this host that are gone, and of any that has
    not renewed its own for 30 minutes. Whoever is at work from another computer meanwhile keeps his, which
    `--remove-all` would take.
    """
    restic(order, repository, 'unlock', of=of)


def is_absent(failure: CommandFailure) -> bool:
    """Does restic say that the place holds nothing? Other failures are no reason to begin a repository."""
    return failure.code == NO_REPOSITORY or ABSENT.search(str(failure)) is not None


def is_refused(failure: CommandFailure) -> bool:
    """Is the key refused? One whose signature is of another time is right."""
    return clock.WRONG not in str(failure) and REFUSED.search(str(failure)) is not None


def _meaning(order: Order, failure: CommandFailure) -> str | None:
    if failure.code == OTHER_PASSPHRASE or CLOSED.search(str(failure)):
        return (
            f'there are backups of {order.prefix} already, which the passphrase of this stack does not open. '
            'Fix: the state of the stack that made them, whose output backupPassphrase opens them, or move '
            'them away'
        )
    if is_refused(failure):
        return (
            f'the key is refused at {order.endpoint}, so nobody knows whether the bucket {order.bucket} has '
            'backups, and none were begun. Fix: a key that lists, reads and writes this bucket; pulumi up'
        )
    return None


def restic(
    order: Order,
    repository: str,
    *words: str,
    of: str = 'files',
    cwd: str = '/',
    **how: Any,
) -> str:
    """
    What it prints; `of` is the folder of the repository, `how` as host.run has it. Raises CommandFailure with
    the end of that.
    """
    words, env = called(order, repository, *words, of=of)
    try:
        return host.run(*words, env=env, cwd=cwd, **how).stdout
    except CommandFailure as failure:
        if repository == 'bucket' and _is_untimely(order, str(failure)):
            raise CommandFailure(f'{clock.WRONG}\n{failure}', failure.code) from None
        raise


def _is_untimely(order: Order, said: str) -> bool:
    """What S3 answers a HEAD, by which restic begins, has no reason in it."""
    if clock.SAID.search(said):
        return True
    return REFUSED.search(said) is not None and clock.is_wrong(order.endpoint)


def called(order: Order, repository: str, *words: str, of: str = 'files') -> tuple[list[str], dict[str, str]]:
    """restic's words and the variables that they need."""
    places = {
        'bucket': f's3:https://{order.endpoint}/{order.bucket}/{order.prefix}/{of}',
        'volume': f'{host.VOLUME}/backup/{of}',
    }
    env = {
        'RESTIC_REPOSITORY': places[repository],
        'RESTIC_PASSWORD': order.passphrase,
        'RESTIC_CACHE_DIR': f'{host.CACHE}/restic',
        'AWS_ACCESS_KEY_ID': order.key,
        'AWS_SECRET_ACCESS_KEY': order.secret,
        'AWS_DEFAULT_REGION': order.region,
        # On a host of 512 MB; a third less memory for a little more time.
        'GOGC': '20',
    }
    lookup = 's3.bucket-lookup=' + ('dns' if order.style == 'host' else 'path')
    # What a failure is told by comes first.
    return ['restic', *words, '--quiet', '-o', lookup, *EXTRA], env
