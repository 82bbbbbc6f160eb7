"""Checks of a manifest's values; a message never repeats one, it may be secret."""

import re
from typing import Any

from .failure import Failure


def text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    check(isinstance(value, str) and value != '', key, 'a text')
    return value


def line(data: dict[str, Any], key: str) -> str:
    value = data.get(key, 'unknown')
    check(isinstance(value, str) and value.isprintable() and 0 < len(value) <= 200, key, 'one line')
    return value


def matching(data: dict[str, Any], key: str, pattern: str, meaning: str) -> str:
    value = data.get(key)
    check(isinstance(value, str) and re.fullmatch(pattern, value), key, meaning)
    return value


def integer(data: dict[str, Any], key: str, low: int, high: int) -> int:
    value = data.get(key)
    check(type(value) is int and low <= value <= high, key, f'a whole number from {low} to {high}')
    return value


def check(condition: Any, key: str, meaning: str) -> None:
    if not condition:
        raise Failure(f'{key} must be {meaning}')
