"""The school's own terms: over the API, on the page, and in the lessons that are judged by them."""

import time
from typing import Any

import httpx
import pytest

from app.store.desk import UserRole
from tests.app.web.houses import House
from tests.app.web.test_office_pages import post, sign_in

OWN = [{"severity": "strong", "language": "en", "term": "blorp", "note": "ours"}]
CSV = {"content-type": "text/csv"}


def ask(school: House, method: str, role: UserRole = UserRole.IT, **more: Any) -> httpx.Response:
    headers = school.token(role) | more.pop("headers", {})
    return school.client.request(method, "/api/v1/terms", headers=headers, **more)


def problems(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {p["field"]: p["problem"] for p in answer.json()["problems"]}


def test_they_are_read_back_as_they_were_written(school: House) -> None:
    assert ask(school, "GET").json() == []
    answer = ask(school, "PUT", json=OWN)
    assert answer.json() == {"version": 1, "size": 1}
    assert (ask(school, "GET").json(), ask(school, "GET").headers["etag"]) == (OWN, '"1"')
    sheet = ask(school, "GET", headers={"accept": "text/csv"})
    assert sheet.content.decode("utf-8-sig").splitlines() == ["severity,language,term,note", "strong,en,blorp,ours"]
    assert ask(school, "PUT", content=sheet.content, headers=CSV).json() == {"version": 2, "size": 1}
    assert ask(school, "GET").json() == OWN


def test_the_built_in_lists_can_be_read(school: House) -> None:
    told = ask(school, "GET", params={"built_in": "1"}).json()
    assert {line["language"] for line in told} == {"zh", "vi", "en", "-"}


def test_who_has_read_an_older_version_overwrites_nothing(school: House) -> None:
    ask(school, "PUT", json=OWN)
    assert ask(school, "PUT", json=[], headers={"if-match": '"0"'}).status_code == 409
    assert ask(school, "PUT", json=[], headers={"if-match": '"1"'}).json() == {"version": 2, "size": 0}
    assert school.desk.terms.version(school.school.id, 1).text.startswith("strong\ten\tblorp")


@pytest.mark.parametrize("role", [UserRole.TEACHER, UserRole.CO_GUARD])
def test_they_are_for_school_it(school: House, role: UserRole) -> None:
    assert ask(school, "GET", role).status_code == 403
    assert ask(school, "PUT", role, json=OWN).status_code == 403
    sign_in(school, role)
    assert school.client.get("/terms").status_code == 403
    assert 'href="/terms"' not in school.client.get("/lessons").text


def test_every_wrong_line_is_told_at_once_and_the_old_list_stays(school: House) -> None:
    ask(school, "PUT", json=OWN)
    lines = (
        "severity,language,term,note", "strong,en,fine word,", "strong,en,,", "strong,en,a,", "weak,zh,的,",
        "strong,en,*,", "strong,en,...,", "strong,en,ab*,", "weak,en,x*y,", f"weak,en,{'long' * 30},",
        "weak,en,bad\x07bell,", "weak,en,hid\u200bden,", "weak,en,FINE  WORD,",
        "hard,en,word,", "weak,fr,mot,", "off,en,no such word,",
        "site,-,https://x.example/y,", "weak,vi,không,", '"weak",en,"tab\tbed",', "weak,en,good,note",
    )  # fmt: skip
    told = problems(ask(school, "PUT", content="\n".join(lines).encode(), headers=CSV))
    assert sorted(told, key=lambda line: int(line.split()[1])) == [f"line {n}" for n in range(3, 20)]
    assert "everything" in told["line 3"]
    assert told["line 13"] == "the same as line 2"
    assert "seen" in told["line 11"]
    assert ask(school, "GET").json() == OWN


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{", {"content-type": "application/json"}),
        (b"[1, {}, {\"severity\": 1}]", {"content-type": "application/json"}),
        (b"severity,term\nweak,x", CSV),
        (b"", CSV),
        (b'severity,language,term\nweak,en,"open', CSV),
        (b"severity,language,term\nweak,en,word,more,cells", CSV),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused(school: House, body: bytes, headers: dict[str, str]) -> None:
    assert ask(school, "PUT", content=body, headers=headers).status_code in (400, 422)
    assert ask(school, "GET").json() == []


def test_a_hundred_thousand_lines(school: House) -> None:
    letters = "bcdfghjklmnpqrstvwxz"

    def word(n: int) -> str:
        return "".join(letters[n // 20**place % 20] for place in range(5))

    lines = ["severity,language,term,note", *(f"weak,en,zz{word(n)}," for n in range(100_000))]
    begun = time.perf_counter()
    answer = ask(school, "PUT", content="\n".join(lines).encode(), headers=CSV, timeout=60)
    assert answer.json() == {"version": 1, "size": 100_000}
    assert time.perf_counter() - begun < 30
    lines.append("weak,en,onemore,")
    assert problems(ask(school, "PUT", content="\n".join(lines).encode(), headers=CSV, timeout=60))
    sign_in(school)
    assert "zzbbbbb" in school.client.get("/terms").text


def test_a_lesson_follows_from_its_next_line_on(school: House) -> None:
    course = school.course(policy={"preset": "lecture", "quiet_start": {"mode": "off"}, "roster_only": {"mode": "off"}})
    connection = course["connection"]
    school.happens(connection, "lesson.started")
    school.happens(connection, "participant.joined", "p1")

    def said() -> int:
        school.happens(connection, "chat.posted", "p1", message={"id": "m", "text": "you blorp"})
        lesson = school.client.get("/api/v1/lessons", headers=school.token()).json()["items"][0]["id"]
        rows = school.client.get(f"/api/v1/lessons/{lesson}/timeline", headers=school.token()).text
        return rows.count('"abuse')

    before = said()
    ask(school, "PUT", json=OWN)
    assert before == 0
    assert said() > 0


class TestThePage:
    """What school IT does without script."""

    def test_a_word_is_added_and_removed(self, school: House) -> None:
        sign_in(school)
        answer = post(school, "/terms/add", "/terms", severity="weak", language="en", term=" Blorp ", note="ours")
        assert (answer.status_code, answer.headers["location"]) == (303, "/terms#own")
        assert "Blorp" in school.client.get("/terms").text
        assert post(school, "/terms/remove", "/terms", severity="weak", term="Blorp").status_code == 303
        assert "Blorp" not in school.client.get("/terms").text
        assert [c.size for c in school.desk.terms.changes(school.school.id)] == [0, 1]

    def test_what_does_not_fit_is_said(self, school: House) -> None:
        sign_in(school)
        answer = post(school, "/terms/add", "/terms", severity="weak", language="en", term="*")
        assert answer.status_code == 422
        assert "it would match everything" in answer.text

    def test_a_built_in_word_is_found_and_switched_off(self, school: House) -> None:
        sign_in(school)
        assert "idiot" not in school.client.get("/terms").text  # nobody reads insults by opening a page
        assert "idiot" in school.client.get("/terms?q=idiot").text
        post(school, "/terms/add", "/terms", severity="off", language="en", term="idiot")
        assert "off: the built-in word is not used" in school.client.get("/terms?q=idiot&lang=en").text

    def test_a_file_replaces_the_words_or_none(self, school: House) -> None:
        sign_in(school)
        token = school.form("/terms")
        for body, status in (
            (b"severity,language,term\nweak,en,blorp\n", 303),
            (b"severity,language,term\nweak,en,*\n", 422),
        ):
            sent = {"file": ("terms.csv", body, "text/csv")}
            assert school.client.post("/terms/file", data={"csrf": token}, files=sent).status_code == status
        sheet = school.client.get("/terms/terms.csv")
        assert "blorp" in sheet.text
        assert sheet.headers["content-disposition"].startswith("attachment;")

    def test_a_change_needs_a_form_of_ours(self, school: House) -> None:
        sign_in(school)
        data = {"csrf": "made up", "severity": "weak", "language": "en", "term": "blorp"}
        assert school.client.post("/terms/add", data=data).status_code == 403

    def test_it_speaks_three_languages(self, school: House) -> None:
        sign_in(school)
        for tag, said in (("zh-Hans", "本校词语"), ("vi", "Từ ngữ của trường"), ("en", "Words of your school")):
            assert said in school.client.get(f"/terms?lang={tag}").text
