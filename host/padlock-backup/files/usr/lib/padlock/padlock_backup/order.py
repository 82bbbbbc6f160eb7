"""What a deployment orders of backups: where they go, what opens them, what is backed up."""

import json
import re
from typing import Any, NamedTuple, TextIO

from padlock_release.checks import check, integer, matching
from padlock_release.failure import Failure

KEYS = {
    'beside', 'bucket', 'database', 'endpoint', 'files', 'keepDaily', 'keepWeekly', 'key', 'passphrase',
    'prefix', 'region', 'secret',
}  # fmt: skip
BUCKET = r'[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]'
PREFIX = r'[A-Za-z0-9][A-Za-z0-9._-]{0,99}'
ENDPOINT = r'[a-z0-9.-]{1,253}(:[0-9]{1,5})?'
AWS = re.compile(r'\.amazonaws\.com(\.cn)?$')
# Neither of the programs takes line breaks in its settings, and pgBackRest cuts blanks off.
PLAIN = r'[!-~]{16,256}'


class Order(NamedTuple):
    """
    `database`, `files`: is there any to back up? Days and weeks count from now. `beside`: the app uses
    another database than the one on the host, which is kept beside it.
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

    def all(self) -> list[tuple[str, str]]:
        """What and where; the volume first: it is there when the network is not."""
        kinds = [what for what, has in (('database', self.database), ('files', self.files)) if has]
        return [(what, where) for what in kinds for where in ('volume', 'bucket')]

    def name(self, what: str) -> str:
        """What people read of it: rows that the app does not use are not called the database."""
        return f'{what} beside' if what == 'database' and self.beside else what

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
    )


def place(
    data: dict[str, Any],
    database: bool = True,
    files: bool = True,
    keep_daily: int = 1,
    keep_weekly: int = 1,
    beside: bool = False,
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
    )


def text(order: Order) -> str:
    words = {
        re.sub('_(.)', lambda one: one[1].upper(), name): value for name, value in order._asdict().items()
    }
    return json.dumps(words, indent=1) + '\n'


def _flag(data: dict[str, Any], key: str) -> bool:
    check(isinstance(data.get(key), bool), key, 'true or false')
    return data[key]
