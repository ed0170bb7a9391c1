"""A practice lesson before it begins: switches, personal links, the host first, the address book, what is by hand."""

from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from adapters.base import Group
from adapters.drill import DrillAdapter
from adapters.drill.capabilities import CHAT_BY_HAND, without
from adapters.drill.classroom.settings import Hidden
from adapters.preparation import Precaution, Preparation, Prepared, Result
from app.domain.actions import ActionKind, Level, OutcomeKind
from app.domain.errors import Gone, Malformed, Transient
from app.domain.people import RosterEntry
from tests.adapters.drill.school import School, school

PEOPLE = (RosterEntry(id="S1", name="王小明"), RosterEntry(id="S2", name="=1+1"))
TOKENS = {"S1": "pl_token-of-one", "S2": "pl_token-of-two"}


def wish(*wanted: Precaution, meeting: str = "") -> Preparation:
    return Preparation(
        meeting=meeting, title="7-3 数学", starts_at=0.0, ends_at=60.0, host="teacher-01",
        wanted=frozenset(wanted or Precaution), members=PEOPLE, tokens=TOKENS,
    )  # fmt: skip


def prepared(here: School, *wanted: Precaution, meeting: str = "") -> Prepared:
    return here.with_adapter(lambda adapter: adapter.prepare(wish(*wanted, meeting=meeting)))


def results(report: Prepared) -> dict[Precaution, Result]:
    return {s.precaution: s.result for s in report.steps}


def join(here: School, meeting: str, **body: object) -> httpx.Response:
    return here.door.post(f"/rooms/{meeting}/join", json=body)


def teacher(here: School, meeting: str) -> httpx.Response:
    door = here.door.get(f"/rooms/{meeting}").json()["pupils"]
    return join(here, meeting, sign_in=next(p["sign_in"] for p in door if p["staff"]))


def test_a_new_meeting_is_made_as_it_was_wished() -> None:
    with school() as here:
        report = prepared(here)
        assert results(report) == {
            **dict.fromkeys(Precaution, Result.SET),
            Precaution.ROSTER_ONLY: Result.IMPOSSIBLE,
            Precaution.ORGANISATION_ONLY: Result.IMPOSSIBLE,
        }
        assert report.url == f"{here.base_url}/join/{report.meeting}"
        shown = here.api("GET", f"/api/meetings/{report.meeting}")["switches"]
        on = {name for name, value in shown.items() if value}
        assert on == {"waiting_room", "mute_on_entry", "share_restricted", "chat_closed"}


def test_only_what_is_wanted_is_set() -> None:
    with school() as here:
        report = prepared(here, Precaution.WAITING_ROOM)
        assert results(report) == {Precaution.WAITING_ROOM: Result.SET}
        assert report.links == {}
        shown = here.api("GET", f"/api/meetings/{report.meeting}")["switches"]
        assert {name for name, value in shown.items() if value} == {"waiting_room"}


def test_a_lesson_in_progress_is_hardened() -> None:
    with school() as here:
        here.start()
        report = prepared(here, Precaution.CHAT_OFF, meeting="7-3")
        assert report.meeting == "7-3"
        assert here.api("GET", "/api/meetings/7-3/participants")["switches"]["chat_closed"] is True


def test_nobody_comes_before_the_host_who_starts_the_lesson() -> None:
    with school() as here:
        meeting = prepared(here, Precaution.HOST_FIRST).meeting
        assert join(here, meeting, name="Early").status_code == 409
        assert here.door.get(f"/rooms/{meeting}").json()["host_first"] is True
        assert teacher(here, meeting).status_code == 201
        assert join(here, meeting, name="In time").status_code == 201


