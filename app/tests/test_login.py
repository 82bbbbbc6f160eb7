"""The whole login, with a real OpenID provider."""

import re
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import requests

from greeter import tenant

from .conftest import ENVIRONMENT, browser
from .provider import Person, Provider
from .serving import free_port, running, stop

URL = ENVIRONMENT["APP_URL"]
ADA, MALLORY = "ada@example.com", "mallory@example.com"


@pytest.fixture(scope="session")
def provider(tmp_path_factory):
    provider = Provider(tmp_path_factory.mktemp("tenant"))
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def registration(provider):
    return provider.register(URL)


@pytest.fixture
def environment(provider, registration, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", provider.root)
    return {
        "AUTH0_DOMAIN": provider.domain,
        "AUTH0_CLIENT_ID": registration["client_id"],
        "AUTH0_CLIENT_SECRET": registration["client_secret"],
    }


@pytest.fixture
def app(build, environment):
    return build(**environment)


@pytest.fixture
def client(app):
    return browser(app)


@pytest.fixture
def person(provider):
    return Person(provider)


def login(client, person, email, path="/login", **password):
    """The way of one login; gives back the app's answer to the callback."""
    return client.get(local(person.authorize(client.get(path).location, email, **password)))


def local(url):
    assert url.startswith(f"{URL}/"), url
    return url.removeprefix(URL)


def test_an_allowed_user_is_greeted(client, person):
    start = client.get("/home?tab=1")
    answer = login(client, person, ADA, start.location)
    assert (answer.status_code, answer.location) == (302, "/home?tab=1")
    assert "Hello, Ada Lovelace!" in client.get(answer.location).text
    assert client.get("/api/hello").json["greeting"] == "Hello, Ada Lovelace!"
    with client.session_transaction() as session:
        assert session["user"]["email"] == ADA
        assert session["user"]["sub"].startswith("auth0|")
        assert session["user"]["sid"]
        assert not [key for key in session if key.startswith("_state_")]


def test_a_login_at_a_further_name_stays_there(provider, build, environment, person):
    shop = "https://shop.example.com"
    registration = provider.register(URL, shop)
    client = browser(
        build(
            **environment
            | {
                "APP_ALIAS_URLS": shop,
                "AUTH0_CLIENT_ID": registration["client_id"],
                "AUTH0_CLIENT_SECRET": registration["client_secret"],
            }
        )
    )
    back = person.authorize(client.get("/login", base_url=shop).location, ADA)
    assert back.startswith(f"{shop}/callback?")
    assert client.get(back.removeprefix(shop), base_url=shop).location == "/home"
    page = client.get("/home", base_url=shop).text
    assert "Hello, Ada Lovelace!" in page
    # The session is that name's alone.
    assert client.get("/home", base_url=URL).status_code == 302
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    out = client.post("/logout", data={"csrf_token": token}, base_url=shop)
    assert person.visit(out.location) == f"{shop}/"


def test_an_allowed_domain(build, environment, person):
    client = browser(build(**environment, ALLOWED_EMAILS="", ALLOWED_DOMAINS="EXAMPLE.com"))
    assert login(client, person, MALLORY).location == "/home"
    assert "Hello, Mallory!" in client.get("/home").text


def test_a_stranger_is_refused_and_can_come_back_as_somebody_else(client, person):
    answer = login(client, person, MALLORY)
    assert answer.status_code == 403
    assert MALLORY in answer.text and "not on the allow-list" in answer.text
    assert client.get_cookie("__Host-session") is None
    assert client.get("/home").status_code == 302
    # The provider still knows Mallory: a plain login ends at the same page, without a password.
    assert login(client, person, ADA).status_code == 403
    assert person.passwords_typed == 1
    # The page's two ways out.
    assert login(client, person, ADA, "/login?switch").location == "/home"
    assert "Ada Lovelace" in client.get("/home").text


def test_a_strangers_log_out_ends_the_providers_session(client, person):
    page = login(client, person, MALLORY).text
    link = re.search(r'href="(https://[^"]+)">Log out', page)[1].replace("&amp;", "&")
    assert person.visit(link) == f"{URL}/"
    assert login(client, person, ADA).location == "/home"
    assert person.passwords_typed == 2


def test_an_address_that_is_not_verified_is_refused(provider, build, environment, person):
    password = "4 words, not verified!"
    user = {"email": "eve@example.com", "password": password, "email_verified": False}
    provider.manage("POST", "users", connection="Username-Password-Authentication", **user)
    client = browser(build(**environment, ALLOWED_EMAILS="eve@example.com"))
    answer = login(client, person, "eve@example.com", password=password)
    assert answer.status_code == 403
    assert "has not been verified" in answer.text
    assert client.get("/home").status_code == 302


def test_a_stranger_who_registers_an_allowed_address_does_not_get_in(build, environment, person):
    client = browser(build(**environment, ALLOWED_EMAILS="carol@example.com"))
    way = client.get("/login").location
    page = person.browser.get(way, timeout=30)
    register = urljoin(page.url, re.search(r'href="(/u/login/[^"]+/signup)"', page.text)[1])
    fields = {"username": "carol@example.com", "password": "Stranger-1815"}
    answer = client.get(local(person.post(register, fields)))
    assert answer.status_code == 403
    assert "has not been verified" in answer.text
    assert client.get("/home").status_code == 302


def test_a_callback_of_another_browser_is_refused(client, app, person):
    callback = local(person.authorize(client.get("/login").location, ADA))
    victim = browser(app)
    for path in (callback, callback.split("&state=")[0], "/callback"):
        answer = victim.get(path)
        assert answer.status_code == 403
        assert "mismatching_state" in answer.text and 'href="/login"' in answer.text
        assert victim.get("/home").status_code == 302


def test_a_callback_works_once(client, person):
    url = client.get("/login").location
    cookie = client.get_cookie("__Host-session").value
    callback = local(person.authorize(url, ADA))
    assert client.get(callback).location == "/home"
    again = client.get(callback)
    assert again.status_code == 403
    assert f"Continue as {ADA}" in again.text
    assert client.get("/home").status_code == 200
    # The cookie of before brings the state back, but the provider has seen the code.
    client.set_cookie("__Host-session", cookie, secure=True)
    again = client.get(callback)
    assert again.status_code == 403
    assert "invalid_grant" in again.text
    assert client.get("/home").status_code == 302


def test_a_code_of_another_login_is_refused(client, app, person):
    """PKCE: a stolen code, put under a state of one's own, lacks its verifier."""
    stolen = parse_qs(urlsplit(person.authorize(client.get("/login").location, ADA)).query)["code"]
    thief = browser(app)
    state = parse_qs(urlsplit(thief.get("/login").location).query)["state"]
    answer = thief.get("/callback?" + urlencode({"code": stolen[0], "state": state[0]}))
    assert answer.status_code == 403
    assert "invalid_grant" in answer.text


def test_what_the_provider_refuses_ends_in_a_page(client):
    state = parse_qs(urlsplit(client.get("/login").location).query)["state"][0]
    answer = client.get("/callback?" + urlencode({"error": "access_denied", "state": state}))
    assert answer.status_code == 403
    assert "did not let you through" in answer.text and 'href="/login?switch"' in answer.text


def test_a_wrong_client_secret_ends_in_a_page(build, environment, person):
    client = browser(build(**environment | {"AUTH0_CLIENT_SECRET": "wrong"}))
    answer = login(client, person, ADA)
    assert answer.status_code == 403
    assert "Reason: <code>" in answer.text
    assert client.get("/home").status_code == 302


def test_id_tokens_of_a_weaker_signature_are_refused(provider, build, environment, person):
    weak = provider.register(URL)
    path = f"clients/{weak['client_id']}"
    provider.manage("PATCH", path, jwt_configuration={"alg": "HS256"})
    keys = {"AUTH0_CLIENT_ID": weak["client_id"], "AUTH0_CLIENT_SECRET": weak["client_secret"]}
    client = browser(build(**environment | keys))
    answer = login(client, person, ADA)
    assert answer.status_code == 403
    assert client.get("/home").status_code == 302


def log_out(client, person):
    page = client.get("/home").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return client.post("/logout", data={"csrf_token": token})


def test_logout_ends_both_sessions(client, person):
    login(client, person, ADA)
    assert client.post("/logout").status_code == 403  # without the form's token: nothing happens
    assert login(client, person, ADA).location == "/home"
    assert person.passwords_typed == 1
    answer = log_out(client, person)
    assert urlsplit(answer.location).path == "/oidc/logout"
    assert person.visit(answer.location) == f"{URL}/"
    assert client.get("/home").status_code == 302
    login(client, person, ADA)
    assert person.passwords_typed == 2


def test_logout_at_a_tenant_without_the_discovered_endpoint(app, client, person):
    login(client, person, ADA)
    del app.extensions["tenant"].server_metadata["end_session_endpoint"]
    answer = log_out(client, person)
    assert urlsplit(answer.location).path == "/v2/logout"
    assert person.visit(answer.location) == f"{URL}/"
    login(client, person, ADA)
    assert person.passwords_typed == 2


def test_readiness_follows_the_provider(tmp_path, build, monkeypatch):
    provider = Provider(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", provider.root)
    client = browser(build(AUTH0_DOMAIN=provider.domain))
    assert client.get("/readyz").json == {"status": "ready", "release": "3f2a9c01d2e4"}
    provider.close()
    later = tenant.time.monotonic() + 60
    monkeypatch.setattr(tenant.time, "monotonic", lambda: later)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert f"https://{provider.domain}/" in answer.json["reason"]
    assert client.get("/login").status_code == 503


def test_over_http_with_the_real_server(provider):
    """What a person does, in one browser, with the app as it runs in its container."""
    port = free_port()
    url = f"http://localhost:{port}"
    registration = provider.register(url)
    environment = ENVIRONMENT | {
        "APP_URL": url,
        "AUTH0_DOMAIN": provider.domain,
        "AUTH0_CLIENT_ID": registration["client_id"],
        "AUTH0_CLIENT_SECRET": registration["client_secret"],
        "REQUESTS_CA_BUNDLE": provider.root,
    }
    person = Person(provider)
    with running(environment, port) as process:
        get = person.browser.get
        assert get(f"{url}/readyz", timeout=30).json()["status"] == "ready"
        start = get(f"{url}/login?next=/api/hello", allow_redirects=False, timeout=30)
        callback = person.authorize(start.headers["Location"], ADA)
        answer = get(callback, timeout=30)
        assert answer.url == f"{url}/api/hello"
        assert answer.json()["greeting"] == "Hello, Ada Lovelace!"
        token = re.search(
            r'name="csrf_token" value="([^"]+)"', get(f"{url}/home", timeout=30).text
        )[1]
        back = person.browser.post(f"{url}/logout", data={"csrf_token": token}, timeout=30)
        assert back.history[0].status_code == 303
        assert back.url == f"{url}/"
        assert requests.get(f"{url}/api/hello", timeout=30).status_code == 401
        assert get(f"{url}/api/hello", timeout=30).status_code == 401
        lines = stop(process)
    text = str(lines)
    code = parse_qs(urlsplit(callback).query)["code"][0]
    for secret in (code, ADA, "Ada Lovelace", registration["client_secret"], token):
        assert secret not in text
    assert "'path': '/callback', 'status': 302" in text
