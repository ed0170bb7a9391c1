"""Events of meetings (vc-v1): they name accounts, no names and no devices. Pure."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from adapters import untrusted
from adapters.base import Received
from adapters.feishu import people
from adapters.feishu.told import Reading, Told
from app.domain import events as ev
from app.domain.people import Participant, Role

ONLY_HOST = 4  # `security_level` of a meeting that the teacher has locked in his client


def _person(told: Told, user: object) -> Participant:
    found = untrusted.members(user)
    return people.participant(found, role=_role(told.meeting, found), seconds=int(told.at))


def _role(meeting: Mapping[str, Any], user: Mapping[str, Any]) -> Role:
    """By the event, else host for whom the meeting belongs to: a pupil who took that role makes no target of him."""
    given = people.role(user.get("user_role"))
    if given not in (None, Role.ATTENDEE):
        return given or Role.ATTENDEE
    who = people.account(user.get("id"))
    leading = [people.account(untrusted.members(meeting.get(name)).get("id")) for name in ("owner", "host_user")]
    return Role.HOST if who and who in leading[: 2 if given is None else 1] else Role.ATTENDEE


def _door(told: Told) -> Iterable[Received]:
    """Every event tells who may join; that only the host may means that the teacher has locked by hand.

    The reverse is not told: a reservation that we closed to others may look open here.
    """
    level = people.number(untrusted.members(told.meeting.get("security_setting")).get("security_level"))
    if level == ONLY_HOST and told.lesson_key:
        switches = ev.Switches(locked=True)
        yield told.fact(ev.SettingsChanged(at=told.at, switches=switches), id=f"{told.id}:door")


def _of_room(event: Callable[[Told], ev.Event], told: Told) -> Iterable[Received]:
    if told.lesson_key:
        yield told.fact(event(told))


def _begun(told: Told) -> Iterable[Received]:
    yield from _of_room(_started, told)
    yield from _door(told)


def _of_operator(kind: type[ev.PersonEvent], told: Told) -> Iterable[Received]:
    if told.lesson_key and untrusted.members(told.body.get("operator")):
        yield told.fact(kind(at=told.at, participant=_person(told, told.body.get("operator"))))
        yield from _door(told)


def _left(told: Told) -> Iterable[Received]:
    """About `leave_user`: the operator may be somebody who put him out. Without any id nobody can be meant."""
    gone = untrusted.members(told.body.get("leave_user")) or untrusted.members(told.body.get("operator"))
    if told.lesson_key and people.account(gone.get("id")):
        yield told.fact(ev.ParticipantLeft(at=told.at, participant=_person(told, gone)))
        yield from _door(told)


def _started(told: Told) -> ev.Event:
    return ev.LessonStarted(at=told.at, title=people.text(told.meeting.get("topic"), people.MAX_NAME))


def _ended(told: Told) -> ev.Event:
    return ev.LessonEnded(at=told.at)


def _records(on: bool, told: Told) -> ev.Event:
    return ev.SettingsChanged(at=told.at, switches=ev.Switches(recording=on))


ENDED = partial(_of_room, _ended)

READINGS: Mapping[str, Reading] = {
    "vc.meeting.meeting_started_v1": _begun,
    "vc.meeting.meeting_ended_v1": ENDED,
    "vc.meeting.all_meeting_started_v1": _begun,
    "vc.meeting.all_meeting_ended_v1": ENDED,
    "vc.meeting.participant_meeting_ended_v1": ENDED,
    "vc.meeting.join_meeting_v1": partial(_of_operator, ev.ParticipantJoined),
    "vc.meeting.leave_meeting_v1": _left,
    "vc.meeting.share_started_v1": partial(_of_operator, ev.ShareStarted),
    "vc.meeting.share_ended_v1": partial(_of_operator, ev.ShareStopped),
    "vc.meeting.recording_started_v1": partial(_of_room, partial(_records, True)),
    "vc.meeting.recording_ended_v1": partial(_of_room, partial(_records, False)),
    "vc.bot.meeting_started_v1": _begun,
    "vc.bot.meeting_ended_v1": ENDED,
}
