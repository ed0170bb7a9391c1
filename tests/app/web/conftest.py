"""The whole service with a new school, and a school whose record can be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.store.scripted import School
from tests.app.web.houses import House, house
from tests.app.web.review_desk import ReviewDesk
from tests.app.web.scripted import Scripted


@pytest.fixture
def school(tmp_path: Path) -> Iterator[House]:
    """A running service and its empty school."""
    with house(tmp_path) as opened:
        yield opened


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[House]:
    """The same, with a platform that does what the test says."""
    with house(tmp_path, registry={"drill": Scripted}) as opened:
        yield opened


@pytest.fixture
def review_desk(tmp_path: Path) -> Iterator[ReviewDesk]:
    """The review of a school with an empty record."""
    school = School(f"sqlite:///{tmp_path}/menshen.db")
    yield ReviewDesk(school)
    school.close()
