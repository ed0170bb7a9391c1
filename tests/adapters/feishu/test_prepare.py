"""Before class: a reservation that only the roster can join, and an honest report."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.notes import Notes
from adapters.preparation import Precaution, Preparation, Prepared, Result
from app.domain.errors import Refused, Transient
from app.domain.people import RosterEntry
from tests.adapters.conformance import NOW
from tests.adapters.feishu.cloud import Cloud, Refusal, connected
from tests.adapters.feishu.sample import NUMBER, PUPIL, RESERVE, TEACHER

MEMBERS = (
    RosterEntry(id="r1", name="访客", accounts=("on_1", PUPIL)),
    RosterEntry(id="r2", name="助教", accounts=("ou_coteacher",), staff=True),
    RosterEntry(id="r3", name="没有账号"),
)
WISH = Preparation(
    meeting="", title="数学", starts_at=NOW + 600, ends_at=NOW + 3600, host=TEACHER,
    wanted=frozenset({Precaution.ROSTER_ONLY}), members=MEMBERS,
)  # fmt: skip
LISTED = {"check_field": 1, "check_mode": 1, "check_list": [TEACHER, "ou_coteacher", PUPIL]}


def prepared(cloud: Cloud, wish: Preparation = WISH, notes: Notes | None = None) -> Prepared:
    async def run() -> Prepared:
        async with connected(cloud, notes=notes) as adapter:
            return await adapter.prepare(wish)

    return asyncio.run(run())


def results(report: Prepared) -> dict[Precaution, Result]:
    assert len({s.precaution for s in report.steps}) == len(report.steps)
    return {s.precaution: s.result for s in report.steps}


def test_only_the_roster_and_the_teachers_may_join() -> None:
    cloud, notes = Cloud(), Notes()
    report = prepared(cloud, notes=notes)
    assert (report.meeting, report.url) == (NUMBER, f"https://vc.example/j/{NUMBER}")
    assert results(report) == {Precaution.ROSTER_ONLY: Result.SET}
    assert cloud.who_may_join() == LISTED
    assert json.loads(notes.get(f"reserve:{NUMBER}"))["id"] == RESERVE
    permissions = cloud.reserves[RESERVE]["meeting_settings"]["action_permissions"]
    for permission in permissions[1:]:
        assert permission["permission_checkers"][0]["check_list"] == [TEACHER, "ou_coteacher"]
    chosen = cloud.reserves[RESERVE]["meeting_settings"]
    assert chosen["auto_record"] is False
    assert [h["id"] for h in chosen["assign_host_list"]] == [TEACHER, "ou_coteacher"]


def test_who_has_no_account_is_named() -> None:
    (note,) = prepared(Cloud()).notes
    assert "没有账号" in note.zh
    assert "访客" not in note.zh


def test_the_meeting_is_made_first_with_nothing_that_could_fail() -> None:
    cloud = Cloud()
    prepared(cloud)
    assert [m for m, _ in cloud.asked] == ["POST", "PUT", "GET"]
    assert "action_permissions" not in cloud.seen[1].members["meeting_settings"]
    assert cloud.seen[1].members["end_time"] == str(int(NOW) + 3600 + 900)


@pytest.mark.parametrize(
    ("said", "result"), [(Refusal(121003), Result.REFUSED), (Refusal(121001, 500), Result.UNKNOWN)]
)
def test_a_list_that_is_refused_does_not_lose_the_class(said: Refusal, result: Result) -> None:
    cloud = Cloud(script=[None, said])
    report = prepared(cloud)
    assert report.meeting == NUMBER
    assert results(report) == {Precaution.ROSTER_ONLY: result}
    detail = report.steps[0].detail
    assert detail is not None
    assert str(said.code) in detail.en


def test_what_cannot_be_read_back_is_not_called_set() -> None:
    assert results(prepared(Cloud(hides_permissions=True))) == {Precaution.ROSTER_ONLY: Result.ASKED}

    class Liar(Cloud):
        def on_update(self, _: Any, members: Any, __: str, known: str) -> dict[str, Any]:
            members["meeting_settings"]["action_permissions"][0]["permission_checkers"][0]["check_list"].pop()
            return super().on_update(_, members, __, known)

    assert results(prepared(Liar())) == {Precaution.ROSTER_ONLY: Result.UNKNOWN}
    assert results(prepared(Cloud(script=[None, None, Refusal(121001, 500)]))) == {
        Precaution.ROSTER_ONLY: Result.UNKNOWN
    }


def test_an_empty_list_shuts_nobody_out() -> None:
    report = prepared(Cloud(), replace(WISH, members=MEMBERS[2:]))
    assert results(report) == {Precaution.ROSTER_ONLY: Result.REFUSED}


def test_every_other_wish_is_answered_honestly() -> None:
    report = prepared(Cloud(), replace(WISH, wanted=frozenset(Precaution)))
    assert results(report) == {
        Precaution.ORGANISATION_ONLY: Result.SET, Precaution.ROSTER_ONLY: Result.SET,
        Precaution.WAITING_ROOM: Result.BY_HAND, Precaution.PERSONAL_LINKS: Result.IMPOSSIBLE,
        Precaution.HOST_FIRST: Result.IMPOSSIBLE, Precaution.MUTE_ON_ENTRY: Result.BY_HAND,
        Precaution.HOST_ONLY_SHARE: Result.BY_HAND, Precaution.CHAT_OFF: Result.BY_HAND,
    }  # fmt: skip
    assert all(s.detail and all((s.detail.zh, s.detail.vi, s.detail.en)) for s in report.steps)


def test_the_whole_organisation_by_its_key_which_is_asked_for_once() -> None:
    cloud, notes = Cloud(), Notes()
    wish = replace(WISH, wanted=frozenset({Precaution.ORGANISATION_ONLY}))
    report = prepared(cloud, wish, notes)
    assert results(report) == {Precaution.ORGANISATION_ONLY: Result.SET}
    assert cloud.who_may_join() == {"check_field": 3, "check_mode": 1, "check_list": ["2ca1d211f64f6438"]}
    prepared(cloud, replace(wish, meeting=NUMBER), notes)
    assert len([t for _, t in cloud.asked if "tenant/query" in t]) == 1


def test_a_known_meeting_gets_the_new_roster_and_more_time() -> None:
    cloud, notes = Cloud(), Notes()
    prepared(cloud, notes=notes)
    pupils = (RosterEntry(id="r9", name="新", accounts=("ou_new",)),)
    later = replace(WISH, meeting=NUMBER, ends_at=NOW + 86_400, members=pupils)
    report = prepared(cloud, later, notes)
    assert results(report) == {Precaution.ROSTER_ONLY: Result.SET}
    assert report.url
    assert cloud.who_may_join() == {
        "check_field": 1,
        "check_mode": 1,
        "check_list": [TEACHER, "ou_coteacher", "ou_new"],
    }
    assert cloud.reserves[RESERVE]["end_time"] == str(int(NOW) + 86_400 + 900)
    assert len(cloud.reserves) == 1


def test_a_meeting_of_somebody_else_cannot_be_changed() -> None:
    cloud = Cloud()
    report = prepared(cloud, replace(WISH, meeting="999999999", wanted=frozenset(Precaution)))
    assert results(report)[Precaution.ROSTER_ONLY] is Result.IMPOSSIBLE
    assert results(report)[Precaution.CHAT_OFF] is Result.BY_HAND
    assert cloud.asked == []


def test_a_group_chat_is_not_prepared() -> None:
    cloud = Cloud()
    report = prepared(cloud, replace(WISH, meeting="oc_x", wanted=frozenset(Precaution)))
    assert set(results(report).values()) == {Result.IMPOSSIBLE}
    assert cloud.asked == []


@pytest.mark.parametrize("more", [{"ends_at": NOW + 31 * 86_400}, {"ends_at": NOW - 3600}, {"host": ""}])
def test_what_cannot_be_reserved_is_refused_before_it_is_asked(more: dict[str, Any]) -> None:
    cloud = Cloud()
    with pytest.raises(Refused):
        prepared(cloud, replace(WISH, **more))
    assert cloud.reserves == {}


def test_a_teacher_of_another_id_is_looked_up() -> None:
    for kind, known in (("union_id", "on_teacher"), ("user_id", "e33ggbyz")):
        cloud = Cloud(users={TEACHER: {"open_id": TEACHER, kind: known}})
        prepared(cloud, replace(WISH, host=known))
        assert cloud.reserves[RESERVE]["owner_id"] == TEACHER


def test_a_teacher_whom_the_platform_does_not_take_is_told() -> None:
    report = prepared(Cloud(users={"ou_someone": {"open_id": "ou_someone"}}))
    assert any("host" in n.en for n in report.notes)


def test_an_answer_without_a_number_is_no_meeting() -> None:
    class Silent(Cloud):
        def on_apply(self, *_: Any) -> dict[str, Any]:
            return {"reserve": {}}

    with pytest.raises(Transient):
        prepared(Silent())


def test_a_long_roster_is_taken_whole() -> None:
    pupils = tuple(RosterEntry(id=str(i), name=str(i), accounts=(f"ou_{i}",)) for i in range(500))
    cloud = Cloud()
    assert results(prepared(cloud, replace(WISH, members=pupils))) == {Precaution.ROSTER_ONLY: Result.SET}
    checker = cloud.who_may_join()
    assert checker is not None
    assert len(checker["check_list"]) == 501
