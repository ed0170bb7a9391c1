"""The classroom misbehaves on order, and what the adapter and the receiver make of it."""

import asyncio
import json

import pytest

from adapters.drill import DrillAdapter
from app.domain import events as ev
from app.domain.actions import Action, ActionKind, OutcomeKind
from app.domain.errors import AdapterError, Gone, Refused, Transient
from tests.adapters.drill.school import MEETING, TOKEN, School, school


def order(here: School, fault: str, where: str = "control", **more: object) -> None:
    here.api("PUT", "/api/faults", {"rules": [{"where": where, "fault": fault, **more}]})


@pytest.mark.parametrize(
    ("fault", "value", "retry_after"),
    [("429", 7, 7.0), ("5xx", None, None), ("5xx", 500, None), ("garbage", None, None), ("lost", None, None)],
)
def test_a_busy_or_broken_platform_is_worth_another_try(
    here: School, fault: str, value: float | None, retry_after: float | None
) -> None:
    order(here, fault, value=value, times=1, match={"action": "locked"})
    here.perform(ActionKind.CLOSE_CHAT)  # another action is not hit
    with pytest.raises(Transient) as failed:
        here.perform(ActionKind.LOCK)
    assert failed.value.retry_after == retry_after
    assert here.switches().locked is (fault == "lost")
    assert here.perform(ActionKind.LOCK).kind is OutcomeKind.REQUESTED


def test_no_answer_in_time_is_transient(here: School) -> None:
    order(here, "timeout", value=5)
    lock = Action(kind=ActionKind.LOCK)
    with pytest.raises(Transient):
        here.with_adapter(lambda a: a.perform(here.lesson, lock), total_seconds=0.2)
    here.api("DELETE", "/api/faults")
    assert here.switches().locked is False


def test_a_delayed_answer_still_counts(here: School) -> None:
    order(here, "delay", value=0.05)
    assert here.perform(ActionKind.LOCK).kind is OutcomeKind.REQUESTED


def test_a_lie_is_never_taken_for_a_proof(here: School) -> None:
    pupil = here.join()
    target = here.seen(pupil)
    for kind in (ActionKind.SILENCE, ActionKind.WARN, ActionKind.ANNOUNCE, ActionKind.LOCK):
        order(here, "lie", times=1)
        assert here.perform(kind, target, text="x").kind is OutcomeKind.REQUESTED
    assert here.switches().locked is False
    assert pupil.sees()["me"]["silenced"] is False


def test_a_list_that_is_a_lie_is_not_an_empty_class(here: School) -> None:
    here.join()
    order(here, "lie", match={"action": "participants"})
    with pytest.raises(Transient):
        here.attendance()


def test_who_may_not_who_is_gone_and_how_fast(here: School) -> None:
    good = here.settings
    here.settings = good.model_copy(update={"token": type(good.token)("wrong")})
    with pytest.raises(Refused) as refused:
        here.perform(ActionKind.LOCK)
    assert TOKEN not in str(refused.value)
    here.settings, lesson = good, here.lesson
    for nowhere in ("nowhere:1", "..", "7-3/../7-3", "7-3:1?x=", "%2e", ""):
        here.lesson = nowhere
        with pytest.raises((Gone, Refused)):
            here.perform(ActionKind.LOCK)
    here.lesson = lesson
    with pytest.raises(Refused):
        here.perform(ActionKind.KICK)  # nobody is named
    with pytest.raises(Refused):
        here.perform(ActionKind.DELETE_MESSAGE)


def test_the_rate_limit_says_when_to_come_back() -> None:
    with school(rate=2.0, burst=3) as here:
        here.start()
        answers = here.with_adapter(lambda a: _hurry(a, here.lesson))
        limited = [a for a in answers if isinstance(a, Transient)]
        assert len(limited) >= 4
        assert all(a.code == "slow_down" and a.retry_after and 0 < a.retry_after <= 0.5 for a in limited)
        raw = [here.host.get("/api/me") for _ in range(8)]
        assert "1" in {a.headers.get("retry-after") for a in raw if a.status_code == 429}


async def _hurry(adapter: DrillAdapter, lesson: str) -> list[object]:
    lock = Action(kind=ActionKind.LOCK)
    return list(await asyncio.gather(*(adapter.perform(lesson, lock) for _ in range(8)), return_exceptions=True))


