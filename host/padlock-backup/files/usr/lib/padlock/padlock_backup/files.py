"""The files of the app's volumes, by restic (https://restic.readthedocs.io)."""

import json
import os
from typing import Any

from padlock_release.failure import CommandFailure, Failure

from . import host
from .order import Order

# In tests, an authority of their own.
EXTRA: list[str] = []
# What restic says of a place that holds nothing; other failures are no reason to begin a repository.
ABSENT = ('Is there a repository at the following location', 'repository does not exist')


def source() -> str:
    return f'{host.VOLUME}/app'


def back_up(order: Order, repository: str, tidy: bool) -> None:
    """A snapshot; with `tidy`, the end of those that are older than what is kept."""
    if not os.path.isdir(source()):
        raise Failure(f'{source()} is not there: is the volume mounted?')
    restic(order, repository, 'backup', '--host', order.prefix, source())
    if not tidy:
        return
    # Of the last days those before releases too, which a day's last one would end.
    kept = ['--keep-within', '2d', '--keep-daily', str(order.keep_daily)]
    kept += ['--keep-weekly', str(order.keep_weekly)]
    restic(order, repository, 'forget', '--host', order.prefix, *kept, '--prune')


def snapshots(order: Order, repository: str) -> list[dict[str, Any]]:
    """Oldest first: `label`, `time` and `path`, the folder that was backed up."""
    # Whoever may read alone leaves no lock there.
    told = json.loads(restic(order, repository, '--no-lock', 'snapshots', '--json'))
    return [{'label': one['short_id'], 'time': one['time'], 'path': one['paths'][0]} for one in told]


def ensure(order: Order, repository: str, of: str = 'files') -> None:
    """A repository `of` the files there; raises where there is one that this passphrase does not open."""
    try:
        restic(order, repository, 'cat', 'config', of=of)
    except CommandFailure as failure:
        if not any(words in str(failure) for words in ABSENT):
            raise
        restic(order, repository, 'init', of=of)


def restic(order: Order, repository: str, *words: str, of: str = 'files', cwd: str = '/') -> str:
    """What it prints; `of` is the folder of the repository. Raises CommandFailure with the end of that."""
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
    called = ['restic', '--quiet', '-o', lookup, *EXTRA, *words]
    return host.run(*called, env=env, cwd=cwd).stdout
