"""The identity provider: an Auth0 tenant or another issuer, seen through its discovery document."""

import threading
import time
from base64 import b64encode
from urllib.parse import quote_plus, urlencode, urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, current_app, request

from .settings import Settings

TIMEOUT = 5  # seconds for one request to the tenant
_READY_FOR = 10  # seconds a good answer of the readiness probe is kept
_NOT_READY_FOR = 2  # seconds a bad one is
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class TenantError(Exception):
    """The tenant cannot be used now; the text says why and holds no secret."""


class Tenant(FlaskOAuth2App):
    """Authlib's client, with the discovery document held to what it must say."""

    settings: Settings  # set by `connect`

    def load_server_metadata(self):
        if "_loaded_at" not in self.server_metadata:
            self.server_metadata.update(self._discover(), _loaded_at=time.time())
        return self.server_metadata

    def probe(self) -> str | None:
        """Why logins would fail now, or None; asks the tenant at most every few seconds."""
        with self._probe_lock:
            if time.monotonic() >= self._probe_again:
                try:
                    self._discover()
                    self._reason = None
                except TenantError as error:
                    self._reason = str(error)
                keep = _NOT_READY_FOR if self._reason else _READY_FOR
                self._probe_again = time.monotonic() + keep
            return self._reason

    def logout_url(self, session_id: str | None) -> str | None:
        """Where the browser ends the session at the tenant and comes back to the public page; None
        where the issuer offers no such place, as Google.

        RP-initiated logout where discovery offers it, named by the ID token's `sid` (Auth0 takes
        it as logout_hint, so the token itself need not be kept); else Auth0's own /v2/logout.
        """
        home = f"{self.settings.url_at(request.host)}/"
        client = {"client_id": self.client_id}
        endpoint = self._end_session_endpoint()
        if endpoint:
            hint = {"logout_hint": session_id} if session_id and self.settings.auth0 else {}
            query = urlencode({**client, **hint, "post_logout_redirect_uri": home})
            return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"
        if not self.settings.auth0:
            return None
        return f"{self.settings.issuer}v2/logout?{urlencode({**client, 'returnTo': home})}"

    def logout_origin(self) -> str:
        """Where the form that logs out leads in the end, as the policy of its page names it."""
        url = urlsplit(self._end_session_endpoint() or self.settings.issuer)
        return f"{url.scheme}://{url.netloc}"

    def identify(self) -> dict | None:
        """The claims of who comes back from the tenant; None if no ID token came.

        Checks state and nonce, and the ID token's signature, issuer, audience and times. An issuer
        may tell the address at its userinfo endpoint alone (OpenID Connect Core 1.0, section 5.4).
        """
        token = self.authorize_access_token()
        claims = token.get("userinfo")
        if self.settings.auth0 or not claims or claims.get("email"):
            return claims
        if not self.load_server_metadata().get("userinfo_endpoint"):
            return claims
        more = self.userinfo(token=token)
        if more.get("sub") != claims["sub"]:  # section 5.3.2
            raise OAuthError("userinfo_mismatch")
        return {**more, **claims}

    def _end_session_endpoint(self) -> str | None:
        try:
            return self.load_server_metadata().get("end_session_endpoint")
        except TenantError:
            return None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._probe_lock = threading.Lock()
        self._probe_again = 0.0
        self._reason: str | None = None

    def _discover(self) -> dict:
        """The discovery document; the issuer must be the one asked for (OpenID Connect
        Discovery 1.0, section 4.3), and ID tokens are taken signed with RS256 alone."""
        url = self._server_metadata_url
        try:
            answer = requests.get(url, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise TenantError(f"{url} cannot be reached: {type(error).__name__}") from error
        if answer.status_code != 200:
            raise TenantError(f"{url} answered {answer.status_code}")
        try:
            metadata = answer.json()
        except ValueError as error:
            raise TenantError(f"{url} is no JSON") from error
        if not isinstance(metadata, dict) or metadata.get("issuer") != self.settings.issuer:
            raise TenantError(f"{url} does not name the issuer {self.settings.issuer}")
        if missing := [name for name in _ENDPOINTS if not metadata.get(name)]:
            raise TenantError(f"{url} lacks {', '.join(missing)}")
        return metadata | {
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_method": self._client_authentication(metadata),
        }

    def _client_authentication(self, metadata: dict):
        """What a client is registered with unless it asked for another way (OpenID Connect
        Registration 1.0); the deployment registers the tenant's with client_secret_post."""
        offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in offered and not self.settings.auth0
        return _basic if basic else "client_secret_post"


def _basic(client, method, uri, headers, body):
    """client_secret_basic, each half encoded (RFC 6749, section 2.3.1); Authlib does not."""
    pair = ":".join(map(quote_plus, (client.client_id, client.client_secret)))
    headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return uri, headers, body


def connect(app: Flask, settings: Settings) -> None:
    """Registers the tenant with the app; no request is made before the first login."""
    tenant = OAuth(app).register(
        "auth0",  # part of the cookie's keys, and so the same from release to release
        client_cls=Tenant,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": settings.scopes,
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT,
        },
    )
    tenant.settings = settings
    app.extensions["tenant"] = tenant


def tenant() -> Tenant:
    return current_app.extensions["tenant"]
