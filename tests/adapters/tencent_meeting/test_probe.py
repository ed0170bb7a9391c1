"""The check of a connection: what works, what does not, and what only the school's own tenant can tell."""

import asyncio
import time
from typing import Any

import pytest
from aiohttp import web

from adapters.health import Finding, Health
from tests.adapters.probing import findings, said
from tests.adapters.tencent_meeting.cloud import MEETING, Cloud, Refusal, connected, row
from tests.adapters.tencent_meeting.vectors import AES_KEY

UNKNOWN = {"events_subscribed", "operator_present", "ban_binding", "quota_left"}


def probe(cloud: Cloud, **more: Any) -> Health:
    async def run() -> Health:
        async with connected(cloud, **more) as adapter:
            return await adapter.probe()

    return asyncio.run(run())


def cloud(**more: Any) -> Cloud:
    usual: dict[str, Any] = {"clock": time.time, "inside": [row("bXM=", 1)]}
    return Cloud(**(usual | more))


def test_a_good_connection_is_fine_but_for_what_nobody_can_ask() -> None:
    classroom = cloud()
    health = probe(classroom, encoding_aes_key=AES_KEY)
    found = findings(health)
    assert health.ok
    assert {c for c, f in found.items() if f is Finding.UNKNOWN} == UNKNOWN
    assert {f for c, f in found.items() if c not in UNKNOWN} == {Finding.OK}
    asked = [s.path for s in classroom.seen]
    assert len(asked) == len(set(asked)) == 6  # every read once
    assert {s.method for s in classroom.seen} == {"GET"}  # and nothing is changed by checking


def test_a_missing_token_is_a_problem_and_missing_encryption_a_warning() -> None:
    found = findings(probe(cloud(), webhook_token=""))
    assert found["webhook_token"] is Finding.PROBLEM
    assert found["webhook_encryption"] is Finding.WARNING


@pytest.mark.parametrize(
    ("code", "word"),
    [(190303, "SecretId"), (200003, "SecretKey"), (200001, "operator_userid"), (20001, "operator_userid"),
     (190311, "200 000"), (190310, "300 a minute"), (9042, "Education"), (500133, "permission points"),
     (190300, "time of this server")],
)  # fmt: skip
def test_each_kind_of_refusal_says_what_to_do(code: int, word: str) -> None:
    health = probe(cloud(script=[Refusal(code)] * 9))
    assert findings(health)["credentials"] is Finding.PROBLEM
    assert word in said(health, "credentials")
    assert str(code) in said(health, "credentials")


@pytest.mark.parametrize(("then", "finding"), [(9003, Finding.OK), (190303, Finding.PROBLEM)])
def test_a_platform_without_the_list_of_own_meetings_is_asked_otherwise(then: int, finding: Finding) -> None:
    health = probe(cloud(script=[Refusal(200004), Refusal(then)]))
    assert findings(health)["credentials"] is finding
    assert health.ok is (finding is Finding.OK)


def test_wrong_credentials_are_found_by_the_platform() -> None:
    health = probe(cloud(), secret_key="another")
    assert not health.ok
    assert "200003" in said(health, "credentials")


@pytest.mark.parametrize(("skew", "finding"), [(0, Finding.OK), (100, Finding.WARNING), (290, Finding.WARNING)])
def test_a_clock_that_drifts_is_noticed_before_the_platform_refuses(skew: int, finding: Finding) -> None:
    # The cloud's Date header is the machine's; the adapter's clock is the cloud's `clock`.
    assert findings(probe(cloud(clock=lambda: time.time() + skew)))["clock"] is finding


def test_an_account_without_meetings_is_told_to_make_one() -> None:
    health = probe(cloud(meetings=[]))
    assert findings(health)["test_meeting"] is Finding.UNKNOWN
    assert "test meeting" in said(health, "test_meeting")
    assert "participant_list" not in findings(health)


def test_the_running_meeting_is_the_one_that_is_asked_about() -> None:
    planned = {"meeting_id": "1", "status": "MEETING_STATE_INIT"}
    running = {"meeting_id": MEETING, "status": "MEETING_STATE_STARTED"}
    assert findings(probe(cloud(meetings=[planned, running])))["participant_list"] is Finding.OK
    quiet = findings(probe(cloud(meetings=[{"meeting_id": MEETING, "status": "MEETING_STATE_INIT"}])))
    assert quiet["test_meeting"] is Finding.UNKNOWN


def test_a_missing_permission_shows_at_the_read_that_needs_it() -> None:
    found = findings(probe(cloud(creator="somebody else")))
    assert found["waiting_list"] is Finding.WARNING
    assert found["participant_list"] is Finding.OK
    blocked = findings(probe(cloud(script=[None, None, Refusal(500133)])))
    assert blocked["participant_list"] is Finding.PROBLEM


def test_a_platform_that_does_not_answer_proves_nothing_wrong() -> None:
    broken = probe(cloud(script=[web.Response(status=502, text="<html>")]))
    assert findings(broken)["credentials"] is Finding.UNKNOWN
    assert "base_url" in said(broken, "credentials")


@pytest.mark.parametrize("answer", [{}, {"meeting_info_list": 5}, {"meeting_info_list": [5, {"meeting_id": []}]}])
def test_an_answer_in_another_shape_does_not_break_the_check(answer: Any) -> None:
    assert "test_meeting" in findings(probe(cloud(script=[web.json_response(answer)])))
