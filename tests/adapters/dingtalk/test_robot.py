"""Robots: the signature of the vendor's vectors, and what is sent where."""

import asyncio
from urllib.parse import quote

import pytest

from adapters.dingtalk.robot import LONGEST, MOST_A_MINUTE, signature
from app.domain.actions import Action
from app.domain.actions import ActionKind as Kind
from app.domain.errors import Refused
from tests.adapters.dingtalk.cloud import KEY, Cloud, connected
from tests.adapters.dingtalk.vectors import ROBOT, VENDORS_ROBOT

SECRET, TOKEN = "SECmenshenexample0001", "robot+access/token=0001"


@pytest.mark.parametrize(("secret", "stamp", "expected"), [ROBOT, VENDORS_ROBOT])
def test_the_published_signatures(secret: str, stamp: str, expected: str) -> None:
    assert signature(secret, stamp) == expected


def alert(cloud: Cloud, words: str, secret: str = SECRET) -> None:
    async def run() -> None:
        now = 1795132800.123
        async with connected(cloud, now=lambda: now, robot_access_token=TOKEN, robot_secret=secret) as adapter:
            await adapter.perform(KEY, Action(kind=Kind.ALERT, text=words))

    asyncio.run(run())


def test_an_alert_carries_the_signature_in_its_address_and_needs_no_access_token() -> None:
    cloud = Cloud()
    alert(cloud, "有人闯入")
    (seen,) = cloud.seen
    sign = "wriOe4GA9EBBCSGGfu%2BGIyylZPg%2BL7%2FcqSPexShazlk%3D"
    assert seen.target == f"/robot/send?access_token={quote(TOKEN, safe='')}&timestamp=1795132800123&sign={sign}"
    assert seen.members == {"msgtype": "text", "text": {"content": "有人闯入"}}


def test_a_robot_without_a_signing_secret_is_not_signed() -> None:
    cloud = Cloud()
    alert(cloud, "x", secret="")
    assert cloud.seen[0].query.keys() == {"access_token"}


def test_a_very_long_alert_is_cut() -> None:
    cloud = Cloud()
    alert(cloud, "长" * 9000)
    assert cloud.messages == [("robot", "长" * LONGEST)]


def test_a_robot_that_refuses_is_told_without_its_secrets() -> None:
    cloud = Cloud()
    with pytest.raises(Refused) as refused:
        alert(cloud, "")
    cloud.problems.clear()
    assert refused.value.code == "310000"
    assert SECRET not in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_an_attack_that_calls_for_help_again_and_again_does_not_get_the_robot_blocked() -> None:
    cloud, clock = Cloud(), [1795132800.0]

    async def run() -> int:
        held = 0
        async with connected(cloud, now=lambda: clock[0], robot_access_token=TOKEN) as adapter:
            for _ in range(40):
                clock[0] += 1.0
                try:
                    await adapter.perform(KEY, Action(kind=Kind.ALERT, text="有人闯入"))
                except Refused as e:
                    held += e.code == "too_chatty"
            clock[0] += 60.0
            await adapter.perform(KEY, Action(kind=Kind.ALERT, text="再次"))
        return held

    assert asyncio.run(run()) == 40 - MOST_A_MINUTE
    assert len(cloud.messages) == MOST_A_MINUTE + 1
