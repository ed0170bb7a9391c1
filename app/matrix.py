"""The capability matrix of the README, made from what the adapters declare."""

from pathlib import Path
from typing import Any

from adapters import REGISTRY
from adapters.base import Adapter
from app.domain.actions import ActionKind, Capabilities, Confirm, Level

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- matrix:begin (made by `menshen matrix`) -->", "<!-- matrix:end -->"

_LEVEL = {Level.NATIVE: "yes", Level.PARTIAL: "partly", Level.MANUAL: "by hand", Level.NONE: "—"}
_PROOF = {Confirm.EVENT: "event", Confirm.READ: "read back", Confirm.NEVER: "cannot be read"}


def text() -> str:
    """The matrix as Markdown: platforms across, actions down; how an action proves itself in brackets."""
    columns = [column for kind in REGISTRY.values() for column in _columns(kind)]
    lines = [
        "| | " + " | ".join(title for title, _, _ in columns) + " |",
        "|---|" + "---|" * len(columns),
        "| proof of the adapter | " + " | ".join(proof for _, proof, _ in columns) + " |",
    ]
    lines += [f"| `{action}` | " + " | ".join(_cell(c, action) for _, _, c in columns) + " |" for action in ActionKind]
    return "\n".join(lines)


def _columns(kind: type[Adapter[Any]]) -> list[tuple[str, str, Capabilities]]:
    """A platform, and beside it each other kind of room that it has: title, proof and table."""
    rooms = [(kind.title.en, kind.capabilities), *((room.title.en, room.capabilities) for room in kind.other_rooms)]
    return [(title, kind.proof.value, table) for title, table in rooms]


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
