"""
The cluster of PostgreSQL of this host: its version, and where things are by it. What lies on the volume
decides, and not what was installed last: a package of another version changes no rows. The folder of the
clusters is that of PostgreSQL's own user, who may lay links there, and root follows none.
"""

import contextlib
import os
import re
import stat
from contextlib import AbstractContextManager

from . import nofollow, notes, store, volumes
from .failure import Failure

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
# Of an upgrade that is under way, or was cut off (padlock_database/journal.py), in a folder of root's.
JOURNAL = f'{volumes.MOUNT}/upgrade/upgrade.json'
STEPS = ('prepare', 'copy', 'swap', 'after')
WHOSE = 'the user postgres'


def version() -> str:
    """Of the newest cluster on the volume; without any, of the one in /etc, or of the one to be made."""
    there = [*found()] or configured() or [chosen()]
    return max(there, key=int)


def chosen() -> str:
    """As in `17`."""
    return (store.read(CHOSEN) or DEBIAN).strip()


def found() -> dict[str, str]:
    """What each cluster on the volume says of itself, by the name of its folder, which must be the same."""
    said = {each: read(f'{ON_VOLUME}/{each}/main/PG_VERSION') for each in _versions(ON_VOLUME)}
    return {folder: text.strip() for folder, text in said.items() if text is not None}


def upgrading() -> bool:
    """
    Is one under way, or cut off, whose clusters may yet be exchanged? Once the new one runs, what is left is
    a backup, which waits for others as others wait for it.
    """
    found = note()
    return found is not None and found['step'] != 'after'


def note() -> dict[str, str] | None:
    """Of an upgrade; raises Failure for one that names other than steps and versions."""
    found = notes.read(JOURNAL)
    if found is None:
        return None
    versions = [found.get('old'), found.get('new')]
    known = sorted(found) == ['new', 'old', 'step'] and found['step'] in STEPS
    if not known or not all(isinstance(each, str) and is_version(each) for each in versions):
        raise notes.damaged(JOURNAL)
    return found


def is_version(name: str) -> bool:
    return re.fullmatch('[0-9]{1,3}', name) is not None


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
    return sorted(filter(is_version, names))


def make_configuration(of: str | None = None) -> str:
    """
    The folder of its configuration, with `conf.d`, in which nobody but root writes: Debian's package gives
    the one around it to postgres. Raises Failure where somebody else has made a part of it.
    """
    os.makedirs(CONFIGURATIONS, mode=0o755, exist_ok=True)
    os.chown(CONFIGURATIONS, os.geteuid(), -1)
    _ensure_of_root(CONFIGURATIONS)
    path = CONFIGURATIONS
    for name in (of or version(), 'main', 'conf.d'):
        with opened(path) as parent, contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o755, dir_fd=parent)
        path += f'/{name}'
        _ensure_of_root(path)
    return configuration(of)


def _ensure_of_root(path: str) -> None:
    with opened(path) as found:
        here = os.fstat(found)
    closed = here.st_uid == os.geteuid() and not here.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(here.st_mode) or not closed:
        raise Failure(
            f'{path} is not a folder in which root alone writes, and nothing here makes it otherwise. Fix: '
            f'find out who did; then sudo mv {path} /root/, and pulumi up makes it anew'
        )


def opened(path: str) -> AbstractContextManager[int]:
    """As nofollow.opened."""
    return nofollow.opened(path, _below(path), WHOSE)


def read(path: str, since: int = 0) -> str | None:
    """As nofollow.read."""
    return nofollow.read(path, _below(path), WHOSE, since)


def rename(path: str, to: str) -> None:
    """As nofollow.rename."""
    nofollow.rename(path, to, _below(path), WHOSE)


def remove(path: str) -> None:
    """As nofollow.remove."""
    nofollow.remove(path, _below(path), WHOSE)


def _below(path: str) -> str:
    """The folder that root made, or mounted, and that what postgres has made lies below."""
    folders = (ON_VOLUME, DATA, CONFIGURATIONS)
    return next((each for each in folders if f'{path}/'.startswith(f'{each}/')), '/')
