"""What a move has left on the database on this host (padlock-managed, padlock_move)."""

import os

from padlock_release import volumes
from padlock_release.failure import Failure
from padlock_rows.remarks import MOVED, ON_HOST

from .sql import ask

GIVE_BACK = (
    'sudo -u postgres psql -c "ALTER DATABASE app RESET default_transaction_read_only" '
    '-c "COMMENT ON ROLE app IS NULL"'
)


def ensure_not(database: str) -> None:
    """
    Raises Failure before a release that would use this one, which has the rows of then and is read-only.
    What a server that does not answer has is for others to tell.
    """
    # A move that is under way has a step of its own before the release, which decides.
    if database != 'local' or os.path.exists(volumes.MOVE):
        return
    said = ask(ON_HOST, check=False)
    if said.startswith(MOVED):
        raise Failure(
            f'the rows of the database on this host were {said.removeprefix("padlock: ")}; since then it is '
            'read-only. Fix, one of: go back with the rows of now, pulumi config set database managed, then '
            './padlock database move --to local --replace; or go on with those of then, '
            f"./padlock ssh '{GIVE_BACK}', then pulumi up"
        )
