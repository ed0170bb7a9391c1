"""How each action is asked of WeCom (pages 98175-98189).

`errcode` 0 says that a call was accepted and nothing more: with a wrong device it does nothing. So the best outcome
here is "requested"; whether it took effect shows in an event or in the lists.
"""

from collections.abc import Callable, Mapping

from adapters.memory import Memory
from adapters.notes import Notes
from adapters.wecom import people
from adapters.wecom.client import Client
from adapters.wecom.errors import FAULTS, NO_RIGHT, PARAMETER, PLATFORM
from adapters.wecom.people import Reach
from adapters.wecom.roster import Lists
from adapters.wecom.switchboard import Members, Switchboard
from adapters.wecom.whereabouts import Whereabouts
from app.domain.actions import Action, ActionKind, Outcome, OutcomeKind
from app.domain.errors import Gone, Refused, Transient
from app.domain.people import Participant

LONGEST_NAME = 20  # characters
REFUSED_FOR = 120.0  # seconds for which a control that was refused in a meeting is shown as the teacher's own to do
LAG = 5.0  # seconds that a list may be behind the events; the vendor publishes none
PATH = "/cgi-bin/meeting/realcontrol/"

# Members that are left out stay as they are, so each switch is set alone.
ROOM: Mapping[ActionKind, Mapping[str, object]] = {
    ActionKind.MUTE_ALL: {"mute_all": True},
    # Without mute_all in the same call the permission is accepted and ignored.
    ActionKind.FORBID_UNMUTE: {"mute_all": True, "allow_unmute_self": False},
    ActionKind.ALLOW_UNMUTE: {"mute_all": False, "allow_unmute_self": True},
    ActionKind.CLOSE_CHAT: {"allow_chat": 2},  # 1 would leave the public chat open
    ActionKind.OPEN_CHAT: {"allow_chat": 0},
    ActionKind.RESTRICT_SHARE: {"allow_share_screen": False},
    ActionKind.ALLOW_SHARE: {"allow_share_screen": True},
    ActionKind.LOCK: {"meeting_locked": True},
    ActionKind.UNLOCK: {"meeting_locked": False},
    ActionKind.OPEN_WAITING_ROOM: {"enable_waiting_room": True},
    ActionKind.CLOSE_WAITING_ROOM: {"enable_waiting_room": False},
    ActionKind.PREPARE: {"enable_enter_mute": 1, "hide_meeting_code_password": True},
}

Calls = tuple[tuple[str, Members], ...]  # the last part of the path, and the body beside the meeting


