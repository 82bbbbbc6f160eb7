"""What other packages do before a release takes over, such as a backup, and what it waits for."""

import os
import subprocess

from . import log
from .failure import Failure

FOLDER = '/usr/lib/padlock/before-release.d'


def run(database: str = '') -> None:
    """
    Every program in the folder, by name; raises Failure at the first that fails, with what it said. They
    have `RELEASE_DATABASE`, which the release will use: `local`, `managed`, or empty. What they say, such as
    for whom they wait, is told at once; they write the file themselves.
    """
    names = sorted(os.listdir(FOLDER)) if os.path.isdir(FOLDER) else []
    for name in names:
        said: list[str] = []
        with (
            log.step(name),
            subprocess.Popen(
                [f'{FOLDER}/{name}'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, errors='replace',
                env={**os.environ, 'RELEASE_DATABASE': database},
            ) as program,
        ):  # fmt: skip
            for line in program.stdout or ():
                said.append(line)
                log.show(line.rstrip('\n'))
        if program.returncode != 0:
            end = log.tail(''.join(said), 10)
            raise Failure(f'{name} before the release failed with exit {program.returncode}:\n{end}')
