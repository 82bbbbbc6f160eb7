"""
`seed` on a host of the tests: padlock's own program with a real PostgreSQL and restic. Arguments: the
host's folder, the programs of PostgreSQL, the folders of padlock's programs, and the verb.
"""

import os
import sys
from types import SimpleNamespace

sys.dont_write_bytecode = True
root, programs, one, two, three, *words = sys.argv[1:]
sys.path[:0] = [one, two, three]

from padlock_database import cluster, service  # noqa: E402
from padlock_release import clusters, log  # noqa: E402
from padlock_seed import bucket, main  # noqa: E402

cluster.VOLUME = f'{root}/volume'
cluster.SOCKETS = f'{root}/run'
clusters.programs = lambda: programs
service.volume_is_mounted = lambda: os.path.exists(f'{root}/volume/lost+found')
main.LOCK = f'{root}/lock'
main.PATIENCE = 5
log.PATH = f'{root}/log'
bucket.EXTRA = ['--cacert', f'{root}/root.pem']
if os.path.exists(f'{root}/free'):
    # MiB of the volume, and what of it is free.
    with open(f'{root}/free', encoding='ascii') as file:
        whole, free = (int(word) for word in file.read().split())
    os.statvfs = lambda _: SimpleNamespace(f_frsize=1 << 20, f_blocks=whole, f_bavail=free)
sys.exit(main.main(words, sys.stdin))
