"""Texts of logs for a person at a terminal: Caddy's JSON in words, without secrets and controls."""

import json
import re
from typing import Any

STAMP = re.compile(r'(?:=== )?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (.*)')
# A terminal's colours, and what else begins like them (ECMA-48, 5.4).
CONTROL = re.compile(r'\x1b\[[0-?]*[ -/]*[@-~]')
# What stands in a query string and grants entry (RFC 6749, OpenID Connect Core), and bearer tokens.
GRANTS = re.compile(
    r'([?&](?:code|state|nonce|ticket|token|id_token|access_token|refresh_token|client_secret|password)=)'
    r'[^&\s"\']+',
    re.IGNORECASE,
)
BEARER = re.compile(r'(\bBearer\s+)[\w.~+/=-]+', re.IGNORECASE)
# Shorter texts are words that mean something else as well.
SHORTEST = 6
SHORTEST_LINE = 16
# Of an entry of Caddy's, what is told otherwise or never.
TOLD = {'level', 'ts', 'logger', 'msg', 'request', 'resp_headers', 'user_id'}


def stamped(text: str) -> tuple[str | None, str]:
    """A line of our programs' logs: its time, if it begins with one, and the rest."""
    found = STAMP.fullmatch(text)
    return (found[1], found[2]) if found else (None, text)


def caddy(text: str) -> str:
    """One of Caddy's entries as a line; what is none stays as it is."""
    try:
        entry = json.loads(text)
    except ValueError:
        return text
    if not isinstance(entry, dict):
        return text
    request = entry.get('request') if isinstance(entry.get('request'), dict) else {}
    if str(entry.get('logger', '')).startswith('http.log.access') and request:
        return _access(entry, request)
    level, name, said = (str(entry.get(key, '')) for key in ('level', 'logger', 'msg'))
    words = [level.upper() if level in ('error', 'warn') else '', f'{name}:' if name else '', said]
    words += [f'{key}={_short(value)}' for key, value in entry.items() if key not in TOLD]
    if request:
        words.append(f'({_asked(request)})')
    return ' '.join(word for word in words if word)


def _access(entry: dict[str, Any], request: dict[str, Any]) -> str:
    duration = entry.get('duration')
    took = f'{duration * 1000:.0f} ms' if isinstance(duration, int | float) else '?'
    agent = entry.get('user_agent') or '-'
    answer = f'{entry.get("status", "?")} {took} {entry.get("size", "?")} B'
    return f'{_asked(request)} {answer} {request.get("client_ip", "?")} {agent}'


def _asked(request: dict[str, Any]) -> str:
    """Without the query string: it may hold what grants entry."""
    method, uri, proto = (str(request.get(key, '?')) for key in ('method', 'uri', 'proto'))
    return f'{method} {uri.split("?")[0] or "/"} {proto}'


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def parts(secrets: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The texts that give a secret away, with its name; of one with several lines, each that is long."""
    found = set()
    for name, value in secrets:
        lines = value.split('\n')
        least = SHORTEST if len(lines) == 1 else SHORTEST_LINE
        found |= {(name, line) for line in lines if len(line) >= least}
    return sorted(found, key=lambda part: len(part[1]), reverse=True)


def hidden(text: str, secrets: list[tuple[str, str]]) -> str:
    for name, value in secrets:
        text = text.replace(value, f'[{name}]')
    return BEARER.sub(r'\1[hidden]', GRANTS.sub(r'\1[hidden]', text))


def harmless(text: str) -> str:
    """Nothing that a terminal obeys: visitors and apps choose what stands in a log."""
    plain = CONTROL.sub('', text).replace('\t', '    ')
    return ''.join(char if char.isprintable() else ascii(char)[1:-1] for char in plain)
