"""Stream mode against a gateway that the vendor's own Python client is satisfied with."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from adapters.base import STREAMED, Delivery, Reply
from app.domain.errors import AdapterError, Refused, StoreError, Transient
from app.pipeline import NotStored
from tests.adapters.dingtalk.cloud import Cloud, Refusal, connected
from tests.adapters.dingtalk.gateway import Frame, event, system
from tests.adapters.dingtalk.sample import CLIENT_ID, CLIENT_SECRET, RUN, fixture
from tests.adapters.stand_in import served

JOIN, LEAVE = (
    {k: v for k, v in fixture(name)[0].items() if k[0].islower() and k != "eventId"}
    for name in ("user-join", "user-leave")
)
BYE = system("disconnect", '{"reason":"persistent connection is timeout"}', "s-9")


def joins(number: int, **more: Any) -> Frame:
    return (
        event(
            "meeting_member_status_change",
            JOIN | {"statusSeqNum": number},
            message=f"m-{number}",
            event_id=f"e-{number}",
        )
        | more
    )


class Taken:
    """What was handed over, and what becomes of it."""

    def __init__(self, fails: Callable[[int], Exception | None] = lambda _: None) -> None:
        self.deliveries: list[Delivery] = []
        self.fails = fails

    async def __call__(self, delivery: Delivery) -> Reply:
        self.deliveries.append(delivery)
        if failure := self.fails(len(self.deliveries)):
            raise failure
        return Reply()


Take = Callable[[Delivery], Awaitable[Reply]]


def listen(cloud: Cloud, take: Take, times: int = 1, **more: Any) -> list[AdapterError | None]:
    """How each session ended: None as the platform wished."""

    async def run() -> list[AdapterError | None]:
        ended: list[AdapterError | None] = []
        async with connected(cloud, **more) as adapter:
            assert adapter.listens
            for _ in range(times):
                try:
                    await adapter.listen(take)
                    ended.append(None)
                except AdapterError as e:
                    ended.append(e)
        return ended

    return asyncio.run(run())


def session(*frames: Any, **more: Any) -> Cloud:
    cloud = Cloud(**more)
    cloud.gateway.sessions = [[*frames]]
    return cloud


def codes(cloud: Cloud, number: int = 0) -> dict[str, int]:
    return {a["headers"]["messageId"]: a["code"] for a in cloud.gateway.answers[number]}


# --- frames -----------------------------------------------------------------------------------------------------------


def test_every_frame_is_handed_over_and_acknowledged_under_its_own_id() -> None:
    cloud, taken = session(joins(1), joins(2), BYE), Taken()
    assert listen(cloud, taken) == [None]
    assert codes(cloud) == {"m-1": 200, "m-2": 200, "s-9": 200}
    assert all(a["headers"]["contentType"] == "application/json" for a in cloud.gateway.answers[0])
    told = {a["headers"]["messageId"]: a["data"] for a in cloud.gateway.answers[0]}
    assert json.loads(told["m-1"])["status"] == json.loads(told["m-2"])["status"] == "SUCCESS"
    assert [d.method for d in taken.deliveries] == [STREAMED] * 2
    assert all(isinstance(v, str) for d in taken.deliveries for v in d.headers.values())


def test_what_was_handed_over_is_read_like_a_push() -> None:
    cloud, taken = session(joins(7), BYE), Taken()

    async def run() -> Any:
        async with connected(cloud) as adapter:
            await adapter.listen(taken)
            (delivery,) = taken.deliveries
            adapter.verify(delivery)
            return adapter.parse(delivery)

    (fact,) = asyncio.run(run())
    assert (fact.lesson_key, fact.event.kind) == (f":{RUN}", "participant.joined")


def test_nothing_is_acknowledged_before_it_is_stored() -> None:
    stored: list[str] = []
    order: list[str] = []

    async def take(delivery: Delivery) -> Reply:
        await asyncio.wait_for(gate.wait(), 5)
        name = json.loads(delivery.body)["headers"]["messageId"]
        stored.append(name)
        order.append(f"stored {name}")
        return Reply()

    def answered(answer: Frame) -> None:
        name = answer["headers"]["messageId"]
        order.append(f"answered {name}")
        if name == "s-1":
            gate.set()

    cloud = session(joins(1), system("ping"), joins(2), system("ping", message="s-2"), BYE)
    gate = asyncio.Event()
    cloud.gateway.on_answer = answered
    assert listen(cloud, take) == [None]
    assert order.index("answered s-1") < order.index("stored m-1")  # a ping is answered while something is stored
    assert all(order.index(f"stored {m}") < order.index(f"answered {m}") for m in ("m-1", "m-2"))
    assert stored == ["m-1", "m-2"]


def test_what_could_not_be_stored_is_asked_for_again() -> None:
    def fails(number: int) -> Exception | None:
        return {1: NotStored("no"), 3: StoreError("no")}.get(number)

    cloud = session(joins(1), joins(2), joins(3), BYE)
    assert listen(cloud, Taken(fails)) == [None]
    assert codes(cloud) == {"m-1": 500, "m-2": 200, "m-3": 500, "s-9": 200}
    later = [json.loads(a["data"])["status"] for a in cloud.gateway.answers[0] if a["code"] == 500]
    assert later == ["LATER", "LATER"]


def test_a_mistake_of_whoever_takes_is_not_swallowed() -> None:
    cloud = session(joins(1), system("ping"))
    cloud.gateway.close = False
    with pytest.raises(ZeroDivisionError):
        listen(cloud, Taken(lambda number: ZeroDivisionError()))
    assert "m-1" not in codes(cloud)


def test_a_burst_is_taken_in_order() -> None:
    cloud, taken = session(*(joins(n) for n in range(300)), BYE), Taken()
    assert listen(cloud, taken) == [None]
    assert [json.loads(d.body)["headers"]["messageId"] for d in taken.deliveries] == [f"m-{n}" for n in range(300)]
    assert len(codes(cloud)) == 301


@pytest.mark.parametrize("data", ['{"opaque":"x-1"}', "", "no json"])
def test_a_ping_is_answered_with_its_own_data(data: str) -> None:
    cloud = session(system("ping", data), BYE)
    listen(cloud, Taken())
    assert cloud.gateway.answers[0][0]["data"] == data


@pytest.mark.parametrize("topic", ["CONNECTED", "REGISTERED", "KEEPALIVE", "something new"])
def test_other_words_of_the_platform_are_answered_and_change_nothing(topic: str) -> None:
    cloud, taken = session(system(topic, ""), joins(1), BYE), Taken()
    assert listen(cloud, taken) == [None]
    assert codes(cloud) == {"s-1": 200, "m-1": 200, "s-9": 200}


def test_a_callback_that_nobody_asked_for_is_answered_as_the_sdk_does() -> None:
    robot = system("/v1.0/im/bot/messages/get", "{}", "c-1") | {"type": "CALLBACK"}
    cloud, taken = session(robot, BYE), Taken()
    listen(cloud, taken)
    assert codes(cloud) == {"c-1": 404, "s-9": 200}
    assert taken.deliveries == []


@pytest.mark.parametrize(
    "noise", ["", "x", "[]", "null", "{}", '{"type":7}', '{"type":"NEW","headers":{}}', "[" * 9999]
)
def test_noise_on_the_wire_is_passed_over(noise: str) -> None:
    cloud, taken = session(noise, joins(1), BYE), Taken()
    assert listen(cloud, taken) == [None]
    assert codes(cloud) == {"m-1": 200, "s-9": 200}


def test_an_event_without_headers_is_handed_over_to_be_quarantined() -> None:
    bare = {"type": "EVENT", "data": "{}"}
    cloud, taken = session(bare, BYE), Taken()
    assert listen(cloud, taken) == [None]
    assert len(taken.deliveries) == 1


# --- the end of a session ---------------------------------------------------------------------------------------------


def test_after_the_platforms_goodbye_a_new_ticket_is_asked_for() -> None:
    cloud, taken = Cloud(), Taken()
    cloud.gateway.sessions = [[joins(1), BYE], [joins(2), BYE]]
    assert listen(cloud, taken, times=2) == [None, None]
    assert len(cloud.gateway.asked) == 2
    assert len(taken.deliveries) == 2


def test_what_comes_after_the_goodbye_is_left_for_the_next_session() -> None:
    cloud, taken = session(BYE, joins(1)), Taken()
    cloud.gateway.close = False
    assert listen(cloud, taken) == [None]
    assert taken.deliveries == []


def test_a_link_that_ends_without_a_word_is_worth_another_try_after_a_pause() -> None:
    cloud = session(joins(1))
    (ended,) = listen(cloud, Taken())
    assert isinstance(ended, Transient)
    assert codes(cloud) == {"m-1": 200}


def test_a_message_without_its_content_is_handed_over_and_said_aloud() -> None:
    blind = joins(1, data=json.dumps({"errCode": 20001, "errMsg": "受调用量超量影响"}))
    cloud, taken = session(blind, joins(2)), Taken()
    cloud.gateway.close = False
    (ended,) = listen(cloud, taken)
    assert isinstance(ended, Refused)
    assert (ended.code, len(taken.deliveries)) == ("20001", 1)


def test_while_messages_come_without_their_content_dialling_again_opens_nothing() -> None:
    """The fact is told once; the stream counts as open again when a message brings its content."""
    blind = {"data": json.dumps({"errCode": 20001})}
    cloud, taken, opened = Cloud(), Taken(), list[int]()
    cloud.gateway.sessions = [[joins(1, **blind)], [joins(2, **blind)], [BYE], [joins(3), BYE], [BYE]]

    async def run() -> list[tuple[int, bool]]:
        counted: list[tuple[int, bool]] = []
        async with connected(cloud) as adapter:
            for _ in cloud.gateway.sessions:
                refused = True
                with contextlib.suppress(Refused):
                    await adapter.listen(taken, lambda: opened.append(1))
                    refused = False
                counted.append((len(opened), refused))
        return counted

    assert asyncio.run(run()) == [(1, True), (1, True), (1, True), (2, False), (3, False)]
    assert [json.loads(d.body)["headers"]["messageId"] for d in taken.deliveries] == ["m-1", "m-3"]
    assert codes(cloud, 1) == {"m-2": 200}


def test_a_session_that_is_cancelled_leaves_nothing_behind() -> None:
    cloud = session(joins(1))
    cloud.gateway.close = False

    async def run() -> int:
        reached, released = asyncio.Event(), 0

        async def take(_: Delivery) -> Reply:
            nonlocal released
            reached.set()
            try:
                await asyncio.Event().wait()
            finally:
                released += 1
            return Reply()

        async with connected(cloud) as adapter:
            task = asyncio.create_task(adapter.listen(take))
            await asyncio.wait_for(reached.wait(), 5)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        return released

    assert asyncio.run(run()) == 1


# --- the gateway ------------------------------------------------------------------------------------------------------


def test_a_ticket_is_asked_for_with_the_apps_credentials_and_outside_the_months_calls() -> None:
    counted: list[str] = []

    class Meter:
        def spend(self, platform: str, lane: Any) -> None:
            counted.append(platform)

    cloud = session(BYE)

    async def run() -> None:
        async with connected(cloud) as adapter:
            adapter.http.meter = Meter()
            await adapter.listen(Taken())
            assert counted == []
            await adapter.resolve(f":{RUN}")

    asyncio.run(run())
    assert counted == ["dingtalk"]
    (asked,) = cloud.gateway.asked
    assert (asked["clientId"], asked["clientSecret"]) == (CLIENT_ID, CLIENT_SECRET)
    assert asked["subscriptions"] == [{"type": "EVENT", "topic": "*"}]


def test_wrong_credentials_are_refused() -> None:
    (ended,) = listen(Cloud(secret="another"), Taken())
    assert isinstance(ended, Refused)
    assert ended.code == "authFailed"
    assert CLIENT_SECRET not in str(ended)


def test_a_quota_that_is_used_up_is_refused() -> None:
    spent = Refusal("Forbidden.AccessDenied.ApiCountLimitForOrg", 403)
    (ended,) = listen(Cloud(script=[spent]), Taken())
    assert isinstance(ended, Refused)


@pytest.mark.parametrize(
    "granted",
    [{}, {"endpoint": "ws://127.0.0.1:9/c"}, {"ticket": "t"}, {"endpoint": "http://127.0.0.1:9", "ticket": "t"},
     {"endpoint": "file:///etc/passwd", "ticket": "t"}, {"endpoint": 7, "ticket": 7}],
)  # fmt: skip
def test_an_address_that_is_none_is_not_dialled(granted: Any) -> None:
    async def respond() -> web.Response:
        return web.json_response(granted)

    (ended,) = listen(Cloud(script=[respond]), Taken())
    assert isinstance(ended, Transient)


def test_a_page_instead_of_a_ticket_is_worth_another_try() -> None:
    async def page() -> web.Response:
        return web.Response(text="<xml/>", content_type="text/xml")

    (ended,) = listen(Cloud(script=[page]), Taken())
    assert isinstance(ended, Transient)


def test_a_gateway_that_does_not_open_is_worth_another_try() -> None:
    cloud = Cloud()
    cloud.gateway.path = "/nowhere"
    (ended,) = listen(cloud, Taken())
    assert isinstance(ended, Transient)


@pytest.mark.parametrize(("path", "said"), [("/connect", 1), ("/nowhere", 0)])
def test_it_is_said_when_the_stream_is_open_and_not_before(path: str, said: int) -> None:
    cloud, opened = session(BYE), list[int]()
    cloud.gateway.path = path

    async def run() -> None:
        async with connected(cloud) as adapter:
            try:
                await adapter.listen(Taken(), lambda: opened.append(len(cloud.gateway.asked)))
            except Transient:
                assert not said

    asyncio.run(run())
    assert opened == [1] * said


def test_the_school_that_is_called_by_http_does_not_listen() -> None:
    async def run() -> bool:
        async with connected(Cloud(), mode="http") as adapter:
            with pytest.raises(Refused):
                await adapter.listen(Taken())
            return adapter.listens

    assert not asyncio.run(run())


# --- the vendor's own client ------------------------------------------------------------------------------------------

THEIRS = """
import asyncio, json, logging, sys
import dingtalk_stream
from dingtalk_stream import AckMessage

