"""Hours pass in no time, in order, and never past work that is under way."""

import asyncio
import threading
import time

import anyio.to_thread
import pytest

from scenarios.hours import COMMIT, START, Standstill, clock, live


def test_ten_minutes_pass_at_once_and_in_order() -> None:
    async def story() -> list[float]:
        seen: list[float] = []

        async def at(seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append(clock().now() - START)

        await asyncio.gather(at(600), at(0.5), at(60))
        return seen

    begun = time.monotonic()
    assert live(story) == pytest.approx([0.5, 60, 600])
    assert time.monotonic() - begun < 5


def test_the_writer_takes_its_moment() -> None:
    async def story() -> tuple[int, float]:
        begun = clock().time()
        found = await asyncio.get_running_loop().run_in_executor(None, lambda: 7)
        return found, clock().time() - begun

    found, took = live(story)
    assert found == 7
    assert took == pytest.approx(COMMIT)


def test_what_fails_in_the_writer_fails_for_who_waits() -> None:
    async def story() -> None:
        await asyncio.get_running_loop().run_in_executor(None, int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        live(story)


def test_no_time_passes_while_a_thread_is_at_work() -> None:
    async def story() -> float:
        may_end = threading.Event()
        timer = asyncio.create_task(asyncio.sleep(30))
        begun = clock().time()
        asyncio.get_running_loop().call_soon(may_end.set)
        await anyio.to_thread.run_sync(may_end.wait)
        took = clock().time() - begun
        await timer
        return took

    assert live(story) == 0.0


def test_a_story_that_waits_for_nothing_ends_with_an_error() -> None:
    async def story() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Standstill):
        live(story)
