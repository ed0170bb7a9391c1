"""What a notification of DingTalk says (event-meeting-status-change, event-meeting-member-status-change and others).

Pure. HTTP push and Stream carry the same payload in two envelopes, which are made alike first. `changeScene` decides:
the vendor's own samples pair "conference_created" with a `status` that elsewhere means "over". What we do not know, or
what lacks what its kind needs, becomes Unknown and keeps its raw text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.base import Received
from adapters.dingtalk import people
from adapters.dingtalk.errors import PLATFORM
from adapters.dingtalk.lessons import BY_STREAM, named
from adapters.dingtalk.wire import MAX_NAME, identifier, moment, number, raw, text
from adapters.signing import digest_id
from adapters.untrusted import loads, members, rows
from app.domain import events as ev
from app.domain.errors import Malformed

BLIND = 20001  # errCode of a stream's message whose content was held back: the month's messages are used up
NO_CONTENT = "20001: the month's messages are used up, events arrive without their content: Menshen cannot see"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notification, whichever way it came. `sent` is the platform's id of the sending, "" where it has none."""

    kind: str
    at: float
    payload: Mapping[str, Any]
    sent: str = ""

    @property
    def scene(self) -> str:
        """What changed."""
        return text(self.payload.get("changeScene"), 64)


def of_push(content: bytes, received_at: float) -> Notice:
    """A decrypted push: the envelope's members in PascalCase beside the payload. Raises Malformed."""
    document = loads(content)
    envelope = members(document)
    kind = text(envelope.get("EventType"))
    if not kind:
        raise Malformed(PLATFORM, "the notification names no EventType")
    return Notice(
        kind=kind,
        at=moment(envelope.get("EventTime"), otherwise=received_at),
        payload=members(envelope.get("data")) or envelope,
        sent=text(envelope.get("eventId")),
    )


def of_frame(content: bytes, received_at: float) -> Notice:
    """A frame of the stream: the envelope in `headers`, the payload as JSON text in `data`. Raises Malformed."""
    frame = members(loads(content))
    headers, data = members(frame.get("headers")), frame.get("data")
    payload = members(loads(data)) if isinstance(data, str) else members(data)
    at = moment(headers.get("eventBornTime"), headers.get("time"), otherwise=received_at)
    sent = text(headers.get("eventId")) or text(headers.get("messageId"))
    if held_back(frame):
        return Notice(kind="errCode", at=at, payload={"errCode": BLIND}, sent=sent)
    kind = text(headers.get("eventType"))
    if not kind:
        raise Malformed(PLATFORM, "the frame names no eventType")
    return Notice(kind=kind, at=at, payload=payload, sent=sent)


def held_back(frame: Mapping[str, Any]) -> bool:
    """Whether a frame says that its content was held back; where the code stands is not documented."""
    data = frame.get("data")
    payload = members(loads(data)) if isinstance(data, str) else members(data)
    places = (frame, payload, members(frame.get("headers")))
    return any(number(place.get("errCode")) == BLIND for place in places)


def received(notice: Notice) -> tuple[Received, ...]:
    """The facts of a notification, each once."""
    reading = READINGS.get(notice.kind)
    facts = reading(notice) if reading else ()
    return tuple({fact.delivery_id: fact for fact in facts or (_unknown(notice),)}.values())


def _unknown(notice: Notice, lesson_key: str = "") -> Received:
    name = f"{notice.kind}.{notice.scene}" if notice.scene and notice.kind in MEETINGS else notice.kind
    return Received(
        lesson_key=lesson_key,
        delivery_id=_delivery_id(notice, "", raw(notice.payload)),
        event=ev.Unknown(at=notice.at, name=name, raw=raw(notice.payload)),
    )


def _delivery_id(notice: Notice, run: str, what: str) -> str:
    """The same for every sending of one fact.

    A school may subscribe to an event and to its "target push" as well: both are one change, numbered within the run
    by `statusSeqNum`. Without that number the platform's id of the sending has to do.
    """
    sequence = number(notice.payload.get("statusSeqNum"))
    known = ("n", run, str(sequence)) if run and sequence is not None else ("s", notice.sent, notice.kind)
    return digest_id(part.encode("utf-8", "replace") for part in (*known, notice.scene, what))


