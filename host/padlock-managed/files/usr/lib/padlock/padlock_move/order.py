"""What is to be moved, and how the cluster is reached; over standard input, as it holds passwords."""

import json
from typing import Any, NamedTuple, TextIO

from padlock_release.checks import check, integer, matching
from padlock_release.failure import Failure

KINDS = ['local', 'managed']
NAME = r'[a-z][a-z0-9_]{0,62}'
PRINTABLE = r'[!-~]+'


class Order(NamedTuple):
    """`admin` owns the cluster's databases (the provider's doadmin); `storage` is in MiB, 0 for unknown."""

    source: str
    target: str
    # May what the target had before an earlier move be replaced?
    replace: bool
    host: str
    port: int
    admin: str
    admin_password: str
    database: str
    app: str
    app_password: str
    # Of the role of the same name on the host; None where nothing goes there.
    local_password: str | None
    storage: int


def read(stream: TextIO) -> Order:
    return parse(stream.read())


def parse(text: str) -> Order:
    """Raises Failure with the key and what it must be; values are not repeated, they may be secret."""
    try:
        data = json.loads(text)
    except ValueError:
        raise Failure('the order is not JSON') from None
    check(isinstance(data, dict), 'the order', 'an object')
    source, target = _kind(data, 'from'), _kind(data, 'to')
    check(source != target, 'to', 'another one than from')
    local = target == 'local' or data.get('localPassword') is not None
    return Order(
        source=source,
        target=target,
        replace=data.get('replace') is True,
        host=matching(data, 'host', r'[a-z0-9.-]+', 'a host name'),
        port=integer(data, 'port', 1, 65535),
        admin=matching(data, 'user', NAME, 'lower-case letters, digits and _'),
        admin_password=_password(data, 'password'),
        database=matching(data, 'database', NAME, 'lower-case letters, digits and _'),
        app=matching(data, 'app', NAME, 'lower-case letters, digits and _'),
        app_password=_password(data, 'appPassword'),
        local_password=_password(data, 'localPassword') if local else None,
        storage=integer(data, 'storageMiB', 0, 1 << 30),
    )


def _kind(data: dict[str, Any], key: str) -> str:
    check(data.get(key) in KINDS, key, 'local or managed')
    return data[key]


def _password(data: dict[str, Any], key: str) -> str:
    return matching(data, key, PRINTABLE, 'printable ASCII without spaces')
