"""Words that reach people outside the meeting, where a robot or staff to be alerted is set up."""

import asyncio
from typing import Any

import pytest

from app.domain.actions import Action, Confirm, Level, Outcome, OutcomeKind
from app.domain.actions import ActionKind as Kind
from app.domain.errors import Refused, Transient
from tests.adapters.wecom.cloud import ROBOT_KEY, Cloud, Refusal, connected
from tests.adapters.wecom.sample import MEETING

BOTH: dict[str, Any] = {"robot_key": ROBOT_KEY, "alert_userids": "it01|it02"}


def say(cloud: Cloud, kind: Kind, text: str = "有陌生人 strangers", **more: Any) -> Outcome:
    async def run() -> Outcome:
        async with connected(cloud, **more) as adapter:
            return await adapter.perform(MEETING, Action(kind=kind, text=text))

    return asyncio.run(run())


def supported(kind: Kind, **more: Any) -> Any:
    async def run() -> Any:
        async with connected(Cloud(), **more) as adapter:
            return adapter.supports(kind, None, MEETING)

    return asyncio.run(run())


def test_an_alert_goes_to_whoever_is_set_up() -> None:
    text = "有陌生人 strangers"
    for more, told in (
        ({"robot_key": ROBOT_KEY}, [("robot", text)]),
        ({"alert_userids": ["it01"]}, [("app", text)]),
        (BOTH, [("robot", text), ("app", text)]),
    ):
        cloud = Cloud()
        assert say(cloud, Kind.ALERT, **more) == Outcome(kind=OutcomeKind.REQUESTED)
        assert cloud.said == told


def test_an_alert_through_one_of_two_ways_is_sent_and_says_what_failed() -> None:
    cloud = Cloud(forbidden={"/cgi-bin/webhook/send": 93000})
    outcome = say(cloud, Kind.ALERT, **BOTH)
    assert (outcome.kind, outcome.code) == (OutcomeKind.REQUESTED, "93000")
    assert [by for by, _ in cloud.said] == ["app"]
    with pytest.raises(Refused):
        say(Cloud(forbidden={"/cgi-bin/webhook/send": 93000}), Kind.ALERT, robot_key=ROBOT_KEY)


def test_everybody_in_the_group_is_called_by_an_alert_and_not_by_an_announcement() -> None:
    cloud = Cloud()
    say(cloud, Kind.ALERT, robot_key=ROBOT_KEY)
    say(cloud, Kind.ANNOUNCE, robot_key=ROBOT_KEY)
    assert [s.members["text"].get("mentioned_list") for s in cloud.calls] == [["@all"], None]


def test_the_robots_key_is_all_its_credentials_and_no_token_is_spent_on_it() -> None:
    cloud = Cloud()
    say(cloud, Kind.ANNOUNCE, robot_key=ROBOT_KEY)
    assert [s.path for s in cloud.seen] == ["/cgi-bin/webhook/send"]


def test_without_a_channel_alerts_stay_in_the_panel_and_nothing_is_sent() -> None:
    cloud = Cloud()
    assert say(cloud, Kind.ALERT).kind is OutcomeKind.UNSUPPORTED
    assert say(cloud, Kind.ANNOUNCE).kind is OutcomeKind.UNSUPPORTED
    assert cloud.seen == []


def test_what_is_supported_depends_on_what_is_set_up() -> None:
    assert not supported(Kind.ALERT).channel
    assert supported(Kind.ANNOUNCE).level is Level.NONE
    for more in ({"robot_key": ROBOT_KEY}, {"alert_userids": ["it01"]}):
        assert supported(Kind.ALERT, **more).channel
        assert supported(Kind.ALERT, **more).confirm is Confirm.NEVER
    assert supported(Kind.ANNOUNCE, robot_key=ROBOT_KEY).level is Level.PARTIAL
    assert supported(Kind.ANNOUNCE, alert_userids=["it01"]).level is Level.NONE


@pytest.mark.parametrize(("text", "length"), [("好" * 1000, 2046), ("a" * 5000, 2048), ("é\ud800", 3)])
def test_a_long_text_is_cut_between_two_characters(text: str, length: int) -> None:
    cloud = Cloud()
    say(cloud, Kind.ANNOUNCE, text, robot_key=ROBOT_KEY)
    assert len(cloud.said[0][1].encode()) == length


def test_nothing_to_say_is_not_sent_and_a_full_robot_is_tried_later() -> None:
    with pytest.raises(Refused):
        say(Cloud(), Kind.ANNOUNCE, " ", robot_key=ROBOT_KEY)
    with pytest.raises(Transient):
        say(Cloud(script=[Refusal(45009)]), Kind.ANNOUNCE, robot_key=ROBOT_KEY)
