"""
What of the app's files lies on the volume: all of it is read, and one hash tells it from any other. Times
and owners do not count, as an image may give the files to another user.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from typing import Any

from padlock_release import log, volumes
from padlock_release.failure import Failure, told


def main() -> int:
    """The exit status; the answer is one line of JSON."""
    try:
        print(json.dumps(content()))
    except (Failure, OSError) as failure:
        log.say(told(failure) if isinstance(failure, Failure) else f'the files cannot be read: {failure}')
        return 1
    return 0


def content() -> dict[str, Any]:
    """`files`, their `bytes`, and `hash`: SHA-256 (hex) of paths, kinds, modes and bytes of all there is."""
    if not volumes.mounted():
        raise Failure(f'the volume is not mounted at {volumes.MOUNT}')
    hashed, files, size = hashlib.sha256(), 0, 0
    for path in sorted(_below(os.fsencode(volumes.ROOT))):
        found = os.lstat(path)
        what = b''
        if stat.S_ISREG(found.st_mode):
            files, size = files + 1, size + found.st_size
            what = _digest(path)
        elif stat.S_ISLNK(found.st_mode):
            what = os.readlink(path)
        # A path ends at the byte that no path has.
        name = os.path.relpath(path, os.fsencode(volumes.ROOT))
        hashed.update(b'%b\0%o\0%d\0%b' % (name, found.st_mode, len(what), what))
    return {'files': files, 'bytes': size, 'hash': hashed.hexdigest()}


def _below(folder: bytes) -> Iterator[bytes]:
    def fail(error: OSError) -> None:
        raise error

    for parent, folders, names in os.walk(folder, onerror=fail):
        for name in [*folders, *names]:
            yield os.path.join(parent, name)


def _digest(path: bytes) -> bytes:
    # What is no file by now must not be followed, nor waited for.
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), 'rb') as file:
        return hashlib.file_digest(file, 'sha256').digest()
