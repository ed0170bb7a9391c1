"""Where attempts come from: a script written by hand or by a generator, or a lesson that was recorded.

A script is JSON lines: a header with the class, its people and what the platform can do; then what they try, by seconds
since the start. A line with `after` happens so many seconds after a measure has moved that presence out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from app.domain import events as ev
from app.domain.actions import ActionKind
from app.domain.errors import Invalid
from app.domain.people import Participant, Roster, RosterEntry
from app.domain.state import SETS
from app.domain.terms import Terms
from app.replay.card import Card, everything, open_door
from app.replay.frame import judged_by
from app.replay.play import Attempt
from app.replay.recording import Recording, Row, header_of
from app.store import codec
from app.store.courses import Course, Versions
from policies import documents
from policies.base import Policy

KIND = "script"
START = 1_790_000_000.0  # when a script begins unless it says otherwise, seconds since the epoch
PLATFORMS = {"everything": everything, "open_door": open_door}
BACK = 60.0  # seconds in which a recorded fact may be the effect of a recorded measure


class _Person(msgspec.Struct, forbid_unknown_fields=True):
    name: str = ""
    account: str = ""
    link: str = ""
    network: str = ""
    address: str = ""
    role: str = "attendee"


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    menshen: str
    version: int
    title: str
    about: str = ""
    raid: bool = False
    within: float = 10.0
    start: float = START
    platform: str = "everything"
    policy: dict[str, Any] = {}
    roster: tuple[RosterEntry, ...] = ()
    people: dict[str, _Person] = {}
    hostile: tuple[str, ...] = ()


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    at: float
    kind: str
    who: str = ""
    after: str = ""
    name: str = ""
    role: str = ""
    text: str = ""
    admitted: bool = False
    button: str = ""
    on: str = ""  # of a button: on whom
    switches: dict[str, bool] = {}
    scheduled_at: float | None = None  # of lesson.framed: seconds since the start
    ends_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What is to be played. `hostile` None = nobody said: everybody whom the roster does not know counts."""

    title: str
    about: str
    course: Course
    card: Card
    attempts: Iterable[Attempt]
    start: float
    terms: Terms = field(default_factory=Terms)
    raid: bool = False
    within: float = 10.0  # seconds after the first hostile act in which the room should be calm
    hostile: frozenset[str] | None = None


_headers = msgspec.json.Decoder(_Header)
_lines = msgspec.json.Decoder(_Line)


def of_file(lines: Iterable[bytes], policy: Policy | None = None) -> Script:
    """A script from a file's lines, judged by its own policy unless another is given. Raises Invalid with the line."""
    numbered = enumerate(lines, 1)
    _, first = next(numbered, (1, b""))
    header_of(first, KIND)
    try:
        header = _headers.decode(first)
    except msgspec.DecodeError as e:
        raise _wrong(1, str(e)) from e
    if header.platform not in PLATFORMS:
        raise _wrong(1, f"platform: one of {', '.join(PLATFORMS)}")
    course = Course(
        school="", id="", name=header.title, connection="", policy=policy or documents.policy(header.policy),
        roster=Roster(header.roster), versions=Versions(policy=1, layers=1, roster=1), shrunk=False, drill=False,
    )  # fmt: skip
    people = {key: _participant(key, person) for key, person in header.people.items()}
    return Script(
        title=header.title, about=header.about, course=course, card=PLATFORMS[header.platform](),
        attempts=_attempts(numbered, people, header.start), start=header.start, raid=header.raid,
        within=header.within, hostile=frozenset(header.hostile),
    )  # fmt: skip


def _participant(key: str, person: _Person) -> Participant:
    told = msgspec.structs.asdict(person)
    try:
        return msgspec.convert({"id": key, **told}, Participant)
    except msgspec.ValidationError as e:
        raise _wrong(1, f"people.{key}: {e}") from e


def _attempts(lines: Iterable[tuple[int, bytes]], people: Mapping[str, Participant], start: float) -> Iterator[Attempt]:
    last = float("-inf")
    for where, text in lines:
        if not text.strip():
            continue
        try:
            line = _lines.decode(text)
            event = _event(line, people, start)
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as e:
            raise _wrong(where, f"{type(e).__name__}: {e}") from e
        if line.after:
            yield Attempt(at=line.at, event=event, after=line.after)
            continue
        if line.at < last:
            raise _wrong(where, f"at: {line.at:g} after {last:g}; lines are out of order")
        last = line.at
        yield Attempt(at=event.at, event=event)


