"""Headers, errors, health and logs: what every answer has in common."""

import json
import logging
import re

import pytest
import requests

from greeter import tenant
from greeter.logs import JsonFormatter

from .conftest import browser, log_in

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self' https://login.example.com; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
PATHS = [
    "/",
    "/home",
    "/login",
    "/callback",
    "/api/hello",
    "/healthz",
    "/readyz",
    "/nothing",
    "/broken",
]


@pytest.fixture
def client(app):
    app.add_url_rule("/broken", "broken", lambda: 1 / 0)
    return browser(app)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("known", [False, True])
def test_headers(client, path, known):
    if known:
        log_in(client)
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_files_may_be_cached(client):
    headers = client.get("/static/style.css").headers
    assert headers["Cache-Control"] == "public, max-age=3600"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/home", "/callback", "/nothing", "/broken"])
def test_pages_bring_no_code_of_their_own(client, path):
    log_in(client)
    page = client.get(path).text
    assert '<html lang="en">' in page and "<h1>" in page
    assert not re.search(r"<script|<style|\bstyle=|\bon[a-z]+=|javascript:", page)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("DELETE", "/", 405),
        ("GET", "/broken", 500),
        ("GET", "/logout", 405),
    ],
)
def test_errors_share_the_layout(client, method, path, status):
    log_in(client)
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert "padlock.svg" in answer.text and "To the start page" in answer.text
    assert "Traceback" not in answer.text and "ZeroDivision" not in answer.text
    assert ("Allow" in answer.headers) == (status == 405)


def test_a_large_form_is_refused(client):
    log_in(client)
    assert client.post("/logout", data={"csrf_token": "x" * 20000}).status_code == 413


class Answer:
    def __init__(self, status=200, body=None):
        self.status_code = status
        self.body = body

    def json(self):
        if self.body is None:
            raise requests.JSONDecodeError("no", "", 0)
        return self.body


GOOD = {
    "issuer": "https://login.example.com/",
    "authorization_endpoint": "https://login.example.com/authorize",
    "token_endpoint": "https://login.example.com/oauth/token",
    "jwks_uri": "https://login.example.com/jwks",
}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (requests.ConnectTimeout(), "cannot be reached: ConnectTimeout"),
        (requests.exceptions.SSLError(), "cannot be reached: SSLError"),
        (Answer(500), "answered 500"),
        (Answer(404), "answered 404"),
        (Answer(200), "is no JSON"),
        (Answer(200, []), "does not name the issuer https://login.example.com/"),
        (Answer(200, GOOD | {"issuer": "https://evil.example/"}), "does not name the issuer"),
        (Answer(200, GOOD | {"token_endpoint": ""}), "lacks token_endpoint"),
        (Answer(200, GOOD), None),
    ],
)
def test_readiness(build, monkeypatch, answer, reason):
    asked = []

    def get(url, timeout):
        asked.append(url)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(tenant.requests, "get", get)
    client = browser(build())
    assert asked == []
    for _ in range(3):
        ready = client.get("/readyz")
        assert ready.status_code == (503 if reason else 200)
        assert ready.json["status"] == ("not ready" if reason else "ready")
        assert (reason or "") in ready.json.get("reason", "")
    assert asked == ["https://login.example.com/.well-known/openid-configuration"]
    assert client.get("/healthz").status_code == 200
    if reason:
        assert client.get("/login").status_code == 503


def test_only_rs256_is_taken_whatever_the_tenant_offers(build, monkeypatch):
    document = GOOD | {"id_token_signing_alg_values_supported": ["HS256", "RS256", "none"]}
    monkeypatch.setattr(tenant.requests, "get", lambda url, timeout: Answer(200, document))
    metadata = build().extensions["tenant"].load_server_metadata()
    assert metadata["id_token_signing_alg_values_supported"] == ["RS256"]


def test_readiness_is_asked_again_after_some_seconds(build, monkeypatch):
    answers = [Answer(500), Answer(200, GOOD)]
    now = [1000.0]
    monkeypatch.setattr(tenant.requests, "get", lambda url, timeout: answers.pop(0))
    monkeypatch.setattr(tenant.time, "monotonic", lambda: now[0])
    client = browser(build())
    assert client.get("/readyz").status_code == 503
    now[0] += 1
    assert client.get("/readyz").status_code == 503
    now[0] += 2
    assert client.get("/readyz").status_code == 200


@pytest.fixture
def lines(monkeypatch):
    """Every line that would be logged, read back."""
    monkeypatch.setenv("APP_RELEASE", "3f2a9c01d2e4")
    kept = []
    handler = logging.Handler()
    formatter = JsonFormatter()
    handler.emit = lambda record: kept.append(json.loads(formatter.format(record)))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(handler)
    root.setLevel(level)


def test_one_line_a_request(client, lines):
    answer = client.get(
        "/callback?code=SECRETCODE&state=SECRETSTATE", headers={"X-Request-Id": "abcd-1234"}
    )
    last = lines[-1]
    assert answer.headers["X-Request-Id"] == "abcd-1234"
    assert last["message"] == "request"
    assert {key: last[key] for key in ("method", "path", "status", "release", "request_id")} == {
        "method": "GET",
        "path": "/callback",
        "status": 403,
        "release": "3f2a9c01d2e4",
        "request_id": "abcd-1234",
    }
    assert last["ms"] >= 0
    assert last["time"].endswith("Z")
    assert sum(line["message"] == "request" for line in lines) == 1


def test_a_strange_request_id_is_replaced(client, lines):
    answer = client.get("/", headers={"X-Request-Id": 'x" {evil}'})
    assert len(answer.headers["X-Request-Id"]) == 32


def test_logs_hold_nothing_secret_or_personal(client, lines):
    log_in(client)
    client.get("/home?token=SECRETQUERY")
    client.get("/callback?code=SECRETCODE&state=SECRETSTATE&error=x&error_description=SECRETWORDS")
    client.post("/logout", data={"csrf_token": "SECRETTOKEN"})
    client.get("/broken")
    text = json.dumps(lines)
    assert "ZeroDivisionError" in text
    for secret in (
        "SECRET",
        "ada@example.com",
        "Ada Lovelace",
        "__Host-session",
        "client-secret-1",
    ):
        assert secret not in text
