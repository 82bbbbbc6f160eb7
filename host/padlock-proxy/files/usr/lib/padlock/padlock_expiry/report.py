"""
When the site's certificates end, and whether somebody has to do something. Caddy renews those of an
authority by itself, in the last third of their time; those of the stack's own authority a `pulumi up`
renews, and nothing else does.
"""

import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from . import failures
from .certificate import Certificate, in_file, served

PROXY = '/var/lib/padlock/proxy'
# Caddy begins when a third is left; a tenth of that is for an authority that is away for a while.
LATE = 0.3
# Days before its end from which an update renews a certificate of the stack (components/authority.ts),
# and from which nobody seems to think of it.
OWN = {'server': (120, 30), 'client': (60, 30), 'authority': (365, 90)}
# The last step of an update shows it, after the update has renewed it.
PROBE = 'padlock-probe'
USAGE = 'usage: expiry check | show'


def main(words: list[str]) -> int:
    """`show` prints what is found, as JSON; `check` keeps it in a file, and warns on standard error."""
    if words not in (['check'], ['show']):
        print(USAGE, file=sys.stderr)
        return 2
    now = datetime.now(UTC)
    found = {'checked': _text(now), 'certificates': certificates(now)}
    if words == ['show']:
        print(json.dumps(found))
        return 0
    _write(f'{PROXY}/certificates.json', json.dumps(found, indent=2) + '\n')
    for one in found['certificates']:
        if one['state'] not in ('good', 'due'):
            # The level of a line in the journal (sd-daemon(3)).
            print(f'<4>{warning(one)}', file=sys.stderr)
    return 0


def certificates(now: datetime) -> list[dict[str, Any]]:
    """
    The state of each is `good`, `due` where the next update renews it, `late` where it should have
    been renewed, `ended`, or `none` where a visitor gets none.
    """
    caddyfile = _read(f'{PROXY}/Caddyfile')
    own = f'{PROXY}/certificate.pem' in caddyfile
    port = re.search(r'^\s*https_port (\d+)$', caddyfile, re.MULTILINE)
    sites = re.findall(r'^(https://.*) \{$', caddyfile, re.MULTILINE)
    names = [name for site in sites for name in re.findall(r'https://(?:\[([^\]]+)\]|([^\s,:]+))', site)]
    found = [_of_site(a or b, int(port[1]) if port else 443, own, now) for a, b in names]
    clients = [one for one in in_file(f'{PROXY}/client-certificates.pem') if one.name != PROBE]
    found += [_judged('client', one.name, one, now) for one in clients]
    if clients:
        roots = in_file(f'{PROXY}/client-root.pem')
        found += [_judged('authority', one.name, one, now) for one in roots]
    return found


def warning(one: dict[str, Any]) -> str:
    """In one line, whatever an authority said."""
    what = f'the certificate of {one["kind"]} {one["name"]}'
    if one['state'] == 'none':
        text = f'{what} is not there: {one["problem"]}'
    else:
        text = f'{what} {"ended" if one["state"] == "ended" else "ends"} {one["ends"]}'
        text += f'; it should have been renewed by {one["renews"]}'
    if one['by'] == 'up':
        text += '. Fix: pulumi up'
    if one['failure']:
        text += f'. Caddy failed at {one["failure"]["when"]}: {one["failure"]["error"]}'
    return ' '.join(text.split())


def _of_site(name: str, port: int, own: bool, now: datetime) -> dict[str, Any]:
    kind = 'server' if own else 'site'
    try:
        one = _judged(kind, name, served(name, port), now)
    except (OSError, ValueError) as error:
        one = {
            'kind': kind, 'name': name, 'by': 'up' if own else 'caddy', 'ends': None, 'renews': None,
            'state': 'none', 'problem': str(error), 'failure': None,
        }  # fmt: skip
    if one['state'] != 'good' and not own:
        failed = failures.last(name)
        one['failure'] = failed and {'when': _text(failed.when), 'error': failed.error}
    return one


def _judged(kind: str, name: str, one: Certificate, now: datetime) -> dict[str, Any]:
    lifetime = one.ends - one.begins
    if kind in OWN:
        early, late = (one.ends - timedelta(days=days) for days in OWN[kind])
    else:
        early = late = one.ends - lifetime * LATE
    state = 'ended' if now >= one.ends else 'late' if now >= late else 'due' if now >= early else 'good'
    return {
        'kind': kind, 'name': name, 'by': 'up' if kind in OWN else 'caddy', 'ends': _text(one.ends),
        'renews': _text(early), 'state': state, 'problem': None, 'failure': None,
    }  # fmt: skip


def _text(when: datetime) -> str:
    return when.strftime('%Y-%m-%dT%H:%M:%SZ')


def _read(path: str) -> str:
    try:
        with open(path, encoding='utf-8') as file:
            return file.read()
    except FileNotFoundError:
        return ''


def _write(path: str, text: str) -> None:
    new = f'{path}.new'
    with open(new, 'w', encoding='utf-8') as file:
        file.write(text)
    os.replace(new, path)
