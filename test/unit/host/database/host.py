"""
`database` on a host of the tests: padlock's own programs with a real PostgreSQL, whose units are played by
the script `systemctl` of database.test.ts. Arguments: the host's folder, version and programs of
PostgreSQL, the folders of padlock's programs, and the verb.
"""

import os
import shutil
import sys

sys.dont_write_bytecode = True
root, version, programs, one, other, *words = sys.argv[1:]
sys.path[:0] = [one, other]

from padlock_database import cluster, main, service, settings  # noqa: E402
from padlock_release import log  # noqa: E402

cluster.VERSION = version
cluster.NAME = f'{version}-main'
cluster.VOLUME = f'{root}/volume'
cluster.ON_VOLUME = f'{root}/volume/postgresql'
cluster.CLUSTERS = f'{root}/clusters'
cluster.CONFIGURATION = f'{root}/etc/{version}/main'
cluster.SOCKETS = f'{root}/run'
cluster.PROGRAMS = programs
cluster.MEMORY = f'{root}/meminfo'
service.SERVER = f'postgresql@{version}-main.service'
service.LOG = f'{root}/run/log'
service.SECONDS = int(os.environ.get('LIMIT', '60'))
service.volume_is_mounted = lambda: os.path.exists(f'{root}/volume/lost+found')
main.LOCK = f'{root}/lock'
main.WANTED = f'{root}/wanted'
log.PATH = f'{root}/log'
if int(version) < 17:
    # What comes with the server itself is the C library's before.
    cluster.LOCALE = ['--locale=C.UTF-8']
if os.geteuid() != 0:
    # Then the cluster is the user's own, who is not called postgres.
    cluster.HBA = cluster.HBA.replace('peer', 'trust')
    shutil.chown = lambda *_, **__: None
    cluster.adopt = lambda: None
if words[0] == 'settings':
    print(list(settings.fitting(int(words[1]), int(words[2]))))
    sys.exit(0)
sys.exit(main.main(words, sys.stdin))
