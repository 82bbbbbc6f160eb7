import pytest

from greeter.allow_list import AllowList

LIST = AllowList(["Ada@Example.com"], ["Corp.example", "kite.example"])


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.com",
        "ADA@EXAMPLE.COM",
        "bob@corp.example",
        "Bob@CORP.Example",
        '"a@b"@corp.example',
    ],
)
def test_admits(email):
    assert LIST.admits(email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "@corp.example",
        "corp.example",
        "bob@example.com",
        "bob@sub.corp.example",
        "bob@notcorp.example",
        "bob@corp.example.evil.example",
        "bob@corp.example@evil.example",
        "bob@corp.example ",
        "bob@\N{KELVIN SIGN}ite.example",  # str.lower() would make it kite.example
        "ada@example.com\n",
    ],
)
def test_does_not_admit(email):
    assert not LIST.admits(email)


def test_nobody_if_both_are_empty():
    empty = AllowList([], [])
    assert not empty
    assert not empty.admits("ada@example.com")
    assert not empty.admits("@")
