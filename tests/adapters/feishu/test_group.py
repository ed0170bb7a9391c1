"""Measures in the class's group chat."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from adapters.feishu import FeishuAdapter
from adapters.http import Http
from adapters.notes import Notes
from app import matrix
from app.domain.actions import Action, ActionKind, Level, Outcome, OutcomeKind
from app.domain.actions import ActionKind as Kind
from app.domain.errors import Gone, Refused, Transient
from app.domain.people import Participant
from tests.adapters.feishu.cloud import CHAT, LESSON, Chat, Cloud, Refusal, connected, settings
from tests.adapters.feishu.sample import PUPIL, TEACHER
from tests.adapters.feishu.test_control import GUEST, act, requested
from tests.adapters.stand_in import Seen

TODAY = f"{CHAT}:2026-11-20"
CLASS = {TEACHER: "王老师", PUPIL: "访客", "ou_a": "甲", "ou_b": "乙"}
OTHER = Participant(id="ou_a", account="ou_a")


def group(**more: Any) -> Cloud:
    return Cloud(chats={CHAT: Chat(**({"members": dict(CLASS)} | more))})


def do(cloud: Cloud, *kinds: Kind, **more: Any) -> list[Any]:
    return act(cloud, *kinds, key=TODAY, **more)


def test_a_member_is_removed() -> None:
    for kind in (Kind.KICK, Kind.BAN):
        cloud = group()
        assert requested(do(cloud, kind)[0])
        assert PUPIL not in cloud.chats[CHAT].members


def test_somebody_who_is_no_member_is_gone_and_the_owner_stays() -> None:
    cloud = group()
    assert isinstance(do(cloud, Kind.KICK, target=Participant(id="ou_nobody"))[0], Gone)
    assert isinstance(do(cloud, Kind.KICK, target=Participant(id=TEACHER))[0], Refused)


def test_writing_is_closed_and_opened() -> None:
    cloud = group()
    assert requested(do(cloud, Kind.CLOSE_CHAT)[0])
    assert cloud.chats[CHAT].setting == "only_owner"
    assert requested(do(cloud, Kind.OPEN_CHAT)[0])
    assert cloud.chats[CHAT].setting == "all_members"


def test_one_is_silenced_and_the_others_write_on() -> None:
    cloud = group()
    outcome, memory = do(cloud, Kind.SILENCE)
    assert requested(outcome)
    assert cloud.chats[CHAT].setting == "moderator_list"
    assert set(cloud.chats[CHAT].moderators) == CLASS.keys() - {PUPIL}
    notes = dict(memory.under(""))
    _, memory = do(cloud, Kind.SILENCE, target=OTHER, notes=notes)
    assert set(cloud.chats[CHAT].moderators) == CLASS.keys() - {PUPIL, "ou_a"}
    _, memory = do(cloud, Kind.UNSILENCE, notes=dict(memory.under("")))
    assert set(cloud.chats[CHAT].moderators) == CLASS.keys() - {"ou_a"}
    do(cloud, Kind.UNSILENCE, target=OTHER, notes=dict(memory.under("")))
    assert cloud.chats[CHAT].setting == "all_members"


def test_opening_the_chat_does_not_give_the_silenced_their_voice_back() -> None:
    cloud = group()
    _, memory = do(cloud, Kind.SILENCE)
    _, memory = do(cloud, Kind.CLOSE_CHAT, notes=dict(memory.under("")))
    do(cloud, Kind.OPEN_CHAT, notes=dict(memory.under("")))
    assert cloud.chats[CHAT].setting == "moderator_list"
    assert PUPIL not in cloud.chats[CHAT].moderators


def test_whom_the_school_let_write_before_the_chat_was_closed_may_write_again_and_nobody_else() -> None:
    cloud = group(setting="moderator_list", moderators=[TEACHER, "ou_a"])
    _, memory = do(cloud, Kind.CLOSE_CHAT)
    assert cloud.chats[CHAT].setting == "only_owner"
    cloud.chats[CHAT].moderators = []  # whether the platform keeps the list is not known
    _, memory = do(cloud, Kind.OPEN_CHAT, notes=dict(memory.under("")))
    assert cloud.chats[CHAT].setting == "moderator_list"
    assert cloud.chats[CHAT].moderators == [TEACHER, "ou_a"]
    do(cloud, Kind.OPEN_CHAT, notes=dict(memory.under("")))  # pressed once more: everybody is meant
    assert cloud.chats[CHAT].setting == "all_members"


def test_who_was_silenced_on_the_schools_own_list_stays_so_when_the_chat_opens_and_alone_comes_back() -> None:
    cloud = group(setting="moderator_list", moderators=[TEACHER, "ou_a"])
    _, memory = do(cloud, Kind.SILENCE, target=OTHER)
    _, memory = do(cloud, Kind.CLOSE_CHAT, notes=dict(memory.under("")))
    _, memory = do(cloud, Kind.OPEN_CHAT, notes=dict(memory.under("")))
    assert (cloud.chats[CHAT].setting, cloud.chats[CHAT].moderators) == ("moderator_list", [TEACHER])
    cloud = group(setting="moderator_list", moderators=[TEACHER, "ou_a"])
    _, memory = do(cloud, Kind.SILENCE, target=OTHER)
    do(cloud, Kind.UNSILENCE, target=OTHER, notes=dict(memory.under("")))
    assert (cloud.chats[CHAT].setting, cloud.chats[CHAT].moderators) == ("moderator_list", [TEACHER, "ou_a"])


def test_the_chat_is_closed_also_when_it_cannot_be_read_who_may_write() -> None:
    cloud = group(setting="moderator_list", moderators=[TEACHER], hidden=True)
    assert requested(do(cloud, Kind.CLOSE_CHAT)[0])
    assert cloud.chats[CHAT].setting == "only_owner"


@pytest.mark.parametrize(
    ("kind", "code", "says"),
    [
        (Kind.CLOSE_CHAT, 232017, "仅群主"),
        (Kind.OPEN_CHAT, 232017, "所有成员"),
        (Kind.KICK, 232014, "移除"),
        (Kind.BAN, 232014, "移除"),
        (Kind.DELETE_MESSAGE, 230026, "撤回"),
    ],
)
def test_what_only_the_owner_may_do_is_left_to_him_with_an_instruction(kind: Kind, code: int, says: str) -> None:
    class Owned(Cloud):
        async def _answer(self, request: web.Request, seen: Seen) -> web.StreamResponse:
            if seen.method != "GET" and "/im/v1/" in seen.target:
                raise Refusal(code)
            return await super()._answer(request, seen)

    async def run() -> Outcome:
        async with connected(Owned(chats={CHAT: Chat()})) as adapter:
            return await adapter.perform(TODAY, Action(kind=kind, target=GUEST, reference="om_1"))

    outcome = asyncio.run(run())
    assert (outcome.kind, outcome.code) == (OutcomeKind.MANUAL, str(code))
    assert outcome.instruction is not None
    assert says in outcome.instruction.zh
    assert says in outcome.instruction.vi or kind in (Kind.KICK, Kind.BAN)
    assert "owner" in outcome.instruction.en


def test_silence_in_a_closed_group_changes_nothing_until_it_is_opened() -> None:
    cloud = group(setting="only_owner")
    outcome, memory = do(cloud, Kind.SILENCE)
    assert requested(outcome)
    assert not [m for m, _ in cloud.asked if m == "PUT"]
    do(cloud, Kind.OPEN_CHAT, notes=dict(memory.under("")))
    assert set(cloud.chats[CHAT].moderators) == CLASS.keys() - {PUPIL}


def test_a_message_is_recalled_and_one_that_is_recalled_already_is_as_it_should_be() -> None:
    cloud = group()
    wish = Action(kind=Kind.DELETE_MESSAGE, target=GUEST, reference="om_1")

    async def run() -> list[Outcome]:
        async with connected(cloud) as adapter:
            return [await adapter.perform(TODAY, wish) for _ in range(2)]

    assert [o.kind for o in asyncio.run(run())] == [OutcomeKind.REQUESTED] * 2
    assert cloud.chats[CHAT].messages == set()


@pytest.mark.parametrize("reference", ["", "../chats/oc_x", "om_1/x", "a b"])
def test_a_message_id_that_would_break_a_path_is_refused(reference: str) -> None:
    cloud = group()

    async def run() -> None:
        async with connected(cloud) as adapter:
            await adapter.perform(TODAY, Action(kind=Kind.DELETE_MESSAGE, target=GUEST, reference=reference))

    with pytest.raises(Refused):
        asyncio.run(run())
    assert cloud.asked == []


def test_words_go_into_the_group() -> None:
    cloud = group()
    assert requested(do(cloud, Kind.ANNOUNCE)[0])
    assert cloud.sent[0]["receive_id"] == CHAT


def test_a_bot_that_does_not_own_the_group_tells_why() -> None:
    for kind in (Kind.CLOSE_CHAT, Kind.KICK):
        outcome = do(group(bot_is_owner=False), kind)[0]
        assert outcome.kind is OutcomeKind.MANUAL
        assert "owner" in outcome.detail
    error = do(group(bot_is_owner=False), Kind.SILENCE)[0]  # no owner has a button for one person
    assert isinstance(error, Refused)
    assert "owner" in str(error)


def test_one_change_at_a_time() -> None:
    """The platform refuses two at once (232019): ours wait for each other."""
    cloud = group()
    running = [0, 0]

    class Counting(Cloud):
        async def handle(self, request: Any) -> Any:
            changes = request.method in ("PUT", "DELETE")
            running[0] += changes
            running[1] = max(running)
            try:
                await asyncio.sleep(0)
                return await super().handle(request)
            finally:
                running[0] -= changes

    counting = Counting(chats=cloud.chats)

    async def run() -> None:
        async with connected(counting) as adapter:
            kinds = [Kind.CLOSE_CHAT, Kind.KICK, Kind.OPEN_CHAT]
            await asyncio.gather(*(adapter.perform(TODAY, Action(kind=k, target=GUEST)) for k in kinds))

    asyncio.run(run())
    assert running == [0, 1]
    assert isinstance(do(group(), Kind.KICK, notes={})[0], Outcome)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (232019, Transient),
        (230020, Transient),
        (11232, Transient),
        (232009, Gone),
        (232011, Refused),
        (230027, Refused),
    ],
)
def test_codes_of_groups(code: int, error: type[Exception]) -> None:
    assert isinstance(do(Cloud(script=[Refusal(code)]), Kind.OPEN_CHAT)[0], error)


def test_a_group_has_a_table_of_its_own() -> None:
    adapter = FeishuAdapter(settings(), Http())
    (room,) = FeishuAdapter.other_rooms
    assert room.title.en == "Feishu group chat"
    assert set(room.capabilities) == set(ActionKind)
    for kind in ActionKind:
        assert adapter.supports(kind, None, TODAY) == room.capabilities[kind]
    assert adapter.supports(Kind.CLOSE_CHAT, None, TODAY).level is Level.NATIVE
    assert adapter.supports(Kind.CLOSE_CHAT, None, LESSON).level is Level.MANUAL


def test_the_table_stands_beside_the_platforms_in_the_readme() -> None:
    titles = [cell.strip() for cell in matrix.text().splitlines()[0].split("|")]
    at = titles.index("Feishu / Lark")
    assert titles[at + 1] == "Feishu group chat"
    row = next(line for line in matrix.text().splitlines() if line.startswith("| `close_chat`"))
    assert [cell.strip() for cell in row.split("|")][at : at + 2] == ["by hand", "yes (read back)"]


@pytest.mark.parametrize("kind", ActionKind)
def test_less_than_native_says_what_happens_instead(kind: Kind) -> None:
    support = FeishuAdapter.other_rooms[0].capabilities[kind]
    if support.level is not Level.NATIVE:
        assert support.note
        assert support.instead
        levels = [FeishuAdapter.other_rooms[0].capabilities[k].level for k in support.instead]
        assert Level.NONE not in levels


def test_what_a_group_cannot_do_sends_nothing() -> None:
    cloud = group()
    kinds = [k for k, s in FeishuAdapter.other_rooms[0].capabilities.items() if s.level is Level.NONE]
    outcomes = do(cloud, *kinds)
    assert {o.kind for o in outcomes[:-1]} == {OutcomeKind.UNSUPPORTED}
    assert cloud.seen == []


def test_without_the_right_a_group_can_only_be_watched_by_people() -> None:
    adapter = FeishuAdapter(settings(), Http(), Notes({"no_groups": "yes"}))
    assert adapter.supports(Kind.CLOSE_CHAT, None, TODAY).level is Level.NONE
    assert adapter.supports(Kind.KICK, None, LESSON).level is Level.NATIVE


def test_who_has_no_account_cannot_be_named() -> None:
    adapter = FeishuAdapter(settings(), Http())
    for kind in (Kind.KICK, Kind.BAN, Kind.SILENCE, Kind.UNSILENCE, Kind.WARN):
        assert adapter.supports(kind, Participant(id="@on_1"), TODAY).level is Level.NONE
        assert adapter.supports(kind, OTHER, TODAY).level is not Level.NONE
