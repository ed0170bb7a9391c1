"""What Janus posts: every recorded post gives its facts, the secrets keep their doors, and noise stays noise."""

import dataclasses
import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Delivery, Received
from adapters.http import Http
from adapters.janus import JanusAdapter, JanusSettings
from app.domain import events as ev
from app.domain.errors import Malformed, NotAuthentic
from app.domain.people import Participant, Role
from tests.adapters.janus.sample import NAMES, PREVIOUS, ROOM, SECRET, deliver, recorded, settings

AT = 1_795_132_800.0


def adapter(**changes: object) -> JanusAdapter:
    return JanusAdapter(JanusSettings.model_validate({**settings("http://127.0.0.1:9"), **changes}), Http())


def facts(*contents: bytes, at: float = AT) -> tuple[Received, ...]:
    """What is read out of these posts, sent as one array if there are several."""
    body = contents[0] if len(contents) == 1 else b"[" + b",".join(contents) + b"]"
    return adapter().parse(deliver(body, at, SECRET))


def event(**data: Any) -> bytes:
    inner = {"plugin": "janus.plugin.videoroom", "data": {"room": ROOM, **data}}
    return json.dumps({"type": 64, "timestamp": 1795182288568368, "event": inner}).encode()


def said(fact: Received) -> dict[str, Any]:
    """An event as a fixture writes it: its kind and the fields that the fixture names."""
    return {"kind": fact.event.kind} | {f.name: getattr(fact.event, f.name) for f in dataclasses.fields(fact.event)}


def wanted(gives: dict[str, Any]) -> dict[str, Any]:
    """What a fixture says, with its people and switches as values."""
    built = dict(gives)
    if person := gives.get("participant"):
        built["participant"] = Participant(**{**person, "role": Role(person.get("role", "attendee"))})
    if switches := gives.get("switches"):
        built["switches"] = ev.Switches(**switches)
    return built


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_post_gives_its_facts(name: str) -> None:
    post, gives = recorded(name)
    found = facts(post)
    assert len(found) == len(gives)
    for fact, expected in zip(found, map(wanted, gives), strict=True):
        assert said(fact) | expected == said(fact)
        assert fact.lesson_key == ("" if isinstance(fact.event, ev.Unknown) else ROOM)


def test_events_carry_the_time_of_the_server_and_lines_that_of_their_arrival() -> None:
    joined, _ = recorded("joined")
    assert facts(joined)[0].event.at == json.loads(joined)["timestamp"] / 1e6
    line, _ = recorded("chat-line")
    assert facts(line)[0].event.at == AT


def test_an_array_gives_the_facts_of_its_entries_in_order_and_the_same_ids_as_one_by_one() -> None:
    posts = [recorded(name)[0] for name in ("joined", "published", "kicked")]
    together = facts(*posts)
    assert [f.event.kind for f in together] == [
        "participant.joined", "audio.unmuted", "video.started", "share.started", "participant.left",
    ]  # fmt: skip
    assert together == tuple(f for post in posts for f in facts(post))


def test_an_entry_that_cannot_be_read_does_not_block_the_others() -> None:
    found = facts(event(event="joined", id=["?"]), event(event="left-by-balloon"), event(event="leaving", id="id-an"))
    assert [f.event.kind for f in found] == ["unknown", "unknown", "participant.left"]


def test_two_equal_lines_are_two_lines_when_they_arrive_at_two_moments() -> None:
    line, _ = recorded("chat-line")
    assert facts(line)[0].delivery_id == facts(line)[0].delivery_id
    assert facts(line)[0].delivery_id != facts(line, at=AT + 0.001)[0].delivery_id


@pytest.mark.parametrize(
    ("streams", "kinds"),
    [
        ([("audio", "")], ["audio.unmuted"]),
        ([("video", "")], ["video.started"]),
        ([("video", "front camera")], ["video.started"]),
        ([("video", "My Screen")], ["share.started"]),
        ([("video", "共享屏幕")], ["share.started"]),
        ([("video", "màn hình của em")], ["share.started"]),
        ([("video", ""), ("video", "")], ["video.started", "share.started"]),
        ([("video", "screen"), ("audio", ""), ("video", "cat")], ["share.started", "audio.unmuted", "share.started"]),
        ([("data", "screen")], []),
    ],
)
def test_a_share_is_a_picture_that_names_a_screen_or_a_second_picture(
    streams: list[tuple[str, str]], kinds: list[str]
) -> None:
    listed = [{"type": t, "mid": str(n), "description": d} for n, (t, d) in enumerate(streams)]
    found = facts(event(event="published", id="id-an", streams=listed))
    assert [f.event.kind for f in found] == kinds


