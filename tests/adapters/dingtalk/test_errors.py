"""What a failing call turns into: one table of vendor codes, which wins over the HTTP status."""

import asyncio
import json
from typing import Any

import pytest

from adapters.dingtalk.errors import FAULTS, checked, code_of, is_stale
from adapters.http import Answer
from app.domain.actions import Action
from app.domain.actions import ActionKind as Kind
from app.domain.errors import AdapterError, Gone, Refused, Transient
from tests.adapters.dingtalk.cloud import KEY, Cloud, Refusal, connected

EXPECTED: dict[type[AdapterError], set[str]] = {
    Transient: {
        "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi",
        "Forbidden.AccessDenied.QpsLimitForApi", "Forbidden.AccessDenied.QpmLimitForApi", "commandError",
        "systemError", "innerSystemError", "system.error", "-1", "90002", "90018",
    },
    Gone: {
        "unknownUserError", "confClosed", "resourceClose", "roomClosed", "roomNotFound", "resourceCancel",
        "invalidScheduleConferenceId", "scheduleConferenceIdError", "invalidRoomCode", "60003", "60121",
    },
}  # fmt: skip
ROWS = [(code, next((e for e, codes in EXPECTED.items() if code in codes), Refused)) for code in FAULTS]
LEGACY = [(code, error) for code, error in ROWS if code.lstrip("-").isdigit()]
NEW = [(code, error) for code, error in ROWS if not code.lstrip("-").isdigit()]


def answered(document: Any, status: int = 200, **headers: str) -> Answer:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Answer(status=status, headers=headers, body=body)


def failure(answer: Answer, *secrets: str) -> AdapterError:
    with pytest.raises(AdapterError) as failed:
        checked(answer, secrets)
    return failed.value


def test_the_table_has_every_code_of_the_vendors_pages() -> None:
    assert set().union(*EXPECTED.values()) <= FAULTS.keys()
    named = """
        InvalidAuthentication invalidClientIdOrSecret authFailed paramsError paramError param.error paramsTitleError
        noPermission permissionError orgAccessForbidden waterLimitError creatorUidError userNotInOrg recordStartError
        recordStopError recordStartPermissionError recordStopPermissionError missingRoomCode InvalidAction.NotFound
        Forbidden.AccessDenied.IpNotInWhiteList Forbidden.AccessDenied.ApiCountLimitForOrg
        Forbidden.AccessDenied.AccessTokenPermissionDenied 20001 40014 90020 310000 410100
    """
    assert set(named.split()) <= FAULTS.keys()


@pytest.mark.parametrize("status", [400, 403, 404, 500])
@pytest.mark.parametrize(("code", "error"), NEW)
def test_a_code_decides_whatever_the_status(code: str, error: type[AdapterError], status: int) -> None:
    failed = failure(answered({"code": code, "message": "x", "requestid": "R"}, status))
    assert type(failed) is error
    assert failed.code == code
    assert code in failed.detail


@pytest.mark.parametrize(("code", "error"), LEGACY)
def test_the_old_api_says_its_errors_with_200(code: str, error: type[AdapterError]) -> None:
    plain = failure(answered({"errcode": int(code), "errmsg": "x"}))
    deep = failure(answered({"errcode": 88, "sub_code": code, "sub_msg": "x", "errmsg": "ding talk error"}))
    assert type(plain) is type(deep) is error
    assert plain.code == deep.code == code


@pytest.mark.parametrize("code", ["Forbidden.AccessDenied.QpsLimitForApi", "Forbidden.AccessDenied.QpmLimitForApi"])
def test_flow_control_waits_a_second_unless_told_longer(code: str) -> None:
    failed = failure(answered({"code": code}, 403))
    assert isinstance(failed, Transient)
    assert failed.retry_after == 1.0
    told = failure(answered({"code": code}, 403, **{"retry-after": "9"}))
    assert isinstance(told, Transient)
    assert told.retry_after == 9.0


@pytest.mark.parametrize(
    ("wall", "wait"), [({"wait": 5}, 5.0), ({"wait": 10**9}, 300.0), ({}, None), ({"wait": "x"}, None)]
)
def test_a_wall_in_front_of_the_api_is_waited_for(wall: dict[str, Any], wait: float | None) -> None:
    failed = failure(answered({"status": 1111, "url": "https://example.com/verify", **wall}))
    assert isinstance(failed, Transient)
    assert failed.retry_after == wait


