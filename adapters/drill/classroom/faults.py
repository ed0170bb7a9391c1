"""Faults on order: what goes wrong, where, for what, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any


class Where(StrEnum):
    """Which side of the platform misbehaves."""

    CONTROL = "control"
    WEBHOOK = "webhook"


class Fault(StrEnum):
    """What goes wrong. `value` means seconds for delay, timeout, reorder and 429 (Retry-After); a status for 5xx."""

    DELAY = "delay"
    BUSY = "429"
    BROKEN = "5xx"
    TIMEOUT = "timeout"  # no answer, nothing done
    LOST = "lost"  # done, but the answer is a 504
    GARBAGE = "garbage"  # 200 with a page of HTML
    LIE = "lie"  # 200, nothing done
    DUPLICATE = "duplicate"
    REORDER = "reorder"  # later events overtake this one
    DROP = "drop"
    FORGE = "forge"  # signed with a wrong secret
    SILENCE = "silence"  # no events at all until cleared


_CONTROL = {Fault.DELAY, Fault.BUSY, Fault.BROKEN, Fault.TIMEOUT, Fault.LOST, Fault.GARBAGE, Fault.LIE}
_WEBHOOK = {Fault.DELAY, Fault.DUPLICATE, Fault.REORDER, Fault.DROP, Fault.FORGE, Fault.SILENCE}
_MATCHABLE = {"path", "action", "event", "meeting"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """`match` maps path, action, event or meeting to a shell pattern; all must fit. `times` None = until cleared."""

    where: Where
    fault: Fault
    match: tuple[tuple[str, str], ...] = ()
    value: float | None = None
    times: int | None = None

    def fits(self, where: Where, facts: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether this rule speaks about something with these facts (several words per fact are alternatives)."""
        if where is not self.where or self.times == 0:
            return False
        return all(any(fnmatchcase(word, pattern) for word in facts.get(key, ())) for key, pattern in self.match)


def read_rule(raw: Mapping[str, Any]) -> FaultRule:
    """A rule from its JSON form. Raises ValueError with what is wrong."""
    where, fault = Where(raw.get("where", "control")), Fault(str(raw.get("fault")))
    if fault not in (_CONTROL if where is Where.CONTROL else _WEBHOOK):
        raise ValueError(f"{fault} cannot happen to {where}")
    match = raw.get("match") or {}
    if not isinstance(match, dict) or not set(match) <= _MATCHABLE:
        raise ValueError(f"match knows {', '.join(sorted(_MATCHABLE))}")
    value, times = raw.get("value"), raw.get("times")
    if value is not None and (not isinstance(value, int | float) or not 0 <= value <= 3600):
        raise ValueError("value is a number from 0 to 3600")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise ValueError("times is a positive whole number or null")
    return FaultRule(
        where=where, fault=fault, match=tuple(sorted((k, str(v)) for k, v in match.items())), value=value, times=times
    )


class Faults:
    """The rules in force, in order; the first that fits is spent."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []

    def replace(self, rules: tuple[FaultRule, ...]) -> None:
        """Put these in force instead of what was."""
        self._rules = list(rules)

    def rules(self) -> tuple[FaultRule, ...]:
        """What is still in force."""
        return tuple(r for r in self._rules if r.times != 0)

    def spend(self, where: Where, facts: Mapping[str, tuple[str, ...]]) -> FaultRule | None:
        """The fault that happens now, or None."""
        for number, rule in enumerate(self._rules):
            if rule.fits(where, facts):
                if rule.times is not None:
                    self._rules[number] = replace(rule, times=rule.times - 1)
                return rule
        return None
