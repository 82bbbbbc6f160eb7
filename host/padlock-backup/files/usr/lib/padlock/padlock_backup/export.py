"""
The stack's state, as the engine on the operator's computer exports it, with the stack's settings file:
one snapshot holds both, in a repository of restic beside the files' one, so that the latest snapshot of
either is never the other's. Secrets in both are encrypted by the stack's own provider already.
"""

import json
import os
import tempfile
from typing import NamedTuple, TextIO

from padlock_release.checks import check, matching
from padlock_release.failure import Failure

from . import files, host
from .order import Order

KEYS = {'export', 'settings', 'stack'}
# As Pulumi allows them (sdk/go/common/tokens, StackName).
STACK = r'[A-Za-z0-9._-]{1,100}'
REPOSITORY = 'state'
# However often a day there is an update.
KEEP_LAST = 10


class Export(NamedTuple):
    """`text` is what `pulumi stack import` reads; `settings` that of Pulumi.STACK.yaml, if there is one."""

    stack: str
    text: str
    settings: str | None


def read(stream: TextIO) -> Export:
    """Raises Failure that names the first key that is not as it must be, and never its value."""
    try:
        data = json.load(stream)
    except ValueError:
        raise Failure('the export of a state must be JSON') from None
    check(isinstance(data, dict), 'the export of a state', 'an object')
    unknown = sorted(set(data) - KEYS)
    check(not unknown, f'the keys {", ".join(unknown)} of the export', 'left out: they are not known')
    text, settings = data.get('export'), data.get('settings')
    check(isinstance(text, str) and _is_deployment(text), 'export', 'what pulumi stack export prints')
    check(settings is None or isinstance(settings, str), 'settings', 'the text of a settings file, or null')
    return Export(matching(data, 'stack', STACK, 'the name of a stack'), text, settings)


def _is_deployment(text: str) -> bool:
    try:
        data = json.loads(text)
    except ValueError:
        return False
    return isinstance(data, dict) and isinstance(data.get('deployment'), dict)


def back_up(order: Order, repository: str, export: Export) -> None:
    """A snapshot with STACK.json and Pulumi.STACK.yaml in it, and the end of those that are too old."""
    files.ensure(order, repository, REPOSITORY)
    files.unlock(order, repository, REPOSITORY)
    # In memory, and root's alone.
    with tempfile.TemporaryDirectory(prefix='padlock-state-', dir=host.RUN) as folder:
        _write(f'{folder}/{export.stack}.json', export.text)
        if export.settings is not None:
            _write(f'{folder}/Pulumi.{export.stack}.yaml', export.settings)
        # `.` of the folder: the files lie at the root of the snapshot, whatever the folder is called.
        words = ['--host', order.prefix, '--tag', 'state', '.']
        files.restic(order, repository, 'backup', *words, of=REPOSITORY, cwd=folder)
    kept = ['--keep-last', str(KEEP_LAST), '--keep-daily', str(order.keep_daily)]
    kept += ['--keep-weekly', str(order.keep_weekly), '--group-by', 'host']
    files.restic(order, repository, 'forget', '--host', order.prefix, *kept, '--prune', of=REPOSITORY)


def _write(path: str, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'w', encoding='utf-8') as file:
        file.write(text)
