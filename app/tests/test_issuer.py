"""The whole login with issuers that are no Auth0 tenant: a plain one, and one like Google."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from .conftest import ENVIRONMENT, browser
from .provider import Issuer, Person

URL = ENVIRONMENT["APP_URL"]
ADA, MALLORY, EVE, GRACE = (f"{name}@example.com" for name in ("ada", "mallory", "eve", "grace"))
GOOGLE_ID = "407408718192-a1b2c3.apps.googleusercontent.com"
PLAIN = {"OIDC_CLIENT_ID": "site", "OIDC_CLIENT_SECRET": "a-secret/with+signs"}
GOOGLE = {
    "OIDC_CLIENT_ID": GOOGLE_ID,
    "OIDC_CLIENT_SECRET": "GOCSPX-1",
    "OIDC_CALLBACK_PATH": "/auth",
    "OIDC_SWITCH_PROMPT": "select_account",
}


def application(names, path):
    return {
        "id": names["OIDC_CLIENT_ID"],
        "secret": names["OIDC_CLIENT_SECRET"],
        "callbacks": [URL + path],
        "logoutUrls": [f"{URL}/"],
    }


def start(folder, **options):
    issuer = Issuer(folder, **options)
    yield issuer
    issuer.close()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    applications = [application(PLAIN, "/callback")]
    folder = tmp_path_factory.mktemp("plain")
    yield from start(folder, path="/realms/staff", applications=applications)


@pytest.fixture(scope="module")
def google(tmp_path_factory):
    applications = [application(GOOGLE, "/auth")]
    yield from start(tmp_path_factory.mktemp("google"), google=True, applications=applications)


@pytest.fixture
def site(build, monkeypatch):
    """A browser at the app, and a person, for an issuer."""

    def site(issuer, names, **changes):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", issuer.root)
        auth0 = dict.fromkeys(("AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"), "")
        settings = auth0 | {"OIDC_ISSUER": issuer.issuer} | names | changes
        return browser(build(**settings)), Person(issuer)

    return site


def login(client, person, email, path="/login"):
    back = person.authorize(client.get(path).location, email)
    assert back.startswith(f"{URL}/")
    return client.get(back.removeprefix(URL))


def log_out(client):
    page = client.get("/home").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return client.post("/logout", data={"csrf_token": token})


def test_an_allowed_user_of_a_plain_issuer_is_greeted(site, plain):
    client, person = site(plain, PLAIN)
    start = client.get("/home?tab=1")
    answer = login(client, person, ADA, start.location)
    assert (answer.status_code, answer.location) == (302, "/home?tab=1")
    page = client.get("/home")
    # The address and the name came from the userinfo endpoint.
    assert "Hello, Ada Lovelace!" in page.text and ADA in page.text
    assert f"form-action 'self' https://{plain.domain};" in page.headers["Content-Security-Policy"]


def test_log_out_ends_the_session_of_a_plain_issuer(site, plain):
    client, person = site(plain, PLAIN)
    assert login(client, person, ADA).location == "/home"
    out = urlsplit(log_out(client).location)
    assert f"https://{out.netloc}{out.path}" == f"{plain.issuer}/session/end"
    assert parse_qs(out.query) == {
        "client_id": ["site"],
        "post_logout_redirect_uri": [f"{URL}/"],
    }
    page = person.browser.get(out.geturl(), timeout=30)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page.text))
    form = re.search(r'action="([^"]+)"', page.text)[1]
    assert person.post(form, fields) == f"{URL}/"
    assert client.get("/home").status_code == 302
    login(client, person, ADA)
    assert person.passwords_typed == 2


@pytest.mark.parametrize(
    ("email", "says"),
    [
        (MALLORY, "not on the allow-list"),
        (EVE, "has not been verified"),
        (GRACE, "does not say whether that address is yours (the claim <code>email_verified"),
    ],
)
def test_who_is_refused_at_a_plain_issuer(site, plain, email, says):
    client, person = site(plain, PLAIN, ALLOWED_EMAILS=f"{ADA},{EVE},{GRACE}")
    page = login(client, person, email)
    assert page.status_code == 403
    assert says in page.text
    assert f'href="{plain.issuer}/session/end?client_id=site' in page.text
    # Another account, by a password once more.
    assert login(client, person, ADA, "/login?switch").location == "/home"
    assert person.passwords_typed == 2


def test_a_callback_that_the_issuer_does_not_know(site, plain):
    client, person = site(plain, PLAIN, OIDC_CALLBACK_PATH="/auth")
    page = person.browser.get(client.get("/login").location, timeout=30)
    assert page.status_code == 400
    assert "redirect_uri_mismatch" in page.text


@pytest.mark.parametrize("which", ["plain", "google"])
def test_a_wrong_client_secret_ends_in_a_page(site, request, which):
    names = {"plain": PLAIN, "google": GOOGLE}[which] | {"OIDC_CLIENT_SECRET": "wrong"}
    client, person = site(request.getfixturevalue(which), names)
    page = login(client, person, ADA)
    assert page.status_code == 403
    assert "invalid_client" in page.text


def test_an_allowed_user_of_google_is_greeted(site, google):
    client, person = site(google, GOOGLE)
    way = urlsplit(client.get("/login").location)
    assert way.path == "/o/oauth2/v2/auth"
    assert parse_qs(way.query)["redirect_uri"] == [f"{URL}/auth"]
    assert login(client, person, ADA).location == "/home"
    assert "Hello, Ada Lovelace!" in client.get("/home").text
    assert client.get("/callback").status_code == 404


def test_log_out_with_google_says_that_its_session_goes_on(site, google):
    client, person = site(google, GOOGLE)
    login(client, person, ADA)
    answer = log_out(client)
    assert (answer.status_code, answer.location) == (303, "/logged-out")
    page = client.get("/logged-out").text
    assert google.domain in page and "may still be logged in" in page
    assert client.get("/home").status_code == 302
    assert client.get_cookie("__Host-session") is None
    login(client, person, ADA)
    assert person.passwords_typed == 1


def test_another_account_of_google(site, google):
    client, person = site(google, GOOGLE)
    page = login(client, person, MALLORY)
    assert page.status_code == 403
    assert "Use another account" in page.text and ">Log out<" not in page.text
    assert "select_account" in client.get("/login?switch").location
    assert login(client, person, ADA, "/login?switch").location == "/home"


def test_google_knows_no_prompt_that_asks_for_a_password(site, google):
    client, person = site(google, GOOGLE | {"OIDC_SWITCH_PROMPT": "login"})
    page = person.browser.get(client.get("/login?switch").location, timeout=30)
    assert page.status_code == 400
    assert "Invalid prompt: login" in page.text


def test_an_issuer_that_is_another_than_it_says(site, plain):
    client, _ = site(plain, PLAIN, OIDC_ISSUER=f"{plain.issuer}/")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert f"does not name the issuer {plain.issuer}/" in answer.json["reason"]
