"""A replay told to programs, as JSON, and to whoever sits at the console, as a table."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.replay.again import Again
from app.replay.report import Report
from app.replay.sides import Sides
from app.replay.trace import Done

Naming = Callable[[str], str]  # how a name is shown to whoever reads
LISTED = 40  # differences in the console's list


def as_json(sides: Sides, naming: Naming = str, *, texts: bool = False) -> dict[str, Any]:
    """Everything as JSON; `texts` = also what the first row that differs says, names and all."""

    def name(who: str) -> str:
        return naming(sides.names.get(who, ""))

    return {
        "title": sides.title,
        "start": sides.start,
        "listed": sides.listed,
        "reproduced": _proof(sides.again, texts) if sides.again else None,
        "happened": _figures(sides.left, name) if sides.left else None,
        "replayed": _figures(sides.right, name) if sides.right else None,
        "only_happened": [_done(d, name) for d in sides.there],
        "only_replayed": [_done(d, name) for d in sides.here],
    }


def _proof(again: Again, texts: bool) -> dict[str, Any]:
    told: dict[str, Any] | None = None
    if again.difference:
        told = {"row": again.difference.number}
        if texts:
            told |= {"recorded": again.difference.wanted, "replayed": again.difference.found}
    return {
        "same": again.same, "rows": again.rows, "decisions": again.decisions, "erased": again.erased,
        "lists_erased": again.unlisted, "difference": told,
    }  # fmt: skip


def _figures(report: Report, name: Naming) -> dict[str, Any]:
    return {
        "first_disturbance": report.first, "seconds_to_calm": report.calm, "disturbed_seconds": report.disturbed,
        "strangers_in": report.strangers_in, "stranger_seconds": report.stranger_seconds, "presses": report.presses,
        "seconds": report.end,
        "touched": [_done(d, name) for d in report.touched],
        "kept_out": [{"id": who, "name": name(who)} for who in report.kept_out],
        "actions": [{"rule": r, "action": k.value, "count": n} for (r, k), n in sorted(report.by_rule.items())],
    }  # fmt: skip


def _done(done: Done, name: Naming) -> dict[str, Any]:
    return {
        "at": done.at, "rule": done.rule, "reason": done.reason, "action": done.kind.value, "id": done.who,
        "name": name(done.who), "by_a_person": bool(done.by),
    }  # fmt: skip


# --- for the console --------------------------------------------------------------------------------------------------


def lines(sides: Sides, policy: str) -> Iterator[str]:
    """The replay in plain lines. Names appear as somebody wrote them, without control characters."""
    yield plain(sides.title)
    if sides.again:
        yield from _verdict(sides.again)
    if sides.left and sides.right:
        yield from _table(sides.left, sides.right, ("what happened" if sides.again else "own policy", policy))
        yield from _list("only there", sides.there, sides)
        yield from _list(f"only under {policy}", sides.here, sides)
    elif sides.right:
        yield from _table(sides.right, None, (policy, ""))
    else:
        yield "What another policy would have done cannot be told: names or class lists that it rests on are erased."


def _verdict(again: Again) -> Iterator[str]:
    if again.difference is None:
        yield f"Reproduced byte for byte by the recorded policy: {again.rows} rows, {again.decisions} decisions."
    else:
        yield f"NOT reproduced: row {again.difference.number} differs (of {again.rows} rows that were run)."
        yield f"  recorded: {plain(again.difference.wanted)[:1000]}"
        yield f"  replayed: {plain(again.difference.found)[:1000]}"
    if again.forgotten:
        yield f"Erased: names of {again.erased} rows, {again.unlisted} class lists. What rests on them cannot match."


def _table(left: Report, right: Report | None, heads: tuple[str, str]) -> Iterator[str]:
    rows = [("", *heads), *((label, _cell(left, of), _cell(right, of)) for label, of in _ROWS)]
    sides = [r for r in (left, right) if r]
    for rule, kind in sorted({key for side in sides for key in side.by_rule}):
        here, there = (str(side.by_rule.get((rule, kind), 0)) if side else "" for side in (left, right))
        rows.append((f"{rule}: {kind}", here, there))
    wide = [max(len(row[n]) for row in rows) for n in range(3)]
    for label, *cells in rows:
        yield f"{label:<{wide[0]}}  {cells[0]:>{wide[1]}}  {cells[1]:>{wide[2]}}".rstrip()


def _cell(report: Report | None, of: Callable[[Report], str]) -> str:
    return of(report) if report else ""


_ROWS: Sequence[tuple[str, Callable[[Report], str]]] = (
    ("first disturbance, s from the start", lambda r: "none" if r.first is None else f"{r.first:.1f}"),
    ("seconds to calm", lambda r: "never" if r.calm is None else f"{r.calm:.1f}"),
    ("disturbed seconds", lambda r: f"{r.disturbed:.1f}"),
    ("strangers who got in", lambda r: str(r.strangers_in)),
    ("seconds they were inside, in all", lambda r: f"{r.stranger_seconds:.0f}"),
    ("measures against pupils", lambda r: str(len(r.touched))),
    ("pupils kept out", lambda r: str(len(r.kept_out))),
    ("presses", lambda r: str(r.presses)),
)


def _list(title: str, done: Sequence[Done], sides: Sides) -> Iterator[str]:
    if done:
        yield f"{title}: {len(done)}"
    for d in done[:LISTED]:
        whom = f" {plain(sides.names.get(d.who, '') or d.who)}" if d.who else ""
        yield f"  {d.at:8.1f} s  {d.rule}: {d.kind}{whom} ({d.reason}{', by a person' if d.by else ''})"
    if len(done) > LISTED:
        yield f"  ... and {len(done) - LISTED} more"


def plain(text: str) -> str:
    """Text that cannot steer a terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
