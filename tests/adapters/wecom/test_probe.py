"""The check of a connection: what works, what does not, and what only the school's own tenant can tell."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from adapters.health import Finding, Health
from adapters.notes import Notes
from adapters.wecom.own import OWN
from adapters.wecom.probe import NO_CONTROLS
from adapters.wecom.probe_words import UNKNOWNS
from app.domain.actions import ActionKind as Kind
from app.domain.actions import Level
from tests.adapters.conformance import NOW
from tests.adapters.probing import findings, said
from tests.adapters.wecom.cloud import ROBOT_KEY, Cloud, connected, row
from tests.adapters.wecom.sample import MEETING

UNKNOWN = {c.code for c in UNKNOWNS}
INSIDE = "/cgi-bin/meeting/get_realtime_attendee_list"
SEATS = "/cgi-bin/meeting/vip/list"


def own() -> Notes:
    return Notes({OWN + "hyGONE": str(int(NOW) - 9_000), OWN + MEETING: str(int(NOW))})


def probe(cloud: Cloud, notes: Notes | None = None, **more: Any) -> Health:
    async def run() -> Health:
        async with connected(cloud, notes=notes or own(), **more) as adapter:
            return await adapter.probe()

    return asyncio.run(run())


def test_a_good_connection_is_fine_but_for_what_nobody_can_ask() -> None:
    cloud = Cloud()
    health = probe(cloud, robot_key=ROBOT_KEY)
    found = findings(health)
    assert health.ok
    assert {c for c, f in found.items() if f is Finding.UNKNOWN} == {*UNKNOWN, "alerts"}
    assert {f for c, f in found.items() if c not in {*UNKNOWN, "alerts"}} == {Finding.OK}
    asked = [s.path for s in cloud.seen if s.path != "/cgi-bin/gettoken"]
    assert len(asked) == len(set(asked)) == 9  # every read once
    assert cloud.controls == []  # and nothing is changed, or said, by checking
    assert cloud.said == []
    meetings = [s.members["meetingid"] for s in cloud.calls if b"meetingid" in s.body]
    assert set(meetings) == {MEETING}  # the newest of ours


def test_what_the_school_has_settled_is_not_asked_again() -> None:
    found = findings(probe(Cloud(), allow_external_user_true_means="corp_only"))
    assert "allow_external_user" not in found
    assert UNKNOWN - found.keys() == {"allow_external_user"}


@pytest.mark.parametrize(("setting", "code"), [("token", "webhook_token"), ("encoding_aes_key", "webhook_key")])
def test_a_missing_webhook_secret_is_a_problem(setting: str, code: str) -> None:
    missing: dict[str, Any] = {setting: ""}
    assert findings(probe(Cloud(), **missing))[code] is Finding.PROBLEM


def test_alerts_that_reach_nobody_are_a_warning() -> None:
    assert findings(probe(Cloud()))["alerts"] is Finding.WARNING


@pytest.mark.parametrize(
    ("wrong", "word"), [({"corpsecret": "another-secret-0000"}, "40001"), ({"corpid": "ww0000000000000000"}, "40013")]
)
def test_wrong_credentials_are_found_by_the_platform_and_nothing_else_is_asked(
    wrong: dict[str, Any], word: str
) -> None:
    cloud = Cloud()
    health = probe(cloud, **wrong)
    assert findings(health)["credentials"] is Finding.PROBLEM
    assert word in said(health, "credentials")
    assert len(cloud.seen) == 1


def test_an_address_that_is_not_trusted_is_named() -> None:
    health = probe(Cloud(forbidden={"/cgi-bin/agent/get": 60020}))
    assert findings(health)["app"] is Finding.PROBLEM
    assert "203.0.113.7" in said(health, "app")
    assert "企业可信IP" in said(health, "app")


@pytest.mark.parametrize(
    ("agent", "code", "finding"),
    [
        ({"close": 1, "allow_partys": {"partyid": [1]}}, "app", Finding.PROBLEM),
        ({"close": 0, "allow_partys": {"partyid": [7]}}, "visible_range", Finding.WARNING),
        ({"close": 0}, "visible_range", Finding.WARNING),
    ],
)
def test_an_app_that_is_off_or_sees_too_little(agent: dict[str, Any], code: str, finding: Finding) -> None:
    assert findings(probe(Cloud(agent=agent)))[code] is finding


def test_another_agentid_is_a_problem() -> None:
    assert findings(probe(Cloud(), agentid=1000099))["app"] is Finding.PROBLEM


def test_without_seats_of_the_advanced_feature_there_would_be_silence() -> None:
    health = probe(Cloud(seats=[]))
    assert findings(health)["advanced_seats"] is Finding.WARNING
    assert "no join events" in said(health, "advanced_seats")


def test_without_a_meeting_of_ours_it_says_how_to_get_one() -> None:
    found = findings(probe(Cloud(), Notes()))
    assert found["own_meeting"] is Finding.UNKNOWN
    assert "participant_list" not in found


def test_school_contacts_that_may_not_be_read_are_a_warning_each() -> None:
    found = findings(probe(Cloud(forbidden={"/cgi-bin/school/department/list": 48002})))
    assert found["school_contacts"] is Finding.WARNING
    assert found["corp_contacts"] is Finding.OK


@pytest.mark.parametrize(
    ("skew", "finding"),
    [
        (0.0, Finding.OK),
        (59.0, Finding.OK),
        (-120.0, Finding.WARNING),
        (600.0, Finding.WARNING),
        (901.0, Finding.PROBLEM),
    ],
)
def test_the_platforms_clock_is_compared_with_ours(skew: float, finding: Finding) -> None:
    async def run() -> Health:
        cloud = Cloud(clock=lambda: NOW)
        async with connected(cloud) as adapter:
            cloud.clock = lambda: NOW + skew
            return await adapter.probe()

    assert findings(asyncio.run(run()))["clock"] is finding


def test_a_platform_that_is_down_proves_nothing_wrong() -> None:
    found = findings(probe(Cloud(script=[web.Response(status=502) for _ in range(20)])))
    assert found["credentials"] is Finding.OK
    assert found["app"] is found["corp_contacts"] is Finding.UNKNOWN
    assert Finding.PROBLEM not in found.values()


# --- what is remembered -----------------------------------------------------------------------------------------------


def test_controls_that_the_app_may_not_use_turn_to_instructions_until_the_lists_work() -> None:
    cloud, notes = Cloud(forbidden={INSIDE: 48002}), own()
    health = probe(cloud, notes)
    assert findings(health)["participant_list"] is Finding.PROBLEM
    assert notes.get(NO_CONTROLS) == "48002"

    async def later() -> tuple[Level, Level]:
        async with connected(cloud, notes=notes) as adapter:
            before = adapter.supports(Kind.LOCK, None, MEETING)
            assert before.instruction is not None
            assert "48002" in before.note
            cloud.forbidden, cloud.inside = {}, [row("p1", 3, "stu001")]
            await adapter.participants(MEETING)
            return before.level, adapter.supports(Kind.LOCK, None, MEETING).level

    assert asyncio.run(later()) == (Level.MANUAL, Level.NATIVE)
    assert notes.get(NO_CONTROLS) == ""


def test_the_licence_counts_where_there_is_no_meeting_to_try_and_a_good_check_forgets_it() -> None:
    notes = Notes()
    probe(Cloud(forbidden={SEATS: 48002}), notes)
    assert notes.get(NO_CONTROLS) == "48002"
    probe(Cloud(), notes)
    assert notes.get(NO_CONTROLS) == ""


def test_lists_that_work_outweigh_a_licence_that_may_not_be_read() -> None:
    notes = own()
    health = probe(Cloud(forbidden={SEATS: 48002}), notes)
    assert findings(health)["advanced_seats"] is Finding.WARNING
    assert notes.get(NO_CONTROLS) == ""


def test_a_platform_that_is_busy_teaches_nothing() -> None:
    notes = own()
    probe(Cloud(forbidden={INSIDE: 45009}), notes)
    assert notes.get(NO_CONTROLS) == ""
