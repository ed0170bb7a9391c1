"""The check of a connection: what is wrong, what is there, and what only the school can find out."""

import asyncio
import time
from typing import Any

import pytest

from adapters.dingtalk.capabilities import FOUND, LIVE_SETTINGS, MISSING, NICK
from adapters.health import Finding, Health
from adapters.notes import Notes
from app.domain.actions import ActionKind as Kind
from app.domain.actions import Level
from tests.adapters.dingtalk.cloud import Cloud, Refusal, connected
from tests.adapters.probing import findings, said

WRITE, READ = "VideoConference.Conference.Write", "VideoConference.Conference.Read"


def probe(cloud: Cloud, notes: Notes | None = None, **more: Any) -> Health:
    async def run() -> Health:
        async with connected(cloud, notes=notes, **({"now": time.time} | more)) as adapter:
            return await adapter.probe()

    return asyncio.run(run())


def book(path: str, form: dict[str, str]) -> Any:
    return {"errcode": 0, "result": {"details": [], "has_more": False}}


def test_a_connection_that_is_as_it_should_be() -> None:
    cloud = Cloud(legacy=book)
    health = probe(cloud, robot_access_token="robot-access-token-1")
    found = findings(health)
    fine = {"credentials", "stream", "conference_read", "conference_write", "rename", "restrict_share", "address_book",
            "corp_id", "robot", "webhook_token"}  # fmt: skip
    assert {code for code, finding in found.items() if finding is Finding.OK} >= fine
    assert health.ok


def test_a_check_changes_nothing() -> None:
    cloud = Cloud()
    before = repr((cloud.inside, cloud.locked, cloud.sharing, cloud.bookings, cloud.messages))
    probe(cloud, robot_access_token="robot-access-token-1")
    assert repr((cloud.inside, cloud.locked, cloud.sharing, cloud.bookings, cloud.messages)) == before
    assert len(cloud.asked) <= 7


def test_wrong_credentials_are_found_and_nothing_more_is_asked() -> None:
    cloud = Cloud(secret="another")
    health = probe(cloud)
    assert not health.ok
    assert findings(health)["credentials"] is Finding.PROBLEM
    assert "invalidClientIdOrSecret" in said(health, "credentials")
    assert cloud.asked == []


@pytest.mark.parametrize(
    ("scopes", "code", "named"), [({READ}, "conference_write", WRITE), ({WRITE}, "conference_read", READ)]
)
def test_a_missing_permission_is_named(scopes: set[str], code: str, named: str) -> None:
    health = probe(Cloud(scopes=scopes))
    assert findings(health)[code] is Finding.PROBLEM
    assert named in said(health, code)


def test_the_address_book_is_a_warning_and_names_its_permission() -> None:
    health = probe(Cloud())
    assert findings(health)["address_book"] is Finding.WARNING
    assert "qyapi_addresslist_edu_read" in said(health, "address_book")


@pytest.mark.parametrize("there", [True, False])
def test_what_it_finds_about_undocumented_calls_changes_what_is_offered(there: bool) -> None:
    cloud, notes = Cloud(undocumented=there), Notes()

    async def run() -> tuple[Level, Level]:
        async with connected(cloud, notes=notes) as adapter:
            before = adapter.supports(Kind.RESTRICT_SHARE).level
            await adapter.probe()
            return before, adapter.supports(Kind.RESTRICT_SHARE).level

    assert asyncio.run(run()) == (Level.MANUAL, Level.PARTIAL if there else Level.MANUAL)
    assert notes.get(NICK) == notes.get(LIVE_SETTINGS) == (FOUND if there else MISSING)


def test_a_permission_that_comes_later_is_found_by_the_next_check() -> None:
    notes = Notes()
    health = probe(Cloud(scopes={READ}), notes)
    assert findings(health)["rename"] is findings(health)["restrict_share"] is Finding.UNKNOWN
    assert WRITE in said(health, "restrict_share")
    assert notes.get(NICK) == notes.get(LIVE_SETTINGS) == ""
    probe(Cloud(), notes)
    assert notes.get(NICK) == FOUND


def test_a_permission_that_is_withdrawn_unlearns_no_call() -> None:
    notes = Notes()
    probe(Cloud(), notes)
    probe(Cloud(scopes={READ}), notes)
    assert notes.get(NICK) == notes.get(LIVE_SETTINGS) == FOUND


@pytest.mark.parametrize("code", ["systemError", "Forbidden.AccessDenied.QpsLimitForApi", "somethingNew"])
def test_an_answer_that_tells_nothing_about_a_call_is_no_finding_about_it(code: str) -> None:
    notes = Notes()
    cloud = Cloud(script=[None, None, None, Refusal(code, 500), Refusal(code, 500)])
    found = findings(probe(cloud, notes))
    assert found["rename"] is found["restrict_share"] is Finding.UNKNOWN
    assert notes.under("call.") == {}


def test_a_quota_that_is_used_up_is_explained() -> None:
    spent = Refusal("Forbidden.AccessDenied.ApiCountLimitForOrg", 403)
    health = probe(Cloud(script=[spent] * 9), mode="http", token="t" * 9, aes_key="a" * 43)
    assert findings(health)["conference_write"] is Finding.PROBLEM
    assert "used up" in said(health, "conference_write")


@pytest.mark.parametrize(("edition", "finding"), [("standard", Finding.WARNING), ("professional", Finding.UNKNOWN)])
def test_the_free_edition_is_a_warning(edition: str, finding: Finding) -> None:
    health = probe(Cloud(), edition=edition)
    assert findings(health)["quota"] is finding
    assert ("35 classes" in said(health, "quota")) is (edition == "standard")


def test_a_webhook_without_secrets_is_a_problem_only_where_it_is_used() -> None:
    assert findings(probe(Cloud(), mode="http"))["webhook_token"] is Finding.PROBLEM
    assert findings(probe(Cloud()))["webhook_token"] is Finding.OK


def test_an_organisation_that_is_not_named_is_a_warning() -> None:
    assert findings(probe(Cloud(), corp_id=""))["corp_id"] is Finding.WARNING


@pytest.mark.parametrize(("skew", "finding"), [(0, Finding.OK), (100, Finding.WARNING), (-700, Finding.PROBLEM)])
def test_a_clock_that_drifts_is_noticed(skew: int, finding: Finding) -> None:
    # The Date header of the stand-in is the machine's.
    assert findings(probe(Cloud(), now=lambda: time.time() + skew))["clock"] is finding


def test_what_only_the_schools_own_tenant_can_tell_is_said() -> None:
    unknown = {c for c, finding in findings(probe(Cloud())).items() if finding is Finding.UNKNOWN}
    assert {"events_subscribed", "outsiders", "two_devices", "ban_binding", "live_booking", "media_status"} <= unknown
