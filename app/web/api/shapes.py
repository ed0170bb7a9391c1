"""What goes into the API and comes out of it. Unknown fields and wrong types are refused, never guessed."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.domain.actions import Words
from app.domain.errors import Invalid, NotFound
from app.domain.people import RosterEntry
from app.live import rfc3339
from app.store.desk import ConnectionRecord, CourseRecord
from app.store.desk.roster import without_link

ID = 64  # characters of an id of ours


def _id(value: str) -> str:
    """What cannot be an id of ours names nothing."""
    if not (value.isascii() and value.isprintable() and len(value) <= ID):
        raise NotFound()
    return value


Id = Annotated[str, AfterValidator(_id)]
After = Annotated[str, Field(max_length=500, description="`next` of the page before")]
Limit = Annotated[int, Field(ge=1, le=200, description="rows of a page")]


class In(BaseModel):
    """Something sent to us."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Out(BaseModel):
    """Something told by us."""

    model_config = ConfigDict(frozen=True)


def legible(field: str, value: Any) -> None:
    """Refuse JSON whose texts are no valid Unicode: nothing could store or show them. Raises Invalid."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:  # UnicodeEncodeError is one
        raise Invalid(problems=((field, "valid Unicode text and finite numbers"),)) from None


def moment(at: float | None) -> str | None:
    """RFC 3339 in UTC; None stays None."""
    return None if at is None else rfc3339(at)


# --- connections ------------------------------------------------------------------------------------------------------


class SettingsIn(In):
    """The settings of a connection, all of them."""

    settings: dict[str, Any] = Field(
        default_factory=dict, description="as in the README of the platform; base_url overrides the vendor's host"
    )


class ConnectionIn(SettingsIn):
    """A platform to connect."""

    platform: str = Field(description="drill, tencent_meeting, janus")
    name: str = Field(description="what the school calls it")


class Connection(Out):
    """A connection without its secrets."""

    id: str
    platform: str
    name: str
    webhook_url: str = Field(description="the address to give to the platform")
    created_at: str


def connection(record: ConnectionRecord, base_url: str) -> Connection:
    """A connection as it is told."""
    return Connection(
        id=record.id, platform=record.platform, name=record.name, webhook_url=f"{base_url}/hooks/{record.id}",
        created_at=rfc3339(record.created_at),
    )  # fmt: skip


class Sentence(Out):
    """One sentence in three languages."""

    zh: str
    vi: str
    en: str


def sentence(words: Words) -> Sentence:
    """The three languages of a sentence."""
    return Sentence(zh=words.zh, vi=words.vi, en=words.en)


class Finding(Out):
    """One thing that was checked."""

    code: str
    finding: str = Field(description="ok, warning, problem or unknown")
    detail: Sentence


class Check(Out):
    """Whether credentials, scopes and quota suffice."""

    ok: bool
    findings: list[Finding]


# --- courses ----------------------------------------------------------------------------------------------------------


class RosterLine(In):
    """Somebody who belongs to a course."""

    id: str
    name: str
    aliases: list[str] = Field(default_factory=list)
    accounts: list[str] = Field(default_factory=list, description="account ids, mails, personal-link tokens")
    staff: bool = Field(default=False, description="teaches this course")

    def entry(self) -> RosterEntry:
        """The line as the course keeps it."""
        return RosterEntry(
            id=self.id.strip(), name=self.name.strip(), aliases=tuple(a.strip() for a in self.aliases),
            accounts=tuple(a.strip() for a in self.accounts), staff=self.staff,
        )  # fmt: skip


def roster_line(entry: RosterEntry) -> dict[str, Any]:
    """An entry as it is told, without the token of its personal link; `staff` only where it is true."""
    entry = without_link(entry)
    told = {"id": entry.id, "name": entry.name, "aliases": list(entry.aliases), "accounts": list(entry.accounts)}
    return {**told, "staff": True} if entry.staff else told


class CourseIn(In):
    """A course to make."""

    name: str
    connection: str = Field(description="id of a connection")
    meetings: list[str] = Field(default_factory=list, description="the platform's meeting ids that belong to it")
    teachers: list[str] = Field(default_factory=list, description="mail addresses")
    co_guards: list[str] = Field(default_factory=list, description="mail addresses")
    policy: dict[str, Any] = Field(default_factory=lambda: {"preset": "lecture"})
    roster: list[RosterLine] = Field(default_factory=list)
    drill: bool = Field(default=False, description="a rehearsal: its incidents never count or leave as real")


class CourseChange(In):
    """What is to change; a list replaces the one before."""

    name: str | None = None
    meetings: list[str] | None = None
    teachers: list[str] | None = None
    co_guards: list[str] | None = None


class Course(Out):
    """A course; its policy and roster have addresses of their own."""

    id: str
    name: str
    connection: str
    meetings: list[str]
    teachers: list[str]
    co_guards: list[str]
    policy_version: int
    roster_version: int
    roster_shrunk: bool = Field(description="the newest roster is so much shorter that nobody is judged by it")
    drill: bool


def course(record: CourseRecord) -> Course:
    """A course as it is told."""
    return Course(
        id=record.id, name=record.name, connection=record.connection, meetings=list(record.meetings),
        teachers=list(record.teachers), co_guards=list(record.co_guards), policy_version=record.policy_version,
        roster_version=record.roster_version, roster_shrunk=record.roster_shrunk, drill=record.drill,
    )  # fmt: skip


class RosterTaken(Out):
    """A roster that is in force now."""

    version: int
    size: int
    shrunk: bool = Field(description="so much shorter that nobody is judged by it: send it again with confirm_shrink=1")


# --- pages and problems --------------------------------------------------------------------------------------------


class Courses(Out):
    """A page of courses."""

    items: list[Course]
    next: str = Field(description="cursor of the next page, empty at the end")


class ConnectionList(Out):
    """A page of connections."""

    items: list[Connection]
    next: str = Field(description="cursor of the next page, empty at the end")


class FieldProblem(Out):
    """What is wrong with one field."""

    field: str
    problem: str


class ProblemDocument(Out):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    problems: list[FieldProblem] | None = None
    incident: str | None = None
