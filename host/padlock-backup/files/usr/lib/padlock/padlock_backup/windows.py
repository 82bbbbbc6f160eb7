"""The spans of time of which any moment can be had again, by a place's backups and the log between them."""

from datetime import UTC, datetime
from typing import Any

from .state import FORM

Window = dict[str, Any]


def of(
    backups: list[dict[str, Any]], holes: list[dict[str, Any]], line: int | None, handed_on: str | None
) -> list[Window]:
    """
    Oldest first: `from`, `until`, and `of`, what they are of where it is not what runs now. A database, and a
    timeline of it, has spans of its own: no recovery leads from one to another. What runs is on the timeline
    `line` (None: not known) and its log was `handed_on` until then; of one that is past only what is between
    its backups is known. None leads over one of the `holes` (holes.py).
    """
    groups: dict[tuple[str | None, int], list[dict[str, Any]]] = {}
    for one in sorted(backups, key=lambda one: one['stop']):
        groups.setdefault((one['system'], one['line']), []).append(one)
    newest = max((one['line'] for one in backups if not one['former']), default=0)
    found = []
    for (_, own), group in groups.items():
        until = group[-1]['stop']
        name = None
        if group[-1]['former']:
            name = f'another database, of PostgreSQL {group[-1]["version"]}'
        elif own != (line or newest):
            name = f'timeline {own}, which a restore has left'
        elif handed_on is not None:
            until = max(until, datetime.strptime(handed_on, FORM).replace(tzinfo=UTC).timestamp())
        found += [
            {'from': time(start), 'until': time(end), 'of': name}
            for start, end in _without([one['stop'] for one in group], until, holes)
            if start < end
        ]
    return found


def time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(FORM)


def _without(stops: list[float], until: float, holes: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """From the first of the `stops` to the end; each hole in between ends one span, and begins another."""
    spans = []
    start = stops[0]
    for hole in sorted(holes, key=lambda one: one['until'] or float('inf')):
        again = hole['until'] or float('inf')
        if again <= start:
            continue
        # Where nobody knows until when it was whole, it was at the last backup before.
        last = max(one for one in stops if one < again)
        spans.append((start, min(until, max(last, hole['from'] or 0))))
        if again > until:
            return spans
        start = again
    return [*spans, (start, until)]
