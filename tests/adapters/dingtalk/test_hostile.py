"""Whatever comes in, signed or streamed: the answer is facts or Malformed, and nothing else."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.base import STREAMED, Delivery
from adapters.dingtalk import DingTalkAdapter
from adapters.dingtalk.wire import identifier, moment, number, person, text
from adapters.http import Http
from app.domain.errors import AdapterError, Malformed
from tests.adapters.conformance import NOW
from tests.adapters.dingtalk.cloud import settings
from tests.adapters.dingtalk.sample import AES_KEY, NAMES, TOKEN, deliver, fixture
from tests.adapters.hostile import anything, foldable

OURS = DingTalkAdapter(settings(token=TOKEN, aes_key=AES_KEY), Http())


def streamed(body: bytes) -> Delivery:
    return Delivery(method=STREAMED, path="", query="", headers={}, body=body, received_at=NOW)


def harmless(delivery: Delivery) -> int:
    """Parse and fold; the number of facts."""
    OURS.verify(delivery)
    try:
        facts = OURS.parse(delivery)
    except Malformed:
        return 0
    assert facts == OURS.parse(delivery)
    return foldable(facts)


@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    harmless(deliver(raw, NOW, TOKEN))
    harmless(streamed(raw))
    for reading in (OURS.verify, OURS.handshake, OURS.parse):
        try:
            reading(Delivery(method="POST", path="", query="", headers={}, body=raw, received_at=NOW))
        except AdapterError:
            continue


@given(anything)
def test_any_json(document: Any) -> None:
    content = json.dumps(document).encode()
    harmless(deliver(content, NOW, TOKEN))
    harmless(streamed(content))
    harmless(streamed(json.dumps({"headers": {"eventType": "meeting_status_change"}, "data": document}).encode()))
    harmless(streamed(json.dumps({"headers": document, "data": "{}"}).encode()))


paths = st.sampled_from(
    [(k,) for k in ("EventType", "EventTime", "eventId", "statusSeqNum", "changeScene", "data", "errCode")]
    + [("openConfModel",), ("openMemberModels",), ("openMemberModels", 0)]
    + [("openConfModel", k) for k in ("conferenceId", "scheduleConferenceId", "creatorId", "title", "status")]
    + [("openMemberModels", 0, k) for k in (
        "userId", "unionId", "conferenceId", "userNick", "joinTime", "leaveTime", "duration", "host", "coHost")]
)  # fmt: skip


@given(st.sampled_from(NAMES), st.dictionaries(paths, anything, min_size=1, max_size=4))
def test_a_real_event_with_any_members_of_any_type(name: str, changes: dict[tuple[Any, ...], Any]) -> None:
    document, _ = fixture(name)
    for path, value in changes.items():
        place: Any = document
        for step in path[:-1]:
            place = (
                place.get(step, {})
                if isinstance(place, dict)
                else place[step]
                if isinstance(place, list) and place
                else {}
            )
        if isinstance(place, dict):
            place[path[-1]] = value
        elif isinstance(place, list) and place:
            place[0] = value
    harmless(deliver(json.dumps(document).encode(), NOW, TOKEN))


@given(st.sampled_from(NAMES), st.data())
def test_a_real_event_without_some_members(name: str, data: st.DataObject) -> None:
    document, _ = fixture(name)
    for part in (document, *[v for v in document.values() if isinstance(v, dict)]):
        for key in data.draw(st.sets(st.sampled_from(sorted(part)))) - {"EventType"}:
            del part[key]
    assert harmless(deliver(json.dumps(document).encode(), NOW, TOKEN)) > 0


def test_deep_nesting_wherever_it_may_stand() -> None:
    tried = 0
    for depth in (500, 990, 1000, 5_000, 50_000):
        for opening, closing in (('{"a":', "}"), ("[", "]")):
            deep = f"{opening * depth}1{closing * depth}"
            harmless(deliver(deep.encode(), NOW, TOKEN))
            harmless(deliver(f'{{"EventType":"x","openMemberModels":[{deep}]}}'.encode(), NOW, TOKEN))
            harmless(streamed(json.dumps({"headers": {"eventType": "x"}, "data": deep}).encode()))
            tried += 1
    assert tried == 10


@given(anything)
def test_the_small_readers_take_anything(value: Any) -> None:
    assert isinstance(text(value), str)
    assert isinstance(identifier(value), str)
    assert isinstance(person(value), str)
    assert number(value) is None or isinstance(number(value), int)
    assert 1e9 <= moment(value, otherwise=NOW) <= NOW + 86_400
