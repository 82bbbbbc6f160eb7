"""
Looks at what lies in directories of the user `app`, or of PostgreSQL's (clusters.py), who may have
planted a symbolic link there. Every component of a path is opened without following a link; what is to
be written there is written as that user (appuser.py).
"""

import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from . import log
from .failure import Failure

LARGEST = 1024 * 1024
APP = 'the app or its user'


@contextmanager
def opened(path: str, below: str = '/', whose: str = APP) -> Iterator[int]:
    """
    A descriptor (O_PATH) of what is there; raises FileNotFoundError if nothing is, Failure if a
    component is a link. Opened again by its name in /proc, it is the same file or socket. `below`: a
    folder of the path that nobody but root can replace, and that a link of root's may lead to; `whose`:
    who may lay links.
    """
    found = os.open(below, os.O_PATH)
    way = below.rstrip('/')
    try:
        for name in filter(None, path.removeprefix(way).split('/')):
            way += f'/{name}'
            try:
                inner = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=found)
            except NotADirectoryError:
                raise Failure(f'{os.path.dirname(way)} is not a directory') from None
            os.close(found)
            found = inner
            if stat.S_ISLNK(os.fstat(found).st_mode):
                raise Failure(
                    f'{way} is a symbolic link, which nothing here makes: {whose} did. '
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


def read(path: str, below: str = '/', whose: str = APP, since: int = 0) -> str | None:
    """
    The text of a file, at most LARGEST; None if it is not there. `since`: from so many bytes on where it has
    more, below 0 from so many before its end.
    """
    try:
        with opened(path, below, whose) as found:
            if not stat.S_ISREG(os.fstat(found).st_mode):
                raise Failure(f'{path} is not a plain file. Fix: find out why, then remove it')
            with open(_again(found), encoding='utf-8', errors='replace') as file:
                file.seek(_start(since, os.fstat(found).st_size))
                return file.read(LARGEST)
    except FileNotFoundError:
        return None


def rename(path: str, to: str, below: str = '/', whose: str = APP) -> None:
    """Within one folder; a link itself gets the other name."""
    with opened(os.path.dirname(path), below, whose) as parent:
        names = (os.path.basename(each) for each in (path, to))
        os.rename(*names, src_dir_fd=parent, dst_dir_fd=parent)


def remove(path: str, below: str = '/', whose: str = APP) -> None:
    """A file, a link itself, or a whole folder; content if there is none."""
    name = os.path.basename(path)
    if not os.path.lexists(path):
        return
    with opened(os.path.dirname(path), below, whose) as parent:
        if not stat.S_ISDIR(os.lstat(name, dir_fd=parent).st_mode):
            os.unlink(name, dir_fd=parent)
            return
        # Python's own way needs a descriptor for each level, and whoever has filled it chooses their number.
        words = ['rm', '-rf', '--one-file-system', '--', f'{_again(parent)}/{name}']
        done = subprocess.run(words, pass_fds=[parent], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f'{path} cannot be removed: {log.tail(done.stderr, 5)}')


def _start(since: int, size: int) -> int:
    if since < 0:
        return max(0, size + since)
    return since if since <= size else 0


def _again(descriptor: int) -> str:
    return f'/proc/self/fd/{descriptor}'
