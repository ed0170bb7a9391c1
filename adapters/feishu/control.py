"""How each action is asked for in a meeting.

Whatever is accepted here is "requested" at the best: kicks report success by person, lists of who may join say nothing
about a meeting that runs, and what a message led to nobody tells.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from adapters.feishu import errors
from adapters.feishu.bot import Bot
from adapters.feishu.host import NOT_HOST, Hosts
from adapters.feishu.keys import Meeting
from adapters.feishu.kick import Kicks
from adapters.feishu.messages import Messages
from adapters.feishu.reserves import Reserve, Reserves
from adapters.feishu.robot import Robot
from adapters.feishu.roster import Lists
from app.domain.actions import Action, ActionKind, Outcome, OutcomeKind
from app.domain.errors import AdapterError, Refused
from app.domain.people import Participant, Role

REQUESTED = Outcome(kind=OutcomeKind.REQUESTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Everything that a measure in a meeting may need."""

    lists: Lists
    reserves: Reserves
    kicks: Kicks
    hosts: Hosts
    bot: Bot
    robot: Robot
    messages: Messages
    hours_east: float

    async def perform(self, meeting: Meeting, action: Action) -> Outcome:
        """Ask for one action. Raises AdapterError; an action without a call is unsupported and sends nothing."""
        ask = _ASKING.get(action.kind)
        if ask is None:
            return Outcome(kind=OutcomeKind.UNSUPPORTED)
        return await ask(self, meeting, action)

    def candidates(self, meeting: Meeting, action: Action) -> tuple[str, ...]:
        """Whose consent would do for this meeting: who leads it now, then whom it was reserved for."""
        reserve = self.reserves.get(meeting.number)
        operator = (action.operator.account,) if action.operator else ()
        return (*operator, *(reserve.hosts if reserve else ()))

    # --- people -------------------------------------------------------------------------------------------------------

    async def kick(self, meeting: Meeting, action: Action) -> Outcome:
        """Where the door is locked, whoever is put out does not come back through it."""
        await self.kicks.one(await self.lists.id_of(meeting), action.target, self.candidates(meeting, action))
        reserve = self.reserves.get(meeting.number)
        target = action.target.id if action.target else ""
        if reserve is not None and target in (reserve.locked or ()) and target not in reserve.hosts:
            with suppress(AdapterError):  # he is out: that is what was asked for
                await self.reserves.change(meeting.number, lambda r: _without(r, target))
        return REQUESTED

    async def ban(self, meeting: Meeting, action: Action) -> Outcome:
        """Out first, then off the list of who may join; without a reservation of ours the kick is all there is."""
        await self.kick(meeting, action)
        reserve = self.reserves.get(meeting.number)
        target = action.target.id if action.target else ""
        if reserve is None or target in reserve.hosts:
            return REQUESTED
        await self.reserves.change(meeting.number, lambda r: replace(r, banned=_with(r.banned, target)))
        if not reserve.bans_hold:
            return replace(REQUESTED, detail="put out; the whole school may join, so that nobody can be kept out")
        return REQUESTED

    async def unban(self, meeting: Meeting, action: Action) -> Outcome:
        target = action.target.id if action.target else ""
        await self.reserves.change(
            meeting.number, lambda r: replace(r, banned=tuple(b for b in r.banned if b != target))
        )
        return REQUESTED

    async def warn(self, _: Meeting, action: Action) -> Outcome:
        await self.messages.to_person(action.target, action.text)
        return REQUESTED

    async def mute(self, meeting: Meeting, action: Action) -> Outcome:
        await self.bot.mute(await self.lists.id_of(meeting), action.target)
        return REQUESTED

    # --- the room -----------------------------------------------------------------------------------------------------

    async def lock(self, meeting: Meeting, _: Action) -> Outcome:
        """Only those who are inside just now and belong there may join from now on."""
        inside = await self.lists.inside(await self.lists.id_of(meeting))
        await self.reserves.change(meeting.number, lambda r: replace(r, locked=_belonging(r, inside)))
        return REQUESTED

    async def unlock(self, meeting: Meeting, _: Action) -> Outcome:
        await self.reserves.change(meeting.number, lambda r: replace(r, locked=None))
        return REQUESTED

    async def prepare(self, meeting: Meeting, _: Action) -> Outcome:
        """Say once more who may join."""
        await self.reserves.change(meeting.number, lambda r: r)
        return REQUESTED

    async def announce(self, meeting: Meeting, action: Action) -> Outcome:
        """Into the meeting where the bot is, else into the class's group."""
        if self.bot.ready:
            await self.bot.say(await self.lists.id_of(meeting), action.text)
        else:
            await self.robot.say(action.text)
        return REQUESTED

    async def alert(self, _: Meeting, action: Action) -> Outcome:
        await self.robot.say(action.text)
        return REQUESTED

    async def start_recording(self, meeting: Meeting, action: Action) -> Outcome:
        members = {"timezone": int(self.hours_east)}
        return await self._recording(meeting, action, "recording/start", members)

    async def stop_recording(self, meeting: Meeting, action: Action) -> Outcome:
        return await self._recording(meeting, action, "recording/stop", None)

    async def _recording(
        self, meeting: Meeting, action: Action, control: str, members: Mapping[str, object] | None
    ) -> Outcome:
        found = await self.lists.id_of(meeting)
        await self.hosts.ask(found, control, members, self.candidates(meeting, action))
        return REQUESTED

    async def end(self, meeting: Meeting, action: Action) -> Outcome:
        """As the teacher if he has allowed it and leads the meeting, as the bot if that does, else all are put out."""
        found = await self.lists.id_of(meeting)
        candidates = self.candidates(meeting, action)
        try:
            await self.hosts.ask(found, "end", None, candidates)
            return REQUESTED
        except Refused as e:
            if e.code not in NOT_HOST | {errors.NO_CONSENT}:
                raise
        if await self.bot.ended(found):
            return REQUESTED
        failed = await self.kicks.everybody(found, candidates)
        left = f"; {failed} could not be removed" if failed else ""
        return replace(REQUESTED, detail=f"everybody was put out instead of ending the meeting{left}")


