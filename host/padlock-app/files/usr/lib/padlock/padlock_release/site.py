"""Checks the site's configuration, keeps it, and gives it to Caddy."""

import contextlib
import glob
import hashlib
import json
import os
import re
import subprocess
from http.client import HTTPException
from typing import Any, NamedTuple, TextIO

from . import log, store
from .failure import Failure
from .unixhttp import UnixConnection

PROXY = '/var/lib/padlock/proxy'
CADDYFILE = f'{PROXY}/Caddyfile'
ACME_ROOT = f'{PROXY}/acme-root.pem'
CERTIFICATE = f'{PROXY}/certificate.pem'
CLIENT_ROOT = f'{PROXY}/client-root.pem'
CLIENTS = f'{PROXY}/client-certificates.pem'
CLIENT_MATCHER = f'{PROXY}/client-matcher.caddy'
STAGED = f'{PROXY}/staged.json'
# There while files are newer than what Caddy was given; a removed certificate changes no Caddyfile.
LOADING = f'{PROXY}/loading'
CERTIFICATES = '/var/lib/caddy/.local/share/caddy/certificates'
ADMIN = '/run/caddy/admin.sock'
# What a site that leads to the app, and one that asks the login in front of it, have in their text.
APP = 'unix//srv/app/current/app.sock'
EDGE = 'unix//run/padlock-edge.sock'
# There while padlock-edge is installed.
LOGIN = '/usr/lib/padlock/edge'
# What the last update wanted on the host.
WANTED = '/var/lib/padlock/bundles/good/packages'


class Clients(NamedTuple):
    """Whom the site trusts: its authority's root, and the certificates themselves."""

    root: str
    certificates: str
    fingerprints: list[str]


class Site(NamedTuple):
    """What Caddy is to serve: its configuration, for one name, and the files that it names."""

    host: str
    caddyfile: str
    acme_root: str | None
    certificate: str | None = None
    clients: Clients | None = None
    plain: bool = False
    aliases: tuple[str, ...] = ()

    def files(self) -> dict[str, str | None]:
        """Their texts by path; None for what is not there, or no more."""
        clients = self.clients
        return {
            CERTIFICATE: self.certificate,
            CLIENT_ROOT: clients and clients.root,
            CLIENTS: clients and clients.certificates,
            CLIENT_MATCHER: clients and _matcher(clients.fingerprints),
        }


def stage(stream: TextIO) -> str:
    """
    Keeps a site. It is served at once where its certificate is there already, so that a host is
    ready before an address leads to it; without one, Caddy would ask for it in vain.
    """
    text = stream.read()
    site = parse(text)
    os.makedirs(PROXY, mode=0o755, exist_ok=True)
    store.write(STAGED, text, 0o600)
    in_hand = store.read(CADDYFILE) or ''
    orders = not (site.plain or site.certificate)
    found = 'certified' if not orders or certified(site.host) else 'no certificate yet'
    # Next comes a release that has no login of its own: it must not meet the site in hand.
    if EDGE in site.caddyfile and APP in in_hand and EDGE not in in_hand:
        apply(site)
        return found
    if found != 'certified':
        return found
    # A new name leads here only once its records do; until then the site in hand goes on.
    if orders and f'https://{site.host}' in in_hand and not all(map(certified, site.aliases)):
        return found
    apply(site)
    return found


def serve() -> str:
    """Serves the site that was kept last; Caddy orders the certificate if it has none."""
    text = store.read(STAGED)
    if text is None:
        raise Failure('no site was sent to this host')
    apply(parse(text))
    return 'served'


def parse(text: str) -> Site:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise Failure(f'the site is not JSON: {error}') from None
    host, caddyfile, root = data.get('host'), data.get('caddyfile'), data.get('acmeRoot')
    if not _is_name(host):
        raise Failure('host must be a host name in lower case')
    aliases = data.get('aliases') or []
    if not isinstance(aliases, list) or not all(map(_is_name, aliases)):
        raise Failure('aliases must be host names in lower case')
    if not isinstance(caddyfile, str) or caddyfile == '':
        raise Failure('caddyfile must be a text')
    if root is not None and not isinstance(root, str):
        raise Failure('acmeRoot must be a text or null')
    certificate, clients = data.get('certificate'), data.get('clients')
    if certificate is not None and not _is_pem(certificate, 'CERTIFICATE', 'PRIVATE KEY'):
        raise Failure('certificate must be a certificate and its key, PEM')
    trusted = None if clients is None else _clients(clients)
    plain = data.get('plain') is True
    return Site(host, caddyfile, root, certificate, trusted, plain, tuple(aliases))


