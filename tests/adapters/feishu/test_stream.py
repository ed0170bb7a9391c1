"""The long connection, against a server that speaks the vendor's frames (made by the SDK's own encoder)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from adapters.base import STREAMED, Delivery, Reply
from adapters.feishu import FeishuAdapter
from adapters.feishu.frames import Frame, decoded
from adapters.feishu.parts import MOST_EVENTS, PATIENCE, Parts
from adapters.http import Http
from app.domain.errors import NotFound, Refused, StoreError, Transient
from tests.adapters.conformance import NOW
from tests.adapters.feishu import sdk
from tests.adapters.feishu.cloud import Cloud, Refusal, connected, settings
from tests.adapters.feishu.sample import content

EVENT = content("vc.meeting.join_meeting_v1", token="")
Script = Callable[["Server"], Awaitable[None]]


def event(payload: bytes = EVENT, *, message: str = "m1", total: int = 1, part: int = 0, kind: str = "event") -> bytes:
    frame = sdk.Frame()
    frame.SeqID, frame.LogID, frame.service, frame.method = 5, 6, 33554678, 1
    named = {"type": kind, "message_id": message, "sum": str(total), "seq": str(part), "trace_id": "t"}
    for key, value in named.items():
        header = frame.headers.add()
        header.key, header.value = key, value
    frame.payload = payload
    return bytes(frame.SerializeToString())


def pong(config: dict[str, int] | None) -> bytes:
    frame = sdk.Frame()
    frame.SeqID = frame.LogID = frame.method = 0
    frame.service = 33554678
    header = frame.headers.add()
    header.key, header.value = "type", "pong"
    if config is not None:
        frame.payload = json.dumps(config).encode()
    return bytes(frame.SerializeToString())


class Server:
    """The vendor's end of one connection: plays a script, and keeps what it was sent."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.socket = web.WebSocketResponse()
        self.query: dict[str, str] = {}

    async def __call__(self, request: web.Request) -> web.WebSocketResponse:
        self.socket = web.WebSocketResponse()
        self.query = dict(request.query)
        await self.socket.prepare(request)
        await self.script(self)
        if not self.socket.closed:
            await self.socket.close()
        return self.socket

    async def send(self, data: bytes) -> None:
        await self.socket.send_bytes(data)

    async def next(self) -> Frame:
        """The next frame from us."""
        message = await self.socket.receive()
        assert message.type is WSMsgType.BINARY
        return decoded(message.data)

    async def acknowledgement(self) -> Frame:
        """The next frame that is no ping."""
        while True:
            frame = await self.next()
            if frame.method == 1:
                return frame


class Taking:
    """Whoever stores: keeps deliveries, or fails as told."""

    def __init__(self, *failures: Exception | None) -> None:
        self.got: list[Delivery] = []
        self.failures = list(failures)
        self.opened = 0

    def opens(self) -> None:
        self.opened += 1

    async def __call__(self, delivery: Delivery) -> Reply:
        self.got.append(delivery)
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        return Reply()


def session(script: Script, take: Taking | None = None, cloud: Cloud | None = None, **more: Any) -> Taking:
    """One session from dialling to its end."""
    taking = take or Taking()
    there = cloud or Cloud()
    there.socket = Server(script)

    async def run() -> None:
        async with connected(there, **more) as adapter:
            async with asyncio.timeout(5):
                await adapter.listen(taking, taking.opens)

    asyncio.run(run())
    return taking


def test_an_event_is_stored_and_then_acknowledged() -> None:
    told: list[Frame] = []

    async def script(server: Server) -> None:
        await server.send(event())
        told.append(await server.acknowledgement())

    taking = session(script)
    assert taking.opened == 1
    (delivery,) = taking.got
    assert (delivery.method, delivery.body, delivery.received_at) == (STREAMED, EVENT, NOW)
    assert delivery.headers == {"message_id": "m1", "trace_id": "t"}
    (ack,) = told
    assert (ack.sequence, ack.log, ack.service, ack.method) == (5, 6, 33554678, 1)
    assert json.loads(ack.payload) == {"code": 200}
    assert [k for k, _ in ack.headers] == ["type", "message_id", "sum", "seq", "trace_id", "biz_rt"]
    (fact,) = FeishuAdapter(settings(), Http()).parse(delivery)
    assert fact.event.kind == "participant.joined"


def test_nothing_is_acknowledged_before_it_is_stored() -> None:
    order: list[str] = []
    stored = asyncio.Event()

    class Slow(Taking):
        async def __call__(self, delivery: Delivery) -> Reply:
            await stored.wait()
            order.append("stored")
            return await super().__call__(delivery)

    async def script(server: Server) -> None:
        await server.send(event())
        assert (await server.next()).header("type") == "ping"
        stored.set()
        await server.acknowledgement()
        order.append("acknowledged")

    session(script, Slow())
    assert order == ["stored", "acknowledged"]


@pytest.mark.parametrize("failure", [StoreError("full"), NotFound("no such connection")])
def test_what_could_not_be_stored_is_sent_again(failure: Exception) -> None:
    codes: list[Any] = []

    async def script(server: Server) -> None:
        for _ in range(2):
            await server.send(event())
            ack = await server.acknowledgement()
            codes.append((json.loads(ack.payload)["code"], ack.header("biz_rt") != ""))

    taking = session(script, Taking(failure))
    assert codes == [(500, False), (200, True)]
    assert len(taking.got) == 2


