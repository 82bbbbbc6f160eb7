"""
The stack's volume on this host. `mount` makes a file system only where nothing is on it, and lets one
grow with its volume; `unmount` ends everything that uses it first; `resume` starts the app once it is
there, after a boot too; `state` prints what there is, as JSON.
"""

import contextlib
import errno
import glob
import json
import os
import subprocess
import time

from padlock_release import log, nofollow, processes, service, site, store, volumes
from padlock_release.failure import Failure, told

UNIT = 'srv-volume.mount'
# The units ask for it (ConditionPathExists=!), so that a reboot mounts nothing that another host takes.
LET_GO = '/var/lib/padlock/volume-let-go'
# Attached by an API, seen by the kernel a moment later.
DEVICE_SECONDS = 60
# A container that has ended leaves its own mounts to the kernel.
FREE_SECONDS = 15
# The provider's words for a detachment that fails name none.
WAY_BACK = (
    'the volume is let go of, and what needs it is off until another host has it. If the update fails '
    'before that, pulumi up again, with pulumi refresh before it where it was "Error detaching volume"; '
    'or have it back here: sudo /usr/lib/padlock/volume mount'
)
# What every file system writes to first; it must be readable, and zero, for "nothing is there" to be true.
START_BYTES = 1024 * 1024


def main(words: list[str]) -> int:
    """The exit status."""
    try:
        match words:
            case ['mount']:
                mount()
            case ['unmount']:
                with store.lock():
                    unmount()
            case ['resume']:
                if not volumes.swapping():
                    resume()
            case ['state']:
                print(json.dumps(state()))
            case _:
                raise Failure('usage: volume mount | unmount | resume | state')
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    return 0


def mount() -> None:
    """The volume's file system is at /srv/volume, as large as the volume. What is there already stays."""
    path = device()
    _appeared(path)
    _forget_let_go()
    if not volumes.mounted():
        _formatted(path)
        if _run('systemctl', 'start', UNIT).returncode != 0 or not volumes.mounted():
            raise Failure(f'{path} cannot be mounted: sudo journalctl -u {UNIT} says why')
    _grown(path)
    os.makedirs(volumes.ROOT, mode=0o755, exist_ok=True)
    # After a try of another host to take it that came to nothing.
    if not volumes.swapping():
        resume()


def unmount() -> None:
    """Nothing of this host uses the volume any more; else raises Failure, and the app is up again."""
    service.ensure_manager()
    # A release that needs no volume goes on, as in a stack that is to have none any more.
    live = end_app()
    try:
        store.write(LET_GO, 'sudo /usr/lib/padlock/volume mount has it again\n', 0o644)
        if volumes.mounted():
            # What systemd knows to need it (RequiresMountsFor=), as a database does, ends before it.
            done = _run('systemctl', 'stop', UNIT)
            if done.returncode != 0 or volumes.mounted():
                raise Failure(f'{volumes.MOUNT} is still in use: sudo fuser -vm {volumes.MOUNT}')
        _free(device())
    except BaseException:
        _forget_let_go()
        _run('systemctl', 'start', UNIT)
        _start(live)
        raise
    if _wanted():
        log.say(WAY_BACK)
    else:
        # The installer has left it for this.
        _must('apt-get', '--quiet', '--yes', '-o', 'DPkg::Lock::Timeout=200', 'purge', 'padlock-volume')
        _forget_let_go()


def resume() -> None:
    """Starts the live release where it does not run; content with a host that has none yet."""
    release = store.current()
    if release is not None and not volumes.away() and not os.path.exists(LET_GO):
        service.ensure_manager()
        _start([release, *(name for name in service.installed_replicas() if name[:12] == release)])


def state() -> dict[str, object]:
    """`used` and `size` are bytes; both are absent where it is not mounted."""
    there = volumes.mounted()
    found: dict[str, object] = {
        'device': device(),
        'attached': os.path.exists(device()),
        'mounted': there,
    }
    if there:
        of = os.statvfs(volumes.MOUNT)
        found |= {'size': of.f_blocks * of.f_frsize, 'used': (of.f_blocks - of.f_bfree) * of.f_frsize}
    return found


def device() -> str:
    """As the unit names it, by the volume's name."""
    with open(volumes.UNIT, encoding='utf-8') as file:
        return next(line.split('=', 1)[1].strip() for line in file if line.startswith('What='))


def _forget_let_go() -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(LET_GO)


def _wanted() -> bool:
    """Is this program among the packages that were installed last?"""
    return bool(glob.glob(f'{site.WANTED}/padlock-volume_*.deb'))


