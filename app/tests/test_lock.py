"""The image is built without working dependencies out: the lock must name them all."""

import re
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parent.parent / "requirements.lock"


def test_the_lock_names_whatever_its_packages_need():
    names = set(re.findall(r"^([A-Za-z0-9_.-]+)==", LOCK.read_text(), re.MULTILINE))
    locked = {canonicalize_name(name) for name in names}
    assert "flask" in locked
    needed = {
        canonicalize_name(need.name)
        for name in locked
        for need in map(Requirement, requires(name) or [])
        if need.marker is None or need.marker.evaluate({"extra": ""})
    }
    assert needed - locked == set()
