"""A class's group chat: who is in it, who may write, and what is done there (im-v1 chats and messages).

Changes of one group go one after the other, as the platform demands (232019).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress

from adapters import untrusted
from adapters.feishu import errors, instructions, keys, people
from adapters.feishu.client import BY_OPEN_ID, Client, Json, pages
from adapters.feishu.keys import Chat
from adapters.feishu.messages import Messages
from adapters.memory import Memory
from adapters.notes import Notes
from adapters.wire import Query, segment
from app.domain.actions import Action, ActionKind, Outcome, OutcomeKind, Words
from app.domain.errors import AdapterError, Gone, Refused
from app.domain.events import Attendance, Presence, Switches
from app.domain.people import Participant, Role

PAGE = 100
SILENCED = "silenced:"  # note: who may not write, by chat
WRITERS = "writers:"  # note: whom the school's own list of writers named before we closed or changed it, by chat
BY_MEMBER = ("member_id_type", "open_id")
REMEMBER = 300.0  # seconds that owner and administrators of a group are taken for granted
EVERYBODY, SOME, ONLY_OWNER = "all_members", "moderator_list", "only_owner"
REQUESTED = Outcome(kind=OutcomeKind.REQUESTED)


class Groups:
    """The group chats of one connection."""

    def __init__(
        self, client: Client, messages: Messages, notes: Notes, *, hours_east: float, now: Callable[[], float]
    ) -> None:
        self._client = client
        self._messages = messages
        self._notes = notes
        self._hours_east = hours_east
        self._now = now
        self._leaders: Memory[Mapping[str, Role]] = Memory(now, REMEMBER)
        self._seen: Memory[tuple[str, tuple[str, ...]]] = Memory(now, REMEMBER)  # the newest answer of `_moderation`
        self._one_at_a_time: dict[str, asyncio.Lock] = {}

    # --- reading ------------------------------------------------------------------------------------------------------

    async def attendance(self, chat: Chat) -> Attendance:
        """Every member, and whether all may write; a day that is over has nobody. Raises AdapterError."""
        if chat.day and chat.day != keys.day(self._now(), self._hours_east):
            return Attendance(inside=(), live=False)
        members, count = await self._members(chat.id)
        leaders = await self._leading(chat.id)
        setting, _ = await self._moderation(chat.id)
        inside = [_presence(row, leaders) for row in members]
        switches = Switches(chat_closed=setting == ONLY_OWNER) if setting else None
        return Attendance(inside=tuple(p for p in inside if p), switches=switches, exact=count == 1)

    async def listed(self, chat: str) -> list[Json]:
        """The rows of all members: account and name. Raises AdapterError."""
        return (await self._members(chat))[0]

    async def all(self) -> list[Json]:
        """Every group that the bot is in. Raises AdapterError."""

        async def ask(more: Query) -> Json:
            return await self._client.get("/open-apis/im/v1/chats", more)

        return (await pages(ask, PAGE))[0]

    async def _members(self, chat: str) -> tuple[list[Json], int]:
        async def ask(more: Query) -> Json:
            return await self._client.get(f"{_path(chat)}/members", (BY_MEMBER, *more))

        return await pages(ask, PAGE)

    async def _moderation(self, chat: str) -> tuple[str, tuple[str, ...]]:
        """Who may write: the setting, and whom the list names."""
        setting = ""

        async def ask(more: Query) -> Json:
            nonlocal setting
            answer = await self._client.get(f"{_path(chat)}/moderation", (BY_OPEN_ID, *more))
            setting = people.text(answer.get("moderation_setting"))
            return answer

        rows, _ = await pages(ask, PAGE)
        seen = setting, tuple(people.text(r.get("user_id")) for r in rows)
        self._seen.put(chat, seen)
        return seen

    async def _leading(self, chat: str) -> Mapping[str, Role]:
        """Owner and administrators, who are never a target."""
        known = self._leaders.get(chat)
        if known is None:
            answer = await self._client.get(_path(chat), (BY_OPEN_ID,))
            managers = answer.get("user_manager_id_list")
            known = {people.text(m): Role.COHOST for m in (managers if isinstance(managers, list) else ())}
            known[people.text(answer.get("owner_id"))] = Role.HOST
            self._leaders.put(chat, known)
        return known

    # --- acting -------------------------------------------------------------------------------------------------------

    async def perform(self, chat: Chat, action: Action) -> Outcome:
        """Ask for one action. Raises AdapterError; an action without a call is unsupported and sends nothing."""
        ask = _ASKING.get(action.kind)
        if ask is None:
            return Outcome(kind=OutcomeKind.UNSUPPORTED)
        async with self._one_at_a_time.setdefault(chat.id, asyncio.Lock()):
            try:
                return await ask(self, chat.id, action)
            except Refused as e:
                by_hand = _BY_OWNER.get(action.kind)
                if by_hand is None or e.code not in errors.NOT_OWNER:
                    raise
                return Outcome(kind=OutcomeKind.MANUAL, code=e.code, detail=e.detail, instruction=by_hand)

    async def remove(self, chat: str, action: Action) -> Outcome:
        target = _target(action)
        answer = await self._client.send("DELETE", f"{_path(chat)}/members", (BY_MEMBER,), {"id_list": [target]})
        if target in (answer.get("invalid_id_list") or ()):
            raise Gone(errors.PLATFORM, "this person is not in the group", code="not_member")
        return REQUESTED

    async def recall(self, _: str, action: Action) -> Outcome:
        """What is recalled already is as it should be."""
        try:
            await self._messages.recall(action.reference)
        except Gone as e:
            if e.code != "230011":
                raise
        return REQUESTED

    async def close(self, chat: str, _: Action) -> Outcome:
        """Whom the school let write before is noted, because the platform forgets it."""
        known = self._seen.get(chat)
        if known is None:
            with suppress(AdapterError):  # closing matters more
                known = await self._moderation(chat)
        if known is not None:
            await self._keep(chat, *known)
        return await self._moderate(chat, {"moderation_setting": ONLY_OWNER})

    async def open(self, chat: str, _: Action) -> Outcome:
        """To those who might write before we closed it, else to everybody; in no case to who is silenced."""
        silenced = self._silenced(chat)
        if writers := self._noted(WRITERS + chat):
            lists = {"moderator_added_list": [w for w in writers if w not in silenced]}
            if silenced:
                lists["moderator_removed_list"] = sorted(silenced)
            outcome = await self._moderate(chat, {"moderation_setting": SOME, **lists})
            await self._notes.forget(WRITERS + chat)  # who presses once more means everybody
            return outcome
        if silenced:
            return await self._all_but(chat, silenced)
        return await self._moderate(chat, {"moderation_setting": EVERYBODY})

    async def silence(self, chat: str, action: Action) -> Outcome:
        target = _target(action)
        setting, listed = await self._moderation(chat)
        silenced = (*(s for s in self._silenced(chat) if s != target), target)
        outcome = REQUESTED  # only the owner may write anyway, or he is off the list already
        if setting == EVERYBODY:
            outcome = await self._all_but(chat, silenced)
        elif setting == SOME and target in listed:
            await self._keep(chat, setting, listed)
            outcome = await self._moderate(chat, {"moderation_setting": SOME, "moderator_removed_list": [target]})
        await self._notes.put(SILENCED + chat, json.dumps(silenced))
        return outcome

    async def unsilence(self, chat: str, action: Action) -> Outcome:
        target = _target(action)
        silenced = tuple(s for s in self._silenced(chat) if s != target)
        await self._notes.put(SILENCED + chat, json.dumps(silenced))
        setting, _ = await self._moderation(chat)
        if setting != SOME:
            return REQUESTED  # the list is not in force
        if writers := self._noted(WRITERS + chat):
            if not silenced:
                await self._notes.forget(WRITERS + chat)
            if target not in writers:
                return REQUESTED  # he might not write before either
        elif not silenced:
            return await self._moderate(chat, {"moderation_setting": EVERYBODY})
        return await self._moderate(chat, {"moderation_setting": SOME, "moderator_added_list": [target]})

    async def announce(self, chat: str, action: Action) -> Outcome:
        await self._messages.to_chat(chat, action.text)
        return REQUESTED

    async def warn(self, _: str, action: Action) -> Outcome:
        await self._messages.to_person(action.target, action.text)
        return REQUESTED

    async def _keep(self, chat: str, setting: str, listed: Iterable[str]) -> None:
        """Note the list of writers where it is the school's: with somebody silenced it is ours, or noted already."""
        if setting == SOME and not self._silenced(chat):
            await self._notes.put(WRITERS + chat, json.dumps([w for w in listed if w]))

    def _silenced(self, chat: str) -> tuple[str, ...]:
        return self._noted(SILENCED + chat)

    def _noted(self, name: str) -> tuple[str, ...]:
        known = untrusted.loads(self._notes.get(name))
        return tuple(k for k in known if isinstance(k, str)) if isinstance(known, list) else ()

    async def _all_but(self, chat: str, silenced: Iterable[str]) -> Outcome:
        """The list of who may write: everybody who is in the group now, without these."""
        without = set(silenced)
        members = [people.text(row.get("member_id")) for row in await self.listed(chat)]
        lists = {
            "moderator_added_list": [m for m in members if m and m not in without],
            "moderator_removed_list": sorted(without),
        }
        return await self._moderate(chat, {"moderation_setting": SOME, **lists})

    async def _moderate(self, chat: str, members: Mapping[str, object]) -> Outcome:
        self._seen.forget(chat)
        await self._client.send("PUT", f"{_path(chat)}/moderation", (BY_OPEN_ID,), members)
        return REQUESTED


