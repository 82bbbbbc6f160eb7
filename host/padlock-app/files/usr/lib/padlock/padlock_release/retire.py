"""
Takes the app away from this host, as before its first release: for a host that gets data which the app is
not to act on, as in a drill. The next release brings it back.
"""

import contextlib
import os

from . import log, processes, quadlet, service, store
from .failure import Failure, told


def main() -> int:
    """The exit status."""
    try:
        with store.lock():
            retire()
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    return 0


def retire() -> None:
    """The ways first: whatever looks after the app, or starts it again, goes by them."""
    service.ensure_manager()
    for number in [1, *store.links()]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(store.link(number))
    with contextlib.suppress(FileNotFoundError):
        os.unlink(quadlet.ACTIVE)
    processes.remove(processes.installed())
    for name in [*service.installed_replicas(), *service.installed()]:
        service.remove(name)
    service.reload()
    left = [*processes.installed(), *service.installed_replicas(), *service.installed()]
    if left:
        raise Failure(f'the app is still there: {", ".join(left)}')
