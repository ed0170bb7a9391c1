"""Where attempts come from: a script written by hand or by a generator, or a lesson that was recorded.

A script is JSON lines: a header with the class, its people (cast.py) and what the platform can do; then what they try
(lines.py), by seconds since the start.
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
from app.replay.cast import Cast, Group, cast
from app.replay.frame import Judged, framed_by
from app.replay.lines import InOrder, Line, Moment, moments
from app.replay.play import Attempt
from app.replay.recording import Recording, Row, header_of
from app.replay.trace import INTENT, MOST, UNREADABLE, unreadable
from app.store import codec
from app.store.courses import Course, Versions
from policies import documents
from policies.base import Policy

KIND = "script"
START = 1_790_000_000.0  # when a script begins unless it says otherwise, seconds since the epoch
PLATFORMS = {"everything": everything, "open_door": open_door}
LONGEST_LESSON = 2 * 86_400.0  # seconds of a script
LONGEST_RECORD = 60 * 86_400.0  # seconds of a recorded lesson: rooms that nobody closes are one lesson for weeks
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
    why: str = ""  # why it takes longer than ten seconds
    calls: tuple[str, ...] = ()  # rules that should at least call people
    presets: tuple[str, ...] = ()  # by which it may be judged, too
    start: float = START
    platform: str = "everything"
    policy: dict[str, Any] = {}
    shrunk: bool = False
    groups: dict[str, Group] = {}
    roster: tuple[RosterEntry, ...] = ()
    people: dict[str, _Person] = {}
    hostile: tuple[str, ...] = ()


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
    calls: tuple[str, ...] = ()  # rules that should at least call people
    hostile: frozenset[str] | None = None
    belong: frozenset[str] | None = None  # pupils and teachers, whatever the list says; None = whom the list knows


_headers = msgspec.json.Decoder(_Header)
_lines = msgspec.json.Decoder(Line)


def of_file(lines: Iterable[bytes], policy: Policy | None = None) -> Script:
    """A script from a file's lines, judged by its own policy unless another is given. Raises Invalid with the line."""
    numbered = enumerate(lines, 1)
    _, first = next(numbered, (1, b""))
    header_of(first, KIND)
    try:
        header = _headers.decode(first)
    except (msgspec.DecodeError, RecursionError) as e:
        raise _wrong(1, str(e)) from e
    if header.platform not in PLATFORMS:
        raise _wrong(1, f"platform: one of {', '.join(PLATFORMS)}")
    everybody = _cast(header)
    course = Course(
        school="", id="", name=header.title, connection="", policy=policy or documents.policy(header.policy),
        roster=Roster(tuple(everybody.roster)), versions=Versions(policy=1, layers=1, roster=1), shrunk=header.shrunk,
        drill=False,
    )  # fmt: skip
    return Script(
        title=header.title, about=header.about, course=course, card=PLATFORMS[header.platform](),
        attempts=_attempts(numbered, everybody, header.start), start=header.start, raid=header.raid,
        within=header.within, calls=header.calls, hostile=frozenset(everybody.hostile),
        belong=frozenset(everybody.belong) if header.groups else None,
    )  # fmt: skip


def _cast(header: _Header) -> Cast:
    try:
        everybody = cast(header.groups)
    except ValueError as e:
        raise _wrong(1, f"groups.{e}") from e
    everybody.people |= {key: _participant(key, person) for key, person in header.people.items()}
    everybody.roster += header.roster
    everybody.hostile |= set(header.hostile)
    everybody.belong -= everybody.hostile
    return everybody


def _participant(key: str, person: _Person) -> Participant:
    told = msgspec.structs.asdict(person)
    try:
        return msgspec.convert({"id": key, **told}, Participant)
    except msgspec.ValidationError as e:
        raise _wrong(1, f"people.{key}: {e}") from e


