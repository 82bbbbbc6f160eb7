"""Which release serves, which ones served before, and the directories of their sockets."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from . import appuser, holder, log, nofollow
from .failure import Failure

ROOT = '/srv/app'
RELEASES = f'{ROOT}/releases'
HISTORY = '/var/lib/padlock/releases.json'
LOCK = '/var/lib/padlock/release.lock'
KEPT = 3
UNKNOWN = 'another release, or a repair of the app by the host itself,'
# What the programs do that hold it, as others call it.
HOLDERS = {
    'release': 'another release',
    'releases': 'a rollback',
    'watch': 'a repair of the app by the host itself',
    'processes': 'a change of the processes beside the app',
    'retire': 'the end of the app on this host',
    'volume': 'the hand-over of the volume to another host',
    'backup': 'a restore',
    'database': 'an upgrade of the database',
    'move': 'a move of the rows',
}
# What a release writes down of itself takes a small part of it.
ROOM_BYTES = 1024 * 1024


class Entry(NamedTuple):
    """A release that was tried; `served` if it has ever been the current one."""

    id: str
    image: str
    archive: str | None
    served: bool


@contextlib.contextmanager
def lock(seconds: int = 900) -> Iterator[None]:
    """
    One at a time of all that starts, ends or swaps the app; the kernel frees the lock of a process that was
    killed. Whoever waits says once for whom.
    """
    # Not emptied: it has the name of who holds it.
    with open(LOCK, 'a+') as file:
        began, told = time.monotonic(), False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waited = time.monotonic() - began
                if waited > seconds:
                    raise Failure(
                        f'{holder.told(file, HOLDERS, UNKNOWN)} is still under way: try again later'
                    ) from None
                # By then the name is there.
                if waited >= 0.5 and not told:
                    told = True
                    log.say(f'waits for {holder.told(file, HOLDERS, UNKNOWN)}')
                time.sleep(0.5)
        holder.note(file, os.path.basename(sys.argv[0]))
        try:
            yield
        finally:
            holder.note(file, '')


def socket_directory(release: str) -> str:
    return f'{RELEASES}/{release}'


def socket_path(release: str) -> str:
    return f'{socket_directory(release)}/app.sock'


def make_directory(release: str) -> None:
    """Open to all inside a parent that is closed: the container may run as any user of its own."""
    path = socket_directory(release)
    nofollow.check(path)
    appuser.run('mkdir', '--mode=0777', path)


def remove_directory(release: str) -> None:
    appuser.remove(socket_directory(release))


def current(number: int = 1) -> str | None:
    """What the proxy's way to this replica leads to; of the first, the release that is live."""
    try:
        return os.path.basename(os.readlink(link(number)))
    except FileNotFoundError:
        return None


def swap(release: str, number: int = 1) -> None:
    """From one request to the next: a rename replaces the link in one step."""
    new = f'{link(number)}.new'
    if os.path.lexists(new):
        os.unlink(new)
    os.symlink(f'releases/{release}', new)
    os.replace(new, link(number))


def link(number: int) -> str:
    return f'{ROOT}/current' if number == 1 else f'{ROOT}/current-{number}'


def links() -> list[int]:
    """The numbers of the ways beside the first one."""
    try:
        names = os.listdir(ROOT)
    except FileNotFoundError:
        return []
    found = (re.fullmatch(r'current-([0-9]+)', name) for name in names)
    return sorted(int(match[1]) for match in found if match)


def history() -> list[Entry]:
    """Oldest first."""
    try:
        with open(HISTORY, encoding='utf-8') as file:
            return [Entry(**entry) for entry in json.load(file)]
    except FileNotFoundError:
        return []


def remember(entry: Entry) -> None:
    save([*(other for other in history() if other.id != entry.id), entry])


def confirm(release: str) -> None:
    """Of the one that serves: a full disk may have kept that from being written down."""
    for entry in history():
        if entry.id == release and not entry.served:
            remember(entry._replace(served=True))


def save(entries: list[Entry]) -> None:
    write(HISTORY, json.dumps([entry._asdict() for entry in entries]) + '\n', 0o600)


def expired(entries: list[Entry]) -> list[Entry]:
    """All but the last ones that served, and the last one that did not."""
    kept = [entry for entry in entries if entry.served][-KEPT:]
    kept += [entry for entry in entries if not entry.served][-1:]
    return [entry for entry in entries if entry not in kept]


def ensure_room() -> None:
    """Raises OSError if the disk is too full for what a release writes down once it serves."""
    path = f'{HISTORY}.room'
    with open(path, 'wb') as file:
        try:
            os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)
        finally:
            os.unlink(path)


def write(path: str, text: str, mode: int, group: str | None = None) -> None:
    """Replaces a file in one step, and only by a whole one; nobody reads it before it is whole."""
    new = f'{path}.new'
    try:
        with open(new, 'w', encoding='utf-8', opener=_closed) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(new)
        raise
    if group is not None:
        shutil.chown(new, group=group)
    os.chmod(new, mode)
    os.replace(new, path)


def _closed(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read(path: str) -> str | None:
    try:
        with open(path, encoding='utf-8') as file:
            return file.read()
    except FileNotFoundError:
        return None