class Controls:
    """Asks for actions in the meetings of one connection."""

    def __init__(self, client: Client, lists: Lists, notes: Notes, now: Callable[[], float]) -> None:
        self._client = client
        self._lists = lists
        self._notes = notes
        self._whereabouts = Whereabouts(lists)
        self._now = now
        self._refused: Memory[str] = Memory(now, REFUSED_FOR)
        self._unlisted: Memory[float] = Memory(now, 4 * LAG)
        self.switchboard = Switchboard(self._switch)

    def refused(self, meeting: str, kind: ActionKind) -> str:
        """The code with which this control was refused lately in this meeting for want of a right; "" = it was not.

        Each control by itself: that one person may not be touched (60011) must not take the panic button away.
        """
        return self._refused.get(f"{meeting} {CONTROL[kind]}") or ""

    async def perform(self, meeting: str, occurrence: str, action: Action) -> Outcome:
        """Ask for one action. Raises AdapterError; an action without a call is unsupported and sends nothing."""
        if action.kind in ROOM:
            await self.switchboard.set(meeting, ROOM[action.kind])
        elif action.kind in PERSONAL:
            await self._do_to_person(meeting, occurrence, action)
        elif action.kind is ActionKind.END:
            await self._ask(meeting, "dismiss", await self._ending(meeting, occurrence))
        else:
            return Outcome(kind=OutcomeKind.UNSUPPORTED)
        return Outcome(kind=OutcomeKind.REQUESTED)

    async def _do_to_person(self, meeting: str, occurrence: str, action: Action) -> None:
        reach = await self._reach(meeting, occurrence, action)
        try:
            await self._ask_each(meeting, PERSONAL[action.kind](action, reach))
        except Refused as e:
            if e.code in FAULTS and e.code not in PARAMETER:
                raise
            # Perhaps he left, or one of his devices: what the platform then says is not published, the list tells.
            found = await self._listed(meeting, occurrence, reach.tmp_openid, action.kind)
            if not found.devices:
                raise Gone(PLATFORM, f"{e.detail}; not_listed: he is on no list any more", code="not_listed") from e
            if found.devices == reach.devices:
                raise
            await self._ask_each(meeting, PERSONAL[action.kind](action, found))

    async def _ask_each(self, meeting: str, calls: Calls) -> None:
        """Every device, and both doors: one that is refused does not spare the others. Raises when none was taken."""
        refusal: Refused | None = None
        taken = 0
        for control, members in calls:
            try:
                await self._ask(meeting, control, members)
                taken += 1
            except Refused as e:
                refusal = refusal or e
        if refusal is not None and not taken:
            raise refusal

    async def _reach(self, meeting: str, occurrence: str, action: Action) -> Reach:
        """The person with every device. Raises Refused: to invent a device would look like a success."""
        known = people.reach(action.target) if action.target else None
        if known is None:
            raise Refused(PLATFORM, "no_address: this presence has no tmp_openid", code="no_address")
        at_the_door = action.kind in AT_THE_DOOR
        if known.devices and (known.waits == at_the_door or action.kind is ActionKind.BAN):
            return known
        # Told by an event only, or last listed on the other side of the door: perhaps with a device that he left.
        found = await self._listed(meeting, occurrence, known.tmp_openid, action.kind)
        if not found.devices:
            if known.devices and not at_the_door:
                return known  # let in just now, and the list lags behind
            raise self._missing(meeting, known.tmp_openid)
        return found

    async def _listed(self, meeting: str, occurrence: str, tmp_openid: str, kind: ActionKind) -> Reach:
        """Where a list shows him just now; without devices when none does."""
        found = await self._whereabouts.find(meeting, occurrence, tmp_openid, waits=kind in AT_THE_DOOR)
        if not found.devices and kind is ActionKind.BAN:
            found = await self._whereabouts.find(meeting, occurrence, tmp_openid, waits=True)
        return found

    def _missing(self, meeting: str, tmp_openid: str) -> Transient | Gone:
        """An event told of him and no list does: for a moment the list may lag behind, after that he is gone."""
        key = f"{meeting} {tmp_openid}"
        since = self._unlisted.get(key)
        if since is None:
            since = self._now()
            self._unlisted.put(key, since)
        detail = "not_listed: the platform lists nobody of that id"
        if self._now() - since < LAG:
            return Transient(PLATFORM, detail, code="not_listed")
        return Gone(PLATFORM, detail, code="not_listed")

    async def _switch(self, meeting: str, members: Mapping[str, object]) -> None:
        await self._ask(meeting, "set", dict(members))
        if "enable_waiting_room" in members:
            self._lists.waiting_room_set(meeting, bool(members["enable_waiting_room"]))

    async def _ending(self, meeting: str, occurrence: str) -> Members:
        """The number is taken back, or everybody could enter again; not while further dates need it."""
        last = not occurrence and await self._lists.single(meeting)
        return {"force_dismiss": 1, "retrieve_code": 1 if last else 0}

    async def _ask(self, meeting: str, control: str, members: Members) -> None:
        try:
            await self._in_either_form(control, {"meetingid": meeting, **members})
        except Refused as e:
            if e.code in NO_RIGHT:
                self._refused.put(f"{meeting} {control}", e.code)
            raise
        self._refused.forget(f"{meeting} {control}")

    async def _in_either_form(self, control: str, body: Members) -> None:
        """The vendor's tables and samples write two bodies in two ways: first the sample's, or what worked last."""
        other, note = OTHER_FORM.get(control), f"form:{control}"
        if other is None:
            await self._client.post(PATH + control, body)
            return
        by_table = bool(self._notes.get(note))
        first, second = (other(body), body) if by_table else (body, other(body))
        try:
            await self._client.post(PATH + control, first)
        except Refused as e:
            if e.code not in PARAMETER:
                raise
            await self._client.post(PATH + control, second)
            await (self._notes.forget(note) if by_table else self._notes.put(note, "table"))