def test_a_failed_delivery_is_tried_again_and_arrives_once(here: School) -> None:
    here.receiver.first(ev.SettingsChanged)
    here.receiver.fail_next = 2
    here.join()
    here.receiver.first(ev.ParticipantJoined)
    tries = [d for d in here.receiver.deliveries if b"participant.joined" in d.body]
    assert len(tries) == 3
    assert len({d.body for d in tries}) == 1
    assert len({d.headers["x-drill-delivery"] for d in tries}) == 1


def test_what_never_arrives_is_kept_listed_and_can_be_sent_again(here: School) -> None:
    here.receiver.first(ev.SettingsChanged)
    here.receiver.fail_next = 4
    pupil = here.join()
    here.receiver.until(lambda: here.receiver.fail_next == 0)
    pupil.does("say", text="later")
    here.receiver.first(ev.ChatPosted)  # sent after the first was given up
    failed = here.api("GET", "/api/webhook/failed")["failed"]
    assert [(f["event"], f["tries"], f["answer"]) for f in failed] == [("participant.joined", 4, "status 500")]
    assert here.api("POST", "/api/webhook/failed/redeliver")["redelivered"] == 1
    here.receiver.first(ev.ParticipantJoined)


def test_a_duplicate_has_the_same_delivery_id(here: School) -> None:
    order(here, "duplicate", "webhook", match={"event": "participant.joined"})
    here.join()
    here.receiver.until(lambda: len(_ids(here, "participant.joined")) == 2)
    assert len(set(_ids(here, "participant.joined"))) == 1


def _ids(here: School, kind: str) -> list[str]:
    return [r.delivery_id for r in here.receiver.received if r.event.kind == kind]


def test_events_can_be_overtaken_dropped_and_forged(here: School) -> None:
    order(here, "reorder", "webhook", match={"event": "participant.joined"}, value=0.2, times=1)
    here.join().does("audio", on=True)
    here.receiver.first(ev.ParticipantJoined)
    kinds = [e.kind for e in here.receiver.events()]
    assert kinds.index("audio.unmuted") < kinds.index("participant.joined")

    order(here, "drop", "webhook", match={"event": "chat.*"}, times=1)
    pupil = here.join()
    pupil.does("say", text="lost")
    pupil.does("say", text="found")
    assert here.receiver.first(ev.ChatPosted).text == "found"

    order(here, "forge", "webhook", match={"event": "video.started"})
    pupil.does("video", on=True)
    here.receiver.until(lambda: here.receiver.forged == 4)
    assert not any(isinstance(e, ev.VideoStarted) for e in here.receiver.events())


def test_silence_lasts_until_it_is_cleared(here: School) -> None:
    order(here, "silence", "webhook")
    here.join("unheard")
    here.api("DELETE", "/api/faults")
    here.join("heard")
    assert here.receiver.first(ev.ParticipantJoined).participant.name == "heard"


@pytest.mark.parametrize(
    "rule",
    [
        {"fault": "explode"},
        {"where": "webhook", "fault": "lie"},
        {"where": "control", "fault": "silence"},
        {"where": "moon", "fault": "delay"},
        {"fault": "delay", "value": "long"},
        {"fault": "delay", "times": 0},
        {"fault": "delay", "match": {"colour": "red"}},
    ],
)
def test_a_senseless_fault_is_refused_and_the_rules_stay(here: School, rule: dict[str, object]) -> None:
    order(here, "delay", value=0.01)
    answer = here.host.request("PUT", "/api/faults", content=json.dumps({"rules": [rule]}))
    assert answer.status_code == 422
    assert len(here.api("GET", "/api/faults")["rules"]) == 1


def test_webhooks_go_only_where_the_challenge_is_answered(here: School) -> None:
    assert here.api("PUT", "/api/webhook", {"url": here.hook})["verified"] is True
    elsewhere = {"url": f"{here.base_url}/rooms/{MEETING}"}
    assert here.host.put("/api/webhook", json=elsewhere).status_code == 422
    assert here.api("GET", "/api/me")["webhook"]["url"] == here.hook


def test_every_error_is_one_of_ours(here: School) -> None:
    target = here.seen(here.join())
    seen = 0
    for fault in ("429", "5xx", "garbage", "lost"):
        for kind in set(ActionKind) - {ActionKind.ALERT}:
            order(here, fault)
            with pytest.raises(AdapterError):
                here.perform(kind, target, text="x", reference="y")
            seen += 1
    assert seen > 100
