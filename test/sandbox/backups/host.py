"""
`backup` on a host of the tests: padlock's own program with real PostgreSQL, pgBackRest and restic, whose
units are played by the script `systemctl` of place.ts. Arguments: the host's folder, the folders of
padlock's programs, seconds that the clock is ahead, and the verb.
"""

import contextlib
import errno
import json
import os
import pwd
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta

sys.dont_write_bytecode = True
root, one, other, ahead, *words = sys.argv[1:]
sys.path[:0] = [one, other, one.replace('padlock-backup', 'padlock-volume')]

import padlock_pause as app  # noqa: E402
import padlock_volume  # noqa: E402
from padlock_backup import (  # noqa: E402
    begin,
    clock,
    export,
    files,
    host,
    journal,
    judging,
    lock,
    main,
    making,
    managed,
    new_key,
    recovery,
    restoring,
    room,
    settings,
    staging,
    swap,
)  # fmt: skip
from padlock_release import appuser, kept, log, service, store, volumes  # noqa: E402
from padlock_release.failure import Failure  # noqa: E402
from padlock_rows import sides  # noqa: E402


class Ahead(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(seconds=float(ahead))


begin.datetime = judging.datetime = making.datetime = restoring.datetime = Ahead
clock.now = lambda: time.time() + float(ahead)
lock.LOCK = f'{root}/lock'
log.PATH = f'{root}/log'
host.HOME = f'{root}/home'
host.VOLUME = volumes.MOUNT = f'{root}/volume'
volumes.ROOT = f'{root}/volume/app'
kept.DIRECTORY = f'{root}/releases'
# A release serves where a file says so.
store.current = lambda: 'one' if os.path.exists(f'{root}/live') else None
host.cluster = lambda: f'{root}/cluster'
host.make_cluster = lambda: None
host.data = lambda: f'{root}/data'
host.server = lambda: 'postgresql@17-main.service'
host.SOCKETS = f'{root}/run'
host.LOGS = f'{root}/pgbackrest'
host.CACHE = f'{root}/cache'
host.RUN = f'{root}/tmp'
host.volume_is_mounted = lambda: os.path.exists(f'{root}/volume/lost+found')
export.KEEP_LAST = 3
new_key.SECONDS = 8
new_key.PAUSE_SECONDS = 0.2
settings.EXTRA = {
    'repo1-storage-ca-file': f'{root}/root.pem',
    'lock-path': f'{root}/pgbackrest',
}
# Of these options the last word is a file's.
with contextlib.suppress(FileNotFoundError), open(f'{root}/pgbackrest.json') as further:
    settings.EXTRA.update(json.load(further))
free = host.free
# As many bytes as a file says, or the truth.
host.free = lambda: int((os.path.exists(f'{root}/free') and open(f'{root}/free').read()) or free())
# Not of the computer that the tests run on.
room.used = lambda: 0.5
host.version = lambda: os.path.basename(os.path.dirname(os.environ['PROGRAMS']))
host.programs = lambda: os.environ['PROGRAMS']
managed.CA = sides.CA = f'{root}/managed-ca.crt'
sides.SECRETS = f'{root}/tmp'
sides.SOCKETS = f'{root}/run'
# Another host of the tests is another folder.
files.is_source = lambda path: path == os.path.normpath(path) and path.endswith('/volume/app')
files.EXTRA = ['--cacert', f'{root}/root.pem']


def told(text):
    with open(f'{root}/calls', 'a') as calls:
        print(text, file=calls, flush=True)


padlock_volume.end_app = lambda: told('app ended')
# As its units have it.
padlock_volume.resume = lambda: told('app waits' if journal.keeps_app() else 'app started')
service.ensure_manager = lambda: None
store.LOCK = f'{root}/release.lock'
app.wait = lambda: None
getpwnam = pwd.getpwnam
# The app's user and Podman are stood in for; where there is a file `no-podman`, that one fails with its text.
pwd.getpwnam = lambda name: getpwnam('root' if name == 'app' else name)


def podman(*words, **_):
    told(' '.join(words))
    with contextlib.suppress(FileNotFoundError), open(f'{root}/no-podman') as file:
        raise Failure(file.read())


appuser.run = podman


def cut_before(name, step):
    """
    Ends this process just before a step, as a loss of power would: its name, in the file `cut`. Or runs
    the command that is in `before-NAME`; where that fails, so does the step, as on a broken disk.
    """

    def cut(*words):
        with contextlib.suppress(FileNotFoundError), open(f'{root}/before-{name}') as file:
            if subprocess.run(['sh', '-c', file.read()], cwd=root).returncode != 0:
                raise OSError(errno.EIO, os.strerror(errno.EIO), name)
        if os.path.exists(f'{root}/cut') and open(f'{root}/cut').read() == name:
            os.unlink(f'{root}/cut')
            os._exit(137)
        return step(*words)

    return cut


for place, name in (
    (swap, '_swap'), (swap, '_started'), (swap, 'settle'), (recovery, '_proven'),
    (staging, 'exchange'), (app, 'prepare'),
):  # fmt: skip
    setattr(place, name, cut_before(name, getattr(place, name)))
exchanged = staging.exchange


def exchange(*words):
    exchanged(*words)
    cut_before('exchanged', lambda: None)()


staging.exchange = exchange
staging.SECONDS = 12
if os.geteuid() != 0:
    # Nobody else may mount.
    files.private_mount.words = lambda folder: []
    # Then the cluster is the user's own, who is not called postgres.
    shutil.chown = lambda *_, **__: None
    os.chown = lambda *_, **__: None
    volumes._make = lambda name: os.makedirs(f'{volumes.ROOT}/{name}', exist_ok=True)
sys.exit(main.main(words, sys.stdin))
