"""The app while its data is swapped: ended, and back as soon as it may be."""

import contextlib
import time
from collections.abc import Iterator

import padlock_volume
from padlock_release import image, kept, readiness, service, store, volumes
from padlock_release.failure import Failure
from padlock_release.manifest import Manifest


def locked() -> contextlib.AbstractContextManager[None]:
    """No release begins; one that is under way is waited for."""
    return store.lock()


@contextlib.contextmanager
def ended() -> Iterator[float]:
    """
    Whatever uses the volume, while it is `locked`. It is started again in any case, unless its units wait for
    the end of a restore or an upgrade. Gives when its end began (time.monotonic).
    """
    service.ensure_manager()
    began = time.monotonic()
    padlock_volume.end_app()
    try:
        yield began
    finally:
        start()


def prepare() -> str | None:
    """
    Has the directories that the live release mounts, with the owner that its image wants, among files that
    are another time's or another stack's; while it is `ended`. Returns why that came to nothing.
    """
    try:
        manifest = _live()
        if manifest is not None:
            volumes.prepare(manifest, image.reference(manifest.source))
    except (Failure, OSError) as failure:
        return f'the directories of the app are not as its release needs them: {failure}'
    return None


def start() -> None:
    """Whatever of it does not run."""
    padlock_volume.resume()


def wait() -> str | None:
    """Until the release that is live answers as a visitor needs it; why it does not."""
    manifest = _live()
    if manifest is None:
        return None
    try:
        readiness.wait(manifest, lambda: service.restarts(manifest.name))
    except Failure as failure:
        return f'the app does not answer: {failure}'
    return None


def _live() -> Manifest | None:
    """Of the release that is live; None where there is none, or nothing is kept of it."""
    release = store.current()
    record = None if release is None else kept.load(release)
    return None if record is None else record.manifest
