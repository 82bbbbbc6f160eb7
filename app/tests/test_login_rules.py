"""What the app decides about a login by itself; test_login.py asks a real provider."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.errors import BadSignatureError

from greeter.login import safe_next
from greeter.tenant import Tenant, TenantError

from .conftest import CLAIMS, browser, log_in

EVIL = [
    None,
    "",
    "home",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/home\r\nSet-Cookie: a=b",
    "/home\n",
    "/\x00",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    " /home",
    "/a//evil.example",
    "/\N{LINE SEPARATOR}x",
    "/" + "x" * 256,
]


@pytest.mark.parametrize("path", EVIL)
def test_evil_next_leads_home(path):
    assert safe_next(path) == "/home"


@pytest.mark.parametrize(
    "path", ["/", "/home", "/a/b?c=d&e=%2F", "/caf\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
def test_good_next_is_kept(path):
    assert safe_next(path) == path


def authorize_query(answer):
    url = urlsplit(answer.location)
    assert answer.status_code == 302
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://login.example.com/authorize"
    return {name: values[0] for name, values in parse_qs(url.query).items()}


def test_login_asks_for_a_code_with_pkce_state_and_nonce(client):
    query = authorize_query(client.get("/login", headers={"Host": "evil.example"}))
    assert query["response_type"] == "code"
    assert query["client_id"] == "client-1"
    assert query["redirect_uri"] == "https://app.example.com/callback"
    assert query["scope"] == "openid profile email"
    assert query["code_challenge_method"] == "S256"
    assert len(query["code_challenge"]) == 43
    assert len(query["state"]) >= 20 and len(query["nonce"]) >= 20
    assert "prompt" not in query
    assert authorize_query(client.get("/login?switch"))["prompt"] == "login"


def test_forwarded_headers_do_not_move_the_callback(client):
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    query = authorize_query(client.get("/login", headers=headers))
    assert query["redirect_uri"] == "https://app.example.com/callback"


def test_abandoned_logins_do_not_pile_up(client):
    for _ in range(10):
        last = authorize_query(client.get("/login"))["state"]
    with client.session_transaction() as session:
        pending = [key for key in session if key.startswith("_state_")]
    assert len(pending) == 3
    assert f"_state_auth0_{last}" in pending


@pytest.mark.parametrize(
    "error", [BadSignatureError(), requests.ConnectionError(), TenantError("it is away")]
)
def test_a_login_that_breaks_off_ends_in_a_page(client, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(Tenant, "authorize_access_token", fail)
    answer = client.get("/callback?code=c&state=s")
    assert answer.status_code == (403 if isinstance(error, BadSignatureError) else 503)
    assert "<main>" in answer.text
    assert client.get("/home").status_code == 302


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"email": "mallory@example.com"}, "mallory@example.com</strong>, and that address is not"),
        ({"email_verified": False}, "ada@example.com</strong>, but that address has not been"),
        ({"email_verified": "true"}, "that address has not been verified"),
        ({"email_verified": None}, "(<code>auth0</code>) does not say whether that address"),
        ({"email_verified": None, "sub": "samlp|corporate|ada"}, "<code>samlp|corporate</code>"),
        ({"email": None}, "has no e-mail address"),
        ({"email": "ada@example.com" + " " * 300}, "No access"),
    ],
)
def test_refused(client, monkeypatch, claims, says):
    answer = CLAIMS | claims
    monkeypatch.setattr(Tenant, "authorize_access_token", lambda self: {"userinfo": answer})
    log_in(client)  # and a session from before does not outlive the refusal
    page = client.get("/callback?code=c&state=s")
    assert page.status_code == 403
    assert says in page.text
    assert 'href="/login?switch"' in page.text
    assert (
        "https://login.example.com/oidc/logout?client_id=client-1&amp;logout_hint=session-1"
        in page.text
    )
    assert client.get_cookie("__Host-session") is None
    assert client.get("/home").status_code == 302


@pytest.mark.parametrize(
    ("subject", "listed", "admitted"),
    [
        ("samlp|corporate|ada", "samlp|corporate", True),
        ("samlp|corporate|ada", "samlp|corporate,samlp", True),
        ("samlp|other|ada", "samlp|corporate,samlp", False),
        ("samlp|corporate|ada", "samlp", False),
        ("waad|4711", "waad|azure,waad", True),
        ("waad|4711", "waad|azure", False),
        ("auth0|samlp|corporate", "samlp|corporate,samlp", False),
        ("google-oauth2|4711", "samlp|corporate,samlp", False),
        ("samlp", "samlp|corporate,samlp", False),
        ("samlp|corporate|ada", "", False),
    ],
)
def test_a_listed_connection_vouches_for_its_users_addresses(
    app, build, monkeypatch, subject, listed, admitted
):
    answer = {k: v for k, v in CLAIMS.items() if k != "email_verified"} | {"sub": subject}
    monkeypatch.setattr(Tenant, "authorize_access_token", lambda self: {"userinfo": answer})
    client = browser(build(VERIFIED_CONNECTIONS=listed))
    page = client.get("/callback?code=c&state=s")
    assert (page.status_code == 302) is admitted
    assert (client.get("/home").status_code == 200) is admitted


def test_a_listed_connection_admits_nobody_who_is_not_on_the_lists(app, build, monkeypatch):
    answer = CLAIMS | {"sub": "samlp|corporate|eve", "email": "eve@example.net"}
    monkeypatch.setattr(Tenant, "authorize_access_token", lambda self: {"userinfo": answer})
    client = browser(build(VERIFIED_CONNECTIONS="samlp|corporate"))
    assert "not on the allow-list" in client.get("/callback?code=c&state=s").text


def test_an_answer_without_id_token_is_refused(client, monkeypatch):
    monkeypatch.setattr(Tenant, "authorize_access_token", lambda self: {"access_token": "x"})
    page = client.get("/callback?code=c&state=s")
    assert page.status_code == 403
    assert "no_id_token" in page.text


def test_login_drops_what_was_in_the_session(client, monkeypatch):
    monkeypatch.setattr(Tenant, "authorize_access_token", lambda self: {"userinfo": CLAIMS})
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["csrf"] = "known"
    assert client.get("/callback?code=c&state=s").location == "/home"
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["csrf"] != "known"


def test_logout_needs_the_token_of_the_form(client):
    log_in(client)
    for form in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": "\xff"}):
        assert client.post("/logout", data=form).status_code == 403
    assert client.get("/logout").status_code == 405
    assert client.get("/home").status_code == 200


def test_logout_ends_both_sessions(client):
    log_in(client)
    with client.session_transaction() as session:
        token = session["csrf"]
    answer = client.post("/logout", data={"csrf_token": token})
    assert answer.status_code == 303
    url = urlsplit(answer.location)
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://login.example.com/oidc/logout"
    assert parse_qs(url.query) == {
        "client_id": ["client-1"],
        "logout_hint": ["session-1"],
        "post_logout_redirect_uri": ["https://app.example.com/"],
    }
    assert client.get_cookie("__Host-session") is None


def test_logout_of_a_stale_page_still_ends_the_tenants_session(client):
    answer = client.post("/logout", data={"csrf_token": "old"})
    assert answer.location.startswith("https://login.example.com/oidc/logout?")
    # A form on another site comes without the cookie; the answer must not take it away.
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("down", [False, True])
def test_logout_without_the_endpoint_in_discovery(app, monkeypatch, down):
    def discover(self):
        if down:
            raise TenantError("away")
        return {"issuer": "https://login.example.com/"}

    monkeypatch.setattr(Tenant, "_discover", discover)
    answer = browser(app).post("/logout")
    assert answer.location == (
        "https://login.example.com/v2/logout"
        "?client_id=client-1&returnTo=https%3A%2F%2Fapp.example.com%2F"
    )
