"""How well names are told apart: 100 000 invented people in classes, every attack on every teacher, every honest pupil.

`python -m tests.app.domain.name_trial` plays the whole trial and writes its tables into docs/matching.md.
"""

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.actions import ActionKind
from app.domain.people import Participant, Role, Roster, RosterEntry
from app.domain.state import LessonState, apply, rematch
from policies.impostor import RULE, Impostor
from tests.app.domain.invented_names import Name, Tongue, draw
from tests.app.domain.name_attacks import ATTACKS, BEYOND, HONEST
from tests.builders import LATER, joined, lesson

SEED, CLASSES, PUPILS = 20_261_120, 2_500, 39  # with a teacher each: 100 000 people
DOCS = Path(__file__).parents[3] / "docs" / "matching.md"
HOLD = Impostor(mode="enforce")


@dataclass
class Tally:
    """How often something was tried, and how often it was answered with a hold."""

    tried: int = 0
    held: int = 0
    examples: list[str] = field(default_factory=list)

    def count(self, held: bool, unusual: bool, example: str) -> None:
        """One more."""
        self.tried += 1
        self.held += held
        if held is unusual and len(self.examples) < 5:
            self.examples.append(example)

    @property
    def share(self) -> float:
        """How many of them were held, 0 to 1."""
        return self.held / self.tried if self.tried else 0.0


@dataclass
class Trial:
    """What came of it, by attack and by way of typing one's own name."""

    attacks: dict[str, Tally] = field(default_factory=dict)
    beyond: dict[str, Tally] = field(default_factory=dict)
    twins: dict[str, Tally] = field(default_factory=dict)
    honest: dict[str, Tally] = field(default_factory=dict)
    unlisted: Tally = field(default_factory=Tally)
    vouched: Tally = field(default_factory=Tally)

    @staticmethod
    def whole(part: dict[str, Tally]) -> Tally:
        """All rows of a table together."""
        return Tally(sum(t.tried for t in part.values()), sum(t.held for t in part.values()))


def trial(classes: int, seed: int = SEED) -> Trial:
    """Play that many classes."""
    chance, done = random.Random(seed), Trial()
    for _ in range(classes):
        tongue = chance.choice(tuple(Tongue))
        names = [draw(chance, tongue) for _ in range(PUPILS + 1)]
        _play(names[0], names[1:], chance, done)
    return done


def _play(teacher: Name, pupils: list[Name], chance: random.Random, done: Trial) -> None:
    entries = [RosterEntry(id=f"r{n}", name=p.whole, accounts=(f"a{n}",)) for n, p in enumerate(pupils)]
    staff = RosterEntry(id="s", name=teacher.whole, accounts=("staff",), staff=True)
    host = Participant(id="t", name=teacher.shown, account="staff", role=Role.HOST)
    room = rematch(lesson(inside=[host]), Roster((*entries, staff)), 2)
    for table, changes in ((done.attacks, ATTACKS), (done.beyond, BEYOND)):
        for kind, change in changes.items():
            target = teacher.whole if chance.random() < 0.5 else teacher.shown
            if worn := change(teacher, target, chance):
                told = f"{worn} for {teacher.whole}, shown as {teacher.shown}"
                table.setdefault(kind, Tally()).count(_held(room, worn), False, told)
    for n, pupil in enumerate(pupils):
        kind = chance.choice(tuple(HONEST))
        if typed := HONEST[kind](pupil, pupil.whole, chance):
            told = f"{typed} ({pupil.whole}) with teacher {teacher.whole}, shown as {teacher.shown}"
            done.honest.setdefault(kind, Tally()).count(_held(room, typed), True, told)
            done.vouched.count(_held(room, typed, f"a{n}"), True, told)
        other = draw(chance, pupil.tongue)
        done.unlisted.count(_held(room, other.whole), True, f"{other.whole} with teacher {teacher.whole}")
    _twins(room, pupils, chance, done)


def _twins(room: LessonState, pupils: list[Name], chance: random.Random, done: Trial) -> None:
    """Somebody comes under the name of a pupil who is inside by an account."""
    n = chance.randrange(len(pupils))
    room = apply(room, joined(Participant(id="p", name=pupils[n].whole, account=f"a{n}"), LATER))
    for kind, change in ATTACKS.items():
        if kind not in ("words of address",) and (worn := change(pupils[n], pupils[n].whole, chance)):
            done.twins.setdefault(kind, Tally()).count(_held(room, worn), False, f"{worn} for {pupils[n].whole}")


def _held(room: LessonState, name: str, account: str = "") -> bool:
    event = joined(Participant(id="x", name=name, account=account), LATER + 1)
    return any(d.action.kind is ActionKind.HOLD for d in RULE.decide(HOLD, apply(room, event), event))


# --- the tables in the docs -------------------------------------------------------------------------------------------


def report(done: Trial) -> str:
    """What was measured, as markdown."""
    return "\n".join(_lines(done))


def _lines(done: Trial) -> Iterator[str]:
    yield from _table("Teacher's double", "found", done.attacks)
    yield from ("", "Beyond what the matching knows, measured all the same:", "")
    yield from _table("Teacher's double", "found", done.beyond, total=False)
    yield ""
    yield from _table("Pupil's second self", "found", done.twins)
    yield ""
    others = {"not on the list at all": done.unlisted, "any of these, signed in": done.vouched}
    yield from _table("Honest pupil without an account", "held by mistake", done.honest)
    yield from (_row(kind, tally) for kind, tally in others.items())


def _table(head: str, held: str, rows: dict[str, Tally], total: bool = True) -> Iterator[str]:
    yield from (f"| {head} | tried | {held} | share |", "|---|---:|---:|---:|")
    yield from (_row(kind, tally) for kind, tally in rows.items())
    if total:
        yield _row("**all together**", Trial.whole(rows))


def _row(kind: str, tally: Tally) -> str:
    return f"| {kind} | {tally.tried} | {tally.held} | {tally.share:.3%} |"


BEGIN, END = "<!-- trial:begin (made by `python -m tests.app.domain.name_trial`) -->", "<!-- trial:end -->"


def main() -> None:
    """The whole trial, into the docs; what went wrong to the screen."""
    done = trial(CLASSES)
    before = DOCS.read_text(encoding="utf-8")
    head, _, rest = before.partition(BEGIN)
    sentence = f"Seed {SEED}, {CLASSES} classes, {CLASSES * (PUPILS + 1)} people."
    DOCS.write_text(f"{head}{BEGIN}\n{sentence}\n\n{report(done)}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    sys.stdout.write(report(done) + "\n")
    for part in (done.attacks, done.twins, done.honest, {"not listed": done.unlisted, "vouched": done.vouched}):
        for kind, tally in part.items():
            sys.stdout.writelines(f"{kind}: {example!r}\n" for example in tally.examples)


if __name__ == "__main__":
    main()
