"""What only a teacher may do: his consent, and tokens that work a single time."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.feishu import FeishuAdapter
from adapters.notes import Notes
from app.domain.actions import Action, ActionKind, OutcomeKind
from app.domain.errors import Refused, Transient
from tests.adapters.conformance import NOW
from tests.adapters.feishu.cloud import LESSON, Cloud, Refusal, connected
from tests.adapters.feishu.sample import APP, TEACHER
from tests.adapters.feishu.test_control import GUEST, HOST, a_class, allowed

RECORD = Action(kind=ActionKind.START_RECORDING, operator=HOST)


def with_cloud(cloud: Cloud, use: Any, notes: Notes | None = None, now: Any = lambda: NOW) -> Any:
    async def run() -> Any:
        async with connected(cloud, notes=notes, now=now) as adapter:
            return await use(adapter)

    return asyncio.run(run())


def test_the_teacher_is_asked_at_the_vendors_address() -> None:
    async def use(adapter: FeishuAdapter) -> str:
        return adapter.consent("https://menshen.example/consent", "s t/1")

    address = with_cloud(Cloud(), use)
    assert "scope=vc:meeting%20vc:record%20offline_access" in address
    query = parse_qs(urlsplit(address).query)
    assert query["redirect_uri"] == ["https://menshen.example/consent"]
    assert (query["client_id"], query["state"], query["response_type"]) == ([APP], ["s t/1"], ["code"])
    assert urlsplit(address).path == "/open-apis/authen/v1/authorize"


def test_a_code_becomes_a_consent() -> None:
    cloud, notes = a_class(codes={"c1": TEACHER}), Notes()

    async def use(adapter: FeishuAdapter) -> Any:
        who = await adapter.consented("https://menshen.example/consent", "c1")
        return who, await adapter.perform(LESSON, RECORD)

    who, outcome = with_cloud(cloud, use, notes)
    assert who == TEACHER
    assert outcome.kind is OutcomeKind.REQUESTED
    assert cloud.recording
    assert list(notes.under("")) == [f"user:{TEACHER}"]


def test_a_code_that_is_used_up_is_refused() -> None:
    with pytest.raises(Refused, match="20003"):
        with_cloud(a_class(), lambda adapter: adapter.consented("https://x.example", "used"))


def test_codes_of_the_consent_server_are_not_those_of_the_bot() -> None:
    """20002 is a wrong secret here and a missing meeting there."""
    cloud = a_class(codes={"c1": TEACHER})

    class Strict(Cloud):
        def on_oauth(self, *_: Any) -> Any:
            raise Refusal(20002)

    with pytest.raises(Refused):
        with_cloud(Strict(codes=cloud.codes), lambda adapter: adapter.consented("https://x.example", "c1"))


def test_the_successor_is_noted_before_the_token_is_used() -> None:
    """A refresh token works once: a process that dies in between must not lose the next one."""
    cloud = a_class()
    notes = Notes(allowed(cloud))
    order: list[str] = []

    class Watching(Notes):
        async def put(self, name: str, text: str) -> None:
            order.append(f"noted {cloud.recording}")
            await super().put(name, text)

    with_cloud(cloud, lambda adapter: adapter.perform(LESSON, RECORD), Watching(notes.under("")), lambda: NOW + 7200)
    assert order == ["noted False"]
    assert cloud.recording
    assert cloud.refreshes == {"ur-2": TEACHER}


def test_two_calls_of_one_teacher_refresh_once() -> None:
    cloud = a_class()

    async def use(adapter: FeishuAdapter) -> Any:
        return await asyncio.gather(*(adapter.perform(LESSON, RECORD) for _ in range(5)))

    outcomes = with_cloud(cloud, use, Notes(allowed(cloud)), lambda: NOW + 7200)
    assert {o.kind for o in outcomes} == {OutcomeKind.REQUESTED}
    assert len([t for _, t in cloud.asked if "oauth" in t]) == 1


def test_a_token_that_the_platform_forgot_is_refreshed_once() -> None:
    cloud = a_class()
    notes = Notes(allowed(cloud))
    cloud.teachers.clear()
    outcome = with_cloud(cloud, lambda adapter: adapter.perform(LESSON, RECORD), notes)
    assert outcome.kind is OutcomeKind.REQUESTED


def test_a_consent_that_was_taken_back_is_asked_for_again() -> None:
    cloud = a_class()
    notes = Notes(allowed(cloud))
    cloud.refreshes.clear()

    async def use(adapter: FeishuAdapter) -> Any:
        with pytest.raises(Refused, match="allow it") as caught:
            await adapter.perform(LESSON, RECORD)
        return caught.value.code, await adapter.perform(LESSON, RECORD)

    code, second = with_cloud(cloud, use, notes, lambda: NOW + 7200)
    assert code == "no_consent"
    assert second.kind is OutcomeKind.MANUAL
    assert notes.get(f"user:{TEACHER}") == ""


def test_a_busy_consent_server_loses_no_consent() -> None:
    class Busy(Cloud):
        def on_oauth(self, *_: Any) -> Any:
            raise Refusal(20050)

    cloud = Busy()
    notes = Notes(allowed(cloud))
    with pytest.raises(Transient):
        with_cloud(cloud, lambda adapter: adapter.perform(LESSON, RECORD), notes, lambda: NOW + 7200)
    assert notes.get(f"user:{TEACHER}")


def test_without_any_consent_ending_falls_back_and_nothing_is_asked_as_a_teacher() -> None:
    cloud = a_class()
    end = Action(kind=ActionKind.END, operator=HOST, target=GUEST)
    assert with_cloud(cloud, lambda adapter: adapter.perform(LESSON, end)).kind is OutcomeKind.REQUESTED
    assert not [t for _, t in cloud.asked if t.endswith("/end")]


def test_the_host_of_the_lesson_is_asked_before_others() -> None:
    cloud = a_class()
    notes = allowed(cloud, "ou_other") | allowed(cloud)
    assert (
        with_cloud(cloud, lambda adapter: adapter.perform(LESSON, RECORD), Notes(notes)).kind is OutcomeKind.REQUESTED
    )
    assert cloud.seen[-1].headers["authorization"] == "Bearer eyJ.user.2"
    strange = Action(kind=ActionKind.START_RECORDING, operator=GUEST)
    with pytest.raises(Refused, match="allow it"):
        with_cloud(cloud, lambda adapter: adapter.perform(LESSON, strange), Notes(notes))
