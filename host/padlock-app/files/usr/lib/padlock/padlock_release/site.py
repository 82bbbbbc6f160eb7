"""Checks the site's configuration, keeps it, and gives it to Caddy."""

import glob
import json
import os
import re
import subprocess
from http.client import HTTPException
from typing import NamedTuple, TextIO

from . import store
from .failure import Failure
from .unixhttp import UnixConnection

PROXY = '/var/lib/padlock/proxy'
CADDYFILE = f'{PROXY}/Caddyfile'
ACME_ROOT = f'{PROXY}/acme-root.pem'
STAGED = f'{PROXY}/staged.json'
CERTIFICATES = '/var/lib/caddy/.local/share/caddy/certificates'
ADMIN = '/run/caddy/admin.sock'


class Site(NamedTuple):
    """What Caddy is to serve: its configuration, for one name, and a private authority's root."""

    host: str
    caddyfile: str
    acme_root: str | None


def stage(stream: TextIO) -> str:
    """
    Keeps a site. It is served at once where its certificate is there already, so that a host is
    ready before an address leads to it; without one, Caddy would ask for it in vain.
    """
    text = stream.read()
    site = parse(text)
    os.makedirs(PROXY, mode=0o755, exist_ok=True)
    store.write(STAGED, text, 0o600)
    if not certified(site.host):
        return 'no certificate yet'
    apply(site.caddyfile, site.acme_root)
    return 'certified'


def serve() -> str:
    """Serves the site that was kept last; Caddy orders the certificate if it has none."""
    text = store.read(STAGED)
    if text is None:
        raise Failure('no site was sent to this host')
    site = parse(text)
    apply(site.caddyfile, site.acme_root)
    return 'served'


def parse(text: str) -> Site:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise Failure(f'the site is not JSON: {error}') from None
    host, caddyfile, root = data.get('host'), data.get('caddyfile'), data.get('acmeRoot')
    if not isinstance(host, str) or not re.fullmatch(r'[a-z0-9.-]+', host):
        raise Failure('host must be a host name in lower case')
    if not isinstance(caddyfile, str) or caddyfile == '':
        raise Failure('caddyfile must be a text')
    if root is not None and not isinstance(root, str):
        raise Failure('acmeRoot must be a text or null')
    return Site(host, caddyfile, root)


def certified(host: str) -> bool:
    """Has Caddy's storage a certificate for this name, from whichever authority?"""
    return bool(glob.glob(f'{CERTIFICATES}/*/{glob.escape(host)}/{glob.escape(host)}.crt'))


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
