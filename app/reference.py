"""The tables in docs/settings.md and docs/policies.md, made from what settings, adapters and rules declare."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from adapters import REGISTRY
from app.settings import Settings
from policies import ALWAYS, RULES
from policies.documents import PRESETS, effective
from policies.strictness import direction

DOCS = Path(__file__).parent.parent / "docs"


def begin(part: str) -> str:
    """The mark before a made part of a page."""
    return f"<!-- {part}:begin (made by `menshen docs`) -->"


def end(part: str) -> str:
    """The mark behind it."""
    return f"<!-- {part}:end -->"


def service() -> str:
    """Every MENSHEN_* variable."""
    rows = ((f"`MENSHEN_{f.name.upper()}`", _code(f.default), f.metadata["doc"]) for f in fields(Settings))
    return _table(("variable", "default", "meaning"), rows)


def connections() -> str:
    """What a connection to each platform needs."""
    parts = []
    for name, kind in REGISTRY.items():
        known = kind.settings_type.model_fields
        rows = ((f"`{field}`", _allowed(info), _default(info), info.description or "") for field, info in known.items())
        parts += [f"### {kind.title.en} (`{name}`)", "", _table(("setting", "allowed", "default", "meaning"), rows), ""]
    return "\n".join(parts).rstrip()


def rules() -> str:
    """Every rule with its fields."""
    parts = []
    for rule in RULES:
        rows = []
        for field, info in rule.settings.model_fields.items():
            if field == "mode" and rule.name in ALWAYS:
                continue
            rows.append((f"`{field}`", _allowed(info), _default(info), _stricter(info), info.description or ""))
        always = ["Always on: its `mode` changes nothing.", ""] if rule.name in ALWAYS else []
        table = [_table(("field", "allowed", "default", "stricter", "meaning"), rows), ""] if rows else []
        parts += [f"### `{rule.name}`", "", _first_line(rule.settings), "", *always, *table]
    return "\n".join(parts).rstrip()


def presets() -> str:
    """What each preset sets, field by field."""
    merged = {name: effective({"preset": name}) for name in PRESETS}
    rows = []
    for rule in RULES:
        for field in rule.settings.model_fields:
            if field != "mode" or rule.name not in ALWAYS:
                values = (_code(merged[name][rule.name][field]["value"]) for name in PRESETS)
                rows.append((f"`{rule.name}.{field}`", *values))
    return _table(("field", *(f"`{name}`" for name in PRESETS)), rows)


def pages() -> Mapping[str, Mapping[str, str]]:
    """Which made parts belong to which page."""
    return {
        "settings.md": {"service": service(), "connections": connections()},
        "policies.md": {"presets": presets(), "rules": rules()},
    }


def write(*, check_only: bool, docs: Path = DOCS) -> tuple[str, ...]:
    """Put every part between its marks; the names of the pages that had been out of date. Checking changes nothing."""
    stale = []
    for name, parts in pages().items():
        before = after = (docs / name).read_text(encoding="utf-8")
        for part, text in parts.items():
            head, _, rest = after.partition(begin(part))
            after = f"{head}{begin(part)}\n{text}\n{end(part)}{rest.partition(end(part))[2]}"
        if after != before:
            stale.append(name)
            if not check_only:
                (docs / name).write_text(after, encoding="utf-8")
    return tuple(stale)


# --- cells ------------------------------------------------------------------------------------------------------------


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)])


def _code(value: object) -> str:
    """A value as it is written in a setting or a document."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value not in ("", None) else "empty"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.default
    if isinstance(value, SecretStr) or value is None or (isinstance(value, tuple | frozenset) and not value):
        return "empty"
    return _code(value)


def _allowed(info: FieldInfo) -> str:
    """What a field may be, in words."""
    least = next((str(m.ge) for m in info.metadata if isinstance(m, Ge)), "")
    most = next((str(m.le) for m in info.metadata if isinstance(m, Le)), "")
    return f"{least} to {most}" if least and most else _kind(info.annotation)


def _stricter(info: FieldInfo) -> str:
    """Which way tightens."""
    way = direction(info)
    return " < ".join(_code(value) for value in way) if isinstance(way, list) else way


def _kind(annotation: Any) -> str:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{a}`" for a in args)
    if origin is UnionType:
        return _kind(args[0])
    if origin in (tuple, frozenset):
        return f"list: {_kind(args[0])}"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return ", ".join(f"`{a}`" for a in annotation)
    return {bool: "`true`, `false`", SecretStr: "secret text", int: "whole number"}.get(annotation, "text")


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]
