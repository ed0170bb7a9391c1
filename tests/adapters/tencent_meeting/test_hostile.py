"""Whatever comes in under a genuine signature, the answer is facts or Malformed, and nothing else."""

import base64
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Delivery
from adapters.http import Http
from adapters.tencent_meeting import TencentMeetingAdapter
from adapters.tencent_meeting.people import device, from_base64, user_data
from app.domain.errors import AdapterError, Malformed
from tests.adapters.conformance import NOW
from tests.adapters.hostile import anything, foldable
from tests.adapters.tencent_meeting.cloud import settings
from tests.adapters.tencent_meeting.test_events import FIXTURES
from tests.adapters.tencent_meeting.vectors import AES_KEY

PLAIN = TencentMeetingAdapter(settings(), Http())
KEYED = TencentMeetingAdapter(settings(encoding_aes_key=AES_KEY), Http())


def posted(text: bytes) -> Delivery:
    data = base64.b64encode(text).decode()
    body = json.dumps({"data": data}).encode()
    return Delivery(method="POST", path="", query="", headers={}, body=body, received_at=NOW)


def harmless(document: bytes) -> int:
    """Parse and fold; the number of facts."""
    delivery = posted(document)
    try:
        facts = PLAIN.parse(delivery)
    except Malformed:
        return 0
    assert facts == PLAIN.parse(delivery)
    return foldable(facts)


@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    harmless(raw)
    for adapter in (PLAIN, KEYED):
        for body in (raw, b'{"data":"' + raw + b'"}'):
            delivery = Delivery(method="POST", path="", query="", headers={}, body=body, received_at=NOW)
            for reading in (adapter.verify, adapter.handshake, adapter.parse):
                try:
                    reading(delivery)
                except AdapterError:
                    continue


@given(anything)
def test_any_json(document: Any) -> None:
    harmless(json.dumps(document).encode())


paths = st.sampled_from(
    [("trace_id",), ("event",), ("payload",)]
    + [("payload", 0, k) for k in ("operate_time", "operator", "to_operator", "meeting_info", "extend_info")]
    + [("payload", 0, "meeting_info", k)
       for k in ("meeting_id", "subject", "creator", "hosts", "meeting_id_type", "action_scene_type")]
    + [("payload", 0, p, k) for p in ("operator", "to_operator")
       for k in ("ms_open_id", "uuid", "userid", "instance_id", "user_name", "nick_name", "user_role")]
    + [("payload", 0, "extend_info", "customer_data")]
)  # fmt: skip


@given(st.sampled_from(sorted(FIXTURES)), st.dictionaries(paths, anything, min_size=1, max_size=4))
def test_a_real_event_with_any_members_of_any_type(name: str, changes: dict[tuple[Any, ...], Any]) -> None:
    document = json.loads(json.dumps(FIXTURES[name]["delivery"]))
    for path, value in changes.items():
        place = document
        for step in path[:-1]:
            place = place[step] if isinstance(place, list) and place and step == 0 else (
                place.setdefault(step, {}) if isinstance(place, dict) else {})  # fmt: skip
        if isinstance(place, dict):
            place[path[-1]] = value
    harmless(json.dumps(document).encode())


@given(st.sampled_from(sorted(FIXTURES)), st.data())
def test_a_real_event_without_some_members(name: str, data: st.DataObject) -> None:
    document = json.loads(json.dumps(FIXTURES[name]["delivery"]))
    for part in (document["payload"][0], *[v for v in document["payload"][0].values() if isinstance(v, dict)]):
        for key in data.draw(st.sets(st.sampled_from(sorted(part)))):
            del part[key]
    assert harmless(json.dumps(document).encode()) > 0


def test_deep_nesting_wherever_it_may_stand() -> None:
    shapes = ('{"a":', "[")
    for depth in (500, 900, 990, 1000, 5_000, 100_000):
        for shape in shapes:
            closing = ("}" if shape == '{"a":' else "]") * depth
            deep = f"{shape * depth}1{closing}"
            harmless(deep.encode())
            harmless(f'{{"event":"meeting.end","payload":[{deep}]}}'.encode())
            harmless(f'{{"event":"meeting.end","payload":[{{"meeting_info":{deep}}}]}}'.encode())


@given(anything)
def test_the_small_readers_take_anything(value: Any) -> None:
    assert isinstance(user_data(value), str)
    assert isinstance(from_base64(value), str)
    assert device(value) == "" or device(value).isdecimal()


def test_a_link_token_is_found_in_each_of_its_forms() -> None:
    wrapper = '{"ver":"1.0","userData":"r-7"}'
    coded = base64.b64encode(wrapper.encode()).decode()
    assert {user_data(v) for v in (wrapper, coded, coded.rstrip("="), "r-7", " r-7 ")} == {"r-7"}
    assert user_data("dGVzdA==") == "dGVzdA=="  # base64 of something else stays as it is
    assert user_data(None) == user_data("") == user_data(base64.b64encode(b'{"userData":5}').decode()) == ""
