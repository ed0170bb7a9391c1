"""The practice classroom wearing another platform tells and can no more than that platform."""

import json
from dataclasses import fields, replace

import pytest

from adapters import REGISTRY
from adapters.base import Delivery
from adapters.drill import DrillAdapter, DrillSettings
from adapters.http import Http
from app.domain.actions import ActionKind, Level
from app.domain.events import EVENTS, Attendance, Event, PersonEvent, Presence, SettingsChanged, Switches
from app.domain.people import Participant
from scenarios.poverty import POVERTY, poverty_of
from scenarios.worn import Worn, model_of, wearing

OTHERS = [name for name in REGISTRY if name != "drill"]
SETTINGS = DrillSettings.model_validate({"base_url": "http://127.0.0.1:9", "token": "t", "secret": "s"})
SOMEBODY = {"id": "p1", "name": "某人", "account": "a1", "role": "attendee", "ip": "192.0.2.1"}
SWITCHES = {f.name: True for f in fields(Switches)}


def worn(platform: str) -> Worn:
    adapter = wearing(platform)(SETTINGS, Http())
    assert isinstance(adapter, Worn)
    return adapter


def told(adapter: DrillAdapter, event: str) -> tuple[Event, ...]:
    """What comes in when the classroom sends this."""
    body = {
        "delivery": "d1", "event": event, "at": 1_790_000_000_000, "meeting": {"id": "7-3", "occurrence": "o"},
        "participant": SOMEBODY, "message": {"id": "m1", "text": "你好"}, "switches": SWITCHES,
    }  # fmt: skip
    delivery = Delivery(
        method="POST", path="/", query="", headers={}, body=json.dumps(body).encode(), received_at=1_790_000_000.0
    )
    return tuple(received.event for received in adapter.parse(delivery))


def test_every_platform_of_the_registry_is_described() -> None:
    assert set(REGISTRY) <= set(POVERTY)
    assert all(POVERTY[name].source for name in REGISTRY)
    assert all(poverty.tells <= set(EVENTS) for poverty in POVERTY.values())


def test_the_plain_classroom_wears_nothing() -> None:
    assert wearing("drill") is DrillAdapter


@pytest.mark.parametrize("platform", OTHERS)
def test_no_kind_of_event_comes_in_that_the_platform_does_not_tell(platform: str) -> None:
    adapter, plain = worn(platform), DrillAdapter(SETTINGS, Http())
    seen = {event: told(adapter, event) for event in EVENTS if told(plain, event)}
    assert {e.kind for events in seen.values() for e in events} <= adapter.tells
    assert all(seen[kind] for kind in ("lesson.started", "participant.joined", "participant.left"))
    silent = [kind for kind in seen if kind not in adapter.tells]
    assert silent
    assert not any(seen[kind] for kind in silent)


@pytest.mark.parametrize("platform", ["tencent_meeting", "dingtalk", "wecom", "feishu"])
def test_these_platforms_send_no_line_of_chat(platform: str) -> None:
    assert "chat.posted" not in poverty_of(platform).tells
    assert told(worn(platform), "chat.posted") == ()


@pytest.mark.parametrize("platform", OTHERS)
def test_what_comes_in_is_as_poor_as_there(platform: str) -> None:
    adapter, poverty = worn(platform), poverty_of(platform)
    (came,) = told(adapter, "participant.joined")
    assert isinstance(came, PersonEvent)
    assert came.participant.name == ("某人" if poverty.names else "")
    assert came.participant.network == ""
    changed = [e for e in told(adapter, "settings.changed") if isinstance(e, SettingsChanged)]
    shown = {f.name for e in changed for f in fields(Switches) if getattr(e.switches, f.name) is not None}
    assert shown == (poverty.switches if "settings.changed" in adapter.tells else set())


@pytest.mark.parametrize("platform", OTHERS)
def test_the_list_shows_no_more_than_there(platform: str) -> None:
    poverty = poverty_of(platform)
    who = Participant(id="p1", name="某人", account="a1")
    row = Presence(participant=who, audio=True, video=True, share=True)
    seen = worn(platform).poor_list(Attendance(inside=(row,), waiting=(who,), switches=Switches(**SWITCHES)))
    shown = {m for m in ("audio", "video", "share") if getattr(seen.inside[0], m) is not None}
    assert shown == poverty.lists - {"waiting"}
    assert (seen.waiting is not None) is ("waiting" in poverty.lists)
    names = {f.name for f in fields(Switches) if seen.switches and getattr(seen.switches, f.name) is not None}
    assert names == poverty.switches


@pytest.mark.parametrize("platform", OTHERS)
def test_what_it_supports_is_the_other_platforms_word(platform: str) -> None:
    adapter, model = worn(platform), model_of(REGISTRY[platform])
    pupil, stranger = Participant(id="p1", account="a1"), Participant(id="x1")
    for kind in ActionKind:
        for target in (None, pupil, stranger):
            assert adapter.supports(kind, target, "7-3:o") == model.supports(kind, target, "7-3:o")
    assert adapter.limits() == model.limits()
    assert adapter.settles_seconds == REGISTRY[platform].settles_seconds


def test_the_worn_capabilities_differ_from_the_classrooms_own() -> None:
    lacking = {p: [k for k in ActionKind if worn(p).supports(k).level is Level.NONE] for p in OTHERS}
    assert all(lacking.values())
    assert replace(poverty_of("drill"), source="") != replace(poverty_of("janus"), source="")
