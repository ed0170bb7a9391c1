"""What a decoded notification of Tencent Meeting says (event pages 113438, 51620-51640, 64639, 70218). Pure.

Only `event`, `operate_time` and `meeting_id` can be relied on; every other member may be missing. A notification that
we do not know, or that lacks what its kind needs, becomes Unknown and keeps its raw text.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from adapters import untrusted
from adapters.base import Received
from adapters.signing import digest_id
from adapters.tencent_meeting import people
from adapters.tencent_meeting.errors import PLATFORM
from app.domain import events as ev
from app.domain.errors import Malformed
from app.domain.people import Participant, Role

EARLIEST = 1_000_000_000_000  # milliseconds; anything before 2001 is not a time in milliseconds
AHEAD = 86_400.0  # seconds; a time further ahead than a day is none, and would outrank every later fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One entry of `payload`, with its parts tamed to objects."""

    event: str
    at: float
    raw: Mapping[str, Any]
    operator: Mapping[str, Any]
    target: Mapping[str, Any]
    meeting: Mapping[str, Any]
    extend: Mapping[str, Any]
    account: str  # userid of the account that creates the classes

    @property
    def subject(self) -> Mapping[str, Any]:
        """Whom it is about: whoever something was done to, else whoever did it."""
        return self.target if people.handle(self.target) else self.operator

    @property
    def breakout(self) -> bool:
        """Whether it happened in a breakout room, whose id is not the id of the lesson."""
        return self.meeting.get("meeting_id_type") in (1, "1")

    @property
    def lesson_key(self) -> str:
        """The main meeting's id; "" when the notification does not tell it."""
        found = self.meeting.get("meeting_id")
        number = isinstance(found, int) and not isinstance(found, bool) and 0 < found < 10**30
        key = str(found) if number else people.text(found)
        return key if not self.breakout and people.is_meeting_id(key) else ""


Reading = Callable[[Element], ev.Event | None]


def received(document: object, *, received_at: float, account: str = "") -> tuple[Received, ...]:
    """The facts of one notification, oldest first, each once. Raises Malformed when the envelope is not one."""
    envelope = untrusted.members(document)
    name, payload = people.text(envelope.get("event")), envelope.get("payload")
    if not name or not isinstance(payload, list):
        raise Malformed(PLATFORM, "the notification has no event or no payload")
    trace = people.text(envelope.get("trace_id")) or people.text(envelope.get("unique_sequence"))
    entries = payload or [envelope]
    elements = sorted((_element(name, raw, received_at, account) for raw in entries), key=lambda e: e.at)
    facts: dict[str, Received] = {}
    for element in elements:
        fact = _fact(trace, element)
        facts.setdefault(fact.delivery_id, fact)
    return tuple(facts.values())


def _element(name: str, raw: object, received_at: float, account: str) -> Element:
    entry = untrusted.members(raw)
    return Element(
        event=name,
        at=_moment(entry.get("operate_time"), received_at),
        raw=entry or {"payload": raw},
        operator=untrusted.members(entry.get("operator")),
        target=untrusted.members(entry.get("to_operator")),
        meeting=untrusted.members(entry.get("meeting_info")),
        extend=untrusted.members(entry.get("extend_info")),
        account=account,
    )


def _moment(value: object, received_at: float) -> float:
    """Seconds since the epoch; ours for what is no time in milliseconds (old payloads write local time)."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{13,14}", value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and EARLIEST <= value <= (received_at + AHEAD) * 1000:
        return value / 1000
    return received_at


def _fact(trace: str, element: Element) -> Received:
    reading = READINGS.get(element.event)
    event = reading(element) if reading and element.lesson_key else None
    raw = json.dumps(element.raw, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "replace")
    if event is None:
        event = ev.Unknown(at=element.at, name=element.event, raw=raw.decode())
    return Received(lesson_key=element.lesson_key, delivery_id=_delivery_id(trace, element, event, raw), event=event)


def _delivery_id(trace: str, element: Element, event: ev.Event, raw: bytes) -> str:
    """`trace_id`, guarded by what tells two entries of one payload apart; the whole entry where there are no parts."""
    if not trace or isinstance(event, ev.Unknown):
        return digest_id((trace.encode(), element.event.encode(), raw))
    person = element.subject
    who = f"{people.handle(person)}:{people.device(person.get('instance_id'))}"
    when = str(element.raw.get("operate_time", ""))[:64]
    return digest_id(p.encode("utf-8", "replace") for p in (trace, element.event, when, who, element.lesson_key))


# --- people -------------------------------------------------------------------------------------------------------


def _participant(element: Element, person: Mapping[str, Any], role: Role | None = None) -> Participant | None:
    """Names are plain text here: the one shown in the room, else the account's."""
    name = people.text(person.get("nick_name"), people.MAX_NAME) or people.text(
        person.get("user_name"), people.MAX_NAME
    )
    return people.presence(
        person,
        code=person.get("instance_id"),
        name=name,
        role=role or people.role(person.get("user_role")) or _owned(element, person),
        link=element.extend.get("customer_data"),
    )


