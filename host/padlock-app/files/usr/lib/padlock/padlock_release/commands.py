"""
What runs of an image beside its own start command: another one for the web process, a command before
a release gets traffic, workers, and jobs on a schedule.
"""

import re
import shlex
from typing import Any, NamedTuple

from .checks import check, integer

# Names of units that a process would have as well.
TAKEN = ('release', 'web')
HANG_SECONDS = 90
# What a calendar of systemd is made of (systemd.time(7)).
CALENDAR = r'[A-Za-z0-9,.*: -]{1,600}'


class ReleaseCommand(NamedTuple):
    """Runs once in the new image, before the release gets traffic."""

    command: list[str]
    seconds: int


class Process(NamedTuple):
    """A worker; with calendars of systemd a job, which may take so many seconds."""

    command: list[str]
    calendars: list[str]
    seconds: int
    memory_mib: int
    cpus: float | None


def words(data: dict[str, Any], key: str) -> list[str]:
    """As a shell takes them apart, and nothing else that a shell does."""
    value = data.get(key)
    check(isinstance(value, str) and value.isprintable(), key, 'a command in one line')
    try:
        found = shlex.split(value)
    except ValueError:
        found = []
    check(found and found[0], key, 'a command whose quotes are closed')
    return found


def cpus(data: dict[str, Any]) -> float | None:
    value = data.get('cpus')
    if value is None:
        return None
    check(type(value) in (int, float) and 0.05 <= value <= 512, 'cpus', 'a number from 0.05 to 512')
    return float(value)


def one_command(data: dict[str, Any], key: str) -> ReleaseCommand | None:
    """`releaseCommand`, or `seedCommand`."""
    if key not in data:
        return None
    data = data[key]
    check(isinstance(data, dict), key, 'an object')
    return ReleaseCommand(words(data, 'command'), integer(data, 'seconds', 1, 3600))


def processes(data: Any) -> dict[str, Process]:
    check(isinstance(data, dict), 'processes', 'an object')
    return {name: _process(name, one) for name, one in data.items()}


def _process(name: str, data: Any) -> Process:
    known = re.fullmatch(r'[a-z]([a-z0-9-]{0,28}[a-z0-9])?', name) and name not in TAKEN
    check(known, f'processes.{name}', 'a name of lower-case letters, digits and -')
    check(isinstance(data, dict), f'processes.{name}', 'an object')
    calendars = data.get('calendars', [])
    check(isinstance(calendars, list), 'calendars', 'a list')
    for one in calendars:
        check(isinstance(one, str) and re.fullmatch(CALENDAR, one), 'calendars', 'calendars of systemd')
    return Process(
        words(data, 'command'),
        calendars,
        integer(data, 'seconds', 1, 604800),
        integer(data, 'memoryMiB', 16, 1048576),
        cpus(data),
    )


def as_json(manifest: Any) -> dict[str, Any]:
    """What a manifest holds of all this; nothing where it has none."""
    found: dict[str, Any] = {}
    if manifest.command is not None:
        found['command'] = shlex.join(manifest.command)
    if manifest.cpus is not None:
        found['cpus'] = manifest.cpus
    commands = {'releaseCommand': manifest.release_command, 'seedCommand': manifest.seed_command}
    for key, one in commands.items():
        if one is not None:
            found[key] = {'command': shlex.join(one.command), 'seconds': one.seconds}
    if manifest.hang_seconds != HANG_SECONDS:
        found['hangSeconds'] = manifest.hang_seconds
    if manifest.processes:
        found['processes'] = {name: _as_json(one) for name, one in manifest.processes.items()}
    return found


def _as_json(process: Process) -> dict[str, Any]:
    return {
        'command': shlex.join(process.command),
        'calendars': process.calendars,
        'seconds': process.seconds,
        'memoryMiB': process.memory_mib,
        **({} if process.cpus is None else {'cpus': process.cpus}),
    }
