"""
`host.py FOLDER release < MANIFEST`: the host's own release program on this computer, whole but for what
a machine has: the container is a process of app.ts, and there is neither systemd nor Podman.
`host.py FOLDER end` ends what is left.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE / '../../../host/padlock-app/files/usr/lib/padlock'))

from padlock_release import (  # noqa: E402
    image,
    kept,
    log,
    main,
    origin,
    processes,
    readiness,
    service,
    site,
    store,
)

root = Path(sys.argv[1])
store.ROOT = str(root / 'app')
store.RELEASES = f'{store.ROOT}/releases'
store.HISTORY = str(root / 'releases.json')
store.LOCK = str(root / 'release.lock')
kept.DIRECTORY = str(root / 'kept')
log.PATH = str(root / 'release.log')
site.CADDYFILE = str(root / 'Caddyfile')
units = root / 'units'
for folder in (store.RELEASES, kept.DIRECTORY, units):
    os.makedirs(folder, exist_ok=True)


def nothing(*_: object) -> None:
    pass


def start(release: str) -> None:
    words = [str(HERE / 'app.ts'), store.socket_path(release), release.split('.')[0], kept_text(release)]
    node = os.environ['NODE']
    process = subprocess.Popen(
        [node, *words], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    (units / release).write_text(f'{kept_text(release)} {process.pid}')


def kept_text(release: str) -> str:
    path = units / release
    return path.read_text().split()[0] if path.exists() else ''


def install(manifest, _: str) -> None:
    (units / manifest.name).write_text(manifest.env['KIND'])


def stop(release: str) -> None:
    kind, *pid = (units / release).read_text().split()
    if pid:
        end(int(pid[0]))
    (units / release).write_text(kind)


def remove(release: str) -> None:
    if (units / release).exists():
        stop(release)
        (units / release).unlink()


def installed(further: bool) -> list[str]:
    return sorted(path.name for path in units.iterdir() if ('.' in path.name) == further)


def end(pid: int) -> None:
    """As systemd does: it is asked, and given time."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def runs(pid: int) -> bool:
    try:
        return Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    except FileNotFoundError:
        return False


service.ensure_manager = service.ensure_mount = nothing
service.install, service.start, service.stop, service.remove = install, start, stop, remove
service.start_soon = lambda names: [start(name) for name in names]
service.installed = lambda: installed(False)
service.installed_replicas = lambda: installed(True)
service.restarts = lambda release: 0
service.logs = lambda *_: ''
processes.installed = list
origin.facts = nothing
store.make_directory = lambda release: os.makedirs(store.socket_directory(release), exist_ok=True)
store.remove_directory = lambda release: shutil.rmtree(store.socket_directory(release), ignore_errors=True)
readiness._as_caddy = contextlib.nullcontext
image.ensure = lambda source, registries: 'sha256:' + 'a' * 64
image.exists = lambda name: True
image.built = list
image.remove = nothing

if sys.argv[2] == 'end':
    for one in units.iterdir():
        remove(one.name)
else:
    sys.exit(main.main(sys.stdin))
