"""What PostgreSQL's programs say of a failure, without values of rows: logs of CI keep it."""

import re

# Errors, and what the programs say of themselves; a row is in the lines after them (DETAIL, CONTEXT).
ERROR = re.compile(r'\b(?:ERROR|FATAL|PANIC): {2}')
PROGRAM = re.compile(r'(?:psql|pg_dump|pg_dumpall|pg_restore|vacuumdb|runuser): ')
# A function's own words.
NOTE = re.compile(r'\b(?:NOTICE|WARNING|INFO|LOG|DEBUG): {2}')
# What stands in quotes behind these words is a name; anything else may be a value.
NAMES = re.compile(
    r'\b(?:column|constraint|database|extension|function|index|language|relation|role|schema|sequence|socket'
    r'|table|trigger|type|user|view) "[^"\n]*"'
)
# In a context: whoever wrote the function has put the message together, of values too.
RAISED = re.compile(r'\bat RAISE$', re.MULTILINE)


def without_rows(text: str) -> str:
    """Lines with an error, each up to the first value in quotes; none of what a function raised."""
    raised = RAISED.search(text) is not None
    lines = []
    for line in text.splitlines():
        if NOTE.search(line):
            continue
        error = ERROR.search(line)
        if error and raised:
            lines.append(f'{_named(line[: error.end()])}(raised by a function; its words are not shown)')
        elif error or PROGRAM.match(line):
            lines.append(_named(line))
    return '\n'.join(lines)


def _named(line: str) -> str:
    end = 0
    for found in NAMES.finditer(line):
        if '"' in line[end : found.start()]:
            break
        end = found.end()
    value = line.find('"', end)
    return line if value < 0 else f'{line[:value]}…'