def _event(line: _Line, people: Mapping[str, Participant], start: float) -> ev.Event:
    kind, at = ev.EVENTS[line.kind], start + line.at
    if kind is ev.LessonFramed:
        hours = {k: start + v for k in ("scheduled_at", "ends_at") if (v := getattr(line, k)) is not None}
        return ev.LessonFramed(at=at, **hours)
    if kind is ev.ButtonPressed:
        return msgspec.convert(
            {"at": at, "button": line.button, "by": line.who or "teacher", "key": f"{line.at}", "participant": line.on},
            ev.ButtonPressed,
        )
    if kind is ev.SettingsChanged:
        return ev.SettingsChanged(at=at, switches=ev.Switches(**line.switches))
    if not issubclass(kind, ev.PersonEvent):
        return kind(at=at)
    who = people[line.who]
    more: dict[str, Any] = {"name": line.name} if line.name else {}
    if line.role:
        more["role"] = type(who.role)(line.role)
    told: dict[str, Any] = {"at": at, "participant": replace(who, **more)}
    if kind is ev.ChatPosted:
        told["text"] = line.text
    if kind is ev.ParticipantJoined:
        told["admitted"] = line.admitted
    return kind(**told)


# --- a lesson that was recorded ---------------------------------------------------------------------------------------


def of_recording(recording: Recording, policy: Policy | None = None) -> Script:
    """What people tried in a recorded lesson. Raises Invalid where nothing tells what it was judged by."""
    rows = iter(recording.rows)
    first = next(rows, None)
    if first is None or first.kind != "lesson.framed":
        raise Invalid(problems=(("row 1", "the recording does not begin with what judged the lesson"),))
    framed = codec.event_from(first.kind, first.body, first.private)
    frame = recording.frames.get(framed.frame) if isinstance(framed, ev.LessonFramed) else None
    if frame is None:
        raise Invalid(problems=(("row 1", "its frame is not there"),))
    judged = judged_by(frame, policy)
    return Script(
        title=judged.course.name, about="", course=judged.course, terms=judged.terms, card=judged.card,
        attempts=_Tried(framed).out_of(rows), start=first.at,
    )  # fmt: skip


class _Tried:
    """Leaves out what our own measures brought about: a replay has measures of its own."""

    def __init__(self, framed: ev.Event) -> None:
        self._framed = framed
        self._asked: list[tuple[float, ActionKind, str]] = []

    def out_of(self, rows: Iterable[Row]) -> Iterator[Attempt]:
        if isinstance(self._framed, ev.LessonFramed):
            yield Attempt(at=self._framed.at, event=replace(self._framed, frame=""))
        latest = self._framed.at
        for row in rows:
            if row.kind == "intent":
                self._remember(row)
                continue
            event = self._tried(_told(row))
            if event is not None:
                latest = max(latest, event.at)  # by our clock: what came late is played when it came
                yield Attempt(at=latest, event=event)

    def _remember(self, row: Row) -> None:
        standing, observed = codec.intent_from(row.body, row.private)
        if not observed:
            target = standing.action.target
            self._asked = [a for a in self._asked if a[0] > row.at - BACK][-500:]
            self._asked.append((row.at, standing.action.kind, target.id if target else ""))

    def _tried(self, event: ev.Event) -> ev.Event | None:
        if isinstance(event, ev.OURS) and not isinstance(event, ev.ButtonPressed | ev.RosterPolled):
            return None
        if isinstance(event, ev.SettingsChanged):
            return self._by_people(event)
        kinds = _EFFECTS.get(type(event), ())
        who = event.participant.id if isinstance(event, ev.PersonEvent) else ""
        ours = any(kind in kinds and pid in (who, "") and at > event.at - BACK for at, kind, pid in self._asked)
        return None if ours else event

    def _by_people(self, event: ev.SettingsChanged) -> ev.SettingsChanged | None:
        """The switches that somebody in the room turned."""
        asked = {SETS[kind] for at, kind, _ in self._asked if kind in SETS and at > event.at - BACK}
        told = {n: v for n in ev.Switches.__dataclass_fields__ if (v := getattr(event.switches, n)) is not None}
        left = {name: value for name, value in told.items() if (name, value) not in asked}
        return replace(event, switches=ev.Switches(**left)) if left else None


def _told(row: Row) -> ev.Event:
    try:
        return codec.event_from(row.kind, row.body, row.private)
    except (KeyError, msgspec.ValidationError, msgspec.DecodeError) as e:
        raise Invalid(problems=((f"row {row.number}", f"{row.kind}: {e}"),)) from e


_EFFECTS: Mapping[type[ev.Event], tuple[ActionKind, ...]] = {
    ev.ParticipantWaiting: (ActionKind.HOLD,),
    ev.ParticipantLeft: (ActionKind.HOLD, ActionKind.KICK, ActionKind.BAN, ActionKind.DENY, ActionKind.END),
    ev.ParticipantJoined: (ActionKind.ADMIT,),
    ev.AudioMuted: (ActionKind.MUTE, ActionKind.MUTE_ALL),
    ev.VideoStopped: (ActionKind.STOP_VIDEO,),
    ev.ShareStopped: (ActionKind.STOP_SHARE, ActionKind.RESTRICT_SHARE),
    ev.LessonEnded: (ActionKind.END,),
}


def _wrong(where: int, problem: str) -> Invalid:
    return Invalid(problems=((f"line {where}", problem),))
