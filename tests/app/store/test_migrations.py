"""The migrations from nothing give exactly the tables of this version, on both databases; twice is harmless."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, inspect, select

from app.store import tables as t
from app.store.engine import open_engine
from app.store.migrate import config, upgrade


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_engine(database_url, writer=True)
    yield opened
    opened.dispose()


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, t.metadata))


def test_from_nothing_to_the_tables_of_this_version(engine: Engine) -> None:
    assert differences(engine)
    upgrade(engine)
    assert differences(engine) == []
    assert set(inspect(engine).get_table_names()) == {*t.metadata.tables, "alembic_version"}


def test_upgrading_twice_is_harmless(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        values = {"school_id": "s1", "name": "x", "zone": "Asia/Shanghai", "language": "zh", "created_at": 1.0}
        connection.execute(insert(t.schools).values(values))
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(select(t.schools.c.name)).scalar() == "x"
    assert differences(engine) == []


def test_keys_begin_with_the_school_so_that_a_district_can_be_sharded(engine: Engine) -> None:
    upgrade(engine)
    for table in t.metadata.tables:
        assert inspect(engine).get_pk_constraint(table)["constrained_columns"][0] == "school_id", table


def test_the_migrations_are_one_line() -> None:
    scripts = ScriptDirectory.from_config(config())
    assert len(scripts.get_heads()) == 1
    assert scripts.get_bases()
