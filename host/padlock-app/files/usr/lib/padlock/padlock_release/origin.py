"""What an image is made of: when, and on which base."""

import json
from datetime import UTC, datetime
from typing import Any

from . import appuser

# Podman's builds write down what they start from (OCI image specification, annotations).
NAME = 'org.opencontainers.image.base.name'
DIGEST = 'org.opencontainers.image.base.digest'


def facts(name: str) -> dict[str, Any] | None:
    """
    `built` in UTC to the second, and of the base `name`, `digest` and `created`, each None where nobody
    knows; None for an image that is not there. An image that was pulled brings its base's name and
    digest where its builder wrote them down, and not its time.
    """
    found = appuser.run('podman', 'image', 'inspect', name, check=False)
    if found.returncode != 0:
        return None
    image = json.loads(found.stdout)[0]
    annotations = image.get('Annotations') or {}
    digest = annotations.get(DIGEST) or None
    facts: dict[str, Any] = {'built': _time(image.get('Created')), 'base': None}
    if digest is not None:
        names, created = _here(digest)
        facts['base'] = {
            'name': annotations.get(NAME) or next(iter(names), None),
            'digest': digest,
            'created': created,
        }
    return facts


def _here(digest: str) -> tuple[list[str], str | None]:
    """Names and time of the image with that digest, if it is in the store."""
    found = appuser.run('podman', 'images', '--filter', f'digest={digest}', '--format', 'json', check=False)
    for image in json.loads(found.stdout or '[]') if found.returncode == 0 else []:
        return image.get('Names') or [], _second(datetime.fromtimestamp(image.get('Created', 0), UTC))
    return [], None


def _time(text: Any) -> str | None:
    try:
        return _second(datetime.fromisoformat(text).astimezone(UTC))
    except (TypeError, ValueError):
        return None


def _second(time: datetime) -> str | None:
    """None for the years of images that are made without a clock (1970, 0001)."""
    return time.strftime('%Y-%m-%dT%H:%M:%SZ') if time.year >= 2000 else None
