"""What an opened callback says (event pages 98333-98404, 98781, 99081, 99082, 99103, 99648, 92032). Pure.

Events come only for meetings that this app created. A notification that we do not know, or that lacks what its kind
needs, becomes Unknown and keeps its raw text.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from adapters.base import Received
from adapters.wecom import markup, people
from adapters.wecom.errors import PLATFORM
from app.domain import events as ev
from app.domain.errors import Malformed
from app.domain.people import Participant, Role

EARLIEST = 1_000_000_000  # seconds; anything before 2001 is not a time
FRACTION = 0.999  # seconds that a time in whole seconds may leave out
AT_ONCE = 2.0  # seconds; what is later may be a repetition, and its order is not known
AHEAD = 86_400.0  # seconds; a time further ahead than a day is none, and would outrank every later fact
LONGEST_RAW = 64 * 1024  # characters kept of what we do not know
MEETING = "meeting_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One fact to be read: who did something, and to whom (`target` is empty where nobody is named)."""

    at: float
    actor: Mapping[str, str]
    target: Mapping[str, str]
    host: str  # userid of the teacher of the meeting, where we know it: no event tells it


HostOf = Callable[[str], str]  # the teacher's userid by meeting, "" where it is not known
Reading = Callable[[Notice], ev.Event | None]


def received(content: bytes, *, received_at: float, host_of: HostOf) -> tuple[Received, ...]:
    """The facts of one opened message. Raises Malformed when it is none.

    The delivery id is a hash of the opened text: prefix, nonce and seal may be new at each retry, and `FromUserName`
    with `CreateTime`, which the vendor proposes, are the same for fifty guests of one second.
    """
    document = markup.read(content)
    if document is None or not (document["Event"] or document["MsgType"]):
        raise Malformed(PLATFORM, "the message is no notification")
    at, key = _moment(document["CreateTime"], received_at), _lesson_key(document)
    digest = hashlib.sha256(content).hexdigest()
    facts = [fact for notice in _notices(document, at, host_of(key)) if (fact := _read(document, notice, key))]
    if not facts:
        raw = people.text(content.decode("utf-8", "replace"), LONGEST_RAW)
        facts = [ev.Unknown(at=at, name=_name(document), raw=raw)]
    ids = [digest, *(f"{digest}.{number}" for number in range(1, len(facts)))]
    return tuple(Received(lesson_key=key, delivery_id=i, event=f) for i, f in zip(ids, facts, strict=True))


def _moment(value: str, received_at: float) -> float:
    """Seconds since the epoch; ours for what is none.

    The vendor drops the fraction. For what arrives at once it is put back as nearly as we know, or somebody who is
    put out and comes again within a second would seem to have come before he went.
    """
    if not re.fullmatch(r"[0-9]{10,11}", value) or not EARLIEST <= int(value) <= received_at + AHEAD:
        return received_at
    told = float(value)
    return min(received_at, told + FRACTION) if told < received_at < told + AT_ONCE else told


def _lesson_key(document: markup.Document) -> str:
    """The meeting; "" where none is named, as in `start_meeting`, which tells of a class that is none of ours."""
    key = document["MeetingId"]
    return key if people.is_meeting_id(key) else ""


def _name(document: markup.Document) -> str:
    parts = (document["Event"] or document["MsgType"], document["ChangeType"])
    return people.text(".".join(p for p in parts if p))


def _notices(document: markup.Document, at: float, host: str) -> tuple[Notice, ...]:
    """One for each person concerned; most name none or one."""
    actor = {
        "UserId": document["FromUserName"],
        "TmpOpenId": document["FromUserTmpOpenId"],
        "CustomerData": document["CustomerData"],
    }
    targets = document.group("OperatedUser") or ({},)
    return tuple(Notice(at=at, actor=actor, target=target, host=host) for target in targets)


def _read(document: markup.Document, notice: Notice, key: str) -> ev.Event | None:
    reading = READINGS.get(document["ChangeType"]) if document["Event"] == MEETING and key else None
    return reading(notice) if reading else None


# --- people -----------------------------------------------------------------------------------------------------------


