"""Lets what a release has begun come to its end, before the release is stopped."""

import os
import subprocess
import time

from . import nofollow, store
from .failure import Failure
from .log import say


def wait(release: str, seconds: int) -> None:
    """Returns when nobody is connected any more, or when the time is over."""
    deadline = time.monotonic() + seconds
    said = False
    while count := connections(release):
        if time.monotonic() > deadline:
            say(f'release {release} ends with {count} connections open, after {seconds} s')
            return
        if not said:
            say(f'release {release} has {count} connections open: it may go on for {seconds} s')
            said = True
        time.sleep(0.5)


def connections(release: str) -> int:
    """How many requests the proxy has open; each has a connection of its own."""
    try:
        with nofollow.opened(store.socket_path(release)) as found:
            inode = os.fstat(found).st_ino
        ask = ['ss', '--no-header', '--unix', '--extended', 'state', 'connected']
        return count(subprocess.run(ask, capture_output=True, text=True, check=True).stdout, inode)
    except (Failure, OSError, subprocess.SubprocessError):
        return 0


def count(table: str, inode: int) -> int:
    """
    The connections that were taken at the socket with this inode, in a table of ss(8). They have its
    file and lie in the network namespace of who connected, so here, whatever the app's own is
    (net/unix/af_unix.c, unix_stream_connect).
    """
    rows = (line.split() for line in table.splitlines())
    return sum(1 for row in rows if f'ino:{inode}' in row and any(word.endswith('/app.sock') for word in row))
