"""
The cluster of PostgreSQL of this host: its version, and where things are by it. What lies on the volume
decides, and not what was installed last: a package of another version changes no rows.
"""

import json
import os

from . import store, volumes

ON_VOLUME = f'{volumes.MOUNT}/postgresql'
# Where Debian's packages look for clusters: their data, their configuration, and each version's programs.
DATA = '/var/lib/postgresql'
CONFIGURATIONS = '/etc/postgresql'
PROGRAMS = '/usr/lib/postgresql'
LOGS = '/var/log/postgresql'
# Of padlock-database: the version that a first cluster is made with.
CHOSEN = '/usr/share/padlock-database/version'
# Of Debian 13.
DEBIAN = '17'
# Of an upgrade that is under way, or was cut off (padlock_database/journal.py).
JOURNAL = f'{ON_VOLUME}/upgrade.json'


def version() -> str:
    """Of the newest cluster on the volume; without any, of the one in /etc, or of the one to be made."""
    there = [*found()] or configured() or [chosen()]
    return max(there, key=int)


def chosen() -> str:
    """As in `17`."""
    return (store.read(CHOSEN) or DEBIAN).strip()


def found() -> dict[str, str]:
    """What each cluster on the volume says of itself, by the name of its folder, which must be the same."""
    said = {each: store.read(f'{ON_VOLUME}/{each}/main/PG_VERSION') for each in _versions(ON_VOLUME)}
    return {folder: text.strip() for folder, text in said.items() if text is not None}


def upgrading() -> bool:
    """
    Is one under way, or cut off, whose clusters may yet be exchanged? Once the new one runs, what is left is
    a backup, which waits for others as others wait for it.
    """
    note = store.read(JOURNAL)
    return note is not None and json.loads(note)['step'] != 'after'


def data(of: str | None = None) -> str:
    return f'{DATA}/{of or version()}/main'


def configuration(of: str | None = None) -> str:
    return f'{CONFIGURATIONS}/{of or version()}/main'


def programs(of: str | None = None) -> str:
    """Debian keeps each version's server in a folder of its own, out of PATH."""
    return f'{PROGRAMS}/{of or version()}/bin'


def has_programs(of: str) -> bool:
    return os.path.exists(f'{programs(of)}/postgres')


def name(of: str | None = None) -> str:
    return f'{of or version()}-main'


def server(of: str | None = None) -> str:
    """Its unit."""
    return f'postgresql@{name(of)}.service'


def log(of: str | None = None) -> str:
    return f'{LOGS}/postgresql-{name(of)}.log'


def configured() -> list[str]:
    """Versions of the clusters that this host starts."""
    there = _versions(CONFIGURATIONS)
    return [each for each in there if os.path.exists(f'{configuration(each)}/postgresql.conf')]


def _versions(folder: str) -> list[str]:
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(name for name in names if name.isdigit())
