"""Every notification of the vendor's pages and the fact that it stands for, by push and by stream."""

import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.base import STREAMED, Delivery, Received
from adapters.dingtalk import DingTalkAdapter
from adapters.dingtalk.events import READINGS
from adapters.http import Http
from app.domain.errors import Malformed
from app.domain.events import LessonEnded, LessonStarted, ParticipantJoined, ParticipantLeft, RiskReported, Unknown
from app.domain.state import LessonState, apply
from tests.adapters.conformance import NOW
from tests.adapters.dingtalk.cloud import settings
from tests.adapters.dingtalk.gateway import event as frame
from tests.adapters.dingtalk.sample import AES_KEY, BOOKING, NAMES, PUPIL, RUN, TEACHER, TOKEN, deliver, fixture

OURS = DingTalkAdapter(settings(token=TOKEN, aes_key=AES_KEY), Http())
ENVELOPE = ("EventType", "EventTime", "CorpId", "BizId", "eventId")


def pushed(document: Any) -> tuple[Received, ...]:
    return OURS.parse(deliver(json.dumps(document).encode(), NOW, TOKEN))


def streamed(content: Any) -> tuple[Received, ...]:
    body = (content if isinstance(content, str) else json.dumps(content)).encode()
    return OURS.parse(Delivery(method=STREAMED, path="", query="", headers={}, body=body, received_at=NOW))


