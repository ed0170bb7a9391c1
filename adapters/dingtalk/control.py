"""How each action is asked of DingTalk (pages kick-out-meeting-members, mute-all-staff-or-unmute-all-staff and others).

`success: true` for somebody who has just left proves nothing, so the best outcome here is "requested"; an event or the
lists show the effect. Controls name no operator, except those that only the host may ask for.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.dingtalk import instructions, people
from adapters.dingtalk.bookings import EXTRA, Bookings, Model
from adapters.dingtalk.capabilities import LIVE_SETTINGS, MISSING, NICK
from adapters.dingtalk.client import Client
from adapters.dingtalk.errors import NO_ACTION, NOT_THE_CREATOR, NOT_THE_HOST, OVER, PLATFORM
from adapters.dingtalk.lessons import CONFERENCES, Key, Lessons, split
from adapters.dingtalk.robot import Robot
from adapters.dingtalk.roster import Lists
from adapters.dingtalk.wire import MAX_NAME, text
from adapters.notes import Notes
from adapters.wire import Query
from app.domain.actions import Action, ActionKind, Outcome, OutcomeKind, Words
from app.domain.errors import Gone, Refused
from app.domain.people import Participant, Role

REQUESTED = Outcome(kind=OutcomeKind.REQUESTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One control call below the conference's path. `note` names the finding about a call that is not documented."""

    method: str = "POST"
    control: str = ""
    members: Mapping[str, object] | None = field(default=None)
    query: Query = ()
    note: str = ""


Build = Callable[[Action], Call]


def _room(control: str, **members: object) -> Build:
    return lambda _: Call(control=control, members=members)


def _who(action: Action) -> str:
    """Raises Refused: to leave the person out would ask for something else."""
    who = people.reach(action.target)
    if not who:
        raise Refused(PLATFORM, "no_account: this person has no unionId, so no call reaches him", code="no_account")
    return who


def _mute(action: Action) -> Call:
    """One person at a time; without a `participantId`, which nothing tells, all devices of the account."""
    return Call(control="/members/mute", members={"action": "mute", "userList": [{"unionId": _who(action)}]})


def _kick(*, forbid: bool) -> Build:
    return lambda action: Call(
        control="/members/kick", members={"userList": [{"unionId": _who(action)}], "forbiddenRejoin": forbid}
    )


def _rename(action: Action) -> Call:
    name = text(action.text, MAX_NAME).strip()
    if not name:
        raise Refused(PLATFORM, "no_name: a new name must not be empty", code="no_name")
    return Call(control="/members/updateNick", members={"nick": name, "unionId": _who(action)}, note=NICK)


def _share(*, forbidden: bool) -> Build:
    return lambda _: Call(method="PUT", members={"forbiddenShareScreen": forbidden}, note=LIVE_SETTINGS)


PLAIN: Mapping[ActionKind, Build] = {
    ActionKind.MUTE: _mute,
    ActionKind.KICK: _kick(forbid=False),
    ActionKind.BAN: _kick(forbid=True),
    ActionKind.RENAME: _rename,
    ActionKind.MUTE_ALL: _room("/allMembers/mute", action="mute", forceMute=False),
    ActionKind.FORBID_UNMUTE: _room("/allMembers/mute", action="mute", forceMute=True),
    ActionKind.ALLOW_UNMUTE: _room("/allMembers/mute", action="un_mute", forceMute=False),
    ActionKind.LOCK: _room("/lock", action="lock"),
    ActionKind.UNLOCK: _room("/lock", action="unlock"),
    ActionKind.RESTRICT_SHARE: _share(forbidden=True),
    ActionKind.ALLOW_SHARE: _share(forbidden=False),
}

LAYOUT = {"mode": "grid", "smallWindowPosition": "relative_right"}
AS_HOST: Mapping[ActionKind, Callable[[Action, str], Call]] = {
    ActionKind.END: lambda _, host: Call(method="DELETE", query=(("unionId", host),)),
    ActionKind.START_RECORDING: lambda _, host: Call(
        control="/cloudRecords/start", members={"unionId": host, **LAYOUT}
    ),
    ActionKind.STOP_RECORDING: lambda _, host: Call(control="/cloudRecords/stop", members={"unionId": host}),
    ActionKind.UNBAN: lambda action, host: Call(
        control="/users/invite",
        members={
            "unionId": host,
            "inviteeList": [{"unionId": _who(action), "nick": text(action.target.name if action.target else "")}],
        },
    ),
}

BOOKED: Mapping[ActionKind, tuple[Model, Words | None]] = {
    ActionKind.CLOSE_CHAT: ({EXTRA: {"enableChat": 0}}, instructions.CLOSE_CHAT),
    ActionKind.OPEN_CHAT: ({EXTRA: {"enableChat": 1}}, instructions.OPEN_CHAT),
    ActionKind.PREPARE: (
        {"muteOnJoin": -1, "screenShareForbidden": 1, EXTRA: {"enableChat": 0, "joinBeforeHost": 0, "lockNick": 1}},
        None,
    ),
}
MAY_NOT_FOLLOW = "the booking was changed; whether the running class follows cannot be told from here"


