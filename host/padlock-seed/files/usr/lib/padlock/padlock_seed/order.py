"""What is ordered over standard input; no message repeats a value of it."""

import json
from typing import Any, NamedTuple, TextIO

from padlock_release.checks import check, matching
from padlock_release.failure import Failure

PLAIN = r'[!-~]{16,256}'


class Place(NamedTuple):
    """A bucket of snapshots, with a key to it, and the passphrase that opens what is in it."""

    endpoint: str
    region: str
    bucket: str
    key: str
    secret: str
    passphrase: str


class Order(NamedTuple):
    """`sql`: takes out of the copy what nobody else may see."""

    place: Place
    sql: str


class Load(NamedTuple):
    """`password`: of the role `app`."""

    place: Place
    password: str


def load(stream: TextIO) -> Load:
    data = _read(stream, {'place', 'password'})
    password = matching(data, 'password', PLAIN, '16 to 256 characters of printable ASCII without spaces')
    return Load(_place(data.get('place')), password)


def anonymise(stream: TextIO) -> Order:
    """Raises Failure that names the first key that is not as it must be."""
    data = _read(stream, {'place', 'sql'})
    sql = data.get('sql')
    check(isinstance(sql, str) and sql.strip() != '' and '\0' not in sql, 'sql', 'statements of SQL')
    return Order(_place(data.get('place')), sql)


def _read(stream: TextIO, keys: set[str]) -> dict[str, Any]:
    try:
        data = json.load(stream)
    except ValueError:
        raise Failure('the order must be JSON') from None
    check(isinstance(data, dict), 'the order', 'an object')
    unknown = sorted(set(data) - keys)
    check(not unknown, f'the keys {", ".join(unknown)} of the order', 'left out: they are not known')
    return data


def _place(data: Any) -> Place:
    check(isinstance(data, dict), 'place', 'an object')
    return Place(
        matching(data, 'endpoint', r'[a-z0-9.-]{1,253}(:[0-9]{1,5})?', 'a host name, or host:port'),
        matching(data, 'region', r'[a-z0-9-]{1,32}', 'the name of a region'),
        matching(data, 'bucket', r'[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]', 'the name of a bucket'),
        matching(data, 'key', r'[!-~]{3,128}', 'an access key'),
        matching(data, 'secret', PLAIN, '16 to 256 characters of printable ASCII without spaces'),
        matching(data, 'passphrase', PLAIN, '16 to 256 characters of printable ASCII without spaces'),
    )
