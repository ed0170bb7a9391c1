"""How fast a recorded lesson runs again: the proof, the figures, another policy; on one core, without a service."""

import io
import random
import time
from collections.abc import Iterator

from app.domain import events as ev
from app.domain.people import Participant, Role, Roster, RosterEntry
from app.domain.terms import Terms
from app.replay.again import again
from app.replay.card import everything
from app.replay.frame import frame_of, versions_of
from app.replay.play import Attempt, play
from app.replay.recording import Recording, Row, of_file, write
from app.replay.script import of_recording
from app.replay.tape import Tape
from app.replay.trace import traced
from app.store.courses import Course, Versions
from policies import documents

PUPILS, SEED, START = 50, 7, 1_790_000_000.0
SECONDS = 0.5  # of the lesson, between two events


def lesson(events: int) -> bytes:
    """A long lesson of a class of fifty as a file: talk, chat, coming and going, and 5 % strangers."""
    listed = Roster(tuple(RosterEntry(id=f"r{n}", name=f"学生{n}", accounts=(f"a{n}",)) for n in range(PUPILS)))
    course = Course(
        school="", id="", name="7-3", connection="", policy=documents.policy({"preset": "lecture"}),
        roster=listed, versions=Versions(policy=1, layers=1, roster=1), shrunk=False, drill=False,
    )  # fmt: skip
    frame = frame_of(course, Terms(), everything().supports)
    played = play(_attempts(events), course, everything())
    named = Tape(course, "replayed", everything())
    first = next(
        iter(named.take(ev.LessonFramed(at=START, frame=frame.id, versions=versions_of(course, Terms())), START))
    )
    rows = [Row(number=r.number, at=r.at, recorded_at=r.recorded_at, kind=r.kind, body=r.body, private=r.private)
            for r in (first, *played.rows[1:])]  # fmt: skip
    out = io.BytesIO()
    write(Recording(lesson="replayed", key="replayed", rows=iter(rows), frames={frame.id: frame}), out)
    return out.getvalue()


def _attempts(events: int) -> Iterator[Attempt]:
    chance = random.Random(SEED)
    pupils = [Participant(id=f"p{n}", name=f"学生{n}", account=f"a{n}") for n in range(PUPILS)]
    inside: set[str] = set()
    at = START
    yield Attempt(at=at, event=ev.LessonFramed(at=at))
    yield Attempt(at=at, event=ev.LessonStarted(at=at))
    teacher = Participant(id="t", name="李老师", account="t", role=Role.HOST)
    yield Attempt(at=at, event=ev.ParticipantJoined(at=at, participant=teacher))
    for n in range(events):
        at += SECONDS
        yield Attempt(at=at, event=_happens(chance, chance.choice(pupils), inside, at, n))


def _happens(chance: random.Random, who: Participant, inside: set[str], at: float, n: int) -> ev.Event:
    what = chance.random()
    if what < 0.05:
        return ev.ParticipantJoined(at=at, participant=Participant(id=f"x{n}", name=f"user{n}"))
    if who.id not in inside:
        inside.add(who.id)
        return ev.ParticipantJoined(at=at, participant=who)
    if what < 0.15:
        inside.discard(who.id)
        return ev.ParticipantLeft(at=at, participant=who)
    if what < 0.5:
        return ev.ChatPosted(at=at, participant=who, text="老师好 xin chào", message=f"m{n}")
    kinds = (ev.AudioUnmuted, ev.AudioMuted, ev.VideoStarted, ev.VideoStopped)
    return chance.choice(kinds)(at=at, participant=who)


def measured(events: int = 20_000) -> Iterator[str]:
    """Each way to run it again, in rows a minute."""
    file = lesson(events)

    def opened() -> Recording:
        return of_file(io.BytesIO(file))

    def other() -> None:
        script = of_recording(opened(), documents.policy({"preset": "strict"}))
        play(script.attempts, script.course, script.card, keep_rows=False)

    rows = traced(opened().rows).rows
    ways = {"byte for byte": lambda: again(opened()), "figures": lambda: traced(opened().rows), "other policy": other}
    for name, run in ways.items():
        began = time.process_time()
        run()
        took = time.process_time() - began
        name = f"replay, {name}"
        yield f"{name:<34} {rows / took * 60:8,.0f} rows a minute  {took / rows * 1e6:6.0f} us/row  {rows} rows"
    assert again(opened()).same
