"""The numbered timeline: each row once and in order, whatever a panel missed, and a slow panel harms nobody."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.live import BACKLOG, Live, Panel, Slow, told
from app.pipeline import Pipeline
from app.store.log import Logged
from tests.app.guarded import CONNECTION, Guarded, guarded
from tests.builders import pupil, stranger, teacher


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Guarded]:
    with guarded(f"sqlite:///{tmp_path}/menshen.db") as made:
        yield made


async def some_come(school: Guarded, pipeline: Pipeline, *numbers: int) -> None:
    posts = [school.post("participant.joined", stranger(n)) for n in numbers]
    await asyncio.gather(*(pipeline.receive(CONNECTION, post) for post in posts))


async def taken(panel: Panel, upto: int) -> list[int]:
    """The numbers that a panel gets, until it has that one."""
    numbers: list[int] = []
    async with asyncio.timeout(10):
        while not numbers or numbers[-1] < upto:
            numbers.append((await panel.next())[0])
    return numbers


def test_every_panel_of_a_lesson_gets_every_row_once_and_in_order(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        live = Live()
        pipeline.sinks.append(live)
        await pipeline.receive(CONNECTION, school.post("participant.joined", teacher()))
        first, lesson = len(school.rows("log")) + 1, school.lesson()
        async with live.watching(lesson) as one, live.watching(lesson) as two, live.watching("another") as other:
            assert live.count() == 3
            for n in range(5):
                await some_come(school, pipeline, 2 * n, 2 * n + 1)
            last = len(school.rows("log"))
            assert await taken(one, last) == await taken(two, last) == list(range(first, last + 1))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await other.next()
        assert live.count() == 0

    school.run(story)


def test_a_panel_that_comes_back_after_n_misses_nothing_and_sees_nothing_twice(school: Guarded) -> None:
    """It subscribes first, reads what it missed from the log, and leaves out what it then has already."""

    async def story(pipeline: Pipeline) -> None:
        live = Live()
        pipeline.sinks.append(live)
        await some_come(school, pipeline, 1, 2, 3)
        n = 2  # the newest row that it had before its line broke
        async with live.watching(school.lesson()) as panel:
            during = asyncio.create_task(some_come(school, pipeline, 4, 5, 6))
            await during
            missed = [row.number for row in school.rows("log") if row.number > n]
            await some_come(school, pipeline, 7)
            last = len(school.rows("log"))
            fresh = [number for number in await taken(panel, last) if number > missed[-1]]
            assert missed + fresh == list(range(n + 1, last + 1))

    school.run(story)


def test_a_slow_panel_is_cut_off_alone_and_can_come_back(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> None:
        live = Live()
        pipeline.sinks.append(live)
        await pipeline.receive(CONNECTION, school.post("participant.joined", teacher()))
        lesson = school.lesson()
        async with live.watching(lesson) as slow, live.watching(lesson) as quick:
            kept: list[int] = []
            while len(school.rows("log")) <= BACKLOG + 20:
                posts = [school.post("participant.joined", pupil(n % 5 + 1, id=f"q{len(kept)}-{n}")) for n in range(99)]
                await asyncio.gather(*(pipeline.receive(CONNECTION, post) for post in posts))
                kept += await taken(quick, len(school.rows("log")))
            assert len(kept) > BACKLOG
            with pytest.raises(Slow):
                await slow.next()
            assert live.count() == 1
        async with live.watching(lesson) as again:
            await some_come(school, pipeline, 1)
            assert (await taken(again, kept[-1] + 1))[0] == kept[-1] + 1

    school.run(story)


def test_a_row_is_told_with_its_names_and_times_that_anybody_can_read(school: Guarded) -> None:
    async def story(pipeline: Pipeline) -> dict[str, object]:
        live = Live()
        pipeline.sinks.append(live)
        await pipeline.receive(CONNECTION, school.post("participant.joined", teacher()))
        async with live.watching(school.lesson()) as panel:
            await pipeline.receive(CONNECTION, school.post("participant.joined", pupil(1)))
            told: dict[str, object] = json.loads((await panel.next())[1])
            return told

    told = school.run(story)
    assert told["kind"] == "participant.joined"
    assert told["at"] == told["recorded_at"] == "2026-09-21T14:13:20.000Z"
    body = told["body"]
    assert isinstance(body, dict)
    assert body["participant"]["name"] == "学生1"


def test_a_row_opens_no_door() -> None:
    """A pupil's personal link lets anybody in who has it: no panel and no program is told."""
    private = '{"participant":{"name":"小明","link":"pl_secret","address":"inside:3"},"list":[{"link":"pl_other"}]}'
    row = Logged(
        lesson="l1", number=1, at=1.0, recorded_at=1.0, kind="participant.joined", incident=None,
        body='{"at":1.0}', private=private,
    )  # fmt: skip
    assert "小明" in told(row)
    assert not {"pl_secret", "pl_other", "inside:3"} & set(told(row).split('"'))
