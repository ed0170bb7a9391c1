"""The practice school that most of these tests act in."""

from collections.abc import Iterator

import pytest

from tests.adapters.drill.school import School, school


@pytest.fixture
def here() -> Iterator[School]:
    """A running practice school whose class has begun."""
    with school() as found:
        found.start()
        yield found
