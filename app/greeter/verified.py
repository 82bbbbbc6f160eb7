"""Whether an address is known to belong to who logged in."""

from collections.abc import Iterable


class VerifiedConnections:
    """Connections whose provider knows its users' addresses, though its tokens do not say so.

    Auth0's user ids begin with the connection's strategy and, for most enterprise strategies, its
    name: `samlp|corporate|ada`. An entry is `STRATEGY|NAME`, or `STRATEGY` for ids without a name.
    """

    def __init__(self, entries: Iterable[str]):
        self._entries = frozenset(entries)

    def vouch_for(self, subject: str) -> bool:
        """Does the user of this id come from one of them?"""
        strategy, *rest = subject.split("|")
        entry = strategy if len(rest) == 1 else "|".join([strategy, *rest[:1]])
        return bool(rest) and entry in self._entries


def why_not(claims: dict, settings) -> str | None:
    """Why these claims do not let their user in: the name of a text of the page, or None."""
    email = str(claims.get("email") or "")
    if not email or len(email) > 254:
        return "no-address"
    if not settings.verified.vouch_for(str(claims.get("sub") or "")):
        if claims.get("email_verified") is None:
            return "not-said"
        if claims["email_verified"] is not True:
            return "not-verified"
    return None if settings.allow_list.admits(email) else "not-listed"
