"""
Asks the app that serves whether it still answers, and brings back one that does not: one that hangs is
restarted, one whose image is gone gets it again, and replicas that a release has taken away come back.
What ends by itself systemd has restarted already.
"""

import contextlib
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from . import image, kept, log, processes, readiness, replicas, service, store, volumes
from .failure import Failure, told
from .manifest import Manifest

# An answer that is lost is none that fails.
ATTEMPTS = 3
PAUSE_SECONDS = 2
# Gone with a reboot: when an image could not be made again.
TRIED = '/run/padlock-image-tried'
# Gone with a reboot: when replicas did not come back.
FILLED = '/run/padlock-replicas-tried'
RETRY_SECONDS = 900


def main() -> int:
    """The exit status: 0 if the app answers, or was brought back."""
    release = store.current()
    try:
        # What cannot run without its volume is started with it (padlock-volume.service).
        if volumes.away() or volumes.swapping():
            return 0
        if release is not None:
            _tidy(release)
        record = None if release is None else kept.load(release)
        if record is not None and record.manifest is not None:
            steps = [partial(_watch, one) for one in record.manifest.every()]
            steps.append(partial(_complete, record.manifest))
            failures = [failure for step in steps if (failure := _failed(step))]
            for failure in failures:
                log.say(told(failure))
            return 1 if failures else 0
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    return 0


def _tidy(release: str) -> None:
    """What a release that was cut short has left would take memory after a reboot."""
    if not replicas.left_over({release, *_in_use()}):
        return
    with contextlib.suppress(Failure), store.lock(0):
        replicas.clear({store.current(), *_in_use()})


def _in_use() -> set[str]:
    """Of whose secrets something that is installed makes use."""
    return replicas.serving() | {unit[:12] for unit in processes.installed()}


def _failed(step: Callable[[], None]) -> Failure | OSError | None:
    """Each replica is watched, and brought back, by itself: one after the other, never two at once."""
    try:
        step()
    except (Failure, OSError) as failure:
        return failure
    return None


def _watch(manifest: Manifest) -> None:
    why = _trouble(manifest)
    if why is None:
        return
    with ExitStack() as held:
        try:
            held.enter_context(store.lock(0))
        except Failure:
            # A release under way goes first.
            return
        if not _has_its_place(manifest):
            return
        log.say(f'release {manifest.name} {why}')
        began = time.monotonic()
        if image.missing(image.reference(manifest.source)):
            _bring_image_back(manifest)
        elif service.stopped(manifest.name):
            service.start_soon([manifest.name])
            processes.resume(manifest.id)
        elif service.active_seconds(manifest.name) is not None:
            service.restart(manifest.name)
    # Without the lock: whoever would rather roll back may.
    try:
        readiness.wait(manifest, lambda: service.restarts(manifest.name))
    except Failure:
        if _has_its_place(manifest):
            raise
        return
    log.say(f'release {manifest.name} answers again after {time.monotonic() - began:.1f} s')


def _complete(manifest: Manifest) -> None:
    """What a release that was refused, or cut short, has left in others' places goes then."""
    if not replicas.lacking(manifest) or _tried_lately(FILLED) or readiness.ask(manifest) is not None:
        return
    with ExitStack() as held:
        try:
            held.enter_context(store.lock(0))
        except Failure:
            # A release under way goes first.
            return
        lacking = replicas.lacking(manifest)
        if not _has_its_place(manifest) or not lacking:
            return
        log.say(f'release {manifest.id} lacks replicas {", ".join(str(one.replica) for one in lacking)}')
        began = time.monotonic()
        try:
            replicas.complete(manifest, image.reference(manifest.source))
        except BaseException:
            _note(FILLED)
            raise
    log.say(f'release {manifest.id} has all replicas again after {time.monotonic() - began:.1f} s')


def _has_its_place(manifest: Manifest) -> bool:
    """A release that came meanwhile has none of those that were read about before."""
    return store.current(manifest.replica) == manifest.name


def _trouble(manifest: Manifest) -> str | None:
    for_seconds = service.active_seconds(manifest.name)
    if for_seconds is None:
        # systemd starts one that has its image again and again.
        if image.missing(image.reference(manifest.source)):
            return None if _tried_lately(TRIED) else 'has lost its image, which is made again'
        # Whoever stopped it was killed before it was started again.
        return 'was stopped and is started' if service.stopped(manifest.name) else None
    if manifest.hang_seconds == 0 or for_seconds < manifest.ready_seconds or _answers(manifest):
        return None
    # One that was started meanwhile has its time to become ready.
    if (service.active_seconds(manifest.name) or 0) < manifest.ready_seconds:
        return None
    return f'has answered nobody for {manifest.hang_seconds} s (hangSeconds) and is restarted'


def _answers(manifest: Manifest) -> bool:
    """
    Any answer counts: what it lacks to be ready, a restart does not bring. One that refuses, as with a
    full backlog, is asked until the time is over.
    """
    deadline = time.monotonic() + manifest.hang_seconds
    while (left := deadline - time.monotonic()) > 0:
        if readiness.answers(manifest, min(left, manifest.hang_seconds / ATTEMPTS)):
            return True
        time.sleep(PAUSE_SECONDS)
    return False


def _bring_image_back(manifest: Manifest) -> None:
    """
    Without logins at registries, of which the host keeps none. What lacks the image does not try to
    start meanwhile: on a small host its tries would take the processor that the build needs.
    """
    down = [
        one.name
        for one in manifest.every()
        if one.name == manifest.name or service.active_seconds(one.name) is None
    ]
    for name in down:
        service.stop(name)
    try:
        with processes.paused(manifest.id):
            image.ensure(manifest.source, {}, f'none is needed; it is tried again after {RETRY_SECONDS} s')
    except BaseException:
        _note(TRIED)
        raise
    finally:
        # Without the image, too: systemd tries on, for it may come by hand.
        service.start_soon(down)


def _note(path: str) -> None:
    with open(path, 'w'):
        os.utime(path)


def _tried_lately(path: str) -> bool:
    try:
        return time.time() - os.stat(path).st_mtime < RETRY_SECONDS
    except FileNotFoundError:
        return False
