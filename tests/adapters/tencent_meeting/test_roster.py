"""Who is in the class, by the platform's own lists: all pages, both lists, every name in base64."""

import asyncio
import time
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from adapters.tencent_meeting import TencentMeetingAdapter
from adapters.tencent_meeting.people import ROLES
from app.domain.errors import AdapterError, Gone, Refused, Transient
from app.domain.events import Attendance
from app.domain.people import Role
from tests.adapters.conformance import NOW
from tests.adapters.hostile import anything
from tests.adapters.tencent_meeting.cloud import MEETING, TEACHER, TEACHER_USERID, Cloud, Refusal, connected, row


def read(cloud: Cloud, key: str = MEETING, times: int = 1) -> Attendance:
    async def run() -> Attendance:
        async with connected(cloud) as adapter:
            for _ in range(times - 1):
                await adapter.participants(key)
            return await adapter.participants(key)

    return asyncio.run(run())


def crowd(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [row(f"cHVwaWw{n:04d}", 3, f"学生{n}") for n in range(start, start + count)]


def cloud(**more: Any) -> Cloud:
    usual: dict[str, Any] = {"clock": time.time}
    return Cloud(**(usual | more))


def test_a_row_is_a_presence_with_everything_that_is_told() -> None:
    teacher = row(TEACHER, 2, "王老师", userid=TEACHER_USERID, user_role=3, audio_state=False)
    pupil = row("bXM=", 5, "小明", customer_data="eyJ2ZXIiOiIxLjAiLCJ1c2VyRGF0YSI6InItNyJ9", video_state=False)
    seen = read(cloud(inside=[teacher, pupil], waiting=[row("d2E=", 4, "在等")]))
    first, second = seen.inside
    assert (first.participant.id, first.participant.name) == (f"{TEACHER}:2", "王老师")
    assert (first.participant.account, first.participant.role) == (TEACHER_USERID, Role.HOST)
    assert (first.audio, first.video, first.share) == (False, True, True)
    assert (second.participant.link, second.participant.address, second.participant.account) == ("r-7", "5", "")
    assert [(p.id, p.name) for p in seen.waiting or ()] == [("d2E=:4", "在等")]
    assert seen.live
    assert seen.switches is None


def test_a_presence_has_the_same_id_in_the_list_as_in_the_events() -> None:
    seen = read(cloud(inside=[row("bXNvcGVuaWQtMDAx", 3)]))
    assert [p.participant.id for p in seen.inside] == ["bXNvcGVuaWQtMDAx:3"]


@pytest.mark.parametrize(("code", "role"), ROLES.items())
def test_every_role_of_the_list(code: int, role: Role) -> None:
    (presence,) = read(cloud(inside=[row("bXM=", 1, user_role=code)])).inside
    assert presence.participant.role is role


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 137])
def test_all_pages_of_both_lists(count: int) -> None:
    classroom = cloud(inside=crowd(count), waiting=crowd(count, 5000))
    seen = read(classroom, f"{MEETING}:sub1")
    assert len({p.participant.id for p in seen.inside}) == count
    assert len({p.id for p in seen.waiting or ()}) == count
    assert seen.exact
    assert len(classroom.seen) == 2 * max(1, -(-count // 50))


def test_two_devices_of_one_account_are_two_presences() -> None:
    seen = read(cloud(inside=[row("bXM=", 1), row("bXM=", 3)]))
    assert [p.participant.id for p in seen.inside] == ["bXM=:1", "bXM=:3"]


def test_two_rows_of_one_presence_are_one_and_what_either_sends_is_on() -> None:
    told = [row("bXM=", 1, audio_state=on, video_state=not on, screen_shared_state=False) for on in (True, False)]
    (presence,) = read(cloud(inside=told)).inside
    assert (presence.audio, presence.video, presence.share) == (True, True, False)


class Shifting(Cloud):
    """Somebody from the first page leaves after it was read, so that everybody moves up by one; once or always."""

    leaving: int = 1

    def _page(self, rows: list[dict[str, Any]], query: Any, default: int) -> dict[str, Any]:
        answer = super()._page(rows, query, default)
        if rows is self.inside and query["page"] == "1" and self.leaving:
            self.leaving -= 1
            self.inside.pop(0)
        return answer


def test_somebody_who_slips_between_two_pages_is_found_by_a_second_reading() -> None:
    classroom = Shifting(inside=crowd(101), clock=time.time)
    seen = read(classroom)
    ids = {p.participant.id for p in seen.inside}
    assert ids == {f"{r['ms_open_id']}:3" for r in classroom.inside}
    assert len(ids) == 100
    assert seen.exact


def test_in_a_room_that_never_stands_still_nobody_who_was_there_is_lost() -> None:
    classroom = Shifting(inside=crowd(101), clock=time.time)
    classroom.leaving = 2
    seen = read(classroom)
    assert {f"{r['ms_open_id']}:3" for r in classroom.inside} <= {p.participant.id for p in seen.inside}
    assert not seen.exact  # who is missing all the same is looked for once more


@pytest.mark.parametrize(("count", "exact"), [(50, True), (51, False)])
def test_pages_that_do_not_tell_how_many_there_are_may_miss_somebody(count: int, exact: bool) -> None:
    class Silent(Cloud):
        def _page(self, rows: list[dict[str, Any]], query: Any, default: int) -> dict[str, Any]:
            return super()._page(rows, query, default) | {"total_count": None}

    assert read(Silent(inside=crowd(count), clock=time.time)).exact is exact


@pytest.mark.parametrize("status", ["INIT", "NULL", "ENDED", "CANCELLED", "RECYCLED", "INVALID", "SOMETHING_NEW"])
def test_a_lesson_is_over_when_it_is_not_started(status: str) -> None:
    classroom = cloud(status=f"MEETING_STATE_{status}")
    seen = read(classroom)
    assert not seen.live
    assert seen.waiting is None  # the list is empty then whoever waits: it says nothing
    assert not any("waiting" in s.path for s in classroom.seen)


def test_the_running_occurrence_of_a_recurring_class_is_looked_up_once() -> None:
    classroom = cloud(occurrence="sub+7", inside=crowd(2))
    assert len(read(classroom, times=3).inside) == 2
    assert [s.path for s in classroom.seen].count(f"/v1/meetings/{MEETING}") == 1
    assert all("sub_meeting_id=sub%2B7" in s.target for s in classroom.seen if "real-time" in s.path)


def test_the_occurrence_in_the_key_is_not_looked_up() -> None:
    classroom = cloud(occurrence="sub7", inside=crowd(2))
    assert len(read(classroom, f"{MEETING}:sub7").inside) == 2
    assert [s.path.rpartition("/")[2] for s in classroom.seen] == [
        "real-time-participants",
        "waiting-room-participants",
    ]


def test_the_next_occurrence_is_found_when_the_remembered_one_is_over() -> None:
    classroom = cloud(occurrence="first", inside=crowd(1))

    async def run() -> Attendance:
        async with connected(classroom) as adapter:
            await adapter.participants(MEETING)
            classroom.occurrence = "second"
            with pytest.raises(Refused):
                await adapter.participants(MEETING)
            return await adapter.participants(MEETING)

    assert len(asyncio.run(run()).inside) == 1


def test_where_the_meeting_may_not_be_read_the_list_is_still_asked_for() -> None:
    assert read(cloud(inside=crowd(1), script=[Refusal(9042)])).live


def test_a_waiting_list_that_is_refused_is_not_an_empty_one_and_not_asked_for_again() -> None:
    classroom = cloud(inside=crowd(1), waiting=crowd(1, 9), creator="somebody else")
    seen = read(classroom, times=3)
    assert seen.waiting is None
    assert len(seen.inside) == 1
    assert [s.path for s in classroom.seen if "waiting" in s.path] == [
        f"/v1/meetings/{MEETING}/waiting-room-participants"
    ]


def test_a_busy_platform_is_not_an_empty_waiting_room() -> None:
    with pytest.raises(Transient):
        read(cloud(inside=crowd(1), script=[None, None, Refusal(190310)]))


def test_a_meeting_that_is_no_more_is_gone() -> None:
    with pytest.raises(Gone):
        read(cloud(), "445999969")


def test_a_name_that_is_not_base64_is_taken_as_it_stands() -> None:
    named = [row("YQ==", 1, user_name="王老师"), row("Yg==", 1, user_name="\x00x"), row("Yw==", 1, user_name=None)]
    assert [p.participant.name for p in read(cloud(inside=named)).inside] == ["王老师", "\ufffdx", ""]


def test_a_total_that_lies_does_not_read_for_ever() -> None:
    class Boasting(Cloud):
        def _page(self, rows: list[dict[str, Any]], query: Any, default: int) -> dict[str, Any]:
            return super()._page(rows, query, default) | {"total_page": 10**9}

    classroom = Boasting(inside=crowd(1), clock=time.time)
    assert len(read(classroom).inside) == 1
    assert len(classroom.seen) < 200


def from_document(adapter_answers: list[Any]) -> None:
    async def run() -> None:
        classroom = Cloud(clock=lambda: NOW, script=[lambda a=a: respond(a) for a in adapter_answers])
        async with connected(classroom) as adapter:
            try:
                seen = await adapter.participants(f"{MEETING}:1")
            except AdapterError:
                return
            assert isinstance(seen, Attendance)
            repr(seen).encode("utf-8")

    async def respond(answer: Any) -> web.Response:
        return web.json_response(answer)

    asyncio.run(run())


members = st.sampled_from(["status", "participants", "total_page", "total_count", "current_page", "error_info"])
rows = st.lists(
    st.dictionaries(
        st.sampled_from(
            ["ms_open_id", "userid", "user_name", "instanceid", "user_role", "audio_state", "customer_data"]
        ),
        anything,
    )
    | anything,
    max_size=3,
)


@given(st.dictionaries(members, anything, max_size=4), rows)
def test_any_answer_is_attendance_or_an_adapter_error(extra: dict[str, Any], people: list[Any]) -> None:
    from_document([{"status": "MEETING_STATE_STARTED", "participants": people} | extra] * 6)


def test_construction_does_no_io() -> None:
    assert TencentMeetingAdapter.poll_seconds == 30.0
