"""
Whose the app's files are: an identifier that lies beside them on the volume and is a tag of each snapshot,
as PostgreSQL's system identifier is of a database. A new volume begins with one of its own, so its snapshots
are told from those of the volume before; a restore brings that of the files that it brings.
"""

import os
import re
import uuid

from padlock_release import store

from . import host

TAG = 'origin:'


def ensure() -> str:
    """That of this volume's files (a UUID, RFC 9562), made where there is none."""
    found = _read()
    if not found:
        _write([str(uuid.uuid4())])
        found = _read()
    return found[0]


def is_restored() -> bool:
    """Has a restore brought the files that are here?"""
    return _read()[1:] == ['restored']


def note_restored(brought: str | None) -> None:
    """`brought`: None for files of a snapshot that says nothing of it."""
    _write([brought or ensure(), 'restored'])


def of(tags: list[str]) -> str | None:
    """By the tags of a snapshot; None of one that was made before there was this tag."""
    return next((tag.removeprefix(TAG) for tag in tags if re.fullmatch(f'{TAG}[0-9a-f-]{{36}}', tag)), None)


def _read() -> list[str]:
    return (store.read(_path()) or '').split()


def _write(words: list[str]) -> None:
    os.makedirs(os.path.dirname(_path()), exist_ok=True)
    store.write(_path(), ' '.join(words) + '\n', 0o644)


def _path() -> str:
    return f'{host.VOLUME}/backup/origin'
