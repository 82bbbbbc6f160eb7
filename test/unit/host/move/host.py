"""
`move` on a host of the tests: padlock's own programs between two PostgreSQL servers. Arguments: the host's
folder, the folders of padlock's programs, and the verb. The file `live` names the database that the live
release uses; `trouble` is Python that is run before the verb.
"""

import sys

sys.dont_write_bytecode = True
root, one, other, *words = sys.argv[1:]
sys.path[:0] = [one, other]

from padlock_move import copy, fence, main, state  # noqa: E402
from padlock_release import log, store  # noqa: E402
from padlock_rows import sides  # noqa: E402

log.PATH = f'{root}/log'
store.ROOT = root
store.LOCK = f'{root}/lock'
sides.SOCKETS = f'{root}/run'
sides.CA = f'{root}/ca.crt'
sides.SECRETS = copy.SCRATCH = root
state.PATH = f'{root}/move.json'
state.SECRETS = f'{root}/secrets.json'
state.live = lambda: (store.read(f'{root}/live') or '').strip() or None
main.VOLUME = root
fence.SECONDS = 30
exec(store.read(f'{root}/trouble') or '')
sys.exit(main.main(words, sys.stdin))
