"""What the operator sees on standard error, and the longer story in a file."""

import contextlib
import sys
import time

PATH = '/var/log/padlock/release.log'


def say(text: str) -> None:
    """One line to the operator, and to the file."""
    write(text + '\n')
    show(text)


def show(text: str) -> None:
    """One line to the operator; the connection may be gone, the release goes on."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        pass


def write(text: str) -> None:
    """What a full disk has no room for is left out: the release goes on, or fails for a better reason."""
    with contextlib.suppress(OSError), open(PATH, 'a', encoding='utf-8') as file:
        file.write(time.strftime('%Y-%m-%dT%H:%M:%SZ ', time.gmtime()) + text)


class step:
    """Tells how long a step took."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        self.began = time.monotonic()

    def __exit__(self, kind: object, *_: object) -> None:
        state = 'failed' if kind else 'done'
        say(f'{self.name}: {state} after {time.monotonic() - self.began:.1f} s')


def tail(text: str, lines: int = 40) -> str:
    return '\n'.join(text.rstrip('\n').split('\n')[-lines:])


def redact(text: str, secrets: dict[str, str]) -> str:
    """Takes the values of secrets out of a text that the app may have written."""
    for name, value in secrets.items():
        if len(value) >= 6:
            text = text.replace(value, f'[{name}]')
    return text
