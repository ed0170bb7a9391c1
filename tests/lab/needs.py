"""Programs that the lab cannot do without: where one is missing, the test is listed as not run, by name."""

import shutil

from tests import not_run


def needs(*programs: str) -> str:
    """The path of the first of these programs on this machine; skips the test, with the reason, where there is none."""
    not_run.require(*programs)
    return next(path for name in programs if (path := shutil.which(name)))
