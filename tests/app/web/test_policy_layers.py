"""The settings pages of the district and of a single lesson: who sees and changes them, and what they lead to."""

import re
from typing import Any

import httpx
import pytest

from app.store.desk import TokenKind, UserRole
from app.store.layers import Kept
from tests.app.web.houses import House
from tests.app.web.test_policy_pages import hidden, post, save, sign_in

DISTRICT = "/policy/district"
LOCK = {"late_lock": {"minutes": 8}, "locked": ["late_lock.minutes", "roster_only.strangers"]}


def rules(school: House, level: Kept, lesson: str = "") -> tuple[dict[str, Any], int]:
    return school.desk.layers.get(school.school.id, level, lesson)


def changed(school: House, page: str, **fields: str) -> httpx.Response:
    """Both steps."""
    look = post(school, page, **fields)
    assert look.status_code == 200, look.text
    return save(school, page, look)


def running(school: House) -> tuple[dict[str, Any], str]:
    """A class and its lesson."""
    made = school.course(policy={})
    return made, school.lesson(made, "p-1")


def links(html: str) -> set[str]:
    """Where a page leads to."""
    return {a for a in re.findall(r'href="(/[^"]*)"', html) if not a.startswith("/static/")}


# --- the district -----------------------------------------------------------------------------------------------------


def test_the_district_changes_the_rules_of_all_its_schools(school: House) -> None:
    other = school.desk.people.create_school(name="Second")
    sign_in(school, UserRole.DISTRICT)
    page = school.client.get(DISTRICT).text
    assert "What is saved here goes to 2 schools." in page
    assert "Lock: schools and classes may only be stricter" in page
    fields = {"late_lock.minutes": "8", "lock": "late_lock.minutes"}
    look = post(school, DISTRICT, **fields)
    for said in ("Rules of the district", "10 → <strong>8</strong>", "no recorded lessons were compared"):
        assert said in look.text
    assert rules(school, Kept.DISTRICT) == ({}, 0)  # nothing is saved by looking
    saved = save(school, DISTRICT, look)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{DISTRICT}?saved=1")
    wanted = {"late_lock": {"minutes": 8}, "locked": ["late_lock.minutes"]}
    assert rules(school, Kept.DISTRICT) == (wanted, 1)
    assert school.desk.layers.get(other.id, Kept.DISTRICT)[0] == wanted
    page = school.client.get(DISTRICT).text
    assert re.search(r'value="late_lock.minutes" checked', page)
    assert "from the district" in page


def test_the_district_finds_its_page_and_is_led_nowhere_else(school: House) -> None:
    running(school)
    sign_in(school, UserRole.DISTRICT)
    assert school.client.get("/lessons").headers["location"] == DISTRICT
    pages = {DISTRICT, "/policy"}
    for page in pages:
        answer = school.client.get(page)
        assert (answer.status_code, links(answer.text) | {page}) == (200, {"/", *pages})
    assert "Only school IT can change this" in school.client.get("/policy").text
    for path in ("/classes/none/policy", "/lessons/none/policy", "/terms", "/connections"):
        answer = school.client.get(path)
        assert answer.status_code == 404, path
        assert links(answer.text) <= {"/", "/lessons", DISTRICT}


def test_the_school_sees_what_the_district_has_locked(school: House) -> None:
    made, lesson = running(school)
    school.desk.layers.put(school.school.id, Kept.DISTRICT, LOCK, by="district")
    sign_in(school)
    for page in ("/policy", f"/classes/{made['id']}/policy", f"/lessons/{lesson}/policy"):
        told = school.client.get(page).text
        assert "locked by the district" in told
        assert 'max="8"' in told
        answer = post(school, page, **{"late_lock.minutes": "9"})
        assert (answer.status_code, 'id="problem-late_lock.minutes"' in answer.text) == (422, True)
        assert "Locked by the district at “8”: only stricter is possible here." in answer.text
    assert DISTRICT in links(school.client.get("/policy").text)
    above = school.client.get(DISTRICT).text
    assert "Only the district can change this; its schools may look." in above
    assert "<select" not in above
    assert "What is saved here" not in above


# --- a single lesson --------------------------------------------------------------------------------------------------


