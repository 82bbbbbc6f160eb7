"""
The further replicas of a release: containers of the same image beside the first, each with a unit, a
directory and a socket of its own (`RELEASE.2`), to which the proxy has a way of its own (`current-2`).
They are replaced one by one, from the last to the second, and the first comes after them; a new one
serves before the one in its place ends. So there is one more than N for a while, and never one less.
"""

import contextlib
import os
import time

from . import drain, kept, log, readiness, service, site, store
from .failure import Failure, told
from .log import step
from .manifest import Manifest


class Others:
    """All replicas of a release but the first, on their way to the places of those before."""

    def __init__(self, manifest: Manifest, image: str, live: str | None) -> None:
        """`live` is the release whose first replica serves."""
        self.manifest, self.image, self.live = manifest, image, live
        self.replaced: list[tuple[Manifest, str | None]] = []
        # The one that did not become ready, for its log.
        self.failed: str | None = None

    def replace(self, wanted: list[Manifest] | None = None) -> None:
        """All of them, or those that are wanted."""
        for one in reversed(self.manifest.every()[1:] if wanted is None else wanted):
            number = one.replica
            before = store.current(number)
            if before == one.name and readiness.ask(one) is None:
                if self.live != one.id:
                    # Of a run that was killed: what it took the place of is gone.
                    self.replaced.append((one, None))
                continue
            # What is in its place already goes only where there is room for it to come back.
            store.ensure_room()
            self.failed = one.name
            with step(f'replica {number} of {self.manifest.replicas}'):
                _start(one, self.image)
                store.swap(one.name, number)
                self.replaced.append((one, before))
                if before is not None and _is_further(before) and before != one.name:
                    _drained(before, one.drain_seconds)
                    service.stop(before)
            self.failed = None

    def put_back(self) -> None:
        """Those of the live release start again and take their places, the one replaced last first."""
        if self.failed is not None and self.failed not in [one.name for one, _ in self.replaced]:
            release, number = self.failed.split('.')
            in_place = store.current(int(number)) == self.failed
            # One of the live release stays in its place: what it lacks may come back.
            stays = in_place and self.live == release and self.failed in service.installed_replicas()
            if in_place and not stays:
                with contextlib.suppress(OSError):
                    _lead(int(number), self.live)
            if not stays:
                _remove(self.failed)
        for one, before in reversed(self.replaced):
            if self.live == one.id:
                continue
            try:
                _lead(one.replica, _started_again(one, before) or self.live)
            except (Failure, OSError) as failure:
                log.say(f'replica {one.replica} stays with release {one.id}: {told(failure)}')
                continue
            _drained(one.name, one.drain_seconds)
            _remove(one.name)


def adjust(manifest: Manifest, image: str) -> None:
    """Of a release whose first replica serves: as many as are wanted, no fewer and no more."""
    _fill(manifest, image, manifest.every()[1:])
    follow(manifest)
    clear({manifest.id})


def lacking(manifest: Manifest) -> list[Manifest]:
    """Whose place leads to another, or to nothing, as after a release that was refused or cut short."""
    there = service.installed_replicas()
    return [
        one for one in manifest.every()[1:] if store.current(one.replica) != one.name or one.name not in there
    ]


def complete(manifest: Manifest, image: str) -> None:
    """Of a release whose first replica serves: those that it lacks; the others are not touched."""
    _fill(manifest, image, lacking(manifest))


def _fill(manifest: Manifest, image: str, wanted: list[Manifest]) -> None:
    others, began = Others(manifest, image, manifest.id), time.time()
    try:
        others.replace(wanted)
    except (Failure, OSError) as failure:
        name = others.failed or manifest.id
        lines = log.redact(log.tail(service.logs(name, began)), manifest.secrets)
        others.put_back()
        raise Failure(
            f'release {manifest.id} serves, but its replica {name} is not up: {told(failure)}. '
            f'The end of its log:\n{lines or "(nothing)"}'
        ) from None


def follow(manifest: Manifest) -> None:
    """Ways beyond the last replica, which the proxy may still have, lead to the first; then those end."""
    beyond = [number for number in store.links() if number > manifest.replicas]
    before = [store.current(number) for number in beyond]
    for number in beyond:
        store.swap(manifest.id, number)
    for name in before:
        if name is not None and _is_further(name):
            _drained(name, manifest.drain_seconds)
            _remove(name)
    if beyond:
        site.forget_ways(store.read(site.CADDYFILE) or '')


def serving() -> set[str]:
    """The releases that further replicas are of."""
    return {name.split('.')[0] for number in store.links() if (name := store.current(number))}


def clear(keep: set[str | None]) -> None:
    """Removes replicas that no way leads to, and releases that are not to be kept."""
    for name in left_over(keep):
        if _is_further(name):
            _remove(name)
        else:
            service.remove(name)


def left_over(keep: set[str | None]) -> list[str]:
    """What a run that was killed leaves, the former replicas among it; a boot starts all of them."""
    further = [
        name for name in service.installed_replicas() if store.current(int(name.split('.')[1])) != name
    ]
    return further + [release for release in service.installed() if release not in keep]


def running(manifest: Manifest) -> int:
    """How many of them run."""
    return sum(1 for one in manifest.every() if service.active_seconds(one.name) is not None)


def _lead(number: int, name: str | None) -> None:
    if name is None:
        os.unlink(store.link(number))
    else:
        store.swap(name, number)


def _is_further(name: str) -> bool:
    return '.' in name


def _start(one: Manifest, image: str) -> None:
    """Returns when it is ready."""
    _remove(one.name)
    store.make_directory(one.name)
    service.install(one, image)
    service.start(one.name)
    readiness.wait(one, lambda: service.restarts(one.name))


def _started_again(one: Manifest, before: str | None) -> str | None:
    """The replica that was in this one's place; None if there was none of its own."""
    if before is None or not _is_further(before) or before == one.name:
        return None
    record = kept.load(before.split('.')[0])
    known = record.manifest if record is not None and record.manifest is not None else one
    former = known._replace(id=before.split('.')[0], replica=one.replica)
    service.start(before)
    readiness.wait(former, lambda: service.restarts(before))
    return before


def _drained(name: str, seconds: int) -> None:
    # Requests that the proxy was about to send when the link moved get their answer.
    time.sleep(1)
    drain.wait(name, seconds)


def _remove(name: str) -> None:
    service.remove(name)
    store.remove_directory(name)
