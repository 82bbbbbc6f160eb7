"""
One database of a server into another, by the newer version's own programs. What was made in it may run
while it comes (a CHECK constraint, a generated column, an expression of an index or a partition), with the
rights of the session. So a session of the database's owner reads it in, and the superuser brings what is of
superusers.
"""

import os
import re
import subprocess
import tempfile
from typing import IO, Any, NamedTuple

from padlock_release import clusters, log
from padlock_release.failure import CommandFailure
from padlock_release.said import without_rows
from padlock_rows import dumped, extensions
from padlock_rows.sides import KEEPALIVE, Side, quoted

from .apart import Server

# initdb(1) makes them, and pg_dumpall(1) leaves them as the new version has them.
MADE = ('postgres', 'template1')
WHOLE = ['--single-transaction', '--exit-on-error']
# By the list that pg_restore makes (PrintTOCSummary, src/bin/pg_dump/pg_backup_archiver.c): its last word is
# the owner, `-` an absent schema.
OF_DATABASE = re.compile(
    r'\d+; \d+ \d+ (?:DATABASE - |DATABASE PROPERTIES - |(?:ACL|COMMENT|SECURITY LABEL) - DATABASE )'
)
ACL = re.compile(r'\d+; \d+ \d+ ACL ')
# What belongs to something else, which has an entry of its own or is of an extension or the server.
OF_OTHERS = re.compile(r'\d+; \d+ \d+ (?:ACL|DEFAULT ACL|COMMENT|SECURITY LABEL) ')
# What an extension requires stands before it.
EXTENSIONS = """
WITH RECURSIVE needed (oid, depth) AS (
  SELECT oid, 0 FROM pg_extension
  UNION ALL SELECT d.refobjid, depth + 1 FROM needed JOIN pg_depend AS d ON d.objid = needed.oid
    AND d.classid = 'pg_extension'::regclass AND d.refclassid = 'pg_extension'::regclass)
SELECT json_build_array(extname, nspname, pg_get_userbyid(nspowner), pg_get_userbyid(extowner))
FROM needed JOIN pg_extension USING (oid) JOIN pg_namespace AS n ON n.oid = extnamespace
WHERE extname <> 'plpgsql'
GROUP BY extname, nspname, nspowner, extowner ORDER BY max(depth) DESC, extname;"""
# Of tables that extensions say so of (pg_extension_config_dump()).
CONFIGURED = """
SELECT json_build_array(nspname, relname) FROM pg_extension, unnest(extconfig) AS of
JOIN pg_class AS c ON c.oid = of JOIN pg_namespace AS n ON n.oid = relnamespace;"""
PUBLIC = "SELECT json_build_array(pg_get_userbyid(nspowner)) FROM pg_namespace WHERE nspname = 'public';"
LARGE = """
SELECT json_build_array(pg_get_userbyid(lomowner), min(oid::bigint)) FROM pg_largeobject_metadata
GROUP BY lomowner;"""


class Base(NamedTuple):
    """A database. `owners`: its owner, or all superusers where that is one."""

    name: str
    owner: str
    owners: list[str]
    superuser: bool


class Extension(NamedTuple):
    name: str
    schema: str
    schema_owner: str
    owner: str


class Section(NamedTuple):
    """A part of a dump in a file, and the lines of its list."""

    path: str
    lines: list[str]


def side(sockets: str, version: str, name: str, maker: str = 'postgres') -> Side:
    """A database of the server behind that socket, for programs of that version."""
    path = f'{clusters.programs(version)}:{os.environ.get("PATH", "/usr/bin:/bin")}'
    superuser = {'PATH': path, 'PGHOST': sockets, 'PGUSER': 'postgres'}
    variables = {'admin': superuser, 'app': superuser, 'maker': {**superuser, 'PGUSER': maker}}
    words = ['runuser', '--user', 'postgres', '--']
    return Side('local', name, maker, dict.fromkeys(variables, words), variables, 0)


def strangers(source: Side, base: Base) -> list[str]:
    """What neither the database's owner nor an extension has made in it, with the owner of each."""
    with tempfile.TemporaryFile() as file:
        run(source, 'pg_dump', '--format=custom', '--schema-only', '--lock-wait-timeout=30s', stdout=file)
        lines = _listed(source, file)
    made = {one.schema for one in _extensions(source)}
    found = [
        line.split(' ', 3)[3]
        for line in lines
        if not (_is_own(line, base) or OF_OTHERS.match(line) or _is_there(line, made))
    ]
    large = [f'LARGE OBJECT {oid} {owner}' for owner, oid in source.rows(LARGE) if owner not in base.owners]
    return found + large


def bring(base: Base, old: Server, new: Server) -> None:
    """Raises CommandFailure with the end of what a program wrote, without rows."""
    source, superuser = (side(server.sockets, new.version, base.name) for server in (old, new))
    owner = superuser if base.superuser else side(new.sockets, new.version, base.name, base.owner)
    words = WHOLE if base.superuser else [*WHOLE, '--no-owner']
    with tempfile.TemporaryDirectory(dir=new.folder) as folder:
        # What tables are called is in it, and nothing of what they hold.
        os.chmod(folder, 0o711)  # noqa: S103
        before, after = (_section(source, section, folder) for section in ('pre-data', 'post-data'))
        _make(base, before, superuser)
        made = _prepare(source, superuser, owner)
        inside = [line for line in before.lines if not OF_DATABASE.match(line)]
        own = [line for line in inside if _is_own(line, base)]
        others = [line for line in inside if not _is_own(line, base) and OF_OTHERS.match(line)]
        _restore(superuser, before, others, WHOLE)
        rest = [line for line in own if not ACL.match(line) and not _is_there(line, made)]
        _restore(owner, before, rest, words)
        _rows(source, owner, ['--exclude-extension=*'], words)
        _restore(owner, after, [line for line in after.lines if _is_own(line, base)], words)
        _restore(superuser, after, [line for line in after.lines if not _is_own(line, base)], WHOLE)
        # An owner may have taken rights from himself.
        _restore(owner, before, [line for line in own if ACL.match(line)], words)


