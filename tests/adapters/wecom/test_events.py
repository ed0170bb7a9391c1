"""What callbacks say: the vendor's own samples, and the traps of their wire."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from adapters.base import Received
from adapters.http import Http
from adapters.wecom import WeComAdapter
from adapters.wecom.events import READINGS
from app.domain import events as ev
from app.domain.errors import Malformed
from app.domain.people import Role
from app.domain.state import LessonState, Status, apply
from tests.adapters.conformance import NOW
from tests.adapters.wecom.cloud import settings
from tests.adapters.wecom.sample import MEETING, PUPIL, TEACHER, TOKEN, concerning, deliver, notice, xml


def read(content: bytes, at: float = NOW) -> tuple[Received, ...]:
    adapter = WeComAdapter(settings(), Http())
    delivery = deliver(content, at, TOKEN)
    adapter.verify(delivery)
    return adapter.parse(delivery)


def one(content: bytes) -> Any:
    (fact,) = read(content)
    return fact.event


# --- the vendor's samples ---------------------------------------------------------------------------------------------

SAMPLE_355 = b"""<xml>
  <ToUserName><![CDATA[ww0123456789abcdef]]></ToUserName>
  <FromUserName><![CDATA[zhangsan]]></FromUserName>
  <FromUserTmpOpenId><![CDATA[tmpOpenId]]></FromUserTmpOpenId>
  <CreateTime>1348831860</CreateTime>
  <MsgType><![CDATA[event]]></MsgType>
  <Event><![CDATA[meeting_change]]></Event>
  <ChangeType><![CDATA[quit_waiting_room]]></ChangeType>
  <MeetingId><![CDATA[wcjgewCwAAqeJcPI1d8Pwbjt7nttzAAA]]></MeetingId>
  <OperatedUser><UserId><![CDATA[lisi]]></UserId><TmpOpenId><![CDATA[tmpOpenId2]]></TmpOpenId></OperatedUser>
