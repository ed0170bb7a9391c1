"""What is told of a lesson afterwards: who counts as what, what was seen, and a replay that does what was done."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from app.domain import events as ev
from app.domain.actions import ActionKind
from app.domain.people import Participant, Role, Roster, RosterEntry
from app.domain.state import SETS
from app.replay import sides
from app.replay.archive import Archive
from app.replay.play import play
from app.replay.recording import Row, of_file
from app.replay.report import Report, figures, only, report, suspects
from app.replay.script import of_recording
from app.replay.trace import Done, traced
from app.store import codec
from app.store import tables as t
from tests.app.guarded import CONNECTION, SCHOOL, Guarded
from tests.app.replay.recorded import file_of, raided

HOST = Participant(id="t", name="Ms Li", account="a-t", role=Role.HOST)
AN = Participant(id="p1", name="An", account="a1")
BINH = Participant(id="p2", name="Binh")  # known by name only
TWIN = Participant(id="x1", name="An")  # carries the name of somebody who is there
NOBODY = Participant(id="x2", name="zz")
LIST = Roster(
    (
        RosterEntry(id="r1", name="An", accounts=("a1",)),
        RosterEntry(id="r2", name="Binh"),
        RosterEntry(id="r3", name="Chi", accounts=("a3",)),
    )
)


def rows(*events: ev.Event) -> Iterator[Row]:
    for number, event in enumerate(events, 1):
        body, private = codec.event_row(event)
        yield Row(number=number, at=event.at, recorded_at=event.at, kind=event.kind, body=body, private=private)


def happened(told: Iterator[Row], roster: Roster, hostile: Iterable[str] | None = None) -> Report:
    """The figures of what was recorded."""
    trace = traced(told)
    return figures(trace, roster, suspects(trace, roster) if hostile is None else hostile, over=trace.over)


def comes(at: float, who: Participant) -> ev.Event:
    return ev.ParticipantJoined(at=at, participant=who)


LESSON = (
    comes(100, HOST), comes(101, AN), comes(102, BINH), comes(110, TWIN), ev.AudioUnmuted(at=111, participant=TWIN),
    ev.AudioUnmuted(at=112, participant=BINH), ev.AudioMuted(at=113, participant=TWIN), comes(114, NOBODY),
    ev.ParticipantWaiting(at=116, participant=NOBODY), ev.ParticipantLeft(at=120, participant=TWIN),
    ev.LessonEnded(at=130),
)  # fmt: skip


def test_strangers_are_whom_the_list_does_not_know_and_doubles_of_who_is_there() -> None:
    found = happened(rows(*LESSON), LIST)
    assert found.strangers_in == 2
    assert found.stranger_seconds == 10 + 2
    assert (found.first, found.disturbed) == (11.0, 2.0)  # Binh, known by his name, disturbs nobody
    assert found.calm == 2.0  # it is over: nothing can come any more
    assert [(c.known, c.unknown) for c in found.crowd] == [
        (1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (3, 1), (3, 0), (2, 0), (1, 0), (0, 0)
    ]  # fmt: skip


def test_without_a_list_nobody_is_called_a_stranger() -> None:
    found = happened(rows(*LESSON), Roster())
    assert (found.strangers_in, found.first) == (0, None)


def test_people_whom_only_a_list_of_the_platform_shows_were_there_too() -> None:
    inside = (ev.Presence(participant=HOST), ev.Presence(participant=NOBODY, audio=True))
    polled = ev.RosterPolled(at=105, asked_at=105, attendance=ev.Attendance(inside=inside, waiting=()))
    found = happened(rows(comes(100, HOST), polled), LIST)
    assert found.strangers_in == 1
    assert found.first == 5.0


def test_who_was_kept_before_the_door_is_named() -> None:
    waits = ev.ParticipantWaiting(at=105, participant=AN)
    found = happened(rows(comes(100, HOST), waits, comes(126, AN), ev.LessonEnded(at=140)), LIST)
    assert found.kept_out == ("p1",)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    with raided(tmp_path_factory.mktemp("raid")) as school:
        return file_of(school)


def replayed(file: bytes) -> tuple[Report, Report]:
    """What happened, and the same by the same rules with simulated effects."""
    trace = traced(of_file(io.BytesIO(file)).rows)
    script = of_recording(of_file(io.BytesIO(file)))
    played = play(script.attempts, script.course, script.card, keep_rows=False)
    assert played.rows == []
    assert trace.start is not None
    return happened(of_file(io.BytesIO(file)).rows, LIST), report(played, LIST, trace.start)


def test_by_its_own_rules_which_changed_on_the_way_a_replay_does_what_was_done(file: bytes) -> None:
    was, would = replayed(file)
    assert len(was.done) > 10
    assert only(was.done, would.done) == only(would.done, was.done) == ()
    assert {d.kind for d in would.done} >= {ActionKind.HOLD, ActionKind.KICK}  # of the first rules and of the second


def done(kind: ActionKind, who: str, at: float = 0.0, **more: Any) -> Done:
    told: dict[str, Any] = {
        "at": at,
        "rule": "flood",
        "reason": "x",
        "kind": kind,
        "who": who,
        "by": "",
        "observed": False,
    }
    return Done(**told | more)


def test_a_difference_is_what_one_side_did_more_often_whenever_it_did_it() -> None:
    mute, hold = ActionKind.MUTE, ActionKind.HOLD
    one = (done(mute, "a", 1), done(mute, "a", 2), done(hold, "b", 3), done(hold, "c", 4, observed=True))
    other = (done(mute, "a", 50), done(hold, "b", 3, by="li"))
    assert only(one, other) == (one[1], one[2])
    assert only(other, one) == (other[1],)


# --- what our own measures brought about is not played again ----------------------------------------------------------


def intent(number: int, at: float, kind: ActionKind, who: Participant | None = None) -> Row:
    target = {"target": {"id": who.id, "role": "attendee"}} if who else {}
    body = {
        "id": f"l.{number}", "action": {"kind": kind.value, **target}, "rule": "late_lock", "reason": "late_lock",
        "severity": 0, "lane": 2, "at": at, "deadline": at + 60, "incident": "l.1", "until": None, "met": False,
        "observed": False,
    }  # fmt: skip
    return Row(number=number, at=at, recorded_at=at, kind="intent", body=msgspec.json.encode(body).decode(), private="")


def tried(file: bytes, *after: Row) -> list[ev.Event]:
    """What is left of a recording whose first row, the frame, these follow."""
    recording = of_file(io.BytesIO(file))
    first = next(recording.rows)
    recording.rows = iter([first, *after])
    return [a.event for a in of_recording(recording).attempts][1:]


def told(at: float, **switches: bool) -> Row:
    event = ev.SettingsChanged(at=at, switches=ev.Switches(**switches))
    body, private = codec.event_row(event)
    return Row(number=9, at=at, recorded_at=at, kind=event.kind, body=body, private=private)


def test_switches_that_the_platform_only_repeats_were_turned_by_nobody(file: bytes) -> None:
    """Platforms tell all their switches whenever one changes: the old value of one that we just asked for, too."""
    start = 1_790_000_000.0
    found = tried(
        file,
        told(start + 1, locked=False, waiting_room=False, chat_closed=False),
        intent(3, start + 2, ActionKind.OPEN_WAITING_ROOM),
        told(start + 2.5, locked=False, waiting_room=False, chat_closed=True),
        told(start + 3, locked=False, waiting_room=True, chat_closed=True),
    )
    assert SETS[ActionKind.OPEN_WAITING_ROOM] == ("waiting_room", True)
    assert [e.switches for e in found if isinstance(e, ev.SettingsChanged)] == [
        ev.Switches(locked=False, waiting_room=False, chat_closed=False),
        ev.Switches(chat_closed=True),
    ]


def test_what_came_late_is_played_when_it_came(file: bytes) -> None:
    recording = of_file(io.BytesIO(file))
    first = next(recording.rows)
    at = first.at
    body, private = codec.event_row(comes(at + 1, NOBODY))
    late = Row(number=2, at=at + 1, recorded_at=at + 31, kind="participant.joined", body=body, private=private)
    recording.rows = iter([first, late])
    script = of_recording(recording)
    played = play(script.attempts, script.course, script.card)
    hold = next(d for d in played.trace.done if d.kind is ActionKind.HOLD)
    assert hold.at == at + 31
    assert played.facts[0].at == at + 1


def test_a_list_that_changed_on_the_way_judges_from_then_on(tmp_path: Path) -> None:
    school = Guarded(f"sqlite:///{tmp_path}/menshen.db").create()
    school.course()

    async def story(pipeline: Any) -> None:
        await pipeline.receive(CONNECTION, school.post("lesson.started"))
        await pipeline.receive(CONNECTION, school.post("participant.joined", HOST))
        with school.engine.begin() as db:
            listed = codec.roster_text((*LIST.entries, RosterEntry(id="r9", name="zz", accounts=("a9",))))
            db.execute(update(t.courses).values(roster=listed, roster_version=2))
        new = Participant(id="n", name="zz", account="a9")
        await pipeline.receive(CONNECTION, school.post("participant.joined", new))

    school.run(story)
    script = of_recording(of_file(io.BytesIO(file_of(school))))
    school.close()
    played = play(script.attempts, script.course, script.card)
    assert not [d for d in played.trace.done if d.who == "n"]
    assert played.state.person("n") is not None


def test_of_a_lesson_whose_names_are_erased_nothing_is_made_up(tmp_path: Path) -> None:
    with raided(tmp_path) as school:
        lesson = school.lesson()
        whole = sides.of_recording(lambda: Archive(school.reader).open(SCHOOL, lesson))
        assert whole.right is not None
        with school.engine.begin() as db:
            db.execute(update(t.frames).values(private=None))
        unlisted = sides.of_recording(lambda: Archive(school.reader).open(SCHOOL, lesson))
        with school.engine.begin() as db:
            db.execute(update(t.log).values(private=None, salt=None))
        erased = sides.of_recording(lambda: Archive(school.reader).open(SCHOOL, lesson))
    for found in (unlisted, erased):
        assert found.again is not None
        assert found.again.forgotten
        assert found.right is None
        assert found.there == found.here == ()
