"""One event of Feishu before it is understood: its kind, id and time, tamed. Pure."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters import untrusted
from adapters.base import Received
from adapters.feishu import keys, people
from adapters.feishu.errors import PLATFORM
from adapters.signing import digest_id
from app.domain import events as ev
from app.domain.errors import Malformed

EARLIEST = 1_000_000_000.0  # seconds; anything before 2001 is not a time
AHEAD = 86_400.0  # seconds; a time further ahead than a day is none, and would outrank every later fact
LONGEST_RAW = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event with its parts tamed; `at` in seconds since the epoch."""

    kind: str
    id: str
    at: float
    received_at: float
    body: Mapping[str, Any]
    hours_east: float

    @property
    def meeting(self) -> Mapping[str, Any]:
        return untrusted.members(self.body.get("meeting"))

    @property
    def lesson_key(self) -> str:
        return keys.of_meeting(self.meeting.get("meeting_no"), self.meeting.get("id"))

    def fact(self, event: ev.Event, *, key: str = "", id: str = "") -> Received:
        """A fact of this event; of several, each needs an `id` of its own."""
        return Received(lesson_key=key or self.lesson_key, delivery_id=id or self.id, event=event)


Reading = Callable[[Told], Iterable[Received]]


def told_of(document: Mapping[str, Any], received_at: float, hours_east: float) -> Told:
    """The event in a delivery, of either schema. Raises Malformed when it has no kind."""
    header, body = untrusted.members(document.get("header")), untrusted.members(document.get("event"))
    kind = people.text(header.get("event_type")) or people.text(body.get("type"))
    if not kind:
        raise Malformed(PLATFORM, "the event has no kind")
    given = header.get("event_id") or document.get("uuid")
    plain = isinstance(given, str) and re.fullmatch(r"[0-9A-Za-z_-]{1,64}", given)
    at = moment(header.get("create_time"), received_at)
    return Told(
        kind=kind, id=str(given) if plain else digest(document), at=at, received_at=received_at, body=body,
        hours_east=hours_east,
    )  # fmt: skip


def moment(value: object, received_at: float) -> float:
    """Seconds since the epoch out of seconds or milliseconds; ours for what is no time near now."""
    found = people.number(value)
    seconds = float(found or 0)
    seconds = seconds / 1000 if seconds > 1e11 else seconds
    fits = math.isfinite(seconds) and EARLIEST <= seconds <= received_at + AHEAD
    return seconds if fits else received_at


def digest(*parts: object) -> str:
    """An id out of everything that was told."""
    return digest_id(as_text(part).encode() for part in parts)


def as_text(part: object) -> str:
    """JSON that a database takes."""
    written = json.dumps(part, ensure_ascii=False, sort_keys=True, default=str)
    return written.encode("utf-8", "replace").decode()


def unknown(told: Told, document: object) -> ev.Unknown:
    """What we do not understand, whole but for the token in its header."""
    header = {k: v for k, v in untrusted.members(untrusted.members(document).get("header")).items() if k != "token"}
    return ev.Unknown(at=told.at, name=told.kind, raw=as_text({"header": header, "event": told.body})[:LONGEST_RAW])


def withheld(told: Told, name: str = "") -> ev.Unknown:
    """Something that happened and of which nothing is kept: what children say, and what is no lesson of ours."""
    return ev.Unknown(at=told.at, name=name or told.kind, raw="(not kept)")
