"""What events of Feishu say: the vendor's samples, and what is missing, new or hostile in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.base import STREAMED, Delivery, Received
from adapters.feishu import FeishuAdapter
from adapters.http import Http
from app.domain import events as ev
from app.domain.people import Participant, Role, Roster, RosterEntry, Trust
from app.domain.state import LessonState, apply
from tests.adapters.conformance import NOW
from tests.adapters.feishu.cloud import CHAT, LESSON, settings
from tests.adapters.feishu.sample import MEETING, NUMBER, PUPIL, TEACHER, content, meeting, user

HERE = Path(__file__).parent / "fixtures"


def read(body: bytes, **more: Any) -> tuple[Received, ...]:
    delivery = Delivery(method=STREAMED, path="/stream", query="", headers={}, body=body, received_at=NOW)
    return FeishuAdapter(settings(**more), Http()).parse(delivery)


def one(kind: str, **body: Any) -> Any:
    (fact,) = read(content(kind, **body))
    return fact.event


# --- the vendor's samples ---------------------------------------------------------------------------------------------

SAMPLES = {
    "join": ("participant.joined", "235812466:6911188411934433028"),
    "leave": ("participant.left", "235812466:6911188411934433028"),
    "message": ("lesson.started chat.posted", "oc_5ce6d572455d361153b7xx51da133945:2026-03-20"),
    "members_added": ("participant.joined", "oc_413779b8fa5f8e0f6cdc2eabf3d1f2ef:2020-12-23"),
    "activity": ("chat.posted", "235812466:6911188411934433028"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_the_vendor_is_understood(name: str) -> None:
    kinds, key = SAMPLES[name]
    facts = read((HERE / f"{name}.json").read_bytes())
    assert [f.event.kind for f in facts] == kinds.split()
    assert {f.lesson_key for f in facts} == {key}


# --- people in meetings -----------------------------------------------------------------------------------------------


def test_who_comes_is_the_account_and_has_no_name() -> None:
    person = one("vc.meeting.join_meeting_v1").participant
    assert (person.id, person.account, person.name, person.role, person.address) == (
        PUPIL,
        PUPIL,
        "",
        Role.ATTENDEE,
        "1",
    )


def test_who_was_put_out_is_the_one_who_left_and_not_the_one_who_did_it() -> None:
    body = {"meeting": meeting(), "operator": user(TEACHER, 2), "leave_reason": 3, "leave_user": user()}
    assert one("vc.meeting.leave_meeting_v1", **body).participant.id == PUPIL
    del body["leave_user"]
    assert one("vc.meeting.leave_meeting_v1", **body).participant.id == TEACHER


def test_roles_are_told_and_the_owner_is_no_target_when_a_pupil_took_his_role() -> None:
    roles = {2: Role.HOST, 3: Role.COHOST, 1: Role.ATTENDEE, 97: Role.ATTENDEE}
    for given, role in roles.items():
        body = {"meeting": meeting(), "operator": user(PUPIL, given)}
        assert one("vc.meeting.join_meeting_v1", **body).participant.role is role
    stolen = {"meeting": meeting(host_user=user(PUPIL, 2)), "operator": user(TEACHER, 1)}
    assert one("vc.meeting.join_meeting_v1", **stolen).participant.role is Role.HOST


def test_a_guest_without_any_id_is_told_but_cannot_be_addressed() -> None:
    guest = {"id": {"open_id": "", "union_id": "", "user_id": ""}, "user_type": 6, "user_role": 1}
    person = one("vc.meeting.join_meeting_v1", meeting=meeting(), operator=guest).participant
    assert person.id == f"@6:{int(NOW)}"
    assert person.account == ""
    left = one("vc.meeting.leave_meeting_v1", meeting=meeting(), leave_user=guest, leave_reason=1)
    assert isinstance(left, ev.Unknown), "nobody can be meant: the list closes the presence"


def test_a_person_of_another_developer_is_known_by_the_other_id() -> None:
    foreign = {"id": {"open_id": "", "union_id": "on_1"}, "user_type": 1}
    person = one("vc.meeting.join_meeting_v1", meeting=meeting(), operator=foreign).participant
    assert (person.id, person.account) == ("@on_1", "on_1")


def test_the_other_ids_of_a_person_are_told_as_well() -> None:
    ids = user()["id"]
    came = one("vc.meeting.join_meeting_v1").participant
    assert came.accounts == (ids["union_id"], ids["user_id"])
    foreign = {"id": {"union_id": "on_1", "user_id": "u1"}, "user_type": 1}
    assert one("vc.meeting.join_meeting_v1", meeting=meeting(), operator=foreign).participant.accounts == ("u1",)
    added = [{"name": "甲", "user_id": ids}]
    assert one("im.chat.member.user.added_v1", chat_id=CHAT, users=added).participant.accounts == came.accounts


@pytest.mark.parametrize("known", ["user_id", "union_id", "open_id"])
def test_a_class_list_may_hold_any_id_and_a_list_of_open_ids_forgets_none(known: str) -> None:
    roster = Roster((RosterEntry(id="r1", name="学生", accounts=(user()["id"][known],)),))
    came = one("vc.meeting.join_meeting_v1")
    state = apply(LessonState(lesson="l1", roster=roster), came)
    assert state.inside[PUPIL].match.trust is Trust.VERIFIED
    seen = ev.Attendance(inside=(ev.Presence(participant=Participant(id=PUPIL, account=PUPIL)),))
    state = apply(state, ev.RosterPolled(at=NOW + 9, asked_at=NOW + 8, attendance=seen))
    assert state.inside[PUPIL].match.trust is Trust.VERIFIED


def test_a_second_device_of_an_account_is_the_same_presence() -> None:
    first, second = (one("vc.meeting.join_meeting_v1") for _ in range(2))
    assert first.participant.id == second.participant.id


# --- the room ---------------------------------------------------------------------------------------------------------


def test_the_door_is_locked_when_only_the_host_may_join() -> None:
    locked = meeting(security_setting={"security_level": 4})
    facts = read(content("vc.meeting.share_started_v1", meeting=locked, operator=user()))
    assert [f.event.kind for f in facts] == ["share.started", "settings.changed"]
    assert isinstance(facts[1].event, ev.SettingsChanged)
    assert facts[1].event.switches.locked is True
    assert len({f.delivery_id for f in facts}) == 2
    for level in (1, 2, 3, 9, None, "4x"):
        other = meeting(security_setting={"security_level": level})
        assert len(read(content("vc.meeting.join_meeting_v1", meeting=other, operator=user()))) == 1


def test_recording_goes_on_and_off() -> None:
    assert one("vc.meeting.recording_started_v1").switches.recording is True
    assert one("vc.meeting.recording_ended_v1").switches.recording is False


def test_a_fact_that_names_only_the_id_waits_for_the_number() -> None:
    (fact,) = read(content("vc.meeting.join_meeting_v1", meeting={"id": MEETING}, operator=user()))
    assert fact.lesson_key == f":{MEETING}"
    (fact,) = read(content("vc.meeting.join_meeting_v1", meeting={"meeting_no": NUMBER}, operator=user()))
    assert fact.lesson_key == NUMBER


@pytest.mark.parametrize("bad", ["../x", "1/2", "", "a:b", "x" * 65, {}, 1.5, True, -1])
def test_an_id_that_would_break_a_path_is_no_lesson(bad: object) -> None:
    (fact,) = read(content("vc.meeting.join_meeting_v1", meeting={"id": bad, "meeting_no": bad}, operator=user()))
    assert fact.lesson_key == ""
    assert isinstance(fact.event, ev.Unknown)


def test_times_are_text_or_numbers_and_none_is_far_from_now() -> None:
    def at(stamp: object) -> float:
        body = json.loads(content("vc.meeting.meeting_started_v1"))
        body["header"]["create_time"] = stamp
        return read(json.dumps(body).encode())[0].event.at

    assert at("1795132799500") == NOW - 0.5
    assert at(1795132799500) == NOW - 0.5
    assert at("1795132799") == NOW - 1
    for stamp in ("", "x", None, -1, 10**400, "9" * 18, "0", 1e308, str(int(NOW * 1000) + 90_000_000)):
        assert at(stamp) == NOW


def test_an_event_of_the_old_schema_is_kept_with_its_own_id() -> None:
    old = {"uuid": "41b5f371157e3d5341b38b20396e77e3", "token": "secret-token", "ts": "1795132800.1",
           "type": "event_callback", "event": {"type": "message", "text": "x"}}  # fmt: skip
    (fact,) = read(json.dumps(old).encode())
    assert fact.delivery_id == old["uuid"]
    assert isinstance(fact.event, ev.Unknown)
    assert fact.event.name == "message"


def test_the_token_is_never_kept() -> None:
    (fact,) = read(content("vc.meeting.whiteboard_v1", token="menshen-verification-token"))
    assert isinstance(fact.event, ev.Unknown)
    assert "menshen-verification-token" not in fact.event.raw
    assert MEETING in fact.event.raw


# --- groups -----------------------------------------------------------------------------------------------------------


def posted(**more: Any) -> dict[str, Any]:
    message = {
        "message_id": "om_x100", "chat_id": CHAT, "chat_type": "group", "message_type": "text",
        "content": '{"text":"hi"}', "create_time": "1795132800000",
    }  # fmt: skip
    sender = {"sender_id": {"open_id": PUPIL}, "sender_type": "user", "tenant_key": "t"}
    return {"sender": sender, "message": message | more}


def test_a_message_is_a_line_of_the_day_and_opens_it() -> None:
    started, said = read(content("im.message.receive_v1", **posted()))
    assert started.lesson_key == said.lesson_key == f"{CHAT}:2026-11-20"
    assert isinstance(said.event, ev.ChatPosted)
    assert (said.event.text, said.event.message, said.event.participant.account) == ("hi", "om_x100", PUPIL)
    assert said.delivery_id == "im:om_x100"


def test_a_message_pushed_twice_under_two_event_ids_is_told_once() -> None:
    first = json.loads(content("im.message.receive_v1", **posted()))
    second = {**first, "header": {**first["header"], "event_id": "another"}}
    ids = [[f.delivery_id for f in read(json.dumps(d).encode())] for d in (first, second)]
    assert ids[0] == ids[1]
    other = read(content("im.message.receive_v1", **posted(message_id="om_x101")))
    assert other[0].delivery_id == ids[0][0], "the day begins once"
    assert other[1].delivery_id != ids[0][1]


def test_the_day_is_that_of_the_school() -> None:
    late = posted(create_time=str(int((NOW - 1) * 1000)))  # 23:59:59 in Greenwich
    keys = {
        h: read(content("im.message.receive_v1", **late), hours_east=h)[1].lesson_key for h in (8.0, 7.0, 0.0, -5.5)
    }
    assert [k.partition(":")[2] for k in keys.values()] == ["2026-11-20", "2026-11-20", "2026-11-19", "2026-11-19"]


@pytest.mark.parametrize(
    ("kind", "written", "text"),
    [
        ("text", '{"text":"@_user_1 hello"}', "@王老师 hello"),
        ("post", '{"title":"T","content":[[{"tag":"text","text":"a"},{"tag":"a","href":"http://x","text":"b"}]]}',
         "T a b http://x"),
        ("image", '{"image_key":"img_1"}', "[image]"),
        ("file", '{"file_key":"f","file_name":"exam.pdf"}', "exam.pdf"),
        ("text", "not json", "[text]"),
        ("text", '{"text":7}', "[text]"),
        ("text", None, "[text]"),
    ],
)  # fmt: skip
def test_the_words_of_a_message(kind: str, written: object, text: str) -> None:
    mentions = [{"key": "@_user_1", "name": "王老师", "id": {"open_id": TEACHER}}]
    body = posted(message_type=kind, content=written, mentions=mentions)
    line = read(content("im.message.receive_v1", **body))[1].event
    assert isinstance(line, ev.ChatPosted)
    assert line.text == text


def test_what_somebody_writes_to_the_app_alone_is_not_kept() -> None:
    (fact,) = read(content("im.message.receive_v1", **posted(chat_type="p2p", content='{"text":"private"}')))
    assert isinstance(fact.event, ev.Unknown)
    assert "private" not in fact.event.raw


def test_members_come_and_go_with_their_names() -> None:
    people = [
        {"name": "甲", "user_id": {"open_id": "ou_a"}},
        {"name": "乙", "user_id": {"open_id": "ou_b"}},
        {"name": "x"},
    ]
    for kind, told in (
        ("added", ev.ParticipantJoined),
        ("deleted", ev.ParticipantLeft),
        ("withdrawn", ev.ParticipantLeft),
    ):
        facts = read(content(f"im.chat.member.user.{kind}_v1", chat_id=CHAT, users=people))
        assert [type(f.event) for f in facts] == [told, told]
        assert [f.event.participant.name for f in facts if isinstance(f.event, told)] == ["甲", "乙"]
        assert len({f.delivery_id for f in facts}) == 2


def test_a_group_ends_and_its_writing_is_closed() -> None:
    assert isinstance(one("im.chat.disbanded_v1", chat_id=CHAT), ev.LessonEnded)
    for setting, closed in (("only_owner", True), ("all_members", False), ("moderator_list", False)):
        changed = one("im.chat.updated_v1", chat_id=CHAT, after_change={"moderation_permission": setting})
        assert changed.switches.chat_closed is closed
    assert isinstance(one("im.chat.updated_v1", chat_id=CHAT, after_change={"name": "x"}), ev.Unknown)


# --- the meeting bot --------------------------------------------------------------------------------------------------


def activity(kind: str, *entries: dict[str, Any]) -> bytes:
    item = {
        "meeting": {"id": MEETING, "meeting_no": NUMBER},
        "activity_event_type": kind,
        f"{kind}_items": list(entries),
    }
    return content("vc.bot.meeting_activity_v1", meeting_activity_items=[item])


WHO = {"id": PUPIL, "user_type": 1, "user_role": 1, "user_name": "Li Lei"}


def test_the_bot_tells_names_and_lines() -> None:
    (fact,) = read(activity("participant_joined", {"participant": WHO, "join_time": "1795132700"}))
    assert isinstance(fact.event, ev.ParticipantJoined)
    assert (fact.event.participant.id, fact.event.participant.name, fact.event.at) == (PUPIL, "Li Lei", NOW - 100)
    assert fact.lesson_key == LESSON
    lines = [{"operator": WHO, "message_id": str(i), "message_type": 1, "content": f"line {i}"} for i in range(3)]
    facts = read(activity("chat_received", *lines))
    assert [f.event.text for f in facts if isinstance(f.event, ev.ChatPosted)] == ["line 0", "line 1", "line 2"]
    (left,) = read(activity("participant_left", {"participant": WHO, "leave_reason": 1, "leave_time": "1795132700"}))
    assert isinstance(left.event, ev.ParticipantLeft)


def test_the_same_activity_has_the_same_id_whichever_way_it_came() -> None:
    body = json.loads(activity("chat_received", {"operator": WHO, "message_id": "1", "content": "x"}))
    again = {**body, "header": {**body["header"], "event_id": "polled-1", "create_time": "1795132801"}}
    ids = [read(json.dumps(d).encode())[0].delivery_id for d in (body, again)]
    assert ids[0] == ids[1]


def test_what_children_say_aloud_is_not_kept() -> None:
    spoken = {"speaker": WHO, "text": "my secret", "language": "zh", "sentence_id": "1"}
    for body in (activity("transcript_received", spoken), activity("something_new", spoken)):
        (fact,) = read(body)
        assert isinstance(fact.event, ev.Unknown)
        assert "my secret" not in fact.event.raw
    strange = content("vc.bot.meeting_activity_v1", meeting_activity_items=[{"transcripts": [spoken]}])
    (fact,) = read(strange)
    assert isinstance(fact.event, ev.Unknown)
    assert "my secret" not in fact.event.raw


def test_a_thumb_is_no_line() -> None:
    (fact,) = read(activity("chat_received", {"operator": WHO, "message_id": "1", "message_type": 3, "content": "👍"}))
    assert isinstance(fact.event, ev.Unknown)


def test_a_shared_document_is_a_share() -> None:
    for kind, told in (("magic_share_started", ev.ShareStarted), ("magic_share_ended", ev.ShareStopped)):
        (fact,) = read(activity(kind, {"operator": WHO, "share_id": "1", "time": "1795132700"}))
        assert isinstance(fact.event, told)


def test_everything_that_can_come_is_declared() -> None:
    assert FeishuAdapter.tells >= {"lesson.started", "chat.posted", "unknown", "settings.changed"}
    assert set(ev.EVENTS) >= FeishuAdapter.tells
