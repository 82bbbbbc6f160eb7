"""
What app, proxy and provisioning say, as one stream of lines: from the journal, and from the files of
the programs that work on the host. Values of secrets, and what grants entry in a query string, are
left out.
"""

import argparse
import functools
import json
import os
import pwd
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from . import kept, readable

# Who writes them, by file.
FILES = {
    '/var/log/padlock/provision.log': 'boot',
    '/var/log/padlock/install.log': 'packages',
    '/var/log/padlock/release.log': 'release',
}
SOURCES = {
    'caddy.service': 'proxy',
    'padlock-edge.service': 'login',
    'padlock-expiry.service': 'certificates',
    'padlock-restore.service': 'packages',
}
UNITS = [*SOURCES, 'srv-app-releases.mount']
FIELDS = 'MESSAGE,CONTAINER_NAME,USER_UNIT,_SYSTEMD_USER_UNIT,UNIT,_SYSTEMD_UNIT'
POLL_SECONDS = 0.5
UNKNOWN = '(lines may hold secrets that are not known here: sudo journalctl '


class Line(NamedTuple):
    """The time as in `2026-11-28T09:00:00Z`, UTC."""

    when: str
    source: str
    text: str


def main(words: list[str]) -> int:
    """Prints the last lines; with `--follow` also what comes, until standard input ends."""
    parser = argparse.ArgumentParser('logs')
    parser.add_argument('--lines', type=int, default=100)
    parser.add_argument('--follow', action='store_true')
    options = parser.parse_args(words)
    try:
        _tell(options.lines, options.follow)
    except BrokenPipeError:
        # Whoever listened is gone; what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _tell(count: int, follow: bool) -> None:
    files = [File(path, source) for path, source in FILES.items()]
    entries = _journal('--lines', str(count))
    lines = [line for entry in entries for line in entry_lines(entry)]
    for file in files:
        lines += file.new()
    # Each source is in its own order, and stays so within a second.
    lines.sort(key=lambda line: line.when)
    show(lines[-count:] if count else [])
    if follow:
        _follow(files, entries[-1]['__CURSOR'] if entries else None)


class File:
    """A log that is read on from where it was read last."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source
        self.inode, self.offset, self.when = 0, 0, ''

    def new(self) -> list[Line]:
        """Whole lines alone; one that has no time has that of the line before it."""
        try:
            with open(self.path, 'rb') as file:
                about = os.fstat(file.fileno())
                if about.st_ino != self.inode or about.st_size < self.offset:
                    self.inode, self.offset = about.st_ino, 0
                file.seek(self.offset)
                whole, newline, _ = file.read().rpartition(b'\n')
        except FileNotFoundError:
            return []
        self.offset += len(whole + newline)
        self.when = self.when or _time(about.st_mtime)
        texts = whole.decode(errors='replace').split('\n') if newline else []
        return [line for text in texts if (line := self._line(text)) is not None]

    def _line(self, text: str) -> Line | None:
        when, rest = readable.stamped(text)
        self.when = when or self.when
        return Line(self.when, self.source, rest) if rest.strip() else None


def entry_lines(entry: dict[str, Any]) -> list[Line]:
    """What an entry of the journal says (systemd.journal-fields(7)), one of Caddy's in words."""
    message = entry.get('MESSAGE') or ''
    # What is no UTF-8 comes as a list of bytes.
    text = message if isinstance(message, str) else bytes(message).decode(errors='replace')
    when = _time(int(entry['__REALTIME_TIMESTAMP']) / 1_000_000)
    source = _source(entry)
    if source == 'proxy':
        text = readable.caddy(text)
    return [Line(when, source, line) for line in text.split('\n') if line.strip()]


def show(lines: list[Line]) -> None:
    if not lines:
        return
    changed = os.stat(kept.DIRECTORY).st_mtime_ns
    secrets = _secrets(changed)
    told: set[str] = set()
    for when, source, text in lines:
        if not _is_known(source, changed):
            if source not in told:
                told.add(source)
                print(f'{when} {source:<16} {UNKNOWN}{_match(source)})')
            continue
        print(f'{when} {source:<16} {readable.harmless(readable.hidden(text, secrets))}')
    sys.stdout.flush()


def _match(source: str) -> str:
    """What a command that runs once writes has no field of Podman's."""
    name = source.replace(' ', '-', 1)
    return f'CONTAINER_NAME={name}' if name.count('-') == 1 else f'_SYSTEMD_USER_UNIT={name}.service'


@functools.lru_cache(maxsize=64)
def _is_known(source: str, changed: int) -> bool:
    """False for a release whose secrets nothing here knows: it has not served, or is no longer kept."""
    release = re.fullmatch('app ([0-9a-f]{12})([.-].*)?', source)
    if release is None:
        return True
    found = kept.load(release[1])
    return found is not None and found.manifest is not None


@functools.lru_cache(maxsize=1)
def _secrets(changed: int) -> list[tuple[str, str]]:
    """Read anew when a record has changed: each is put in its place by a rename."""
    return readable.parts(kept.secrets())


def _source(entry: dict[str, Any]) -> str:
    unit = entry.get('USER_UNIT') or entry.get('_SYSTEMD_USER_UNIT') or ''
    name = entry.get('CONTAINER_NAME') or unit.removesuffix('.service')
    if name.startswith('app-'):
        return name.replace('-', ' ', 1)
    owner = entry.get('UNIT') or entry.get('_SYSTEMD_UNIT')
    return SOURCES.get(owner, 'app')


def _journal_command(*words: str) -> list[str]:
    uid = pwd.getpwnam('app').pw_uid
    # Of the app's user is what Podman and its systemd say; what a job writes itself has the number that
    # the user has in the container, and the owner of the session alone. PID 1 speaks of UNIT.
    own = [f'_UID={uid}', f'_SYSTEMD_OWNER_UID={uid}']
    matches = [*own, *(f'{field}={unit}' for unit in UNITS for field in ('_SYSTEMD_UNIT', 'UNIT'))]
    either = ' + '.join(matches).split(' ')
    return [
        'journalctl', '--all', '--quiet', '--no-pager', '--output=json',
        f'--output-fields={FIELDS}', *words, *either,
    ]  # fmt: skip


def _journal(*words: str) -> list[dict[str, Any]]:
    done = subprocess.run(_journal_command(*words), capture_output=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _follow(files: list[File], cursor: str | None) -> None:
    start = f'--after-cursor={cursor}' if cursor else '--lines=0'
    came: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    with subprocess.Popen(_journal_command('--follow', start), stdout=subprocess.PIPE) as journal:

        def listen(items: Iterator[bytes]) -> None:
            for item in items:
                came.put(json.loads(item))
            came.put(None)

        def until_nobody_listens() -> None:
            # Not by sys.stdin, whose lock the end of the program would wait for.
            while os.read(0, 4096):
                pass
            came.put(None)

        for work in (lambda: listen(journal.stdout), until_nobody_listens):
            threading.Thread(target=work, daemon=True).start()
        try:
            while True:
                try:
                    entry = came.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    for file in files:
                        show(file.new())
                    continue
                if entry is None:
                    return
                show(entry_lines(entry))
        finally:
            journal.terminate()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime('%Y-%m-%dT%H:%M:%SZ')
