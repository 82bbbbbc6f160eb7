"""Gives Caddy its configuration when it has changed."""

import subprocess
from http.client import HTTPException

from . import store
from .failure import Failure
from .unixhttp import UnixConnection

CADDYFILE = '/etc/caddy/Caddyfile'
ACME_ROOT = '/etc/caddy/acme-root.pem'
ADMIN = '/run/caddy/admin.sock'


def apply(caddyfile: str, acme_root: str | None) -> bool:
    """
    Returns whether there was anything to change. Caddy checks a new configuration before it lets
    go of the old one, and the file is written last: what was refused or cut short is not there
    at the next start.
    """
    _ensure_running()
    old_root = store.read(ACME_ROOT)
    root_changed = acme_root is not None and acme_root != old_root
    if not root_changed and store.read(CADDYFILE) == caddyfile:
        return False
    if root_changed:
        store.write(ACME_ROOT, acme_root, 0o644)
    try:
        _load(caddyfile)
    except Failure:
        if root_changed and old_root is not None:
            store.write(ACME_ROOT, old_root, 0o644)
        raise
    store.write(CADDYFILE, caddyfile, 0o644)
    return True


def _ensure_running() -> None:
    started = subprocess.run(
        ['systemctl', 'start', 'caddy.service'],
        capture_output=True, text=True, errors='replace', check=False,
    )  # fmt: skip
    if started.returncode != 0:
        raise Failure(f'Caddy does not run: {started.stderr.strip()}')


def _load(caddyfile: str) -> None:
    """POST /load of Caddy's administration API: adapts, checks, and swaps without a gap."""
    connection = UnixConnection(ADMIN, timeout=60, host='127.0.0.1')
    try:
        # The root of the authority may be another one under the same name: so always anew.
        headers = {'Content-Type': 'text/caddyfile', 'Cache-Control': 'must-revalidate'}
        connection.request('POST', '/load', caddyfile.encode(), headers)
        answer = connection.getresponse()
        body = answer.read().decode(errors='replace').strip()
    except (OSError, HTTPException) as error:
        raise Failure(f'Caddy cannot be reached: {error}') from None
    finally:
        connection.close()
    if answer.status != 200:
        raise Failure(f'Caddy refuses the configuration: {body}')
