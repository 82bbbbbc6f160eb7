"""Everything the process is told from outside, read once and judged at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from . import database
from .allow_list import AllowList
from .verified import VerifiedConnections

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_SECRET_KEY_MIN = 32  # characters; what `secrets.token_hex(16)` gives, 128 bits
_PROMPTS = ("login", "select_account", "consent")
_TAKEN = re.compile(r"/|/(login|logout|logged-out|home|healthz|readyz|static|api)(/.*)?")
_NEW_KEY = "python3 -c 'import secrets; print(secrets.token_hex(32))'"


class SettingsError(Exception):
    """All that is wrong with the environment, one line a variable; never a secret's value."""

    def __init__(self, problems: list[str]):
        count = "1 setting is" if len(problems) == 1 else f"{len(problems)} settings are"
        super().__init__("\n  ".join([f"cannot start, {count} wrong:", *problems]))


@dataclass(frozen=True)
class Settings:
    issuer: str
    """As the issuer calls itself; Auth0's has a slash at its end."""
    auth0: bool
    """Is it an Auth0 tenant?"""
    callback_path: str
    scopes: str
    """Separated by spaces."""
    switch_prompt: str
    """The `prompt` that asks for another account."""
    client_id: str
    client_secret: str = field(repr=False)
    secret_key: str = field(repr=False)
    app_url: str
    allow_list: AllowList
    verified: VerifiedConnections
    release: str
    alias_urls: tuple[str, ...] = ()
    previous_key: str | None = field(default=None, repr=False)
    """Sessions that it has signed go on."""
    database_url: str | None = field(default=None, repr=False)

    def url_at(self, host: str) -> str:
        """The public address that a request came to by its Host; the app's own if that is none
        of its addresses, so that a forged Host leads nobody elsewhere."""
        named = (url for url in self.alias_urls if urlsplit(url).netloc == host.lower())
        return next(named, self.app_url)

    @property
    def secure(self) -> bool:
        """False only on a laptop, at an http address of this very computer."""
        return self.app_url.startswith("https://")


def read(env: Mapping[str, str]) -> Settings:
    """Settings from environment variables; raises SettingsError that lists every bad one."""
    problems: list[str] = []

    def take(name: str, judge, default: str | None = None):
        value = env.get(name, "").strip() or default
        if value is None:
            problems.append(f"{name}: missing; set it to {judge.__doc__}")
            return None
        try:
            return judge(value)
        except ValueError as error:
            problems.append(f"{name}: {error}; set it to {judge.__doc__}")
            return None

    openid = env.get("OIDC_ISSUER", "").strip() != ""
    if openid and env.get("AUTH0_DOMAIN", "").strip():
        problems.append("OIDC_ISSUER: set beside AUTH0_DOMAIN; unset one of them")
    whose = "OIDC" if openid else "AUTH0"
    values = {
        "issuer": take("OIDC_ISSUER", _issuer) if openid else take("AUTH0_DOMAIN", _tenant),
        "client_id": take(f"{whose}_CLIENT_ID", _token),
        "client_secret": take(f"{whose}_CLIENT_SECRET", _client_secret),
        "callback_path": "/callback",
        "scopes": "openid profile email",
        "switch_prompt": "login",
        "secret_key": take("APP_SECRET_KEY", _secret_key),
        "previous_key": take("APP_SECRET_KEY_PREVIOUS", _previous_key, ""),
        "app_url": take("APP_URL", _app_url),
        "release": take("APP_RELEASE", _release, "unreleased"),
        "alias_urls": take("APP_ALIAS_URLS", _alias_urls, ""),
        "database_url": take("DATABASE_URL", database.judge, ""),
    }
    if openid:
        values |= {
            "callback_path": take("OIDC_CALLBACK_PATH", _callback_path, "/callback"),
            "scopes": take("OIDC_SCOPES", _scopes, "openid email profile"),
            "switch_prompt": take("OIDC_SWITCH_PROMPT", _prompt, "login"),
        }
    emails = take("ALLOWED_EMAILS", _emails, "")
    domains = take("ALLOWED_DOMAINS", _domains, "")
    verified = take("VERIFIED_CONNECTIONS", _connections, "")
    if problems:
        raise SettingsError(problems)
    return Settings(
        **values,
        auth0=not openid,
        allow_list=AllowList(emails, domains),
        verified=VerifiedConnections(verified),
    )


def _tenant(value: str) -> str:
    """the tenant's or custom domain without scheme or path, such as example.eu.auth0.com"""
    host, colon, port = value.lower().partition(":")
    if not _HOST.fullmatch(host) or (colon and not _is_port(port)):
        raise ValueError(f'"{value}" is not a host name')
    return f"https://{value.lower()}/"