def _as_list(body: Members) -> Members:
    return {**body, "operated_user": [body["operated_user"]]}


def _misspelt(body: Members) -> Members:
    rest = {name: value for name, value in body.items() if name != "operated_users"}
    return {**rest, "opereated_users": body["operated_users"]}


OTHER_FORM: Mapping[str, Callable[[Members], Members]] = {"mute_user": _as_list, "set_nicknames": _misspelt}

AT_THE_DOOR = frozenset({ActionKind.ADMIT, ActionKind.DENY})


def _each(control: str, reach: Reach, **members: object) -> Calls:
    """One call for each device: these take one person at a time."""
    return tuple((control, {**members, "operated_user": row}) for row in reach.rows())


def _kick(reach: Reach, *, allow_rejoin: bool) -> Calls:
    return (("kickout_users", {"allow_rejoin": allow_rejoin, "operated_users": reach.rows()}),)


def _door(reach: Reach, operate_type: int, **members: object) -> Calls:
    body = {"operate_type": operate_type, **members, "operated_users": reach.rows()}
    return (("manage_waiting_room_users", body),)


def _ban(action: Action, reach: Reach) -> Calls:
    """Who was seen waiting may have come in since: both doors are closed, and the wrong one does nothing."""
    out = _kick(reach, allow_rejoin=False)
    return (*_door(reach, 3, allow_rejoin=False), *out) if reach.waits else out


def _rename(action: Action, reach: Reach) -> Calls:
    name = people.text(action.text, LONGEST_NAME).strip()
    if not name:
        raise Refused(PLATFORM, "no_name: a new name must not be empty", code="no_name")
    return (("set_nicknames", {"operated_users": [{**row, "nickname": name} for row in reach.rows()]}),)


PERSONAL: Mapping[ActionKind, Callable[[Action, Reach], Calls]] = {
    ActionKind.ADMIT: lambda a, r: _door(r, 1),
    ActionKind.HOLD: lambda a, r: _door(r, 2),
    ActionKind.DENY: lambda a, r: _door(r, 3, allow_rejoin=True),  # the default is not published
    ActionKind.KICK: lambda a, r: _kick(r, allow_rejoin=True),
    ActionKind.BAN: _ban,
    ActionKind.RENAME: _rename,
    ActionKind.MUTE: lambda a, r: _each("mute_user", r, option=True),
    ActionKind.STOP_VIDEO: lambda a, r: _each("switch_user_video", r, video=False),
    ActionKind.STOP_SHARE: lambda a, r: _each("close_screen_share", r),
}


# The last part of the path by which each action is asked.
CONTROL: Mapping[ActionKind, str] = {
    **dict.fromkeys(ROOM, "set"),
    ActionKind.ADMIT: "manage_waiting_room_users",
    ActionKind.HOLD: "manage_waiting_room_users",
    ActionKind.DENY: "manage_waiting_room_users",
    ActionKind.KICK: "kickout_users",
    ActionKind.BAN: "kickout_users",
    ActionKind.RENAME: "set_nicknames",
    ActionKind.MUTE: "mute_user",
    ActionKind.STOP_VIDEO: "switch_user_video",
    ActionKind.STOP_SHARE: "close_screen_share",
    ActionKind.END: "dismiss",
}


def reachable(target: Participant | None) -> bool:
    """Whether a control could name this person; nobody in particular counts as somebody whom the platform knows."""
    return target is None or bool(people.handle(target))
