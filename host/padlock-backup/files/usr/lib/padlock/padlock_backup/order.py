"""What a deployment orders of backups: where they go, what opens them, what is backed up."""

import json
import re
from typing import Any, NamedTuple, TextIO

from padlock_release.checks import check, integer, matching
from padlock_release.failure import Failure

KEYS = {
    'beside', 'bucket', 'database', 'endpoint', 'files', 'keepDaily', 'keepWeekly', 'key', 'managed',
    'passphrase', 'prefix', 'region', 'secret',
}  # fmt: skip
BUCKET = r'[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]'
PREFIX = r'[A-Za-z0-9][A-Za-z0-9._-]{0,99}'
ENDPOINT = r'[a-z0-9.-]{1,253}(:[0-9]{1,5})?'
AWS = re.compile(r'\.amazonaws\.com(\.cn)?$')
# Neither of the programs takes line breaks in its settings, and pgBackRest cuts blanks off.
PLAIN = r'[!-~]{16,256}'


NAME = r'[a-z][a-z0-9_]{0,62}'


class Managed(NamedTuple):
    """
    The cluster's own address, as a pool's sessions are not one's own; and the app's role. `cluster` is the
    provider's identifier of it, a UUID; None in an order of before there was this key.
    """

    host: str
    port: int
    user: str
    password: str
    database: str
    cluster: str | None = None


class Order(NamedTuple):
    """
    `database`, `files`: is there any to back up? Days and weeks count from now. `beside`: the app uses
    another database than the one on the host, which is kept beside it. `managed`: the app's own, where it
    is a provider's.
    """

    database: bool
    files: bool
    endpoint: str
    region: str
    bucket: str
    prefix: str
    key: str
    secret: str
    passphrase: str
    keep_daily: int
    keep_weekly: int
    beside: bool = False
    managed: Managed | None = None

    def all(self) -> list[tuple[str, str]]:
        """What and where; the volume first: it is there when the network is not."""
        of = {'database': self.database, 'managed': self.managed is not None, 'files': self.files}
        kinds = [what for what, has in of.items() if has]
        return [(what, where) for what in kinds for where in ('volume', 'bucket')]

    def name(self, what: str) -> str:
        """What people read of it: rows that the app does not use are not called the database."""
        beside = {'database': 'database beside'} if self.beside else {}
        return {'managed': 'managed database', **beside}.get(what, what)

    def names(self) -> list[str]:
        """As their state is kept."""
        return [f'{self.name(what)} {where}' for what, where in self.all()]

    @property
    def host(self) -> str:
        return self.endpoint.split(':')[0]

    @property
    def style(self) -> str:
        """Of addresses: AWS has the bucket in the host name, which a certificate covers without a dot."""
        return 'host' if AWS.search(self.host) and '.' not in self.bucket else 'path'

    @property
    def port(self) -> str | None:
        return self.endpoint.partition(':')[2] or None


def read(stream: TextIO) -> Order:
    """Raises Failure that names the first key that is not as it must be, and never its value."""
    try:
        data = json.load(stream)
    except ValueError:
        raise Failure('the order of backups must be JSON') from None
    check(isinstance(data, dict), 'the order of backups', 'an object')
    unknown = sorted(set(data) - KEYS)
    check(not unknown, f'the keys {", ".join(unknown)} of the order', 'left out: they are not known')
    return place(
        data,
        database=_flag(data, 'database'),
        files=_flag(data, 'files'),
        keep_daily=integer(data, 'keepDaily', 1, 366),
        keep_weekly=integer(data, 'keepWeekly', 1, 520),
        # An order of before there was such a database has no word for it.
        beside=_flag({'beside': False, **data}, 'beside'),
        managed=_managed(data.get('managed')),
    )


def place(
    data: dict[str, Any],
    database: bool = True,
    files: bool = True,
    keep_daily: int = 1,
    keep_weekly: int = 1,
    beside: bool = False,
    managed: Managed | None = None,
) -> Order:
    """Where backups are and what opens them."""
    return Order(
        database,
        files,
        matching(data, 'endpoint', ENDPOINT, 'a host name, with :PORT where it is not 443'),
        matching(data, 'region', r'[a-z0-9-]{1,32}', 'the name of a region'),
        matching(data, 'bucket', BUCKET, 'the name of a bucket'),
        matching(data, 'prefix', PREFIX, 'letters, digits, dots, hyphens and underscores'),
        matching(data, 'key', r'[!-~]{3,128}', 'an access key'),
        matching(data, 'secret', PLAIN, '16 to 256 characters of printable ASCII without spaces'),
        matching(data, 'passphrase', PLAIN, '16 to 256 characters of printable ASCII without spaces'),
        keep_daily,
        keep_weekly,
        beside,
        managed,
    )


def _managed(data: Any) -> Managed | None:
    if data is None:
        return None
    check(isinstance(data, dict), 'managed', 'an object')
    unknown = sorted(set(data) - set(Managed._fields))
    check(not unknown, f'the keys {", ".join(unknown)} of managed', 'left out: they are not known')
    return Managed(
        matching(data, 'host', r'[a-z0-9.-]{1,253}', 'a host name'),
        integer(data, 'port', 1, 65535),
        matching(data, 'user', NAME, 'lower-case letters, digits and _'),
        matching(data, 'password', r'[!-~]{1,256}', 'printable ASCII without spaces'),
        matching(data, 'database', NAME, 'lower-case letters, digits and _'),
        matching(data, 'cluster', r'[0-9a-f-]{36}', 'a UUID') if data.get('cluster') is not None else None,
    )


def text(order: Order) -> str:
    data = {**order._asdict(), 'managed': order.managed and order.managed._asdict()}
    words = {re.sub('_(.)', lambda one: one[1].upper(), name): value for name, value in data.items()}
    return json.dumps(words, indent=1) + '\n'


def _flag(data: dict[str, Any], key: str) -> bool:
    check(isinstance(data.get(key), bool), key, 'true or false')
    return data[key]