def _attempts(lines: Iterable[tuple[int, bytes]], everybody: Cast, start: float) -> Iterator[Attempt]:
    last, due, many = float("-inf"), InOrder(), 0
    for where, text in lines:
        if not text.strip():
            continue
        if where > MOST:
            raise _wrong(where, f"more than {MOST} lines: too long to be played")
        try:
            line = _lines.decode(text)
            if not -86_400.0 <= line.at <= LONGEST_LESSON:
                raise ValueError(f"at: {line.at:g}; a script lasts {LONGEST_LESSON:g} seconds at most")
            found = [(m, _event(m, everybody.people, start)) for m in moments(line, everybody.groups, everybody.people)]
        except UNREADABLE as e:
            raise _wrong(where, _problem(e, text)) from e
        many += len(found)
        if many > MOST:
            raise _wrong(where, f"more than {MOST} moments: too long to be played")
        if line.after:
            yield from (Attempt(at=m.at, event=event, after=m.after) for m, event in found)
            continue
        if line.at < last:
            raise _wrong(where, f"at: {line.at:g} after {last:g}; lines are out of order")
        last = line.at
        yield from (Attempt(at=e.at, event=e) for e in due.until(start + last))
        for _, event in found:
            due.add(event)
    yield from (Attempt(at=e.at, event=e) for e in due.until(float("inf")))


def _problem(error: Exception, text: bytes) -> str:
    """A mistake in one line, with the field where it is known."""
    cut = "" if text.endswith(b"\n") else " (the file may end in the middle of this line)"
    if isinstance(error, KeyError):
        return f"kind or who: {str(error)[:200]} is not known here"
    return f"{str(error)[:300]}{cut if isinstance(error, msgspec.DecodeError) else ''}"


def _event(moment: Moment, people: Mapping[str, Participant], start: float) -> ev.Event:
    kind, at, line = ev.EVENTS[moment.kind], start + moment.at, moment.line
    if kind is ev.LessonFramed:
        hours = {k: start + v for k in ("scheduled_at", "ends_at") if (v := getattr(line, k)) is not None}
        return ev.LessonFramed(at=at, **hours)
    if kind is ev.ButtonPressed:
        return msgspec.convert(
            {"at": at, "button": line.button, "by": line.who or "teacher", "key": f"{at}", "participant": line.on},
            ev.ButtonPressed,
        )
    if kind is ev.SettingsChanged:
        return ev.SettingsChanged(at=at, switches=ev.Switches(**line.switches))
    if kind is ev.RosterPolled:  # the room itself says who is there (world.py)
        return ev.RosterPolled(at=at, asked_at=at, attendance=ev.Attendance(inside=()))
    return _of_person(moment, people, at) if issubclass(kind, ev.PersonEvent) else kind(at=at)


def _of_person(moment: Moment, people: Mapping[str, Participant], at: float) -> ev.Event:
    kind, who = ev.EVENTS[moment.kind], people[moment.who]
    more: dict[str, Any] = {"name": moment.name} if moment.name else {}
    if moment.line.role:
        more["role"] = type(who.role)(moment.line.role)
    told: dict[str, Any] = {"at": at, "participant": replace(who, **more)}
    if kind is ev.ChatPosted:
        told["text"] = moment.text
    if kind is ev.ParticipantJoined:
        told["admitted"] = moment.line.admitted
    return kind(**told)


# --- a lesson that was recorded ---------------------------------------------------------------------------------------


def of_recording(recording: Recording, policy: Policy | None = None) -> Script:
    """What people tried in a recorded lesson. Raises Invalid where nothing tells what it was judged by."""
    rows = iter(recording.rows)
    first = next(rows, None)
    if first is None or first.kind != ev.LessonFramed.kind:
        raise Invalid(problems=(("row 1", "the recording does not begin with what judged the lesson"),))
    framed = _told(first)
    if not isinstance(framed, ev.LessonFramed):
        raise Invalid(problems=((first.where, "tells of no frame"),))
    judged = _judged(recording, first, framed, policy)
    return Script(
        title=judged.course.name, about="", course=judged.course, terms=judged.terms, card=judged.card, start=first.at,
        attempts=_Tried(recording, framed, policy).out_of(rows),
    )  # fmt: skip