def _is_name(name: object) -> bool:
    return isinstance(name, str) and re.fullmatch(r'[a-z0-9.-]+', name) is not None


def _clients(data: dict[str, Any]) -> Clients:
    clients = Clients(data.get('root'), data.get('certificates'), data.get('fingerprints'))
    if not all(_is_pem(text, 'CERTIFICATE') for text in clients[:2]):
        raise Failure('clients must be a root and certificates, PEM')
    if not all(re.fullmatch('[0-9a-f]{64}', str(one)) for one in clients.fingerprints or ['']):
        raise Failure('fingerprints must be SHA-256, at least one')
    return clients


def _matcher(fingerprints: list[str]) -> str:
    """Who shows a certificate that is not listed; Caddy gives who shows none the hash of nothing."""
    known = ' '.join([hashlib.sha256().hexdigest(), *fingerprints])
    return f'@stranger not vars {{http.request.tls.client.fingerprint}} {known}\n'


def _is_pem(text: object, *kinds: str) -> bool:
    return isinstance(text, str) and all(f'-----BEGIN {kind}-----' in text for kind in kinds)


def certified(host: str) -> bool:
    """Has Caddy's storage a certificate for this name, from whichever authority?"""
    return bool(glob.glob(f'{CERTIFICATES}/*/{glob.escape(host)}/{glob.escape(host)}.crt'))


def apply(site: Site) -> bool:
    """
    Returns whether there was anything to change. Caddy checks a new configuration before it lets
    go of the old one, and the file is written last: what was refused or cut short is not there
    at the next start. Files that it names are there before, and as they were if it refuses.
    """
    _ensure_running()
    wanted = {ACME_ROOT: site.acme_root, **site.files()}
    before = {path: store.read(path) for path in wanted}
    in_hand = store.read(CADDYFILE) or ''
    new = {path: text for path, text in wanted.items() if text is not None and text != before[path]}
    if not new and in_hand == site.caddyfile and store.read(LOADING) is None:
        _remove_edge(site.caddyfile)
        return False
    store.write(LOADING, '', 0o644)
    try:
        for path, text in new.items():
            _write(path, text)
        _make_ways(site.caddyfile)
        _load(site.caddyfile)
    except (Failure, OSError):
        for path in new:
            _write(path, before[path])
        _write(LOADING, None)
        raise
    store.write(CADDYFILE, site.caddyfile, 0o644)
    _write(LOADING, None)
    for path, text in site.files().items():
        if text is None:
            _write(path, None)
    forget_ways(site.caddyfile)
    _remove_edge(site.caddyfile)
    return True


def _make_ways(caddyfile: str) -> None:
    """To replicas that the next release makes: they lead to the one that is live until then."""
    live = store.current()
    for number in {int(found) for found in re.findall(r'/srv/app/current-([0-9]+)/', caddyfile)}:
        if live is not None:
            with contextlib.suppress(FileExistsError):
                os.symlink(f'releases/{live}', store.link(number))


def forget_ways(caddyfile: str) -> None:
    """To replicas that there are no more, once Caddy has none of them."""
    for number in store.links():
        if f'/current-{number}/' not in caddyfile and store.current(number) == store.current():
            os.unlink(store.link(number))


def _remove_edge(caddyfile: str) -> None:
    """Left by an update that wants it no more, as the site asked it. If this fails, the next one does it."""
    if EDGE in caddyfile or not os.path.exists(LOGIN) or glob.glob(f'{WANTED}/padlock-edge_*.deb'):
        return
    done = subprocess.run(
        ['apt-get', '--quiet', '--yes', '-o', 'DPkg::Lock::Timeout=200', 'purge', 'padlock-edge'],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors='replace', check=False,
    )  # fmt: skip
    if done.returncode != 0:
        why = log.tail(done.stderr, 5)
        log.say(f'padlock-edge stays until the site or the host software changes again: {why}')


def _write(path: str, text: str | None) -> None:
    """A key is for root and Caddy alone, from the file's first moment on."""
    if text is None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    elif path == CERTIFICATE:
        store.write(path, text, 0o640, group='caddy')
    else:
        store.write(path, text, 0o644)


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
