"""
The way to a managed PostgreSQL: the certificate of its authority, which the app's containers see, and
what the app's user may do in its database.
"""

import json
import os
import shutil
import subprocess
import time
from typing import Any, NamedTuple, TextIO

from padlock_move import state
from padlock_release import log
from padlock_release.checks import check, integer, matching
from padlock_release.failure import CommandFailure, Failure, told
from padlock_rows.remarks import IN_CLUSTER, MOVED

FOLDER = '/var/lib/padlock/managed'
USAGE = 'usage: managed up < ORDER | remove'
# A rule of the cluster's firewall reaches it within seconds, and a node that is replaced within minutes.
PATIENCE_SECONDS = 180
PAUSE_SECONDS = 3
# What another try cannot change (libpq's words).
FINAL = ('password authentication failed', 'certificate verify failed', 'permission denied', 'does not exist')
GIVE_BACK = 'ALTER DATABASE {0} RESET default_transaction_read_only; COMMENT ON DATABASE {0} IS NULL'


class Order(NamedTuple):
    """Where the cluster is, whose rights are used (the provider's doadmin), and who gets them."""

    host: str
    port: int
    user: str
    password: str
    database: str
    app: str
    # PEM.
    ca: str
    # Is it the app's own, and not one beside it?
    used: bool


def main(words: list[str], stream: TextIO) -> int:
    """The exit status."""
    try:
        if words == ['up']:
            up(parse(stream))
        elif words == ['remove']:
            shutil.rmtree(FOLDER, ignore_errors=True)
        else:
            raise Failure(USAGE)
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    return 0


def parse(stream: TextIO) -> Order:
    """Raises Failure with the key and what it must be; values are not repeated, they may be secret."""
    try:
        data = json.load(stream)
    except ValueError as error:
        raise Failure(f'the order is not JSON: {error}') from None
    check(isinstance(data, dict), 'the order', 'an object')
    return Order(
        host=matching(data, 'host', r'[a-z0-9.-]+', 'a host name'),
        port=integer(data, 'port', 1, 65535),
        user=_name(data, 'user'),
        password=matching(data, 'password', r'[!-~]+', 'printable ASCII without spaces'),
        database=_name(data, 'database'),
        app=_name(data, 'app'),
        ca=matching(data, 'ca', r'-----BEGIN CERTIFICATE-----[\s\S]+', 'a certificate, PEM'),
        used=data.get('used') is True,
    )


def _name(data: dict[str, Any], key: str) -> str:
    return matching(data, key, r'[a-z][a-z0-9_]{0,62}', 'lower-case letters, digits and _')


def up(order: Order) -> None:
    """
    Is content with what is there already. Waits for a cluster that does not let this host in yet. Raises
    Failure where the app is to go to rows that have moved away.
    """
    keep(order.ca)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (why := grant(order)) is not None:
        if any(word in why for word in FINAL) or time.monotonic() > deadline:
            raise CommandFailure(
                f'the database cluster at {order.host}:{order.port} cannot be made ready for the app:\n{why}'
            )
        time.sleep(PAUSE_SECONDS)
    if order.used:
        ensure_not_moved(order)


def ensure_not_moved(order: Order) -> None:
    """
    Raises Failure before a release that would use rows of before, as padlock_database does (moved.py). A move
    that is under way decides by itself; where the live release uses them nothing is lost that is not already.
    """
    if state.load() is not None or state.live() == 'managed':
        return
    said = ask(order, f'{IN_CLUSTER};').stdout.strip()
    if said.startswith(MOVED):
        raise Failure(
            f'the rows of the managed database were {said.removeprefix("padlock: ")}; since then it is '
            'read-only. Fix, one of: stay with the rows of now, pulumi config set database local && '
            'pulumi config set databaseBeside managed && pulumi up, after which ./padlock database move --to '
            f'managed --replace takes them here; or go on with those of then: as {order.user} in psql, '
            f'{GIVE_BACK.format(order.database)}, then pulumi up'
        )


def keep(ca: str) -> None:
    """The folder is what containers have, so that another certificate shows in those that run."""
    os.makedirs(FOLDER, mode=0o755, exist_ok=True)
    draft = f'{FOLDER}/ca.crt.new'
    with open(draft, 'w', encoding='ascii') as file:
        file.write(ca if ca.endswith('\n') else f'{ca}\n')
        os.fchmod(file.fileno(), 0o644)
    os.replace(draft, f'{FOLDER}/ca.crt')


def grant(order: Order) -> str | None:
    """
    Gives the app's user its database: since PostgreSQL 15 nobody but a database's owner makes tables in
    its schema `public`, and the provider's databases are doadmin's. Returns why it could not.
    """
    database, app = f'"{order.database}"', f'"{order.app}"'
    statements = (
        f'REVOKE ALL ON DATABASE {database} FROM PUBLIC; '
        f'GRANT ALL ON DATABASE {database} TO {app}; '
        f'GRANT ALL ON SCHEMA public TO {app};'
    )
    done = ask(order, statements)
    said = done.stdout + done.stderr
    return None if done.returncode == 0 else log.redact(log.tail(said, 5), {'password': order.password})


def ask(order: Order, statements: str) -> subprocess.CompletedProcess[str]:
    """As whose rights are used; the answer is in lines, without names of columns."""
    environment = {
        'PATH': os.environ.get('PATH', '/usr/bin:/bin'),
        'LC_ALL': 'C.UTF-8',
        'PGHOST': order.host,
        'PGPORT': str(order.port),
        'PGUSER': order.user,
        'PGPASSWORD': order.password,
        'PGDATABASE': order.database,
        'PGSSLMODE': 'verify-full',
        'PGSSLROOTCERT': f'{FOLDER}/ca.crt',
        'PGCONNECT_TIMEOUT': '10',
        # One that the app's rows went away from reads alone (padlock_move, fence.py).
        'PGOPTIONS': '-c default_transaction_read_only=off -c search_path=pg_catalog',
    }
    words = ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1']
    return subprocess.run(
        ['psql', *words, '--command', statements],
        env=environment, capture_output=True, text=True, errors='replace', check=False,
        stdin=subprocess.DEVNULL, cwd='/',
    )  # fmt: skip
