"""How often each user was here, where there is a database."""

import logging

from flask import current_app

log = logging.getLogger(__name__)

_COUNT = """
INSERT INTO visits (subject, number, latest) VALUES (:subject, 1, now())
ON CONFLICT (subject) DO UPDATE SET number = visits.number + 1, latest = now()
RETURNING number
"""


def count(subject: str) -> int | None:
    """Counts a visit of this user, and gives back its number; None without a database, or while it
    is away: a greeting needs none."""
    engine = current_app.extensions.get("database")
    if engine is None:
        return None
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with engine.begin() as connection:
            return connection.execute(text(_COUNT), {"subject": subject}).scalar_one()
    except SQLAlchemyError as error:
        log.error("a visit was not counted: %s", type(error).__name__)
        return None


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
        return f"the database does not have the visits: {type(error).__name__}"
    return None
