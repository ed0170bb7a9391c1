"""The fixtures themselves: a database is empty and one's own, a browser shows a page."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser


@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_test_gets_an_empty_database_of_its_own(database_url: str, turn: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE mine (turn VARCHAR)"))
        connection.execute(sa.text("INSERT INTO mine VALUES (:turn)"), {"turn": turn})
        assert connection.scalars(sa.text("SELECT turn FROM mine")).all() == [turn]
    engine.dispose()


def test_postgresql_listens_on_no_network_address(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SHOW listen_addresses")) == ""
    engine.dispose()


def test_the_browser_shows_chinese_and_vietnamese(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<p>门神 · Thần giữ cửa</p>")
    assert page.inner_text("p") == "门神 · Thần giữ cửa"
    page.close()
