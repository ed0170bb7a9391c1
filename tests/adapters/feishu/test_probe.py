"""What the probe finds out, says and remembers."""

import asyncio
import time
from typing import Any

import pytest
from aiohttp import web

from adapters.feishu import FeishuAdapter
from adapters.feishu.probe_words import UNKNOWNS
from adapters.health import Checked, Finding, Health
from adapters.http import Http
from adapters.notes import Notes
from app.domain.actions import ActionKind, Level
from tests.adapters.conformance import NOW
from tests.adapters.feishu.cloud import CHAT, LESSON, Cloud, Refusal, connected, settings
from tests.adapters.feishu.sample import KEY, MEETING, TEACHER, TOKEN
from tests.adapters.probing import checked
from tests.adapters.stand_in import Seen


def probed(cloud: Cloud, notes: Notes | None = None, now: Any = lambda: NOW, **more: Any) -> dict[str, Checked]:
    async def run() -> Health:
        async with connected(cloud, notes=notes, now=now, **more) as adapter:
            return await adapter.probe()

    return checked(asyncio.run(run()))


class Refusing(Cloud):
    """Says no to every path that contains `where`."""

    where = ""
    no = Refusal(99991672)

    async def _answer(self, request: web.Request, seen: Seen) -> web.StreamResponse:
        if self.where and self.where in seen.target:
            raise self.no
        return await super()._answer(request, seen)


def refusing(where: str, code: int, status: int = 400, **more: Any) -> Refusing:
    cloud = Refusing(**more)
    cloud.where, cloud.no = where, Refusal(code, status)
    return cloud


def test_a_good_connection_is_fine_and_says_what_it_cannot_know() -> None:
    found = probed(Cloud(), Notes({f"user:{TEACHER}": "{}"}), time.time)
    assert {c for c, f in found.items() if f.finding is Finding.OK} == {
        "credentials", "clock", "stream", "meetings", "reservations", "address_book", "group_chats", "consent",
    }  # fmt: skip
    assert {c for c, f in found.items() if f.finding is Finding.UNKNOWN} == {u.code for u in UNKNOWNS}
    assert len(UNKNOWNS) >= 8


def test_nothing_is_changed_by_looking() -> None:
    cloud = Cloud(bot="there")
    probed(cloud, bot=True)
    assert {m for m, t in cloud.asked if "endpoint" not in t and "bots/mute" not in t} == {"GET"}
    assert cloud.sent == []


def test_wrong_credentials_are_a_problem_and_nothing_else_is_asked() -> None:
    cloud = Cloud()
    found = probed(cloud, app_secret="somethingElse")
    assert found["credentials"].finding is Finding.PROBLEM
    assert "10014" in found["credentials"].detail.en
    assert len(cloud.seen) == 1


def test_a_platform_that_does_not_answer_proves_nothing_wrong() -> None:
    found = probed(refusing("/internal", 500, 500))
    assert found["credentials"].finding is Finding.UNKNOWN


@pytest.mark.parametrize(
    ("where", "code", "finding"),
    [
        ("/vc/v1/meetings", "meetings", Finding.PROBLEM),
        ("/vc/v1/reserves", "reservations", Finding.PROBLEM),
        ("/contact/v3", "address_book", Finding.WARNING),
        ("/im/v1", "group_chats", Finding.WARNING),
    ],
)
def test_a_missing_scope_is_named_with_what_to_do(where: str, code: str, finding: Finding) -> None:
    found = probed(refusing(where, 99991672))[code]
    assert found.finding is finding
    assert ":" in found.detail.en
    assert "publish" in found.detail.en


def test_clocks_that_differ() -> None:
    assert probed(Cloud(), now=lambda: time.time() + 600)["clock"].finding is Finding.WARNING
    assert probed(Cloud(), now=lambda: time.time() - 4000)["clock"].finding is Finding.PROBLEM


def test_pushed_events_need_both_secrets() -> None:
    found = probed(Cloud(), mode="http")
    assert (found["encrypt_key"].finding, found["verification_token"].finding) == (Finding.PROBLEM, Finding.PROBLEM)
    assert "stream" not in found
    good = probed(Cloud(), mode="http", encrypt_key=KEY, verification_token=TOKEN)
    assert (good["encrypt_key"].finding, good["verification_token"].finding) == (Finding.OK, Finding.OK)


def test_a_stream_that_is_not_allowed() -> None:
    assert probed(refusing("/callback/ws/endpoint", 403, 200))["stream"].finding is Finding.PROBLEM
    assert probed(refusing("/callback/ws/endpoint", 1, 200))["stream"].finding is Finding.UNKNOWN


def test_groups_that_may_not_be_read_are_remembered_until_they_may() -> None:
    notes = Notes()
    probed(refusing("/im/v1", 99991672), notes)
    adapter = FeishuAdapter(settings(), Http(), notes)
    assert adapter.supports(ActionKind.CLOSE_CHAT, None, f"{CHAT}:2026-11-20").level is Level.NONE
    probed(Cloud(), notes)
    assert adapter.supports(ActionKind.CLOSE_CHAT, None, f"{CHAT}:2026-11-20").level is Level.NATIVE


def test_the_bot_is_looked_for_only_where_it_is_wanted() -> None:
    notes = Notes()
    assert "meeting_bot" not in probed(Cloud(bot="there"), notes)
    assert not notes.get("bot")


@pytest.mark.parametrize("cloud", [Cloud(), refusing("/vc/v1/bots", 404, 404)])
def test_a_tenant_without_the_beta(cloud: Cloud) -> None:
    notes = Notes({"bot": "yes"})
    found = probed(cloud, notes, bot=True)["meeting_bot"]
    assert found.finding is Finding.WARNING
    assert "beta" in found.detail.en
    assert notes.get("bot") == "no"


def test_a_tenant_with_the_beta_can_more() -> None:
    notes = Notes()
    assert probed(Cloud(bot="there"), notes, bot=True)["meeting_bot"].finding is Finding.OK
    adapter = FeishuAdapter(settings(bot=True), Http(), notes)
    assert adapter.supports(ActionKind.MUTE, None, LESSON).level is Level.PARTIAL
    assert adapter.supports(ActionKind.ANNOUNCE, None, LESSON).level is Level.PARTIAL
    assert FeishuAdapter(settings(), Http(), notes).supports(ActionKind.MUTE).level is Level.MANUAL


def test_a_beta_without_the_newest_call_does_not_mute() -> None:
    notes = Notes()
    probed(refusing("/bots/mute", 404, 404, bot="there"), notes, bot=True)
    assert FeishuAdapter(settings(bot=True), Http(), notes).supports(ActionKind.MUTE).level is Level.MANUAL


def test_a_fault_of_the_network_takes_no_bot_away() -> None:
    notes = Notes({"bot": "yes"})
    probed(refusing("/bots/events", 121001, 500, bot="there", bot_in={MEETING}), notes, bot=True)
    assert notes.get("bot") == "yes"


def test_a_long_connection_that_others_have_taken_up_is_a_problem_and_not_a_passing_fault() -> None:
    found = probed(refusing("/callback/ws/endpoint", 1000040350, 200))["stream"]
    assert found.finding is Finding.PROBLEM
    assert "other programs" in found.detail.en
    assert probed(refusing("/callback/ws/endpoint", 1000040343, 200))["stream"].finding is Finding.UNKNOWN
