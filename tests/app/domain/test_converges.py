"""Law House 5: any permutation, duplication or loss of deliveries plus one poll converges to the polled truth."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.domain import events as ev
from app.domain.people import Participant, Role
from app.domain.state import SWITCHES, LessonState, Status, apply
from tests.builders import START, muted, pupil, roster, shares, started, stranger, switched, teacher, unmuted, unshares

PEOPLE: tuple[Participant, ...] = (teacher(), pupil(1), pupil(2), stranger(1), stranger(2))
ids = st.sampled_from([p.id for p in PEOPLE])


@dataclass
class Here:
    """One presence as the platform itself knows it."""

    who: Participant
    waiting: bool
    audio: bool = False
    share: bool = False


@dataclass
class Platform:
    """What really happens. It writes every delivery that it would send, in true order."""

    at: float = START
    here: dict[str, Here] = field(default_factory=dict)
    switches: dict[str, bool] = field(default_factory=dict)
    over: bool = False
    sent: list[ev.Event] = field(default_factory=lambda: [started(START)])

    def tick(self) -> float:
        self.at += 1.0
        return self.at

    def attendance(self) -> ev.Attendance:
        rows = (h for h in self.here.values() if not h.waiting)
        return ev.Attendance(
            inside=tuple(ev.Presence(participant=h.who, audio=h.audio, video=False, share=h.share) for h in rows),
            waiting=tuple(h.who for h in self.here.values() if h.waiting),
            switches=ev.Switches(**self.switches),
            live=not self.over,
        )


class Converges(RuleBasedStateMachine):
    """A random true history; then its deliveries in any order, some twice, some never; then one poll."""

    @initialize()
    def begin(self) -> None:
        self.platform = Platform()

    def _of(self, id: str, *, waiting: bool) -> Here | None:
        here = self.platform.here.get(id)
        return here if here is not None and here.waiting is waiting else None

    @rule(id=ids, waits=st.booleans())
    def comes(self, id: str, waits: bool) -> None:
        if id not in self.platform.here and not self.platform.over:
            who = next(p for p in PEOPLE if p.id == id)
            self.platform.here[id] = Here(who=who, waiting=waits)
            kind = ev.ParticipantWaiting if waits else ev.ParticipantJoined
            self.platform.sent.append(kind(at=self.platform.tick(), participant=who))

    @rule(id=ids)
    def is_admitted(self, id: str) -> None:
        if here := self._of(id, waiting=True):
            here.waiting = False
            at = self.platform.tick()
            self.platform.sent.append(ev.ParticipantLeft(at=at, participant=here.who, waiting_only=True))
            self.platform.sent.append(ev.ParticipantJoined(at=at, participant=here.who))

    @rule(id=ids)
    def is_held(self, id: str) -> None:
        if here := self._of(id, waiting=False):
            self.platform.here[id] = Here(who=here.who, waiting=True)
            self.platform.sent.append(ev.ParticipantWaiting(at=self.platform.tick(), participant=here.who))

    @rule(id=ids)
    def goes(self, id: str) -> None:
        if here := self.platform.here.pop(id, None):
            left = ev.ParticipantLeft(at=self.platform.tick(), participant=here.who, waiting_only=here.waiting)
            self.platform.sent.append(left)

    @rule(id=ids, on=st.booleans())
    def speaks(self, id: str, on: bool) -> None:
        if here := self._of(id, waiting=False):
            here.audio = on
            self.platform.sent.append((unmuted if on else muted)(here.who, self.platform.tick()))

    @rule(id=ids, on=st.booleans())
    def presents(self, id: str, on: bool) -> None:
        if here := self._of(id, waiting=False):
            here.share = on
            self.platform.sent.append((shares if on else unshares)(here.who, self.platform.tick()))

    @rule(id=ids, name=st.sampled_from(["学生1", "user", "Tân"]))
    def is_renamed(self, id: str, name: str) -> None:
        if here := self.platform.here.get(id):
            here.who = replace(here.who, name=name)
            self.platform.sent.append(ev.ParticipantRenamed(at=self.platform.tick(), participant=here.who))

    @rule(id=ids, role=st.sampled_from(Role))
    def is_promoted(self, id: str, role: Role) -> None:
        if here := self.platform.here.get(id):
            here.who = replace(here.who, role=role)
            self.platform.sent.append(ev.ParticipantRoleChanged(at=self.platform.tick(), participant=here.who))

    @rule()
    def ends(self) -> None:
        if self.platform.here and not self.platform.over:
            self.platform.over, self.platform.here = True, {}
            self.platform.sent.append(ev.LessonEnded(at=self.platform.tick()))

    @rule(name=st.sampled_from(SWITCHES), value=st.booleans())
    @precondition(lambda self: not self.platform.over)
    def switches(self, name: str, value: bool) -> None:
        self.platform.switches[name] = value
        self.platform.sent.append(switched(self.platform.tick(), **{name: value}))

    @rule(seed=st.integers(0, 2**32), loss=st.sampled_from([0.0, 0.2, 0.7]))
    @precondition(lambda self: len(self.platform.sent) > 1)
    def one_poll_tells_the_truth(self, seed: int, loss: float) -> None:
        chance = random.Random(seed)
        state = LessonState(lesson="l1", roster=roster(2))
        for event in scrambled(self.platform.sent, chance, loss):
            state = apply(state, event)
        asked_at = self.platform.tick()
        poll = ev.RosterPolled(at=asked_at + 0.2, asked_at=asked_at, attendance=self.platform.attendance())
        agrees(apply(state, poll), self.platform)

    @invariant()
    def in_true_order_no_poll_is_needed(self) -> None:
        state = LessonState(lesson="l1", roster=roster(2))
        for event in self.platform.sent:
            state = apply(state, event)
        agrees(state, self.platform)


def scrambled(sent: list[ev.Event], chance: random.Random, loss: float) -> Iterator[ev.Event]:
    """Any order; each delivery up to three times or not at all."""
    copies = [e for e in sent for _ in range(chance.choice((1, 1, 2, 3))) if chance.random() >= loss]
    chance.shuffle(copies)
    yield from copies


def agrees(state: LessonState, platform: Platform) -> None:
    """The fold knows who is where, as what, and what he sends; and how the switches stand."""
    inside = {i: (p.participant.name, p.participant.role, p.audio, p.share) for i, p in state.inside.items()}
    waiting = {i: (p.participant.name, p.participant.role) for i, p in state.waiting.items()}
    here = platform.here
    assert inside == {i: (h.who.name, h.who.role, h.audio, h.share) for i, h in here.items() if not h.waiting}
    assert waiting == {i: (h.who.name, h.who.role) for i, h in here.items() if h.waiting}
    if platform.over:  # an ended lesson is polled no more; one that was never heard of never began
        assert state.status is not Status.LIVE
        return
    known = {n: v for n in SWITCHES if (v := getattr(state.switches, n)) is not None}
    assert known == platform.switches
    assert state.status is not Status.ENDED


TestConverges = Converges.TestCase
