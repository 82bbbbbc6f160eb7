"""A small Flask application behind a login at Auth0 or another issuer, made to be replaced."""

import logging
from datetime import timedelta

from flask import Flask, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from . import database, errors, gate, headers, health, login, logs, pages, tenant
from .settings import Settings

log = logging.getLogger(__name__)


def create_app(settings: Settings) -> Flask:
    app = Flask(__name__)
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=[settings.previous_key] if settings.previous_key else [],
        # The prefix makes browsers insist on Secure, on Path=/ and on this very host. At
        # http://localhost only some browsers keep a Secure cookie: there alone it goes without.
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=gate.IDLE_LIFETIME),
        SESSION_REFRESH_EACH_REQUEST=False,  # the gate does it: no cookie on a cacheable file
        MAX_CONTENT_LENGTH=16 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
    )
    # Exactly one proxy in front; its X-Forwarded-Host is not asked for, the Host comes along.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0, x_port=0, x_prefix=0)

    logs.log_requests(app)
    headers.protect(app, settings)
    errors.handle(app)
    tenant.connect(app, settings)
    database.connect(app, settings.database_url)
    for part in (pages, login, health):
        app.register_blueprint(part.blueprint)
    login.at(app, settings.callback_path)
    gate.guard(app)

    app.jinja_env.globals.update(
        release=settings.release,
        asset=lambda name: url_for("static", filename=name, v=settings.release),
    )
    if not settings.allow_list:
        log.warning("nobody can log in: ALLOWED_EMAILS and ALLOWED_DOMAINS are both empty")
    return app
