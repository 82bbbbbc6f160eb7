"""The errors that end a release with a message instead of a traceback."""

import errno
import re

NO_SPACE = r'no space left on device|disk quota exceeded'
FULL = (
    'The disk of the host is full. Fix: make room on it, then pulumi up; what fills it is shown by '
    './padlock ssh "sudo du -xh / | sort -h | tail -n 20"'
)


class Failure(Exception):
    """A release cannot be brought up; the text is for the operator and holds no secret."""


class CommandFailure(Failure):
    """A command of the host's has failed; the text ends with what it wrote. `code`: its exit status."""

    def __init__(self, text: str, code: int | None = None):
        super().__init__(text)
        self.code = code


def told(error: Failure | OSError) -> str:
    """The message for the operator; what is neither a Failure nor a full disk is raised again."""
    if isinstance(error, OSError) and error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    text = str(error)
    # The words of an app, whose own tmpfs may be full, say nothing about the host.
    of_host = isinstance(error, OSError | CommandFailure)
    return f'{text}\n{FULL}' if of_host and is_full(text) else text


def is_full(text: str) -> bool:
    return re.search(NO_SPACE, text, re.IGNORECASE) is not None
