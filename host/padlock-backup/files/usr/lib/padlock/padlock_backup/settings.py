"""The files of settings of pgBackRest (https://pgbackrest.org/configuration.html)."""

import contextlib
import os
import re
from collections.abc import Iterator

from padlock_release import store

from . import host
from .order import Order

STANZA = 'main'
# One or two weeks of moments, whatever `keep_weekly` says for the bucket.
FULLS_ON_VOLUME = 2
DIFFS_ON_VOLUME = 2
# In tests, an authority and locks of their own.
EXTRA: dict[str, str] = {}


def text(order: Order, version: tuple[int, int], volume: int) -> str:
    """The file of pgBackRest of this version, on a volume of so many bytes."""
    both = {
        'bundle': 'y',
        # Only what has changed of a large file; since 2.46.
        **({'block': 'y'} if version >= (2, 46) else {}),
    }
    in_bucket = {
        **_bucket(order),
        # By age: a restore makes full backups beside those of the weeks.
        'retention-full-type': 'time',
        'retention-full': str(order.keep_weekly * 7),
        'retention-diff': str(order.keep_daily),
    }
    on_volume = {
        'path': f'{host.VOLUME}/backup/postgresql',
        **_cipher(order),
        # By number, as the database needs the room; its log goes back to the older one of them.
        'retention-full-type': 'count',
        'retention-full': str(FULLS_ON_VOLUME),
        'retention-diff': str(min(order.keep_daily, DIFFS_ON_VOLUME)),
    }
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
        # PostgreSQL rests for a minute after three failures (PGARCH_AUTOWAKE_INTERVAL).
        'archive-timeout': '180',
        # And it must not fill the volume and stop the database.
        'archive-push-queue-max': str(volume // 4),
        **{f'repo1-{key}': value for key, value in {**in_bucket, **both}.items()},
        **{f'repo2-{key}': value for key, value in {**on_volume, **both}.items()},
        **EXTRA,
    }
    cluster = {'pg1-path': host.data(), 'pg1-socket-path': host.SOCKETS}
    return _section('global', lines) + _section(STANZA, cluster)


@contextlib.contextmanager
def alone(path: str, number: int) -> Iterator[str]:
    """
    A file of these settings with this repository alone: pgBackRest upgrades all that it is told of, and none
    of them where the bucket is away.
    """
    others = re.compile(rf'repo(?!{number}-)\d+-')
    lines = [line for line in (store.read(path) or '').splitlines(keepends=True) if not others.match(line)]
    store.write(f'{path}.alone', ''.join(lines), 0o640, host.POSTGRES)
    try:
        yield f'{path}.alone'
    finally:
        os.unlink(f'{path}.alone')


def text_of_source(order: Order) -> str:
    """To read the bucket of another stack, and nothing else."""
    lines = {
        'log-path': host.LOGS,
        'log-level-console': 'warn',
        **{f'repo1-{key}': value for key, value in _bucket(order).items()},
        **{key: value for key, value in EXTRA.items() if not key.startswith('repo2-')},
    }
    cluster = {'pg1-path': host.data(), 'pg1-socket-path': host.SOCKETS}
    return _section('global', lines) + _section(STANZA, cluster)


def _bucket(order: Order) -> dict[str, str]:
    return {
        'type': 's3',
        'path': f'/{order.prefix}/postgresql',
        's3-bucket': order.bucket,
        's3-endpoint': order.host,
        's3-region': order.region,
        's3-uri-style': order.style,
        's3-key': order.key,
        's3-key-secret': order.secret,
        **({'storage-port': order.port} if order.port else {}),
        **_cipher(order),
    }


def _cipher(order: Order) -> dict[str, str]:
    return {'cipher-type': 'aes-256-cbc', 'cipher-pass': order.passphrase}


def _section(name: str, lines: dict[str, str]) -> str:
    return f'[{name}]\n' + ''.join(f'{key}={value}\n' for key, value in lines.items())
