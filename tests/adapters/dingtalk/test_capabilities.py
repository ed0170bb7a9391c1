"""What DingTalk is said to be able to do agrees with what is sent, what can be seen, and to whom it is done."""

from pathlib import Path
from typing import Any

import pytest

import adapters.dingtalk
from adapters.budget import Counts, Period
from adapters.dingtalk import DingTalkAdapter
from adapters.dingtalk.capabilities import FOUND, LIVE_SETTINGS, NICK
from adapters.dingtalk.events import READINGS
from adapters.http import Http
from adapters.notes import Notes
from adapters.preparation import Precaution
from app.domain.actions import Action, Confirm, Decision, Level, plan
from app.domain.actions import ActionKind as Kind
from app.domain.events import EVENTS
from app.domain.people import Participant
from tests.adapters.dingtalk.cloud import settings
from tests.adapters.dingtalk.sample import BOOKING, JOINED, PUPIL, RUN, TEACHER

TABLE = DingTalkAdapter.capabilities
KEY = f"{BOOKING}:{RUN}"
PERSON = Participant(id=f"{PUPIL}@{JOINED}", account=PUPIL, address=PUPIL)
GUEST = Participant(id=f"~0123@{JOINED}", name="访客")


def adapter(notes: Notes | None = None, **more: Any) -> DingTalkAdapter:
    return DingTalkAdapter(settings(**more), Http(), notes)


def done(kind: Kind, target: Participant | None, *, facts: int = 2, key: str = KEY) -> list[Kind]:
    """What a wish comes down to."""
    ours = adapter()
    wish = Decision(action=Action(kind=kind, target=target), rule="any", reason="any", facts=facts)
    return [action.kind for action, _ in plan(lambda k, t: ours.supports(k, t, key), wish)]


def test_somebody_with_an_account_is_dealt_with_alone() -> None:
    assert done(Kind.MUTE, PERSON) == [Kind.MUTE]
    assert done(Kind.BAN, PERSON) == [Kind.BAN]
    assert done(Kind.HOLD, PERSON) == [Kind.KICK]
    assert done(Kind.HOLD, PERSON, facts=1) == [Kind.MUTE, Kind.ALERT]
    assert done(Kind.STOP_SHARE, PERSON) == done(Kind.STOP_VIDEO, PERSON) == [Kind.KICK]


def test_for_somebody_without_one_the_room_is_closed_and_people_are_called() -> None:
    room = [Kind.FORBID_UNMUTE, Kind.LOCK, Kind.ALERT]
    assert done(Kind.MUTE, GUEST) == [Kind.FORBID_UNMUTE, Kind.ALERT]
    assert done(Kind.KICK, GUEST) == done(Kind.BAN, GUEST) == done(Kind.HOLD, GUEST) == room
    assert done(Kind.STOP_VIDEO, GUEST) == [Kind.LOCK, Kind.ALERT]
    assert Kind.LOCK in done(Kind.STOP_SHARE, GUEST)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("target", [None, PERSON, GUEST])
@pytest.mark.parametrize("key", ["", KEY, f":{RUN}", f"user~{TEACHER}:{RUN}", "live~1"])
def test_every_wish_comes_down_to_something_that_is_declared(kind: Kind, target: Participant | None, key: str) -> None:
    ours = adapter()
    support = ours.supports(kind, target, key)
    if support.level in (Level.NONE, Level.PARTIAL):
        assert support.note
        assert support.instead
    if support.level is Level.MANUAL:
        assert support.instruction
        assert all("「" in words for words in (support.instruction.zh, support.instruction.vi, support.instruction.en))
    wish = Decision(action=Action(kind=kind, target=target), rule="any", reason="any", facts=2)
    for action, granted in plan(lambda k, t: ours.supports(k, t, key), wish):
        assert granted.level is not Level.NONE, (kind, action.kind)


def test_what_a_check_found_makes_the_difference() -> None:
    for kind, note in ((Kind.RENAME, NICK), (Kind.RESTRICT_SHARE, LIVE_SETTINGS), (Kind.ALLOW_SHARE, LIVE_SETTINGS)):
        assert adapter().supports(kind).level is Level.MANUAL
        assert adapter(Notes({note: "missing"})).supports(kind).level is Level.MANUAL
        assert adapter(Notes({note: FOUND})).supports(kind) == TABLE[kind]


