"""How each action is asked of Tencent Meeting (pages 113426 and 57944-57955).

200 says that a command was accepted and nothing more: with a wrong device code it does nothing. So the best outcome
here is "requested"; whether it took effect shows in an event or in the participant list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.tencent_meeting import people
from adapters.tencent_meeting.errors import PLATFORM
from adapters.tencent_meeting.operator import Operators
from adapters.wire import segment
from app.domain.actions import Action, ActionKind, Outcome, OutcomeKind
from app.domain.errors import Refused

LONGEST_NAME = 20  # characters
REASON = "课堂安全"  # goes to the removed device; SIP and H.323 devices require a reason

Members = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One control call: the last part of its path, and its body beside the operator."""

    control: str
    members: Members


def calls(action: Action) -> tuple[Call, ...]:
    """The calls that make up an action, in order; none for what the platform cannot do. Raises Refused."""
    if members := ROOM.get(action.kind):
        return (Call(control="status", members=dict(members)),)
    build = OTHERS.get(action.kind)
    return build(action) if build else ()


async def perform(operators: Operators, meeting: str, action: Action) -> Outcome:
    """Ask for one action. Raises AdapterError; an action without a call is unsupported and sends nothing."""
    wanted = calls(action)
    if not wanted:
        return Outcome(kind=OutcomeKind.UNSUPPORTED)
    for call in wanted:
        path = f"/v1/real-control/meetings/{segment(meeting)}/{call.control}"
        if call.control == "dismiss":
            path = f"/v1/meetings/{segment(meeting)}/dismiss"
        method = "POST" if call.control == "dismiss" else "PUT"
        try:
            await operators.send(method, path, call.members, meeting=meeting, host=action.operator)
        except Refused as e:
            if e.code not in NOT_THIS_DEVICE:
                raise
            return Outcome(kind=OutcomeKind.UNSUPPORTED, code=e.code, detail=e.detail)
    if action.kind is ActionKind.END:
        operators.forget(meeting)
    return Outcome(kind=OutcomeKind.REQUESTED)


NOT_THIS_DEVICE = frozenset({"9103", "9104"})  # the platform cannot do it to this kind of device: the next step may


# Members left out of a `status` body stay as they are, so each switch is set alone.
ROOM: Mapping[ActionKind, Mapping[str, object]] = {
    ActionKind.MUTE_ALL: {"mute_all": True},
    # Without mute_all in the same body the permission is accepted and ignored.
    ActionKind.FORBID_UNMUTE: {"mute_all": True, "allow_unmute_by_self": False},
    ActionKind.ALLOW_UNMUTE: {"mute_all": False, "allow_unmute_by_self": True},
    ActionKind.CLOSE_CHAT: {"allow_chat": 2},
    ActionKind.OPEN_CHAT: {"allow_chat": 0},
    ActionKind.RESTRICT_SHARE: {"share_screen": False},
    ActionKind.ALLOW_SHARE: {"share_screen": True},
    ActionKind.LOCK: {"meeting_locked": True},
    ActionKind.UNLOCK: {"meeting_locked": False},
    ActionKind.OPEN_WAITING_ROOM: {"auto_waiting_room": True},
    ActionKind.CLOSE_WAITING_ROOM: {"auto_waiting_room": False},
}


def _target(action: Action) -> tuple[str, int]:
    """Raises Refused: to send a wrong or invented device code would look like a success."""
    found = people.reach(action.target) if action.target else None
    if found is None:
        raise Refused(PLATFORM, "no_address: this presence has no ms_open_id or device code", code="no_address")
    return found


def _addressed(action: Action) -> Members:
    handle, device = _target(action)
    return {"to_operator_id": handle, "to_operator_id_type": 4, "instanceid": device}


def _mute(action: Action) -> tuple[Call, ...]:
    return (Call(control="mutes", members={"mute": True, "user": _addressed(action)}),)


def _stop_video(action: Action) -> tuple[Call, ...]:
    return (Call(control="video", members={"video": False, "user": _addressed(action)}),)


def _stop_share(action: Action) -> tuple[Call, ...]:
    return (Call(control="screen-shared", members={"user": _addressed(action)}),)


def _kick(action: Action, *, allow_rejoin: bool) -> tuple[Call, ...]:
    members: Members = {"allow_rejoin": allow_rejoin, "reason": REASON, "users": [_addressed(action)]}
    return (Call(control="kickout", members=members),)


def _waiting_room(action: Action, operate_type: int, **more: object) -> tuple[Call, ...]:
    members: Members = {"operate_type": operate_type, **more, "users": [_addressed(action)]}
    return (Call(control="waiting-room", members=members),)


def _rename(action: Action) -> tuple[Call, ...]:
    handle, device = _target(action)
    name = people.text(action.text, LONGEST_NAME).strip()
    if not name:
        raise Refused(PLATFORM, "no_name: a new name must not be empty", code="no_name")
    user = {"ms_open_id": handle, "instanceid": device, "nick_name": name}
    return (Call(control="names", members={"users": [user]}),)


def _prepare(_: Action) -> tuple[Call, ...]:
    return (
        Call(control="status", members={"participant_join_mute": 1, "hide_meeting_code_password": True}),
        Call(control="doc", members={"enable_upload_doc": False}),
    )


def _end(_: Action) -> tuple[Call, ...]:
    """The number stays usable: taking it back would destroy a recurring class for good."""
    members: Members = {"reason_code": 1, "reason_detail": REASON, "force_dismiss_meeting": 1, "retrieve_code": 0}
    return (Call(control="dismiss", members=members),)


OTHERS: Mapping[ActionKind, Callable[[Action], tuple[Call, ...]]] = {
    ActionKind.ADMIT: lambda a: _waiting_room(a, 1),
    ActionKind.HOLD: lambda a: _waiting_room(a, 2),
    ActionKind.DENY: lambda a: _waiting_room(a, 3, allow_rejoin=True),
    ActionKind.KICK: lambda a: _kick(a, allow_rejoin=True),
    ActionKind.BAN: lambda a: _kick(a, allow_rejoin=False),
    ActionKind.RENAME: _rename,
    ActionKind.MUTE: _mute,
    ActionKind.STOP_VIDEO: _stop_video,
    ActionKind.STOP_SHARE: _stop_share,
    ActionKind.PREPARE: _prepare,
    ActionKind.END: _end,
}
