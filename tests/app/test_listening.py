"""Streams that we dial: acknowledged after the commit, one process for an account, seen when they are down."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from adapters.base import STREAMED, Delivery, Opened, Take, Way
from adapters.drill import DrillAdapter
from adapters.http import Http
from app.connections import Connections
from app.domain.errors import Refused, Transient
from app.listening import Haste, Listening
from app.pipeline import NotStored, Pipeline
from app.store.usage import Leases
from tests.app.guarded import CONNECTION, SCHOOL, SECRET, TOKEN, Guarded, guarded
from tests.builders import pupil

OTHER = "k2"


@dataclass
class Vendor:
    """The other end of the stream: it deals each event out to one of the sessions that are open."""

    sessions: int = 0
    acknowledged: list[bytes] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    renewals: list[Exception | float | None] = field(default_factory=list)  # what becomes of each, in order
    events: asyncio.Queue[Delivery | Exception | None] = field(default_factory=asyncio.Queue)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    opens: asyncio.Event = field(default_factory=asyncio.Event)  # whether a session that was asked for opens

    def __post_init__(self) -> None:
        self.opens.set()

    async def serve(self, take: Take, opened: Opened) -> None:
        """One session. None from the queue ends it as it should, an exception breaks it."""
        self.sessions += 1
        await self.tell()
        await self.opens.wait()
        opened()
        while (sent := await self.events.get()) is not None:
            if isinstance(sent, Exception):
                await self.tell()
                raise sent
            try:
                await take(sent)
                self.acknowledged.append(sent.body)
            except NotStored as e:
                self.refused.append(type(e).__name__)
            await self.tell()

    async def tell(self) -> None:
        async with self.news:
            self.news.notify_all()

    async def has_acknowledged(self, count: int) -> None:
        await self.until(lambda: len(self.acknowledged) == count)

    async def until(self, wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(wanted)


VENDOR: list[Vendor] = []


class Streaming(DrillAdapter):
    """The real adapter with a stream instead of a webhook."""

    ways: ClassVar[tuple[Way, ...]] = (Way.STREAM,)

    @property
    def account(self) -> str:
        return "app-1"

    @property
    def listens(self) -> bool:
        return True

    def verify(self, delivery: Delivery) -> None:
        if delivery.method != STREAMED:
            super().verify(delivery)

    async def renew(self) -> float | None:
        if not VENDOR[-1].renewals:
            return None
        answer = VENDOR[-1].renewals.pop(0)
        await VENDOR[-1].tell()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def listen(self, take: Take, opened: Opened = lambda: None) -> None:
        await VENDOR[-1].serve(take, opened)


@dataclass
class Told:
    """What the lessons are told about what can be heard."""

    said: list[str] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def deaf(self, connection: str, reason: str) -> None:
        self.said.append(f"{connection} {reason}")
        self.more.set()

    def hears(self, connection: str) -> None:
        self.said.append(f"{connection} hears")
        self.more.set()

    async def until(self, last: str) -> None:
        """Wait until this was said last."""
        async with asyncio.timeout(10):
            while self.said[-1:] != [last]:
                self.more.clear()
                await self.more.wait()


@pytest.fixture
def school(database_url: str) -> Iterator[Guarded]:
    with guarded(database_url, registry={"drill": Streaming}) as made:
        yield made


def connect(school: Guarded, *names: str) -> Connections:
    connections = Connections(school.registry, Http, school.now)
    for name in names:
        settings = {"base_url": "http://127.0.0.1:9", "token": TOKEN, "secret": SECRET}
        connections.add(school=SCHOOL, connection=name, name=name, platform="drill", settings=settings)
    return connections


@asynccontextmanager
async def listening_on(
    school: Guarded, pipeline: Pipeline, connections: Connections, told: Told | None = None
) -> AsyncIterator[Listening]:
    haste = Haste(step=0.01, grace=0.0, pauses=(0.01, 0.02), renewal=0.01)
    made = Listening(pipeline, connections, Leases(school.engine), told or Told(), school.now, haste)
    made.start()
    try:
        yield made
    finally:
        await made.close()


def frame(school: Guarded, event: str, number: int) -> Delivery:
    posted = school.post(event, pupil(number), id=f"frame-{event}-{number}")
    return Delivery(method=STREAMED, path="", query="", headers={}, body=posted.body, received_at=school.at)


Story = Callable[[Pipeline, Vendor], Awaitable[None]]


def run(school: Guarded, story: Story) -> None:
    async def told(pipeline: Pipeline) -> None:
        VENDOR.append(Vendor())
        await story(pipeline, VENDOR[-1])

    school.run(told)


def test_a_frame_is_acknowledged_after_it_is_committed(school: Guarded) -> None:
    async def story(pipeline: Pipeline, vendor: Vendor) -> None:
        async with listening_on(school, pipeline, connect(school, CONNECTION)):
            for number in (1, 2, 3):
                vendor.events.put_nowait(frame(school, "participant.joined", number))
                await vendor.has_acknowledged(number)
                assert school.kinds().count("participant.joined") == number

    run(school, story)


def test_what_the_database_does_not_take_is_not_acknowledged(school: Guarded) -> None:
    async def story(pipeline: Pipeline, vendor: Vendor) -> None:
        async with listening_on(school, pipeline, connect(school, CONNECTION)):
            await vendor.until(lambda: vendor.sessions == 1)
            await pipeline.close()
            vendor.events.put_nowait(frame(school, "participant.joined", 1))
            await vendor.until(lambda: bool(vendor.refused))
            assert vendor.acknowledged == []

    run(school, story)


def test_a_stream_that_breaks_in_the_middle_of_a_raid_is_opened_again_and_nothing_is_doubled(school: Guarded) -> None:
    async def story(pipeline: Pipeline, vendor: Vendor) -> None:
        told = Told()
        async with listening_on(school, pipeline, connect(school, CONNECTION), told):
            for number in range(1, 6):
                vendor.events.put_nowait(frame(school, "participant.joined", number))
                vendor.events.put_nowait(Transient("drill", "broken") if number % 2 else None)
                vendor.events.put_nowait(frame(school, "participant.joined", number))  # sent again after a reconnect
            await vendor.until(lambda: len(vendor.acknowledged) == 10)
        assert vendor.sessions == 6
        assert school.kinds().count("participant.joined") == 5
        assert told.said.count(f"{CONNECTION} hears") >= 3  # after each gap the list is read once

    run(school, story)


def test_what_happened_between_two_sessions_is_read_though_the_platform_only_asked_to_dial_again(
    school: Guarded,
) -> None:
    async def story(pipeline: Pipeline, vendor: Vendor) -> None:
        told = Told()
        async with listening_on(school, pipeline, connect(school, CONNECTION), told):
            await vendor.until(lambda: vendor.sessions == 1)
            told.said.clear()
            vendor.events.put_nowait(None)
            await vendor.until(lambda: vendor.sessions == 2)
        assert told.said == [f"{CONNECTION} hears"]

    run(school, story)


def test_two_connections_of_one_account_share_one_stream_and_each_hears_everything(school: Guarded) -> None:
    async def story(pipeline: Pipeline, vendor: Vendor) -> None:
        connections = connect(school, OTHER, CONNECTION)
        pipeline = Pipeline(school.log, connections, school.now)
        async with listening_on(school, pipeline, connections):
            vendor.events.put_nowait(frame(school, "participant.joined", 1))
            await vendor.until(lambda: len(vendor.acknowledged) == 1)
            assert vendor.sessions == 1
        allowances = {id(c.allowance) for c in connections.all()}
        assert len(allowances) == 1

    run(school, story)
    assert school.kinds() == ["lesson.framed", "participant.joined"]  # the class is on the second one
    assert {row.connection_id for row in school.rows("deliveries")} == {CONNECTION, OTHER}


def test_of_two_workers_one_listens_and_the_other_takes_over(school: Guarded) -> None:
    async def story(pipeline: Pipeline, vendor: Vendor) -> None:
        connections = connect(school, CONNECTION)
        async with listening_on(school, pipeline, connections) as first:
            await vendor.until(lambda: vendor.sessions == 1)
            async with listening_on(school, pipeline, connections) as second:
                vendor.events.put_nowait(frame(school, "participant.joined", 1))
                await vendor.until(lambda: len(vendor.acknowledged) == 1)
                assert second.ear(connections[CONNECTION]) is None
                assert vendor.sessions == 1
                await first.close()
                await vendor.until(lambda: vendor.sessions == 2)

    run(school, story)


def test_a_stream_that_stays_down_is_said_and_said_to_be_back(school: Guarded) -> None:
    async def story(pipeline: Pipeline, vendor: Vendor) -> None:
        told, connections = Told(), connect(school, CONNECTION)
        async with listening_on(school, pipeline, connections, told) as ears:
            await vendor.until(lambda: vendor.sessions == 1)
            vendor.opens.clear()
            vendor.events.put_nowait(Refused("drill", "no quota", code="20001"))
            await vendor.until(lambda: vendor.sessions == 2)
            await told.until(f"{CONNECTION} stream_refused")
            vendor.opens.set()
            vendor.events.put_nowait(frame(school, "participant.joined", 1))
            await vendor.has_acknowledged(1)
            ear = ears.ear(connections[CONNECTION])
            assert ear is not None
            assert ear.open
        assert told.said[-1] == f"{CONNECTION} hears"

    run(school, story)


def test_an_adapters_own_mistake_does_not_end_the_listening(school: Guarded) -> None:
    async def story(pipeline: Pipeline, vendor: Vendor) -> None:
        vendor.events.put_nowait(ValueError("a mistake"))
        async with listening_on(school, pipeline, connect(school, CONNECTION)):
            vendor.events.put_nowait(frame(school, "participant.joined", 1))
            await vendor.until(lambda: len(vendor.acknowledged) == 1)

    run(school, story)


def test_after_a_goodbye_the_list_is_read_when_the_next_session_is_open_and_not_before(school: Guarded) -> None:
    async def story(pipeline: Pipeline, vendor: Vendor) -> None:
        told = Told()
        async with listening_on(school, pipeline, connect(school, CONNECTION), told):
            vendor.events.put_nowait(frame(school, "participant.joined", 1))
            await vendor.has_acknowledged(1)
            vendor.opens.clear()
            vendor.events.put_nowait(None)
            await vendor.until(lambda: vendor.sessions == 2)
            assert told.said.count(f"{CONNECTION} hears") == 1  # of the first session; the second is not open yet
            vendor.opens.set()
            vendor.events.put_nowait(frame(school, "participant.joined", 2))
            await vendor.has_acknowledged(2)
            assert told.said.count(f"{CONNECTION} hears") == 2

    run(school, story)


@pytest.mark.parametrize("fault", [Transient("drill", "busy"), ValueError("an adapter's own mistake")])
def test_a_subscription_that_could_not_be_renewed_is_said_and_said_to_be_renewed(
    school: Guarded, fault: Exception
) -> None:
    async def story(pipeline: Pipeline, vendor: Vendor) -> None:
        vendor.renewals += [fault, fault, 0.0, None]
        told = Told()
        async with listening_on(school, pipeline, connect(school, CONNECTION), told):
            await vendor.until(lambda: not vendor.renewals)
        renewed = [said for said in told.said if "subscription" in said or "hears" in said]
        assert renewed.index(f"{CONNECTION} subscription_failed") < len(renewed) - 1
        assert renewed[-1] == f"{CONNECTION} hears"
        assert told.said.count(f"{CONNECTION} subscription_failed") == 2

    run(school, story)
