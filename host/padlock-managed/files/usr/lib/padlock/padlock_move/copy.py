"""
The copy, by pg_dump and pg_restore in their three sections: what tables are, their rows through a pipe, then
indexes and constraints. All that the app has made is the app's again; rights of roles that somebody
made beside it are not.
"""

import os
import re
import shutil
import subprocess
import tempfile

from padlock_release import log
from padlock_release.failure import CommandFailure, Failure
from padlock_release.said import without_rows
from padlock_rows import contents, dumped
from padlock_rows.sides import Side

SCRATCH = '/var/lib/padlock'


def tools() -> int:
    """The major version of pg_dump, of the newest on the host."""
    said = subprocess.run(
        ['pg_dump', '--version'], capture_output=True, text=True, check=False, cwd='/'
    ).stdout
    found = re.search(r' (\d+)', said)
    if found is None:
        raise Failure('this host has no pg_dump')
    return int(found[1])


def copy(source: Side, target: Side) -> None:
    """Into a target that has the extensions and is empty otherwise."""
    made = set(contents.extensions(source).values())
    folder = tempfile.mkdtemp(prefix='move-', dir=SCRATCH)
    try:
        # What tables are called is in it, and nothing of what they hold.
        os.chmod(folder, 0o711)  # noqa: S103
        for section in ('pre-data', 'data', 'post-data'):
            if section == 'data':
                _rows(source, target)
            else:
                _rest(source, target, section, folder, made)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _rest(source: Side, target: Side, section: str, folder: str, made: set[str]) -> None:
    path, chosen = f'{folder}/{section}', f'{folder}/{section}.list'
    with open(path, 'wb') as file:
        _run(source, 'pg_dump', *_dumped(section), stdout=file.fileno())
    with open(path, 'rb') as file:
        listed = _run(target, 'pg_restore', '--list', stdin=file.fileno())
    with open(chosen, 'w', encoding='utf-8') as file:
        file.write(dumped.without_extensions(listed.decode(), made))
    os.chmod(chosen, 0o644)
    with open(path, 'rb') as file:
        _run(target, 'pg_restore', *_restored(target), f'--use-list={chosen}', stdin=file.fileno())


def _rows(source: Side, target: Side) -> None:
    words, variables = source.program('pg_dump', *_dumped('data'), '--compress=0')
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            words, env=variables, cwd='/', stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        ) as dump:
            try:
                _run(target, 'pg_restore', *_restored(target), stdin=dump.stdout.fileno())
            except BaseException:
                dump.kill()
                raise
        if dump.returncode != 0:
            said.seek(0)
            raise _failed('pg_dump', source, said.read())


def _dumped(section: str) -> list[str]:
    return ['--format=custom', f'--section={section}', '--no-owner', '--no-privileges']


def _restored(target: Side) -> list[str]:
    more = ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges']
    return [f'--dbname={target.database}', *more]


def _run(
    side: Side, name: str, *words: str, stdin: int = subprocess.DEVNULL, stdout: int | None = None
) -> bytes:
    called, variables = side.program(name, *words)
    done = subprocess.run(
        called, env=variables, cwd='/', stdin=stdin, stdout=subprocess.PIPE if stdout is None else stdout,
        stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise _failed(name, side, done.stderr)
    return done.stdout or b''


def _failed(name: str, side: Side, said: bytes) -> CommandFailure:
    text = log.tail(without_rows(said.decode(errors='replace')), 6)
    return CommandFailure(f'{name} of the {side.kind} database failed:\n{text}')
