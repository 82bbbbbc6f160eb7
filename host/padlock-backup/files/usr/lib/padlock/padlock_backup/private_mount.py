"""
restic reads by whole paths, and an app may put a link in the place of a folder meanwhile. So it reads where
the kernel follows no link that the app has made: a mount of its own (mount(8), nosymfollow), which nobody
else sees and which ends with it. Links are read as links.
"""

import contextlib
import os
from collections.abc import Iterator

# The exit status is none of restic's.
MOUNT = """mount --bind -o nosymfollow -- "$0" "$0" &&
findmnt --noheadings --output OPTIONS --mountpoint "$0" | grep --quiet --word-regexp nosymfollow || {
  echo "$0 cannot be mounted such that no link in it is followed, so it is not backed up" >&2
  exit 96
}
exec "$@"
"""


def words(folder: str) -> list[str]:
    """Those that run another program so; it is not begun where that cannot be."""
    return ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', MOUNT, folder]


@contextlib.contextmanager
def held(folder: str) -> Iterator[int]:
    """A descriptor for that program: while it runs, what the folder is on cannot be unmounted elsewhere."""
    found = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield found
    finally:
        os.close(found)
