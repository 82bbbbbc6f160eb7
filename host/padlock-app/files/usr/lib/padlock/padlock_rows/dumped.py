"""
What a dump holds, by the list that pg_restore makes of it
(https://www.postgresql.org/docs/17/app-pgrestore.html).
"""

import io
import re
from collections.abc import Iterable

# `3; 3079 16385 EXTENSION - citext `, `4; 2615 2200 SCHEMA - public postgres`, and remarks on them.
ENTRY = r'\d+; \d+ \d+ (COMMENT - )?(EXTENSION|SCHEMA) (?:- )?(.*) \S*$'


def without_extensions(listed: str, schemas: set[str]) -> str:
    """The list without what is made before: extensions, their `schemas` and `public`."""
    return ''.join(line for line in _lines(listed) if not _is_there(line, {'public', *schemas}))


def without_tables(listed: str, tables: set[str]) -> tuple[str, list[str]]:
    """The list without the rows of these (`schema.table`, as of an extension's own), and which there were."""
    lines, left_out = [], []
    for line in _lines(listed):
        found = re.match(r'\d+; \d+ \d+ (?:TABLE DATA|SEQUENCE SET) (.*) \S*$', line)
        name = found and next((one for one in tables if found[1] == one.replace('.', ' ', 1)), None)
        if name:
            left_out.append(name)
        else:
            lines.append(line)
    return ''.join(lines), left_out


def of_extensions(listed: str) -> str:
    """The list of the extensions alone; empty where there is none."""
    found = [(re.match(ENTRY, line), line) for line in _lines(listed)]
    return ''.join(line for entry, line in found if entry and entry[2] == 'EXTENSION' and not entry[1])


def version(listed: str) -> int:
    """The major version of the server that was dumped, 0 where it does not say."""
    found = re.search(r'^; +Dumped from database version: (\d+)', listed, re.MULTILINE)
    return int(found[1]) if found else 0


def _lines(listed: str) -> Iterable[str]:
    """With their ends; a name may have what str.splitlines takes for one, and be an entry of its own then."""
    return io.StringIO(listed, newline='\n')


def _is_there(line: str, schemas: set[str]) -> bool:
    found = re.match(ENTRY, line)
    if found is None:
        return False
    # Of a remark the name is as in a statement.
    name = found[3][1:-1].replace('""', '"') if found[1] and found[3].startswith('"') else found[3]
    return found[2] == 'EXTENSION' or name in schemas
