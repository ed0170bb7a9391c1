"""The policy in force as layers make it: every value with its origin and lock, and what a layer asks for in vain."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from policies.base import Policy


class Level(StrEnum):
    """The layers, from the top to the bottom."""

    DISTRICT = "district"
    SCHOOL = "school"
    COURSE = "course"
    LESSON = "lesson"


class Origin(StrEnum):
    """Where a value comes from."""

    DEFAULT = "default"
    PRESET = "preset"
    DISTRICT = "district"
    SCHOOL = "school"
    COURSE = "course"
    LESSON = "lesson"
    HARDENING = "hardening"


@dataclass(frozen=True, slots=True)
class Value:
    """One field in force. `wished` is what `wished_by` asks for and a lock does not let through."""

    value: Any
    origin: Origin
    locked_by: Level | None = None
    wished: Any = None
    wished_by: Origin | None = None

    def but(self, **changes: Any) -> "Value":
        """The same with changes."""
        return replace(self, **changes)


class ProblemKind(StrEnum):
    """What is wrong with a part of a document."""

    UNKNOWN_RULE = "unknown_rule"
    FORMER = "former"  # a rule under its former name beside its present one
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_LOCK = "unknown_lock"
    CHOICE = "choice"  # not one of those allowed
    NO_OBJECT = "no_object"
    NO_LIST = "no_list"
    VALUE = "value"  # out of bounds, or of another type
    LOCKED = "locked"
    CONTRADICTION = "contradiction"
    TOGETHER = "together"  # fits field by field, not as a whole


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not fit, in the layer that says it. `text` is for programs; pages have words of their own."""

    level: Level
    field: str
    kind: ProblemKind
    said: str = ""
    about: str = ""  # the field's description
    allowed: tuple[str, ...] = ()
    by: Level | None = None  # who has locked it
    floor: Any = None  # at what

    @property
    def text(self) -> str:
        """What is wrong and what is allowed, in English."""
        known = ", ".join(self.allowed)
        return {
            ProblemKind.UNKNOWN_RULE: f"no such rule; known: {known}",
            ProblemKind.FORMER: f"the former name of {self.said}: the document may say only one of both",
            ProblemKind.UNKNOWN_FIELD: f"no such field; known: {known}",
            ProblemKind.UNKNOWN_LOCK: f"{self.said[:80]}: no such field; written as <rule>.<field>",
            ProblemKind.CHOICE: f"one of: {known}",
            ProblemKind.NO_OBJECT: "an object of settings",
            ProblemKind.NO_LIST: 'a list of fields, such as ["roster_only.strangers"]',
            ProblemKind.VALUE: f"{self.said}. Allowed: {self.about}",
            ProblemKind.LOCKED: f"the {self.by} has locked this at {self.said}: "
            f"the {self.level} may make it stricter, not looser",
            ProblemKind.CONTRADICTION: self.said,
            ProblemKind.TOGETHER: self.said,
        }[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Everything in force. `preset_by` is the layer that chose the preset, None = nobody did."""

    policy: Policy
    preset_by: Level | None
    values: Mapping[str, Mapping[str, Value]]
    problems: tuple[Problem, ...] = ()
    hardened_until: float | None = None

    def problems_of(self, level: Level) -> tuple[Problem, ...]:
        """What one layer says that does not fit."""
        return tuple(p for p in self.problems if p.level is level)

    def told(self) -> dict[str, dict[str, dict[str, Any]]]:
        """For programs: by rule and field the value, its origin, and where there is one the lock and what it stops."""
        return {rule: {f: self._told(v) for f, v in fields.items()} for rule, fields in self.values.items()}

    def _told(self, value: Value) -> dict[str, Any]:
        told: dict[str, Any] = {"value": value.value, "origin": value.origin.value}
        if value.locked_by:
            told["locked_by"] = value.locked_by.value
        if value.wished_by:
            told["overruled"] = {"origin": value.wished_by.value, "value": value.wished}
        if value.origin is Origin.HARDENING and self.hardened_until is not None:
            told["until"] = datetime.fromtimestamp(self.hardened_until, UTC).isoformat().replace("+00:00", "Z")
        return told
