"""Deny by default: every route asks for an allowed user unless it is marked public."""

import secrets
import time

from flask import (
    Flask,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from .settings import Settings
from .tenant import tenant

ABSOLUTE_LIFETIME = 12 * 3600  # seconds from login to the next login
IDLE_LIFETIME = 3600  # seconds without a request

# Claims kept from the ID token and their longest length; the cookie that carries them must
# stay below the 4096 bytes that browsers keep (RFC 6265, section 6.1).
_KEPT = {"sub": 255, "email": 254, "name": 100, "sid": 128}


def public(view):
    """Marks a view that anybody may see."""
    view.is_public = True
    return view


def guard(app: Flask) -> None:
    app.view_functions["static"].is_public = True
    app.before_request(_admit)


def sign_in(claims: dict) -> None:
    """Starts the session of a user; whatever was in the cookie before is dropped."""
    session.clear()
    session.permanent = True
    session["user"] = {key: str(claims.get(key) or "")[:size] for key, size in _KEPT.items()}
    session["since"] = int(time.time())
    session["csrf"] = secrets.token_urlsafe(24)


def current_user() -> dict | None:
    """The user of this request: logged in, not for too long, and still on the allow-list."""
    user = _session_user()
    return user if user and _allow_list().admits(user["email"]) else None


def refuse(user: dict, reason: str = "not-listed"):
    """Ends the session here and says who was refused, why, and what can be done."""
    session.clear()
    if _wants_json():
        return jsonify(error="forbidden", message="This account is not on the allow-list."), 403
    page = render_template(
        "refused.html",
        user=user,
        reason=reason,
        auth0=_settings().auth0,
        connection=str(user.get("sub") or "").rpartition("|")[0],
        logout_url=tenant().logout_url(user.get("sid")),
    )
    return page, 403


def _admit():
    if request.endpoint is None:  # no such route, or not with this method
        return None
    if getattr(current_app.view_functions[request.endpoint], "is_public", False):
        return None
    user = _session_user()
    if user is None:
        return _ask_for_login()
    if not _allow_list().admits(user["email"]):
        return refuse(user)
    g.user = user
    session.modified = True  # a new date on the cookie: the idle time begins again
    return None


def _session_user() -> dict | None:
    if time.time() - session.get("since", 0) > ABSOLUTE_LIFETIME:
        return None
    return session.get("user")


def _ask_for_login():
    if _wants_json():
        body = jsonify(error="login_required", login=url_for("login.start"))
        # There is no registered scheme for cookies; a 401 must carry a challenge all the same
        # (RFC 9110, section 15.5.2).
        return body, 401, {"WWW-Authenticate": f'Cookie login="{url_for("login.start")}"'}
    if request.method == "GET":
        return redirect(url_for("login.start", next=request.full_path.removesuffix("?")))
    return redirect(url_for("login.start"), 303)


def _wants_json() -> bool:
    return request.path.startswith("/api/")


def _allow_list():
    return _settings().allow_list


def _settings() -> Settings:
    return current_app.extensions["settings"]