# --- conferences ------------------------------------------------------------------------------------------------------


def _conference(notice: Notice) -> tuple[Received, ...]:
    """Begin and end: the only notification that tells the booking and the creator beside the run."""
    told = members(notice.payload.get("openConfModel"))
    run = identifier(told.get("conferenceId"))
    key = named(told.get("scheduleConferenceId"), told.get("creatorId"), run)
    made: dict[str, ev.Event] = {
        "conference_created": ev.LessonStarted(at=notice.at, title=text(told.get("title"), MAX_NAME)),
        "conference_closed": ev.LessonEnded(at=notice.at),
    }
    event = made.get(notice.scene)
    if event is None or not run:
        return (_unknown(notice, key),)
    return (Received(lesson_key=key, delivery_id=_delivery_id(notice, run, ""), event=event),)


def _members(notice: Notice) -> tuple[Received, ...]:
    """Who came and went, by run alone. A `leaveTime` does not mean that somebody left: the scene does."""
    kind, facts = PERSONAL.get(notice.scene), list[Received]()
    for member in rows(notice.payload.get("openMemberModels")):
        run = identifier(member.get("conferenceId"))
        if not run:
            continue
        if kind is None:
            return (_unknown(notice, f":{run}"),)
        who = people.presence(member, member.get("userId") or member.get("unionId"))
        event: ev.Event = kind(at=notice.at, participant=who)
        facts.append(Received(lesson_key=f":{run}", delivery_id=_delivery_id(notice, run, who.id), event=event))
    return tuple(facts)


PERSONAL: Mapping[str, type[ev.ParticipantJoined] | type[ev.ParticipantLeft]] = {
    "user_join": ev.ParticipantJoined,
    "user_leave": ev.ParticipantLeft,
    "user_kicked": ev.ParticipantLeft,
    # "user_invited" rings somebody up, who is not inside by that
}


# --- the rest ---------------------------------------------------------------------------------------------------------


def _stream(notice: Notice) -> tuple[Received, ...]:
    """A live stream (not a conference) goes on or off: that is all that can be seen of it."""
    live = identifier(notice.payload.get("liveId"))
    status = number(notice.payload.get("liveStatus"))
    title = text(notice.payload.get("title"), MAX_NAME)
    made: dict[int | None, ev.Event] = {
        1: ev.LessonStarted(at=notice.at, title=title),
        3: ev.LessonEnded(at=notice.at),
        4: ev.RiskReported(at=notice.at, detail="DingTalk punished this live stream (liveStatus 4)"),
        6: ev.LessonEnded(at=notice.at),
    }
    if not live or status not in made:
        return ()
    what = f"{live} {status}"
    return (Received(lesson_key=BY_STREAM + live, delivery_id=_delivery_id(notice, "", what), event=made[status]),)


def _spoken(notice: Notice) -> tuple[Received, ...]:
    """A transcript: what children said is not kept, no rule needs it."""
    told = {name: part for name, part in notice.payload.items() if name not in ("payload", "result")}
    event = ev.Unknown(at=notice.at, name=notice.kind, raw=raw(told))
    what = raw(notice.payload)
    return (Received(lesson_key="", delivery_id=_delivery_id(notice, "", what), event=event),)


def _no_content(notice: Notice) -> tuple[Received, ...]:
    event = ev.RiskReported(at=notice.at, detail=NO_CONTENT)
    return (Received(lesson_key="", delivery_id=_delivery_id(notice, "", ""), event=event),)


Reading = Callable[[Notice], tuple[Received, ...]]
READINGS: Mapping[str, Reading] = {
    "meeting_status_change": _conference,
    "meeting_status_change_target_push": _conference,
    "meeting_member_status_change": _members,
    "meeting_member_status_change_target_push": _members,
    "live_status_change_event": _stream,
    "meeting_asr_result_event": _spoken,
    "meeting_asr_result_event_directed": _spoken,
    "errCode": _no_content,
}
MEETINGS = frozenset(name for name in READINGS if name.startswith("meeting_") and "asr" not in name)
