"""
`backup` on a host of the tests: padlock's own program with real PostgreSQL, pgBackRest and restic, whose
units are played by the script `systemctl` of place.ts. Arguments: the host's folder, the folders of
padlock's programs, seconds that the clock is ahead, and the verb.
"""

import os
import shutil
import sys
from datetime import datetime, timedelta

sys.dont_write_bytecode = True
root, one, other, ahead, *words = sys.argv[1:]
sys.path[:0] = [one, other]

from padlock_backup import database, export, files, host, main  # noqa: E402
from padlock_release import log  # noqa: E402


class Ahead(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(seconds=float(ahead))


main.datetime = Ahead
main.LOCK = f'{root}/lock'
log.PATH = f'{root}/log'
host.HOME = f'{root}/home'
host.VOLUME = f'{root}/volume'
host.CLUSTER = f'{root}/cluster'
host.DATA = f'{root}/data'
host.SOCKETS = f'{root}/run'
host.LOGS = f'{root}/pgbackrest'
host.CACHE = f'{root}/cache'
host.RUN = f'{root}/tmp'
host.volume_is_mounted = lambda: os.path.exists(f'{root}/volume/lost+found')
export.KEEP_LAST = 3
database.EXTRA = {
    'repo1-storage-ca-file': f'{root}/root.pem',
    'lock-path': f'{root}/pgbackrest',
    'archive-timeout': '20',
}
files.EXTRA = ['--cacert', f'{root}/root.pem']
if os.geteuid() != 0:
    # Then the cluster is the user's own, who is not called postgres.
    shutil.chown = lambda *_, **__: None
    os.chown = lambda *_, **__: None
sys.exit(main.main(words, sys.stdin))
