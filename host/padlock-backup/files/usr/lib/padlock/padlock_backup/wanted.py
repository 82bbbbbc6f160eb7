"""What is to be restored, from where, and to which moment."""

import json
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple, TextIO

from padlock_release.checks import check, integer, matching
from padlock_release.failure import Failure

from . import order as orders
from .order import Order

KEYS = {'at', 'backUpBefore', 'database', 'dump', 'files', 'into', 'label', 'source'}
INTO = {'kind', 'password', 'storageMiB', 'user'}
SOURCE = {'bucket', 'endpoint', 'key', 'passphrase', 'prefix', 'region', 'secret'}
# Of pgBackRest (src/info/infoBackup.h) and of restic.
DATABASE_LABEL = r'[0-9]{8}-[0-9]{6}F(_[0-9]{8}-[0-9]{6}[DI])?'
FILES_LABEL = r'[0-9a-f]{8,64}'


class Into(NamedTuple):
    """
    What a dump goes into, beside the app's database: a managed one, with who owns the cluster's databases
    (the provider's doadmin) and its storage in MiB (0 for unknown); or the host's, with the app's password.
    """

    kind: str
    user: str
    password: str
    storage: int


class RestoreOrder(NamedTuple):
    """
    `source`: None for the host's own backups. Neither `at` nor `label`: all that there is. `database`
    and `files`: None for what the host backs up, or what the label is one of. `dump`: are the source's
    rows dumps of a managed database? None where nobody knows. `into`: where such a dump goes.
    """

    source: Order | None
    at: datetime | None
    label: str | None
    database: bool | None
    files: bool | None
    back_up_before: bool
    dump: bool | None = None
    into: Into | None = None


def read(stream: TextIO) -> RestoreOrder:
    """Raises Failure that names the first key that is not as it must be, and never its value."""
    try:
        data = json.load(stream)
    except ValueError:
        raise Failure('the order of a restore must be JSON') from None
    check(isinstance(data, dict), 'the order of a restore', 'an object')
    unknown = sorted(set(data) - KEYS)
    check(not unknown, f'the keys {", ".join(unknown)} of the order', 'left out: they are not known')
    at, label = data.get('at'), data.get('label')
    check(at is None or label is None, 'at', 'left out where label names a backup')
    if label is not None:
        matching(data, 'label', f'{DATABASE_LABEL}|{FILES_LABEL}', 'the label of a backup')
    return RestoreOrder(
        _source(data.get('source')),
        None if at is None else moment(at),
        label,
        _flag(data, 'database', None),
        _flag(data, 'files', None),
        _flag(data, 'backUpBefore', True),
        _flag(data, 'dump', None),
        _into(data.get('into')),
    )


def is_database(label: str) -> bool:
    return re.fullmatch(DATABASE_LABEL, label) is not None


def moment(text: Any) -> datetime:
    """RFC 3339, in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        found = None
    check(found is not None and found.tzinfo is not None, 'at', 'a time with its zone (RFC 3339)')
    return found.astimezone(UTC)


def _into(data: Any) -> Into | None:
    if data is None:
        return None
    check(isinstance(data, dict), 'into', 'an object')
    unknown = sorted(set(data) - INTO)
    check(not unknown, f'the keys {", ".join(unknown)} of into', 'left out: they are not known')
    check(data.get('kind') in ('local', 'managed'), 'kind', 'local or managed')
    return Into(
        data['kind'],
        matching(data, 'user', orders.NAME, 'lower-case letters, digits and _'),
        matching(data, 'password', r'[!-~]{1,256}', 'printable ASCII without spaces'),
        integer(data, 'storageMiB', 0, 1 << 30),
    )


def _source(data: Any) -> Order | None:
    if data is None:
        return None
    check(isinstance(data, dict), 'source', 'an object')
    unknown = sorted(set(data) - SOURCE)
    check(not unknown, f'the keys {", ".join(unknown)} of source', 'left out: they are not known')
    return orders.place(data)


def _flag(data: dict[str, Any], key: str, otherwise: bool | None) -> bool | None:
    value = data.get(key)
    check(value is None or isinstance(value, bool), key, 'true or false')
    return otherwise if value is None else value
