"""Two questions of whoever runs the app: does the process live, and can users log in?"""

from flask import Blueprint, current_app, jsonify

from .gate import public
from .tenant import tenant
from .visits import problem

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz():
    return jsonify(status="ok", release=_release())


@blueprint.get("/readyz")
@public
def readyz():
    """Ready: the settings are complete (else nothing runs), the tenant answers, and the database,
    where there is one, has been migrated."""
    if reason := tenant().probe() or problem():
        return jsonify(status="not ready", reason=reason, release=_release()), 503
    return jsonify(status="ready", release=_release())


def _release() -> str:
    return current_app.extensions["settings"].release
