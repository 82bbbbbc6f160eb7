"""
The new cluster takes the place of the old one: two renames on the volume, the new one's first, as the
newest that is there is the host's (padlock_release.clusters). Each step may be done again.
"""

import os
import shutil

from padlock_release import clusters
from padlock_release.failure import Failure

from . import backups, cluster, journal, service
from .journal import Upgrade


def place(version: str) -> str:
    """On the volume itself: at a boot its clusters are not mounted yet."""
    return f'{clusters.ON_VOLUME}/{version}/main'


def beside(version: str) -> str:
    return f'{place(version)}.new'


def former(version: str) -> str:
    return f'{place(version)}.former'


def forth(found: Upgrade) -> None:
    """Raises Failure if PostgreSQL does not start on the new one; the old one is back then."""
    try:
        if not settled(found):
            raise Failure(f'there is no cluster of PostgreSQL {found.new} any more')
        service.start(False)
        service.ensure_own()
    except (Failure, OSError) as failure:
        _back(found)
        raise Failure(f'the upgraded database does not run, and the old one is back: {failure}') from None
    journal.note('after', found.old, found.new)


def settled(found: Upgrade) -> bool:
    """
    Folders and configuration alone, as a boot has it before any server. False where the new one is gone: the
    old one is in place then, and noted as before the swap.
    """
    _rename(beside(found.new), place(found.new))
    if not os.path.exists(f'{place(found.new)}/PG_VERSION'):
        _returned(found)
        return False
    _rename(place(found.old), former(found.old))
    os.sync()
    _configured(found.old, found.new)
    return True


def remove(found: Upgrade) -> None:
    """Nothing of the new one stays beside the old one."""
    clusters.remove(beside(found.new))


def _back(found: Upgrade) -> None:
    service.stop_server()
    _returned(found)
    remove(found)
    service.start(False)
    backups.start()
    journal.forget()


def _returned(found: Upgrade) -> None:
    """From its note on it is undone, and no longer finished, wherever it is cut off."""
    _rename(place(found.new), beside(found.new))
    _rename(former(found.old), place(found.old))
    os.sync()
    _configured(found.new, found.old)
    journal.note('copy', found.old, found.new)


def _rename(path: str, to: str) -> None:
    if os.path.lexists(path) and not os.path.lexists(to):
        clusters.rename(path, to)


def _configured(old: str, new: str) -> None:
    """With the settings that others have put beside those of padlock, as backups have."""
    cluster.configure(new)
    if old not in clusters.configured():
        cluster.forget(old)
        return
    was, now = (f'{clusters.make_configuration(each)}/conf.d' for each in (old, new))
    for name in os.listdir(was):
        if not os.path.lexists(f'{now}/{name}'):
            shutil.copy2(f'{was}/{name}', f'{now}/{name}')
    cluster.forget(old)
