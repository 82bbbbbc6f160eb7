"""What other packages do before a release takes over, such as a backup, and what it waits for."""

import os
import subprocess

from . import log
from .failure import Failure

FOLDER = '/usr/lib/padlock/before-release.d'


def run(database: str = '') -> None:
    """
    Every program in the folder, by name; raises Failure at the first that fails, with what it said. They
    have `RELEASE_DATABASE`, which the release will use: `local`, `managed`, or empty.
    """
    names = sorted(os.listdir(FOLDER)) if os.path.isdir(FOLDER) else []
    for name in names:
        with log.step(name):
            done = subprocess.run(
                [f'{FOLDER}/{name}'], stdin=subprocess.DEVNULL, capture_output=True,
                text=True, errors='replace', check=False,
                env={**os.environ, 'RELEASE_DATABASE': database},
            )  # fmt: skip
        if done.returncode != 0:
            said = log.tail(done.stderr + done.stdout, 10)
            raise Failure(f'{name} before the release failed with exit {done.returncode}:\n{said}')
