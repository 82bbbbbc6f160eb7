"""
Settings that somebody has made in the server itself (ALTER SYSTEM): they lie in the cluster's own folder, and
no dump has them.
"""

import re

from padlock_release import clusters, log

from .command import as_postgres

NAME = 'postgresql.auto.conf'
SETTING = re.compile(r'^\s*(\w+(?:\.\w+)?)\s*=')
# Of a recovery that is over, and of the host, which has them in its own files (padlock_backup/recovery.py).
LEFT = re.compile(
    r'restore_command|recovery_\w+|archive_\w+|listen_addresses|port|unix_socket_directories|primary_\w+'
)


def take_over(old: str, to: str) -> None:
    """
    Into the folder of a new cluster, before its first start, which fails with the server's own words where it
    does not know one. Says their names: values may be secrets. Read and written by the folders' owner, who
    may have laid links there.
    """
    said = as_postgres('cat', f'{clusters.data(old)}/{NAME}', check=False).stdout
    found = [(match[1], line) for line in said.splitlines() if (match := SETTING.match(line))]
    settings = {name: line for name, line in found if not LEFT.fullmatch(name)}
    if settings:
        # initdb has made one, which nobody else reads.
        as_postgres('dd', 'status=none', f'of={to}/{NAME}', stdin='\n'.join(settings.values()) + '\n')
        log.say(f'settings of ALTER SYSTEM go to the new version: {", ".join(settings)}')
