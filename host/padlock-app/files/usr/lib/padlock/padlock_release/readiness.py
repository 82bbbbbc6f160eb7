"""Asks a release whether it can serve, the way the proxy will reach it."""

import os
import pwd
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException

from . import nofollow
from .failure import Failure
from .manifest import Manifest
from .store import socket_path
from .unixhttp import UnixConnection


def wait(manifest: Manifest, restarts: Callable[[], int]) -> None:
    """Returns when the answer is 2xx; raises with the last answer when the time is over."""
    seconds = manifest.ready_seconds
    deadline = time.monotonic() + seconds
    while (problem := ask(manifest)) is not None:
        if restarts() >= 3:
            raise Failure('the container ends again and again')
        if time.monotonic() > deadline:
            raise Failure(f'not ready after {seconds} s: {problem}')
        time.sleep(0.5)


def ask(manifest: Manifest) -> str | None:
    """None if the answer is 2xx, else what is wrong; raises if the socket is a link to another."""
    path, url = socket_path(manifest.name), manifest.ready_path
    try:
        with closing(_connect(path)) as connection:
            connection.request('GET', url, headers=headers(manifest))
            answer = connection.getresponse()
            if 200 <= answer.status < 300:
                return None
            to = answer.headers.get('Location')
            if to is not None:
                return f'{url} answered {answer.status} and leads to {to}'
            body = answer.read(500).decode(errors='replace').strip()
            return f'{url} answered {answer.status} {body}'
    except FileNotFoundError:
        if manifest.port:
            return f'the app does not listen on TCP port {manifest.port} (appPort, PORT in its environment)'
        return (
            f'the app has not made its socket {os.path.basename(path)} (APP_SOCKET in its environment); '
            'one that listens on TCP needs appPort'
        )
    except PermissionError:
        return 'the app has closed its socket to others: it must be writable for all (umask 0)'
    except (OSError, HTTPException) as error:
        return f'{url}: {error}'


def answers(manifest: Manifest, seconds: float) -> bool:
    """Does it say anything within so many seconds?"""
    try:
        with closing(_connect(socket_path(manifest.name), seconds)) as connection:
            connection.request('GET', manifest.ready_path, headers=headers(manifest))
            connection.getresponse()
            return True
    except (OSError, HTTPException):
        return False


def headers(manifest: Manifest) -> dict[str, str]:
    """Those that the proxy sends for a visitor of the site's URL."""
    plain = manifest.env.get('APP_URL', '').startswith('http://')
    return {
        'Host': manifest.host,
        'User-Agent': 'padlock',
        'Via': '1.1 Caddy',
        'X-Forwarded-For': '127.0.0.1',
        'X-Forwarded-Host': manifest.host,
        'X-Forwarded-Proto': 'http' if plain else 'https',
    }


def _connect(path: str, seconds: float = 10) -> UnixConnection:
    with _as_caddy(), nofollow.opened(path) as found:
        connection = UnixConnection(f'/proc/self/fd/{found}', timeout=seconds)
        connection.connect()
        return connection


@contextmanager
def _as_caddy() -> Iterator[None]:
    """Root may open any socket; what counts is whether the proxy may."""
    caddy = pwd.getpwnam('caddy')
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(caddy.pw_gid)
    os.seteuid(caddy.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
