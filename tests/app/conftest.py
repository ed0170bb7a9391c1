"""What the stories of a whole service share."""

from pathlib import Path

import pytest


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The SQLAlchemy URL of a new SQLite database."""
    return f"sqlite:///{tmp_path}/menshen.db"