def _person(row: Mapping[str, str], host: str) -> Participant | None:
    """Names, devices and addresses are told by no event; the tag of a personal link perhaps (98818 says so)."""
    leads = Role.HOST if host and people.account(row.get("UserId")) == host else None
    return people.presence(
        tmp_openid=row.get("TmpOpenId"),
        userid=row.get("UserId"),
        role=people.role(row.get("UserRole")) or leads,
        link=people.user_data(row.get("CustomerData")),
    )


def _of_actor(kind: type[ev.PersonEvent], notice: Notice) -> ev.Event | None:
    who = _person(notice.actor, notice.host)
    return kind(at=notice.at, participant=who) if who else None


def _of_target(kind: type[ev.PersonEvent], notice: Notice) -> ev.Event | None:
    """Never about the actor: that is the teacher, or "sys" where we asked for it ourselves."""
    who = _person(notice.target, notice.host)
    return kind(at=notice.at, participant=who) if who else None


def _admitted(notice: Notice) -> ev.Event | None:
    """Out of the waiting room: let in by the account that is named, or by "sys" where we asked for it ourselves."""
    who = _person(notice.target, notice.host)
    if who is None:
        return None
    account = people.account(notice.actor.get("UserId"))
    himself = account == who.account or people.text(notice.actor.get("TmpOpenId")) == who.id
    return ev.ParticipantJoined(at=notice.at, participant=who, admitted=bool(account) and not himself)


def _left(notice: Notice) -> ev.Event | None:
    who = _person(notice.actor, notice.host)
    return ev.ParticipantLeft(at=notice.at, participant=who, inside_only=True) if who else None


def _left_waiting_room(notice: Notice) -> ev.Event | None:
    who = _person(notice.target, notice.host)
    return ev.ParticipantLeft(at=notice.at, participant=who, waiting_only=True) if who else None


def _role_changed(notice: Notice) -> ev.Event | None:
    """A role that we do not know is kept as it came: to take it for a pupil's would make the teacher a target."""
    known = people.role(notice.target.get("UserRole"))
    return _of_target(ev.ParticipantRoleChanged, notice) if known is not None else None


# --- the room ---------------------------------------------------------------------------------------------------------


def _of_room(kind: type[ev.LessonStarted] | type[ev.LessonEnded], notice: Notice) -> ev.Event:
    return kind(at=notice.at)


def _switched(switches: ev.Switches, notice: Notice) -> ev.Event:
    return ev.SettingsChanged(at=notice.at, switches=switches)


RECORDING = partial(_switched, ev.Switches(recording=True))
NOT_RECORDING = partial(_switched, ev.Switches(recording=False))

READINGS: Mapping[str, Reading] = {
    "meeting_start": partial(_of_room, ev.LessonStarted),
    "meeting_end": partial(_of_room, ev.LessonEnded),
    "cancel_meeting": partial(_of_room, ev.LessonEnded),
    "join_meeting": partial(_of_actor, ev.ParticipantJoined),
    "quit_meeting": _left,
    # Not `join_meeting_before_host`: the meeting does not run yet, so he is nowhere. Taken for a presence he would
    # begin the lesson, and everything that belongs to its start would be asked, and refused, before there is a room.
    "join_waiting_room": partial(_of_actor, ev.ParticipantWaiting),
    "quit_waiting_room": _left_waiting_room,
    "join_from_meeting_room": _admitted,  # despite its name: out of the waiting room
    "move_to_waiting_room": partial(_of_target, ev.ParticipantWaiting),
    "role_change": _role_changed,
    "open_screen_share": partial(_of_actor, ev.ShareStarted),
    "close_screen_share": partial(_of_actor, ev.ShareStopped),
    "meeting_mute_all": partial(_switched, ev.Switches(muted_all=True)),
    # Forbidding to unmute exists only within "mute all" (page 98175), so it ends with it.
    "meeting_unmute_all": partial(_switched, ev.Switches(muted_all=False, unmute_forbidden=False)),
    "start_recording": RECORDING,
    "resume_recording": RECORDING,
    "pause_recording": NOT_RECORDING,
    "stop_recording": NOT_RECORDING,
}
