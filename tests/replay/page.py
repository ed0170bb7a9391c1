"""docs/corpus.md: what thousands of generated lessons came to, by rule, by ingredient, and what failed. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies import RULES

SHOWN = 8  # seeds named in one place

# What a rule is there for, by the ingredients of a generated lesson. Rules that prepare every room are not here.
PURPOSE: dict[str, frozenset[str]] = {
    "roster_only": frozenset({"strangers", "copied names"}),
    "late_lock": frozenset({"strangers", "copied names"}),
    "impostor": frozenset({"lookalike", "copied names"}),
    "join_wave": frozenset({"wave"}),
    "keep_out": frozenset({"return"}),
    "flood": frozenset({"flood", "one line"}),
    "abuse": frozenset({"abuse"}),
    "links": frozenset({"addresses"}),
    "host_gone": frozenset({"teacher drops"}),
    "silent_stranger": frozenset({"silent"}),
    "sharing": frozenset({"share"}),
    "share_guard": frozenset({"share"}),
    "noise": frozenset({"noise"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One lesson in figures."""

    seed: int
    raid: bool
    holds: frozenset[str]
    preset: str
    platform: str
    acted: frozenset[str]  # rules that did something to somebody or closed something
    told: frozenset[str]  # rules that called people
    first: float | None
    calm: float | None
    hurt: tuple[str, ...]  # of a calm lesson: against people of the class
    kept_out: int
    late: int  # kept out as the policy says: they came after the room was locked
    gone: tuple[str, ...]  # of a raid: pupils put out
    spoiled: tuple[str, ...]  # of a calm lesson: what was closed for everybody as if it were a raid

    @property
    def quick(self) -> bool:
        """Whether the room was calm within ten seconds."""
        return self.calm is not None and self.calm <= 10.0


def failed(results: Iterable[Result]) -> tuple[Result, ...]:
    """The lessons in which a rule did what it must not."""
    return tuple(r for r in results if (r.gone if r.raid else r.hurt or r.kept_out or r.spoiled))


def page(results: Sequence[Result]) -> str:
    """docs/corpus.md."""
    calm, raids = [r for r in results if not r.raid], [r for r in results if r.raid]
    loud = [r for r in raids if r.first is not None]
    quick = [r for r in raids if r.quick]
    hurt, out, spoiled = ([r for r in calm if w(r)] for w in (_hurt, _kept_out, _spoiled))
    gone, shut = [r for r in raids if r.gone], [r for r in raids if r.kept_out]
    rows = [
        f"- {len(calm)} calm lessons (even seeds). A rule touched somebody of the class in {_of(hurt, calm)}, kept "
        f"somebody out for more than 20 s in {_of(out, calm)}, closed the room as in a raid in {_of(spoiled, calm)}. "
        f"In {_of([r for r in calm if r.late], calm)} somebody came only when the room was locked for the late: where "
        "there is no waiting room, `late_lock` says so.",
        f"- {len(raids)} raids (odd seeds). Calm within 10 s of the first hostile act: {_of(quick, raids)}; in "
        f"{len(raids) - len(loud)} of these nothing hostile was ever heard, seen or read. Of the {len(loud)} others "
        f"{_of([r for r in loud if r.quick], loud)}. A pupil was kicked or banned in {_of(gone, raids)}, "
        f"somebody of the class kept out for more than 20 s in {_of(shut, raids)}.",
        *_by_whom(raids),
    ]
    return "\n".join((*HEAD, *rows, "", *_table(results), "", *_by_ingredient(raids), "", *_failures(results))) + "\n"


INSIDE = {"insider", "leaked link"}


def _by_whom(raids: Sequence[Result]) -> Iterable[str]:
    """Who raids decides what can be known of it."""
    inside = [r for r in raids if r.holds & INSIDE]
    watched = [r for r in raids if not r.holds & INSIDE and r.preset == "open_day"]
    outside = [r for r in raids if not r.holds & INSIDE and r.preset != "open_day"]
    yield (
        f"- Of {len(outside)} raids by people from outside, under presets that keep them out, "
        f"{_of([r for r in outside if r.quick], outside)} were calm within 10 s; under `open_day`, where guests are "
        f"welcome and only watched, {_of([r for r in watched if r.quick], watched)} of {len(watched)}."
    )
    yield (
        f"- Of {len(inside)} raids by pupils of the class, or with a pupil's own account, "
        f"{_of([r for r in inside if r.quick], inside)}: no platform tells anything by which their camera, or a "
        "microphone that nobody has muted, differs from a classmate's. What they write, and what they do against a "
        "mute, is answered; the rest is the teacher's press."
    )


