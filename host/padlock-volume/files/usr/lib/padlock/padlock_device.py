"""The volume as a device, and the file system on it: made where there is nothing, and nowhere else."""

import errno
import os
import subprocess
import time

from padlock_release import log, volumes
from padlock_release.failure import Failure

# Attached by an API, seen by the kernel a moment later.
DEVICE_SECONDS = 60
# A container that has ended leaves its own mounts to the kernel.
FREE_SECONDS = 15
# What every file system writes to first; it must be readable, and zero, for "nothing is there" to be true.
START_BYTES = 1024 * 1024


def path() -> str:
    """As the unit names it, by the volume's name."""
    with open(volumes.UNIT, encoding='utf-8') as file:
        return next(line.split('=', 1)[1].strip() for line in file if line.startswith('What='))


def appeared(path: str) -> None:
    """Waits until the kernel has it; raises Failure where it does not come."""
    deadline = time.monotonic() + DEVICE_SECONDS
    while not os.path.exists(path):
        if time.monotonic() > deadline:
            raise Failure(f'{path} is not there after {DEVICE_SECONDS} s: it is not attached')
        time.sleep(1)


def formatted(path: str) -> None:
    """Makes ext4 on a volume that holds nothing at all; raises Failure for anything else than ext4."""
    kind = _kind(path)
    if kind is None:
        log.say(f'making a file system on {path}, which holds nothing')
        # A hundredth for root: a database that has filled the rest can still be repaired.
        must('mkfs.ext4', '-q', '-m', '1', '-L', 'padlock', path)
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
    found = run('blkid', '--probe', '--output', 'export', path)
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


def grown(path: str) -> None:
    """ext4 grows while it is in use (resize2fs(8)); nothing happens where it has its size already."""
    rescan = f'/sys/class/block/{os.path.basename(os.path.realpath(path))}/device/rescan'
    if os.path.exists(rescan):
        with open(rescan, 'w', encoding='ascii') as file:
            file.write('1')
    must('resize2fs', path)


def free(path: str) -> None:
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


def must(*words: str) -> None:
    """Raises Failure with the end of what the command wrote where it fails."""
    done = run(*words)
    if done.returncode != 0:
        raise Failure(f'{" ".join(words)} failed:\n{log.tail(done.stdout + done.stderr)}')


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors='replace', check=False
    )
