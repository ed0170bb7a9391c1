"""What the meeting bot hears and sees (vc.bot.meeting_activity_v1): the chat, and names. Pure.

Here an `id` is plain text. The same activity may be pushed and asked for, so that every fact is named by what it tells.
What children say aloud is not kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from adapters import untrusted
from adapters.base import Received
from adapters.feishu import people
from adapters.feishu.told import Reading, Told, digest, moment, withheld
from app.domain import events as ev
from app.domain.people import Participant, Role

REACTION = 3  # `message_type` of a thumb, which is no line
MOST = 500  # entries of one event that are believed

Item = Mapping[str, Any]
Entry = Callable[[Told, Item], ev.Event | None]


def _activity(told: Told) -> Iterable[Received]:
    told_of_nothing = True
    for item in untrusted.rows(told.body.get("meeting_activity_items"))[:MOST]:
        here = replace(told, body=item)
        kind = people.text(item.get("activity_event_type"))
        reading, when = _ENTRIES.get(kind, (None, ""))
        for entry in untrusted.rows(item.get(f"{kind}_items"))[:MOST]:
            at = moment(entry.get(when), told.received_at) if entry.get(when) else told.at
            event = reading(replace(here, at=at), entry) if reading and here.lesson_key else None
            told_of_nothing = False
            yield here.fact(event or withheld(here, kind or told.kind), id=digest(here.lesson_key, kind, entry))
    if told_of_nothing:
        yield told.fact(withheld(told))


def _person(told: Told, user: object) -> Participant | None:
    found = untrusted.members(user)
    who = people.account(found.get("id"))
    host = people.account(untrusted.members(told.meeting.get("host_user")).get("id"))
    role = people.role(found.get("user_role")) or (Role.HOST if who and who == host else Role.ATTENDEE)
    return people.participant(found, role=role, seconds=int(told.at)) if who else None


def _said(told: Told, entry: Item) -> ev.Event | None:
    who = _person(told, entry.get("operator"))
    if who is None or people.number(entry.get("message_type")) == REACTION:
        return None
    words = people.text(entry.get("content"), people.MAX_TEXT)
    return ev.ChatPosted(at=told.at, participant=who, text=words, message=people.text(entry.get("message_id")))


def _about(kind: type[ev.PersonEvent], member: str, told: Told, entry: Item) -> ev.Event | None:
    who = _person(told, entry.get(member))
    return kind(at=told.at, participant=who) if who else None


# By the kind of activity: how an entry is read, and which member of it tells the time.
_ENTRIES: Mapping[str, tuple[Entry, str]] = {
    "chat_received": (_said, "send_time"),
    "participant_joined": (partial(_about, ev.ParticipantJoined, "participant"), "join_time"),
    "participant_left": (partial(_about, ev.ParticipantLeft, "participant"), "leave_time"),
    "magic_share_started": (partial(_about, ev.ShareStarted, "operator"), "time"),
    "magic_share_ended": (partial(_about, ev.ShareStopped, "operator"), "time"),
}

READINGS: Mapping[str, Reading] = {"vc.bot.meeting_activity_v1": _activity}
