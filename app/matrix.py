"""The capability matrix of the README, made from what the adapters declare."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters import REGISTRY
from adapters.base import Adapter
from adapters.budget import Budget, Period
from app.domain.actions import ActionKind, Capabilities, Confirm, Level

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- matrix:begin (made by `menshen matrix`) -->", "<!-- matrix:end -->"

_LEVEL = {Level.NATIVE: "yes", Level.PARTIAL: "partly", Level.MANUAL: "by hand", Level.NONE: "—"}
_PROOF = {Confirm.EVENT: "event", Confirm.READ: "read back", Confirm.NEVER: "cannot be read"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A platform, or another kind of room on it."""

    title: str
    kind: type[Adapter[Any]]
    capabilities: Capabilities


def text() -> str:
    """The matrix as Markdown: platforms across, actions down; how an action proves itself in brackets."""
    columns = [column for kind in REGISTRY.values() for column in _columns(kind)]
    rows = [
        ("", [c.title for c in columns]),
        ("proof of the adapter", [c.kind.proof.value for c in columns]),
        ("ways in", [", ".join(way.value for way in c.kind.ways) for c in columns]),
        ("quota", [_quota(c.kind) for c in columns]),
        *((f"`{action}`", [_cell(c.capabilities, action) for c in columns]) for action in ActionKind),
    ]
    lines = [f"| {head} | " + " | ".join(cells) + " |" for head, cells in rows]
    return "\n".join([lines[0], "|---|" + "---|" * len(columns), *lines[1:]])


def _columns(kind: type[Adapter[Any]]) -> list[Column]:
    """A platform, and beside it each other kind of room that it has."""
    rooms = [(kind.title.en, kind.capabilities), *((room.title.en, room.capabilities) for room in kind.other_rooms)]
    return [Column(title=title, kind=kind, capabilities=table) for title, table in rooms]


def _quota(kind: type[Adapter[Any]]) -> str:
    """What a school may ask for by default, and what of that is kept for the emergency buttons."""
    return "<br>".join(_budget(budget) for budget in kind.budgets) or "none"


def _budget(budget: Budget) -> str:
    spans = {Period.DAY: "day", Period.MONTH: "month"}
    rolling = {1.0: "second", 60.0: "minute", 3600.0: "hour", 86_400.0: "day"}
    span = spans.get(budget.period) or rolling.get(budget.seconds) or f"{budget.seconds:g} s"
    article = "an" if span == "hour" else "a"
    kept = f" ({budget.reserve:,} kept)".replace(",", " ") if budget.reserve else ""
    return f"{budget.calls:,} {budget.counts.value} {article} {span}{kept}".replace(",", " ")


def _cell(capabilities: Capabilities, action: ActionKind) -> str:
    support = capabilities[action]
    if support.level is Level.NONE:
        instead = ", ".join(f"`{i}`" for i in support.instead)
        return f"— → {instead}" if instead else "—"
    if action is ActionKind.ALERT or support.level is Level.MANUAL:
        return _LEVEL[support.level]
    return f"{_LEVEL[support.level]} ({_PROOF[support.confirm]})"


def write(*, check_only: bool, readme: Path = README) -> bool:
    """Put the matrix between its marks. With `check_only`, only say whether it stands there already."""
    before = readme.read_text(encoding="utf-8")
    head, _, rest = before.partition(BEGIN)
    _, _, tail = rest.partition(END)
    after = f"{head}{BEGIN}\n{text()}\n{END}{tail}"
    if not check_only:
        readme.write_text(after, encoding="utf-8")
        return True
    return after == before
