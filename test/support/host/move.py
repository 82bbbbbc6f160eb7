"""
`move` on a host of the tests: padlock's own steps, without databases. What they would ask PostgreSQL is
answered here: three rows in one table. $TROUBLE/copy makes the copy fail with that text.
"""

import contextlib
import os
import sys
from pathlib import Path
from types import SimpleNamespace

HERE = Path(os.environ['HOST_PROGRAMS'])
MANAGED = HERE.parents[4] / 'padlock-managed' / 'files/usr/lib/padlock'
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(MANAGED)]

from padlock_move import copy, fence, main, sides, state, target  # noqa: E402
from padlock_release import kept, log, store  # noqa: E402
from padlock_release.failure import Failure  # noqa: E402
from padlock_rows import contents  # noqa: E402

root = Path(os.environ['HOST_ROOT'])
store.ROOT = str(root / 'srv/app')
store.LOCK = str(root / 'var/lib/padlock/release.lock')
kept.DIRECTORY = str(root / 'var/lib/padlock/releases')
log.PATH = str(root / 'var/log/padlock/release.log')
state.PATH = str(root / 'var/lib/padlock/move.json')
state.SECRETS = str(root / 'var/lib/padlock/move-secrets.json')
main.VOLUME = str(root)


@contextlib.contextmanager
def both(order: object) -> object:
    yield tuple(SimpleNamespace(kind=kind, own=lambda _: []) for kind in (order.source, order.target))


def copied(*_: object) -> None:
    path = Path(os.environ['TROUBLE'], 'copy')
    if path.exists():
        raise Failure(path.read_text())


def nothing(*_: object) -> None:
    pass


sides.both = both
main._checked = lambda *_: ([17, 17], 8 << 20)
contents.of = lambda _: contents.Contents({'public.visits': 3}, {'public.visits_id_seq': [3, True]}, 0)
contents.written = lambda _: 0
copy.copy = copied
fence.close = fence.open_again = target.prepare = target.say = nothing
sys.exit(main.main(sys.argv[1:], sys.stdin))