HEAD = (
    "# The corpus, generated lessons",
    "",
    "Written by `make corpus-check`: lessons and raids put together from seeds by",
    "[tests/replay/generator.py](../tests/replay/generator.py) and played by the replay, where people do what they",
    "would have done had nobody stopped them. The lessons that are written by hand stand in",
    "[tests/replay](../tests/replay) and are part of `make test`.",
    "`python -m tests.replay.generator SEED > lesson.jsonl` writes one down, `menshen replay lesson.jsonl` plays it.",
    "",
)

BY_RULE = (
    "## By rule",
    "",
    "A rule *should* act in a raid that contains what it is there for, in whatever strength and although another rule",
    "may have been quicker; in calm lessons and other raids it should not act against somebody of the class. *Acted*",
    "is a measure against a person or the room; what a rule only told people counts as *told*. *Missed* = it should,",
    "did not, and the room was not calm within 10 s. *Wrong* = against somebody of the class in a calm lesson.",
    "",
    "| rule | should: acted | told | neither | missed | seeds missed | should not: acted | not | wrong | seeds wrong |",
    "|---|---|---|---|---|---|---|---|---|---|",
)


def _hurt(r: Result) -> bool:
    return bool(r.hurt)


def _kept_out(r: Result) -> bool:
    return bool(r.kept_out)


def _spoiled(r: Result) -> bool:
    return bool(r.spoiled)


def _of(some: Sequence[Result], whole: Sequence[Result]) -> str:
    share = 100 * len(some) / len(whole) if whole else 0.0
    return f"{len(some)} ({share:.1f} %)"


def _table(results: Sequence[Result]) -> Iterable[str]:
    yield from BY_RULE
    for rule in (r.name for r in RULES if r.name in PURPOSE):
        yield _row(rule, results)


def _row(rule: str, results: Sequence[Result]) -> str:
    should = [r for r in results if r.raid and r.holds & PURPOSE[rule]]
    others = [r for r in results if not (r.raid and r.holds & PURPOSE[rule])]
    acted, told_ = [r for r in should if rule in r.acted], [r for r in should if rule in r.told - r.acted]
    missed = [r for r in should if rule not in r.acted and not r.quick]
    did = [r for r in others if rule in r.acted]
    wrong = [r for r in others if any(f" {rule}/" in h for h in (*r.hurt, *r.spoiled))]
    cells = (
        rule, len(acted), len(told_), len(should) - len(acted) - len(told_), len(missed), _seeds(missed), len(did),
        len(others) - len(did), len(wrong), _seeds(wrong),
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def _seeds(some: Sequence[Result]) -> str:
    more = ["..."] if len(some) > SHOWN else []
    return " ".join([str(r.seed) for r in some[:SHOWN]] + more)


def _by_ingredient(raids: Sequence[Result]) -> Iterable[str]:
    yield "## Raids by what is in them"
    yield ""
    yield "| in the raid | raids | calm within 10 s | seeds that were not |"
    yield "|---|---|---|---|"
    kinds = sorted({h for r in raids for h in r.holds})
    groups = [(k, [r for r in raids if k in r.holds]) for k in kinds]
    groups += [(f"preset {p}", [r for r in raids if r.preset == p]) for p in sorted({r.preset for r in raids})]
    groups += [(f"platform {p}", [r for r in raids if r.platform == p]) for p in sorted({r.platform for r in raids})]
    for name, some in groups:
        slow = [r for r in some if not r.quick]
        yield f"| {name} | {len(some)} | {_of([r for r in some if r.quick], some)} | {_seeds(slow)} |"


def _failures(results: Sequence[Result]) -> Iterable[str]:
    yield "## What failed"
    yield ""
    bad = failed(results)
    if not bad:
        yield "Nothing: nobody of a class was touched or kept out in a calm lesson, and no pupil put out in a raid."
        return
    found: dict[str, list[Result]] = {}
    for r in bad:
        for what in sorted(set(_causes(r))):
            found.setdefault(what, []).append(r)
    yield "| what | lessons | seeds |"
    yield "|---|---|---|"
    for what, some in sorted(found.items(), key=lambda one: -len(one[1])):
        yield f"| {what} | {len(some)} | {_seeds(some)} |"


def _causes(r: Result) -> Iterable[str]:
    for told_ in (*r.hurt, *r.gone, *r.spoiled):
        rule, kind = told_.removeprefix("the room: ").split(" s ", 1)[1].split(": ")
        yield f"{'raid' if r.raid else 'calm'}, {rule}: {kind.split()[0]}"
    if r.kept_out and not r.raid:
        yield f"calm, kept out for more than 20 s, {r.preset}, {r.platform}"
