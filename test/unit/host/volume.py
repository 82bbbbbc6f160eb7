"""
padlock's program for the volume, over a file instead of a device; systemd, Podman and the app are stood in
for. The arguments are the folder of the test, those of the programs, and the verb's words. In the folder:
`mounted` while systemd has mounted it, `busy` where it cannot be unmounted, `canceled` where that is so once,
`held` where another namespace has it mounted, `running` with a name of a unit a line, which have the volume
unless their file says otherwise; what was called is in `calls`.
"""

import errno
import os
import sys
from pathlib import Path
from types import SimpleNamespace

sys.dont_write_bytecode = True
dir, app, volume, *words = sys.argv[1:]
sys.path[:0] = [app, volume]

import padlock_device  # noqa: E402
import padlock_last_backup  # noqa: E402
import padlock_volume  # noqa: E402
from padlock_release import kept, log, processes, service, site, store, volumes  # noqa: E402

root = Path(dir)
volumes.MOUNT = str(root / 'volume')
volumes.BACKUP = str(root / 'backup')
volumes.ROOT = str(root / 'volume/app')
volumes.UNIT = str(root / 'srv-volume.mount')
volumes.mounted = (root / 'mounted').exists
site.WANTED = str(root / 'packages')
store.LOCK = str(root / 'lock')
log.PATH = str(root / 'log')
padlock_device.DEVICE_SECONDS = padlock_device.FREE_SECONDS = 0
padlock_last_backup.ORDER = str(root / 'order.json')
padlock_last_backup.STATE = str(root / 'state.json')
padlock_last_backup.SECONDS = 10
padlock_volume.BUSY_SECONDS = 2
padlock_volume.LET_GO = str(root / 'let-go')
os.makedirs(volumes.MOUNT, exist_ok=True)
ID = '3f2a9c01d2e4'


def told(text: str) -> None:
    with open(root / 'calls', 'a') as file:
        file.write(f'{text}\n')


def running() -> list[str]:
    path = root / 'running'
    return path.read_text().split() if path.exists() else []


def user(verb: str, *names: str) -> SimpleNamespace:
    told(f'user {verb} {" ".join(names)}')
    if verb == 'stop':
        stays = [name for name in running() if f'app-{name}.service' not in names or name.startswith('stuck')]
        (root / 'running').write_text('\n'.join(stays))
    return SimpleNamespace(returncode=0)


real_open = os.open


def opened(path, flags, *rest, **more):
    if flags & os.O_EXCL and (root / 'held').exists():
        raise OSError(errno.EBUSY, 'Device or resource busy', path)
    return real_open(path, flags, *rest, **more)


padlock_device.os.open = opened
service.ensure_manager = lambda: None
service.systemctl = user
service.start_soon = lambda names: told(f'start {" ".join(names)}')
service.installed = lambda: [name for name in running() if '.' not in name and '-' not in name] or [ID]
service.installed_replicas = lambda: [name for name in running() if '.' in name]
service.path = lambda name: str(root / f'app-{name}.container')
service.active_seconds = lambda name: 1.0 if name in running() else None
processes.installed = lambda: [name for name in running() if '-' in name]
processes.resume = lambda release: told(f'resume {release}')
store.current = lambda number=1: ID if (root / 'running').exists() else None

needs = SimpleNamespace(manifest=SimpleNamespace(volumes={}))
kept.load = lambda release: needs if release == ID else None

sys.exit(padlock_volume.main(words))
