"""What a lesson is called here: a meeting by its number and its id, a class group by its chat and the day.

The nine-digit number is what people know and what a course lists; it is given to somebody else later. The id exists
from the start of a meeting on and is what every call wants. A group chat has no beginning and no end, so that every
day of it is a lesson.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.feishu import people
from adapters.feishu.errors import PLATFORM
from app.domain.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting by number and id; one of both may be empty."""

    number: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A group chat on one day ("2026-11-20"; "" = whichever it is)."""

    id: str
    day: str


def is_chat(lesson_key: str) -> bool:
    """Whether this is a day of a group chat."""
    return lesson_key.startswith("oc_")


def chat(lesson_key: str) -> Chat:
    """Raises Refused for what cannot be a chat id: it would become part of a path."""
    name, _, day = lesson_key.partition(":")
    if (
        not people.identifier(name)
        or not is_chat(name)
        or name == "oc_"
        or (day and not re.fullmatch(r"\d{4}-\d\d-\d\d", day))
    ):
        raise Refused(PLATFORM, "the lesson key has no chat id", code="lesson_key")
    return Chat(id=name, day=day)


def meeting(lesson_key: str) -> Meeting:
    """Raises Refused for what cannot be a meeting: it would become part of a path."""
    number, _, occurrence = lesson_key.partition(":")
    fit = all(not part or people.identifier(part) for part in (number, occurrence))
    if not fit or not (number or occurrence):
        raise Refused(PLATFORM, "the lesson key has no meeting number or id", code="lesson_key")
    return Meeting(number=number, id=occurrence)


def of_meeting(number: object, occurrence: object) -> str:
    """The lesson key of what an event names; "" when it names neither."""
    no, known = people.identifier(number), people.identifier(occurrence)
    return f"{no}:{known}" if known else no


def of_chat(chat_id: object, at: float, hours_east: float) -> str:
    """The lesson key of a moment in a group chat; "" when there is no chat."""
    known = people.identifier(chat_id)
    return f"{known}:{day(at, hours_east)}" if is_chat(known) else ""


def day(at: float, hours_east: float) -> str:
    """The date at the school."""
    local = datetime.fromtimestamp(at, UTC) + timedelta(hours=hours_east)
    return local.date().isoformat()
