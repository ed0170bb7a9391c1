"""What connections remember survives the process, sealed; and one process at a time holds a name."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from app.connections import Seal, WrongKey
from app.memory import ConnectionMemory
from app.store import tables as t
from app.store.engine import open_engine
from app.store.notes import NotesStore
from app.store.usage import Leases, UsageStore, Used

KEY = "a-secret-key-that-only-tests-know-0001"
SCHOOL, CONNECTION = "s1", "k1"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_engine(database_url, writer=True)
    t.metadata.create_all(opened)
    yield opened
    opened.dispose()


def memory(engine: Engine, key: str = KEY) -> ConnectionMemory:
    return ConnectionMemory(NotesStore(engine, engine, Seal(key), lambda: 1.0), UsageStore(engine, engine))


def test_notes_are_there_after_a_restart_and_unreadable_in_the_database(engine: Engine) -> None:
    async def story() -> None:
        notes = memory(engine).notes(SCHOOL, CONNECTION)
        await notes.put("token:teacher-1", "refresh-me-once-only")
        await notes.put("token:teacher-1", "refresh-me-twice-now")
        await notes.put("run:7", "m1")
        await notes.forget("run:7")
        await notes.forget("never there")

    asyncio.run(story())
    again = memory(engine).notes(SCHOOL, CONNECTION)
    assert again.get("token:teacher-1") == "refresh-me-twice-now"
    assert (again.get("run:7"), dict(again.under("token:"))) == ("", {"token:teacher-1": "refresh-me-twice-now"})
    with engine.begin() as db:
        kept = db.execute(select(t.notes.c.text)).scalars().all()
    assert len(kept) == 1
    assert b"refresh" not in bytes(kept[0])
    with pytest.raises(WrongKey):
        memory(engine, "another-secret-key-altogether-00002").notes(SCHOOL, CONNECTION)


def test_connections_do_not_read_each_others_notes(engine: Engine) -> None:
    asyncio.run(memory(engine).notes(SCHOOL, CONNECTION).put("a", "1"))
    assert memory(engine).notes(SCHOOL, "k2").get("a") == ""
    assert memory(engine).notes("s2", CONNECTION).get("a") == ""


def test_usage_is_kept_by_account_budget_and_day(engine: Engine) -> None:
    kept = memory(engine)
    rows = [Used(budget="month", day="2026-11-20", used=3.0, at=5.0), Used(budget="minute", day="", used=2.5, at=6.0)]
    kept.save(SCHOOL, {"drill:app-1": rows})
    kept.save(SCHOOL, {"drill:app-1": [Used(budget="month", day="2026-11-20", used=7.0, at=9.0)]})
    found = {(u.budget, u.day): u.used for u in memory(engine).used(SCHOOL, "drill:app-1")}
    assert found == {("month", "2026-11-20"): 7.0, ("minute", ""): 2.5}
    assert list(memory(engine).used("s2", "drill:app-1")) == []
    kept.forget_used(8.0)
    assert [u.budget for u in memory(engine).used(SCHOOL, "drill:app-1")] == ["month"]


def test_a_name_has_one_holder_until_he_gives_it_back_or_dies(engine: Engine) -> None:
    leases = Leases(engine)

    def hold(holder: str, now: float) -> bool:
        return leases.hold(SCHOOL, "listen:app-1", holder, now=now, seconds=15.0)

    assert hold("a", 100.0)
    assert not hold("b", 101.0)
    assert hold("a", 110.0)  # renewed
    assert not hold("b", 120.0)
    assert hold("b", 125.0)  # a did not come back in time
    assert not hold("a", 126.0)
    leases.give_back(SCHOOL, "listen:app-1", "a")  # it is not his any more
    assert not hold("a", 127.0)
    leases.give_back(SCHOOL, "listen:app-1", "b")
    assert hold("a", 128.0)
    assert leases.hold("s2", "listen:app-1", "c", now=128.0, seconds=15.0)
