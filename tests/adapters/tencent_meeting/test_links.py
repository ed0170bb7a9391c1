"""Personal links: one per pupil, with a token that the platform hands back."""

import asyncio
import time
from collections.abc import Mapping

import pytest

from adapters.tencent_meeting.links import wrapped
from adapters.tencent_meeting.people import user_data
from app.domain.errors import Refused
from tests.adapters.tencent_meeting.cloud import MEETING, Cloud, connected, row


def links(cloud: Cloud, *tokens: str) -> Mapping[str, str]:
    async def run() -> Mapping[str, str]:
        async with connected(cloud) as adapter:
            return await adapter.personal_links(f"{MEETING}:sub1", tokens)

    return asyncio.run(run())


def test_each_token_gets_a_link_of_its_own_once() -> None:
    cloud = Cloud(clock=time.time)
    first = links(cloud, "r-1", "r-2")
    assert len(set(first.values())) == 2
    assert links(cloud, "r-2", "r-1", "r-3").items() >= first.items()
    assert len([s for s in cloud.seen if s.method == "POST"]) == 3


def test_the_token_of_a_link_comes_back_with_the_person() -> None:
    cloud = Cloud(clock=time.time)
    links(cloud, "r-7")
    cloud.inside = [row("bXM=", 1, customer_data=next(iter(cloud.links)))]

    async def run() -> str:
        async with connected(cloud) as adapter:
            return (await adapter.participants(MEETING)).inside[0].participant.link

    assert asyncio.run(run()) == "r-7"


@pytest.mark.parametrize("length", [1, 160])
def test_a_token_is_wrapped_as_the_platform_prescribes(length: int) -> None:
    assert len(wrapped("x" * length)) <= 256
    assert user_data(wrapped("x" * length)) == "x" * length
    assert wrapped("r-7") == "eyJ2ZXIiOiIxLjAiLCJ1c2VyRGF0YSI6InItNyJ9"


@pytest.mark.parametrize("token", ["", "x" * 161, "小明", "a\nb"])
def test_a_token_that_does_not_fit_is_refused_before_anything_is_asked(token: str) -> None:
    cloud = Cloud(clock=time.time)
    with pytest.raises(Refused):
        links(cloud, "good", token)
    assert cloud.seen == []


def test_more_than_three_hundred_are_refused_before_any_is_made() -> None:
    cloud = Cloud(clock=time.time)
    with pytest.raises(Refused) as refused:
        links(cloud, *(f"r-{n}" for n in range(301)))
    assert refused.value.code == "202005"
    assert cloud.links == {}
