"""The school that these tests look after."""

from collections.abc import Iterator

import pytest

from tests.app.store.scripted import School


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    """A school with an empty record, on SQLite and again on PostgreSQL."""
    made = School(database_url)
    yield made
    made.close()
