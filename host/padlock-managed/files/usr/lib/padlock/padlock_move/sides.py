"""The two databases of a move."""

import contextlib
from collections.abc import Iterator

from padlock_rows import sides
from padlock_rows.sides import Login, Server, Side

from .order import Order

WHAT = 'move'


@contextlib.contextmanager
def both(order: Order) -> Iterator[tuple[Side, Side]]:
    """Source and target."""
    with sides.passwords(WHAT) as folder:
        server = Server(order.host, order.port, order.storage)
        admin, app = Login(order.admin, order.admin_password), Login(order.app, order.app_password)
        found = {
            'local': sides.local(order.database, order.app, order.local_password, folder),
            'managed': sides.managed(server, order.database, admin, app, folder),
        }
        yield found[order.source], found[order.target]


def forget() -> None:
    """Passwords that a killed move has left, the one of the cluster's administrator too."""
    sides.forget(WHAT)
