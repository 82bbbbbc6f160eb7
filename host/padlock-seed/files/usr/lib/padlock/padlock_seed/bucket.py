"""
The bucket of snapshots, by restic (https://restic.readthedocs.io): what lies in it is encrypted, and what
is read from it is held against its hash.
"""

import os
import subprocess

from padlock_release import log
from padlock_release.failure import CommandFailure

from .order import Place

# Of a snapshot in the bucket.
NAME = 'app.dump'
KEPT = '3'
# In tests, an authority of their own.
EXTRA: list[str] = []
# What restic says of a bucket that holds nothing; other failures are no reason to begin a repository.
ABSENT = ('Is there a repository at the following location', 'repository does not exist')


def write(place: Place, path: str) -> None:
    """Stores a file as the newest snapshot, and forgets all but the newest three."""
    try:
        _restic(place, 'cat', 'config')
    except CommandFailure as failure:
        if not any(words in str(failure) for words in ABSENT):
            raise
        _restic(place, 'init')
    # What a run that was killed has left.
    _restic(place, 'unlock')
    with open(path, 'rb') as file:
        _restic(place, 'backup', '--host', 'padlock', '--stdin', '--stdin-filename', NAME, source=file)
    _restic(place, 'forget', '--host', 'padlock', '--keep-last', KEPT, '--prune')


def _restic(place: Place, *words: str, source: object = subprocess.DEVNULL) -> None:
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
        capture_output=True, text=True, errors='replace', check=False,
    )  # fmt: skip
    if done.returncode != 0:
        said = log.tail(done.stdout + done.stderr, 12)
        raise CommandFailure(f'restic {words[0]} failed with exit {done.returncode}:\n{said}')