def run(side: Side, name: str, *words: str, stdin: IO[bytes] | bytes = b'', stdout: Any = None) -> bytes:
    """What it wrote. Raises CommandFailure with the end of what it says of a failure, without rows."""
    called, variables = side.program(name, *words)
    given = {'input': stdin} if isinstance(stdin, bytes) else {'stdin': stdin}
    done = subprocess.run(
        called, env=variables, cwd='/', stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        **given,
    )  # fmt: skip
    if done.returncode != 0:
        raise _failed(name, done.returncode, done.stderr)
    return done.stdout or b''


def _make(base: Base, before: Section, superuser: Side) -> None:
    """The database with its encoding, locale, owner, settings, remark and rights, and nothing in it."""
    if base.name in MADE:
        return
    server = superuser._replace(database='postgres')
    lines = [line for line in before.lines if OF_DATABASE.match(line)]
    _restore(server, before, lines, ['--create', '--exit-on-error'])
    if not base.superuser:
        # An owner may have made it a template, which nothing drops.
        server.admin(f'ALTER DATABASE {quoted(base.name)} IS_TEMPLATE false;')


def _prepare(source: Side, superuser: Side, owner: Side) -> set[str]:
    """
    Extensions with their rows, each of its owner, while there is nothing else that their scripts could find.
    Returns their schemas.
    """
    for [name] in source.rows(PUBLIC):
        superuser.admin(f'ALTER SCHEMA public OWNER TO {quoted(name)};')
    wanted = _extensions(source)
    there = extensions.of_target(superuser)
    for one in wanted:
        # PostgreSQL's own is there, and its name is reserved.
        if one.schema not in ('public', 'pg_catalog'):
            superuser.admin(
                f'CREATE SCHEMA IF NOT EXISTS {quoted(one.schema)} AUTHORIZATION {quoted(one.schema_owner)};'
            )
        maker = owner if one.owner == owner.app and there[one.name].free else superuser
        maker.make(f'CREATE EXTENSION IF NOT EXISTS {quoted(one.name)} WITH SCHEMA {quoted(one.schema)};')
    tables = [f'--table={quoted(schema)}.{quoted(name)}' for schema, name in source.rows(CONFIGURED)]
    if tables:
        _rows(source, superuser, tables, WHOLE)
    return {one.schema for one in wanted}


def _extensions(source: Side) -> list[Extension]:
    return [Extension(*row) for row in source.rows(EXTENSIONS)]


def _section(source: Side, section: str, folder: str) -> Section:
    path = f'{folder}/{section}'
    with open(path, 'w+b') as file:
        run(source, 'pg_dump', '--format=custom', f'--section={section}', '--create', stdout=file)
        return Section(path, _listed(source, file))


def _listed(source: Side, file: IO[bytes]) -> list[str]:
    file.seek(0)
    text = run(source, 'pg_restore', '--list', '--create', stdin=file).decode(errors='surrogateescape')
    # Names may have what other programs take for an end of a line; here they have none that is one.
    return [line for line in text.split('\n') if line and not line.startswith(';')]


def _restore(target: Side, section: Section, lines: list[str], words: list[str]) -> None:
    if not lines:
        return
    chosen = f'{section.path}.list'
    with open(chosen, 'w', encoding='utf-8', errors='surrogateescape', newline='') as file:
        file.write('\n'.join(lines) + '\n')
    os.chmod(chosen, 0o644)
    with open(section.path, 'rb') as file:
        run(target, 'pg_restore', *words, f'--use-list={chosen}', f'--dbname={KEEPALIVE}', stdin=file)


def _rows(source: Side, target: Side, which: list[str], words: list[str]) -> None:
    """In one stream, that needs no room on a disk."""
    called, variables = source.program('pg_dump', '--format=custom', '--compress=0', '--section=data', *which)
    none = subprocess.DEVNULL
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            called, env=variables, cwd='/', stdin=none, stdout=subprocess.PIPE, stderr=said
        ) as dump:
            try:
                run(target, 'pg_restore', *words, f'--dbname={KEEPALIVE}', stdin=dump.stdout)
            except BaseException:
                dump.kill()
                raise
        if dump.returncode != 0:
            said.seek(0)
            raise _failed('pg_dump', dump.returncode, said.read())


def _is_own(line: str, base: Base) -> bool:
    """Nobody's is what goes with the rights of whoever makes it, as a cast."""
    return any(line.endswith(f' {owner}') for owner in (*base.owners, 'pg_database_owner', ''))


def _is_there(line: str, schemas: set[str]) -> bool:
    return dumped.without_extensions(f'{line}\n', schemas) == ''


def _failed(name: str, code: int, said: bytes) -> CommandFailure:
    text = log.tail(without_rows(said.decode(errors='replace')), 8)
    return CommandFailure(f'{name} failed with exit {code}:\n{text}')
