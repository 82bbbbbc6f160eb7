"""What PostgreSQL's programs say, and of a failure without values of rows: logs of CI keep it."""

import re

ERROR = re.compile(r'\b(?:ERROR|FATAL|PANIC): {2}')
# As they begin a line, with the place in a script where there is one (psql(1)).
PROGRAM = re.compile(
    r'(?:psql|pg_dump|pg_dumpall|pg_restore|vacuumdb|runuser)(?::\S+:\d+)?: |connection to server '
)
# A function's own words.
NOTE = re.compile(r'\b(?:NOTICE|WARNING|INFO|LOG|DEBUG): {2}')
# What stands in quotes behind these words is a name; anything else may be a value.
NAMES = re.compile(
    r'\b(?:column|constraint|database|extension|function|index|language|relation|role|schema|sequence|socket'
    r'|table|trigger|type|user|view) "[^"\n]*"'
)
# In a context: whoever wrote the function has put the message together, of values too.
RAISED = re.compile(r'\bat RAISE$', re.MULTILINE)


def lines(text: str) -> list[str]:
    """Of an answer: names and values may have what str.splitlines takes for an end, as U+2028."""
    return text.removesuffix('\n').split('\n') if text else []


def without_rows(text: str) -> str:
    """
    Lines with an error, each up to the first value in quotes; none of what a function raised. What comes
    after such a line may be of a row (DETAIL, CONTEXT, a value of several lines), up to one that a program
    begins.
    """
    raised = RAISED.search(text) is not None
    kept, rest = [], False
    for line in lines(text):
        begins = PROGRAM.match(line)
        if NOTE.search(line) or (rest and not begins):
            continue
        error = ERROR.search(line)
        rest = error is not None
        if error and raised:
            kept.append(f'{_named(line[: error.end()])}(raised by a function; its words are not shown)')
        elif error or begins:
            kept.append(_named(line))
    return '\n'.join(kept)


def _named(line: str) -> str:
    end = 0
    for found in NAMES.finditer(line):
        if '"' in line[end : found.start()]:
            break
        end = found.end()
    value = line.find('"', end)
    return line if value < 0 else f'{line[:value]}…'
