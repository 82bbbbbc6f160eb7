"""Two questions of whoever runs the app: does the process live, and can users log in?"""

from flask import Blueprint, current_app, jsonify

from .gate import public
from .tenant import tenant

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz():
    return jsonify(status="ok", release=_release())


@blueprint.get("/readyz")
@public
def readyz():
    """Ready: the settings are complete (else nothing runs) and the tenant answers."""
    if reason := tenant().probe():
        return jsonify(status="not ready", reason=reason, release=_release()), 503
    return jsonify(status="ready", release=_release())


def _release() -> str:
    return current_app.extensions["settings"].release
