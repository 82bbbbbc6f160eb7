"""
A note on the volume, of a host that has let go of it: of what there is a backup, made just before the
app ended there. Whoever starts the app on the volume takes it away, as others may write from then on.
"""

import contextlib
import json
import os

from . import kept, store, volumes


def note(whats: list[str]) -> None:
    """`whats`: `database`, `files`. Where none fits (a full volume) the next host makes one."""
    forget()
    if not whats:
        return
    with contextlib.suppress(OSError):
        store.write(_path(), json.dumps({'backups': whats, 'at': kept.now()}) + '\n', 0o644)


def taken() -> list[str]:
    """What it says, once: whatever comes next may write. Nothing where there is none."""
    text = store.read(_path())
    forget()
    return [] if text is None else json.loads(text)['backups']


def forget() -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_path())


def _path() -> str:
    return f'{volumes.MOUNT}/backup/handed-over.json'
