"""The verbs of `database`."""

import contextlib
import fcntl
import glob
import json
import os
import re
import subprocess
from collections.abc import Iterator
from typing import TextIO

from padlock_release import log
from padlock_release.failure import Failure, told

from . import cluster, moved, role, service, verify

LOCK = '/run/padlock-database.lock'
# What the last update wanted on the host.
WANTED = '/var/lib/padlock/bundles/good/packages'
USAGE = 'usage: database up < PASSWORD | boot | stop | remove | verify | release'


def main(words: list[str], stream: TextIO) -> int:
    """The exit status."""
    verbs = {'boot': boot, 'stop': stop, 'remove': remove}
    try:
        if words == ['verify']:
            print(json.dumps(verify.verify()))
            return 0
        if words == ['release']:
            moved.ensure_not(os.environ.get('RELEASE_DATABASE', ''))
            return 0
        with _lock(words != ['boot']) as has:
            if not has:
                return 0
            if words == ['up']:
                print('changed' if up(stream.read().strip()) else 'as it was')
            elif len(words) == 1 and words[0] in verbs:
                verbs[words[0]]()
            else:
                raise Failure(USAGE)
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    return 0


def up(password: str) -> bool:
    """
    Has the cluster on the volume, and role and database of the app with this password. Returns whether
    there was anything to change. What is there already is taken over with all its rows.
    """
    if not re.fullmatch(r'[!-~]{16,128}', password):
        raise Failure('the password must be 16 to 128 characters of printable ASCII without spaces')
    if not service.volume_is_mounted():
        raise Failure(f'{cluster.VOLUME} is not mounted, and a database is nowhere else; nothing was changed')
    there = cluster.on_volume() is not None
    running = service.is_running()
    if running and not cluster.is_here():
        # Its rows are on the droplet's own disk, and would stay there beneath the volume's.
        service.stop()
        running = False
    if there and not running:
        cluster.adopt()
    cluster.make_folder()
    service.mount()
    if not there:
        cluster.create()
    anew = cluster.configure() and running
    if anew or not (running and service.is_ready()):
        service.start(anew)
    service.ensure_own()
    changed = role.ensure(password)
    return changed or anew or not there


def boot() -> None:
    """
    Before the server starts: the droplet may have another size than when it was last on. Where it runs
    already, other settings restart it.
    """
    if cluster.on_volume() is None or not cluster.is_configured():
        return
    changed = cluster.configure()
    service.start_soon(changed and service.is_running())


def stop() -> None:
    """For the moment at which the volume goes to another host; `up`, or the next boot, has it back."""
    service.stop()


def remove() -> None:
    """
    The stack wants no database any more. The packages of PostgreSQL stay, as a purge of theirs drops
    clusters, and so does the data: another `up` finds every row.
    """
    service.stop()
    cluster.forget()
    if glob.glob(f'{WANTED}/padlock-database_*.deb'):
        return
    done = subprocess.run(
        ['apt-get', '--quiet', '--yes', '-o', 'DPkg::Lock::Timeout=200', 'purge', 'padlock-database'],
        capture_output=True, text=True, errors='replace', check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode != 0:
        why = log.tail(done.stdout + done.stderr, 3)
        log.say(f'padlock-database stays until the host software changes again: {why}')


@contextlib.contextmanager
def _lock(waits: bool) -> Iterator[bool]:
    """
    One at a time; the kernel frees the lock of a process that was killed. Gives whether this one has it.
    `boot` does not wait for it: the server that another one starts waits for `boot`, and settings come
    with it.
    """
    with open(LOCK, 'w') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            has = True
        except BlockingIOError:
            has = False
        yield has
