"""The cluster on the volume, and its configuration on the host."""

import contextlib
import glob
import os
import pwd
import re
import stat

from padlock_release import clusters, store
from padlock_release.failure import Failure

from . import settings
from .command import as_postgres, run

VOLUME = '/srv/volume'
SOCKETS = '/run/postgresql'
MEMORY = '/proc/meminfo'
# Of what comes with the server itself, and so sorts alike on every host.
LOCALE = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C.UTF-8']
# A copy of the app's rows while they are anonymised (padlock-seed).
SCRATCH = 'padlock_anonymised'
# One that a dump of a managed database goes into, before it takes the name of the app's (padlock-backup).
RESTORED = 'app_restored'
# Nobody else has a way in: the host's own administrator by his name, the app by its password; to the copy
# the app's user by its name.
HBA = f'local all postgres peer\nlocal {SCRATCH} app peer\nlocal app,{RESTORED} app scram-sha-256\n'


def is_here() -> bool:
    """Does the folder of the clusters show the volume, and not the droplet's own disk?"""
    there = os.path.exists(clusters.DATA) and os.path.exists(clusters.ON_VOLUME)
    return there and os.path.samefile(clusters.DATA, clusters.ON_VOLUME)


def on_volume() -> str | None:
    """
    The version of the cluster on the volume; None if there is none. Raises Failure if this host's
    PostgreSQL cannot read it.
    """
    found = clusters.found()
    if not found:
        return None
    newest = clusters.version()
    if found[newest] == newest and clusters.has_programs(newest):
        return newest
    raise _unreadable(newest, found[newest])


def make_folder() -> None:
    """The folder of the clusters; never the root of the volume, which has lost+found in it."""
    os.makedirs(clusters.ON_VOLUME, mode=0o755, exist_ok=True)
    own(clusters.ON_VOLUME)


def create() -> None:
    """
    Makes the cluster; one that was cut off half-way is not found under its name, and made anew. Raises
    Failure where an upgrade or a restore has set one aside, whose rows an empty one would hide.
    """
    version = clusters.chosen()
    for former in glob.glob(f'{clusters.ON_VOLUME}/*/main.former'):
        raise Failure(
            f'the volume has no database in place, but one that was set aside ({former}); no empty one is '
            f'made beside it. Fix: sudo mv {former} {former.removesuffix(".former")}, or, where nobody needs '
            f'its rows, sudo rm -r {former}; then pulumi up'
        )
    clusters.rename(initialized(version), clusters.data(version))
    # Podman and initdb alike leave the names of folders to the kernel.
    os.sync()


def initialized(version: str) -> str:
    """The folder of a new cluster, which is not under its name yet."""
    new = f'{clusters.data(version)}.new'
    _make_own(os.path.dirname(new))
    clusters.remove(new)
    as_postgres(
        f'{clusters.programs(version)}/initdb', f'--pgdata={new}', '--username=postgres', '--data-checksums',
        '--encoding=UTF8', *LOCALE, '--auth-local=peer', '--auth-host=scram-sha-256',
    )  # fmt: skip
    return new


def adopt() -> None:
    """The user postgres may have another number on this host than on the one that the volume was on."""
    folder = f'{clusters.ON_VOLUME}/{clusters.version()}'
    with clusters.opened(f'{folder}/main') as found:
        here = os.fstat(found)
    user = pwd.getpwnam('postgres')
    if (here.st_uid, here.st_gid) != (user.pw_uid, user.pw_gid):
        run('chown', '--recursive', '--no-dereference', 'postgres:postgres', folder)


def configure(version: str | None = None) -> bool:
    """Writes what /etc has of the cluster; returns whether anything of it is new."""
    version = version or clusters.version()
    folder = clusters.configuration(version)
    text = settings.text(fitting(), clusters.data(version), folder, SOCKETS, clusters.name(version))
    files = {
        'postgresql.conf': (text, 0o644),
        'pg_hba.conf': (HBA, 0o640),
        'pg_ident.conf': ('', 0o640),
        'environment': ('', 0o644),
        'pg_ctl.conf': ("pg_ctl_options = ''\n", 0o644),
        # Last, as a cluster without it is started (pg_createcluster(1)).
        'start.conf': ('auto\n', 0o644),
    }
    clusters.make_configuration(version)
    changed = False
    for name, (text, mode) in files.items():
        path = f'{folder}/{name}'
        if store.read(path) != text:
            store.write(path, text, mode, 'postgres')
            changed = True
    return changed


def fitting() -> settings.Settings:
    """The settings of this host's size."""
    volume = os.statvfs(VOLUME)
    return settings.fitting(_memory(), volume.f_frsize * volume.f_blocks)


def forget(version: str | None = None) -> None:
    """Takes the configuration away: Debian's programs know no cluster then, and the data stays."""
    clusters.remove(clusters.configuration(version))


def is_configured() -> bool:
    return os.path.exists(f'{clusters.configuration()}/postgresql.conf')


def own(path: str) -> None:
    """Raises Failure where a link is in its place, or on its way."""
    user = pwd.getpwnam('postgres')
    with clusters.opened(path) as found:
        os.chown(f'/proc/self/fd/{found}', user.pw_uid, user.pw_gid)


def _make_own(folder: str) -> None:
    """One among those of the clusters; raises Failure where something else has its name."""
    with clusters.opened(os.path.dirname(folder)) as parent, contextlib.suppress(FileExistsError):
        os.mkdir(os.path.basename(folder), 0o755, dir_fd=parent)
    with clusters.opened(folder) as found:
        if not stat.S_ISDIR(os.fstat(found).st_mode):
            raise Failure(f'{folder} is not a directory. Fix: find out why, then sudo rm {folder}')
    own(folder)


def _unreadable(folder: str, version: str) -> Failure:
    return Failure(
        f'the volume has a database of PostgreSQL {version} ({clusters.ON_VOLUME}/{folder}/main), which '
        f'PostgreSQL {clusters.chosen()} of this host cannot read; nothing was changed. Fix: pulumi config '
        f'set databaseVersion {version}, where that is allowed, and pulumi up; or write it out with '
        f'pg_dumpall of PostgreSQL {version}, move its folder away, pulumi up, and read it in with psql'
    )


def _memory() -> int:
    """Bytes (proc_meminfo(5))."""
    with open(MEMORY, encoding='ascii') as file:
        found = re.search(r'^MemTotal: +(\d+) kB$', file.read(), re.MULTILINE)
    if found is None:
        raise Failure(f'{MEMORY} does not say how much memory there is')
    return int(found[1]) * 1024
