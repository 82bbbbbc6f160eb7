"""
Notes of how far something is, in files on the volume; beside one that the app must not run meanwhile with is
its mark, `swapping`.
"""

import json
import os
from typing import Any

from . import store
from .failure import Failure


def read(path: str) -> dict[str, Any] | None:
    """What the note says, with `step`; None where there is none. Raises Failure for what is no note."""
    try:
        text = store.read(path)
        found = None if text is None else json.loads(text)
    except ValueError:
        raise damaged(path) from None
    if text is not None and not (isinstance(found, dict) and isinstance(found.get('step'), str)):
        raise damaged(path)
    return found


def mark(path: str) -> str:
    return f'{os.path.dirname(path)}/swapping'


def damaged(path: str) -> Failure:
    return Failure(
        f'{path} is no note that this host can read: nobody knows how far what it is of has come. Fix: see '
        f'what it says (sudo cat {path}) and which data are there; then sudo rm -f {path} {mark(path)} and '
        'pulumi up, which goes on with those data'
    )
