"""Everything the process is told from outside, read once and judged at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from .allow_list import AllowList
from .verified import VerifiedConnections

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_SECRET_KEY_MIN = 32  # characters; what `secrets.token_hex(16)` gives, 128 bits
_NEW_KEY = "python3 -c 'import secrets; print(secrets.token_hex(32))'"


class SettingsError(Exception):
    """All that is wrong with the environment, one line a variable; never a secret's value."""

    def __init__(self, problems: list[str]):
        count = "1 setting is" if len(problems) == 1 else f"{len(problems)} settings are"
        super().__init__("\n  ".join([f"cannot start, {count} wrong:", *problems]))


@dataclass(frozen=True)
class Settings:
    auth0_domain: str
    client_id: str
    client_secret: str = field(repr=False)
    secret_key: str = field(repr=False)
    app_url: str
    allow_list: AllowList
    verified: VerifiedConnections
    release: str
    alias_urls: tuple[str, ...] = ()

    def url_at(self, host: str) -> str:
        """The public address that a request came to by its Host; the app's own if that is none
        of its addresses, so that a forged Host leads nobody elsewhere."""
        named = (url for url in self.alias_urls if urlsplit(url).netloc == host.lower())
        return next(named, self.app_url)

    @property
    def issuer(self) -> str:
        """Auth0's issuer, with its trailing slash."""
        return f"https://{self.auth0_domain}/"

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

    values = {
        "auth0_domain": take("AUTH0_DOMAIN", _domain),
        "client_id": take("AUTH0_CLIENT_ID", _token),
        "client_secret": take("AUTH0_CLIENT_SECRET", _client_secret),
        "secret_key": take("APP_SECRET_KEY", _secret_key),
        "app_url": take("APP_URL", _app_url),
        "release": take("APP_RELEASE", _release, "unreleased"),
        "alias_urls": take("APP_ALIAS_URLS", _alias_urls, ""),
    }
    emails = take("ALLOWED_EMAILS", _emails, "")
    domains = take("ALLOWED_DOMAINS", _domains, "")
    verified = take("VERIFIED_CONNECTIONS", _connections, "")
    if problems:
        raise SettingsError(problems)
    return Settings(
        **values,
        allow_list=AllowList(emails, domains),
        verified=VerifiedConnections(verified),
    )


def _domain(value: str) -> str:
    """the tenant's or custom domain without scheme or path, such as example.eu.auth0.com"""
    host, colon, port = value.lower().partition(":")
    if not _HOST.fullmatch(host) or (colon and not _is_port(port)):
        raise ValueError(f'"{value}" is not a host name')
    return value.lower()


def _token(value: str) -> str:
    """the client id that Auth0 shows for the application"""
    if not re.fullmatch(r"[!-~]+", value):
        raise ValueError(f'"{value}" has a space or a character outside ASCII')
    return value


def _client_secret(value: str) -> str:
    """the client secret that Auth0 shows for the application"""
    if not re.fullmatch(r"[!-~]+", value):
        raise ValueError("it has a space or a character outside ASCII")
    return value


def _secret_key(value: str) -> str:
    if len(value) < _SECRET_KEY_MIN:
        raise ValueError(f"shorter than {_SECRET_KEY_MIN} characters")
    return value


_secret_key.__doc__ = f"a random value that stays the same from start to start: {_NEW_KEY}"


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