def test_a_personal_link_names_its_pupil_and_a_made_up_one_is_refused() -> None:
    with school() as here:
        report = prepared(here)
        assert set(report.links) == {"S1", "S2"}
        teacher(here, report.meeting)
        token = httpx.URL(report.links["S1"]).params["link"]
        assert token == TOKENS["S1"]
        mine = join(here, report.meeting, link=token)
        assert (mine.status_code, mine.json()["me"]["name"]) == (201, "王小明")
        listed = here.api("GET", f"/api/meetings/{report.meeting}/participants")["waiting"]
        assert [(p["link"], p["account"]) for p in listed] == [(token, "")]
        assert join(here, report.meeting, link="pl_made-up").status_code == 401


def test_a_classroom_says_what_it_cannot_set() -> None:
    hides = frozenset({Hidden.WAITING_ROOM, Hidden.CHAT_CONTROL})
    with school(hides=hides) as here:
        report = prepared(here, Precaution.WAITING_ROOM, Precaution.CHAT_OFF, Precaution.MUTE_ON_ENTRY)
        assert results(report) == {
            Precaution.WAITING_ROOM: Result.IMPOSSIBLE,
            Precaution.CHAT_OFF: Result.BY_HAND,
            Precaution.MUTE_ON_ENTRY: Result.SET,
        }
        assert CHAT_BY_HAND in [s.detail for s in report.steps]
    with school(hides=frozenset({Hidden.SWITCHES})) as here:
        assert results(prepared(here, Precaution.MUTE_ON_ENTRY)) == {Precaution.MUTE_ON_ENTRY: Result.ASKED}


def test_the_chat_that_only_the_teachers_page_closes() -> None:
    with school(hides=frozenset({Hidden.CHAT_CONTROL})) as here:
        here.start()
        support = without(here.settings.hides)[ActionKind.CLOSE_CHAT]
        assert (support.level, support.instruction) == (Level.MANUAL, CHAT_BY_HAND)
        assert here.perform(ActionKind.CLOSE_CHAT).kind is OutcomeKind.MANUAL
        assert here.host.patch("/api/meetings/7-3/switches", json={"chat_closed": True}).status_code == 403
        seat = {"x-seat": teacher(here, "7-3").json()["seat"]}
        guest = {"x-seat": join(here, "7-3", name="Guest").json()["seat"]}
        body = {"chat_closed": True}
        assert here.door.post("/rooms/7-3/switches", json=body, headers=guest).status_code == 403
        assert here.door.post("/rooms/7-3/switches", json=body, headers=seat).status_code == 200
        assert here.api("GET", "/api/meetings/7-3/participants")["switches"]["chat_closed"] is True
        for wrong in ({"chat_closed": 1}, {"moat": True}):
            assert here.door.post("/rooms/7-3/switches", json=wrong, headers=seat).status_code == 400


def test_the_address_book() -> None:
    with school() as here:
        groups = here.with_adapter(lambda adapter: adapter.groups())
        assert groups == (Group(id="7-3", name="7-3"), Group(id="7-4", name="7-4"))
        members = here.with_adapter(lambda adapter: adapter.roster("7-3"))
        assert len(members) == 25
        assert [m.staff for m in members[:2]] == [True, False]
        assert all(m.accounts == (m.id,) for m in members)
        with pytest.raises(Gone):
            here.with_adapter(lambda adapter: adapter.roster("../me"))


ASKED: dict[str, Callable[[DrillAdapter], Coroutine[Any, Any, object]]] = {
    "/api/meetings": lambda adapter: adapter.prepare(wish()),
    "/api/groups": lambda adapter: adapter.groups(),
    "/api/groups/7-3": lambda adapter: adapter.roster("7-3"),
}


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize("fault", ["5xx", "429", "garbage", "lie"])
def test_a_platform_that_fails_says_how(path: str, fault: str) -> None:
    expected = Malformed if fault == "lie" and path != "/api/meetings" else Transient
    with school() as here:
        rule = {"where": "control", "fault": fault, "match": {"path": path}}
        here.api("PUT", "/api/faults", {"rules": [rule]})
        if fault == "lie" and path == "/api/meetings":
            with pytest.raises(Gone):  # the meeting that it says it made is not there
                here.with_adapter(ASKED[path])
        else:
            with pytest.raises(expected):
                here.with_adapter(ASKED[path])
