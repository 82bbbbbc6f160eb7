"""How often each user was here, where there is a database."""

import logging
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

_COUNT = """
INSERT INTO visits (subject, number, latest) VALUES (:subject, 1, now())
ON CONFLICT (subject) DO UPDATE SET number = visits.number + 1, latest = now()
RETURNING number
"""


def count(subject: str) -> int | None:
    """Counts a visit of this user, and gives back its number; None without a database, or while it
    is away: a greeting needs none. Each worker logs once why it does not count, until it does."""
    engine = current_app.extensions.get("database")
    if engine is None:
        return None
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with engine.begin() as connection:
            number = connection.execute(text(_COUNT), {"subject": subject}).scalar_one()
    except SQLAlchemyError as error:
        _tell(_why(error))
        return None
    _tell(None)
    return number


def _tell(problem: str | None) -> None:
    """Logs a problem that is not the one of before, and its end."""
    before = current_app.extensions.get("visits problem")
    if problem == before:
        return
    current_app.extensions["visits problem"] = problem
    if problem is None:
        log.info("visits are counted again")
    else:
        log.error("visits are not counted: %s", problem)


def _why(error: "SQLAlchemyError") -> str:
    """Its kind and the server's code (postgresql.org/docs/current/errcodes-appendix.html): words
    of the server may repeat values, or the address."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    return type(error).__name__ + (f", SQLSTATE {code}" if code else "")


def problem() -> str | None:
    """Why visits would not be counted now, or None; asks the database for its table."""
    engine = current_app.extensions.get("database")
    if engine is None:
        return None
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT subject, number, latest FROM visits LIMIT 0"))
    except SQLAlchemyError as error:
        return f"the database does not have the visits: {_why(error)}"
    return None
