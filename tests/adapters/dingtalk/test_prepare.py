"""Before class: a booking is made or hardened, and of each wish is said what became of it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from adapters.preparation import Precaution, Preparation, Prepared, Result
from app.domain.errors import Refused, Transient
from tests.adapters.dingtalk.cloud import Cloud, Refusal, connected
from tests.adapters.dingtalk.sample import BOOKING, CORP, JOINED, RUN, TEACHER

EVERYTHING = frozenset(Precaution)
SETTABLE = EVERYTHING - {Precaution.ROSTER_ONLY, Precaution.PERSONAL_LINKS}
LESSON = Preparation(
    meeting=BOOKING, title="高一3班 数学", starts_at=JOINED / 1000, ends_at=JOINED / 1000 + 2700, host=TEACHER,
    wanted=EVERYTHING,
)  # fmt: skip
NEW = replace(LESSON, meeting="")


def prepared(cloud: Cloud, lesson: Preparation, **more: Any) -> Prepared:
    async def run() -> Prepared:
        async with connected(cloud, **more) as adapter:
            return await adapter.prepare(lesson)

    return asyncio.run(run())


def results(report: Prepared) -> dict[Precaution, Result]:
    assert [s.precaution for s in report.steps] == sorted(s.precaution for s in report.steps)
    for step in report.steps:
        assert step.detail is None or all((step.detail.zh, step.detail.vi, step.detail.en))
        assert step.detail or step.result is Result.SET
    return {s.precaution: s.result for s in report.steps}


def test_a_class_is_booked_and_everything_that_can_be_set_is_set_and_read_back() -> None:
    cloud = Cloud(bookings={})
    report = prepared(cloud, NEW)
    found = results(report)
    assert found.keys() == EVERYTHING
    assert {p for p, r in found.items() if r is Result.SET} == SETTABLE
    assert {found[p] for p in EVERYTHING - SETTABLE} == {Result.IMPOSSIBLE}
    model = cloud.bookings[report.meeting]
    assert (model["hostUnionId"], model["confAllowedCorpId"]) == (TEACHER, CORP)
    assert model["moziConfVirtualExtraSetting"] == {
        "waitingRoom": 1, "joinBeforeHost": 0, "enableChat": 0, "enableWebAnonymousJoin": False
    }  # fmt: skip
    assert report.url == f"https://meeting.example/j/{report.meeting}"
    assert report.notes == ()


def test_what_was_not_wished_for_stays_as_it_was() -> None:
    cloud = Cloud()
    before = cloud.bookings[BOOKING]
    report = prepared(cloud, replace(LESSON, wanted=frozenset({Precaution.CHAT_OFF})))
    assert results(report) == {Precaution.CHAT_OFF: Result.SET}
    extra = {**before["moziConfVirtualExtraSetting"], "enableChat": 0}
    assert cloud.bookings[BOOKING] == {**before, "moziConfVirtualExtraSetting": extra}
    assert report.url == f"https://meeting.example/j/{BOOKING}"
    assert len(report.notes) == 1  # strangers may come in


def test_a_title_is_cut_where_the_platform_would_cut_it() -> None:
    cloud = Cloud(bookings={})
    prepared(cloud, replace(NEW, title="数" * 300, wanted=frozenset()))
    (booked,) = [s for s in cloud.asked if s.method == "POST"]
    assert booked.members["title"] == "数" * 50
    assert (booked.members["startTime"], booked.members["endTime"]) == (JOINED, JOINED + 2_700_000)


def test_a_wish_that_is_refused_costs_neither_the_class_nor_the_other_wishes() -> None:
    class Picky(Cloud):
        def _write_settings(self, creatorUnionId: str, scheduleConferenceId: str, scheduleConfSettingModel: Any) -> Any:
            if "confAllowedCorpId" in scheduleConfSettingModel:
                raise Refusal("userNotInOrg")
            return super()._write_settings(creatorUnionId, scheduleConferenceId, scheduleConfSettingModel)

    cloud = Picky(bookings={})
    report = prepared(cloud, NEW)
    found = results(report)
    assert report.meeting in cloud.bookings
    assert found[Precaution.ORGANISATION_ONLY] is Result.REFUSED
    assert {p for p, r in found.items() if r is Result.SET} == SETTABLE - {Precaution.ORGANISATION_ONLY}
    refused = next(s for s in report.steps if s.precaution is Precaution.ORGANISATION_ONLY)
    assert refused.detail is not None
    assert "userNotInOrg" in refused.detail.en


def test_somebody_elses_booking_is_refused_wish_by_wish() -> None:
    found = results(prepared(Cloud(creator="2iPOsomebodyelse"), LESSON))
    assert {found[p] for p in SETTABLE} == {Result.REFUSED}


def test_a_platform_that_only_says_yes_is_found_out() -> None:
    cloud = Cloud(deaf=True)
    found = results(prepared(cloud, LESSON))
    assert found[Precaution.CHAT_OFF] is found[Precaution.MUTE_ON_ENTRY] is Result.UNKNOWN


def test_what_cannot_be_read_back_is_not_called_set() -> None:
    cloud = Cloud(bookings={}, script=[None, None, None, Refusal("systemError", 500)])
    found = results(prepared(cloud, NEW))
    assert {found[p] for p in SETTABLE} == {Result.UNKNOWN}


def test_without_knowing_what_is_set_nothing_is_changed() -> None:
    cloud = Cloud(bookings={}, script=[None, Refusal("systemError", 500)])
    report = prepared(cloud, NEW)
    assert {results(report)[p] for p in SETTABLE} == {Result.REFUSED}
    assert report.meeting in cloud.bookings  # the class is not lost
    assert [s.method for s in cloud.writes] == ["POST"]


def test_a_link_that_is_not_told_does_not_keep_the_class_from_being_hardened() -> None:
    report = prepared(Cloud(script=[Refusal("permissionError", 400)]), LESSON)
    assert report.url == ""
    assert results(report)[Precaution.CHAT_OFF] is Result.SET


def test_without_a_corp_id_the_teacher_is_shown_the_setting() -> None:
    report = prepared(Cloud(), LESSON, corp_id="")
    assert results(report)[Precaution.ORGANISATION_ONLY] is Result.BY_HAND
    step = next(s for s in report.steps if s.precaution is Precaution.ORGANISATION_ONLY)
    assert step.detail is not None
    assert "「" in step.detail.zh


@pytest.mark.parametrize("meeting", [f"user~{TEACHER}", f"user~{TEACHER}:{RUN}", "live~1"])
def test_what_nobody_booked_cannot_be_hardened(meeting: str) -> None:
    cloud = Cloud()
    assert set(results(prepared(cloud, replace(LESSON, meeting=meeting))).values()) == {Result.IMPOSSIBLE}
    assert cloud.seen == []


def test_a_running_lesson_is_hardened_through_its_booking() -> None:
    report = prepared(Cloud(), replace(LESSON, meeting=f"{BOOKING}:{RUN}"))
    assert report.meeting == BOOKING
    assert results(report)[Precaution.CHAT_OFF] is Result.SET


def test_extension_apps_survive_in_the_form_in_which_they_are_sent() -> None:
    """Reading tells a clientId and a number as text, which writing does not take."""
    cloud = Cloud()
    apps = [{"clientId": "ding1", "coolAppCode": "COOLAPP-1", "autoOpenMode": "1", "extensionAppBizData": "x"}]
    cloud.bookings[BOOKING]["moziConfVirtualExtraSetting"]["moziConfExtensionAppSettings"] = apps
    cloud.bookings[BOOKING]["cohostUnionIds"] = ["2iPOsecond"]
    prepared(cloud, LESSON)
    after = cloud.bookings[BOOKING]
    assert after["moziConfVirtualExtraSetting"]["moziConfExtensionAppSettings"] == [
        {"coolAppCode": "COOLAPP-1", "autoOpenMode": 1, "extensionAppBizData": "x"}
    ]
    assert after["cohostUnionIds"] == ["2iPOsecond"]


@pytest.mark.parametrize("host", ["", "a b", "x" * 300])
def test_nobody_books_without_a_teacher(host: str) -> None:
    cloud = Cloud()
    with pytest.raises(Refused, match="no_host"):
        prepared(cloud, replace(NEW, host=host))
    assert cloud.seen == []


@pytest.mark.parametrize("meeting", ["../x", "a b", "小"])
def test_a_meeting_never_reaches_another_path(meeting: str) -> None:
    cloud = Cloud()
    with pytest.raises(Refused):
        prepared(cloud, replace(LESSON, meeting=meeting))
    assert cloud.seen == []


def test_a_booking_whose_id_is_not_told_is_no_booking() -> None:
    class Mute(Cloud):
        def _book(self, creatorUnionId: str, scheduleConfSettingModel: Any = None, **_: Any) -> Any:
            return {"requestId": "R-2"}

    with pytest.raises(Transient):
        prepared(Mute(), NEW)