def _path(chat: str) -> str:
    return f"/open-apis/im/v1/chats/{segment(chat)}"


def _target(action: Action) -> str:
    if action.target is None or not people.is_open_id(action.target.id):
        raise Refused(errors.PLATFORM, "this person has no account that a call could name", code="no_address")
    return action.target.id


def _presence(row: Json, leaders: Mapping[str, Role]) -> Presence | None:
    who = people.text(row.get("member_id"))
    if not who:
        return None
    name = people.text(row.get("name"), people.MAX_NAME)
    role = leaders.get(who, Role.ATTENDEE)
    return Presence(participant=Participant(id=who, name=name, account=who, role=role))


_ASKING: Mapping[ActionKind, Callable[[Groups, str, Action], Awaitable[Outcome]]] = {
    ActionKind.KICK: Groups.remove,
    ActionKind.BAN: Groups.remove,
    ActionKind.DELETE_MESSAGE: Groups.recall,
    ActionKind.CLOSE_CHAT: Groups.close,
    ActionKind.OPEN_CHAT: Groups.open,
    ActionKind.SILENCE: Groups.silence,
    ActionKind.UNSILENCE: Groups.unsilence,
    ActionKind.ANNOUNCE: Groups.announce,
    ActionKind.WARN: Groups.warn,
}

_BY_OWNER: Mapping[ActionKind, Words] = {  # most groups belong to a teacher, who can do it himself
    ActionKind.KICK: instructions.GROUP_REMOVE,
    ActionKind.BAN: instructions.GROUP_REMOVE,
    ActionKind.DELETE_MESSAGE: instructions.GROUP_RECALL,
    ActionKind.CLOSE_CHAT: instructions.GROUP_CLOSE,
    ActionKind.OPEN_CHAT: instructions.GROUP_OPEN,
}
