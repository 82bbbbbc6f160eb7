"""Asks a release whether it can serve, the way the proxy will reach it."""

import os
import pwd
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException

from . import nofollow
from .failure import Failure
from .unixhttp import UnixConnection


def wait(path: str, url: str, seconds: int, restarts: Callable[[], int]) -> None:
    """Returns when the answer is 2xx; raises with the last answer when the time is over."""
    deadline = time.monotonic() + seconds
    while (problem := ask(path, url)) is not None:
        if restarts() >= 3:
            raise Failure('the container ends again and again')
        if time.monotonic() > deadline:
            raise Failure(f'not ready after {seconds} s: {problem}')
        time.sleep(0.5)


def ask(path: str, url: str) -> str | None:
    """None if the answer is 2xx, else what is wrong; raises if the socket is a link to another."""
    try:
        with closing(_connect(path)) as connection:
            connection.request('GET', url, headers={'User-Agent': 'padlock'})
            answer = connection.getresponse()
            if 200 <= answer.status < 300:
                return None
            body = answer.read(500).decode(errors='replace').strip()
            return f'{url} answered {answer.status} {body}'
    except FileNotFoundError:
        return f'the app has not made its socket {os.path.basename(path)}'
    except PermissionError:
        return 'the app has closed its socket to others: it must be writable for all (umask 0)'
    except (OSError, HTTPException) as error:
        return f'{url}: {error}'


def _connect(path: str) -> UnixConnection:
    with _as_caddy(), nofollow.opened(path) as found:
        connection = UnixConnection(f'/proc/self/fd/{found}', timeout=10)
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
