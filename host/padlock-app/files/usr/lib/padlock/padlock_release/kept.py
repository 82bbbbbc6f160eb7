"""
What is kept of each release beside its image: when, from which commit and by whom it was made, and
of one that has served its manifest, from which it comes back. It holds the release's secrets, as
they were, so it is root's alone.
"""

import json
import os
import re
import time
from typing import NamedTuple

from . import manifest as manifests, store
from .manifest import Manifest

DIRECTORY = '/var/lib/padlock/releases'


class Kept(NamedTuple):
    """The time in UTC, as in `2026-11-28T09:00:00Z`; `rolled_back` are time and person."""

    when: str
    commit: str
    by: str
    manifest: Manifest | None
    rolled_back: tuple[str, str] | None = None


def load(release: str) -> Kept | None:
    """None for a release that a host made before it kept any."""
    text = store.read(_path(release))
    if text is None:
        return None
    data = json.loads(text)
    written, back = data['manifest'], data['rolledBack']
    return Kept(
        data['when'],
        data['commit'],
        data['by'],
        None if written is None else manifests.checked(written),
        None if back is None else (back['when'], back['by']),
    )


def tried(manifest: Manifest) -> None:
    """Of a release that has not served: no manifest, and nothing if there is a record already."""
    if load(manifest.id) is None:
        _save(manifest.id, Kept(now(), manifest.commit, manifest.by, None))


def served(manifest: Manifest) -> None:
    """Of a release that an update has made."""
    _save(manifest.id, Kept(now(), manifest.commit, manifest.by, manifest))


def confirmed(manifest: Manifest) -> None:
    """Of a release that an update wants and that serves already: it keeps its time."""
    old = load(manifest.id)
    if old is None or old.rolled_back is not None or old.manifest is None:
        served(manifest)
    else:
        counted(manifest)


def counted(manifest: Manifest) -> None:
    """How many replicas there are changes no release."""
    old = load(manifest.id)
    if old is not None and old.manifest is not None and old.manifest.replicas != manifest.replicas:
        _save(manifest.id, old._replace(manifest=manifest))


def rolled_back(release: str, by: str) -> None:
    old = load(release)
    if old is not None:
        _save(release, old._replace(rolled_back=(now(), by)))


def forget_all_but(releases: list[str]) -> None:
    for name in os.listdir(DIRECTORY):
        found = re.fullmatch(r'([0-9a-f]{12})\.json(\.new)?', name)
        if found and found[1] not in releases:
            os.unlink(os.path.join(DIRECTORY, name))


def secrets() -> list[tuple[str, str]]:
    """Names and values of the secrets of all releases that are kept."""
    found = []
    for name in os.listdir(DIRECTORY):
        one = load(name.removesuffix('.json')) if name.endswith('.json') else None
        if one is not None and one.manifest is not None:
            found += one.manifest.secrets.items()
    return found


def _save(release: str, one: Kept) -> None:
    back = one.rolled_back
    data = {
        'when': one.when,
        'commit': one.commit,
        'by': one.by,
        'rolledBack': None if back is None else {'when': back[0], 'by': back[1]},
        'manifest': None if one.manifest is None else manifests.as_json(one.manifest),
    }
    store.write(_path(release), json.dumps(data) + '\n', 0o600)


def _path(release: str) -> str:
    return os.path.join(DIRECTORY, f'{release}.json')


def now() -> str:
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
