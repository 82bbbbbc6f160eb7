"""
The bucket of snapshots, by restic (https://restic.readthedocs.io): what lies in it is encrypted, and what
is read from it is held against its hash.
"""

import os
import subprocess
from typing import IO

from padlock_release import log
from padlock_release.failure import CommandFailure, Failure

from .order import Place

# Of a snapshot in the bucket.
NAME = 'app.dump'
KEPT = '3'
# In tests, an authority of their own.
EXTRA: list[str] = []
# What restic says of a bucket that holds nothing; other failures are no reason to begin a repository.
NONE = ('no snapshot found', 'no matching ID found')
ABSENT = ('The specified key does not exist', 'repository does not exist')


def write(place: Place, dump: IO[bytes]) -> None:
    """Stores a file as the newest snapshot, and forgets all but the newest three."""
    try:
        _restic(place, '--no-lock', 'cat', 'config')
    except CommandFailure as failure:
        if not any(words in str(failure) for words in ABSENT):
            raise
        _restic(place, 'init')
    # What a run that was killed has left.
    _restic(place, 'unlock')
    dump.seek(0)
    _restic(place, 'backup', '--host', 'padlock', '--stdin', '--stdin-filename', NAME, source=dump)
    _restic(place, 'forget', '--host', 'padlock', '--keep-last', KEPT, '--prune')


def read(place: Place, dump: IO[bytes]) -> None:
    """
    The newest snapshot into a file, by a key that may only read. Raises Failure where there is none, or what
    there is is not what was stored.
    """
    try:
        _restic(place, '--no-lock', 'dump', 'latest', NAME, output=dump)
    except CommandFailure as failure:
        if any(words in str(failure) for words in (*ABSENT, *NONE)):
            raise Failure(
                f'the bucket {place.bucket} has no snapshot yet. Fix: ./padlock backup anonymise, with '
                'the stack that the snapshots are of'
            ) from None
        raise Failure(
            f'the snapshot in the bucket {place.bucket} cannot be read:\n{failure}\n'
            'Where the stack that the snapshots are of has another bucket or passphrase by now, or is gone: '
            'seedReader of Pulumi.preview.yaml anew (README, Ephemeral environments), or seed: empty'
        ) from None


def _restic(
    place: Place, *words: str, source: int | IO = subprocess.DEVNULL, output: IO | None = None
) -> None:
    env = {
        'RESTIC_REPOSITORY': f's3:https://{place.endpoint}/{place.bucket}/snapshots',
        'RESTIC_PASSWORD': place.passphrase,
        'AWS_ACCESS_KEY_ID': place.key,
        'AWS_SECRET_ACCESS_KEY': place.secret,
        'AWS_DEFAULT_REGION': place.region,
        # On a host of 512 MB; a third less memory for a little more time.
        'GOGC': '20',
    }
    called = ['restic', '--quiet', '--no-cache', '-o', 's3.bucket-lookup=path', *EXTRA, *words]
    done = subprocess.run(
        called, stdin=source, env={**os.environ, **env}, cwd='/',
        stdout=output or subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace', check=False,
    )  # fmt: skip
    if done.returncode != 0:
        said = log.tail((done.stdout or '') + done.stderr, 12)
        verb = next(word for word in words if not word.startswith('-'))
        raise CommandFailure(f'restic {verb} failed with exit {done.returncode}:\n{said}')
