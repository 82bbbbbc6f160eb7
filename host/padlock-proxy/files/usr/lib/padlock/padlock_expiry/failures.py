"""Why Caddy has no new certificate: the last failure in its log."""

import json
import subprocess
from datetime import UTC, datetime
from typing import NamedTuple

SINCE = '-14days'
# A failure is told by several entries, and other names fail beside this one.
ENTRIES = '200'
PATTERN = r'"level":"(error|warn)".*"logger":"tls\.'


class Failed(NamedTuple):
    """When, in UTC, and in whose words: the authority's or Caddy's."""

    when: datetime
    error: str


def last(name: str) -> Failed | None:
    """The last one that is about this name."""
    asked = [
        'journalctl', '--unit=caddy.service', '--output=cat', '--quiet', '--no-pager', '--reverse',
        f'--since={SINCE}', f'--lines={ENTRIES}', f'--grep={PATTERN}',
    ]  # fmt: skip
    done = subprocess.run(asked, capture_output=True, text=True, errors='replace', check=False)
    return among(done.stdout.splitlines(), name)


def among(lines: list[str], name: str) -> Failed | None:
    """The first of Caddy's entries that tells of a failure of this name."""
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if not isinstance(entry, dict) or not str(entry.get('logger', '')).startswith('tls.'):
            continue
        error = entry.get('error')
        whose = entry.get('identifier') or entry.get('domain')
        if isinstance(error, str) and (
            whose == name or error.startswith(f'{name}: ') or f'[{name}]' in error
        ):
            return Failed(datetime.fromtimestamp(float(entry['ts']), UTC), error)
    return None
