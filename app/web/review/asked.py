"""What a request asks for, checked: which incidents, from when to when, in which kind of file."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.domain.actions import Severity
from app.domain.errors import Invalid, NotFound
from app.domain.incidents import IncidentStatus, Verdict
from app.store.review import Filter

E = TypeVar("E", bound=StrEnum)


class Kind(StrEnum):
    """A kind of file."""

    JSON = "json"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """Its media type."""
        return "application/json" if self is Kind.JSON else "text/csv; charset=utf-8"


def kind_of(name: str) -> Kind:
    """The kind of file that an address ends in. Raises NotFound."""
    if name not in list(Kind):
        raise NotFound("no such kind of export: " + ", ".join(Kind))
    return Kind(name)


def filter_of(asked: Mapping[str, str], zone: ZoneInfo, guard: str | None, *, practice: bool = False) -> Filter:
    """The filter of a query; what is empty does not narrow. Raises Invalid naming what is wrong.

    In the `practice` school everything is a drill, so that is what is shown unless asked otherwise.
    """
    return Filter(
        status=one_of(IncidentStatus, "status", asked.get("status", "")),
        verdict=one_of(Verdict, "verdict", asked.get("verdict", "")),
        course=asked.get("course", ""),
        rule=asked.get("rule", ""),
        severity=_severity(asked.get("severity", "")),
        since=moment_of("from", asked.get("from", ""), zone),
        until=moment_of("to", asked.get("to", ""), zone, whole_day=True),
        drill=asked.get("drill", "1" if practice else "") in ("1", "true"),
        guard=guard,
    )


def one_of(kind: type[E], field: str, text: str) -> E | None:
    """A value of an enumeration; None for "". Raises Invalid."""
    if not text:
        return None
    if text not in list(kind):
        raise Invalid(problems=((field, "one of: " + ", ".join(kind)),))
    return kind(text)


def _severity(text: str) -> Severity:
    if not text:
        return Severity.LOW
    if text.upper() not in Severity.__members__:
        raise Invalid(problems=(("severity", "one of: " + ", ".join(s.name.lower() for s in Severity)),))
    return Severity[text.upper()]


def moment_of(field: str, text: str, zone: ZoneInfo, *, whole_day: bool = False) -> float | None:
    """Seconds since the epoch of a day in the school's zone or of an RFC 3339 moment; None for "". Raises Invalid.

    A day begins at midnight; with `whole_day` its end is meant. A moment without offset is UTC.
    """
    if not text:
        return None
    try:
        if len(text) == len("2026-01-31"):
            day = date.fromisoformat(text) + timedelta(days=whole_day)
            return datetime.combine(day, time(), zone).timestamp()
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise Invalid(
            problems=((field, "a day such as 2026-01-31 or a moment such as 2026-01-31T08:00:00Z"),)
        ) from None


def version_of(reviewed_at: float | None) -> str:
    """The entity tag of an incident's review."""
    return f'"{"unreviewed" if reviewed_at is None else repr(reviewed_at)}"'


def seen_in(version: str) -> tuple[bool, float | None]:
    """(whether the review was seen at all, its reviewed_at) from an entity tag or a form; "" or * = not said."""
    told = version.strip().removeprefix("W/").strip('"')
    if told in ("", "*"):
        return False, None
    if told == "unreviewed":
        return True, None
    try:
        return True, float(told)
    except ValueError:
        raise Invalid(problems=(("if-match", "the ETag of the incident as it was read"),)) from None
