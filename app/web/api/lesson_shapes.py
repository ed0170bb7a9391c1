"""Lessons as the API tells them: who is there, what happened, what was pressed."""

from typing import Any

from pydantic import Field

from app.store.desk import LessonRecord
from app.web.api.shapes import In, Out, moment


class Lesson(Out):
    """A lesson as lists show it."""

    id: str
    course: str
    course_name: str
    connection: str
    key: str = Field(description="meeting[:occurrence] as the platform names it")
    title: str
    status: str = Field(description="scheduled, live or ended")
    started_at: str | None
    ended_at: str | None
    number: int = Field(description="of the newest row of its timeline")
    drill: bool


def lesson(record: LessonRecord) -> dict[str, Any]:
    """The fields of a lesson as they are told."""
    return {
        "id": record.id, "course": record.course, "course_name": record.course_name, "connection": record.connection,
        "key": record.key, "title": record.title, "status": record.status.value,
        "started_at": moment(record.started_at), "ended_at": moment(record.ended_at), "number": record.number,
        "drill": record.drill,
    }  # fmt: skip


class Participant(Out):
    """One presence. `name` is null where names are masked."""

    id: str
    name: str | None
    role: str
    place: str = Field(description="inside or waiting")
    since: str
    trust: str = Field(description="verified, claimed or stranger")
    facts: list[str] = Field(description="what the trust rests on")
    roster_id: str | None
    vouched: bool = Field(description="a human let this presence in")
    audio: bool
    video: bool
    share: bool


class Sight(Out):
    """Whether Menshen sees the room."""

    ok: bool
    reason: str


class LessonDetail(Lesson):
    """A lesson as it is now."""

    mood: str = Field(description="calm, watching, attack or blind")
    sight: Sight
    last_event: str | None
    switches: dict[str, bool | None] = Field(description="the room's switches; null = not known")
    participants: list[Participant]
    incident: str | None = Field(description="the open incident")


class Press(In):
    """A button to press."""

    button: str = Field(description="calm, restore, mute_all, close_chat, open_chat, stop_sharing, lock, unlock ...")
    participant: str = Field(default="", max_length=255, description="the platform's id, for buttons about a person")
    key: str | None = Field(default=None, max_length=128, description="the same key again presses nothing again")
    undo_of: str = Field(default="", max_length=64, description="for `undo`: the intent to take back")


class Pressed(Out):
    """What a press led to."""

    intents: list[str]


class Row(Out):
    """One numbered row: an event or an intent."""

    number: int
    at: str
    recorded_at: str
    kind: str
    incident: str | None
    body: dict[str, Any]


class Timeline(Out):
    """Rows after a number. `next` is the number to ask for rows after."""

    items: list[Row]
    next: int


class Lessons(Out):
    """A page of lessons."""

    items: list[Lesson]
    next: str = Field(description="cursor of the next page, empty at the end")
