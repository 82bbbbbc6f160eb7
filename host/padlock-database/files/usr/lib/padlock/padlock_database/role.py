"""The role and the database of the app."""

from . import scram
from .sql import ask


def ensure(password: str) -> bool:
    """Has both, with this password; returns whether anything of it is new. Sessions go on."""
    changed = False
    kept = ask("SELECT coalesce(rolpassword, '-') FROM pg_authid WHERE rolname = 'app'")
    if not scram.matches(password, kept):
        verb = 'ALTER' if kept else 'CREATE'
        ask(f"{verb} ROLE app LOGIN PASSWORD '{scram.verifier(password)}'")
        changed = True
    if ask("SELECT 1 FROM pg_database WHERE datname = 'app'") == '':
        ask('CREATE DATABASE app OWNER app')
        changed = True
    ask('REVOKE ALL ON DATABASE app FROM PUBLIC')
    return changed
