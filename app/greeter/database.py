"""The app's PostgreSQL, where there is one: SQLAlchemy is loaded only then."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask

if TYPE_CHECKING:
    from sqlalchemy import Engine

TIMEOUT = 5  # seconds for a connection
# A server for 20 of them serves two releases at once, each with two workers.
_CONNECTIONS = 2  # of each worker


def engine(url: str) -> "Engine":
    """Connects by psycopg, at the first query; a connection that a restart of the server has ended
    is replaced by a new one. A pool between (PgBouncer) may have any mode."""
    from sqlalchemy import create_engine, make_url

    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=TIMEOUT,
        pool_pre_ping=True,
        # A pool in mode `transaction` gives each transaction another session, and a prepared
        # statement is a session's (psycopg.org/psycopg3/docs/advanced/prepare.html#pgbouncer).
        connect_args={"connect_timeout": TIMEOUT, "prepare_threshold": None},
        hide_parameters=True,  # in messages
    )


def judge(value: str) -> str | None:
    """an address of PostgreSQL such as postgresql://app:PASSWORD@/app?host=/run/postgresql"""
    if not value:
        return None
    try:
        url = urlsplit(value)
    except ValueError:
        raise ValueError("it is not a URL") from None
    if url.scheme not in ("postgresql", "postgres") or len(url.path) < 2:
        raise ValueError("it is not an address of PostgreSQL with a database")
    return value


def connect(app: Flask, url: str | None) -> None:
    if url is not None:
        app.extensions["database"] = engine(url)
