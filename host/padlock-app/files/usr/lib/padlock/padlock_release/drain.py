"""Lets what a release has begun come to its end, before the release is stopped."""

import time

from . import appuser, nofollow
from .failure import Failure
from .log import say

# Of /proc/net/unix: the state SS_CONNECTED (linux/net.h).
CONNECTED = '03'


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
    # The proxy is in another network namespace, whose table does not show them.
    try:
        pid = nofollow.read(f'{appuser.runtime_directory()}/app-{release}.pid')
        if pid is None or not pid.strip().isdecimal():
            return 0
        with open(f'/proc/{pid.strip()}/net/unix', encoding='utf-8', errors='replace') as table:
            return count(table.read())
    except (Failure, OSError):
        return 0


def count(table: str) -> int:
    """The accepted connections of a socket `app.sock` in a text of /proc/net/unix."""
    rows = (line.split() for line in table.splitlines()[1:])
    return sum(1 for row in rows if len(row) >= 8 and row[5] == CONNECTED and row[7].endswith('/app.sock'))
