"""What the rules cost: every rule on, one event after the other, in a small and in a large class, early and late."""

import random
import time
from collections.abc import Callable, Iterator
from statistics import median

from app.domain import events as ev
from app.domain.people import Participant, Role, Roster, RosterEntry
from app.domain.state import LessonState, apply
from policies import decide, wake_at
from policies.base import Policy
from policies.documents import policy

START = 1_790_000_000.0
CHECKED = 4000  # events whose decisions are timed
LONG = 60_000  # events after which the lesson counts as long


def rules(show: Callable[[object], None]) -> None:
    """One line per size of class: median and 99th percentile of `decide`, of the fold and of `wake_at`, in us."""
    chosen = policy({"preset": "lecture"})
    show("rules  people   decide p50   p99    fold p50   wake p50   decide p50 after 60 000 events   (us)")
    for size in (50, 200, 1000):
        chance = random.Random(size)
        state = _lesson(size)
        events = _talk(size, chance)
        early = _timed(chosen, state, events, CHECKED)
        for _ in range(LONG):
            early.state = apply(early.state, next(events))
        late = _timed(chosen, early.state, events, CHECKED)
        show(
            f"rules  {size:6d}   {early.decide(0.5):10.1f}  {early.decide(0.99):6.1f}  {median(early.folds) * 1e6:8.1f}"
            f"   {median(early.wakes) * 1e6:8.1f}   {late.decide(0.5):10.1f}"
        )


class _Timed:
    def __init__(self, state: LessonState) -> None:
        self.state = state
        self.decides: list[float] = []
        self.folds: list[float] = []
        self.wakes: list[float] = []

    def decide(self, share: float) -> float:
        ordered = sorted(self.decides)
        return ordered[int(share * (len(ordered) - 1))] * 1e6


def _timed(chosen: Policy, state: LessonState, events: Iterator[ev.Event], number: int) -> _Timed:
    found = _Timed(state)
    clock = time.perf_counter
    for _ in range(number):
        event = next(events)
        begun = clock()
        found.state = apply(found.state, event)
        folded = clock()
        decide(chosen, found.state, event)
        decided = clock()
        wake_at(chosen, found.state)
        found.wakes.append(clock() - decided)
        found.decides.append(decided - folded)
        found.folds.append(folded - begun)
    return found


def _pupil(n: int) -> Participant:
    return Participant(id=f"p{n}", name=f"学生 {n}", account=f"a{n}")


def _lesson(size: int) -> LessonState:
    entries = tuple(RosterEntry(id=f"r{n}", name=f"学生 {n}", accounts=(f"a{n}",)) for n in range(size))
    teacher = RosterEntry(id="t", name="李老师", accounts=("t",), staff=True)
    state = LessonState(lesson="l", roster=Roster((teacher, *entries)))
    state = apply(state, ev.LessonStarted(at=START))
    host = Participant(id="t", name="李老师", account="t", role=Role.HOST)
    for n, who in enumerate((host, *map(_pupil, range(size)))):
        state = apply(state, ev.ParticipantJoined(at=START + n / 100, participant=who))
    return state


def _talk(size: int, chance: random.Random) -> Iterator[ev.Event]:
    """What goes on in a lesson: microphones, chat, somebody who leaves and is back, now and then a stranger."""
    at = START + 3600.0
    while True:
        at += chance.expovariate(5.0)
        who = _pupil(chance.randrange(size))
        pick = chance.random()
        if pick < 0.45:
            kind = ev.AudioUnmuted if chance.random() < 0.5 else ev.AudioMuted
            yield kind(at=at, participant=who)
        elif pick < 0.85:
            yield ev.ChatPosted(at=at, participant=who, text=chance.choice(_LINES) + str(chance.randrange(99)))
        elif pick < 0.92:
            yield ev.ParticipantLeft(at=at, participant=who)
        elif pick < 0.995:
            yield ev.ParticipantJoined(at=at, participant=who)
        else:
            stranger = Participant(id=f"x{chance.randrange(10**6)}", name=f"user{chance.randrange(10**4)}")
            yield ev.ParticipantJoined(at=at, participant=stranger)
            yield ev.ParticipantLeft(at=at + 0.5, participant=stranger)


_LINES = (
    "老师，这一题我不会做 ",
    "Em thưa cô, bài này khó quá ",
    "I have finished the exercise ",
    "谢谢老师 ",
    "có ạ ",
)
