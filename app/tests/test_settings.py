import pytest

from greeter.settings import SettingsError, read

from .conftest import ENVIRONMENT

BAD = [
    ("AUTH0_DOMAIN", "", "missing"),
    (
        "AUTH0_DOMAIN",
        "https://example.eu.auth0.com",
        '"https://example.eu.auth0.com" is not a host',
    ),
    ("AUTH0_DOMAIN", "example.eu.auth0.com/", "is not a host name"),
    ("AUTH0_DOMAIN", "example.com:99999", "is not a host name"),
    ("AUTH0_DOMAIN", "example.com:", "is not a host name"),
    ("AUTH0_DOMAIN", "exa mple.com", "is not a host name"),
    ("AUTH0_DOMAIN", "user@example.com", "is not a host name"),
    ("AUTH0_CLIENT_ID", "", "missing"),
    ("AUTH0_CLIENT_ID", "two words", "has a space"),
    ("AUTH0_CLIENT_SECRET", "", "missing"),
    ("AUTH0_CLIENT_SECRET", "hush hush", "has a space"),
    ("APP_SECRET_KEY", "", "missing"),
    ("APP_SECRET_KEY", "changeme", "shorter than 32 characters"),
    ("APP_SECRET_KEY_PREVIOUS", "changeme", "shorter than 32 characters"),
    ("APP_URL", "", "missing"),
    ("APP_URL", "app.example.com", "is not an https address"),
    ("APP_URL", "ftp://app.example.com", "is not an https address"),
    ("APP_URL", "https://", "is not an https address"),
    ("APP_URL", "https://app.example.com:port", "is not a URL"),
    ("APP_URL", "https://app.example.com/base", "more than scheme, host and port"),
    ("APP_URL", "https://app.example.com?x=1", "more than scheme, host and port"),
    ("APP_URL", "https://user@app.example.com", "more than scheme, host and port"),
    ("APP_URL", "http://app.example.com", "is http, which only an address of this computer"),
    ("APP_RELEASE", "one two", "is not a release name"),
    ("ALLOWED_EMAILS", "ada@example.com, bob", '"bob" is not an e-mail address'),
    ("ALLOWED_EMAILS", "@example.com", "is not an e-mail address"),
    ("ALLOWED_EMAILS", "ada@", "is not an e-mail address"),
    ("ALLOWED_EMAILS", "ada@example.com bob@example.com", "is not an e-mail address"),
    ("ALLOWED_DOMAINS", "@example.com", '"@example.com" is not a domain'),
    ("ALLOWED_DOMAINS", "*", '"*" is not a domain'),
    ("ALLOWED_DOMAINS", "*.example.com", "is not a domain"),
    ("VERIFIED_CONNECTIONS", "samlp|a|b", '"samlp|a|b" is not a connection'),
    ("VERIFIED_CONNECTIONS", "auth0|Username-Password-Authentication", "is a database"),
]


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_bad_setting_is_named(name, value, message):
    with pytest.raises(SettingsError) as caught:
        read(ENVIRONMENT | {name: value})
    text = str(caught.value)
    assert f"1 setting is wrong:\n  {name}: " in text
    assert message in text
    assert "; set it to " in text
    if value and (name == "AUTH0_CLIENT_SECRET" or name.startswith("APP_SECRET_KEY")):
        assert value not in text


OPENID = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("AUTH0_")} | {
    "OIDC_ISSUER": "https://login.example.com/realms/staff",
    "OIDC_CLIENT_ID": "site",
    "OIDC_CLIENT_SECRET": "hush",
}


def test_an_issuer_in_the_place_of_a_tenant():
    settings = read(OPENID)
    assert (settings.issuer, settings.auth0) == (OPENID["OIDC_ISSUER"], False)
    assert settings.callback_path == "/callback"
    assert settings.scopes == "openid email profile"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("OIDC_ISSUER", "http://login.example.com", "is not an https address"),
        ("OIDC_ISSUER", "https://login.example.com?x", "more than host, port and path"),
        ("OIDC_CLIENT_ID", "", "missing"),
        ("OIDC_CLIENT_SECRET", "", "missing"),
        ("OIDC_CALLBACK_PATH", "auth", "is not a path that is free"),
        ("OIDC_CALLBACK_PATH", "/", "is not a path that is free"),
        ("OIDC_CALLBACK_PATH", "/api/hello", "is not a path that is free"),
        ("OIDC_CALLBACK_PATH", "/<name>", "is not a path that is free"),
        ("OIDC_SCOPES", "openid profile", "lacks openid or email"),
        ("OIDC_SWITCH_PROMPT", "none", "is not a prompt"),
    ],
)
def test_a_bad_setting_of_an_issuer_is_named(name, value, message):
    with pytest.raises(SettingsError) as caught:
        read(OPENID | {name: value})
    text = str(caught.value)
    assert f"1 setting is wrong:\n  {name}: " in text
    assert message in text


def test_a_tenant_beside_an_issuer_is_one_too_many():
    with pytest.raises(SettingsError) as caught:
        read(ENVIRONMENT | OPENID)
    assert "OIDC_ISSUER: set beside AUTH0_DOMAIN" in str(caught.value)


def test_all_bad_settings_are_listed_at_once():
    with pytest.raises(SettingsError) as caught:
        read({"APP_URL": "x"})
    text = str(caught.value)
    assert "5 settings are wrong" in text
    for name in ("AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "APP_SECRET_KEY"):
        assert f"{name}: missing" in text


def test_secrets_are_not_in_the_representation():
    previous = "e" * 32
    shown = repr(read(ENVIRONMENT | {"APP_SECRET_KEY_PREVIOUS": previous}))
    assert previous not in shown
    assert ENVIRONMENT["APP_SECRET_KEY"] not in shown
    assert ENVIRONMENT["AUTH0_CLIENT_SECRET"] not in shown


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://app.example.com/", "https://app.example.com"),
        ("https://dev.padlock.localhost:8443", "https://dev.padlock.localhost:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_app_url(value, url):
    assert read(ENVIRONMENT | {"APP_URL": value}).app_url == url


def test_defaults():
    settings = read(
        {k: v for k, v in ENVIRONMENT.items() if k not in ("ALLOWED_EMAILS", "APP_RELEASE")}
    )
    assert settings.release == "unreleased"
    assert not settings.allow_list
