"""The meeting bot (beta): where it is, what it hears, and what happens where it is not."""

import asyncio
from typing import Any

from adapters.base import Delivery, Reply
from adapters.feishu import FeishuAdapter
from adapters.http import Http
from adapters.notes import Notes
from app.domain.actions import Action, OutcomeKind
from app.domain.actions import ActionKind as Kind
from tests.adapters.conformance import NOW
from tests.adapters.feishu.cloud import LESSON, Cloud, Refusal, connected, settings
from tests.adapters.feishu.sample import MEETING, NUMBER, PUPIL
from tests.adapters.feishu.test_control import GUEST

YES = {"bot": "yes", "bot_mute": "yes"}


def line(number: int) -> dict[str, Any]:
    who = {"id": PUPIL, "user_type": 1, "user_role": 1, "user_name": "Li Lei"}
    entry = {"operator": who, "message_id": str(number), "message_type": 1, "content": f"line {number}"}
    payload = {
        "meeting": {"id": MEETING, "meeting_no": NUMBER}, "activity_event_type": "chat_received",
        "chat_received_items": [entry],
    }  # fmt: skip
    return {"event_id": f"e{number}", "event_type": "chat_received", "event_time": str(int(NOW)), "payload": payload}


def use(cloud: Cloud, doing: Any, notes: Notes, **more: Any) -> Any:
    async def run() -> Any:
        known: dict[str, Any] = {"bot": True, "mode": "http"} | more
        async with connected(cloud, notes=notes, **known) as adapter:
            return await doing(adapter)

    return asyncio.run(run())


def test_it_comes_in_when_the_list_is_first_read_and_only_then() -> None:
    cloud, notes = Cloud(bot="there"), Notes(YES)

    async def twice(adapter: FeishuAdapter) -> None:
        for _ in range(2):
            await adapter.participants(LESSON)

    use(cloud, twice, notes)
    assert cloud.bot_in == {MEETING}
    assert len([t for _, t in cloud.asked if t.endswith("/bots/join")]) == 1


def test_where_it_may_not_come_in_the_lesson_goes_on() -> None:
    cloud, notes = Cloud(bot="gray"), Notes(YES)
    assert len(use(cloud, lambda a: a.participants(LESSON), notes).inside) == 2
    assert not notes.get(f"bot:{MEETING}")


def test_it_stays_out_where_nobody_wants_it_or_the_tenant_has_it_not() -> None:
    for notes, more in ((Notes(YES), {"bot": False, "mode": "http"}), (Notes(), {})):
        cloud = Cloud(bot="there")
        use(cloud, lambda a: a.participants(LESSON), notes, **more)
        assert cloud.bot_in == set()


def test_what_it_hears_is_told_once_and_goes_on_where_it_was() -> None:
    cloud = Cloud(bot="there", bot_in={MEETING}, bot_events=[line(i) for i in range(5)])
    notes = Notes(YES | {f"bot:{MEETING}": "{}"})
    heard: list[Delivery] = []

    async def take(delivery: Delivery) -> Reply:
        heard.append(delivery)
        return Reply()

    use(cloud, lambda a: a._bot.hear(take), notes)
    assert len(heard) == 5
    facts = [f for d in heard for f in FeishuAdapter(settings(), Http()).parse(d)]
    assert [getattr(f.event, "text", "") for f in facts] == [f"line {i}" for i in range(5)]
    assert {f.lesson_key for f in facts} == {LESSON}
    cloud.bot_events.append(line(5))
    use(cloud, lambda a: a._bot.hear(take), notes)
    assert [d.body.count(b"line 5") for d in heard[5:]] == [1]


def test_without_a_token_to_go_on_with_it_asks_from_the_last_event_on() -> None:
    class Tokenless(Cloud):
        def on_bot_events(self, request: Any, *more: Any) -> dict[str, Any]:
            return {**super().on_bot_events(request, *more), "has_more": False, "page_token": ""}

    cloud = Tokenless(bot="there", bot_in={MEETING}, bot_events=[line(0)])
    notes = Notes(YES | {f"bot:{MEETING}": "{}"})

    async def take(_: Delivery) -> Reply:
        return Reply()

    for _ in range(2):
        use(cloud, lambda a: a._bot.hear(take), notes)
    first, second = (t for _, t in cloud.asked)
    assert "start_time" not in first
    assert f"start_time={int(NOW)}" in second


def test_a_meeting_that_it_has_left_is_forgotten() -> None:
    notes = Notes(YES | {f"bot:{MEETING}": "{}"})

    async def take(_: Delivery) -> Reply:
        raise AssertionError("nothing to hear")

    use(Cloud(bot="there"), lambda a: a._bot.hear(take), notes)
    assert not notes.get(f"bot:{MEETING}")
    notes = Notes(YES | {f"bot:{MEETING}": "{}"})
    use(Cloud(bot="there", status=3), lambda a: a.participants(LESSON), notes)
    assert not notes.get(f"bot:{MEETING}")


def test_a_beta_that_does_not_answer_makes_no_lesson_unseen() -> None:
    notes = Notes(YES | {f"bot:{MEETING}": "{}"})

    async def take(_: Delivery) -> Reply:
        raise AssertionError("nothing to hear")

    use(Cloud(script=[Refusal(121001, 500)]), lambda a: a._bot.hear(take), notes)
    assert notes.get(f"bot:{MEETING}")
    assert not FeishuAdapter(settings(bot=True, mode="http"), Http()).listens
    assert FeishuAdapter(settings(bot=True, mode="http"), Http(), notes).listens


def test_it_speaks_and_mutes_in_the_meeting() -> None:
    cloud = Cloud(bot="there", bot_in={MEETING})

    async def both(adapter: FeishuAdapter) -> list[Any]:
        said = await adapter.perform(LESSON, Action(kind=Kind.ANNOUNCE, text="安静"))
        return [said, await adapter.perform(LESSON, Action(kind=Kind.MUTE, target=GUEST))]

    outcomes = use(cloud, both, Notes(YES))
    assert [o.kind for o in outcomes] == [OutcomeKind.REQUESTED] * 2
    assert cloud.sent == [{"meeting_id": MEETING, "msg_type": "text", "content": "安静"}, {"muted": PUPIL}]


def test_a_meeting_that_it_cannot_end_is_emptied() -> None:
    cloud = Cloud(bot="there", bot_in={MEETING})
    outcome = use(cloud, lambda a: a.perform(LESSON, Action(kind=Kind.END)), Notes(YES))
    assert outcome.kind is OutcomeKind.REQUESTED
    assert not [r for r in cloud.inside if r["status"] == 2]
