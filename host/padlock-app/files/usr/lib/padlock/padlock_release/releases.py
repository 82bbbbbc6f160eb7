"""The releases that are on the host: which there are, and the way back to one of them."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TextIO

from . import image, kept, log, origin, releasecommand, replicas, store
from .failure import Failure, told
from .kept import Kept
from .main import bring_up
from .manifest import Manifest
from .store import Entry

USAGE = 'usage: releases list | image | check [RELEASE] | rollback RELEASE < WHO, [--schema-compatible]'
COMPATIBLE = '--schema-compatible'
# A release under way is told of, not waited for.
LOCK_SECONDS = 3


def main(words: list[str], stream: TextIO) -> int:
    """The exit status; what was found is on standard output, as JSON."""
    compatible = COMPATIBLE in words
    try:
        match [word for word in words if word != COMPATIBLE]:
            case ['list']:
                found = listing()
            case ['image']:
                found = live_image()
            case ['check']:
                found = check(_before(store.current()), compatible)
            case ['check', release]:
                found = check(release, compatible)
            case ['rollback', release]:
                found = roll_back(release, stream.read().strip() or 'unknown', compatible)
            case _:
                raise Failure(USAGE)
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    print(json.dumps(found))
    return 0


def check(release: str, compatible: bool) -> dict[str, Any]:
    """The release and whether it is live; raises Failure if it can not be put back."""
    live = store.current() == release
    record = kept.load(release)
    if not live:
        _kept_manifest(release, compatible)
    return {
        'release': release,
        'commit': 'unknown' if record is None else record.commit,
        'by': 'unknown' if record is None else record.by,
        'live': live,
        'made': _made(release),
    }


def live_image() -> dict[str, Any]:
    """The live release with what its image is made of; `refreshed` is the day of its last refresh."""
    live = store.current()
    record = kept.load(live or '')
    source = None if record is None or record.manifest is None else record.manifest.source
    return {
        'release': live,
        'image': next((entry.image for entry in store.history() if entry.id == live), None),
        'made': _made(live),
        'refreshed': getattr(source, 'refreshed', None),
        **_replicas(record),
    }


def _replicas(record: Kept | None) -> dict[str, Any]:
    """Of a release that is live; nothing where there is one alone."""
    manifest = None if record is None else record.manifest
    if manifest is None or manifest.replicas == 1:
        return {}
    return {'replicas': {'wanted': manifest.replicas, 'running': replicas.running(manifest)}}


def _made(release: str | None) -> dict[str, Any] | None:
    entry = next((entry for entry in store.history() if entry.id == release), None)
    return None if entry is None else origin.facts(entry.image)


def roll_back(release: str, by: str, compatible: bool = False) -> dict[str, Any]:
    """Brings a release up from what is kept of it, by the same swap as a new one; no build, no pull."""
    with store.lock(LOCK_SECONDS):
        if store.current() == release:
            raise Failure(f'release {release} is live already')
        bring_up(_kept_manifest(release, compatible), rolled_back_by=by[:200])
    return {'release': release}


def _same_schema(release: str) -> None:
    """Raises Failure if the release was made for a database that others have changed since."""
    others = releasecommand.since(release)
    if others:
        raise Failure(
            f'the releaseCommand of {", ".join(others)} has run since release {release} was made, which may '
            'not know the database as it is now. Fix: go on with a new release; or, if it does know it, '
            f'./padlock rollback {release} --schema-compatible'
        )


def _kept_manifest(release: str, compatible: bool) -> Manifest:
    entry = next((entry for entry in store.history() if entry.id == release), None)
    if entry is None:
        there = ', '.join(other.id for other in store.history() if other.served) or 'none'
        raise Failure(f'there is no release {release} on this host; there are: {there}')
    if not entry.served:
        raise Failure(f'release {release} has never served: it did not become ready when it was tried')
    record = kept.load(release)
    if record is None or record.manifest is None:
        raise Failure(f'release {release} is older than what this host keeps for a way back. {_fix(record)}')
    if not image.exists(entry.image):
        raise Failure(f'the image of release {release}, {entry.image}, is not there any more. {_fix(record)}')
    live = kept.load(store.current() or '')
    host = record.manifest.host
    if live is not None and live.manifest is not None and live.manifest.host != host:
        raise Failure(
            f'release {release} is for {host}, and the site is {live.manifest.host}. {_fix(record)}'
        )
    if record.manifest.edge and live is not None and live.manifest is not None and not live.manifest.edge:
        raise Failure(
            f'release {release} has no login of its own, and none stands in front of the site any more. '
            f'{_fix(record)}'
        )
    _same_database(release, record.manifest, None if live is None else live.manifest)
    if not compatible:
        _same_schema(release)
    if live is None or live.manifest is None:
        return record.manifest
    # The proxy has a way to each of those that there are now.
    return record.manifest._replace(replicas=live.manifest.replicas)


def _same_database(release: str, manifest: Manifest, live: Manifest | None) -> None:
    """Raises Failure where the rows have moved since: the release would find those of then, read-only."""
    there = '' if live is None else live.uses
    if manifest.uses and there and manifest.uses != there:
        raise Failure(
            f'release {release} uses the {manifest.uses} database, and the rows are in the {there} one. Fix: '
            f'./padlock database move --to {manifest.uses} --replace; or go on with a new release'
        )


def _fix(record: Kept | None) -> str:
    commit = 'ITS_COMMIT' if record is None else record.commit
    return f'Fix: git checkout {commit} && pulumi config set allowOlder true && pulumi up'


def _before(live: str | None) -> str:
    """
    The one that was released last before the live one: a second rollback goes further back. Of
    releases without a record the order in which they served is known.
    """
    served = [entry.id for entry in store.history() if entry.served]
    record = kept.load(live or '')
    if record is not None:
        earlier = [(old.when, one) for one in served if one != live and (old := kept.load(one)) is not None]
        older = sorted(item for item in earlier if item[0] < record.when)
        if older:
            return older[-1][1]
    unknown = [one for one in served if one != live and kept.load(one) is None]
    if unknown:
        return unknown[-1]
    raise Failure('there is no release before the live one on this host')


def listing() -> list[dict[str, Any]]:
    """
    The last to be released first. The state is `live`, `kept`, `failed` for one that has never
    served, or `gone` for one whose image is not there.
    """
    entries, live = store.history(), store.current()
    with ThreadPoolExecutor(max_workers=4) as pool:
        there = list(pool.map(lambda entry: image.exists(entry.image), entries))
    rows = [_row(entry, live, found) for entry, found in zip(entries, there, strict=True)]
    return sorted(rows, key=lambda row: row['when'] or '', reverse=True)


def _row(entry: Entry, live: str | None, there: bool) -> dict[str, Any]:
    record = kept.load(entry.id)
    back = None if record is None else record.rolled_back
    return {
        'release': entry.id,
        'when': None if record is None else record.when,
        'commit': 'unknown' if record is None else record.commit,
        'by': 'unknown' if record is None else record.by,
        'state': _state(entry, live, there),
        'rolledBack': None if back is None or entry.id != live else {'when': back[0], 'by': back[1]},
        **(_replicas(record) if entry.id == live else {}),
    }


def _state(entry: Entry, live: str | None, there: bool) -> str:
    if entry.id == live:
        return 'live'
    if not entry.served:
        return 'failed'
    return 'kept' if there else 'gone'
