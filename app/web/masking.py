"""Names that somebody who does not need them shall not read: kept to their first letter. Pure.

What people wrote in the chat stays, for it is what a review is about, but the names in it are masked as well.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.domain.actions import ActionKind
from app.store.review import LogRow, Record

HIDDEN = "***"
_HIDDEN_FIELDS = frozenset({"account", "email", "network", "link", "raw"})
_LETTERS = (2, 64)  # a name in a line of chat is looked for when it has at least and at most so many
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def mask(name: str) -> str:
    """王小明 -> 王**, Nguyễn Văn An -> N***, whatever the length; a name without letters is hidden altogether."""
    letter = next((c for c in name if c.isalnum()), "")
    if not letter:
        return HIDDEN if name.strip() else ""
    return f"{letter}**" if _HAN.match(letter) else f"{letter}{HIDDEN}"


def masked(record: Record) -> Record:
    """The same record without names, accounts and addresses. The rows keep what the chain covers, which has none."""
    names = sorted({n for row in record.rows for n in _names(row.body) if _LETTERS[0] <= len(n) <= _LETTERS[1]})
    found = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True)))) if names else None
    rows = tuple(replace(row, body=_row(row, found)) for row in record.rows)
    steps = tuple(replace(step, action=_masked(step.action, found)) for step in record.steps)
    return replace(record, rows=rows, steps=steps)


def _row(row: LogRow, names: re.Pattern[str] | None) -> Mapping[str, Any]:
    body: dict[str, Any] = _masked(row.body, names)
    if row.kind == "unknown":
        body["name"] = row.body.get("name", "")  # the platform's word for an event
    return body


def _masked(value: Any, names: re.Pattern[str] | None) -> Any:
    if isinstance(value, Mapping):
        return {key: _field(key, item, value, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item, names) for item in value]
    return value


def _field(key: str, item: Any, owner: Mapping[str, Any], names: re.Pattern[str] | None) -> Any:
    if key == "params":
        return [[k, mask(str(v)) if k == "name" else v] for k, v in item]
    if key == "strikes":
        return [[HIDDEN, times] for _, times in item]
    if key == "accounts":
        return [HIDDEN for _ in item]
    if not isinstance(item, str):
        return _masked(item, names)
    if key == "name" or (key == "text" and owner.get("kind") == ActionKind.RENAME):
        return mask(item)
    if key in _HIDDEN_FIELDS:
        return HIDDEN if item else ""
    return names.sub(lambda m: mask(m[0]), item) if key == "text" and names else item


def _names(value: Any) -> Iterator[str]:
    """Every name of a person in a row."""
    if isinstance(value, Mapping):
        if isinstance(value.get("name"), str) and "role" in value:
            yield value["name"].strip()
        for item in value.values():
            yield from _names(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _names(item)
