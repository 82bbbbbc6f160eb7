"""
What lies in a folder whose content anybody may have made: find(1) goes down any number of levels, in paths of
any length, and follows no link.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

# Of a path with its end (limits.h(0p)), and what a path gains where it is restored.
PATH_MAX = 4096
RESTORED = 64
TOO_LONG = f'.{{{PATH_MAX - RESTORED},}}'
SHOWN = 120


class Usage(NamedTuple):
    """
    Bytes: `taken` on the disk, `changed` those of it in files that changed since a moment, and `apparent`, as
    programs read them, holes too. `largest`: the number of the file that has most of these; `long`: that of
    what has a path that is too long to be read, or to be restored, 0 where nothing has.
    """

    taken: int
    changed: int
    apparent: int
    largest: int
    long: int


def of(folder: str, since: float = 0) -> Usage:
    """Nothing of what goes meanwhile; a file of several names counts once. `since`: seconds since 1970."""
    taken = changed = apparent = most = largest = long = 0
    linked: set[str] = set()
    too_long = ['-regextype', 'posix-extended', '-regex', TOO_LONG, '-printf', r'%i\n', '-prune']
    for line in _find(folder, *too_long, '-o', '!', '-type', 'd', '-printf', r'%i %n %b %s %C@\n'):
        number, *more = line.split()
        if not more:
            long = int(number)
            continue
        names, blocks, size, then = more
        if names != '1':
            if number in linked:
                continue
            linked.add(number)
        taken += int(blocks) * 512
        changed += int(blocks) * 512 if float(then) >= since else 0
        apparent += int(size)
        if int(size) > most:
            most, largest = int(size), int(number)
    return Usage(taken, changed, apparent, largest, long)


def path(folder: str, number: int) -> str:
    """A path of the file of this number, as people read it."""
    found = ''.join(_find(folder, '-inum', str(number), '-print', '-quit'))
    plain = re.sub('[^ -~]+', '?', found.rstrip('\n'))
    return plain if len(plain) <= SHOWN else f'{plain[: SHOWN - 40]}...{plain[-40:]}'


def removal(folder: str, number: int) -> str:
    """The command that removes that file, whatever its name has in it."""
    return f'sudo find {folder} -xdev -inum {number} -delete'


def removal_of_long(folder: str) -> str:
    """The command that removes all whose path is too long."""
    which = f"-regextype posix-extended -regex '{TOO_LONG}'"
    return f'sudo env LC_ALL=C find {folder} -xdev {which} -prune -execdir rm -rf -- {{}} +'


def _find(folder: str, *words: str) -> Iterator[str]:
    """The lines that it prints; it fails where anything goes meanwhile, which says nothing."""
    with subprocess.Popen(
        ['find', folder, '-xdev', *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd='/', text=True,
        errors='replace', env={**os.environ, 'LC_ALL': 'C'},
    ) as process:  # fmt: skip
        yield from process.stdout or ()
