"""Whatever comes from outside: no exception but Malformed and AdapterError, nothing that cannot be stored."""

import asyncio
import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st

from adapters.base import STREAMED, Delivery, Received
from adapters.feishu import FeishuAdapter, frames, people
from adapters.feishu.events import READINGS
from adapters.http import Http
from app.domain.actions import Action, Outcome
from app.domain.actions import ActionKind as Kind
from app.domain.errors import AdapterError, Malformed
from app.domain.events import Attendance
from tests.adapters.conformance import NOW
from tests.adapters.feishu.cloud import CHAT, settings
from tests.adapters.feishu.sample import grants
from tests.adapters.feishu.test_control import GUEST, HOST
from tests.adapters.feishu.test_events import activity, posted
from tests.adapters.feishu.test_stream import event
from tests.adapters.hostile import anything, texts, with_one_part_replaced
from tests.adapters.loopback import Asked, Said, loopback

ADAPTER = FeishuAdapter(settings(), Http())


def read(document: Any) -> tuple[Received, ...]:
    body = json.dumps(document).encode()
    delivery = Delivery(method=STREAMED, path="/stream", query="", headers={}, body=body, received_at=NOW)
    try:
        return ADAPTER.parse(delivery)
    except Malformed:
        return ()


def storable(facts: tuple[Received, ...]) -> None:
    for fact in facts:
        assert math.isfinite(fact.event.at)
        assert 0 < len(fact.delivery_id) <= 128
        assert len(fact.lesson_key) <= 200
        for text in texts(fact):
            assert "\x00" not in text
            assert not any("\ud800" <= c <= "\udfff" for c in text)


GROUPS = {
    "im.message.receive_v1": posted(mentions=[{"key": "@_user_1", "name": "x"}]),
    "im.chat.member.user.added_v1": {"chat_id": CHAT, "users": [{"name": "甲", "user_id": {"open_id": "ou_a"}}]},
    "im.chat.updated_v1": {"chat_id": CHAT, "after_change": {"moderation_permission": "only_owner"}},
    "im.chat.disbanded_v1": {"chat_id": CHAT},
}


@pytest.mark.parametrize("kind", GROUPS)
def test_group_events_with_one_part_replaced(kind: str) -> None:
    whole = {"schema": "2.0", "header": {"event_id": "e", "event_type": kind, "create_time": "1795132800000"}}
    tried = 0
    for document in with_one_part_replaced(whole | {"event": GROUPS[kind]}):
        storable(read(document))
        tried += 1
    assert tried > 100


def test_bot_events_with_one_part_replaced() -> None:
    who = {"id": "ou_a", "user_type": 1, "user_role": 1, "user_name": "x"}
    line = {"operator": who, "message_id": "1", "content": "x", "send_time": "1"}
    whole = json.loads(activity("chat_received", line))
    tried = 0
    for document in with_one_part_replaced(whole):
        storable(read(document))
        tried += 1
    assert tried > 300


@given(kind=st.sampled_from(sorted(READINGS)), body=anything)
def test_any_body_of_a_known_kind(kind: str, body: Any) -> None:
    header = {"event_id": "e", "event_type": kind, "create_time": "1795132800000"}
    storable(read({"schema": "2.0", "header": header, "event": body}))


def decoded(data: bytes) -> frames.Frame | None:
    try:
        frame = frames.decoded(data)
    except frames.Unreadable:
        return None
    assert frames.decoded(frames.encoded(frame)) == frame
    return frame


@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_unreadable(data: bytes) -> None:
    decoded(data)


@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_frame_with_any_byte_changed_is_a_frame_or_unreadable(at: int, byte: int) -> None:
    whole = event(b"{}", message="m1")
    assert decoded(whole) is not None
    changed = bytearray(whole)
    changed[at % len(changed)] = byte
    decoded(bytes(changed))


@given(value=anything)
def test_anything_is_a_number_an_id_or_a_text_or_nothing(value: Any) -> None:
    found = people.number(value)
    assert found is None or abs(found) < 10**18
    assert "/" not in people.identifier(value)
    assert "\x00" not in people.text(value)
    people.account(value)


KEYS = ("235812466:6911188411934433028", f"{CHAT}:2026-11-20")
KINDS = (Kind.KICK, Kind.END, Kind.CLOSE_CHAT, Kind.SILENCE, Kind.DELETE_MESSAGE)


@options(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=anything)
def test_any_answer_is_an_outcome_or_an_adapter_error(data: Any) -> None:
    body = json.dumps({"code": 0, "msg": "success", "data": data}).encode()

    def answer(asked: Asked) -> Said:
        return grants(asked) or Said(body=body)

    async def run() -> list[object]:
        http, told = Http(total_seconds=1.0), []
        async with loopback(answer) as server:
            adapter = FeishuAdapter(settings(server.base_url), http, now=lambda: NOW)
            asks = [adapter.participants(key) for key in KEYS]
            wishes = [Action(kind=kind, target=GUEST, operator=HOST, reference="om_1") for kind in KINDS]
            for ask in (*asks, *(adapter.perform(key, wish) for key in KEYS for wish in wishes)):
                try:
                    told.append(await ask)
                except AdapterError as e:
                    told.append(e)
            try:
                told.append(await adapter.groups())
                told.append(await adapter.roster("od-1"))
            except AdapterError as e:
                told.append(e)
        await http.close()
        return told

    for result in asyncio.run(run()):
        assert isinstance(result, Outcome | Attendance | AdapterError | tuple)