@pytest.mark.parametrize("member", ["accessdenieddetail", "AccessDeniedDetail"])
def test_a_missing_permission_is_named(member: str) -> None:
    scopes = {"requiredScopes": ["VideoConference.Conference.Write", "qyapi_robot_sendmsg", "<script>", 5]}
    body = {"code": "Forbidden.AccessDenied.AccessTokenPermissionDenied", member: scopes}
    failed = failure(answered(body, 403))
    assert "(VideoConference.Conference.Write, qyapi_robot_sendmsg)" in failed.detail


def test_the_old_api_names_it_in_its_sentence() -> None:
    told = "应用尚未开通所需的权限：[qyapi_addresslist_edu_read]，点击链接申请"
    assert (
        "(qyapi_addresslist_edu_read)"
        in failure(answered({"errcode": 88, "sub_code": "60011", "sub_msg": told})).detail
    )


@pytest.mark.parametrize(("status", "error"), [(400, Refused), (403, Refused), (404, Gone), (500, Transient)])
def test_an_unknown_code_is_judged_by_its_status_and_keeps_the_vendors_words(
    status: int, error: type[AdapterError]
) -> None:
    failed = failure(answered({"code": "somethingNew", "message": "words " * 100}, status))
    assert type(failed) is error
    assert failed.code == "somethingNew"
    assert "words" in failed.detail
    assert len(failed.detail) < 200


@pytest.mark.parametrize(
    "document", [{"code": "somethingNew", "message": "m {}"}, {"code": "x{}"}, {"errcode": 7, "errmsg": "{}"}]
)
def test_a_secret_that_is_echoed_is_cut_out(document: dict[str, Any]) -> None:
    secret = "tok-secret-000001"
    echoed = {k: v.format(secret) if isinstance(v, str) else v for k, v in document.items()}
    failed = failure(answered(echoed, 400), secret)
    assert secret not in f"{failed!r} {failed.code}"


def test_a_scope_is_no_hiding_place_for_a_secret() -> None:
    body = {"code": "Forbidden.AccessDenied.AccessTokenPermissionDenied",
            "accessdenieddetail": {"requiredScopes": ["secret0001"]}}  # fmt: skip
    assert "secret0001" not in failure(answered(body, 403), "secret0001").detail


YES: tuple[dict[str, Any], ...] = (
    {"success": True}, {}, {"code": 200, "cause": "sucess"}, {"code": "200"}, {"code": "0"},
    {"errcode": 0, "errmsg": "ok"}, {"code": None}, {"code": []},
)  # fmt: skip


@pytest.mark.parametrize("document", YES)
def test_a_yes_in_any_of_its_forms_is_a_yes(document: dict[str, Any]) -> None:
    assert checked(answered(document), ()) == document
    assert code_of(document) == ""


def test_a_yes_that_says_no_is_refused() -> None:
    assert type(failure(answered({"success": False}))) is Refused


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"1", b'"ok"', b"\xff{}", b"[" * 100_000, b"<html>"])
def test_a_page_instead_of_an_answer_is_worth_another_try(body: bytes) -> None:
    assert type(failure(answered(body))) is Transient


@pytest.mark.parametrize(
    "answer",
    [answered({"code": "InvalidAuthentication"}, 400), answered(b"", 401), answered({"errcode": 40014}),
     answered({"errcode": 88, "sub_code": "40014"}), answered({"errcode": 88, "sub_code": 42001})],
)  # fmt: skip
def test_a_dead_token_is_known_in_all_its_forms(answer: Answer) -> None:
    assert is_stale(answer)


@pytest.mark.parametrize(
    "answer", [answered({"code": "paramsError"}, 400), answered({"errcode": 88}), answered(b"", 403)]
)
def test_other_refusals_ask_for_no_new_token(answer: Answer) -> None:
    assert not is_stale(answer)


def test_a_token_that_is_refused_again_and_again_is_asked_for_twice_and_no_more() -> None:
    cloud = Cloud(script=[Refusal("InvalidAuthentication")] * 9)

    async def run() -> None:
        async with connected(cloud) as adapter:
            await adapter.perform(KEY, Action(kind=Kind.LOCK))

    with pytest.raises(Refused, match="access token"):
        asyncio.run(run())
    assert (cloud.granted, len(cloud.asked)) == (2, 2)