class Events(dingtalk_stream.EventHandler):
    async def process(self, event):
        print(json.dumps([event.headers.event_type, event.headers.event_id, event.data]), flush=True)
        return AckMessage.STATUS_OK, "OK"

logger = logging.getLogger("quiet")
logger.addHandler(logging.NullHandler())
logger.propagate = False
client = dingtalk_stream.DingTalkStreamClient(dingtalk_stream.Credential(sys.argv[1], sys.argv[2]), logger)
client.register_all_event_handler(Events())
asyncio.run(client.start())
"""


def test_the_vendors_python_client_is_satisfied_with_this_gateway_and_answers_alike() -> None:
    """So our stand-in is no invention: the same frames, the same way of asking, the same acknowledgement."""
    frames = [joins(1), event("meeting_member_status_change", LEAVE, message="m-2"), system("ping"), BYE]
    theirs_did, ours_did = Cloud(), session(*frames)

    async def theirs() -> list[Any]:
        done = asyncio.Event()
        theirs_did.gateway.sessions = [frames]
        theirs_did.gateway.on_answer = lambda a: done.set() if a["headers"]["messageId"] == "s-9" else None
        async with served(theirs_did) as base_url:
            env = {**os.environ, "DINGTALK_OPENAPI_ENDPOINT": base_url}
            command = [sys.executable, "-c", THEIRS, CLIENT_ID, CLIENT_SECRET]
            process = await asyncio.create_subprocess_exec(*command, env=env, stdout=subprocess.PIPE)
            try:
                await asyncio.wait_for(done.wait(), 20)
            finally:
                process.kill()
            told, _ = await process.communicate()
        return [json.loads(line) for line in told.splitlines()]

    told = asyncio.run(theirs())
    assert sorted(told, key=str) == sorted(
        [["meeting_member_status_change", "e-1", JOIN | {"statusSeqNum": 1}],
         ["meeting_member_status_change", "evt-0001", LEAVE]], key=str
    )  # fmt: skip
    assert listen(ours_did, Taken()) == [None]
    assert theirs_did.problems == []
    asked = [
        {k: v for k, v in g.gateway.asked[0].items() if k not in ("ua", "localIp")} for g in (theirs_did, ours_did)
    ]
    assert asked[0] == asked[1]
    assert codes(theirs_did) == codes(ours_did)
    shapes = [{(*sorted(a), *sorted(a["headers"])) for a in c.gateway.answers[0]} for c in (theirs_did, ours_did)]
    assert shapes[0] == shapes[1]
