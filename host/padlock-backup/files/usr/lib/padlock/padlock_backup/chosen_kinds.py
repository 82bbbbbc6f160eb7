"""
Which kinds of data a restore is of: `database` (PostgreSQL's files), `managed` (dumps of a managed database)
and `files`.
"""

import os
import re

from padlock_release import log
from padlock_release.failure import Failure

from . import files, host, places, wanted
from .order import Order
from .places import Backup, Place
from .wanted import RestoreOrder


def of(order: RestoreOrder, own: Order | None, found: list[Place]) -> list[str]:
    """Raises Failure where there is none, or no place for one that is asked for."""
    has = {
        'database': own.database if own else os.path.exists(f'{host.cluster()}/postgresql.conf'),
        'managed': False,
        'files': own.files if own else os.path.isdir(files.source()),
    }
    if order.label is not None:
        kind = _of_label(order, order.label, own, found)
        asked: dict[str, bool | None] = {what: what == kind for what in has}
    else:
        dumps = _is_of_dumps(order, own, found)
        asked = {'database': order.database, 'managed': dumps, 'files': order.files}
    if asked['managed'] and order.into is None and not (has['database'] or (own and own.managed)):
        # As of a database's own files, for which there is no place either.
        asked['managed'] = False
    if asked['managed']:
        _ensure_into(order, own)
        has['managed'] = True
        # The app has one database.
        asked['database'] = False
    missing = [what for what, is_asked in asked.items() if is_asked and not has[what]]
    if missing:
        keys = {'database': 'database local', 'files': '--path \'appVolumes["/data"]\' data'}
        fix = keys[missing[0]]
        raise Failure(
            f'this host has no place for the {" and the ".join(missing)}. Fix: pulumi config set {fix}, '
            'and pulumi up; nothing was changed'
        )
    # What the app does not use is restored only where it is asked for.
    usual = {**has, 'database': has['database'] and not (own and own.beside)}
    whats = [what for what in asked if (usual[what] if asked[what] is None else asked[what])]
    if not whats:
        raise Failure('this host has no database and no directories of the app: there is nothing to restore')
    if not host.volume_is_mounted():
        raise Failure(f'{host.VOLUME} is not mounted, and data is nowhere else; nothing was changed')
    return whats


def _is_of_dumps(order: RestoreOrder, own: Order | None, found: list[Place]) -> bool:
    """Where nobody has said what the source has, it is the newest of what there is."""
    here = own is not None and own.managed is not None
    if order.source is None:
        return here
    if order.dump is not None or order.into is None:
        return order.dump is True
    database, managed = (_newest(order, found, what) for what in ('database', 'managed'))
    if managed is not None and (database is None or managed > database):
        if database is not None:
            log.say('the newest rows there are those of a managed database; those of one on a host are older')
        return True
    if here and database is not None:
        raise Failure(
            'the newest rows there are of a database on a host, and the app here uses a managed one. Fix: '
            'restore them into a stack whose database is local (./padlock restore --to STACK), and then '
            './padlock database move --to managed; or --backup LABEL of what is meant. Nothing was changed'
        )
    if managed is not None:
        log.say('the newest rows there are those of a database on a host; those of a managed one are older')
    return False


def _newest(order: RestoreOrder, found: list[Place], what: str) -> float | None:
    """When the newest backup was whole that fits; None where there is none."""
    until = float('inf') if order.at is None else order.at.timestamp()
    return max((one.time for one in _listed(found, what) if one.time <= until), default=None)


def _listed(found: list[Place], what: str) -> list[Backup]:
    """Empty where nothing is there; raises Failure where nobody can tell."""
    try:
        return places.listed(found, what)
    except Failure as failure:
        if re.search('nothing is there|there is no backup of', str(failure)):
            return []
        raise


def _of_label(order: RestoreOrder, label: str, own: Order | None, found: list[Place]) -> str:
    if wanted.is_database(label):
        return 'database'
    # A host has dumps of its own from before a move too; what they would go into says who asks for one.
    is_own = own is not None and own.managed is None and all(place.own for place in found)
    if is_own and order.into is None:
        return 'files'
    is_dump = any(one.label.startswith(label[:8]) for one in _listed(found, 'managed'))
    return 'managed' if is_dump else 'files'


def _ensure_into(order: RestoreOrder, own: Order | None) -> None:
    if order.into is None:
        raise Failure(
            'a dump of a managed database is to be restored, and the order says nothing of what it goes '
            "into. Fix: the project's program of now (git pull, npm ci), and again"
        )
    if order.into.kind == 'managed' and (own is None or own.managed is None):
        raise Failure(
            'a dump goes into a managed database of a stack that makes backups itself. Fix: pulumi config '
            'set backups spaces, or s3, and pulumi up; nothing was changed'
        )
