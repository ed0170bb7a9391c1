"""The corpus: scripted lessons as data, each played under a policy. What came of it, in figures and complaints."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.actions import STRENGTH, ActionKind
from app.replay.play import play
from app.replay.report import Report, report
from app.replay.script import Script, of_file
from app.replay.trace import Done
from app.replay.truth import What
from policies import documents

HERE = Path(__file__).parent
CALM = tuple(sorted((HERE / "calm").glob("*.jsonl")))
RAIDS = tuple(sorted((HERE / "raids").glob("*.jsonl")))
FITS = ("lecture", "seminar", "strict")  # presets by which every calm lesson is judged beside its own
DRASTIC = (ActionKind.KICK, ActionKind.BAN, ActionKind.END)
# What these do to the whole room answers to a disturbance; the other rules prepare a room as the policy says.
ANSWERS = ("join_wave", "flood", "abuse", "links", "impostor", "noise", "ladder", "silent_stranger")
CLOSES = (
    ActionKind.LOCK, ActionKind.CLOSE_CHAT, ActionKind.MUTE_ALL, ActionKind.FORBID_UNMUTE, ActionKind.RESTRICT_SHARE,
    ActionKind.END,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One script and what came of it."""

    script: Script
    report: Report
    first: Mapping[str, What]  # how each one came first: inside, to the waiting room, or to a closed door

    def complaints(self) -> Iterator[str]:
        """What should not have happened."""
        yield from self._raid() if self.script.raid else self._calm()

    def _calm(self) -> Iterator[str]:
        yield from (f"{told(d)}" for d in self.hurt())
        yield from (f"kept out: {who}" for who in self.report.kept_out)
        for d in self.report.automatic:
            answers = d.rule in ANSWERS or d.reason in ("wave", "together")
            if answers and d.kind in CLOSES:
                yield f"the room: {told(d)}"

    def _raid(self) -> Iterator[str]:
        calm = self.report.calm
        if calm is None or calm > self.script.within:
            seconds = "never" if calm is None else f"after {calm:.1f} s"
            yield f"calm {seconds}, wanted within {self.script.within:g} s"
        calling = {d.rule for d in self.report.automatic if d.kind is ActionKind.ALERT}
        yield from (f"{rule} called nobody" for rule in self.script.calls if rule not in calling)
        yield from (f"{told(d)}" for d in self.gone())
        yield from (f"kept out: {who}" for who in self.report.kept_out)

    def hurt(self) -> tuple[Done, ...]:
        """Measures against people of the class, warnings and deleted lines too."""
        belong = self.script.belong or frozenset()
        return tuple(d for d in self.report.automatic if d.who in belong and d.kind in STRENGTH)

    def gone(self) -> tuple[Done, ...]:
        """People of the class, also those who raged, whom a rule put out for good."""
        mine = (self.script.belong or frozenset()) | {w for w in self.script.hostile or () if w in _listed(self.script)}
        return tuple(d for d in self.report.automatic if d.who in mine and d.kind in DRASTIC)


def _listed(script: Script) -> frozenset[str]:
    return frozenset(e.id.removeprefix("e-") for e in script.course.roster.entries)


def told(d: Done) -> str:
    return f"{d.at:.1f} s {d.rule}/{d.reason}: {d.kind} {d.who}".rstrip()


def header(path: Path) -> dict[str, Any]:
    """The first line of a script."""
    with path.open(encoding="utf-8") as lines:
        found: dict[str, Any] = json.loads(next(lines))
    return found


def played(path: Path, preset: str = "") -> Lesson:
    """A lesson of the corpus under its own policy, or what its course says on top of another preset."""
    own = header(path)["policy"]
    return lesson_of(path.read_bytes().splitlines(keepends=True), {**own, "preset": preset or own["preset"]})


def lesson_of(lines: list[bytes], policy: dict[str, Any]) -> Lesson:
    """A script that is given as its lines."""
    script = of_file(iter(lines), documents.policy(policy))
    done = play(script.attempts, script.course, script.card, terms=script.terms, keep_rows=False)
    found = report(done, script.course.roster, script.start, script.hostile, belong=script.belong)
    first: dict[str, What] = {}
    for fact in done.facts:
        first.setdefault(fact.who, fact.what)
    return Lesson(script=script, report=found, first=first)


def presets(path: Path) -> tuple[str, ...]:
    """By which presets a calm lesson is judged, its own first."""
    told = header(path)
    return tuple(dict.fromkeys((told["policy"]["preset"], *FITS, *told.get("presets", ()))))
