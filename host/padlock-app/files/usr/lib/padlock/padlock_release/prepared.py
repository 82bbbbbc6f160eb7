"""
The image of a release that comes later: while a volume goes from one host to another nothing serves, so
what takes long is done before.
"""

import json
from typing import TextIO

from . import image, log, service, store
from .failure import Failure, told
from .log import step
from .manifest import parse_image

# The name of the last image that was prepared.
WAITING = '/var/lib/padlock/prepared-image'


def waiting() -> str | None:
    """The image that no release may name yet, and that stays all the same."""
    name = store.read(WAITING)
    return None if name is None else name.strip()


def main(stream: TextIO) -> int:
    """The exit status; the image is printed as JSON."""
    try:
        source, registries = parse_image(stream)
        with store.lock():
            service.ensure_manager()
            # Before it is there, as nothing else tells that a release of it is to come.
            store.write(WAITING, image.reference(source) + '\n', 0o600)
            with step('image'):
                found = image.ensure(source, registries)
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    print(json.dumps({'image': found}))
    return 0
