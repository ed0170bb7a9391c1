"""Every event of Tencent Meeting becomes the fact it stands for; the files in fixtures/ say which."""

import base64
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Delivery, Received
from adapters.http import Http
from adapters.tencent_meeting import TencentMeetingAdapter
from adapters.tencent_meeting.events import READINGS
from app.domain import events as ev
from app.domain.state import LessonState, apply
from tests.adapters.conformance import NOW
from tests.adapters.tencent_meeting.cloud import MEETING, settings

FIXTURES = {p.stem: json.loads(p.read_text()) for p in sorted((Path(__file__).parent / "fixtures").glob("*.json"))}

LISTED = {  # vendor page 113438
    "meeting.started", "meeting.end", "meeting.participant-joined-waiting-room", "meeting.participant-jbh-waiting",
    "meeting.participant-left-waiting-room", "meeting.participant-admitted", "meeting.participant-put-in-waiting-room",
    "meeting.participant-joined", "meeting.participant-left", "meeting.participant-role-changed", "meeting.mute-all",
    "meeting.unmute-all", "meeting.share-screen-open", "meeting.share-screen-close", "recording.started",
    "recording.paused", "recording.resumed", "recording.stopped", "recording.completed", "recording.failed",
    "recording.deleted", "recording.updated", "meeting.enroll", "meeting.enroll.cancel", "meeting.created",
    "meeting.updated", "meeting.canceled", "meeting.live-started", "meeting.live-stopped",
}  # fmt: skip


def read(document: Any, at: float = NOW) -> tuple[Received, ...]:
    data = base64.b64encode(json.dumps(document).encode()).decode()
    delivery = Delivery(
        method="POST", path="", query="", headers={}, body=json.dumps({"data": data}).encode(), received_at=at
    )
    return TencentMeetingAdapter(settings(), Http()).parse(delivery)


def flat(fact: Received) -> dict[str, Any]:
    told = {"lesson_key": fact.lesson_key, "kind": fact.event.kind, **asdict(fact.event)}
    if isinstance(fact.event, ev.PersonEvent):
        told["participant"] = {
            k: v for k, v in told["participant"].items() if k not in ("email", "network") and (v or k != "accounts")
        }
    told.pop("raw", None)
    if told.get("admitted") is False:
        del told["admitted"]
    return told


@pytest.mark.parametrize("name", FIXTURES)
def test_each_fixture_gives_its_facts(name: str) -> None:
    fixture = FIXTURES[name]
    assert [flat(fact) for fact in read(fixture["delivery"])] == fixture["expected"]


def test_every_listed_event_has_a_fixture_and_every_event_we_read_is_listed() -> None:
    assert {f["delivery"]["event"] for f in FIXTURES.values()} == LISTED
    assert READINGS.keys() <= LISTED


@pytest.mark.parametrize("name", FIXTURES)
def test_the_same_delivery_gives_the_same_facts_and_ids_again(name: str) -> None:
    document = FIXTURES[name]["delivery"]
    first, again = read(document), read(json.loads(json.dumps(document, indent=3)), at=NOW + 360)
    assert first == again
    assert len({f.delivery_id for f in first}) == len(first) > 0


def test_entries_of_one_payload_and_deliveries_of_another_trace_have_ids_of_their_own() -> None:
    document = FIXTURES["participant-joined.two-devices"]["delivery"]
    ids = {f.delivery_id for f in read(document)} | {f.delivery_id for f in read({**document, "trace_id": "another"})}
    assert len(ids) == 4
    untraced = {k: v for k, v in document.items() if k != "trace_id"}
    assert len({f.delivery_id for f in read(untraced)}) == 2
    assert read(untraced) == read(untraced)


def test_an_entry_that_comes_twice_in_one_payload_is_one_fact() -> None:
    document = FIXTURES["participant-left"]["delivery"]
    assert len(read({**document, "payload": document["payload"] * 3})) == 1


def test_what_we_do_not_know_keeps_its_text() -> None:
    document = {
        "event": "meeting.brand-new",
        "trace_id": "t",
        "payload": [{"meeting_info": {"meeting_id": MEETING}, "x": "新"}],
    }
    (fact,) = read(document)
    assert isinstance(fact.event, ev.Unknown)
    assert (fact.lesson_key, fact.event.name) == (MEETING, "meeting.brand-new")
    assert json.loads(fact.event.raw) == document["payload"][0]