def test_it_sets_what_counts_in_one_lesson_only(school: House) -> None:
    made, lesson = running(school)
    school.desk.layers.put(school.school.id, Kept.SCHOOL, LOCK, by="it")
    sign_in(school)
    path = f"/lessons/{lesson}/policy"
    assert path in links(school.client.get(f"/classes/{made['id']}").text)
    assert path in links(school.client.get(f"/lessons/{lesson}").text)
    page = school.client.get(path).text
    for said in ("Rules for this lesson only", "These rules end with the lesson.", "locked by the school"):
        assert said in page
    for way in links(page):
        assert school.client.get(way, follow_redirects=True).status_code == 200, way
    assert "only stricter is possible here" in post(school, path, **{"roster_only.strangers": "watch"}).text
    assert rules(school, Kept.LESSON, lesson) == ({}, 0)
    saved = changed(school, path, **{"late_lock.minutes": "5", "quiet_start.minutes": "9"})
    assert (saved.status_code, saved.headers["location"]) == (303, f"{path}?saved=1")
    assert rules(school, Kept.LESSON, lesson)[0] == {"late_lock": {"minutes": 5}, "quiet_start": {"minutes": 9}}
    assert "from the lesson" in school.client.get(path).text
    assert "from the lesson" not in school.client.get(f"/classes/{made['id']}/policy").text


def test_when_the_lesson_is_over_its_rules_are(school: House) -> None:
    made, lesson = running(school)
    sign_in(school)
    path = f"/lessons/{lesson}/policy"
    look = post(school, path, preset="exam")
    school.happens(made["connection"], "lesson.ended")
    late = save(school, path, look)
    assert (late.status_code, "This lesson is over" in late.text) == (409, True)
    assert rules(school, Kept.LESSON, lesson) == ({}, 0)
    page = school.client.get(path)
    assert (page.status_code, "This lesson is over" in page.text, "<select" in page.text) == (200, True, False)
    assert path not in links(school.client.get(f"/lessons/{lesson}").text)
    assert path not in links(school.client.get(f"/classes/{made['id']}").text)


def test_a_change_is_tried_in_the_lessons_of_its_class(school: House) -> None:
    made, _ = running(school)
    school.happens(made["connection"], "lesson.ended")
    other = school.course(policy={})
    school.lesson(other, "p-2")
    school.happens(other["connection"], "lesson.ended")
    lesson = school.lesson(made)
    sign_in(school)
    told = post(school, f"/lessons/{lesson}/policy", **{"late_lock.minutes": "5"}).text
    assert "1 recorded lesson was looked at." in told
    assert "They are lessons of its class" in told
    told = post(school, "/policy", **{"late_lock.minutes": "5"}).text
    assert "2 recorded lessons were looked at." in told
    assert "They are of 2 classes." in told
    assert "left out" not in told


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "name", "seen", "lesson", "district"),
    [
        (UserRole.TEACHER, "", 200, 403, 403),
        (UserRole.CO_GUARD, "", 200, 403, 403),
        (UserRole.TEACHER, "elsewhere", 404, 404, 403),
        (UserRole.IT, "", 200, 200, 403),
        (UserRole.ADMIN, "", 200, 200, 403),
        (UserRole.DISTRICT, "", 404, 404, 200),
    ],
)
def test_who_may_see_and_change_them(
    school: House, role: UserRole, name: str, seen: int, lesson: int, district: int
) -> None:
    _, id = running(school)
    path = f"/lessons/{id}/policy"
    sign_in(school, role, name)
    csrf = school.form("/policy")
    assert school.client.get(DISTRICT).status_code == 200
    assert school.client.get(path).status_code == seen
    for page, allowed in ((path, lesson), (DISTRICT, district)):
        told = {"csrf": csrf, "step": "save", "document": '{"preset": "exam"}', "version": "0"}
        look = school.client.post(page, data={"csrf": csrf, "step": "look", "preset": "exam"})
        assert look.status_code == allowed
        assert school.client.post(page, data=told).status_code == (303 if allowed == 200 else allowed)
    assert rules(school, Kept.LESSON, id)[1] == (1 if lesson == 200 else 0)
    assert rules(school, Kept.DISTRICT)[1] == (1 if district == 200 else 0)


def test_a_lesson_of_another_school_does_not_exist(school: House) -> None:
    _, lesson = running(school)
    other = school.desk.people.create_school(name="Second", language="en")
    user = school.desk.people.create_user(other.id, mail="it@second.example", name="It", role=UserRole.IT)
    link = school.desk.tokens.issue(user, TokenKind.LINK, ttl=600)
    school.client.post(f"/signin/{link}", data={"csrf": school.form(f"/signin/{link}")})
    assert "Second" in school.client.get("/policy").text
    path = f"/lessons/{lesson}/policy"
    assert school.client.get(path).status_code == 404
    told = {"csrf": school.form("/policy"), "step": "save", "document": "{}", "version": "0"}
    assert school.client.post(path, data=told).status_code == 404
    assert rules(school, Kept.LESSON, lesson) == ({}, 0)


