"""
Settings that somebody has made in the server itself (ALTER SYSTEM): they lie in the cluster's own folder, and
no dump has them.
"""

import re

from padlock_release import clusters, log, store

from . import cluster

NAME = 'postgresql.auto.conf'
SETTING = re.compile(r'^\s*(\w+(?:\.\w+)?)\s*=')
# Of a recovery that is over, and of the host, which has them in its own files (padlock_backup/recovery.py).
LEFT = re.compile(
    r'restore_command|recovery_\w+|archive_\w+|listen_addresses|port|unix_socket_directories|primary_\w+'
)


def take_over(old: str, to: str) -> None:
    """
    Into the folder of a new cluster, before its first start, which fails with the server's own words where it
    does not know one. Says their names: values may be secrets.
    """
    said = store.read(f'{clusters.data(old)}/{NAME}') or ''
    found = [(match[1], line) for line in said.splitlines() if (match := SETTING.match(line))]
    settings = {name: line for name, line in found if not LEFT.fullmatch(name)}
    if settings:
        store.write(f'{to}/{NAME}', '\n'.join(settings.values()) + '\n', 0o600)
        # One that the server cannot read it passes over in silence.
        cluster.own(f'{to}/{NAME}')
        log.say(f'settings of ALTER SYSTEM go to the new version: {", ".join(settings)}')
