"""The cluster on the volume, and its configuration on the host."""

import os
import pwd
import re
import shutil

from padlock_release import store
from padlock_release.failure import Failure

from . import settings
from .command import as_postgres, run

VERSION = '17'
NAME = f'{VERSION}-main'
VOLUME = '/srv/volume'
ON_VOLUME = f'{VOLUME}/postgresql'
# Where Debian's package looks for clusters: their data, and their configuration.
CLUSTERS = '/var/lib/postgresql'
CONFIGURATION = f'/etc/postgresql/{VERSION}/main'
SOCKETS = '/run/postgresql'
PROGRAMS = f'/usr/lib/postgresql/{VERSION}/bin'
MEMORY = '/proc/meminfo'
# Of what comes with the server itself, and so sorts alike on every host.
LOCALE = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C.UTF-8']
# A copy of the app's rows while they are anonymised (padlock-seed).
SCRATCH = 'padlock_anonymised'
# Nobody else has a way in: the host's own administrator by his name, the app by its password; to the copy
# the app's user by its name.
HBA = f'local all postgres peer\nlocal {SCRATCH} app peer\nlocal app app scram-sha-256\n'


def data() -> str:
    return f'{CLUSTERS}/{VERSION}/main'


def is_here() -> bool:
    """Does the folder of the clusters show the volume, and not the droplet's own disk?"""
    return os.path.exists(CLUSTERS) and os.path.exists(ON_VOLUME) and os.path.samefile(CLUSTERS, ON_VOLUME)


def on_volume() -> str | None:
    """
    The version of the cluster on the volume; None if there is none. Raises Failure if no cluster there
    can be read by this host's PostgreSQL.
    """
    found = _versions()
    if VERSION in found or not found:
        return found.get(VERSION)
    names = ', '.join(f'{version} ({ON_VOLUME}/{folder}/main)' for folder, version in found.items())
    raise _unreadable(names, next(iter(found.values())))


def make_folder() -> None:
    """The folder of the clusters; never the root of the volume, which has lost+found in it."""
    os.makedirs(ON_VOLUME, mode=0o755, exist_ok=True)
    own(ON_VOLUME)


def create() -> None:
    """Makes the cluster; one that was cut off half-way is not found under its name, and made anew."""
    folder = f'{CLUSTERS}/{VERSION}'
    new = f'{folder}/main.new'
    os.makedirs(folder, mode=0o755, exist_ok=True)
    own(folder)
    if os.path.lexists(new):
        shutil.rmtree(new)
    as_postgres(
        f'{PROGRAMS}/initdb', f'--pgdata={new}', '--username=postgres', '--data-checksums',
        '--encoding=UTF8', *LOCALE, '--auth-local=peer', '--auth-host=scram-sha-256',
    )  # fmt: skip
    os.rename(new, data())
    # Podman and initdb alike leave the names of folders to the kernel.
    os.sync()


def adopt() -> None:
    """The user postgres may have another number on this host than on the one that the volume was on."""
    here = os.stat(f'{ON_VOLUME}/{VERSION}/main')
    user = pwd.getpwnam('postgres')
    if (here.st_uid, here.st_gid) != (user.pw_uid, user.pw_gid):
        run('chown', '--recursive', '--no-dereference', 'postgres:postgres', f'{ON_VOLUME}/{VERSION}')


def configure() -> bool:
    """Writes what /etc has of the cluster; returns whether anything of it is new."""
    volume = os.statvfs(VOLUME)
    fitting = settings.fitting(_memory(), volume.f_frsize * volume.f_blocks)
    files = {
        'postgresql.conf': (settings.text(fitting, data(), CONFIGURATION, SOCKETS, NAME), 0o644),
        'pg_hba.conf': (HBA, 0o640),
        'pg_ident.conf': ('', 0o640),
        'environment': ('', 0o644),
        'pg_ctl.conf': ("pg_ctl_options = ''\n", 0o644),
        # Last, as a cluster without it is started (pg_createcluster(1)).
        'start.conf': ('auto\n', 0o644),
    }
    os.makedirs(f'{CONFIGURATION}/conf.d', mode=0o755, exist_ok=True)
    changed = False
    for name, (text, mode) in files.items():
        path = f'{CONFIGURATION}/{name}'
        if store.read(path) != text:
            store.write(path, text, mode, 'postgres')
            changed = True
    return changed


def forget() -> None:
    """Takes the configuration away: Debian's programs know no cluster then, and the data stays."""
    shutil.rmtree(CONFIGURATION, ignore_errors=True)


def is_configured() -> bool:
    return os.path.exists(f'{CONFIGURATION}/postgresql.conf')


def own(path: str) -> None:
    shutil.chown(path, 'postgres', 'postgres')


def _versions() -> dict[str, str]:
    """What each cluster says of itself, by the name of its folder, which must be the same."""
    folders = os.listdir(ON_VOLUME) if os.path.isdir(ON_VOLUME) else []
    found = {}
    for folder in sorted(folders):
        version = store.read(f'{ON_VOLUME}/{folder}/main/PG_VERSION')
        if version is not None:
            found[folder] = version.strip()
    if found.get(VERSION, VERSION) != VERSION:
        raise _unreadable(f'{found[VERSION]} ({ON_VOLUME}/{VERSION}/main)', found[VERSION])
    return found


def _unreadable(names: str, version: str) -> Failure:
    return Failure(
        f'the volume has a database of PostgreSQL {names}, which PostgreSQL {VERSION} of this host cannot '
        f'read; nothing was changed. Fix: write it out with pg_dumpall of PostgreSQL {version}, move its '
        'folder away, pulumi up, and read it in with psql'
    )


def _memory() -> int:
    """Bytes (proc_meminfo(5))."""
    with open(MEMORY, encoding='ascii') as file:
        found = re.search(r'^MemTotal: +(\d+) kB$', file.read(), re.MULTILINE)
    if found is None:
        raise Failure(f'{MEMORY} does not say how much memory there is')
    return int(found[1]) * 1024
