"""One practice school for all browser tests of a process; each test that changes something has a class of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.house import House, running_house
from tests.browser.visitors import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running practice school."""
    with running_house(Path(tmp_path_factory.mktemp("house"))) as house:
        yield house


@pytest.fixture
def visit(browser: Browser, house: House) -> Iterator[Visit]:
    """Opens browsers for people of this test, signed in with a link: `visit(link, size=..., locale=...)`."""
    visitors: list[Visitor] = []

    def coming(link: str = "", **how: Any) -> Visitor:
        visitor = Visitor(browser, house.url, **how)
        visitors.append(visitor)
        if link:
            visitor.sign_in(link)
        return visitor

    yield coming
    for visitor in visitors:
        visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest.fixture(autouse=True)
def _classes_end(request: pytest.FixtureRequest) -> Iterator[None]:
    """No class of a test outlives it."""
    yield
    if "house" in request.fixturenames:
        request.getfixturevalue("house").end_classes()
