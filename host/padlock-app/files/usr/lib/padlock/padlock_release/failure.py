"""The one error that ends a release with a message instead of a traceback."""


class Failure(Exception):
    """A release cannot be brought up; the text is for the operator and holds no secret."""