def test_only_the_link_makes_a_host_whatever_name_or_id_is_chosen() -> None:
    (fact,) = facts(event(event="joined", id="id-teacher", display="teacher", token="link-of-eve"))
    assert isinstance(fact.event, ev.ParticipantJoined)
    assert fact.event.participant.role is Role.ATTENDEE


def test_a_pupil_with_the_id_of_one_of_our_visits_is_not_taken_for_one() -> None:
    (fact,) = facts(event(event="joined", id="menshen-guard-0a", display="eve", token="link-of-eve"))
    assert isinstance(fact.event, ev.ParticipantJoined)


def test_the_basic_authentication_is_that_of_the_wire() -> None:
    pair = adapter(event_user="janus", event_password="pw")
    genuine = deliver(b"[]", AT, "pw")
    assert genuine.headers["authorization"] == "Basic amFudXM6cHc="
    pair.verify(genuine)


@pytest.mark.parametrize("name", ["joined", "chat-line"])
@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_both_secrets_open_while_they_are_being_changed(name: str, secret: str) -> None:
    adapter().verify(deliver(recorded(name)[0], AT, secret))


def with_headers(**headers: str) -> Delivery:
    return Delivery(method="POST", path="/hooks/c-1", query="", headers=headers, body=b"[]", received_at=AT)


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic ", f"Bearer {SECRET}", basic(f"janus:{SECRET}x"), basic(f"other:{SECRET}"), basic("janus:")],
)
def test_a_post_without_the_right_password_is_refused(header: str) -> None:
    with pytest.raises(NotAuthentic):
        adapter().verify(with_headers(authorization=header))


@pytest.mark.parametrize("query", ["chat=", "chat=wrong", f"chat={SECRET}x", f"chat={SECRET}&chat={SECRET}", "chat"])
def test_a_line_without_the_right_secret_is_refused_even_with_the_password_of_events(query: str) -> None:
    forged = dataclasses.replace(with_headers(authorization=basic(f"janus:{SECRET}")), query=query)
    with pytest.raises(NotAuthentic):
        adapter(chat_secret="another-secret", previous_chat_secret="").verify(forged)


def test_an_address_with_two_secrets_is_refused() -> None:
    line, _ = recorded("chat-line")
    with pytest.raises(NotAuthentic):
        adapter().verify(dataclasses.replace(deliver(line, AT, SECRET), query=f"chat={SECRET}&chat=guess"))


def test_the_secret_of_the_chat_opens_no_door_for_events() -> None:
    joined, _ = recorded("joined")
    sneaked = dataclasses.replace(deliver(joined, AT, SECRET), query=f"chat={SECRET}", headers={})
    adapter().verify(sneaked)
    assert [type(f.event) for f in adapter().parse(sneaked)] == [ev.Unknown]


def test_without_a_secret_of_ours_both_doors_are_shut() -> None:
    shut = adapter(event_password="", previous_event_password="", chat_secret="", previous_chat_secret="")
    for name in ("joined", "chat-line"):
        with pytest.raises(NotAuthentic):
            shut.verify(deliver(recorded(name)[0], AT, ""))


@pytest.mark.parametrize("body", [b"", b"{", b"7", b"null", b'["joined"]', b"[" * 100_000, b"\xff\xfe", b'"\\ud800"'])
def test_what_is_no_event_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        facts(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
WORDS = st.sampled_from(
    ["joined", "published", "updated", "leaving", "kicked", "moderated", "created", "unpublished", "message"]
)
HOSTILE = st.fixed_dictionaries(
    {"event": WORDS | JSON},
    optional={"room": JSON, "id": JSON, "streams": st.lists(JSON) | JSON, "mid": JSON, "token": JSON, "display": JSON},
)


@given(data=HOSTILE, plugin=st.sampled_from(["videoroom", "textroom", "sip"]), stamp=JSON, session=JSON)
def test_hostile_fields_are_read_as_events_or_kept_as_unknown(data: Any, plugin: str, stamp: Any, session: Any) -> None:
    inner = {"plugin": f"janus.plugin.{plugin}", "data": data}
    entry = {"type": 64, "timestamp": stamp, "session_id": session, "handle_id": session, "event": inner}
    try:
        found = facts(json.dumps(entry).encode())
    except Malformed:
        return
    assert all("\0" not in f.lesson_key for f in found)
    assert all(f.lesson_key or isinstance(f.event, ev.Unknown) for f in found)


@given(content=JSON)
def test_any_document_is_read_or_malformed(content: Any) -> None:
    for query in ("", f"chat={SECRET}"):
        post = dataclasses.replace(deliver(json.dumps(content).encode(), AT, SECRET), query=query)
        try:
            found = adapter().parse(post)
        except Malformed:
            continue
        assert all(isinstance(f.event, ev.Unknown) or f.lesson_key for f in found)
