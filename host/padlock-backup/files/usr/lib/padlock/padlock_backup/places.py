"""The places that a restore may take a backup from."""

import contextlib
import os
import re
import socket
from collections.abc import Iterator
from typing import NamedTuple

from padlock_release import log, store
from padlock_release.failure import Failure

from . import clock, database, files, host, managed, pgbackrest, settings
from .order import Order

# Folders of restic's repositories, and what people read of each kind.
OF = {'files': 'files', 'managed': managed.OF}
NAMES = {'database': 'database', 'files': 'files', 'managed': 'managed database'}
# For a connection.
SECONDS = 10


class Place(NamedTuple):
    """`where`: `volume` or `bucket`; `settings`: pgBackRest's file for it."""

    where: str
    order: Order
    settings: str
    own: bool

    @property
    def number(self) -> int:
        return pgbackrest.REPOSITORIES[self.where]

    def __str__(self) -> str:
        if self.where == 'volume':
            return 'the volume'
        return f'{self.order.endpoint}/{self.order.bucket}, {self.order.prefix}'


class Backup(NamedTuple):
    """
    `time`: in seconds since 1970, when it was whole; `size`: bytes that it needs once restored, 0 where files
    do not tell.
    """

    place: Place
    label: str
    time: float
    size: int
    # Of files the folder that they were in.
    path: str = ''
    # Whose it is: a database's identifier, or that of files (origin.py); None where files do not tell.
    system: str | None = None
    # When the backup began.
    start: float = 0
    # Of a database: does it hand on no log any more?
    former: bool = False
    # Bytes that all of it takes in its place; 0 where it does not say.
    stored: int = 0
    # Of PostgreSQL, as in `17`.
    version: str | None = None
    # Its timeline, and where in the log it begins, as in `0/3000028`.
    line: int = 0
    begins: str = ''


@contextlib.contextmanager
def opened(source: Order | None, own: Order | None) -> Iterator[list[Place]]:
    """The volume first: it is there when the network is not. Another stack's is its bucket alone."""
    if source is None:
        if own is None:
            raise Failure(
                'no backups are ordered on this host, so it has none of its own to restore. Fix: --stack or '
                '--from, which name whose are meant'
            )
        yield [Place(where, own, pgbackrest.configuration(), True) for where in ('volume', 'bucket')]
        return
    store.write(_path(), settings.text_of_source(source), 0o640, host.POSTGRES)
    try:
        yield [Place('bucket', source, _path(), False)]
    finally:
        forget()


def forget() -> None:
    """No key or passphrase of another stack stays."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_path())


def _path() -> str:
    """In memory alone."""
    return f'{host.RUN}/padlock-backup-source.conf'


def listed(places: list[Place], what: str) -> list[Backup]:
    """All that there is in those places that can be read; raises Failure if none of them can be."""
    found: list[Backup] = []
    problems = []
    for place in places:
        try:
            _ensure_answer(place)
            found += _databases(place) if what == 'database' else _snapshots(place, what)
        except Failure as failure:
            problems.append(f'the backups of the {NAMES[what]} at {place} cannot be read: {_reason(failure)}')
    if len(problems) == len(places):
        raise Failure('\n'.join([*problems, 'nothing was changed']))
    for problem in problems:
        log.say(problem)
    if not found:
        raise Failure(f'there is no backup of the {NAMES[what]} at {" or ".join(map(str, places))}')
    return found


def _ensure_answer(place: Place) -> None:
    """The programs try for minutes, restic for a quarter of an hour."""
    if place.where == 'bucket':
        try:
            socket.create_connection((place.order.host, int(place.order.port or 443)), SECONDS).close()
        except OSError as error:
            raise Failure(f'it does not answer ({error})') from None


def _databases(place: Place) -> list[Backup]:
    return [
        Backup(
            place,
            one['label'],
            one['stop'],
            one['size'],
            system=one['system'],
            start=one['start'],
            former=one['former'],
            stored=one['stored'],
            version=one['version'],
            line=one['line'],
            begins=one['begins'],
        )
        for one in database.backups(place.number, place.settings)
    ]


def _snapshots(place: Place, what: str) -> list[Backup]:
    return [
        Backup(place, one['label'], time, one['taken'], one['path'], one['system'], time)
        for one in files.snapshots(place.order, place.where, OF[what])
        for time in [files.seconds(one['time'])]
    ]


# What the programs say, and what it means.
MEANINGS = [
    (
        r'CryptoError|FormatError|cipher|wrong password|no key found|' + pgbackrest.OTHER_PASSPHRASE,
        'the passphrase does not open them, or they are cut short',
    ),
    (r'InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|Access ?Denied|403', 'the key is refused'),
    (r'NoSuchBucket|bucket does not exist', 'there is no such bucket'),
    (r'missing stanza path|' + files.ABSENT.pattern, 'nothing is there'),
]


def _reason(failure: Failure) -> str:
    # What a wrong passphrase makes of a text.
    said = ' '.join(re.sub(r'[^ -~]+', ' ', str(failure)).split())[:500]
    if said.startswith(clock.WRONG):
        return said
    meaning = next((words for pattern, words in MEANINGS if re.search(pattern, said)), None)
    return f'{meaning} ({said})' if meaning else said
