import pytest

from greeter import create_app, settings
from greeter.tenant import Tenant

ENVIRONMENT = {
    "AUTH0_DOMAIN": "login.example.com",
    "AUTH0_CLIENT_ID": "client-1",
    "AUTH0_CLIENT_SECRET": "client-secret-1",
    "APP_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "APP_URL": "https://app.example.com",
    "ALLOWED_EMAILS": "ada@example.com",
    "APP_RELEASE": "3f2a9c01d2e4",
}

CLAIMS = {
    "sub": "auth0|ada",
    "email": "ada@example.com",
    "email_verified": True,
    "name": "Ada Lovelace",
    "sid": "session-1",
}


@pytest.fixture
def build():
    """Builds the app for an environment that differs in the given variables."""

    def build(**changes):
        return create_app(settings.read(ENVIRONMENT | changes))

    return build


@pytest.fixture
def app(build, monkeypatch):
    """The app with a tenant whose discovery document is known without a request."""
    base = "https://login.example.com"
    document = {
        "issuer": f"{base}/",
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "jwks_uri": f"{base}/.well-known/jwks.json",
        "end_session_endpoint": f"{base}/oidc/logout",
    }
    monkeypatch.setattr(Tenant, "_discover", lambda self: dict(document))
    return build()


@pytest.fixture
def client(app):
    """A browser: speaks https with the app and keeps its cookies."""
    return browser(app)


def browser(app, scheme="https"):
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = scheme
    return client


def log_in(client, **claims):
    """Puts a session into the browser as the app itself would after a login."""
    from greeter.gate import sign_in

    with client.session_transaction() as session, client.application.test_request_context():
        from flask import session as current

        sign_in(CLAIMS | claims)
        session.clear()
        session.update(current)