</xml>"""


def test_the_vendors_sample_of_somebody_leaving_the_waiting_room_is_about_him_and_not_the_teacher() -> None:
    (fact,) = read(SAMPLE_355)
    event = fact.event
    assert isinstance(event, ev.ParticipantLeft)
    assert (event.participant.id, event.participant.account) == ("tmpOpenId2", "lisi")
    assert event.waiting_only
    assert event.at == 1348831860.0
    assert fact.lesson_key == "wcjgewCwAAqeJcPI1d8Pwbjt7nttzAAA"
    assert fact.delivery_id == hashlib.sha256(SAMPLE_355).hexdigest()


@pytest.mark.parametrize(
    ("change", "kind", "who"),
    [
        ("join_meeting", ev.ParticipantJoined, PUPIL),
        ("quit_meeting", ev.ParticipantLeft, PUPIL),
        ("join_waiting_room", ev.ParticipantWaiting, PUPIL),
        ("open_screen_share", ev.ShareStarted, PUPIL),
        ("close_screen_share", ev.ShareStopped, PUPIL),
    ],
)
def test_who_does_something_is_who_it_is_about(change: str, kind: type[ev.PersonEvent], who: str) -> None:
    event = one(notice(change))
    assert type(event) is kind
    assert (event.participant.id, event.participant.account, event.participant.name) == (who, "", "")


def test_whoever_comes_before_the_host_begins_no_lesson() -> None:
    """The meeting does not run: what belongs to its start would be spent on calls that are refused."""
    state = apply(LessonState(lesson="l"), one(notice("join_meeting_before_host")))
    assert (state.status, state.inside, state.waiting) == (Status.SCHEDULED, {}, {})
    assert apply(state, one(notice("meeting_start"))).status is Status.LIVE


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("join_from_meeting_room", ev.ParticipantJoined),  # out of the waiting room, despite its name
        ("move_to_waiting_room", ev.ParticipantWaiting),
        ("quit_waiting_room", ev.ParticipantLeft),
    ],
)
def test_what_is_done_to_somebody_is_about_him_and_never_about_who_did_it(
    change: str, kind: type[ev.PersonEvent]
) -> None:
    for actor in ({"openid": TEACHER, "userid": "teacher01"}, {"openid": "", "userid": "sys"}):
        event = one(notice(change, OperatedUser={"UserId": "lisi", "TmpOpenId": PUPIL}, **actor))
        assert type(event) is kind
        assert (event.participant.id, event.participant.account) == (PUPIL, "lisi")
        missing = one(notice(change, **actor))
        assert isinstance(missing, ev.Unknown)  # without the person it is nobody's, least of all the teacher's


def test_an_admission_tells_whether_a_person_let_somebody_in() -> None:
    target = {"UserId": "lisi", "TmpOpenId": PUPIL}
    for openid, userid, admitted in (
        (TEACHER, "teacher01", True),
        ("", "teacher01", True),
        (TEACHER, "", False),
        ("", "sys", False),
        (PUPIL, "lisi", False),  # nobody lets himself in
    ):
        event = one(notice("join_from_meeting_room", openid=openid, userid=userid, OperatedUser=target))
        assert event.admitted is admitted, userid
    assert not one(notice("join_meeting", userid="stu001")).admitted


@pytest.mark.parametrize(
    ("number", "role"),
    [("0", Role.ATTENDEE), ("1", Role.HOST), ("2", Role.HOST), ("3", Role.HOST), ("4", Role.ATTENDEE),
     ("5", Role.HOST), ("6", Role.COHOST), ("7", Role.COHOST), ("8", Role.HOST)],
)  # fmt: skip
def test_every_published_role(number: str, role: Role) -> None:
    event = one(concerning("role_change", UserRole=number))
    assert isinstance(event, ev.ParticipantRoleChanged)
    assert event.participant.role is role


@pytest.mark.parametrize("number", ["", "9", "97", "-1", "1.0", "host"])
def test_a_role_that_nobody_published_makes_no_teacher_a_pupil(number: str) -> None:
    assert isinstance(one(concerning("role_change", UserRole=number)), ev.Unknown)


@pytest.mark.parametrize(
    ("change", "switches"),
    [
        ("meeting_mute_all", ev.Switches(muted_all=True)),
        ("meeting_unmute_all", ev.Switches(muted_all=False, unmute_forbidden=False)),
        ("start_recording", ev.Switches(recording=True)),
        ("resume_recording", ev.Switches(recording=True)),
        ("pause_recording", ev.Switches(recording=False)),
        ("stop_recording", ev.Switches(recording=False)),
    ],
)
def test_what_the_room_is_set_to(change: str, switches: ev.Switches) -> None:
    event = one(notice(change, openid=TEACHER, userid="teacher01"))
    assert isinstance(event, ev.SettingsChanged)
    assert event.switches == switches


@pytest.mark.parametrize(
    ("change", "kind"),
    [("meeting_start", ev.LessonStarted), ("meeting_end", ev.LessonEnded), ("cancel_meeting", ev.LessonEnded)],
)
def test_a_lesson_begins_and_ends(change: str, kind: type[ev.Event]) -> None:
    assert type(one(notice(change))) is kind


def test_cancelled_and_modified_name_no_tmp_openid() -> None:
    content = notice("cancel_meeting", userid="sys").replace(
        f"<FromUserTmpOpenId>{PUPIL}</FromUserTmpOpenId>".encode(), b""
    )
    assert b"TmpOpenId" not in content
    assert isinstance(one(content), ev.LessonEnded)


# --- identity ---------------------------------------------------------------------------------------------------------


def test_the_system_is_no_account_and_an_empty_userid_is_somebody_from_outside() -> None:
    assert one(notice("join_meeting", userid="sys")).participant.account == ""
    assert one(notice("join_meeting", userid="")).participant.account == ""
    assert one(notice("join_meeting", userid="stu001")).participant.account == "stu001"


def test_a_member_without_a_tmp_openid_is_a_presence_that_no_control_reaches() -> None:
    assert one(notice("join_meeting", openid="", userid="stu001")).participant.id == "@stu001"
    assert isinstance(one(notice("join_meeting", openid="", userid="")), ev.Unknown)
    assert isinstance(one(notice("join_meeting", openid="", userid="sys")), ev.Unknown)


def test_a_tag_in_an_event_is_read_where_the_vendor_sends_one_after_all() -> None:
    wrapped = "eyJ2ZXIiOiIxLjAiLCJ1c2VyRGF0YSI6Ims3ZjNxMm05In0="
    assert one(notice("join_waiting_room", CustomerData=wrapped)).participant.link == "k7f3q2m9"


def test_several_people_in_one_notice_are_several_facts_with_ids_of_their_own() -> None:
    two = concerning("join_from_meeting_room").replace(
        b"</xml>", b"<OperatedUser><UserId></UserId><TmpOpenId>second</TmpOpenId></OperatedUser></xml>"
    )
    facts = read(two)
    assert [f.event.participant.id for f in facts if isinstance(f.event, ev.PersonEvent)] == [PUPIL, "second"]
    assert len(facts) == 2
    assert len({f.delivery_id for f in facts}) == 2
    assert read(two) == facts


# --- what is kept as it came ------------------------------------------------------------------------------------------

KEPT = (
    "modify_meeting", "recording_complete", "delete_recording", "enroll", "cancel_enroll", "webinar_role_change",
    "webinar_warm_up_upload", "pstn_status_update", "medium_upload", "meeting_room_response",
)  # fmt: skip


@pytest.mark.parametrize("change", KEPT)
def test_what_changes_nothing_in_the_room_is_kept_as_it_came(change: str) -> None:
    event = one(notice(change, PstnStatus="CANCLE_INVITE"))
    assert isinstance(event, ev.Unknown)
    assert event.name == f"meeting_change.{change}"
    assert "CANCLE_INVITE" in event.raw


def test_a_class_made_by_hand_is_kept_without_a_lesson_because_none_is_named() -> None:
    content = xml(
        {
            "ToUserName": "ww0123456789abcdef", "FromUserName": "teacher01", "CreateTime": int(NOW),
            "MsgType": "event", "Event": "meeting_statistics", "ChangeType": "start_meeting", "Status": 1,
        }
    )  # fmt: skip
    (fact,) = read(content)
    assert fact.lesson_key == ""
    assert isinstance(fact.event, ev.Unknown)
    assert fact.event.name == "meeting_statistics.start_meeting"


@pytest.mark.parametrize("change", ["create_student", "update_department", "create_deparmtment", "subscribe"])
def test_fifty_changes_of_the_address_book_in_one_second_have_fifty_ids(change: str) -> None:
    ids = set()
    for number in range(50):
        document = {
            "ToUserName": "ww0123456789abcdef", "FromUserName": "sys", "CreateTime": int(NOW), "MsgType": "event",
            "Event": "change_school_contact", "ChangeType": change, "Id": f"stu{number:03}",
        }  # fmt: skip
        (fact,) = read(xml(document))
        assert isinstance(fact.event, ev.Unknown)
        assert fact.event.name == f"change_school_contact.{change}"
        ids.add(fact.delivery_id)
    assert len(ids) == 50


def test_a_live_broadcast_is_no_lesson() -> None:
    document = {"MsgType": "event", "Event": "living_status_change", "LivingId": "lv01", "Status": 1, "AgentID": 1}
    (fact,) = read(xml(document))
    assert (fact.lesson_key, fact.event.kind) == ("", "unknown")


def test_a_message_that_is_no_event_is_kept_and_one_that_is_nothing_is_malformed() -> None:
    assert one(xml({"MsgType": "text", "Content": "老师好", "FromUserName": "stu001"})).name == "text"
    with pytest.raises(Malformed):
        read(xml({"Content": "x"}))


# --- time and ids -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stamp", ["", "0", "-5", "999999999", "1795219300", "nan", "1e10", "1795132800000", "９９"])
def test_what_is_no_time_of_now_is_ours(stamp: str) -> None:
    content = notice("join_meeting").replace(
        f"<CreateTime>{int(NOW)}</CreateTime>".encode(), f"<CreateTime>{stamp}</CreateTime>".encode()
    )
    assert one(content).at == NOW


@pytest.mark.parametrize("meeting", ["", "../x", "a:b", "hy 1", "a/b", "x" * 129, "hy%2F"])
def test_an_id_that_would_break_a_key_is_none(meeting: str) -> None:
    content = notice("join_meeting").replace(f"<MeetingId>{MEETING}<".encode(), f"<MeetingId>{meeting}<".encode())
    (fact,) = read(content)
    assert (fact.lesson_key, fact.event.kind) == ("", "unknown")


def test_every_change_that_is_read_is_in_a_fixture() -> None:
    from tests.adapters.wecom.sample import SAMPLE

    assert READINGS.keys() <= SAMPLE.fixtures.keys()


# --- together with the fold -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("late", "at"), [(0.0, 0.0), (0.4, 0.4), (1.2, 0.999), (2.5, 0.0), (60.0, 0.0), (-3.0, 0.0)])
def test_the_fraction_that_the_vendor_drops_is_put_back_for_what_arrives_at_once(late: float, at: float) -> None:
    delivery = replace(deliver(notice("join_meeting"), NOW, TOKEN), received_at=NOW + late)
    (fact,) = WeComAdapter(settings(), Http()).parse(delivery)
    assert fact.event.at == pytest.approx(NOW + at, abs=1e-6)


def test_somebody_put_out_who_comes_again_within_the_same_second_is_inside() -> None:
    state = LessonState(lesson="l")
    for moment, content in (
        (0.1, notice("join_meeting")),
        (0.3, notice("quit_meeting")),
        (0.7, notice("join_meeting")),
    ):
        delivery = replace(deliver(content, NOW, TOKEN), received_at=NOW + moment)
        for fact in WeComAdapter(settings(), Http()).parse(delivery):
            state = apply(state, fact.event)
    assert list(state.inside) == [PUPIL]


def fold(*contents: bytes) -> LessonState:
    state = LessonState(lesson="l")
    for number, content in enumerate(contents):
        for fact in read(content, NOW + number):
            state = apply(state, replace(fact.event, at=NOW + number))
    return state


def test_an_admission_told_once_or_twice_is_one_presence() -> None:
    waits, admitted, joined = notice("join_waiting_room"), concerning("join_from_meeting_room"), notice("join_meeting")
    for told in ((waits, admitted), (waits, joined), (waits, admitted, joined), (waits, joined, admitted)):
        state = fold(*told)
        assert (list(state.inside), list(state.waiting)) == ([PUPIL], [])


def test_to_be_moved_to_the_waiting_room_told_in_any_way_is_to_wait() -> None:
    joined, moved, quit_ = notice("join_meeting"), concerning("move_to_waiting_room"), notice("quit_meeting")
    waits = notice("join_waiting_room")
    for told in ((joined, moved), (joined, quit_, waits), (joined, quit_, moved), (joined, moved, quit_)):
        state = fold(*told)
        assert (list(state.inside), list(state.waiting)) == ([], [PUPIL]), told
