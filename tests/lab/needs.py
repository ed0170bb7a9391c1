"""The lab has no second best: a missing program is a failure that names the package to install."""

import shutil

import pytest


def needs(package: str, *programs: str) -> str:
    """The path of the first of these programs on this machine; fails the test by naming its Debian package."""
    found = next((path for name in programs if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(f"{' or '.join(programs)} is missing: apt-get install --no-install-recommends {package}")
    return found
