"""The role and the database of the app."""

from . import cluster, scram
from .command import as_postgres


def ensure(password: str) -> bool:
    """Has both, with this password; returns whether anything of it is new. Sessions go on."""
    changed = False
    kept = _ask("SELECT coalesce(rolpassword, '-') FROM pg_authid WHERE rolname = 'app'")
    if not scram.matches(password, kept):
        verb = 'ALTER' if kept else 'CREATE'
        _ask(f"{verb} ROLE app LOGIN PASSWORD '{scram.verifier(password)}'")
        changed = True
    if _ask("SELECT 1 FROM pg_database WHERE datname = 'app'") == '':
        _ask('CREATE DATABASE app OWNER app')
        changed = True
    _ask('REVOKE ALL ON DATABASE app FROM PUBLIC')
    return changed


def _ask(statement: str) -> str:
    """On standard input, which no other user of the host sees."""
    words = ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1']
    where = [f'--host={cluster.SOCKETS}', '--username=postgres', '--dbname=postgres', '--no-password']
    return as_postgres(f'{cluster.PROGRAMS}/psql', *words, *where, stdin=f'{statement};\n').stdout.strip()
