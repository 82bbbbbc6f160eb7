"""
`release`, `releases`, `processes` and `logs` on a host of the tests: padlock's own programs, without
systemd, Podman and an app. $TROUBLE/images.gone names images that are not there, $TROUBLE/unready releases
that do not become ready, one a line; $TROUBLE/image.json says what their images are made of; with
$TROUBLE/command.fails a releaseCommand fails and has written that. What systemd is told of the units of processes is in $TROUBLE/processes.told: host, verb, unit, and
whether the host is the one that they run on.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

HERE = Path(os.environ['HOST_PROGRAMS'])
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

from padlock_release import (  # noqa: E402
    appuser,
    before,
    drain,
    image,
    kept,
    log,
    logs,
    main,
    manifest,
    origin,
    processes,
    quadlet,
    readiness,
    releasecommand,
    releases,
    service,
    store,
    volumes,
)
from padlock_release.failure import Failure  # noqa: E402

root = Path(os.environ['HOST_ROOT'])
store.ROOT = str(root / 'srv/app')
store.HISTORY = str(root / 'var/lib/padlock/releases.json')
store.LOCK = str(root / 'var/lib/padlock/release.lock')
kept.DIRECTORY = str(root / 'var/lib/padlock/releases')
releasecommand.RUNS = str(root / 'var/lib/padlock/release-commands.json')
log.PATH = str(root / 'var/log/padlock/release.log')
for folder in (store.ROOT, kept.DIRECTORY, os.path.dirname(log.PATH)):
    os.makedirs(folder, exist_ok=True)


def ready(wanted: manifest.Manifest, _: object) -> None:
    if wanted.id in named('unready'):
        raise Failure('not ready after 90 s')


def nothing(*_: object) -> None:
    pass


def written(trouble: str) -> str:
    path = Path(os.environ['TROUBLE']) / trouble
    return path.read_text() if path.exists() else ''


def named(trouble: str) -> list[str]:
    return written(trouble).split()


def command(verb: str, *words: str) -> SimpleNamespace:
    state = 'here' if os.path.exists(quadlet.ACTIVE) else 'elsewhere'
    with open(Path(os.environ['TROUBLE']) / 'processes.told', 'a') as file:
        for unit in words:
            if verb in ('start', 'stop', 'enable') and re.fullmatch('app-[0-9a-f]{12}-.*', unit):
                file.write(f'{root.name} {verb} {unit.split("-")[2]} {state}\n')
    fails = verb == 'start' and bool(written('command.fails'))
    return SimpleNamespace(returncode=int(fails), stdout='Result=exit-code\nExecMainStatus=3\n')


for module, names in {
    service: ['ensure_manager', 'ensure_mount', 'install', 'start', 'remove', 'reload'],
    store: ['make_directory', 'remove_directory'],
    readiness: ['ask'],
    drain: ['wait'],
    image: ['remove'],
}.items():
    for name in names:
        setattr(module, name, nothing)
readiness.wait = ready
service.installed = service.installed_replicas = list
appuser.home = lambda: str(root / 'home/app')
appuser.run = lambda *words, **_: os.makedirs(words[-1], exist_ok=True)
appuser.write = lambda path, text: Path(path).write_text(text)
appuser.remove = lambda path: Path(path).unlink(missing_ok=True)
os.makedirs(root / 'home/app/.config/containers/systemd', exist_ok=True)
quadlet.ACTIVE = str(root / 'srv/app/active')
processes._runs = lambda unit: True
service.active_seconds = lambda unit: None
service.systemctl = command
service.logs = lambda name, since: written('command.fails')
main.time.sleep = nothing
image.ensure = lambda source, registries: 'sha256:' + 'a' * 64
volumes.mounted = (root / 'volume.mounted').exists
volumes.prepare = nothing
releasecommand._seeded = lambda: str(root / 'volume.seeded')


def move(database: str) -> None:
    """What padlock-managed has in before-release.d."""
    if not (root / 'var/lib/padlock/move.json').exists():
        return
    done = subprocess.run(
        ['python3', str(Path(__file__).parent / 'move.py'), 'release'],
        env={**os.environ, 'RELEASE_DATABASE': database}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Failure(done.stderr)


before.run = move


def facts(_: str) -> object:
    path = Path(os.environ['TROUBLE'], 'image.json')
    return json.loads(path.read_text()) if path.exists() else None


origin.facts = facts
image.built = list
image.exists = lambda name: name not in named('images.gone')

if sys.argv[1] == 'release':
    sys.exit(main.main(sys.stdin))
if sys.argv[1] == 'processes':
    sys.exit(processes.main(sys.argv[2:]))
if sys.argv[1] == 'logs':
    # No journal, so what comes is what the programs write to their files.
    logs.FILES = {log.PATH: 'release'}
    logs._journal_command = lambda *words: ['sleep', '60' if '--follow' in words else '0']
    sys.exit(logs.main(sys.argv[2:]))
status = releases.main(sys.argv[2:], sys.stdin)
if sys.argv[2] == 'rollback' and status == 0:
    written = manifest.as_json(kept.load(store.current()).manifest)
    Path(os.environ['HOME'], 'release.json').write_text(json.dumps(written))
sys.exit(status)
