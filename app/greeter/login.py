"""Login by authorization code with PKCE, and logout here and at the identity provider."""

import hmac
import logging
from urllib.parse import urlsplit

from authlib.integrations.base_client import OAuthError
from flask import (
    Blueprint,
    Flask,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from joserfc.errors import JoseError
from werkzeug.exceptions import Forbidden

from .gate import current_user, public, refuse, sign_in
from .settings import Settings
from .tenant import tenant
from .verified import why_not

blueprint = Blueprint("login", __name__)
log = logging.getLogger(__name__)

_NEXT_LENGTH = 256  # characters; it travels in the cookie
_PENDING_LOGINS = 2  # other tabs' logins that a new one leaves in the cookie
_STATE_PREFIX = "_state_auth0_"  # Authlib's


@blueprint.get("/login")
@public
def start():
    """Sends the browser to the tenant. `next`: the page to come back to; `switch`: ask for
    another account even if the tenant still knows one."""
    _drop_stale_logins()
    prompt = {"prompt": _settings().switch_prompt} if "switch" in request.args else {}
    # One of the app's own addresses: a forged Host must not lead the code elsewhere.
    callback_url = _settings().url_at(request.host) + url_for("login.callback")
    login = tenant().create_authorization_url(callback_url, **prompt)
    url = login.pop("url")
    tenant().save_authorize_data(
        **login, redirect_uri=callback_url, next=safe_next(request.args.get("next"))
    )
    return redirect(url)


@public
def callback():
    """Lies where the issuer knows it; `at` says where."""
    pending = tenant().framework.get_state_data(session, request.args.get("state")) or {}
    try:
        claims = tenant().identify()
    except (OAuthError, JoseError) as error:
        return _failed(error)
    if claims is None:
        return _failed(OAuthError("no_id_token"))
    if reason := why_not(claims, _settings()):
        log.info("login refused", extra={"reason": reason})
        return refuse(dict(claims), reason)
    sign_in(claims)
    log.info("login")
    return redirect(pending.get("next", "/home"))


@blueprint.post("/logout")
@public
def logout():
    """Ends the session here and at the tenant. A stale page's button works too: without a
    session there is nothing here to protect, and the tenant's may still be open."""
    session_id = None
    if "user" in session:
        sent = request.form.get("csrf_token", "")
        if not hmac.compare_digest(sent.encode(), session.get("csrf", "").encode()):
            raise Forbidden("This form is out of date. Open the page again and log out from there.")
        session_id = session["user"].get("sid")
        session.clear()
    return redirect(tenant().logout_url(session_id) or url_for("login.logged_out"), 303)


@blueprint.get("/logged-out")
@public
def logged_out():
    """Said where the issuer offers no log-out: its own session goes on."""
    return render_template("logged_out.html", issuer=urlsplit(_settings().issuer).netloc)


def at(app: Flask, path: str) -> None:
    """Takes the callback at this path."""
    app.add_url_rule(path, "login.callback", callback, methods=["GET"])


def safe_next(path: str | None) -> str:
    """The path to go to after login if it stays on this site, else /home.

    Browsers drop tabs and line ends from a URL and take a backslash for a slash, so each of
    these could make `//elsewhere.example` out of what looks like a path.
    """
    if (
        path
        and len(path) <= _NEXT_LENGTH
        and path.startswith("/")
        and "//" not in path
        and "\\" not in path
        and path.isprintable()
    ):
        return path
    return "/home"


def _failed(error: Exception):
    # Only the error's code: a description may hold what the provider was sent.
    code = getattr(error, "error", None) or type(error).__name__
    log.warning("login failed", extra={"reason": str(code)[:64]})
    return render_template("login_failed.html", code=str(code)[:64], user=current_user()), 403


def _drop_stale_logins():
    """Keeps the cookie small: of logins that were begun and not ended, the newest stay."""
    pending = [key for key in session if key.startswith(_STATE_PREFIX)]
    pending.sort(key=lambda key: session[key].get("exp", 0))
    for key in pending[: max(0, len(pending) - _PENDING_LOGINS)]:
        session.pop(key)


def _settings() -> Settings:
    return current_app.extensions["settings"]
