"""docs/mutants.md: how many mutants the tests notice, by module, and why the others stay. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.mutants.made import Mutant
from tests.mutants.trial import Fate

ENOUGH = 85.0  # percent; less fails
NOTICED = (Fate.KILLED, Fate.TIMEOUT)

Fates = Mapping[Mutant, Fate]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some survivors may stay. In the last three `*` stands for anything."""

    why: str
    where: str
    was: str
    becomes: str

    def covers(self, mutant: Mutant) -> bool:
        return all(map(_like, (self.where, self.was, self.becomes), mutant.key))


def _like(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


def reasons(table: str) -> tuple[Reason, ...]:
    """From looked_at.tsv: a reason on a line of its own, and below it the mutants that it is the reason for."""
    found, why = [], ""
    for line in table.splitlines():
        match line.split("\t"):
            case ["", where, was, becomes]:
                found.append(Reason(why, where, was, becomes))
            case [text] if text and not text.startswith("#"):
                why = text
            case [text] if not text or text.startswith("#"):
                pass
            case _:
                raise ValueError(f"looked_at.tsv: neither a reason nor a mutant: {line}")
    return tuple(found)


def score(fates: Iterable[Fate]) -> float:
    """Percent of the mutants that a test notices. Who meets no test at all is not noticed."""
    counted = Counter(fates)
    return 100 * sum(counted[fate] for fate in NOTICED) / max(1, counted.total())


def survivors(fates: Fates) -> tuple[Mutant, ...]:
    return tuple(mutant for mutant, fate in fates.items() if fate not in NOTICED)


def new(fates: Fates, known: Sequence[Reason]) -> tuple[Mutant, ...]:
    """Survivors that nobody has looked at."""
    return tuple(m for m in survivors(fates) if not any(reason.covers(m) for reason in known))


def outlived(fates: Fates, known: Sequence[Reason]) -> tuple[Reason, ...]:
    """Reasons that nothing needs any more. Only a run over everything can tell."""
    left = survivors(fates)
    return tuple(reason for reason in known if not any(map(reason.covers, left)))


def page(fates: Fates, known: Sequence[Reason], *, every: int = 1) -> str:
    """docs/mutants.md."""
    unseen = new(fates, known)
    seen = len(survivors(fates)) - len(unseen)
    sample = f" This run took every {every}th of them." if every > 1 else ""
    rows = [
        f"**{score(fates.values()):.1f} %** of {len(fates)} mutants are noticed.{sample} {seen} survivors were looked "
        f"at and stay for the reasons below; {len(unseen)} were not looked at yet.",
        "",
        *_table(fates),
    ]
    return "\n".join((*HEAD, *rows, "", *_reasoned(fates, known), *_unseen(unseen))).rstrip() + "\n"


HEAD = (
    "# Mutants",
    "",
    "Written by `make mutants`. Each function of `policies/` and `app/domain/` is changed in one place at a time, and",
    "the tests that come by that place must fail. A change that no test notices is a survivor: something that the code",
    "does and no test asks for. The changes are those of [mutmut](https://github.com/boxed/mutmut): a number one",
    "higher, `<` for `<=`, `and` for `or`, an argument left out, another text. The tests are those of `tests/policies`",
    "and `tests/app/domain` that stand for one example each. Those that search at random or play whole lessons take no",
    "part: they would make the run ten times as long, and what they notice an example should have noticed before.",
    "",
    "Not changed are tables, defaults of settings and other lines outside functions, types, decorators, and what",
    "stands in `len()` and `isinstance()`. *Timeout* is a change that never ends, which would be noticed, too. *No",
    "tests* are changes where no test comes by while it runs; they count as survivors. The score is (killed + timeout)",
    "/ all, with every survivor counted, also those of which the list below says that no test could tell them apart.",
    "",
)


def _table(fates: Fates) -> Iterator[str]:
    by_module: dict[str, list[Fate]] = defaultdict(list)
    for mutant, fate in fates.items():
        by_module[mutant.module].append(fate)
    yield "| module | mutants | killed | timeout | survived | no tests | score |"
    yield "|---|---|---|---|---|---|---|"
    for module, some in sorted(by_module.items()):
        yield _row(f"`{module}`", some)
    yield _row("all", list(fates.values()))


def _row(name: str, fates: Sequence[Fate]) -> str:
    counted = Counter(fates)
    cells = (name, len(fates), *(counted[f] for f in (*NOTICED, Fate.SURVIVED, Fate.NO_TESTS)))
    return "| " + " | ".join(map(str, cells)) + f" | {score(fates):.1f} % |"


def _reasoned(fates: Fates, known: Sequence[Reason]) -> Iterator[str]:
    yield "## Survivors that were looked at"
    yield ""
    by_why: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in survivors(fates):
        if reason := next((r for r in known if r.covers(mutant)), None):
            by_why[reason.why].append(mutant)
    for why in dict.fromkeys(r.why for r in known if r.why in by_why):
        yield f"### {why}"
        yield ""
        yield from map(shown, by_why[why])
        yield ""


def _unseen(unseen: Sequence[Mutant]) -> Iterator[str]:
    yield "## Survivors that nobody has looked at yet"
    yield ""
    yield from map(shown, unseen)
    if not unseen:
        yield "None."


def shown(mutant: Mutant) -> str:
    """One survivor as a line: where, and only what differs of the changed lines."""
    was, becomes = _apart(mutant.was, mutant.becomes)
    return f"- `{mutant.where}`: " + (f"`{was}` becomes `{becomes}`" if becomes else f"without `{was}`")


def _apart(was: str, becomes: str) -> tuple[str, str]:
    """Both without what they share at the beginning and at the end, but for a few words."""
    first, second = (re.findall(r"\w+|\W", text) for text in (was, becomes))
    start = _shared(first, second)
    end = min(_shared(first[::-1], second[::-1]), len(first) - start, len(second) - start)
    start, end = max(0, start - AROUND), max(0, end - AROUND)
    return _cut(first, start, end), _cut(second, start, end)


AROUND = 12  # words and signs on each side of the difference


def _shared(first: Sequence[str], second: Sequence[str]) -> int:
    pairs = zip(first, second, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))


def _cut(words: Sequence[str], start: int, end: int) -> str:
    kept = "".join(words[start : len(words) - end])
    return ("... " if start else "") + kept.strip() + (" ..." if end else "")
