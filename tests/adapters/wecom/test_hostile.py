"""Whatever comes in under the right signature is a storable fact or malformed, and never another exception."""

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters import customer_data
from adapters.base import Received
from adapters.http import Http
from adapters.wecom import WeComAdapter, people
from adapters.wecom.control import reachable
from app.domain.errors import Malformed
from app.domain.events import PersonEvent, Unknown
from app.domain.people import Participant
from tests.adapters.conformance import NOW
from tests.adapters.wecom.cloud import settings
from tests.adapters.wecom.sample import MEETING, SAMPLE, TOKEN, deliver, notice, xml

ADAPTER = WeComAdapter(settings(), Http())
NAMES = st.sampled_from(
    ["Event", "ChangeType", "MeetingId", "CreateTime", "FromUserName", "FromUserTmpOpenId", "OperatedUser", "UserId",
     "TmpOpenId", "UserRole", "CustomerData", "MsgType", "x"]
)  # fmt: skip
WORDS = st.one_of(
    st.sampled_from(["meeting_change", "join_meeting", "role_change", "event", MEETING, "sys", "6", "1795132800"]),
    st.text(max_size=30),
)
LINES = st.text(st.characters(exclude_categories=("Cc", "Cn", "Cs")), max_size=30)  # what may stand in XML
DOCUMENTS = st.dictionaries(NAMES, st.one_of(WORDS, st.dictionaries(NAMES, WORDS, max_size=4)), max_size=9)


def parsed(content: bytes) -> tuple[Received, ...]:
    try:
        return ADAPTER.parse(deliver(content, NOW, TOKEN))
    except Malformed:
        return ()


@given(document=DOCUMENTS)
def test_any_document_of_known_elements(document: dict[str, Any]) -> None:
    sound(parsed(xml(document)))


@given(change=st.sampled_from(["join_meeting", "quit_meeting", "role_change"]), who=LINES, device=LINES, tag=LINES)
def test_any_words_about_somebody(change: str, who: str, device: str, tag: str) -> None:
    told = {"InstanceId": device, "UserRole": tag, "CustomerData": tag}
    operated = {"UserId": who, "TmpOpenId": "tmp1", **told}
    facts = parsed(notice(change, openid="tmp1", userid=who, OperatedUser=operated, **told))
    assert facts
    sound(facts)


def sound(facts: tuple[Received, ...]) -> None:
    for fact in facts:
        assert math.isfinite(fact.event.at)
        assert fact.event.at <= NOW + 86_400
        assert fact.lesson_key == "" or people.is_meeting_id(fact.lesson_key)
        assert isinstance(fact.event, Unknown) or fact.lesson_key
        if isinstance(fact.event, PersonEvent):
            who = fact.event.participant
            assert who.id
            storable(who.id, who.account, who.link, who.address)
        if isinstance(fact.event, Unknown):
            assert fact.event.name
            storable(fact.event.name, fact.event.raw)


def storable(*texts: str) -> None:
    for text in texts:
        assert "\x00" not in text
        text.encode()  # no half of a surrogate pair


@given(content=st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    assert parsed(content) == ()


@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_any_byte_of_a_fixture_changed(at: int, byte: int) -> None:
    for fixture in (SAMPLE.fixtures["join_meeting"], SAMPLE.fixtures["role_change"]):
        content = bytearray(fixture.content)
        content[at % len(content)] = byte
        for fact in parsed(bytes(content)):
            assert fact.event.kind


@given(value=st.one_of(st.none(), st.integers(), st.text(max_size=600), st.binary(max_size=40)))
def test_any_tag_of_a_link(value: Any) -> None:
    found = people.user_data(value)
    storable(found)
    assert len(found) <= customer_data.LONGEST


ADDRESSES = st.text(max_size=40) | st.builds(
    "{}:{}".format, st.sampled_from(["inside", "waiting", "x"]), st.lists(st.integers(-9, 99_999)).map(
        lambda codes: ",".join(map(str, codes))
    )
)  # fmt: skip


@given(pid=st.text(max_size=40), address=ADDRESSES)
def test_any_snapshot_is_reached_by_its_own_devices_or_not_at_all(pid: str, address: str) -> None:
    target = Participant(id=pid, address=address)
    found = people.reach(target)
    assert (found is not None) == bool(people.handle(target)) == reachable(target)
    if found is not None:
        assert all(0 <= code < 10_000 for code in found.devices)


@given(codes=st.lists(st.integers(0, 9_999), max_size=4, unique=True), waits=st.booleans())
def test_an_address_is_read_as_it_was_written(codes: list[int], waits: bool) -> None:
    written = people.Reach(tmp_openid="p1", devices=tuple(codes), waits=waits)
    assert people.reach(Participant(id="p1", address=written.address)) == written