def _with(banned: tuple[str, ...], target: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*banned, target)))


def _without(reserve: Reserve, target: str) -> Reserve:
    locked = reserve.locked
    return reserve if locked is None else replace(reserve, locked=tuple(a for a in locked if a != target))


def _belonging(reserve: Reserve, inside: Iterable[Participant]) -> tuple[str, ...]:
    """Who is inside and may be: whoever leads, and of the others those of the list where there is one."""
    listed = None if reserve.listed is None else {*reserve.hosts, *reserve.listed}
    leading, others = [], []
    for person in inside:
        if person.role is not Role.ATTENDEE:
            leading.append(person.account)
        elif listed is None or person.account in listed:
            others.append(person.account)
    return tuple(dict.fromkeys(a for a in (*leading, *others) if a))


_ASKING: Mapping[ActionKind, Callable[[Room, Meeting, Action], Awaitable[Outcome]]] = {
    ActionKind.KICK: Room.kick,
    ActionKind.BAN: Room.ban,
    ActionKind.UNBAN: Room.unban,
    ActionKind.WARN: Room.warn,
    ActionKind.MUTE: Room.mute,
    ActionKind.LOCK: Room.lock,
    ActionKind.UNLOCK: Room.unlock,
    ActionKind.PREPARE: Room.prepare,
    ActionKind.ANNOUNCE: Room.announce,
    ActionKind.ALERT: Room.alert,
    ActionKind.START_RECORDING: Room.start_recording,
    ActionKind.STOP_RECORDING: Room.stop_recording,
    ActionKind.END: Room.end,
}