def test_an_event_in_parts_comes_whole_in_any_order() -> None:
    third = len(EVENT) // 3
    pieces = [EVENT[:third], EVENT[third : 2 * third], EVENT[2 * third :]]

    async def script(server: Server) -> None:
        for part in (2, 0, 0, 1):
            await server.send(event(pieces[part], total=3, part=part))
        await server.acknowledgement()

    taking = session(script)
    assert [d.body for d in taking.got] == [EVENT]


def test_the_first_thing_we_send_is_a_ping_and_its_answer_sets_the_pace() -> None:
    pings: list[Frame] = []

    async def script(server: Server) -> None:
        assert server.query == {"device_id": "7", "service_id": "33554678"}
        pings.append(await server.next())
        await server.send(pong(None))
        await server.send(pong({"PingInterval": 30}))
        pings.append(await server.next())  # at once, because the pace has changed

    session(script)
    assert [(p.method, p.service, p.headers) for p in pings] == [(0, 33554678, (("type", "ping"),))] * 2


def test_noise_and_cards_are_passed_over() -> None:
    async def script(server: Server) -> None:
        for noise in (b"\xff\xff", b"", event(kind="card"), event(total=9999, part=1), event(total=3, part=7)):
            await server.send(noise)
        await server.socket.send_str("text")
        await server.send(pong({"PingInterval": -1}))
        await server.send(event())
        await server.acknowledgement()

    assert len(session(script).got) == 1


def test_what_is_no_json_is_handed_over_and_acknowledged() -> None:
    """The pipeline puts it into quarantine; the platform need not send it for ever."""

    async def script(server: Server) -> None:
        await server.send(event(b"not json"))
        assert json.loads((await server.acknowledgement()).payload) == {"code": 200}

    assert session(script).got[0].body == b"not json"


def test_many_events_at_once_are_all_acknowledged_in_the_order_of_their_storage() -> None:
    acks: list[str] = []

    async def script(server: Server) -> None:
        for i in range(500):
            await server.send(event(message=f"m{i}"))
        for _ in range(500):
            acks.append((await server.acknowledgement()).header("message_id"))

    taking = session(script)
    assert [d.headers["message_id"] for d in taking.got] == [f"m{i}" for i in range(500)]
    assert sorted(acks) == sorted(f"m{i}" for i in range(500))


def test_a_session_that_ends_as_the_platform_wishes_returns() -> None:
    async def script(server: Server) -> None:
        await server.next()
        await server.send(pong(None))

    session(script)


def test_a_session_that_ends_before_it_began_is_worth_a_pause() -> None:
    async def script(server: Server) -> None:
        await server.socket.close()

    with pytest.raises(Transient):
        session(script)


def test_each_session_asks_for_a_fresh_address_with_the_credentials() -> None:
    async def script(server: Server) -> None:
        await server.next()
        await server.send(pong(None))

    cloud = Cloud()
    for _ in range(2):
        session(script, cloud=cloud)
    asked = [s for s in cloud.seen if s.path == "/callback/ws/endpoint"]
    assert len(asked) == 2
    assert {s.headers["locale"] for s in asked} == {"zh"}


@pytest.mark.parametrize(
    ("code", "error", "wait"),
    [(1, Transient, None), (1000040343, Transient, None), (1000040350, Transient, 120.0), (403, Refused, None),
     (514, Refused, None), (1000040344, Refused, None)],
)  # fmt: skip
def test_an_address_that_is_refused(code: int, error: type[Exception], wait: float | None) -> None:
    class Refusing(Cloud):
        def on_endpoint(self, *_: Any) -> dict[str, Any]:
            raise Refusal(code, 200)

    async def never(_: Server) -> None:
        raise AssertionError("nobody may dial")

    with pytest.raises(error) as caught:
        session(never, cloud=Refusing())
    assert getattr(caught.value, "retry_after", None) == wait


@pytest.mark.parametrize("url", ["", "http://x/ws", "wss://", "file:///etc/passwd", None, 7])
def test_an_address_that_is_none_is_refused(url: object) -> None:
    class Strange(Cloud):
        def on_endpoint(self, *_: Any) -> dict[str, Any]:
            return {"code": 0, "data": {"URL": url}}

    async def never(_: Server) -> None:
        raise AssertionError("nobody may dial")

    with pytest.raises(Refused):
        session(never, cloud=Strange())


def test_a_stream_that_cannot_be_opened_is_worth_another_try() -> None:
    class Closed(Cloud):
        def on_endpoint(self, *_: Any) -> dict[str, Any]:
            return {"code": 0, "data": {"URL": "ws://127.0.0.1:9/ws?service_id=1"}}

    async def never(_: Server) -> None:
        raise AssertionError("nobody may dial")

    taking = Taking()
    with pytest.raises(Transient):
        session(never, taking, cloud=Closed())
    assert taking.opened == 0


def test_who_is_told_nothing_listens_to_nothing() -> None:
    adapter = FeishuAdapter(settings(mode="http"), Http())
    assert not adapter.listens
    assert FeishuAdapter(settings(), Http()).listens
    with pytest.raises(Refused):
        asyncio.run(adapter.listen(Taking()))


def test_parts_that_never_become_whole_are_forgotten() -> None:
    clock = [0.0]
    parts = Parts(lambda: clock[0])

    def part(number: int, name: str = "m") -> bytes | None:
        headers = (("message_id", name), ("sum", "2"), ("seq", str(number)))
        return parts.joined(Frame(headers=headers, payload=str(number).encode()))

    assert part(0) is None
    clock[0] += PATIENCE + 1
    assert part(1) is None
    assert part(0) == b"01"
    for i in range(3 * MOST_EVENTS):
        part(0, f"m{i}")
    assert len(parts._kept) <= MOST_EVENTS + 1
