"""The capability matrix of the README, made from what the adapters declare."""

from pathlib import Path
from typing import Any

from adapters import REGISTRY
from adapters.base import Adapter
from app.domain.actions import ActionKind, Confirm, Level

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- matrix:begin (made by `menshen matrix`) -->", "<!-- matrix:end -->"

_LEVEL = {Level.NATIVE: "yes", Level.PARTIAL: "partly", Level.MANUAL: "by hand", Level.NONE: "—"}
_PROOF = {Confirm.EVENT: "event", Confirm.READ: "read back", Confirm.NEVER: "cannot be read"}


def text() -> str:
    """The matrix as Markdown: platforms across, actions down; how an action proves itself in brackets."""
    kinds = [REGISTRY[name] for name in REGISTRY]
    lines = [
        "| | " + " | ".join(k.title.en for k in kinds) + " |",
        "|---|" + "---|" * len(kinds),
        "| proof of the adapter | " + " | ".join(k.proof.value for k in kinds) + " |",
    ]
    lines += [f"| `{action}` | " + " | ".join(_cell(k, action) for k in kinds) + " |" for action in ActionKind]
    return "\n".join(lines)


def _cell(kind: type[Adapter[Any]], action: ActionKind) -> str:
    support = kind.capabilities[action]
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
