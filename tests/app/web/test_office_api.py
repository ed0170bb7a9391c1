"""Connections and classes before they begin, as programs use them: budgets, checks, address books, preparations."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest

from adapters.health import Checked, Finding
from adapters.preparation import Precaution, Result, Step
from app.domain.actions import Words
from app.domain.errors import AdapterError, Gone, Malformed, NotAuthentic, Refused, Transient
from app.domain.people import Participant, Roster, RosterEntry, Trust, match
from app.store.desk import TokenKind, UserRole
from app.store.desk.roster import LINK, link_of
from tests.app.web.houses import NOWHERE, House
from tests.app.web.scripted import NAMES, Scripted

ERRORS = (
    (Refused("drill", "no such right", code="99"), 502, "platform-refused"),
    (Gone("drill", "no such meeting"), 410, "gone"),
    (Transient("drill", "try later", retry_after=7.0), 503, "platform-busy"),
    (Malformed("drill", "half an answer"), 502, "platform-refused"),
    (NotAuthentic("drill", "not ours"), 502, "platform-refused"),
)


def ask(
    school: House, method: str, path: str, role: UserRole = UserRole.IT, name: str = "", **more: Any
) -> httpx.Response:
    headers = school.token(role, name) | more.pop("headers", {})
    return school.client.request(method, f"/api/v1{path}", headers=headers, **more)


def platform(school: House, connection: str) -> Scripted:
    return cast(Scripted, school.service.connections[connection].adapter)


def pupils(count: int) -> list[dict[str, Any]]:
    return [{"id": f"S{i}", "name": f"Pupil {i}", "aliases": [], "accounts": [f"acc-{i}"]} for i in range(count)]


def fields(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {p["field"] for p in answer.json()["problems"]}


def times(school: House, *, after: float = 3600.0, minutes: float = 45.0) -> dict[str, str]:
    starts = school.clock.at + after
    return {"starts_at": iso(starts), "ends_at": iso(starts + minutes * 60)}


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


# --- one connection ---------------------------------------------------------------------------------------------------


def test_a_connection_tells_what_is_left_and_when_it_ends(scripted: House) -> None:
    connection = scripted.connect()
    for _ in range(1000):
        scripted.service.connections[connection].allowance.take()
    told = ask(scripted, "GET", f"/connections/{connection}").json()
    assert told["webhook_url"].endswith(f"/hooks/{connection}")
    assert told["ways"] == {"offered": ["stream", "webhook"], "in_use": "webhook"}
    assert told["stream"] is None
    (month,) = told["budgets"]
    assert (month["name"], month["counts"], month["period"]) == ("month", "calls", "month")
    assert (month["calls"], month["used"], month["left"], month["reserve"]) == (5000, 1000, 4000, 600)
    assert month["pace_per_day"] == 1000
    assert month["ends_at"] < month["resets_at"]
    assert month["title"]["en"] == "Calls a month"
    assert [n["code"] for n in told["notices"]] == ["budget_ends"]
    assert told["capabilities"]["kick"]["level"] == "native"
    assert told["check"] is None


def test_capabilities_carry_their_instruction_in_three_languages(school: House) -> None:
    body = {"platform": "drill", "name": "x", "settings": {**NOWHERE, "hides": ["chat_control"]}}
    made = ask(school, "POST", "/connections", json=body).json()
    told = ask(school, "GET", f"/connections/{made['id']}").json()["capabilities"]["close_chat"]
    assert (told["level"], told["confirm"]) == ("manual", "event")
    assert told["instruction"].keys() == {"zh", "vi", "en"}


def test_a_check_is_kept_with_its_time(scripted: House) -> None:
    connection = scripted.connect()
    answer = ask(scripted, "POST", f"/connections/{connection}/check")
    assert answer.status_code == 200
    assert answer.json()["ok"] is True
    scripted.clock.pass_by(60)
    assert ask(scripted, "GET", f"/connections/{connection}").json()["check"] == answer.json()
    platform(scripted, connection).findings = (
        Checked(code="scope", finding=Finding.PROBLEM, detail=Words(zh="缺", vi="thiếu", en="missing")),
    )
    assert ask(scripted, "POST", f"/connections/{connection}/check").json()["ok"] is False
    detail = ask(scripted, "GET", f"/connections/{connection}").json()
    assert [f["code"] for f in detail["check"]["findings"]] == ["scope"]
    assert [n["code"] for n in detail["notices"]] == ["check_problem"]


@pytest.mark.parametrize("error", [e for e, _, _ in ERRORS], ids=lambda e: type(e).__name__)
def test_a_check_that_fails_is_a_finding_and_not_an_error(scripted: House, error: AdapterError) -> None:
    connection = scripted.connect()
    platform(scripted, connection).error = error
    told = ask(scripted, "POST", f"/connections/{connection}/check")
    assert (told.status_code, told.json()["ok"]) == (200, False)
    assert [(f["code"], f["finding"]) for f in told.json()["findings"]] == [("probe", "problem")]


def test_the_same_app_connected_twice_is_said(scripted: House) -> None:
    first, second = scripted.connect(), scripted.connect()
    assert first != second
    found = ask(scripted, "POST", f"/connections/{second}/check").json()["findings"]
    assert [(f["code"], f["finding"]) for f in found if f["code"] == "shared_account"] == [
        ("shared_account", "warning")
    ]


def test_a_budget_without_anything_for_routine_is_a_problem_of_the_check(scripted: House) -> None:
    connection = scripted.connect()
    for _ in range(4500):
        scripted.service.connections[connection].allowance.take()
    told = ask(scripted, "POST", f"/connections/{connection}/check").json()
    assert told["ok"] is False
    assert "budget_spent" in [f["code"] for f in told["findings"]]


def test_figures_tell_what_is_left(scripted: House) -> None:
    connection = scripted.connect()
    text = scripted.client.get("/metrics", headers=scripted.token()).text
    assert f'menshen_budget_left{{budget="month",connection="{connection}"}} 5000.0' in text


# --- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [UserRole.TEACHER, UserRole.CO_GUARD])
def test_connections_and_their_address_book_are_for_school_it(scripted: House, role: UserRole) -> None:
    made = scripted.course()
    connection = made["connection"]
    for method, path, body in (
        ("GET", f"/connections/{connection}", None),
        ("POST", f"/connections/{connection}/check", None),
        ("GET", f"/connections/{connection}/groups", None),
        ("POST", f"/courses/{made['id']}/roster/import", {"group": "g-1"}),
    ):
        assert ask(scripted, method, path, role, json=body).status_code == 403, path
    assert ask(scripted, "GET", f"/courses/{made['id']}/roster").json() == []


@pytest.mark.parametrize(
    ("role", "name", "prepare", "report", "links"),
    [
        (UserRole.ADMIN, "", 200, 200, 200),
        (UserRole.IT, "", 200, 200, 200),
        (UserRole.TEACHER, "", 200, 200, 200),
        (UserRole.CO_GUARD, "", 403, 200, 403),
        (UserRole.TEACHER, "somebody-else", 404, 404, 404),
    ],
)
def test_who_prepares_reads_and_hands_out(
    scripted: House, role: UserRole, name: str, prepare: int, report: int, links: int
) -> None:
    path = f"/courses/{scripted.course(roster=pupils(2))['id']}"
    assert ask(scripted, "POST", f"{path}/prepare", json=times(scripted)).status_code == 200
    assert ask(scripted, "POST", f"{path}/prepare", role, name, json=times(scripted)).status_code == prepare
    assert ask(scripted, "GET", f"{path}/preparation", role, name).status_code == report
    assert ask(scripted, "GET", f"{path}/preparation/links", role, name).status_code == links


def test_nothing_of_another_school_is_there(scripted: House) -> None:
    made = scripted.course()
    assert ask(scripted, "POST", f"/courses/{made['id']}/prepare", json=times(scripted)).status_code == 200
    other = scripted.desk.people.create_school(name="第二中学", language="en")
    stranger = scripted.desk.people.create_user(other.id, mail="it@other.example", name="It", role=UserRole.IT)
    headers = {"authorization": f"Bearer {scripted.desk.tokens.issue(stranger, TokenKind.API)}"}
    for method, path in (
        ("GET", f"/connections/{made['connection']}"),
        ("POST", f"/connections/{made['connection']}/check"),
        ("GET", f"/connections/{made['connection']}/groups"),
        ("GET", f"/courses/{made['id']}/preparation"),
        ("GET", f"/courses/{made['id']}/preparation/links"),
    ):
        assert scripted.client.request(method, f"/api/v1{path}", headers=headers).status_code == 404, path
    body = {"group": "g-1"}
    path = f"/api/v1/courses/{made['id']}/roster/import"
    assert scripted.client.post(path, headers=headers, json=body).status_code == 404
    path = f"/api/v1/courses/{made['id']}/prepare"
    assert scripted.client.post(path, headers=headers, json=times(scripted)).status_code == 404


# --- the address book -------------------------------------------------------------------------------------------------


def test_a_roster_comes_from_the_address_book(scripted: House) -> None:
    made = scripted.course()
    groups = ask(scripted, "GET", f"/connections/{made['connection']}/groups").json()["items"]
    assert groups == [{"id": "g-1", "name": "7-3 数学"}, {"id": "g-2", "name": "=HYPERLINK()"}]
    taken = ask(scripted, "POST", f"/courses/{made['id']}/roster/import", json={"group": "g-1"})
    assert taken.json() == {"version": 2, "size": len(NAMES), "shrunk": False}
    assert [e["name"] for e in ask(scripted, "GET", f"/courses/{made['id']}/roster").json()] == list(NAMES)


def test_a_live_lesson_judges_by_an_imported_roster_at_once(scripted: House) -> None:
    made = scripted.course(roster=pupils(2))
    lesson = scripted.lesson(made, "p-1")
    platform(scripted, made["connection"]).members = (RosterEntry(id="S9", name="name of p-1"),)
    ask(scripted, "POST", f"/courses/{made['id']}/roster/import", json={"group": "g-1"})
    people = ask(scripted, "GET", f"/lessons/{lesson}").json()["participants"]
    assert [p["roster_id"] for p in people] == ["S9"]


def test_an_import_that_lost_many_waits_for_a_human(scripted: House) -> None:
    made = scripted.course(roster=pupils(20))
    path = f"/courses/{made['id']}/roster/import"
    assert ask(scripted, "POST", path, json={"group": "g-1"}).json()["shrunk"] is True
    assert ask(scripted, "POST", f"{path}?confirm_shrink=1", json={"group": "g-1"}).json()["shrunk"] is False


@pytest.mark.parametrize(("error", "status", "name"), ERRORS, ids=lambda e: type(e).__name__)
def test_a_failing_platform_leaves_the_roster(scripted: House, error: AdapterError, status: int, name: str) -> None:
    made = scripted.course(roster=pupils(3))
    platform(scripted, made["connection"]).error = error
    for method, path, body in (
        ("POST", f"/courses/{made['id']}/roster/import", {"group": "g-1"}),
        ("GET", f"/connections/{made['connection']}/groups", None),
    ):
        answer = ask(scripted, method, path, json=body)
        assert (answer.status_code, answer.json()["type"]) == (status, f"urn:menshen:problem:{name}")
        assert answer.json()["detail"]
    if isinstance(error, Transient):
        assert answer.headers["retry-after"] == "7"
    assert len(ask(scripted, "GET", f"/courses/{made['id']}/roster").json()) == 3


@pytest.mark.parametrize(
    "members",
    [
        (),
        (RosterEntry(id="", name="x"),),
        (RosterEntry(id="a", name="x" * 10_000),),
        (RosterEntry(id="a", name="x\x00y"),),
        (RosterEntry(id="a", name="x"), RosterEntry(id="a", name="y")),
    ],
    ids=["nobody", "no id", "10 kB", "control", "twice"],
)
def test_an_address_book_that_makes_no_sense_leaves_the_roster(
    scripted: House, members: tuple[RosterEntry, ...]
) -> None:
    made = scripted.course(roster=pupils(3))
    platform(scripted, made["connection"]).members = members
    answer = ask(scripted, "POST", f"/courses/{made['id']}/roster/import", json={"group": "g-1"})
    assert answer.status_code == 422
    assert len(ask(scripted, "GET", f"/courses/{made['id']}/roster").json()) == 3


@pytest.mark.parametrize("group", ["", "x" * 10_000, "\x00", "a\nb", None, 7, [], {}])
def test_a_group_that_is_none_is_refused(scripted: House, group: object) -> None:
    path = f"/courses/{scripted.course()['id']}/roster/import"
    assert ask(scripted, "POST", path, json={"group": group}).status_code == 422


# --- preparation ------------------------------------------------------------------------------------------------------


def test_a_class_is_prepared_by_its_policy(scripted: House) -> None:
    made = scripted.course(roster=pupils(2), policy={"preset": "open_day"})
    answer = ask(scripted, "POST", f"/courses/{made['id']}/prepare", json={**times(scripted), "host": "ou_1"})
    assert answer.status_code == 200, answer.text
    (told,) = platform(scripted, made["connection"]).asked
    assert (told.meeting, told.title, told.host) == ("", "7-3 数学", "ou_1")
    assert told.wanted == {
        Precaution.HOST_FIRST, Precaution.MUTE_ON_ENTRY, Precaution.CHAT_OFF, Precaution.HOST_ONLY_SHARE,
    }  # fmt: skip
    assert [m.id for m in told.members] == ["S0", "S1"]
    assert told.tokens == {}
    report = answer.json()
    assert report == ask(scripted, "GET", f"/courses/{made['id']}/preparation").json()
    steps = {s["precaution"]: s["result"] for s in report["steps"]}
    # What the platform did not speak of is not taken for done.
    assert steps == {
        "waiting_room": "set", "chat_off": "by_hand", "host_first": "unknown", "mute_on_entry": "unknown",
        "host_only_share": "unknown",
    }  # fmt: skip
    assert all(s["detail"] for s in report["steps"] if s["result"] != "set")
    assert (report["meeting"], report["links"]) == ("made-1", 0)
    assert "made-1" in ask(scripted, "GET", f"/courses/{made['id']}").json()["meetings"]


def test_a_meeting_that_is_there_is_hardened(scripted: House) -> None:
    made = scripted.course()
    body = {**times(scripted), "meeting": "m-1", "wanted": ["waiting_room"]}
    assert ask(scripted, "POST", f"/courses/{made['id']}/prepare", json=body).json()["meeting"] == "m-1"
    (told,) = platform(scripted, made["connection"]).asked
    assert (told.meeting, told.wanted) == ("m-1", frozenset({Precaution.WAITING_ROOM}))
    assert ask(scripted, "GET", f"/courses/{made['id']}").json()["meetings"] == ["m-1"]


def test_the_meeting_of_another_course_is_not_touched(scripted: House) -> None:
    made = scripted.course()
    scripted.course(connection=made["connection"], meetings=["m-2"])
    body = {**times(scripted), "meeting": "m-2"}
    assert ask(scripted, "POST", f"/courses/{made['id']}/prepare", json=body).status_code == 409
    body = {**times(scripted), "meeting": "somebody's"}  # nobody's course: only school IT may claim it
    assert ask(scripted, "POST", f"/courses/{made['id']}/prepare", UserRole.TEACHER, json=body).status_code == 422
    assert platform(scripted, made["connection"]).asked == []
    assert ask(scripted, "POST", f"/courses/{made['id']}/prepare", json=body).status_code == 200
    assert "somebody's" in ask(scripted, "GET", f"/courses/{made['id']}").json()["meetings"]


def test_a_course_that_is_full_of_meetings_asks_for_no_new_one(scripted: House) -> None:
    made = scripted.course(meetings=[f"m-{n}" for n in range(100)])
    path = f"/courses/{made['id']}/prepare"
    assert fields(ask(scripted, "POST", path, json=times(scripted))) == {"meetings"}
    assert platform(scripted, made["connection"]).asked == []
    assert ask(scripted, "POST", path, json={**times(scripted), "meeting": "m-7"}).status_code == 200


def test_the_same_key_makes_no_second_meeting(scripted: House) -> None:
    made = scripted.course()
    path, body = f"/courses/{made['id']}/prepare", {**times(scripted), "key": "press-1"}
    with ThreadPoolExecutor(4) as several:
        answers = list(several.map(lambda _: ask(scripted, "POST", path, json=body), range(4)))
    assert {a.status_code for a in answers} == {200}
    assert {a.json()["meeting"] for a in answers} == {"made-1"}
    assert len(platform(scripted, made["connection"]).asked) == 1
    scripted.clock.pass_by(1)
    assert ask(scripted, "POST", path, json={**body, "key": "press-2"}).json()["meeting"] == "made-2"
    assert ask(scripted, "POST", path, UserRole.CO_GUARD, json=body).status_code == 403


@pytest.mark.parametrize(("error", "status", "name"), ERRORS, ids=lambda e: type(e).__name__)
def test_a_failing_platform_loses_nothing(scripted: House, error: AdapterError, status: int, name: str) -> None:
    made = scripted.course(roster=pupils(2))
    path = f"/courses/{made['id']}"
    first = ask(scripted, "POST", f"{path}/prepare", json=times(scripted)).json()
    platform(scripted, made["connection"]).error = error
    answer = ask(scripted, "POST", f"{path}/prepare", json=times(scripted))
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:menshen:problem:{name}")
    assert ask(scripted, "GET", f"{path}/preparation").json() == first
    assert len(ask(scripted, "GET", f"{path}/roster").json()) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"starts_at": "2026-11-23T08:00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59+00:00"}, "starts_at"),
        ({"ends_at": "1970-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2100-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": 7}, "ends_at"),
        ({"host": "x" * 10_000}, "host"),
        ({"host": "a\nb"}, "host"),
        ({"meeting": "\x00"}, "meeting"),
        ({"wanted": ["moat"]}, "wanted"),
        ({"wanted": "waiting_room"}, "wanted"),
        ({"more": 1}, "more"),
    ],
)
def test_what_does_not_fit_never_reaches_the_platform(scripted: House, change: dict[str, Any], field: str) -> None:
    made = scripted.course()
    answer = ask(scripted, "POST", f"/courses/{made['id']}/prepare", json={**times(scripted), **change})
    assert answer.status_code == 422, answer.text
    assert field in {p["field"] for p in answer.json()["problems"]}
    assert platform(scripted, made["connection"]).asked == []


def test_a_course_that_was_never_prepared_says_so(scripted: House) -> None:
    path = f"/courses/{scripted.course()['id']}"
    assert ask(scripted, "GET", f"{path}/preparation").status_code == 404
    assert ask(scripted, "GET", f"{path}/preparation/links").status_code == 404


# --- personal links ---------------------------------------------------------------------------------------------------


def entries(school: House, course: str) -> tuple[RosterEntry, ...]:
    return school.desk.documents.roster(school.school.id, course)[0]


def test_a_personal_link_verifies_its_pupil_and_is_not_told(scripted: House) -> None:
    staff = {"id": "t1", "name": "Ms Li", "accounts": ["li"], "staff": True}
    made = scripted.course(roster=[*pupils(2), staff])
    path = f"/courses/{made['id']}"
    report = ask(scripted, "POST", f"{path}/prepare", json=times(scripted)).json()
    (told,) = platform(scripted, made["connection"]).asked
    assert set(told.tokens) == {"S0", "S1"}
    assert report["links"] == 2
    assert all(account.startswith("acc-") or account == "li" for m in told.members for account in m.accounts)
    kept = entries(scripted, made["id"])
    assert [link_of(e) for e in kept] == [told.tokens["S0"], told.tokens["S1"], ""]
    found = match(Roster(kept), Participant(id="p", name="whoever", link=told.tokens["S1"]))
    assert (found.entry, found.trust) == ("S1", Trust.VERIFIED)
    assert told.tokens["S0"] != told.tokens["S1"]
    assert all(len(token) >= 24 for token in told.tokens.values())
    for answer in (
        ask(scripted, "GET", f"{path}/roster"),
        ask(scripted, "GET", f"{path}/roster", headers={"accept": "text/csv"}),
        ask(scripted, "GET", f"{path}/preparation"),
    ):
        assert LINK not in answer.text


def test_links_stay_with_a_pupil_until_they_are_renewed(scripted: House) -> None:
    made = scripted.course(roster=pupils(2))
    path = f"/courses/{made['id']}"

    def tokens(**more: Any) -> dict[str, str]:
        answer = ask(scripted, "POST", f"{path}/prepare", json={**times(scripted), **more})
        assert answer.status_code == 200, answer.text
        return dict(platform(scripted, made["connection"]).asked[-1].tokens)

    first = tokens()
    assert tokens() == first
    ask(scripted, "PUT", f"{path}/roster", json=[*pupils(2), {"id": "S9", "name": "New"}])  # a nightly export
    later = tokens()
    assert {k: later[k] for k in first} == first
    renewed = tokens(renew_links=True)
    assert not set(renewed.values()) & set(later.values())
    assert len({link for e in entries(scripted, made["id"]) for link in e.accounts if link.startswith(LINK)}) == 3
    ask(scripted, "PUT", f"{path}/roster", json=pupils(1))
    assert [e.id for e in entries(scripted, made["id"]) if link_of(e)] == ["S0"]


def test_links_are_handed_out_as_a_sheet_that_cannot_act(scripted: House) -> None:
    made = scripted.course()
    path = f"/courses/{made['id']}"
    ask(scripted, "POST", f"{path}/roster/import", json={"group": "g-1"})
    ask(scripted, "POST", f"{path}/prepare", json=times(scripted))
    sheet = ask(scripted, "GET", f"{path}/preparation/links")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert sheet.headers["content-disposition"].startswith("attachment;")
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert rows[0] == ["id", "name", "link"]
    assert len(rows) == len(NAMES) + 1
    cells = [cell for row in rows[1:] for cell in row]
    assert not [c for c in cells if c[:1] in "=+-@\t\r" and c]
    assert not [c for c in cells if set(c) & {"\u202e", "\u202c"}]
    assert len({row[2] for row in rows[1:]}) == len(NAMES)


def test_links_are_sealed_in_the_database(scripted: House, tmp_path: Any) -> None:
    made = scripted.course(roster=pupils(1))
    ask(scripted, "POST", f"/courses/{made['id']}/prepare", json=times(scripted))
    (link,) = scripted.desk.preparations.links(scripted.school.id, made["id"]).values()
    raw = b"".join(p.read_bytes() for p in tmp_path.iterdir() if p.name.startswith("menshen.db"))
    assert b"vendor.example/j/made-1" in raw  # the address for the class is no secret
    assert link.encode() not in raw


def test_what_was_prepared_is_forgotten_with_its_links(scripted: House) -> None:
    made = scripted.course(roster=pupils(1))
    ask(scripted, "POST", f"/courses/{made['id']}/prepare", json=times(scripted))
    assert scripted.desk.preparations.forget(scripted.clock.at) == 0
    assert scripted.desk.preparations.forget(scripted.clock.at + 86_400) == 1
    assert ask(scripted, "GET", f"/courses/{made['id']}/preparation").status_code == 404


def test_a_platform_that_makes_no_links_hands_out_none(scripted: House) -> None:
    made = scripted.course(roster=pupils(1))
    platform(scripted, made["connection"]).links = False
    platform(scripted, made["connection"]).steps = (
        Step(precaution=Precaution.PERSONAL_LINKS, result=Result.IMPOSSIBLE),
    )
    report = ask(scripted, "POST", f"/courses/{made['id']}/prepare", json=times(scripted)).json()
    assert report["links"] == 0
    rows = list(csv.reader(io.StringIO(ask(scripted, "GET", f"/courses/{made['id']}/preparation/links").text)))
    assert len(rows) == 1


def test_a_list_that_nobody_is_judged_by_stays_so_when_links_are_made(scripted: House) -> None:
    made = scripted.course(roster=pupils(20))
    path = f"/courses/{made['id']}"
    assert ask(scripted, "PUT", f"{path}/roster", json=pupils(3)).json()["shrunk"] is True
    ask(scripted, "POST", f"{path}/prepare", json=times(scripted))
    assert ask(scripted, "GET", path).json()["roster_shrunk"] is True


def test_openapi_describes_all_of_it(school: House) -> None:
    document = school.client.get("/api/openapi.json").json()
    for path in (
        "/api/v1/connections/{connection}",
        "/api/v1/connections/{connection}/groups",
        "/api/v1/courses/{course}/prepare",
        "/api/v1/courses/{course}/preparation",
        "/api/v1/courses/{course}/preparation/links",
        "/api/v1/courses/{course}/roster/import",
    ):
        for told in document["paths"][path].values():
            assert told["summary"]
            assert told["description"]
            assert {"502", "503"} <= told["responses"].keys()
