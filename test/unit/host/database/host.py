"""
`database` on a host of the tests: padlock's own programs with a real PostgreSQL, whose units are played by
the script `systemctl` of database.test.ts. Arguments: the host's folder, version and programs of
PostgreSQL, the folders of padlock's programs, and the verb; `settings` and `contents` ask for a part of one.
"""

import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
root, version, programs, one, other, *words = sys.argv[1:]
sys.path[:0] = [one, other, one.replace('padlock-app', 'padlock-volume')]

from padlock_database import cluster, main, service, settings, verify  # noqa: E402
from padlock_database.sql import ask  # noqa: E402
from padlock_release import clusters, log  # noqa: E402

clusters.chosen = lambda: version
cluster.VOLUME = f'{root}/volume'
clusters.ON_VOLUME = f'{root}/volume/postgresql'
clusters.JOURNAL = f'{root}/volume/upgrade/upgrade.json'
clusters.DATA = f'{root}/clusters'
clusters.CONFIGURATIONS = f'{root}/etc'
clusters.PROGRAMS = f'{root}/programs'
clusters.log = lambda of=None: f'{root}/run/log'
cluster.SOCKETS = f'{root}/run'
os.makedirs(f'{root}/programs/{version}', exist_ok=True)
if not os.path.lexists(f'{root}/programs/{version}/bin'):
    os.symlink(programs, f'{root}/programs/{version}/bin')
cluster.MEMORY = f'{root}/meminfo'
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
    cluster.own = lambda _: None
    cluster.adopt = lambda: None
if words[0] == 'settings':
    print(list(settings.fitting(int(words[1]), int(words[2]))))
    sys.exit(0)
if words[0] == 'contents':
    # Without the check before it, which waits for the same locks.
    print(json.dumps(verify.contents(lambda statements: ask(statements, 'app'))[0]))
    sys.exit(0)
sys.exit(main.main(words, sys.stdin))
