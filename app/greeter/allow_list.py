"""Who may use the app, among all who can log in at the identity provider."""

from collections.abc import Iterable


class AllowList:
    """E-mail addresses and whole e-mail domains; nobody if both are empty."""

    def __init__(self, emails: Iterable[str], domains: Iterable[str]):
        self._emails = frozenset(map(_lower, emails))
        self._domains = frozenset(map(_lower, domains))

    def __bool__(self) -> bool:
        return bool(self._emails or self._domains)

    def admits(self, email: str) -> bool:
        """Is this address listed, or its domain: what follows the last @, exactly?"""
        name, at, domain = _lower(email).rpartition("@")
        return bool(name and at) and (_lower(email) in self._emails or domain in self._domains)


def _lower(text: str) -> str:
    """Lower case in ASCII alone: str.lower() would turn the Kelvin sign into a k, and so one
    domain into another."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