def _issuer(value: str) -> str:
    """the https address that the issuer calls itself, such as https://accounts.google.com"""
    try:
        url = urlsplit(value)
        host, _ = url.hostname or "", url.port
    except ValueError:
        raise ValueError(f'"{value}" is not a URL') from None
    if url.scheme != "https" or not (_HOST.fullmatch(host) or _is_loopback(host)):
        raise ValueError(f'"{value}" is not an https address')
    if url.query or url.fragment or url.username is not None:
        raise ValueError(f'"{value}" has more than host, port and path')
    return value


def _callback_path(value: str) -> str:
    """a path of this app's that the issuer knows, such as /callback"""
    if not re.fullmatch(r"(/[\w.~-]+)+", value, re.ASCII) or _TAKEN.fullmatch(value):
        raise ValueError(f'"{value}" is not a path that is free for it')
    return value


def _scopes(value: str) -> str:
    """scopes separated by spaces, openid and email among them"""
    if not {"openid", "email"} <= set(value.split()):
        raise ValueError(f'"{value}" lacks openid or email')
    return " ".join(value.split())


def _prompt(value: str) -> str:
    if value not in _PROMPTS:
        raise ValueError(f'"{value}" is not a prompt')
    return value


_prompt.__doc__ = f"one of {', '.join(_PROMPTS)}"


def _token(value: str) -> str:
    """the client id that Auth0 or the issuer shows for the application"""
    if not re.fullmatch(r"[!-~]+", value):
        raise ValueError(f'"{value}" has a space or a character outside ASCII')
    return value


def _client_secret(value: str) -> str:
    """the client secret that Auth0 or the issuer shows for the application"""
    if not re.fullmatch(r"[!-~]+", value):
        raise ValueError("it has a space or a character outside ASCII")
    return value


def _secret_key(value: str) -> str:
    if len(value) < _SECRET_KEY_MIN:
        raise ValueError(f"shorter than {_SECRET_KEY_MIN} characters")
    return value


_secret_key.__doc__ = f"a random value that stays the same from start to start: {_NEW_KEY}"


def _previous_key(value: str) -> str | None:
    """the value that APP_SECRET_KEY had before, or to nothing"""
    return _secret_key(value) if value else None


def _app_url(value: str) -> str:
    """the public address without a path, such as https://app.example.com"""
    try:
        url = urlsplit(value)
        host, _ = url.hostname or "", url.port
    except ValueError:
        raise ValueError(f'"{value}" is not a URL') from None
    if url.scheme not in ("http", "https") or not (_HOST.fullmatch(host) or _is_loopback(host)):
        raise ValueError(f'"{value}" is not an https address')
    if url.path not in ("", "/") or url.query or url.fragment or url.username is not None:
        raise ValueError(f'"{value}" has more than scheme, host and port')
    if url.scheme == "http" and not _is_loopback(host):
        raise ValueError(f'"{value}" is http, which only an address of this computer may be')
    return f"{url.scheme}://{url.netloc.lower()}"


def _alias_urls(value: str) -> tuple[str, ...]:
    """further public addresses separated by commas, such as https://shop.example.com"""
    return tuple(_app_url(entry) for entry in _entries(value))


def _release(value: str) -> str:
    """a short name of this release, letters, digits, dots, dashes and underscores"""
    if not re.fullmatch(r"[\w.-]{1,64}", value, re.ASCII):
        raise ValueError(f'"{value}" is not a release name')
    return value


def _emails(value: str) -> list[str]:
    """e-mail addresses separated by commas, such as ada@example.com,bob@example.com"""
    entries = _entries(value)
    for entry in entries:
        name, _, domain = entry.rpartition("@")
        if not name or not domain or re.search(r"\s", entry):
            raise ValueError(f'"{entry}" is not an e-mail address')
    return entries


def _domains(value: str) -> list[str]:
    """domains separated by commas, such as example.com,example.org (subdomains are not included)"""
    entries = _entries(value)
    for entry in entries:
        if not _HOST.fullmatch(entry.lower()):
            raise ValueError(f'"{entry}" is not a domain')
    return entries


def _connections(value: str) -> list[str]:
    """strategies and connections separated by commas, such as samlp|corporate,waad"""
    entries = _entries(value)
    for entry in entries:
        if not re.fullmatch(r"[a-z0-9-]+(\|[A-Za-z0-9-]+)?", entry):
            raise ValueError(f'"{entry}" is not a connection')
        if entry.split("|")[0] == "auth0":
            raise ValueError(f'"{entry}" is a database, where anybody types in any address')
    return entries


def _entries(value: str) -> list[str]:
    return [entry.strip() for entry in value.split(",") if entry.strip()]


def _is_port(value: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", value) is not None and 1 <= int(value) <= 65535


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