def _owned(element: Element, person: Mapping[str, Any]) -> Role:
    """Most events tell no role, but who created the meeting and who was appointed host: those are never targets."""
    hosts = element.meeting.get("hosts")
    leading = [element.meeting.get("creator"), *(hosts if isinstance(hosts, list) else [])]
    for known in map(untrusted.members, leading):
        if any(person.get(k) and person[k] == known.get(k) for k in ("userid", "uuid", "ms_open_id")):
            return Role.HOST
    return Role.ATTENDEE


def _waits(element: Element) -> ev.Event | None:
    who = _participant(element, element.subject)
    return ev.ParticipantWaiting(at=element.at, participant=who) if who else None


def _put_back(element: Element) -> ev.Event | None:
    """Never about the operator: that is the teacher who moved somebody."""
    who = _participant(element, element.target)
    return ev.ParticipantWaiting(at=element.at, participant=who) if who else None


def _admitted(element: Element) -> ev.Event | None:
    who = _participant(element, element.target)
    return ev.ParticipantJoined(at=element.at, participant=who, admitted=_by_a_host(element)) if who else None


def _by_a_host(element: Element) -> bool:
    """Whether somebody who leads the class did it to somebody else."""
    doer = element.operator
    if people.handle(doer) in ("", people.handle(element.target)):
        return False
    role = people.role(doer.get("user_role")) or _owned(element, doer)
    return role is not Role.ATTENDEE or people.text(doer.get("userid")) == element.account != ""


def _left_waiting_room(element: Element) -> ev.Event | None:
    who = _participant(element, element.subject)
    return ev.ParticipantLeft(at=element.at, participant=who, waiting_only=True) if who else None


# `action_scene_type`: 0 in or out of the main meeting, 4 in or out of a breakout room from outside. The other values
# are walks between rooms of the same lesson: a `left` with 2 is no departure, a `joined` with 3 no arrival.
ACROSS_THE_THRESHOLD = (None, "", 0, "0", 4, "4")


def _joined(element: Element) -> ev.Event | None:
    who = _participant(element, element.operator)
    walks = element.meeting.get("action_scene_type") not in ACROSS_THE_THRESHOLD
    return None if who is None or walks else ev.ParticipantJoined(at=element.at, participant=who)


def _left(element: Element) -> ev.Event | None:
    who = _participant(element, element.operator)
    walks = element.meeting.get("action_scene_type") not in ACROSS_THE_THRESHOLD
    return None if who is None or walks else ev.ParticipantLeft(at=element.at, participant=who, inside_only=True)


def _role_changed(element: Element) -> ev.Event | None:
    role = people.role(element.target.get("user_role"))
    who = _participant(element, element.target, role)
    return ev.ParticipantRoleChanged(at=element.at, participant=who) if who and role else None


# --- the room -----------------------------------------------------------------------------------------------------


def _shares(kind: type[ev.ShareStarted] | type[ev.ShareStopped], element: Element) -> ev.Event | None:
    who = _participant(element, element.operator)
    return kind(at=element.at, participant=who) if who else None


def _started(element: Element) -> ev.Event:
    title = people.text(element.meeting.get("subject"), people.MAX_NAME)
    return ev.LessonStarted(at=element.at, title=title)


def _ended(element: Element) -> ev.Event:
    return ev.LessonEnded(at=element.at)


def _switched(switches: ev.Switches, element: Element) -> ev.Event:
    return ev.SettingsChanged(at=element.at, switches=switches)


RECORDING = partial(_switched, ev.Switches(recording=True))
NOT_RECORDING = partial(_switched, ev.Switches(recording=False))

READINGS: Mapping[str, Reading] = {
    "meeting.started": _started,
    "meeting.end": _ended,
    "meeting.participant-joined": _joined,
    "meeting.participant-left": _left,
    # Despite its name not the waiting room: somebody is inside before any host is.
    "meeting.participant-jbh-waiting": _joined,
    "meeting.participant-joined-waiting-room": _waits,
    "meeting.participant-left-waiting-room": _left_waiting_room,
    "meeting.participant-admitted": _admitted,
    # Waiting says at once that the person is no longer inside; a `left` that comes with it adds nothing.
    "meeting.participant-put-in-waiting-room": _put_back,
    "meeting.participant-role-changed": _role_changed,
    "meeting.mute-all": partial(_switched, ev.Switches(muted_all=True)),
    # Forbidding to unmute exists only within "mute all" (page 57944), so it ends with it.
    "meeting.unmute-all": partial(_switched, ev.Switches(muted_all=False, unmute_forbidden=False)),
    "meeting.share-screen-open": partial(_shares, ev.ShareStarted),
    "meeting.share-screen-close": partial(_shares, ev.ShareStopped),
    "recording.started": RECORDING,
    "recording.resumed": RECORDING,
    "recording.paused": NOT_RECORDING,
    "recording.stopped": NOT_RECORDING,
}
