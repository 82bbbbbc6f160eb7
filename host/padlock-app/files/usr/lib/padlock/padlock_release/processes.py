"""
Workers and scheduled jobs of the release that serves, each a unit `app-RELEASE-NAME`. They run on the
host that the address leads to: while a droplet is replaced, its successor has them and does not start
them before `processes start`, and by then the old one has been told `processes stop`.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from . import appuser, commands, log, nofollow, quadlet, service, store
from .failure import Failure, told
from .manifest import Manifest

# One that ends at once is told of by then.
SETTLE_SECONDS = 3


def main(words: list[str]) -> int:
    """The exit status."""
    try:
        with store.lock():
            match words:
                case ['start']:
                    store.write(quadlet.ACTIVE, '', 0o644)
                    problem = _start(_of(store.current()))
                    if problem is not None:
                        raise Failure(problem)
                case ['stop']:
                    if os.path.exists(quadlet.ACTIVE):
                        os.unlink(quadlet.ACTIVE)
                    _stop(installed())
                case _:
                    raise Failure('usage: processes start | stop')
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    return 0


def switch(manifest: Manifest, image: str) -> str | None:
    """
    Ends those of all other releases and starts those of this one, which serves by now. Returns what
    is wrong with them, with the end of what they wrote.
    """
    wanted = {f'{manifest.id}-{name}': name for name in manifest.processes}
    there = installed()
    remove([unit for unit in there if unit not in wanted])
    for unit, name in wanted.items():
        if unit not in there:
            _install(manifest, image, unit, name)
    if not wanted:
        return None
    service.reload()
    problem = _start(list(wanted), manifest.secrets)
    return None if problem is None else f'release {manifest.id} serves, but {problem}'


@contextmanager
def paused(release: str) -> Iterator[None]:
    """What does not run is not tried meanwhile; what runs goes on, jobs too."""
    units = _of(release)
    timed = _timed(units)
    idle = [unit for unit in units if unit not in timed and service.active_seconds(unit) is None]
    waiting = [*(f'app-{unit}.timer' for unit in timed), *(f'app-{unit}.service' for unit in idle)]
    if waiting:
        service.systemctl('stop', *waiting)
    try:
        yield
    finally:
        resume(release)


def resume(release: str) -> None:
    """Starts what was paused, by a run that was killed meanwhile too; what is wrong with it is logged."""
    problem = _start(_of(release))
    if problem is not None:
        log.say(f'release {release}: {problem}')


def end_commands(release: str) -> None:
    """Those that a killed run of another release has left at work: one migration at a time."""
    remove([unit for unit in installed() if unit[13:] in commands.TAKEN and unit[:12] != release])


def installed() -> list[str]:
    """The units beside those of web processes, as RELEASE-NAME."""
    names = nofollow.names(os.path.dirname(service.path('')))
    found = (re.fullmatch(r'app-([0-9a-f]{12}-[a-z0-9-]+)\.container', name) for name in names)
    return [match[1] for match in found if match]


def _of(release: str | None) -> list[str]:
    """Those of the release, without what a killed run of its releaseCommand has left."""
    return [unit for unit in installed() if unit[:12] == release and unit[13:] not in commands.TAKEN]


def _install(manifest: Manifest, image: str, unit: str, name: str) -> None:
    process = manifest.processes[name]
    limits = quadlet.Limits(process.memory_mib, process.cpus)
    if process.calendars:
        appuser.run('mkdir', '--parents', os.path.dirname(_timer(unit)))
        appuser.write(_timer(unit), quadlet.timer(manifest.id, name, process.calendars))
        text = quadlet.once(manifest, image, name, process.command, limits, process.seconds)
    else:
        text = quadlet.worker(manifest, image, name, process.command, limits)
    # Last, as whatever is left behind is found by it.
    service.write(unit, text)


def _start(units: list[str], secrets: dict[str, str] | None = None) -> str | None:
    """Where the address leads elsewhere, systemd leaves them alone (ConditionPathExists)."""
    timed = _timed(units)
    workers = [unit for unit in units if unit not in timed]
    for unit in timed:
        if service.systemctl('enable', '--now', f'app-{unit}.timer').returncode != 0:
            return f'the timer of {unit} cannot be started'
    if not workers:
        return None
    began = time.time()
    fresh = [unit for unit in workers if service.active_seconds(unit) is None]
    service.systemctl('start', *(f'app-{unit}.service' for unit in workers))
    if not fresh or not os.path.exists(quadlet.ACTIVE):
        return None
    time.sleep(SETTLE_SECONDS)
    ended = [unit for unit in fresh if not _runs(unit)]
    if not ended:
        return None
    lines = log.redact(log.tail(service.logs(ended[0], began)), secrets or {})
    return f'its processes {", ".join(ended)} do not run. The end of the log:\n{lines or "(nothing)"}'


def _timed(units: list[str]) -> list[str]:
    """The jobs among them."""
    return [unit for unit in units if nofollow.check(_timer(unit))]


def _runs(unit: str) -> bool:
    return service.active_seconds(unit) is not None and service.restarts(unit) == 0


def _stop(units: list[str]) -> None:
    """Asks each to end what it has begun; systemd waits for all of them at once."""
    if units:
        kinds = ('timer', 'service')
        service.systemctl('stop', *(f'app-{unit}.{kind}' for kind in kinds for unit in units))


def remove(units: list[str]) -> None:
    """Ends them, and takes their units and timers away."""
    _stop(units)
    for unit in units:
        if nofollow.check(_timer(unit)):
            service.systemctl('disable', f'app-{unit}.timer')
            appuser.remove(_timer(unit))
        service.erase(unit)
    if units:
        service.reload()


def _timer(unit: str) -> str:
    return os.path.join(appuser.home(), f'.config/systemd/user/app-{unit}.timer')
