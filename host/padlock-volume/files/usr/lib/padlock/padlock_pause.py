"""The app while its data is swapped: ended, and back as soon as it may be."""

import contextlib
import time
from collections.abc import Iterator

import padlock_volume
from padlock_release import kept, readiness, service, store
from padlock_release.failure import Failure


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


def start() -> None:
    """Whatever of it does not run."""
    padlock_volume.resume()


def wait() -> str | None:
    """Until the release that is live answers as a visitor needs it; why it does not."""
    release = store.current()
    record = None if release is None else kept.load(release)
    if record is None or record.manifest is None:
        return None
    manifest = record.manifest
    try:
        readiness.wait(manifest, lambda: service.restarts(manifest.name))
    except Failure as failure:
        return f'the app does not answer: {failure}'
    return None
