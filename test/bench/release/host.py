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

from padlock_release import image, kept, log, main, origin, readiness, service, store  # noqa: E402

root = Path(sys.argv[1])
store.ROOT = str(root / 'app')
store.RELEASES = f'{store.ROOT}/releases'
store.HISTORY = str(root / 'releases.json')
store.LOCK = str(root / 'release.lock')
kept.DIRECTORY = str(root / 'kept')
log.PATH = str(root / 'release.log')
units = root / 'units'
for folder in (store.RELEASES, kept.DIRECTORY, units):
    os.makedirs(folder, exist_ok=True)


def nothing(*_: object) -> None:
    pass


def start(release: str) -> None:
    words = [str(HERE / 'app.ts'), store.socket_path(release), release]
    if 'broken' in kept_text(release):
        words.append('broken')
    node = os.environ['NODE']
    process = subprocess.Popen(
        [node, *words], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    (units / release).write_text(f'{kept_text(release)} {process.pid}')


def kept_text(release: str) -> str:
    path = units / release
    return path.read_text().split()[0] if path.exists() else ''


def install(manifest, _: str) -> None:
    (units / manifest.id).write_text(manifest.env['KIND'])


def remove(release: str) -> None:
    path = units / release
    if not path.exists():
        return
    words = path.read_text().split()
    if len(words) > 1:
        end(int(words[1]))
    path.unlink()


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
service.install, service.start, service.remove = install, start, remove
service.installed = lambda: sorted(path.name for path in units.iterdir())
service.restarts = lambda release: 0
service.logs = lambda *_: ''
origin.facts = nothing
store.make_directory = lambda release: os.makedirs(store.socket_directory(release), exist_ok=True)
store.remove_directory = lambda release: shutil.rmtree(store.socket_directory(release), ignore_errors=True)
readiness._as_caddy = contextlib.nullcontext
image.ensure = lambda source, registries: 'sha256:' + 'a' * 64
image.exists = lambda name: True
image.remove = nothing

if sys.argv[2] == 'end':
    for one in service.installed():
        remove(one)
else:
    sys.exit(main.main(sys.stdin))