class Controls:
    """Performs actions for one connection."""

    def __init__(
        self, client: Client, lessons: Lessons, lists: Lists, bookings: Bookings, robot: Robot, notes: Notes
    ) -> None:
        self._client = client
        self._lessons = lessons
        self._lists = lists
        self._bookings = bookings
        self._robot = robot
        self._notes = notes

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        """Ask for one action that this connection supports. Raises AdapterError."""
        if action.kind in MESSAGES:
            await MESSAGES[action.kind](self._robot, action.text)
            return REQUESTED
        key = split(lesson_key)
        try:
            return await self._in_class(key, action)
        except Gone as e:
            if e.code not in OVER:
                raise
            self._lessons.forget(key)
            if action.kind is not ActionKind.END:
                raise
            return Outcome(kind=OutcomeKind.REQUESTED, code=e.code, detail=e.detail)  # it is over, as was wished

    async def _in_class(self, key: Key, action: Action) -> Outcome:
        if action.kind in BOOKED:
            return await self._in_booking(key, action.kind)
        if action.kind in PLAIN:
            return await self._plain(key, action)
        if action.kind in AS_HOST:
            return await self._as_host(await self._lessons.run(key), action)
        return Outcome(kind=OutcomeKind.UNSUPPORTED)

    async def _plain(self, key: Key, action: Action) -> Outcome:
        call = PLAIN[action.kind](action)
        try:
            await self._send(await self._lessons.run(key), call)
        except Refused as e:
            if not call.note or e.code != NO_ACTION:
                raise  # a missing permission, too: that is said by name, and can be put right
            await self._notes.put(call.note, MISSING)
            by_hand = BY_HAND[action.kind]
            return Outcome(kind=OutcomeKind.MANUAL, code=e.code, detail=e.detail, instruction=by_hand)
        return REQUESTED

    async def _send(self, run: str, call: Call) -> None:
        await self._client.call(call.method, f"{CONFERENCES}/{run}{call.control}", call.members, query=call.query)

    async def _as_host(self, run: str, action: Action) -> Outcome:
        """In the name of the host that was seen, else of the creator; refused for that, of whoever the list shows."""
        build = AS_HOST[action.kind]
        first = await self._host(run, action.operator)
        try:
            if not first:
                raise Refused(PLATFORM, "no_host: nobody is known to lead this class", code="noPermission")
            await self._send(run, build(action, first))
        except Refused as e:
            other = await self._other_host(run, first) if e.code in NOT_THE_HOST else ""
            if not other:
                raise
            await self._send(run, build(action, other))
        if action.kind in (ActionKind.START_RECORDING, ActionKind.STOP_RECORDING):
            self._lists.watch_recording(run)
        return REQUESTED

    async def _host(self, run: str, operator: Participant | None) -> str:
        """Who leads: the host that was seen, who made the conference, in the end a co-host; "" when nobody is known."""
        seen = people.reach(operator)
        if seen and operator and operator.role is Role.HOST:
            return seen
        return self._lists.host(run) or (await self._lessons.origin(run))[1] or seen

    async def _other_host(self, run: str, refused: str) -> str:
        await self._lists.inside(run)
        host = self._lists.host(run)
        return host if host != refused else ""

    async def _in_booking(self, key: Key, kind: ActionKind) -> Outcome:
        """The booking's settings, which the next run will have and this one perhaps."""
        booking, creator = key.booking, ""
        if key.run:
            found, creator = await self._lessons.origin(key.run)
            booking = booking or found
        if not booking:
            return Outcome(kind=OutcomeKind.UNSUPPORTED, detail="this class was not booked")
        wishes, instruction = BOOKED[kind]
        set_now = await self._bookings.settings(booking)
        host = str(set_now.get("hostUnionId", ""))
        try:
            await self._bookings.change(booking, creator or host, set_now, wishes)
        except Refused as e:
            if e.code != NOT_THE_CREATOR or host in ("", creator):
                raise
            await self._bookings.change(booking, host, set_now, wishes)
        if instruction is None:
            return Outcome(kind=OutcomeKind.REQUESTED, detail=MAY_NOT_FOLLOW)
        return Outcome(kind=OutcomeKind.MANUAL, detail=MAY_NOT_FOLLOW, instruction=instruction)


BY_HAND: Mapping[ActionKind, Words] = {
    ActionKind.RENAME: instructions.RENAME,
    ActionKind.RESTRICT_SHARE: instructions.RESTRICT_SHARE,
    ActionKind.ALLOW_SHARE: instructions.ALLOW_SHARE,
}
MESSAGES: Mapping[ActionKind, Callable[[Robot, str], Awaitable[Any]]] = {
    ActionKind.ALERT: Robot.alert,
    ActionKind.ANNOUNCE: Robot.announce,
}