def as_frame(push: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same notification as the stream carries it."""
    payload = {k: v for k, v in push.items() if k not in ENVELOPE}
    made = frame(push["EventType"], payload, event_id=push["eventId"])
    made["headers"]["eventBornTime"] = str(push["EventTime"])
    return made | changes


def flat(fact: Received) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": fact.event.kind, "lesson_key": fact.lesson_key, "at": fact.event.at}
    if isinstance(fact.event, ParticipantJoined | ParticipantLeft):
        p = fact.event.participant
        told["participant"] = {"id": p.id, "name": p.name, "account": p.account, "role": p.role, "address": p.address}
    if isinstance(fact.event, LessonStarted):
        told["title"] = fact.event.title
    if isinstance(fact.event, Unknown):
        told["name"] = fact.event.name
    return told


@pytest.mark.parametrize("name", NAMES)
def test_a_notification_gives_its_facts_by_push_and_by_stream(name: str) -> None:
    push, gives = fixture(name)
    by_push, by_stream = pushed(push), streamed(as_frame(push))
    assert [flat(f) for f in by_push] == gives
    assert by_push == by_stream or "unknown" in {f.event.kind for f in by_push}
    assert [flat(f) for f in by_stream] == gives


def test_every_kind_that_is_read_has_a_fixture_or_a_test_of_its_own() -> None:
    read = {fixture(name)[0]["EventType"] for name in NAMES}
    elsewhere = {"live_status_change_event", "meeting_asr_result_event_directed", "errCode"}
    assert READINGS.keys() <= read | elsewhere


# --- keys -------------------------------------------------------------------------------------------------------------


def conference(**changes: Any) -> dict[str, Any]:
    push, _ = fixture("conference-created")
    model = {k: v for k, v in (push["openConfModel"] | changes).items() if v is not None}
    return push | {"openConfModel": model}


def test_a_conference_that_nobody_booked_is_known_by_who_made_it() -> None:
    (fact,) = pushed(conference(scheduleConferenceId=None, bizType="0"))
    assert fact.lesson_key == f"user~{TEACHER}:{RUN}"


@pytest.mark.parametrize("creator", [None, "", 5, "a:b", "a b", "x" * 200])
def test_a_conference_of_nobody_waits_for_somebody_who_knows_it(creator: Any) -> None:
    (fact,) = pushed(conference(scheduleConferenceId="", creatorId=creator))
    assert (fact.lesson_key, fact.event.kind) == (f":{RUN}", "lesson.started")


@pytest.mark.parametrize("run", [None, "", "../../x", "a b", 7, "x" * 65])
def test_a_conference_without_a_usable_id_is_kept_as_it_came(run: Any) -> None:
    (fact,) = pushed(conference(conferenceId=run))
    assert isinstance(fact.event, Unknown)


def test_the_scene_decides_and_not_the_status() -> None:
    for status in (0, 1, 2, 97, "1", None):
        assert isinstance(pushed(conference(status=status))[0].event, LessonStarted)
    closed = pushed(conference() | {"changeScene": "conference_closed"})
    assert isinstance(closed[0].event, LessonEnded)


# --- presences --------------------------------------------------------------------------------------------------------


def member(scene: str, sequence: int, *models: dict[str, Any]) -> dict[str, Any]:
    push, _ = fixture("user-join")
    rows = [{k: v for k, v in (push["openMemberModels"][0] | m).items() if v is not None} for m in models or ({},)]
    at = {"EventTime": push["EventTime"] + 1000 * sequence, "eventId": f"evt-{sequence}"}
    return push | at | {"changeScene": scene, "statusSeqNum": sequence, "openMemberModels": rows}


def folded(*notices: dict[str, Any]) -> LessonState:
    state = LessonState(lesson="1")
    for notice in notices:
        for fact in pushed(notice):
            state = apply(state, replace(fact.event))
    return state


FIRST, SECOND = {"joinTime": 1795132801000}, {"joinTime": 1795132802000}


def test_one_device_that_leaves_does_not_hide_the_other() -> None:
    both = folded(member("user_join", 1, FIRST), member("user_join", 2, SECOND))
    assert len(both.inside) == 2
    one = folded(member("user_join", 1, FIRST), member("user_join", 2, SECOND), member("user_leave", 3, FIRST))
    assert list(one.inside) == [f"{PUPIL}@1795132802000"]


def test_whoever_comes_back_is_a_new_presence_whatever_the_order_of_arrival() -> None:
    notices = (member("user_join", 1, FIRST), member("user_leave", 2, FIRST), member("user_join", 3, SECOND))
    for order in (notices, notices[::-1], (notices[2], notices[0], notices[1])):
        assert list(folded(*order).inside) == [f"{PUPIL}@1795132802000"]


def test_somebody_who_leaves_is_found_by_how_long_he_was_there() -> None:
    gone = {"joinTime": None, "leaveTime": 1795132861000, "duration": 60000}
    assert folded(member("user_join", 1, FIRST), member("user_leave", 2, gone)).inside == {}


def test_a_whole_crowd_of_guests_who_come_in_one_second_stays_a_crowd() -> None:
    crowd = [{"userId": "", "userNick": f"访客{n}"} for n in range(30)]
    assert len(folded(*(member("user_join", n, guest) for n, guest in enumerate(crowd))).inside) == 30
    half = [member("user_kicked", 40 + n, guest) for n, guest in enumerate(crowd[:15])]
    state = folded(*(member("user_join", n, guest) for n, guest in enumerate(crowd)), *half)
    assert {p.participant.name for p in state.inside.values()} == {g["userNick"] for g in crowd[15:]}


def test_a_leave_time_does_not_mean_that_somebody_left() -> None:
    assert len(folded(member("user_join", 1, {"leaveTime": 1795132999000, "attendStatus": 6})).inside) == 1


def test_somebody_who_is_rung_up_is_not_inside() -> None:
    assert folded(member("user_invited", 1)).inside == {}


# --- the same fact twice ----------------------------------------------------------------------------------------------


def ids(*notices: dict[str, Any]) -> list[str]:
    return [f.delivery_id for n in notices for f in pushed(n)]


def test_a_fact_that_comes_by_both_subscriptions_is_one() -> None:
    plain = member("user_join", 7)
    target = plain | {"EventType": "meeting_member_status_change_target_push", "eventId": "evt-other", "BizId": "b-9"}
    assert ids(plain) == ids(target) == [f.delivery_id for f in streamed(as_frame(target))]
    begun = conference()
    assert ids(begun) == ids(begun | {"EventType": "meeting_status_change_target_push", "eventId": "evt-other"})


def test_without_a_number_the_sendings_own_id_tells_a_repetition() -> None:
    plain = {k: v for k, v in member("user_join", 7).items() if k != "statusSeqNum"}
    assert ids(plain) == ids(plain)
    assert ids(plain) != ids(plain | {"eventId": "evt-other"})
    again = as_frame(plain)
    again["headers"].pop("eventId")
    first = streamed(again)[0].delivery_id
    again["headers"]["messageId"] = "m-2"
    assert streamed(again)[0].delivery_id != first


def test_numbers_that_a_platform_gives_twice_lose_no_fact() -> None:
    scenes = [member(scene, 7, who) for scene in ("user_join", "user_leave") for who in (FIRST, SECOND)]
    assert len(set(ids(*scenes))) == 4


def test_several_people_in_one_notification_are_several_facts() -> None:
    told = pushed(member("user_join", 8, *({"userId": f"u{n}"} for n in range(5))))
    assert len(told) == len({f.delivery_id for f in told}) == 5


# --- the rest ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"),
    [(1, "lesson.started"), (3, "lesson.ended"), (6, "lesson.ended"), (4, "risk.reported"), (0, "unknown"),
     (2, "unknown"), (97, "unknown"), (None, "unknown")],
)  # fmt: skip
def test_a_live_stream_is_seen_to_begin_and_to_end(status: int | None, kind: str) -> None:
    push, _ = fixture("chat-add-member")
    (fact,) = pushed(push | {"EventType": "live_status_change_event", "liveId": "live-1", "liveStatus": status})
    assert fact.event.kind == kind
    assert fact.lesson_key == ("" if kind == "unknown" else "live~live-1")


@pytest.mark.parametrize("name", ["meeting_asr_result_event", "meeting_asr_result_event_directed"])
def test_what_children_said_is_not_kept(name: str) -> None:
    push, _ = fixture("transcript")
    told = [pushed(push | {"EventType": name, "payload": {"result": words}})[0] for words in ("你好", "再见")]
    assert all(isinstance(f.event, Unknown) and "你好" not in f.event.raw for f in told)
    assert told[0].delivery_id != told[1].delivery_id


BLIND = {"errCode": 20001, "errMsg": "受调用量超量影响，当前我的消息服务已经暂停"}


@pytest.mark.parametrize(
    "content",
    [as_frame(fixture("user-join")[0]) | {"data": json.dumps(BLIND)}, as_frame(fixture("user-join")[0]) | BLIND,
     frame("meeting_status_change", BLIND), frame("", {"errCode": "20001"})],
)  # fmt: skip
def test_a_message_without_its_content_says_that_we_are_blind(content: dict[str, Any]) -> None:
    (fact,) = streamed(content)
    assert isinstance(fact.event, RiskReported)
    assert "20001" in fact.event.detail


@pytest.mark.parametrize("body", ["", "x", "[]", "{}", '{"headers":[]}', '{"headers":{"eventType":7}}', "[" * 99_999])
def test_a_frame_that_is_none_is_malformed(body: str) -> None:
    with pytest.raises(Malformed):
        streamed(body)


@pytest.mark.parametrize("data", ["", "x", "[]", "null", "[" * 9999, {"changeScene": "user_join"}])
def test_a_frame_without_a_payload_is_kept_as_it_came(data: Any) -> None:
    (fact,) = streamed(as_frame(fixture("user-join")[0]) | {"data": data})
    assert isinstance(fact.event, Unknown)


@pytest.mark.parametrize(
    ("told", "at"),
    [(1795132800123, 1795132800.123), ("1795132800123", 1795132800.123), (1795132800, 1795132800.0), (0, NOW),
     (-5, NOW), (10**400, NOW), (9999999999999, NOW), (None, NOW), ("x", NOW), (True, NOW), (1.5, NOW)],
)  # fmt: skip
def test_a_time_is_believed_when_it_can_be_one(told: Any, at: float) -> None:
    (fact,) = pushed(conference() | {"EventTime": told})
    assert fact.event.at == at


def test_the_booking_stands_in_the_key_of_the_conference_only() -> None:
    assert pushed(conference())[0].lesson_key == f"{BOOKING}:{RUN}"
    assert pushed(member("user_join", 1))[0].lesson_key == f":{RUN}"
