"""The API as programs use it, over HTTP, with hostile input."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from app.domain.actions import Button
from app.store.desk import UserRole
from tests.app.web.houses import NOWHERE, SECRET, House

NASTY: tuple[Any, ...] = (
    None, True, 0, -1, 1e400, 2**70, "", "x" * 10_000, "\x00", "a\nb", "\u202e", [], {}, [[]], {"a": {}}, ["\x00"],
    [None], [1], {"": ""}, "\ud800",
)  # fmt: skip


def ask(
    school: House, method: str, path: str, role: UserRole = UserRole.IT, name: str = "", **more: Any
) -> httpx.Response:
    headers = school.token(role, name) | more.pop("headers", {})
    return school.client.request(method, f"/api/v1{path}", headers=headers, **more)


def send(school: House, method: str, path: str, body: Any) -> httpx.Response:
    """JSON that no honest client can make: broken surrogates, infinities."""
    headers = {"content-type": "application/json"}
    return ask(school, method, path, content=json.dumps(body).encode(), headers=headers)


def fields(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {p["field"] for p in answer.json()["problems"]}


def pupils(count: int) -> list[dict[str, Any]]:
    return [{"id": f"S{i}", "name": f"Pupil {i}", "aliases": [], "accounts": [f"acc-{i}"]} for i in range(count)]


# --- connections ------------------------------------------------------------------------------------------------------


def test_rotated_credentials_are_used_at_once_and_the_address_stays(school: House) -> None:
    connection = school.connect()
    other = {"settings": {**NOWHERE, "secret": "another-secret-of-tests"}}
    changed = ask(school, "PUT", f"/connections/{connection}", json=other)
    assert changed.status_code == 200
    assert changed.json()["webhook_url"].endswith(f"/hooks/{connection}")

    def secret() -> str:
        connected = school.service.connections.get(connection)
        assert connected is not None
        value: str = connected.adapter.settings.secret.get_secret_value()
        return value

    assert secret() == "another-secret-of-tests"
    assert fields(ask(school, "PUT", f"/connections/{connection}", json={"settings": {"base_url": 7}}))
    assert secret() == "another-secret-of-tests"


def test_a_platform_is_connected_and_its_webhook_works_at_once(school: House) -> None:
    made = ask(school, "POST", "/connections", json={"platform": "drill", "name": "Room 1", "settings": NOWHERE})
    assert made.status_code == 201
    told = made.json()
    assert told["webhook_url"] == f"http://menshen.test/hooks/{told['id']}"
    assert school.client.post(f"/hooks/{told['id']}", content=b"{}").status_code == 401  # there, but not signed
    listed = ask(school, "GET", "/connections").json()
    assert [c["id"] for c in listed["items"]] == [told["id"]]
    assert SECRET not in made.text + json.dumps(listed)


def test_wrong_settings_name_the_field_and_keep_the_secret(school: House) -> None:
    body = {"platform": "drill", "name": "x", "settings": {**NOWHERE, "base_url": 7, "more": 1}}
    answer = ask(school, "POST", "/connections", json=body)
    assert {"base_url", "more"} <= fields(answer)
    assert SECRET not in answer.text
    assert fields(ask(school, "POST", "/connections", json={"platform": "skype", "name": "x"})) == {"platform"}
    assert ask(school, "GET", "/connections").json()["items"] == []


def test_a_check_tells_what_is_wrong_in_three_languages(school: House) -> None:
    answer = ask(school, "POST", f"/connections/{school.connect()}/check")
    assert answer.status_code == 200
    told = answer.json()
    assert told["ok"] is False  # nobody answers there
    assert all(finding["detail"].keys() == {"zh", "vi", "en"} for finding in told["findings"])
    assert ask(school, "POST", "/connections/nothing/check").status_code == 404


@pytest.mark.parametrize("role", [UserRole.TEACHER, UserRole.CO_GUARD])
def test_connections_are_for_school_it(school: House, role: UserRole) -> None:
    body = {"platform": "drill", "name": "x", "settings": NOWHERE}
    assert ask(school, "POST", "/connections", role, json=body).status_code == 403
    assert ask(school, "GET", "/connections", role).status_code == 403
    assert ask(school, "POST", f"/connections/{school.connect()}/check", role).status_code == 403
    assert ask(school, "POST", "/courses", role, json={"name": "x", "connection": "y"}).status_code == 403


# --- courses ----------------------------------------------------------------------------------------------------------


def test_a_course_is_made_read_and_changed(school: House) -> None:
    made = school.course(roster=pupils(3))
    assert (made["meetings"], made["roster_version"]) == (["m-1"], 1)
    assert ask(school, "GET", f"/courses/{made['id']}").json() == made
    changed = ask(school, "PATCH", f"/courses/{made['id']}", json={"name": "7-4", "meetings": ["m-2"]})
    assert (changed.json()["name"], changed.json()["meetings"]) == ("7-4", ["m-2"])
    assert changed.json()["teachers"] == made["teachers"]


def test_a_meeting_that_is_taken_names_the_course(school: House) -> None:
    first = school.course()
    body = {"name": "x", "connection": first["connection"], "meetings": ["m-1"]}
    answer = ask(school, "POST", "/courses", json=body)
    assert answer.status_code == 409
    assert first["id"] in answer.json()["detail"]


def test_a_course_that_does_not_fit_is_not_made_at_all(school: House) -> None:
    room = school.connect()
    good = {"name": "x", "connection": room}
    bad: list[tuple[dict[str, Any], str]] = [
        ({"policy": {"preset": "nothing"}}, "preset"),
        ({"policy": {"no_rule": {}}}, "no_rule"),
        ({"policy": {"share_guard": {"who": "everybody and nobody"}}}, "share_guard.who"),
        ({"teachers": ["not a mail"]}, "teachers[0]"),
        ({"roster": [{"id": "a", "name": "b"}, {"id": "a", "name": "c"}]}, "roster[1].id"),
        ({"connection": "nothing"}, "connection"),
        ({"name": "a\nb"}, "name"),
        ({"extra": 1}, "extra"),
    ]
    for part, field in bad:
        assert field in fields(ask(school, "POST", "/courses", json={**good, **part}))
    assert ask(school, "GET", "/courses").json()["items"] == []


def test_teachers_see_their_own_courses_and_nothing_of_others(school: House) -> None:
    made = school.course()
    school.user(UserRole.TEACHER, "stranger")
    for path in ("", "/policy", "/roster"):
        assert ask(school, "GET", f"/courses/{made['id']}{path}", UserRole.TEACHER).status_code == 200
        refused = ask(school, "GET", f"/courses/{made['id']}{path}", UserRole.TEACHER, "stranger")
        missing = ask(school, "GET", f"/courses/000000000000{path}", UserRole.TEACHER, "stranger")
        assert refused.status_code == missing.status_code == 404
        assert {**refused.json(), "instance": ""} == {**missing.json(), "instance": ""}
    assert ask(school, "GET", "/courses", UserRole.TEACHER, "stranger").json()["items"] == []


def test_a_co_guard_reads_but_changes_nothing(school: House) -> None:
    made = school.course()
    path = f"/courses/{made['id']}"
    assert ask(school, "GET", f"{path}/policy", UserRole.CO_GUARD).status_code == 200
    assert ask(school, "PUT", f"{path}/policy", UserRole.CO_GUARD, json={"preset": "strict"}).status_code == 403
    assert ask(school, "PUT", f"{path}/roster", UserRole.CO_GUARD, json=[]).status_code == 403
    assert ask(school, "PATCH", path, UserRole.CO_GUARD, json={"name": "x"}).status_code == 403


def test_courses_page_by_cursor(school: House) -> None:
    room = school.connect()
    made = {school.course(connection=room, meetings=[f"m-{i}"])["id"] for i in range(5)}
    seen: list[str] = []
    after = ""
    for _ in range(5):
        page = ask(school, "GET", f"/courses?limit=2&after={after}").json()
        seen += [c["id"] for c in page["items"]]
        if not (after := page["next"]):
            break
    assert len(seen) == 5
    assert set(seen) == made
    assert fields(ask(school, "GET", "/courses?after=made-up")) == {"after"}
    for limit in ("0", "-1", "x", "201", str(2**70)):
        assert fields(ask(school, "GET", f"/courses?limit={limit}")) == {"limit"}


# --- policy -----------------------------------------------------------------------------------------------------------


def test_a_policy_is_replaced_as_a_whole_or_not(school: House) -> None:
    path = f"/courses/{school.course()['id']}/policy"
    first = ask(school, "GET", path)
    assert first.json() == {"preset": "lecture"}
    changed = ask(school, "PUT", path, json={"preset": "exam"}, headers={"if-match": first.headers["etag"]})
    assert changed.status_code == 200
    late = ask(school, "PUT", path, json={"preset": "strict"}, headers={"if-match": first.headers["etag"]})
    assert late.status_code == 409
    assert fields(ask(school, "PUT", path, json={"preset": "exam", "late_lock": {"minutes": -5}})) == {
        "late_lock.minutes"
    }
    assert ask(school, "GET", path).json() == {"preset": "exam"}
    assert fields(ask(school, "PUT", path, json={}, headers={"if-match": "x"})) == {"If-Match"}


def test_the_effective_policy_says_where_each_field_comes_from(school: House) -> None:
    made = school.course(policy={"preset": "lecture", "late_lock": {"minutes": 3}})
    told = ask(school, "GET", f"/courses/{made['id']}/policy?effective=1").json()
    assert told["late_lock"]["minutes"] == {"value": 3, "origin": "course"}
    assert {field["origin"] for rule in told.values() for field in rule.values()} == {"course", "preset", "default"}


# --- roster -----------------------------------------------------------------------------------------------------------


def test_a_roster_comes_back_as_it_was_sent(school: House) -> None:
    path = f"/courses/{school.course()['id']}/roster"
    sent = [{"id": "1", "name": "Nguyễn Đào", "aliases": ["Đào"], "accounts": ["dao@school.example", "t-1"]}]
    assert ask(school, "PUT", path, json=sent).json() == {"version": 2, "size": 1, "shrunk": False}
    assert ask(school, "GET", path).json() == sent


def test_a_roster_goes_out_and_comes_in_as_a_spreadsheet(school: House) -> None:
    path = f"/courses/{school.course()['id']}/roster"
    sent = [
        {"id": "1", "name": "王小明", "aliases": ["小明", "Ming"], "accounts": ["m@school.example"]},
        {"id": "2", "name": "=cmd|' /C calc'!A1", "aliases": ["-x"], "accounts": ["+8613800000000"], "staff": True},
    ]
    ask(school, "PUT", path, json=sent)
    sheet = ask(school, "GET", path, headers={"accept": "text/csv"})
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    cells = [cell for row in csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))) for cell in row]
    assert "王小明" in cells
    assert not [c for c in cells if c[:1] in "=+-@" and c]
    back = ask(school, "PUT", path, content=sheet.content, headers={"content-type": "text/csv"})
    assert back.status_code == 200
    assert ask(school, "GET", path).json() == sent


@pytest.mark.parametrize(
    "sheet",
    [
        "id,name,aliases,accounts\n1,王小明,小明;Ming,m@x.example\n".encode(),
        "\ufeff学号,姓名,别名,账号\r\n1,王小明,小明；Ming,m@x.example\r\n".encode(),
        "姓名,学号,账号,别名\n王小明,1,m@x.example,小明;Ming\n".encode("gb18030"),
        "Mã HS;Họ tên;Tên khác;Tài khoản;Lớp\n1;王小明;\"小明;Ming\";m@x.example;7A\n".encode(),
        "学号\t姓名\t别名\t账号\n1\t王小明\t小明;Ming\tm@x.example\n".encode("utf-16"),
        "\n\nHọ và tên,Mã học sinh,alias,email\n\n 王小明 , 1 ,小明; Ming ,m@x.example\n,,,\n".encode(),
        "ho\u0323 te\u0302n,id,aliases,accounts\n王小明,1,小明;Ming,m@x.example\n".replace("ho", "Ho").encode(),
    ],
)  # fmt: skip
def test_spreadsheets_as_schools_export_them(school: House, sheet: bytes) -> None:
    path = f"/courses/{school.course()['id']}/roster"
    taken = ask(school, "PUT", path, content=sheet, headers={"content-type": "text/csv; charset=utf-8"})
    assert taken.status_code == 200, taken.text
    assert ask(school, "GET", path).json() == [
        {"id": "1", "name": "王小明", "aliases": ["小明", "Ming"], "accounts": ["m@x.example"]}
    ]


@pytest.mark.parametrize(
    ("sheet", "where"),
    [
        (b"", "line 1"),
        (b"id,mail\n1,a@b.example\n", "line 1"),
        (b"id,id,name\n1,2,x\n", "line 1"),
        (b"id,name\n1,x\n2,\n", "line 3, name"),
        (b"id,name\n1,x\n1,y\n", "line 3, id"),
        (b"id,name\n\n1,x\n2,y,z\n", "line 4"),
        (b'id,name\n1,"two\nlines"\n', "line 3, name"),
        (b'id,name\n1,"open\n', "line 2"),
        (b'id,name\n1,x\n2,"a"b\n', "line 3"),
        (b"id,name\n1,\x00\n", "line 2"),
        (b"id,name\n1," + b"x" * 10_000 + b"\n", "line 2, name"),
        (b"id,name\n1," + b"x" * 200_000 + b"\n", "line 2"),
        (b"\xff\xff\xff\x81", "roster"),
        (b"id,name\n" + b"".join(b"%d,x\n" % i for i in range(5001)), "line 5002"),
        (b"id,name,accounts\n1,x,a\n2,y,A\n", "line 3, accounts"),
    ],
)
def test_a_wrong_spreadsheet_names_the_line(school: House, sheet: bytes, where: str) -> None:
    path = f"/courses/{school.course(roster=pupils(2))['id']}/roster"
    answer = ask(school, "PUT", path, content=sheet, headers={"content-type": "text/csv"})
    assert any(field.startswith(where) for field in fields(answer)), answer.text
    assert len(ask(school, "GET", path).json()) == 2


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/xml", b"<a/>", 415),
        ("application/json", b"{", 400),
        ("application/json", b"\xff\xfe", 400),
        ("application/json", b"[" * 100_000, 400),
        ("application/json", b"{}", 422),
        ("application/json", b"null", 422),
        ("application/json", b'[{"id": 1, "name": "x"}]', 422),
        ("application/json", b'[{"id": "1", "name": "x", "aliases": "y"}]', 422),
        ("application/json", b'[{"id": "1", "name": "x", "more": 1}]', 422),
        ("application/json", b'[{"id": "1", "name": "\\ud800"}]', 422),
        ("application/json", b'[{"id": "1", "name": "\\u0000"}]', 422),
    ],
)
def test_a_roster_that_cannot_be_read_changes_nothing(school: House, kind: str, body: bytes, status: int) -> None:
    path = f"/courses/{school.course(roster=pupils(2))['id']}/roster"
    answer = ask(school, "PUT", path, content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(ask(school, "GET", path).json()) == 2


def test_a_much_shorter_roster_waits_for_a_human(school: House) -> None:
    path = f"/courses/{school.course(roster=pupils(20))['id']}"
    assert ask(school, "PUT", f"{path}/roster", json=pupils(3)).json()["shrunk"] is True
    assert ask(school, "GET", path).json()["roster_shrunk"] is True
    assert ask(school, "PUT", f"{path}/roster?confirm_shrink=1", json=pupils(3)).json()["shrunk"] is False


def test_a_live_lesson_judges_by_a_new_roster_at_once(school: House) -> None:
    made = school.course(roster=pupils(2))
    lesson = school.lesson(made, "p-1")
    trust = [p["trust"] for p in ask(school, "GET", f"/lessons/{lesson}").json()["participants"]]
    assert trust == ["stranger"]
    added = [*pupils(2), {"id": "S9", "name": "name of p-1"}]
    ask(school, "PUT", f"/courses/{made['id']}/roster", json=added)
    detail = ask(school, "GET", f"/lessons/{lesson}").json()
    assert [(p["trust"], p["roster_id"]) for p in detail["participants"]] == [("claimed", "S9")]
    rows = ask(school, "GET", f"/lessons/{lesson}/timeline").json()["items"]
    assert [r["body"]["size"] for r in rows if r["kind"] == "roster.loaded"] == [3]


def test_a_live_lesson_follows_a_new_policy(school: House) -> None:
    made = school.course(policy={"preset": "open_day"}, roster=pupils(2))
    lesson = school.lesson(made, "p-1")

    def held() -> list[str]:
        rows = ask(school, "GET", f"/lessons/{lesson}/timeline?limit=500").json()["items"]
        return [
            r["body"]["action"]["target"]["id"]
            for r in rows
            if r["kind"] == "intent" and "target" in r["body"]["action"]
        ]

    assert held() == []
    answer = ask(school, "PUT", f"/courses/{made['id']}/policy", json={"preset": "strict"})
    assert answer.status_code == 200
    school.happens(made["connection"], "participant.joined", "p-2")
    assert "p-2" in held()


# --- lessons ----------------------------------------------------------------------------------------------------------


def test_a_lesson_shows_who_is_there_and_how_well_they_are_known(school: House) -> None:
    made = school.course(roster=[{"id": "S1", "name": "name of p-1"}])
    lesson = school.lesson(made, "p-1", "x")
    told = ask(school, "GET", f"/lessons/{lesson}", UserRole.TEACHER).json()
    assert (told["status"], told["course"], told["course_name"]) == ("live", made["id"], "7-3 数学")
    assert {p["id"]: (p["name"], p["trust"], p["facts"]) for p in told["participants"]} == {
        "p-1": ("name of p-1", "claimed", ["name"]), "x": ("name of x", "stranger", ["not_listed"]),
    }  # fmt: skip
    assert told["sight"] == {"ok": True, "reason": ""}
    assert told["mood"] in {"watching", "attack"}
    assert told["last_event"].endswith("Z")
    assert "locked" in told["switches"]


def test_lessons_are_listed_for_those_who_guard_them(school: House) -> None:
    lesson = school.lesson(school.course())
    school.user(UserRole.TEACHER, "stranger")

    def listed(query: str, role: UserRole = UserRole.IT, name: str = "") -> list[str]:
        return [found["id"] for found in ask(school, "GET", f"/lessons{query}", role, name).json()["items"]]

    assert listed("?status=live", UserRole.TEACHER) == listed("") == [lesson]
    assert listed("?status=ended") == listed("?course=nothing") == listed("", UserRole.TEACHER, "stranger") == []
    assert ask(school, "GET", f"/lessons/{lesson}", UserRole.TEACHER, "stranger").status_code == 404
    assert ask(school, "GET", f"/lessons/{lesson}/timeline", UserRole.TEACHER, "stranger").status_code == 404
    assert fields(ask(school, "GET", "/lessons?status=never")) == {"status"}


def test_the_timeline_continues_where_one_stopped(school: House) -> None:
    lesson = school.lesson(school.course(), "p-1", "p-2")
    whole = ask(school, "GET", f"/lessons/{lesson}/timeline").json()
    numbers = [row["number"] for row in whole["items"]]
    assert numbers == list(range(1, len(numbers) + 1))
    part = ask(school, "GET", f"/lessons/{lesson}/timeline?limit=2").json()
    rest = ask(school, "GET", f"/lessons/{lesson}/timeline?after={part['next']}").json()
    assert [r["number"] for r in part["items"] + rest["items"]] == numbers
    assert ask(school, "GET", f"/lessons/{lesson}/timeline?after=9999").json() == {"items": [], "next": 9999}
    for after in ("-1", "x", str(2**31), str(2**80)):
        assert fields(ask(school, "GET", f"/lessons/{lesson}/timeline?after={after}")) == {"after"}


def test_names_are_masked_for_it_once_the_lesson_is_over(school: House) -> None:
    made = school.course()
    lesson = school.lesson(made, "p-1")
    path = f"/lessons/{lesson}/timeline"
    assert "name of p-1" in ask(school, "GET", path).text
    school.happens(made["connection"], "lesson.ended")
    assert "name of p-1" not in ask(school, "GET", path).text
    assert "name of p-1" in ask(school, "GET", f"{path}?reveal=1").text
    assert "name of p-1" in ask(school, "GET", path, UserRole.TEACHER).text


# --- buttons ----------------------------------------------------------------------------------------------------------


def test_a_press_is_asked_of_the_platform_once(school: House) -> None:
    lesson = school.lesson(school.course(), "p-1")
    path = f"/lessons/{lesson}/buttons"
    first = ask(school, "POST", path, json={"button": "kick", "participant": "p-1", "key": "k-1"})
    assert first.status_code == 202
    assert len(first.json()["intents"]) == 1
    again = ask(school, "POST", path, json={"button": "kick", "participant": "p-1", "key": "k-1"})
    assert again.json() == first.json()
    rows = ask(school, "GET", f"/lessons/{lesson}/timeline").json()["items"]
    [pressed] = [row["body"] for row in rows if row["kind"] == "button.pressed"]
    assert (pressed["button"], pressed["by"]) == ("kick", school.user(UserRole.IT).id)


def test_without_a_key_every_press_counts(school: House) -> None:
    lesson = school.lesson(school.course(), "p-1")
    answers = [ask(school, "POST", f"/lessons/{lesson}/buttons", json={"button": "calm"}) for _ in range(2)]
    assert [a.status_code for a in answers] == [202, 202]
    assert answers[0].json()["intents"]


@pytest.mark.parametrize("button", [b.value for b in Button if b is not Button.END])
def test_every_button_answers_in_words(school: House, button: str) -> None:
    lesson = school.lesson(school.course(), "p-1")
    body = {"button": button, "participant": "p-1", "undo_of": "x"}
    answer = ask(school, "POST", f"/lessons/{lesson}/buttons", UserRole.TEACHER, json=body)
    assert answer.status_code == {"unban": 404, "undo": 404}.get(button, 202)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"button": "explode"}, 422),
        ({"button": ""}, 422),
        ({}, 422),
        ({"button": "kick"}, 422),
        ({"button": "kick", "participant": "nobody"}, 404),
        ({"button": "unban", "participant": "p-1"}, 404),
        ({"button": "undo"}, 422),
        ({"button": "undo", "undo_of": "nothing"}, 404),
        ({"button": "calm", "key": ""}, 422),
        ({"button": "calm", "key": "k" * 129}, 422),
        ({"button": "calm", "key": "a\x00"}, 422),
        ({"button": "kick", "participant": "x" * 10_000}, 422),
        ({"button": "calm", "more": 1}, 422),
        ({"button": 7}, 422),
        ([], 422),
    ],
)
def test_a_press_that_means_nothing_is_told_why(school: House, body: Any, status: int) -> None:
    lesson = school.lesson(school.course(), "p-1")
    answer = ask(school, "POST", f"/lessons/{lesson}/buttons", json=body)
    assert answer.status_code == status
    assert answer.json()["detail"]
    rows = ask(school, "GET", f"/lessons/{lesson}/timeline").json()["items"]
    assert not [row for row in rows if row["kind"] == "button.pressed"]


def test_a_co_guard_presses_everything_but_end(school: House) -> None:
    lesson = school.lesson(school.course(), "p-1")
    path = f"/lessons/{lesson}/buttons"
    assert ask(school, "POST", path, UserRole.CO_GUARD, json={"button": "calm"}).status_code == 202
    refused = ask(school, "POST", path, UserRole.CO_GUARD, json={"button": "end"})
    assert (refused.status_code, refused.json()["detail"]) == (403, "only a teacher of this course may do this")
    assert ask(school, "POST", path, UserRole.TEACHER, json={"button": "end"}).status_code == 202


def test_a_lesson_that_is_over_has_no_buttons(school: House) -> None:
    made = school.course()
    lesson = school.lesson(made, "p-1")
    school.happens(made["connection"], "lesson.ended")
    answer = ask(school, "POST", f"/lessons/{lesson}/buttons", json={"button": "calm"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "this lesson is over")


# --- hostile input ----------------------------------------------------------------------------------------------------

BODIES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/connections", {"platform": "drill", "name": "x", "settings": dict(NOWHERE)}),
    ("POST", "/courses", {"name": "x", "connection": "c", "meetings": ["m"], "teachers": ["a@b.example"],
                          "co_guards": [], "policy": {"preset": "lecture"}, "roster": []}),
    ("PATCH", "/courses/{course}", {"name": "x", "meetings": ["m"], "teachers": [], "co_guards": []}),
    ("PUT", "/courses/{course}/policy", {"preset": "lecture", "share_guard": {"who": "hosts"}}),
    ("POST", "/lessons/{lesson}/buttons", {"button": "calm", "participant": "p", "key": "k", "undo_of": "u"}),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path", "good"), BODIES, ids=[f"{m} {p}" for m, p, _ in BODIES])
def test_whatever_is_put_into_any_field_gets_a_clear_answer(
    school: House, method: str, path: str, good: dict[str, Any]
) -> None:
    made = school.course()
    where = path.format(course=made["id"], lesson=school.lesson(made, "p-1"))
    tried = 0
    for field in good:
        for nasty in NASTY:
            answer = send(school, method, where, {**good, field: nasty})
            assert answer.status_code < 500, (field, nasty, answer.text)
            assert answer.is_success or answer.json()["type"].startswith("urn:menshen:problem:")
            tried += 1
    for whole in NASTY:
        assert send(school, method, where, whole).status_code < 500, whole
    assert tried == len(good) * len(NASTY)


@pytest.mark.parametrize("nasty", NASTY)
def test_whatever_is_put_into_a_setting_or_a_roster_gets_a_clear_answer(school: House, nasty: Any) -> None:
    made = school.course()
    for field in NOWHERE:
        body = {"platform": "drill", "name": "x", "settings": {**NOWHERE, field: nasty}}
        assert send(school, "POST", "/connections", body).status_code < 500
    for field in ("id", "name", "aliases", "accounts", "staff"):
        entry = {"id": "1", "name": "x", field: nasty}
        assert send(school, "PUT", f"/courses/{made['id']}/roster", [entry]).status_code < 500
    for rule in ("roster_only", "late_lock", "share_guard", "restraint"):
        assert send(school, "PUT", f"/courses/{made['id']}/policy", {rule: nasty}).status_code < 500
        assert send(school, "PUT", f"/courses/{made['id']}/policy", {rule: {"mode": nasty}}).status_code < 500


@pytest.mark.parametrize("header", ["", "Bearer", "Basic eDp5", "Bearer a.b.c", "Bearer " + "x" * 5000])
def test_no_token_no_answer(school: House, header: str) -> None:
    for path in ("/connections", "/courses", "/lessons", "/ledger/head"):
        answer = school.client.get(f"/api/v1{path}", headers={"authorization": header})
        assert answer.status_code == 401
        assert answer.json()["type"] == "urn:menshen:problem:sign-in-needed"


def test_one_school_cannot_reach_into_another(school: House) -> None:
    made = school.course()
    lesson = school.lesson(made)
    other = school.desk.people.create_school(name="Other")
    spy = school.desk.people.create_user(other.id, mail="spy@other.example", name="Spy", role=UserRole.ADMIN)
    school.users["spy"] = spy
    for path in (f"/courses/{made['id']}", f"/courses/{made['id']}/roster", f"/lessons/{lesson}"):
        assert ask(school, "GET", path, UserRole.ADMIN, "spy").status_code == 404
    press = ask(school, "POST", f"/lessons/{lesson}/buttons", UserRole.ADMIN, "spy", json={"button": "end"})
    assert press.status_code == 404
    check = ask(school, "POST", f"/connections/{made['connection']}/check", UserRole.ADMIN, "spy")
    assert check.status_code == 404
    assert ask(school, "GET", "/connections", UserRole.ADMIN, "spy").json()["items"] == []


# --- the description --------------------------------------------------------------------------------------------------


def test_the_api_describes_itself(school: House) -> None:
    told = school.client.get("/api/openapi.json").json()
    promised = {
        "/api/v1/connections": {"get", "post"}, "/api/v1/connections/{connection}/check": {"post"},
        "/api/v1/courses": {"get", "post"}, "/api/v1/courses/{course}/policy": {"get", "put"},
        "/api/v1/courses/{course}/roster": {"get", "put"}, "/api/v1/lessons": {"get"},
        "/api/v1/lessons/{lesson}": {"get"}, "/api/v1/lessons/{lesson}/buttons": {"post"},
        "/api/v1/lessons/{lesson}/timeline": {"get"}, "/api/v1/ledger/head": {"get"},
    }  # fmt: skip
    for path, methods in promised.items():
        assert methods <= told["paths"][path].keys()
    assert all(path.startswith("/api/v1/") for path in told["paths"])
    operations = [op for methods in told["paths"].values() for op in methods.values()]
    assert all(op["tags"] and op["summary"] for op in operations)
    schemes = told["components"]["securitySchemes"].values()
    assert [scheme["scheme"] for scheme in schemes] == ["bearer"]
