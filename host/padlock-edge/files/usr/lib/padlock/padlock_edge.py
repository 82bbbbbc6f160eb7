"""
Has the login in front of the app: the program out of its image, its files, and its service restarted
if anything is new. One that does not come up is taken back, and the former goes on.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPException
from typing import Any, NamedTuple, TextIO

from padlock_release import log, progress, store
from padlock_release.failure import CommandFailure, Failure, told
from padlock_release.unixhttp import UnixConnection

ROOT = '/var/lib/padlock/edge'
SOCKET = '/run/padlock-edge.sock'
SERVICE = 'padlock-edge.service'
PROGRAM = 'oauth2-proxy'
# Where its image has it (https://github.com/oauth2-proxy/oauth2-proxy/blob/v7.15.6/Dockerfile).
IN_IMAGE = f'/bin/{PROGRAM}'
SECONDS = 60
PROVIDER_SECONDS = 20
# The order's keys by the files that the service reads.
FILES = {
    'oauth2-proxy.cfg': 'configuration',
    'emails': 'emails',
    'client-secret': 'clientSecret',
    'cookie-secret': 'cookieSecret',
}


class Order(NamedTuple):
    """An image by its digest, and the texts of the files by their names."""

    image: str
    files: dict[str, str]

    def name(self) -> str:
        """The same order has the same name; it is salted by the secrets that are part of it."""
        return hashlib.sha256(json.dumps(self, sort_keys=True).encode()).hexdigest()[:12]


def main(stream: TextIO) -> int:
    try:
        order = parse(stream.read())
        with _lock():
            print('changed' if apply(order) else 'as it was')
    except (Failure, OSError) as failure:
        log.say(told(failure))
        return 1
    return 0


def parse(text: str) -> Order:
    """Raises Failure with the key and what it must be; values are not repeated, they are secret."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise Failure(f'the order is not JSON: {error}') from None
    image: Any = data.get('image')
    if not isinstance(image, str) or not re.fullmatch(r'[^\s/@-][^\s/@]*/[^\s@]+@sha256:[0-9a-f]{64}', image):
        raise Failure('image must be host/name@sha256:digest')
    for key in FILES.values():
        if not isinstance(data.get(key), str) or (data[key] == '' and key != 'emails'):
            raise Failure(f'{key} must be a text')
    return Order(image, {name: data[key] for name, key in FILES.items()})


def apply(order: Order) -> bool:
    """Returns whether there was anything to change."""
    before = _current()
    if before == order.name() and _answers(2):
        return False
    if before is not None and _answers(2):
        _ask_provider(order.files['oauth2-proxy.cfg'])
    folder = f'{ROOT}/{order.name()}'
    _remove(folder)
    os.makedirs(folder, mode=0o755)
    os.link(_program(order.image), f'{folder}/{PROGRAM}')
    for name, text in order.files.items():
        store.write(f'{folder}/{name}', text, 0o600)
    _point(order.name())
    since = time.time()
    if not _comes_up():
        said = _said(since)
        if before is None or before == order.name():
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f'{ROOT}/current')
            _systemctl('stop', SERVICE)
        else:
            _point(before)
            _systemctl('restart', SERVICE)
        _remove(folder)
        raise Failure(f'the login in front of the app does not come up; it says:\n{said}')
    _tidy(order)
    return True


def _ask_provider(configuration: str) -> None:
    """
    Raises Failure if the provider does not answer this host. Whoever is started asks it first; the one
    that runs need not, and would not come back either.
    """
    issuer = re.search(r'^oidc_issuer_url = (".*")$', configuration, re.MULTILINE)
    if issuer is None:
        return
    url = f'{json.loads(issuer[1]).rstrip("/")}/.well-known/openid-configuration'
    try:
        with urllib.request.urlopen(url, timeout=PROVIDER_SECONDS):  # noqa: S310
            return
    except (OSError, HTTPException) as error:
        raise Failure(f'{url} does not answer this host ({error}); the login goes on as it was') from None


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    """One order at a time, beside a release; the kernel frees the lock of a process that was killed."""
    with open(f'{ROOT}/lock', 'w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _program(image: str) -> str:
    """The path of the program, pulled and taken out of its image unless it is there."""
    digest = image.partition('@sha256:')[2]
    path = f'{ROOT}/program-{digest}'
    if os.path.exists(path):
        return path
    log.say(f'pulling {image}')
    with progress.pull(image):
        _run('podman', 'pull', '--quiet', image, runs=progress.run)
    container = _run('podman', 'create', image).strip()
    try:
        _run('podman', 'cp', f'{container}:{IN_IMAGE}', f'{path}.new')
    finally:
        _run('podman', 'rm', container)
        _run('podman', 'rmi', image)
    os.chown(f'{path}.new', 0, 0)
    # The service's user, which has no other name than the moment's, starts it.
    os.chmod(f'{path}.new', 0o755)  # noqa: S103
    os.replace(f'{path}.new', path)
    return path


def _current() -> str | None:
    try:
        return os.readlink(f'{ROOT}/current')
    except FileNotFoundError:
        return None


def _point(name: str) -> None:
    """In one step: whoever starts it in between gets one order or the other, whole."""
    new = f'{ROOT}/current.new'
    with contextlib.suppress(FileNotFoundError):
        os.unlink(new)
    os.symlink(name, new)
    os.replace(new, f'{ROOT}/current')


def _comes_up() -> bool:
    """It answers, and it is the one that was started now: requests wait at the socket meanwhile."""
    if _systemctl('restart', SERVICE).returncode != 0:
        return False
    restarts = _restarts()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if _answers(2):
            return True
        # A provider that cannot be reached ends it, and it is started anew: twice is no accident.
        if _restarts() > restarts + 2:
            return False
        time.sleep(0.5)
    return False


def _restarts() -> int:
    return int(_shown('NRestarts') or 0)


def _answers(seconds: float) -> bool:
    if _shown('ActiveState') != 'active':
        return False
    connection = UnixConnection(SOCKET, timeout=seconds)
    try:
        connection.request('GET', '/ready')
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _said(since: float) -> str:
    """Its last lines, without what it may have said of its secrets: it has none in its arguments."""
    words = ['--unit', SERVICE, '--since', f'@{int(since)}', '--lines=15', '--output=cat', '--no-pager']
    return _run('journalctl', *words, '--quiet').strip() or 'nothing'


def _tidy(order: Order) -> None:
    """The present order and its program are all that is kept."""
    keep = {'current', 'lock', order.name(), f'program-{order.image.partition("@sha256:")[2]}'}
    for name in os.listdir(ROOT):
        if name not in keep:
            _remove(f'{ROOT}/{name}')


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def _shown(name: str) -> str:
    return _systemctl('show', f'--property={name}', '--value', SERVICE).stdout.strip()


def _systemctl(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ['systemctl', *words], capture_output=True, text=True, errors='replace', check=False
    )


_to_its_end = partial(subprocess.run, capture_output=True, check=False)


def _run(*words: str, runs: Callable[..., subprocess.CompletedProcess] = _to_its_end) -> str:
    done = runs(words, text=True, errors='replace')
    if done.returncode != 0:
        said = log.tail(done.stdout + done.stderr)
        raise CommandFailure(f'{" ".join(words[:2])} failed with exit {done.returncode}:\n{said}')
    return done.stdout
