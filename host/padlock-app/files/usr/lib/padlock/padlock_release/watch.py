"""
Asks the app that serves whether it still answers, and brings back one that does not: one that hangs is
restarted, and one whose image is gone gets it again. What ends by itself systemd has restarted already.
"""

import time

from . import image, kept, log, readiness, service, store
from .failure import Failure
from .manifest import Manifest

# An answer that is lost is none that fails.
ATTEMPTS = 3
PAUSE_SECONDS = 2


def main() -> int:
    """The exit status: 0 if the app answers, or was brought back."""
    release = store.current()
    record = None if release is None else kept.load(release)
    if record is None or record.manifest is None:
        return 0
    try:
        _watch(record.manifest)
    except Failure as failure:
        log.say(str(failure))
        return 1
    return 0


def _watch(manifest: Manifest) -> None:
    for_seconds = service.active_seconds(manifest.id)
    if for_seconds is None:
        if image.exists(image.reference(manifest.source)):
            # systemd starts it again and again.
            return
        why = 'has lost its image, which is made again'
    else:
        if manifest.hang_seconds == 0 or for_seconds < manifest.ready_seconds or _answers(manifest):
            return
        why = f'has answered nobody for {manifest.hang_seconds} s (hangSeconds) and is restarted'
    with store.lock(0):
        if store.current() != manifest.id:
            return
        log.say(f'release {manifest.id} {why}')
        began = time.monotonic()
        # Without logins at registries, of which the host keeps none.
        image.ensure(manifest.source, {})
        service.restart(manifest.id)
        readiness.wait(manifest, lambda: service.restarts(manifest.id))
        log.say(f'release {manifest.id} answers again after {time.monotonic() - began:.1f} s')


def _answers(manifest: Manifest) -> bool:
    """Any answer counts: what it lacks to be ready, a restart does not bring."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        if readiness.answers(manifest, manifest.hang_seconds / ATTEMPTS):
            return True
    return False