@pytest.mark.parametrize("level", [Kept.DISTRICT, Kept.LESSON])
def test_who_saves_late_sees_that_somebody_was_first(school: House, level: Kept) -> None:
    _, lesson = running(school)
    subject = lesson if level is Kept.LESSON else ""
    page = f"/lessons/{lesson}/policy" if subject else DISTRICT
    sign_in(school, UserRole.IT if subject else UserRole.DISTRICT)
    look = post(school, page, preset="exam")
    school.desk.layers.put(school.school.id, level, {"preset": "open_day"}, by="another", lesson=subject)
    late = save(school, page, look)
    assert (late.status_code, "Somebody else changed this meanwhile" in late.text) == (409, True)
    assert re.search(r'<option value="exam" selected', late.text)  # what was chosen is still there
    assert rules(school, level, subject)[0] == {"preset": "open_day"}


# --- whatever comes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", ["", "[]", "{", '{"preset": "\\ud800"}', '{"a": NaN}', "[" * 100_000])
@pytest.mark.parametrize("role", [UserRole.IT, UserRole.DISTRICT])
def test_a_second_step_that_was_tampered_with_changes_nothing(school: House, role: UserRole, document: str) -> None:
    _, lesson = running(school)
    page = DISTRICT if role is UserRole.DISTRICT else f"/lessons/{lesson}/policy"
    sign_in(school, role)
    for step in ("save", "again"):
        assert post(school, page, step=step, document=document, version="0").status_code == 422
    assert (rules(school, Kept.DISTRICT), rules(school, Kept.LESSON, lesson)) == (({}, 0), ({}, 0))


@pytest.mark.parametrize("id", ["nothing", "%00", "%2e%2e", "..%2fx", "x" * 3000, "%E2%80%AE", "'%20or%20''='"])
def test_a_lesson_that_is_not_there_is_not_found(school: House, id: str) -> None:
    sign_in(school)
    for path in (f"/lessons/{id}/policy", f"/classes/{id}/policy"):
        assert school.client.get(path).status_code == 404
        told = {"csrf": school.form("/policy"), "step": "look", "preset": "exam"}
        assert school.client.post(path, data=told).status_code == 404


def test_hostile_words_are_only_words(school: House) -> None:
    made = school.course(policy={}, name="<b>7-3</b> {{ 7*7 }}")
    lesson = school.lesson(made)
    sign_in(school)
    page = f"/lessons/{lesson}/policy"
    answer = post(school, page, **{"quiet_start.minutes": "<script>\u202e", "preset": "<b>", "lock": "<i>.x"})
    assert answer.status_code == 422
    for said in ("<b>", "<script>\u202e", "<i>"):
        assert said not in answer.text
    assert "{{ 7*7 }}" in answer.text


def test_a_lock_that_would_go_is_told_before_it_is_saved(school: House) -> None:
    school.desk.layers.put(school.school.id, Kept.DISTRICT, LOCK, by="district")
    sign_in(school, UserRole.DISTRICT)
    told = post(school, DISTRICT, **{"late_lock.minutes": "8", "lock": "late_lock.minutes"}).text
    assert "no longer locked: Class list only: Strangers" in told
    assert "> locked:" not in told
    assert "No value that is in force would change." not in told


def test_a_form_of_another_page_changes_nothing(school: House) -> None:
    sign_in(school, UserRole.DISTRICT)
    told = {"csrf": "made up", "step": "save", "document": '{"preset": "open_day"}'}
    assert school.client.post(DISTRICT, data=told).status_code == 403
    assert rules(school, Kept.DISTRICT) == ({}, 0)


@pytest.mark.parametrize(
    ("tag", "district", "lesson"),
    [
        ("zh-Hans", ("教育局规则", "所有学校", "此处留空的项"), ("仅本节课的规则", "随本节课结束而失效")),
        ("vi", ("Quy tắc của sở/phòng giáo dục", "Tất cả các trường"), ("Quy tắc riêng cho buổi học này",)),
        ("en", ("Rules of the district", "All schools"), ("Rules for this lesson only",)),
    ],
)
def test_the_pages_in_each_language(
    school: House, tag: str, district: tuple[str, ...], lesson: tuple[str, ...]
) -> None:  # fmt: skip
    _, id = running(school)
    sign_in(school)
    for path, words in ((DISTRICT, district), (f"/lessons/{id}/policy", lesson)):
        page = school.client.get(f"{path}?lang={tag}").text
        for said in words:
            assert said in page
    look = post(school, f"/lessons/{id}/policy?lang={tag}", preset="exam")
    assert f'<html lang="{tag}">' in look.text
    assert hidden(look)["document"] == '{"preset": "exam"}'
