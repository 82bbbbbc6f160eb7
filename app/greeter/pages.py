"""What the app is for: a public page, a greeting, and the same greeting as JSON."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, g, jsonify, render_template

from .gate import current_user, public
from .tenant import tenant
from .visits import count

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
@public
def index():
    return render_template("index.html", user=current_user())


@blueprint.get("/home")
def home():
    if not current_app.extensions["settings"].auth0:
        g.logout_origin = tenant().logout_origin()
    visit = count(g.user["sub"])
    return render_template("home.html", user=g.user, name=_name(g.user), visit=visit)


@blueprint.get("/api/hello")
def hello():
    return jsonify(
        greeting=f"Hello, {_name(g.user)}!",
        timestamp=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        release=current_app.extensions["settings"].release,
    )


def _name(user: dict) -> str:
    return user["name"] or user["email"]