def test_a_robot_makes_an_alert_a_channel() -> None:
    assert not adapter().supports(Kind.ALERT).channel
    assert adapter().supports(Kind.ANNOUNCE).level is Level.NONE
    robots: tuple[dict[str, Any], ...] = (
        {"robot_access_token": "x" * 20}, {"open_conversation_id": "cid", "robot_code": "ding"}
    )  # fmt: skip
    for robot in robots:
        own = adapter(**robot)
        assert own.supports(Kind.ALERT).channel
        assert own.supports(Kind.ALERT, None, "live~1").channel
        assert own.supports(Kind.ALERT).confirm is Confirm.NEVER
        assert own.supports(Kind.ANNOUNCE) == TABLE[Kind.ANNOUNCE]


def test_a_switch_that_nobody_can_read_is_never_said_to_be_confirmed() -> None:
    unreadable = (Kind.LOCK, Kind.UNLOCK, Kind.RESTRICT_SHARE, Kind.ALLOW_SHARE, Kind.CLOSE_CHAT, Kind.OPEN_CHAT)
    assert {TABLE[k].confirm for k in unreadable} == {Confirm.NEVER}


# --- quota ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "calls", "events", "hot"),
    [({}, 5_000, 3_000, 60.0), ({"edition": "professional"}, 200_000, 50_000, 15.0),
     ({"edition": "custom", "calls_per_month": 800_000}, 800_000, 3_000, 15.0),
     ({"calls_per_month": 7_000, "events_per_month": 9}, 7_000, 9, 60.0)],
)  # fmt: skip
def test_a_month_is_counted_by_the_edition(changes: dict[str, Any], calls: int, events: int, hot: float) -> None:
    own = adapter(**changes)
    second, month, pushed = own.limits()
    assert (second.calls, second.seconds) == (20, 1.0)
    assert (month.calls, month.period, month.counts) == (calls, Period.MONTH, Counts.CALLS)
    assert 0 < month.reserve < month.calls
    assert (pushed.calls, pushed.period, pushed.counts) == (events, Period.MONTH, Counts.EVENTS)
    assert len({b.name for b in own.limits()}) == 3
    assert own.every(hot=False) == float("inf")
    assert own.every(hot=True) == hot


def test_a_custom_edition_says_its_number() -> None:
    with pytest.raises(ValueError, match="calls_per_month"):
        adapter(edition="custom")


# --- settings ---------------------------------------------------------------------------------------------------------


def test_the_old_api_is_found_beside_the_new_one() -> None:
    assert settings("https://api.dingtalk.com").legacy_url == "https://oapi.dingtalk.com"
    assert settings("").legacy_url == "https://oapi.dingtalk.com"
    assert settings("http://127.0.0.1:80").legacy_url == "http://127.0.0.1:80"
    assert settings("http://127.0.0.1:80", legacy_base_url="http://127.0.0.1:81/").legacy_url == "http://127.0.0.1:81"


@pytest.mark.parametrize("url", ["ftp://x", "https://", "https://u:p@x", "https://x/path", "https://x?a=1", "x"])
def test_an_address_is_a_host_and_nothing_else(url: str) -> None:
    for name in ("base_url", "legacy_base_url"):
        with pytest.raises(ValueError, match="must"):
            settings(**{name: url})


@pytest.mark.parametrize("key", ["short", "!" * 43, "a" * 44])
def test_an_aes_key_is_43_letters_and_digits(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        settings(aes_key=key)


def test_pasted_spaces_are_cut_off() -> None:
    own = settings(client_id=" ding1 ", client_secret=" s3cret ", token=" t ")
    assert (own.client_id, own.client_secret.get_secret_value(), own.token.get_secret_value()) == (
        "ding1",
        "s3cret",
        "t",
    )


def test_the_app_is_the_account_and_no_secret() -> None:
    assert adapter().account == "dingmenshen0001"


# --- the guide --------------------------------------------------------------------------------------------------------

README = (Path(adapters.dingtalk.__file__).parent / "README.md").read_text()


def test_the_readme_names_every_event_and_precaution() -> None:
    assert all(f"`{name}`" in README for name in READINGS if name != "errCode")
    assert all(f"`{name}`" in README for name in Precaution)


def test_what_it_can_tell_is_known_to_the_house() -> None:
    assert DingTalkAdapter.tells < EVENTS.keys()
