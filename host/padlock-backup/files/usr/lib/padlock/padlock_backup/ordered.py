"""The order that this host has."""

import os

from padlock_release.failure import Failure

from . import host, order as orders
from .order import Order


def exists() -> bool:
    return os.path.exists(f'{host.HOME}/order.json')


def read() -> Order:
    try:
        with open(f'{host.HOME}/order.json', encoding='utf-8') as file:
            return orders.read(file)
    except FileNotFoundError:
        raise Failure(
            'no backups are ordered on this host. Fix: pulumi config set backups spaces, or s3, and pulumi up'
        ) from None
