"""The verbs of `database`."""

import contextlib
import fcntl
import glob
import json
import os
import re
import subprocess
from collections.abc import Iterator
from typing import Any, TextIO

import padlock_pause
from padlock_release import clusters, log
from padlock_release.failure import Failure, told

from . import backups, cluster, journal, moved, role, service, swap, upgrade, verify
from .journal import Upgrade

LOCK = '/run/padlock-database.lock'
# Of an upgrade as a whole, whose backups wait for their own lock, which a restore holds as it waits for LOCK.
UPGRADE_LOCK = '/run/padlock-database-upgrade.lock'
# What the last update wanted on the host.
WANTED = '/var/lib/padlock/bundles/good/packages'
USAGE = (
    'usage: database up [archived] < PASSWORD | boot | stop | remove | verify | release | state\n'
    '  upgrade VERSION | resume | forget-former'
)


def main(words: list[str], stream: TextIO) -> int:
    """The exit status."""
    verbs = {'boot': boot, 'stop': stop, 'remove': remove, 'forget-former': forget_former}
    try:
        if words == ['verify']:
            print(json.dumps(verify.verify()))
            return 0
        if words == ['release']:
            moved.ensure_not(os.environ.get('RELEASE_DATABASE', ''))
            return 0
        if words == ['state']:
            print(json.dumps(state()))
            return 0
        if words == ['resume']:
            with _lock(True, UPGRADE_LOCK):
                resume()
            return 0
        if len(words) == 2 and words[0] == 'upgrade' and words[1].isdigit():
            with _lock(True, UPGRADE_LOCK):
                print(json.dumps(upgraded(words[1])))
            return 0
        with _lock(words != ['boot']) as has:
            if not has:
                return 0
            if words in (['up'], ['up', 'archived']):
                print('changed' if up(stream.read().strip(), len(words) == 2) else 'as it was')
            elif len(words) == 1 and words[0] in verbs:
                verbs[words[0]]()
            else:
                raise Failure(USAGE)
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    return 0


def up(password: str, archived: bool = False) -> bool:
    """
    Has the cluster on the volume, and role and database of the app with this password. Returns whether
    there was anything to change. What is there already is taken over with all its rows. `archived`: backups
    are about to be ordered, so that a server which is started here keeps its log for them.
    """
    if not re.fullmatch(r'[!-~]{16,128}', password):
        raise Failure('the password must be 16 to 128 characters of printable ASCII without spaces')
    if not service.volume_is_mounted():
        raise Failure(f'{cluster.VOLUME} is not mounted, and a database is nowhere else; nothing was changed')
    cut_off = upgrade.settle_folders()
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
    if archived and not running:
        backups.await_order(clusters.configuration())
    if anew or not (running and service.is_ready()):
        service.start(anew)
    service.ensure_own()
    changed = role.ensure(password)
    if cut_off is not None:
        if cut_off.step in ('swap', 'after'):
            journal.note('after', cut_off.old, cut_off.new)
        else:
            journal.forget()
        with padlock_pause.locked():
            padlock_pause.start()
    if clusters.version() != clusters.chosen():
        log.say(f'the database is PostgreSQL {clusters.version()}: {_upgrade_to(clusters.chosen())}')
    return changed or anew or not there


def boot() -> None:
    """
    Before the server starts: the droplet may have another size than when it was last on. Where it runs
    already, other settings restart it.
    """
    found = _noted()
    if found is not None and found.step == 'swap':
        swap.settled(found)
        # Debian's generator finds the new one, and the old one's unit has no configuration any more.
        service.reload()
    if cluster.on_volume() is None or not cluster.is_configured():
        return
    changed = cluster.configure()
    service.start_soon(changed and service.is_running())


def _noted() -> Upgrade | None:
    """A note that nobody can read keeps no server from its boot."""
    try:
        return journal.read()
    except Failure as failure:
        log.say(told(failure))
        return None


def state() -> dict[str, str | None]:
    """The version of the cluster, the one that the packages bring, and the step of an upgrade."""
    found = journal.read()
    return {'version': clusters.version(), 'chosen': clusters.chosen(), 'step': found and found.step}


def upgraded(new: str) -> dict[str, Any]:
    """Has the cluster of that version, and tells what was done; goes on where an earlier one was cut off."""
    problems = resume()
    old = upgrade.check(new)
    if old is None:
        return {'from': new, 'to': new, 'problems': problems}
    backups.make()
    with _lock(True):
        # That one is on the same volume, and somebody may have come before.
        if upgrade.check(new) is None:
            return {'from': new, 'to': new, 'problems': problems}
        done = upgrade.run(old, new)
    return {**done, 'problems': [*done['problems'], *resume()]}


def resume() -> list[str]:
    """Ends an upgrade that was cut off; returns what failed of its last steps."""
    with _lock(True):
        left = journal.read()
        if left is None:
            return []
        if not clusters.configured():
            raise Failure('this host has not taken over the database of the volume yet. Fix: pulumi up')
        found = _settled(left)
    return upgrade.finish(found) if found else []


def _settled(left: Upgrade) -> Upgrade | None:
    """The app runs afterwards; what goes back in a swap has nobody's writes."""
    if left.step == 'swap':
        with padlock_pause.locked(), padlock_pause.ended():
            return upgrade.settle()
    # Its mark, where the note was cut off.
    journal.note(*left)
    try:
        return upgrade.settle()
    finally:
        with padlock_pause.locked():
            padlock_pause.start()


def forget_former() -> None:
    """The cluster that the last upgrade has replaced goes; raises Failure where it may be wanted back."""
    if clusters.upgrading() or not clusters.found():
        raise Failure(
            'an upgrade is under way, or was cut off, or no other database is in place: what was set aside '
            'may be all there is, and stays. Fix: sudo /usr/lib/padlock/database resume, or pulumi up'
        )
    upgrade.forget_former()
    if service.is_ready():
        upgrade.forget_former_database()


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


def _upgrade_to(version: str) -> str:
    return f'./padlock database upgrade --to {version} takes it to {version}'


@contextlib.contextmanager
def _lock(waits: bool, path: str | None = None) -> Iterator[bool]:
    """
    One at a time; the kernel frees the lock of a process that was killed. Gives whether this one has it.
    `boot` does not wait for it: the server that another one starts waits for `boot`, and settings come
    with it.
    """
    with open(path or LOCK, 'w') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            has = True
        except BlockingIOError:
            has = False
        yield has
