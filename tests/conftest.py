"""What every test may ask for; the things themselves live in the files imported here."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser

from tests import at_once, chromium, not_run, postgres

# The same examples on every machine and on every run: a red test is red for everybody. `HYPOTHESIS=deep` searches on.
hypothesis.settings.register_profile("default", derandomize=True, deadline=None, max_examples=60, print_blob=True)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=2000)
# For many runs in a row (`make mutants`): few examples, and none is made smaller once it fails.
hypothesis.settings.register_profile(
    "quick",
    derandomize=True,
    deadline=None,
    max_examples=20,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS", "default"))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(not_run, "needs")  # which also configures it
    config.pluginmanager.register(at_once)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share something expensive share a process too: the real Janus, and each file its browser."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "lab" in fixtures:
            item.add_marker(pytest.mark.xdist_group("lab"))
        elif "browser" in fixtures:
            item.add_marker(pytest.mark.xdist_group(item.path.name))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A real PostgreSQL of this test process."""
    with postgres.running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """The SQLAlchemy URL of a new, empty PostgreSQL database."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The SQLAlchemy URL of a new, empty database: the test runs on SQLite and again on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/menshen.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of one file; ask it for a `new_context()` per test.

    Not for the whole run: while Playwright's synchronous side is open, `asyncio.run` does not work in this process.
    """
    not_run.require(*chromium.PROGRAMS)
    with chromium.running(chromium.program() or "") as running:
        yield running
