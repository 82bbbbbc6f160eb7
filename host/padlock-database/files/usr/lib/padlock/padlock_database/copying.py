"""
All databases and roles of one server into the other, by the newer version's own programs, in streams
that need no room on a disk; and whether all of it has come.
"""

import json
from typing import Any

from padlock_release.failure import Failure
from padlock_release.said import lines

from . import cluster, loading, verify
from .apart import Server
from .loading import Base
from .sql import ask

# pg_dumpall(1): the target has it already.
OWNER = b'CREATE ROLE postgres;\n'
# Its owner may call a database a template; a drop that was cut off has left one that nobody opens (-2).
DATABASES = """
SELECT datname FROM pg_database
WHERE datname NOT IN ('template0', 'template1') AND datconnlimit <> -2 ORDER BY datname"""
BASES = """
SELECT json_build_object('name', datname, 'owner', rolname, 'superuser', rolsuper, 'open', datallowconn,
  'enters', rolsuper OR rolcanlogin AND rolconnlimit <> 0 AND datconnlimit <> 0
    AND has_database_privilege(datdba, d.oid, 'CONNECT') AND has_database_privilege(datdba, d.oid, 'CREATE'),
  'owners', CASE WHEN rolsuper
    THEN (SELECT json_agg(rolname) FROM pg_authid WHERE rolsuper) ELSE json_build_array(rolname) END)
FROM pg_database AS d JOIN pg_authid AS r ON r.oid = datdba
WHERE datname <> 'template0' AND datconnlimit <> -2 ORDER BY datname"""
SEQUENCES = """
SELECT coalesce(json_agg(json_build_array(schemaname, sequencename, last_value)
  ORDER BY schemaname, sequencename), '[]') FROM pg_sequences"""
EXTENSIONS = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'"
# Of a tuple its table, and the rows that it has on either side.
Contents = dict[str, dict[str, Any]]


def ensure_extensions(new: Server) -> None:
    """Raises Failure where the old server, which still serves, has one that the new version has not."""
    wanted = {name for base in _lines(DATABASES) for name in lines(ask(EXTENSIONS, base))}
    there = set(lines(ask('SELECT name FROM pg_available_extensions', server=new)))
    missing = sorted(wanted - there)
    if missing:
        raise Failure(
            f'PostgreSQL {new.version} has no {", ".join(missing)} on this host, which the database uses. '
            f'Fix: install its package for that version (apt-cache search postgresql-{new.version}), or '
            'DROP EXTENSION what is not needed; nothing was changed'
        )


def ensure_owners(version: str) -> None:
    """
    Raises Failure where the old server, which still serves, has a database that no session of its owner could
    read in anew with the programs of this version.
    """
    for found in (json.loads(line) for line in _lines(BASES)):
        base = _base(found)
        if not found['open']:
            raise Failure(
                f'the database {base.name} lets nobody in, so its rows would not come along. Fix: ALTER '
                f'DATABASE {base.name} ALLOW_CONNECTIONS true, or DROP DATABASE; nothing was changed'
            )
        if not found['enters']:
            raise Failure(
                f'the database {base.name} belongs to {base.owner}, which is to read it in and does not get '
                f'in. Fix: another owner, or what that one lacks (LOGIN, a CONNECTION LIMIT above 0, GRANT '
                f'CONNECT, CREATE ON DATABASE {base.name}); nothing was changed'
            )
        others = loading.strangers(loading.side(cluster.SOCKETS, version, base.name), base)
        if others:
            named = f'{", ".join(others[:5])}{", …" if len(others) > 5 else ""}'
            raise Failure(
                f'in the database {base.name} these belong to others than {base.owner}, which owns it and is '
                f'to read it in: {named} (their owner stands last). Fix: ALTER … OWNER TO {base.owner}, by '
                f'sudo -u postgres psql {base.name}; or drop them, and make them anew afterwards; nothing '
                'was changed'
            )


def run(old: Server, new: Server) -> None:
    """Raises CommandFailure with the end of what a program wrote, without rows."""
    _roles(old, new)
    for line in _lines(BASES, old):
        loading.bring(_base(json.loads(line)), old, new)


def _roles(old: Server, new: Server) -> None:
    """With their passwords, settings and remarks, and all else that is of no database."""
    source, target = (loading.side(server.sockets, new.version, 'postgres') for server in (old, new))
    said = loading.run(source, 'pg_dumpall', '--globals-only')
    words = ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1']
    loading.run(target, 'psql', *words, stdin=said.replace(b'\n' + OWNER, b'\n', 1))


def _base(found: dict[str, Any]) -> Base:
    return Base(*(found[name] for name in Base._fields))


def contents(server: Server) -> Contents:
    """Of each database the rows of its tables with their one hash, and its sequences."""
    found = {}
    for base in _lines(DATABASES, server):
        tables, digest = verify.contents(
            lambda statements, base=base: ask(statements, base, server=server), views=False
        )
        sequences = json.loads(ask(SEQUENCES, base, server=server))
        found[base] = {'tables': tables, 'hash': digest, 'sequences': sequences}
    return found


def ensure_equal(old: Contents, new: Contents) -> None:
    """Raises Failure that names what differs."""
    if old == new:
        return
    for base in sorted({*old, *new}):
        one, other = old.get(base, {}), new.get(base, {})
        for table in sorted({*one.get('tables', {}), *other.get('tables', {})}):
            rows = [each.get('tables', {}).get(table) for each in (one, other)]
            if rows[0] != rows[1]:
                raise _differs(f'{base}: {table} has {rows[0]} rows, and {rows[1]} in the copy')
        for what in ('hash', 'sequences'):
            if one.get(what) != other.get(what):
                raise _differs(f'{base}: the {what} differ' if what != 'hash' else f'{base}: the rows differ')


def _differs(what: str) -> Failure:
    return Failure(f'the copy is not what the database has: {what}')


def _lines(statement: str, server: Server | None = None) -> list[str]:
    return lines(ask(statement, server=server))
