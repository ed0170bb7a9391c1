"""Errors as programs and people get them."""

import pytest
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from app.domain import errors as e
from app.pipeline import Overloaded
from app.web import errors
from app.web.auth import SignInNeeded
from app.web.auth.rights import Stale
from tests.app.web.houses import House


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (e.Invalid(problems=(("name", "x"),)), 422, "invalid"),
        (e.NotFound(), 404, "not-found"),
        (e.NotAllowed("no"), 403, "not-allowed"),
        (Stale(), 403, "stale"),
        (e.Conflict("a"), 409, "conflict"),
        (e.Duplicate(), 409, "duplicate"),
        (e.NotAuthentic("zoom"), 401, "not-authentic"),
        (e.Malformed("zoom"), 400, "malformed"),
        (e.Gone("zoom"), 410, "gone"),
        (e.Refused("zoom"), 502, "platform-refused"),
        (e.Transient("zoom", retry_after=7.2), 503, "platform-busy"),
        (Overloaded("x"), 503, "overloaded"),
        (SignInNeeded(), 401, "sign-in-needed"),
        (OperationalError("select secret", {}, Exception("locked")), 503, "storage-busy"),
        (HTTPException(413, "at most 9 bytes"), 413, "too-large"),
        (HTTPException(418), 418, "http-418"),
        (RequestValidationError([{"loc": ("body", "name"), "msg": "text", "input": "\ud800"}]), 422, "invalid"),
        (ZeroDivisionError("the secret token"), 500, "unexpected"),
    ],
)  # fmt: skip
def test_every_error_has_its_status_and_its_stable_type(error: Exception, status: int, name: str) -> None:
    problem = errors.problem_of(error)
    assert (problem.status, problem.type) == (status, f"urn:menshen:problem:{name}")
    body = bytes(errors.document(problem, instance="/api/v1/x").body).decode()
    assert "secret" not in body


def test_busy_says_when_to_come_again() -> None:
    answer = errors.document(errors.problem_of(e.Transient("zoom", retry_after=7.2)), instance="/")
    assert answer.headers["retry-after"] == "8"
    assert errors.document(errors.problem_of(Overloaded("x")), instance="/").headers["retry-after"] == "1"


def test_our_own_mistake_has_a_number_and_no_story() -> None:
    first, second = (errors.problem_of(KeyError("password")) for _ in range(2))
    assert first.incident
    assert first.incident != second.incident
    assert "password" not in repr(first)


def test_a_problem_document_is_complete(school: House) -> None:
    answer = school.client.post("/api/v1/courses", json={"name": 7}, headers=school.token())
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["status"], told["instance"]) == (422, "/api/v1/courses")
    assert {p["field"] for p in told["problems"]} == {"name", "connection"}


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/courses/nothing", "/api/nothing"])
def test_what_is_not_there_is_a_problem_for_a_program(school: House, path: str) -> None:
    answer = school.client.get(path, headers=school.token())
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:menshen:problem:not-found")


def test_a_missing_token_is_asked_for(school: House) -> None:
    answer = school.client.get("/api/v1/courses")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert school.client.get("/metrics").status_code == 401


def test_a_wrong_method_names_the_right_ones(school: House) -> None:
    answer = school.client.delete("/api/v1/courses", headers=school.token())
    assert answer.status_code == 405
    assert answer.json()["type"] == "urn:menshen:problem:method-not-allowed"


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "这里"), ("vi", "không"), ("en", "nothing here")])
def test_people_get_a_page_in_their_language(school: House, language: str, words: str) -> None:
    answer = school.client.get("/nothing-here", headers={"accept-language": language})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert words in answer.text


def test_a_page_that_needs_somebody_leads_to_the_sign_in_and_back(school: House) -> None:
    answer = school.client.get("/incidents")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin?next=/incidents")
    part = school.client.get("/incidents", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/signin")


def test_whatever_is_in_the_address_is_shown_as_text(school: House) -> None:
    answer = school.client.get("/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("path", ["/%00", "/%ff", "/lessons/%00", "/signin/%0d%0aSet-Cookie:x", "/api/v1/lessons/%ff"])
def test_broken_addresses_are_answered_calmly(school: House, path: str) -> None:
    assert school.client.get(path, headers=school.token()).status_code < 500
