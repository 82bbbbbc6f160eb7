"""
Looks at what lies in directories of the user `app`, who may have planted a symbolic link there.
Every component of a path is opened without following a link; what is to be written there is
written as `app` (appuser.py).
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from .failure import Failure

LARGEST = 1024 * 1024


@contextmanager
def opened(path: str) -> Iterator[int]:
    """
    A descriptor (O_PATH) of what is there; raises FileNotFoundError if nothing is, Failure if a
    component is a link. Opened again by its name in /proc, it is the same file or socket.
    """
    found = os.open('/', os.O_PATH)
    way = ''
    try:
        for name in path.strip('/').split('/'):
            way += f'/{name}'
            try:
                inner = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=found)
            except NotADirectoryError:
                raise Failure(f'{os.path.dirname(way)} is not a directory') from None
            os.close(found)
            found = inner
            if stat.S_ISLNK(os.fstat(found).st_mode):
                raise Failure(
                    f'{way} is a symbolic link, which nothing here makes: the app or its user did. '
                    f'Fix: find out why, then remove it (sudo rm {way})'
                )
        yield found
    finally:
        os.close(found)


def check(path: str) -> bool:
    """Whether the path is there; raises Failure if it or a directory on its way is a link."""
    try:
        with opened(path):
            return True
    except FileNotFoundError:
        return False


def names(directory: str) -> list[str]:
    """What the directory holds; nothing if it is not there."""
    try:
        with opened(directory) as found:
            return os.listdir(_again(found))
    except NotADirectoryError:
        raise Failure(f'{directory} is not a directory') from None
    except FileNotFoundError:
        return []


def read(path: str) -> str | None:
    """The text of a file; None if it is not there."""
    try:
        with opened(path) as found:
            if not stat.S_ISREG(os.fstat(found).st_mode):
                raise Failure(f'{path} is not a plain file. Fix: find out why, then remove it')
            with open(_again(found), encoding='utf-8', errors='replace') as file:
                return file.read(LARGEST)
    except FileNotFoundError:
        return None


def _again(descriptor: int) -> str:
    return f'/proc/self/fd/{descriptor}'