def test_a_name_cannot_smuggle_what_a_log_cannot_hold() -> None:
    document = json.loads(json.dumps(FIXTURES["participant-joined"]["delivery"]))
    document["payload"][0]["operator"]["user_name"] = "a\x00b\ud800" + "x" * 5000
    (fact,) = read(document)
    assert isinstance(fact.event, ev.ParticipantJoined)
    name = fact.event.participant.name
    assert name.startswith("a\ufffdb?")
    assert len(name) == 200
    assert name.encode()


@pytest.mark.parametrize("moment", [None, "2026-11-20 08:00:00", 0, -1, True, 1e300, 10**40, 1795132800, [], {}])
def test_a_time_that_is_none_is_replaced_by_ours(moment: object) -> None:
    document = json.loads(json.dumps(FIXTURES["end.0"]["delivery"]))
    document["payload"][0]["operate_time"] = moment
    assert read(document)[0].event == ev.LessonEnded(at=NOW)


PERSON = {"userid": "", "uuid": "", "ms_open_id": "b3RoZXI=", "instance_id": "1"}


@pytest.mark.parametrize(
    ("operator", "admitted"),
    [
        ({}, True),  # who created the class
        ({**PERSON, "user_role": 2}, True),
        ({**PERSON, "user_role": 6}, True),
        ({**PERSON, "userid": settings().operator_userid}, True),
        ({**PERSON, "user_role": 0}, False),
        (PERSON, False),
        ({"userid": "", "uuid": "", "ms_open_id": ""}, False),
        ({**PERSON, "ms_open_id": "bXNvcGVuaWQtMDAx", "user_role": 2}, False),  # nobody lets himself in
    ],
)
def test_an_admission_tells_whether_a_host_let_somebody_in(operator: dict[str, object], admitted: bool) -> None:
    document = json.loads(json.dumps(FIXTURES["participant-admitted"]["delivery"]))
    entry = document["payload"][0]
    entry["operator"] = operator or entry["operator"]
    event = read(document)[0].event
    assert isinstance(event, ev.ParticipantJoined)
    assert event.admitted is admitted


# --- with the fold: what a lesson looks like afterwards -------------------------------------------------------------


def told(*names: str) -> LessonState:
    """The lesson after these fixtures, one second apart."""
    state = LessonState(lesson=f"1:{MEETING}")
    for second, name in enumerate(names):
        document = json.loads(json.dumps(FIXTURES[name]["delivery"]))
        for entry in document["payload"]:
            entry["operate_time"] += second * 1000
        for fact in read(document):
            state = apply(state, fact.event)
    return state


GUEST = "bXNvcGVuaWQtMDAx:3"


def test_somebody_before_the_host_is_inside_and_not_waiting() -> None:
    state = told("participant-jbh-waiting")
    assert GUEST in state.inside
    assert GUEST not in state.waiting


def test_somebody_put_back_waits_and_is_inside_again_when_admitted() -> None:
    assert GUEST in told("participant-joined", "participant-put-in-waiting-room").waiting
    state = told("participant-joined", "participant-put-in-waiting-room", "participant-admitted")
    assert GUEST in state.inside
    assert not state.waiting


def test_leaving_the_waiting_room_after_being_admitted_closes_nothing() -> None:
    walk = ("participant-joined-waiting-room", "participant-admitted", "participant-left-waiting-room")
    assert GUEST in told(*walk).inside
    assert GUEST in told(*walk, "participant-joined").inside


def test_a_walk_to_a_breakout_room_and_back_is_neither_departure_nor_arrival() -> None:
    before = told("participant-joined")
    after = told("participant-joined", "participant-left.to-breakout", "participant-joined.back-from-breakout")
    assert after.inside[GUEST] == before.inside[GUEST]


def test_one_device_leaving_does_not_close_the_other() -> None:
    state = told("participant-joined.two-devices", "participant-left")
    assert set(state.inside) == {"bXNvcGVuaWQtMDAx:1"}


def test_the_creator_is_never_taken_for_a_pupil() -> None:
    assert all(p.staff for p in told("participant-joined.creator").inside.values())
    assert told("participant-joined.creator").operator() is not None


def test_every_field_of_the_switches_is_named_in_the_fixtures() -> None:
    assert FIXTURES["mute-all"]["expected"][0]["switches"].keys() == {f.name for f in fields(ev.Switches)}
