"""The image is built without working dependencies out: the lock must name them all."""

import re
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parent.parent / "requirements.lock"


def test_the_lock_names_whatever_its_packages_need():
    lines = re.findall(r"^([a-z0-9].*?) *\\$", LOCK.read_text(), re.MULTILINE | re.IGNORECASE)
    locked = list(map(Requirement, lines))
    # What is for other systems, such as Windows, is not installed here.
    here = [one for one in locked if one.marker is None or one.marker.evaluate({"extra": ""})]
    assert "flask" in {one.name for one in here}
    needed = {
        canonicalize_name(need.name)
        for one in here
        for need in map(Requirement, requires(one.name) or [])
        if need.marker is None or need.marker.evaluate({"extra": ""})
    }
    assert needed - {canonicalize_name(one.name) for one in locked} == set()
