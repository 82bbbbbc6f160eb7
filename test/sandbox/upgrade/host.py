"""
`database` on a host of the tests, with two real PostgreSQL, whose units are played by the script
`systemctl` of host.ts. Arguments: the host's folder, the version that its packages bring, the folders of
padlock's programs, and the verb.
"""

import contextlib
import errno
import os
import subprocess
import sys
import time
from types import SimpleNamespace

sys.dont_write_bytecode = True
root, chosen, one, two, three, *words = sys.argv[1:]
sys.path[:0] = [one, two, three]

import padlock_pause  # noqa: E402
from padlock_database import apart, backups, cluster, copying, journal, main, service, settings, swap, upgrade  # noqa: E402
from padlock_release import clusters, log  # noqa: E402

clusters.ON_VOLUME = f'{root}/volume/postgresql'
clusters.JOURNAL = f'{root}/volume/upgrade/upgrade.json'
clusters.DATA = f'{root}/clusters'
clusters.CONFIGURATIONS = f'{root}/etc'
clusters.PROGRAMS = f'{root}/programs'
clusters.log = lambda of=None: f'{root}/run/log'
clusters.chosen = lambda: chosen
cluster.VOLUME = f'{root}/volume'
cluster.SOCKETS = f'{root}/run'
cluster.MEMORY = f'{root}/meminfo'
# What comes with the server itself is the C library's before 17.
cluster.LOCALE = ['--locale=C.UTF-8']
apart.FOLDER = f'{root}/apart'
service.SECONDS = 120
service.volume_is_mounted = lambda: os.path.exists(f'{root}/volume/lost+found')
main.LOCK, main.UPGRADE_LOCK, main.WANTED = f'{root}/lock', f'{root}/upgrade.lock', f'{root}/wanted'
backups.PROGRAM, backups.ORDER, upgrade.RESTORE = (
    f'{root}/bin/backup',
    f'{root}/order.json',
    f'{root}/restore.json',
)
log.PATH = f'{root}/log'
if os.path.exists(f'{root}/free'):
    # MiB of a volume of 1 GiB.
    with open(f'{root}/free', encoding='ascii') as file:
        free = int(file.read())
    os.statvfs = lambda _: SimpleNamespace(f_frsize=1 << 20, f_blocks=1024, f_bavail=free)
text = settings.text
# The newer one is built without LZ4; a loss of power is a process that ends here.
settings.text = lambda *of: text(*of).replace("wal_compression = 'lz4'", "fsync = 'off'")


def say(what):
    with open(f'{root}/calls', 'a') as calls:
        print(what, file=calls, flush=True)


@contextlib.contextmanager
def ended():
    say('app ended')
    try:
        yield time.monotonic()
    finally:
        say('app started')


padlock_pause.locked = contextlib.nullcontext
padlock_pause.ended = ended
padlock_pause.start = lambda: say('app started')
padlock_pause.wait = lambda: None


def cut_before(name, step):
    """
    Ends this process just before a step, whose name is in the file `cut`, or before its nth time (NAME:N); or
    runs the command that is in `before-NAME`, and has the step fail as on a full disk where that fails.
    """
    calls = 0

    def cut(*words):
        nonlocal calls
        calls += 1
        with contextlib.suppress(FileNotFoundError), open(f'{root}/before-{name}') as file:
            if subprocess.run(['sh', '-c', file.read()], cwd=root).returncode != 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
        if os.path.exists(f'{root}/cut') and open(f'{root}/cut').read() in (name, f'{name}:{calls}'):
            os.unlink(f'{root}/cut')
            os._exit(137)
        return step(*words)

    return cut


for place, name in (
    (copying, 'ensure_extensions'), (copying, 'run'), (copying, 'contents'), (swap, 'settled'), (swap, '_configured'),
    (service, 'ensure_own'), (upgrade, 'finish'), (swap, '_rename'), (swap, 'remove'), (service, 'start'),
    (journal, 'note'), (journal, 'forget'), (upgrade, 'forget_former'),
):  # fmt: skip
    setattr(place, name, cut_before(name, getattr(place, name)))
if os.geteuid() != 0:
    # Then the clusters are the user's own, who is not called postgres.
    cluster.HBA, apart.HBA = (hba.replace('peer', 'trust') for hba in (cluster.HBA, apart.HBA))
    cluster.own = lambda _: None
    cluster.adopt = lambda: None
sys.exit(main.main(words, sys.stdin))
