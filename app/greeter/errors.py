"""Every error as a page of the app's own, or as JSON under /api/; never a stack trace."""

import logging

import requests
from flask import Flask, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from .tenant import TenantError

log = logging.getLogger(__name__)

_TEXTS = {
    404: "There is nothing at this address.",
    405: "This address cannot be used that way.",
    500: "Something broke on our side. It has been logged; please try again in a moment.",
}


def handle(app: Flask) -> None:
    # What nobody foresaw comes as an InternalServerError, after Flask has logged it.
    app.register_error_handler(HTTPException, _page)
    app.register_error_handler(TenantError, _tenant_down)
    app.register_error_handler(requests.RequestException, _tenant_down)


def _page(error: HTTPException):
    text = _TEXTS.get(error.code or 500, error.description)
    if request.path.startswith("/api/"):
        return jsonify(error=error.name.lower().replace(" ", "_"), message=text), error.code
    page = render_template("error.html", code=error.code, title=error.name, text=text)
    return page, error.code, [h for h in error.get_headers() if h[0] in ("Allow", "Retry-After")]


def _tenant_down(error: Exception):
    log.error("tenant unavailable", extra={"reason": _reason(error)})
    return _page(
        ServiceUnavailable("The login service cannot be reached right now. Please try again soon.")
    )


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, TenantError) else type(error).__name__
