import random
import re
import string
import time

import pytest
from itsdangerous import TimestampSigner

from greeter import gate
from greeter.gate import public

from .conftest import ENVIRONMENT, browser, log_in

COOKIE = "__Host-session"
PUBLIC = {"static", "pages.index", "login.start", "login.callback", "login.logout"}
PUBLIC |= {"login.logged_out", "health.healthz", "health.readyz"}


def test_a_route_that_is_not_marked_is_closed(app):
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    app.add_url_rule("/open", "open", public(lambda: "hello"))
    client = browser(app)
    answer = client.get("/forgotten?a=1")
    assert (answer.status_code, answer.location) == (302, "/login?next=/forgotten?a%3D1")
    assert client.get("/open").text == "hello"
    log_in(client)
    assert client.get("/forgotten").text == "secret"


def test_the_public_routes_are_these(app):
    views = app.view_functions.items()
    assert {name for name, view in views if getattr(view, "is_public", False)} == PUBLIC


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS"])
def test_other_methods_are_closed_too(app, method):
    app.add_url_rule("/change", "change", lambda: "secret", methods=["POST", "PUT"])
    answer = browser(app).open("/change", method=method)
    assert (answer.status_code, answer.location) == (303, "/login")


def test_the_api_answers_in_json(client):
    answer = client.get("/api/hello")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Cookie login="/login"'
    assert answer.json == {"error": "login_required", "login": "/login"}
    assert client.get("/api/nothing").json["error"] == "not_found"


def test_greeting(client):
    log_in(client)
    page = client.get("/home")
    assert "Hello, Ada Lovelace!" in page.text
    assert "3f2a9c01d2e4" in page.text
    answer = client.get("/api/hello").json
    assert answer["greeting"] == "Hello, Ada Lovelace!"
    assert answer["release"] == "3f2a9c01d2e4"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer["timestamp"])


def test_a_name_is_text_and_never_markup(client):
    log_in(client, name="<script>alert(1)</script>")
    page = client.get("/home").text
    assert "<script" not in page
    assert "Hello, &lt;script&gt;" in page


def test_cookie_attributes(client):
    log_in(client)
    cookie = client.get("/home").headers["Set-Cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith(f"{COOKIE}=")
    kept = {a for a in attributes if not a.startswith("Expires=")}
    assert kept == {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}
    assert "; Expires=" in cookie  # lives on when the browser is closed, for the idle time


def test_a_laptop_at_http_gets_a_cookie_that_its_browser_keeps(build):
    client = browser(build(APP_URL="http://localhost:8000"), scheme="http")
    log_in(client)
    cookie = client.get("/home").headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_the_largest_cookie_fits_a_browser(client):
    # Text of many different letters, which the cookie's compression can do little about.
    chance = random.Random(1)
    wild = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(500))
    text = "".join(chance.choice(string.ascii_letters) for _ in range(1000))
    log_in(client, sub=text, name=wild, sid=text[500:], email=text[300:542] + "@example.com")
    for start in range(0, 600, 100):
        assert client.get("/login?next=/" + text[start : start + 255]).status_code == 302
    with client.session_transaction() as session:
        assert len([key for key in session if key.startswith("_state_")]) == 3
        assert len(session["user"]["name"]) == 100 and len(session["user"]["sub"]) == 255
    assert len(client.get_cookie(COOKIE).value) + len(COOKIE) < 4096


def test_no_cookie_without_a_reason(client):
    for path in (
        "/",
        "/healthz",
        "/readyz",
        "/static/style.css",
        "/home",
        "/api/hello",
        "/nothing",
    ):
        assert "Set-Cookie" not in client.get(path).headers
    log_in(client)
    assert "Set-Cookie" not in client.get("/static/style.css").headers


def test_a_session_of_another_key_or_a_changed_one_is_none(client, build):
    log_in(client)
    other = browser(build(APP_SECRET_KEY="f" * 32))
    stolen = client.get_cookie(COOKIE).value
    other.set_cookie(COOKIE, stolen, secure=True)
    assert other.get("/home").status_code == 302
    client.set_cookie(COOKIE, stolen[:-2] + "xx", secure=True)
    assert client.get("/home").status_code == 302


def test_a_session_of_the_key_before_goes_on_with_the_present_one(client, build):
    new, old = "f" * 32, ENVIRONMENT["APP_SECRET_KEY"]
    log_in(client)
    between = browser(build(APP_SECRET_KEY=new, APP_SECRET_KEY_PREVIOUS=old))
    between.set_cookie(COOKIE, client.get_cookie(COOKIE).value, secure=True)
    assert between.get("/home").status_code == 200
    # What it was given meanwhile needs the old key no more.
    later = browser(build(APP_SECRET_KEY=new, APP_SECRET_KEY_PREVIOUS="e" * 32))
    later.set_cookie(COOKIE, between.get_cookie(COOKIE).value, secure=True)
    assert later.get("/home").status_code == 200
    later.set_cookie(COOKIE, client.get_cookie(COOKIE).value, secure=True)
    assert later.get("/home").status_code == 302


def test_absolute_lifetime(client):
    log_in(client)
    for age, status in ((gate.ABSOLUTE_LIFETIME - 60, 200), (gate.ABSOLUTE_LIFETIME + 60, 302)):
        with client.session_transaction() as session:
            session["since"] = int(time.time()) - age
        assert client.get("/home").status_code == status


def test_idle_lifetime(client, monkeypatch):
    def at(seconds):
        now = int(time.time()) + seconds
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now)

    # The cookie's own date is taken away, as a thief's would be: the signature's time decides.
    def visit():
        value = client.get_cookie(COOKIE).value
        client.set_cookie(COOKIE, value, secure=True)
        return client.get("/home").status_code

    log_in(client)
    at(gate.IDLE_LIFETIME - 60)
    assert visit() == 200
    at(2 * gate.IDLE_LIFETIME - 180)  # used a little less than the idle time ago
    assert visit() == 200
    at(3 * gate.IDLE_LIFETIME)
    assert visit() == 302


def test_a_change_of_the_list_takes_effect_at_once(app, build):
    client = browser(app)
    log_in(client)
    cookie = client.get_cookie(COOKIE).value
    later = browser(build(ALLOWED_EMAILS="", ALLOWED_DOMAINS="elsewhere.example"))
    later.set_cookie(COOKIE, cookie, secure=True)
    answer = later.get("/home")
    assert answer.status_code == 403
    assert "ada@example.com" in answer.text
    assert later.get_cookie(COOKIE) is None
    later.set_cookie(COOKIE, cookie, secure=True)
    assert "Log in" in later.get("/").text
    assert later.get("/api/hello").json["error"] == "forbidden"


def test_nobody_is_allowed_by_an_empty_list(build):
    client = browser(build(ALLOWED_EMAILS=""))
    log_in(client)
    assert client.get("/home").status_code == 403


def test_the_session_holds_no_token(client):
    log_in(client, access_token="at", id_token="it", email_verified=True)
    with client.session_transaction() as session:
        assert set(session) == {"_permanent", "user", "since", "csrf"}
        assert set(session["user"]) == {"sub", "email", "name", "sid"}
    assert ENVIRONMENT["AUTH0_CLIENT_SECRET"] not in client.get_cookie(COOKIE).value