def _appeared(path: str) -> None:
    deadline = time.monotonic() + DEVICE_SECONDS
    while not os.path.exists(path):
        if time.monotonic() > deadline:
            raise Failure(f'{path} is not there after {DEVICE_SECONDS} s: it is not attached')
        time.sleep(1)


def _formatted(path: str) -> None:
    """Makes ext4 on a volume that holds nothing at all; raises Failure for anything else than ext4."""
    kind = _kind(path)
    if kind is None:
        log.say(f'making a file system on {path}, which holds nothing')
        # A hundredth for root: a database that has filled the rest can still be repaired.
        _must('mkfs.ext4', '-q', '-m', '1', '-L', 'padlock', path)
    elif kind != 'ext4':
        raise Failure(
            f'{path} holds {kind}, which nothing here has made: it is neither mounted nor formatted. '
            f'Fix: keep what it holds elsewhere; then empty it (sudo blkdiscard --zeroout {path}) and run '
            'pulumi up again'
        )


def _kind(path: str) -> str | None:
    """What is on the device, as blkid(8) calls it; None only where it could be read and holds nothing."""
    with open(path, 'rb') as file:
        # blkid tells an error of reading as it tells an empty device.
        start = file.read(START_BYTES)
        if len(start) != START_BYTES:
            raise Failure(f'{path} is no volume: it ends within its first MiB')
    found = _run('blkid', '--probe', '--output', 'export', path)
    if found.returncode == 2:
        # An ext4 that has lost its first superblock has others, from which e2fsck(8) brings it back.
        if start.strip(b'\0'):
            return 'something that blkid does not know, as a damaged file system is (see e2fsck -b)'
        return None
    if found.returncode == 8:
        return 'signatures of several kinds (sudo wipefs lists them)'
    if found.returncode != 0:
        raise Failure(f'blkid cannot tell what {path} holds: {found.stderr.strip() or found.returncode}')
    values = dict(line.split('=', 1) for line in found.stdout.splitlines() if '=' in line)
    if 'TYPE' in values:
        return values['TYPE']
    return f'a partition table ({values["PTTYPE"]})' if 'PTTYPE' in values else 'something unknown'


def _grown(path: str) -> None:
    """ext4 grows while it is in use (resize2fs(8)); nothing happens where it has its size already."""
    rescan = f'/sys/class/block/{os.path.basename(os.path.realpath(path))}/device/rescan'
    if os.path.exists(rescan):
        with open(rescan, 'w', encoding='ascii') as file:
            file.write('1')
    _must('resize2fs', path)


def end_app() -> list[str]:
    """Ends workers, jobs and containers of releases that have the volume; returns what ran of them."""
    beside = list(filter(_needs, processes.installed()))
    all_of_them = [*beside, *filter(_needs, [*service.installed(), *service.installed_replicas()])]
    names = _running(all_of_them)
    timers = [f'app-{name}.timer' for name in beside]
    if all_of_them:
        service.systemctl('stop', *timers, *(f'app-{name}.service' for name in all_of_them))
    left = _running(all_of_them)
    if left:
        _start(names)
        raise Failure(f'{", ".join(left)} cannot be ended: sudo /usr/lib/padlock/logs says why')
    return names


def _needs(name: str) -> bool:
    """By its unit, as packages and release may be those of two updates; one that cannot be read does."""
    text = nofollow.read(service.path(name))
    return text is None or f'AssertPathIsMountPoint={volumes.MOUNT}\n' in text


def _running(names: list[str]) -> list[str]:
    return [name for name in names if service.active_seconds(name) is not None]


def _start(names: list[str]) -> None:
    if not names:
        return
    service.start_soon(names)
    release = store.current()
    if release is not None:
        processes.resume(release)


def _free(path: str) -> None:
    """A mount in another namespace keeps the device in use: the kernel says so (open(2), O_EXCL)."""
    if not os.path.exists(path):
        return
    os.sync()
    deadline = time.monotonic() + FREE_SECONDS
    while True:
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_EXCL))
            return
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
        if time.monotonic() > deadline:
            raise Failure(f'{path} is still mounted: sudo grep -l {volumes.MOUNT} /proc/*/mountinfo')
        time.sleep(1)


def _must(*words: str) -> None:
    done = _run(*words)
    if done.returncode != 0:
        raise Failure(f'{" ".join(words)} failed:\n{log.tail(done.stdout + done.stderr)}')


def _run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors='replace', check=False
    )
