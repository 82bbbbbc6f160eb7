"""One release, from the manifest to the swap."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TextIO

from . import (
    before,
    drain,
    image,
    kept,
    log,
    origin,
    prepared,
    processes,
    readiness,
    releasecommand,
    replicas,
    service,
    store,
    volumes,
)
from .failure import Failure, told
from .log import step
from .manifest import Archive, Manifest, parse


def main(stream: TextIO) -> int:
    """The exit status: 0 if the release serves, 1 if the old one goes on serving."""
    try:
        manifest = parse(stream)
        with store.lock():
            found = bring_up(manifest)
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    made = origin.facts(image.reference(manifest.source))
    print(json.dumps({'release': manifest.id, 'image': found, 'made': made}))
    return 0


def bring_up(manifest: Manifest, rolled_back_by: str | None = None) -> str:
    """Returns the id of the image that serves."""
    service.ensure_manager()
    service.ensure_mount()
    volumes.ensure(manifest)
    current = store.current()
    replicas.clear({current, manifest.id, *replicas.serving()})
    processes.end_commands(manifest.id)
    if current == manifest.id and _serves(manifest):
        store.confirm(manifest.id)
        found = image.ensure(manifest.source, manifest.registries)
        replicas.adjust(manifest, image.reference(manifest.source))
        # Not before: a way back would have as many as could not be had.
        kept.confirmed(manifest)
        _switch_processes(manifest, False)
        return found

    entry = store.Entry(manifest.id, image.reference(manifest.source), _archive(manifest), False)
    try:
        if current == manifest.id:
            # It is taken away only where there is room to put it back.
            store.ensure_room()
        found = _prepare(manifest, entry.image)
    except BaseException:
        _discard(manifest, current)
        raise
    began, speaking = time.time(), manifest.id
    others = replicas.Others(manifest, entry.image, current)
    try:
        if all(other.id != entry.id for other in store.history()):
            store.remember(entry)
        kept.tried(manifest)
        store.ensure_room()
        volumes.prepare(manifest, entry.image)
        if current != manifest.id and rolled_back_by is None:
            before.run(manifest.uses)
        if manifest.release_command is not None and rolled_back_by is None:
            speaking = releasecommand.unit(manifest.id)
            with step('release command'):
                releasecommand.run(manifest, entry.image)
        if rolled_back_by is None and releasecommand.must_seed(manifest):
            speaking = releasecommand.unit(manifest.id)
            with step('seed command'):
                releasecommand.seed(manifest, entry.image)
        speaking = manifest.id
        # Of a release that is live already nothing else serves while its first replica does not.
        if current == manifest.id:
            _start(manifest)
        others.replace()
        if current != manifest.id:
            _start(manifest)
        # So that the old release serves on, and not a new one of which nothing is known.
        store.ensure_room()
    except BaseException:
        lines = service.logs(others.failed or speaking, began)
        _give_up(manifest, current, others, lines)
        raise
    try:
        store.swap(manifest.id)
    except OSError:
        _give_up(manifest, current, others, '')
        raise
    try:
        store.remember(entry._replace(served=True))
        if rolled_back_by is None:
            kept.served(manifest)
        else:
            kept.rolled_back(manifest.id, rolled_back_by)
            kept.counted(manifest)
        _switch_processes(manifest, rolled_back_by is not None)
    finally:
        _end_old(manifest, current)
    return found


def _switch_processes(manifest: Manifest, rolls_back: bool) -> None:
    """Raises Failure if they do not run; a rollback is none the less one, as the release serves."""
    if not manifest.processes and not processes.installed():
        return
    with step('processes'):
        problem = processes.switch(manifest, image.reference(manifest.source))
    if problem is not None and rolls_back:
        log.say(problem)
    elif problem is not None:
        raise Failure(problem)


def _end_old(manifest: Manifest, current: str | None) -> None:
    with step('old release'):
        replicas.follow(manifest)
        replicas.clear({manifest.id, current})
        if current not in (None, manifest.id):
            # Requests that Caddy was about to send when the link moved get their answer.
            time.sleep(1)
            drain.wait(current, manifest.drain_seconds)
            service.remove(current)
        _prune()
    # Podman flushes nothing: a loss of power soon after would leave an image that cannot be read.
    os.sync()


def _serves(manifest: Manifest) -> bool:
    return readiness.ask(manifest) is None


def _prepare(manifest: Manifest, reference: str) -> str:
    """Has the image, and beside it the unit, which needs the image's name alone."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        unit = beside.submit(_install, manifest, reference)
        with step('image'):
            found = image.ensure(manifest.source, manifest.registries)
        unit.result()
    return found


def _install(manifest: Manifest, reference: str) -> None:
    # What an interrupted run of the same release left, or the release itself if it is down.
    service.remove(manifest.id)
    store.remove_directory(manifest.id)
    store.make_directory(manifest.id)
    service.install(manifest, reference)


def _start(manifest: Manifest) -> None:
    with step('start'):
        service.start(manifest.id)
    with step('ready'):
        readiness.wait(manifest, lambda: service.restarts(manifest.id))


def _discard(manifest: Manifest, current: str | None) -> None:
    if current == manifest.id:
        # What it lacks may come back, as a database does.
        service.start_soon([manifest.id])
    # A replica that could not be put back goes on with it.
    elif manifest.id not in replicas.serving():
        service.remove(manifest.id)
        store.remove_directory(manifest.id)


def _give_up(manifest: Manifest, current: str | None, others: replicas.Others, lines: str) -> None:
    """Leaves the host as it was; says what the container said."""
    if current != manifest.id:
        # The memory is for one more than there are replicas.
        service.stop(manifest.id)
        _give_back(current)
    others.put_back()
    _discard(manifest, current)
    serving = f'release {current} goes on serving'
    if current is None:
        serving = 'no release serves'
    elif current == manifest.id:
        serving = 'it is live, and is started again'
    log.say(f'release {manifest.id} is not up; {serving}. The end of its log:')
    log.say(log.redact(log.tail(lines), manifest.secrets) if lines else '(nothing)')


def _give_back(current: str | None) -> None:
    """The volume's directories, which the new image's user may have got, to that of the one that serves."""
    record = kept.load(current or '')
    if record is None or record.manifest is None:
        return
    try:
        volumes.prepare(record.manifest, image.reference(record.manifest.source))
    except (Failure, OSError) as failure:
        log.say(f'the directories of release {current} on the volume may have a new owner: {told(failure)}')


def _prune() -> None:
    entries = store.history()
    gone = store.expired(entries)
    left = [entry for entry in entries if entry not in gone]
    needed = {entry.image for entry in left} | {prepared.waiting()}
    # Those of releases that were prepared and never came are in no entry.
    images = {entry.image for entry in gone} | set(image.built())
    if images - needed:
        image.remove(sorted(images - needed))
    if not gone:
        return
    archives = {entry.archive for entry in gone} - {entry.archive for entry in left}
    for entry in gone:
        store.remove_directory(entry.id)
    for archive in archives:
        if archive is not None and os.path.exists(archive):
            os.unlink(archive)
    store.save(left)
    kept.forget_all_but([entry.id for entry in left])


def _archive(manifest: Manifest) -> str | None:
    return manifest.source.path if isinstance(manifest.source, Archive) else None