def _judged(recording: Recording, row: Row, framed: ev.LessonFramed, policy: Policy | None) -> Judged:
    frame = recording.frames.get(framed.frame)
    if frame is None:
        raise Invalid(problems=((row.where, f"frame {framed.frame[:12]} is not there"),))
    return framed_by(frame, row.where, policy)


class _Tried:
    """Leaves out what our own measures brought about: a replay has measures of its own."""

    def __init__(self, recording: Recording, framed: ev.LessonFramed, policy: Policy | None) -> None:
        self._recording, self._framed, self._policy = recording, framed, policy
        self._asked: list[tuple[float, ActionKind, str]] = []
        self._switches: dict[str, bool] = {}  # as the platform told them last

    def out_of(self, rows: Iterable[Row]) -> Iterator[Attempt]:
        """Each at the moment at which we heard of it: what came late is played when it came."""
        latest = self._framed.at
        yield Attempt(at=latest, event=replace(self._framed, frame=""))
        for count, row in enumerate(rows, 2):
            if count > MOST or row.recorded_at > self._framed.at + LONGEST_RECORD:
                raise Invalid(problems=((row.where, f"more than {MOST} rows, or two months: too long to be played"),))
            if row.kind == INTENT:
                self._remember(row)
                continue
            told = _told(row)
            latest = max(latest, row.recorded_at)
            if isinstance(told, ev.LessonFramed) and told.frame:
                judged = _judged(self._recording, row, told, self._policy)
                yield Attempt(at=latest, event=replace(told, frame=""), judged=judged)
            elif (event := self._tried(told)) is not None:
                yield Attempt(at=latest, event=event)

    def _remember(self, row: Row) -> None:
        try:
            standing, observed = codec.intent_from(row.body, row.private)
        except UNREADABLE as e:
            raise unreadable(row.where, row.kind, e) from e
        if not observed:
            target = standing.action.target
            self._asked = [a for a in self._asked if a[0] > row.at - BACK][-500:]
            self._asked.append((row.at, standing.action.kind, target.id if target else ""))

    def _tried(self, event: ev.Event) -> ev.Event | None:
        if isinstance(event, ev.OURS) and not isinstance(event, ev.ButtonPressed | ev.RosterPolled):
            return None
        if isinstance(event, ev.SettingsChanged):
            turned = self._by_people(event.switches, event.at)
            return replace(event, switches=turned) if turned else None
        if isinstance(event, ev.RosterPolled) and event.attendance.switches:
            turned = self._by_people(event.attendance.switches, event.at)
            return replace(event, attendance=replace(event.attendance, switches=turned or ev.Switches()))
        kinds = _EFFECTS.get(type(event), ())
        who = event.participant.id if isinstance(event, ev.PersonEvent) else ""
        ours = any(kind in kinds and pid in (who, "") and at > event.at - BACK for at, kind, pid in self._asked)
        return None if ours else event

    def _by_people(self, switches: ev.Switches, at: float) -> ev.Switches | None:
        """The switches that somebody in the room turned. Platforms tell all of them whenever one changes."""
        asked = {SETS[kind] for when, kind, _ in self._asked if kind in SETS and when > at - BACK}
        told = {n: v for n in ev.Switches.__dataclass_fields__ if (v := getattr(switches, n)) is not None}
        turned = {n: v for n, v in told.items() if self._switches.get(n) is not v and (n, v) not in asked}
        self._switches |= told
        return ev.Switches(**turned) if turned else None


def _told(row: Row) -> ev.Event:
    try:
        return codec.event_from(row.kind, row.body, row.private)
    except UNREADABLE as e:
        raise unreadable(row.where, row.kind, e) from e


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
