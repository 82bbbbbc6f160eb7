"""Further public addresses: a login stays at the one where it began, and at no other name."""

from urllib.parse import parse_qs, urlsplit

import pytest

from greeter.settings import SettingsError, read

from .conftest import ENVIRONMENT, browser, log_in

SHOP = "https://shop.example.com"
ALIASES = f"https://example.com:8443,{SHOP}"


@pytest.fixture
def client(app, build):
    return browser(build(APP_ALIAS_URLS=ALIASES))


def callback(client, host):
    query = parse_qs(urlsplit(client.get("/login", headers={"Host": host}).location).query)
    return query["redirect_uri"][0]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("shop.example.com", SHOP),
        ("SHOP.example.com", SHOP),
        ("example.com:8443", "https://example.com:8443"),
        ("app.example.com", "https://app.example.com"),
        ("example.com", "https://app.example.com"),
        ("shop.example.com.evil.example", "https://app.example.com"),
        ("evil.example", "https://app.example.com"),
        ("shop.example.com:8443", "https://app.example.com"),
    ],
)
def test_login_comes_back_to_the_address_of_ours_that_was_asked(client, host, url):
    assert callback(client, host) == f"{url}/callback"


def test_no_word_of_a_proxy_changes_it(client):
    headers = {"Host": "app.example.com", "X-Forwarded-Host": "shop.example.com"}
    location = client.get("/login", headers=headers).location
    assert parse_qs(urlsplit(location).query)["redirect_uri"] == [
        "https://app.example.com/callback"
    ]


def test_log_out_comes_back_there_too(client):
    log_in(client)
    with client.session_transaction() as session:
        token = session["csrf"]
    answer = client.post("/logout", data={"csrf_token": token}, headers={"Host": "evil.example"})
    back = parse_qs(urlsplit(answer.location).query)["post_logout_redirect_uri"]
    assert back == ["https://app.example.com/"]
    answer = client.post("/logout", headers={"Host": "shop.example.com"})
    back = parse_qs(urlsplit(answer.location).query)["post_logout_redirect_uri"]
    assert back == [f"{SHOP}/"]


def test_without_further_addresses_every_host_means_the_one(app):
    assert callback(browser(app), "shop.example.com") == "https://app.example.com/callback"


@pytest.mark.parametrize("value", ["shop.example.com", f"{SHOP}/path", f"{SHOP},http://a.example"])
def test_a_bad_one_is_named(value):
    with pytest.raises(SettingsError, match="APP_ALIAS_URLS: "):
        read(ENVIRONMENT | {"APP_ALIAS_URLS": value})
