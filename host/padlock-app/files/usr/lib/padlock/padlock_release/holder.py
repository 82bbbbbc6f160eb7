"""Who has a lock, and since when: what the file of the lock says."""

import contextlib
import os
import time
from typing import TextIO


def note(file: TextIO, name: str) -> None:
    """An empty name: nobody any more. On a full disk there is none: no buffer fails as the file is closed."""
    since = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
    with contextlib.suppress(OSError):
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), f'{name} {since}'.encode() if name else b'')


def told(file: TextIO, names: dict[str, str], unknown: str) -> str:
    """By its name in `names`; programs of before wrote nothing."""
    file.seek(0)
    name, _, since = file.read().partition(' ')
    return names.get(name, unknown) + (f' (since {since})' if since else '')
