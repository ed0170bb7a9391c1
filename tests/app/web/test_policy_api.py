"""Policies over the API: four layers with versions, what is in force, who may change what, and clear refusals."""

from typing import Any

import httpx
import pytest

from app.store.desk import UserRole
from tests.app.web.houses import House

LOCK = {"roster_only": {"strangers": "hold"}, "locked": ["roster_only.strangers"]}


def ask(school: House, method: str, path: str, role: UserRole = UserRole.IT, **more: Any) -> httpx.Response:
    headers = school.token(role) | more.pop("headers", {})
    return school.client.request(method, f"/api/v1{path}", headers=headers, **more)


def problems(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {item["field"]: item["problem"] for item in answer.json()["problems"]}


def test_each_layer_is_read_replaced_and_versioned(school: House) -> None:
    made = school.course(policy={})
    lesson = school.lesson(made, "p-1")
    for path in ("/policy", f"/courses/{made['id']}/policy", f"/lessons/{lesson}/policy"):
        before = ask(school, "GET", path)
        assert (before.status_code, before.json()) == (200, {})
        put = ask(school, "PUT", path, json={"preset": "exam"}, headers={"if-match": before.headers["etag"]})
        assert (put.status_code, put.json()) == (200, {"preset": "exam"})
        late = ask(school, "PUT", path, json={}, headers={"if-match": before.headers["etag"]})
        assert (late.status_code, late.json()["type"]) == (409, "urn:menshen:problem:conflict")
        assert ask(school, "GET", path).headers["etag"] == put.headers["etag"]
        assert problems(ask(school, "PUT", path, json={"late_lock": {"minutes": 999}})).keys() == {"late_lock.minutes"}
        assert ask(school, "GET", path).json() == {"preset": "exam"}  # what was in force stayed


def test_what_is_in_force_says_where_from_and_who_locked_it(school: House) -> None:
    made = school.course(policy={"late_lock": {"minutes": 3}})
    lesson = school.lesson(made, "p-1")
    assert ask(school, "PUT", "/policy/district", UserRole.DISTRICT, json=LOCK).status_code == 200
    assert ask(school, "PUT", "/policy", json={"share_guard": {"who": "roster"}}).status_code == 200
    assert ask(school, "PUT", f"/lessons/{lesson}/policy", json={"quiet_start": {"minutes": 9}}).status_code == 200
    told = ask(school, "GET", f"/lessons/{lesson}/policy?effective=1", UserRole.TEACHER).json()
    assert told["roster_only"]["strangers"] == {"value": "hold", "origin": "district", "locked_by": "district"}
    assert told["share_guard"]["who"] == {"value": "roster", "origin": "school"}
    assert told["late_lock"]["minutes"] == {"value": 3, "origin": "course"}
    assert told["quiet_start"]["minutes"] == {"value": 9, "origin": "lesson"}
    school_wide = ask(school, "GET", "/policy?effective=1").json()
    assert school_wide["late_lock"]["minutes"] == {"value": 10, "origin": "preset"}


def test_loosening_a_lock_is_refused_with_layer_field_and_what_is_allowed(school: House) -> None:
    made = school.course(policy={})
    ask(school, "PUT", "/policy", json=LOCK)
    path = f"/courses/{made['id']}/policy"
    said = problems(ask(school, "PUT", path, json={"roster_only": {"strangers": "watch"}}))
    assert said == {"roster_only.strangers": "the school has locked this at hold: "
                    "the course may make it stricter, not looser"}  # fmt: skip
    assert ask(school, "PUT", path, json={"roster_only": {"strangers": "deny"}}).status_code == 200
    loose = {"name": "x", "connection": made["connection"], "policy": {"roster_only": {"strangers": "watch"}}}
    assert problems(ask(school, "POST", "/courses", json=loose)).keys() == {"roster_only.strangers"}


def test_a_later_lock_makes_no_course_invalid(school: House) -> None:
    made = school.course(policy={"roster_only": {"strangers": "watch"}})
    assert ask(school, "PUT", "/policy", json=LOCK).status_code == 200
    told = ask(school, "GET", f"/courses/{made['id']}/policy?effective=1").json()["roster_only"]["strangers"]
    assert (told["value"], told["overruled"]) == ("hold", {"origin": "course", "value": "watch"})


@pytest.mark.parametrize(
    ("role", "school_layer", "course", "district", "look"),
    [
        (UserRole.TEACHER, 403, 403, 403, 200),
        (UserRole.CO_GUARD, 403, 403, 403, 200),
        (UserRole.IT, 200, 200, 403, 200),
        (UserRole.ADMIN, 200, 200, 403, 200),
        (UserRole.DISTRICT, 404, 404, 200, 200),
    ],
)
def test_who_may_change_what(
    school: House, role: UserRole, school_layer: int, course: int, district: int, look: int
) -> None:
    made = school.course(policy={})
    assert ask(school, "PUT", "/policy", role, json={}).status_code == school_layer
    assert ask(school, "PUT", f"/courses/{made['id']}/policy", role, json={}).status_code == course
    assert ask(school, "PUT", "/policy/district", role, json={}).status_code == district
    assert {ask(school, "GET", path, role).status_code for path in ("/policy", "/policy/district")} == {look}


def test_the_district_sees_no_lesson_and_no_pupil(school: House) -> None:
    made = school.course(roster=[{"id": "S1", "name": "x"}])
    lesson = school.lesson(made, "p-1")
    for path in (f"/courses/{made['id']}", f"/courses/{made['id']}/roster", f"/lessons/{lesson}",
                 f"/lessons/{lesson}/timeline", f"/courses/{made['id']}/policy"):  # fmt: skip
        assert ask(school, "GET", path, UserRole.DISTRICT).status_code == 404
    for path in ("/courses", "/lessons"):
        assert ask(school, "GET", path, UserRole.DISTRICT).json()["items"] == []


def test_the_district_speaks_to_all_its_schools(school: House) -> None:
    other = school.desk.people.create_school(name="Second")
    assert ask(school, "PUT", "/policy/district", UserRole.DISTRICT, json=LOCK).status_code == 200
    assert school.desk.layers.stack(other.id) == (("district", LOCK),)


@pytest.mark.parametrize("document", [[], "x", 7, None, {"locked": 7}, {"locked": [[]]}, {"late_lock": [1]}, {"a": {}}])
def test_whatever_is_sent_gets_a_clear_answer(school: House, document: Any) -> None:
    made = school.course()
    lesson = school.lesson(made, "p-1")
    for path in ("/policy", f"/lessons/{lesson}/policy"):
        assert ask(school, "PUT", path, json=document).status_code == 422
    assert ask(school, "PUT", "/policy/district", UserRole.DISTRICT, json=document).status_code == 422


def test_the_policy_of_a_lesson_that_is_not_there_or_over(school: House) -> None:
    made = school.course()
    lesson = school.lesson(made, "p-1")
    assert ask(school, "PUT", "/lessons/nothing/policy", json={}).status_code == 404
    school.happens(made["connection"], "lesson.ended")
    assert ask(school, "PUT", f"/lessons/{lesson}/policy", json={}).status_code == 409
