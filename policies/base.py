"""What a rule is: a name, validated settings, and one pure function.

A rule sees the folded state (which already holds the event) and yields wishes. It has no clock, no I/O and no
platform; time comes with the event. How to add one: policies/README.md.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from app.domain.actions import Decision
from app.domain.events import Event
from app.domain.state import LessonState

Stricter = Literal["lower", "higher"] | tuple[str | bool, ...]


def setting(default: Any, description: str, *, stricter: Stricter, **bounds: Any) -> Any:
    """A field of a rule's settings. `stricter` says which way tightens: a lower number, a higher one, or the values
    from the loosest to the strictest. A layer below a lock may go that way only.
    """
    return Field(default, description=description, json_schema_extra={"stricter": _plain(stricter)}, **bounds)


def _plain(stricter: Stricter) -> Any:
    return stricter if isinstance(stricter, str) else list(stricter)


class Contradiction(NamedTuple):
    """Numbers that cannot all be meant. `why` is an English sentence, and the key of its translations."""

    fields: tuple[str, ...]
    why: str


class Settings(BaseModel):
    """The numbers of one rule. Every field has bounds and a description: validation, form and docs come from here."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    # A rule that nobody has said anything about only watches: the presets name those that act.
    mode: Literal["off", "observe", "enforce"] = setting(
        "observe", "off, observe (record only) or enforce", stricter=("off", "observe", "enforce")
    )

    def contradictions(self) -> Iterable[Contradiction]:
        """What does not go together. A document that says so is refused; a rule copes with it all the same."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One guard. `on` lists the events it wants to see; it is never asked about others.

    `wake` tells when it wants to see the clock next (seconds since the epoch), None when it does not.
    """

    name: str
    settings: type[Settings]
    decide: Callable[[Any, LessonState, Any], Iterable[Decision]]
    on: tuple[type[Event], ...]
    wake: Callable[[Any, LessonState], float | None] | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A validated policy document: the settings of every rule, by rule name, and the preset it started from."""

    preset: str
    rules: Mapping[str, Settings] = field(default_factory=dict)

    def of(self, rule: Rule) -> Settings:
        """The settings of a rule, its defaults where the document says nothing."""
        return self.rules.get(rule.name) or rule.settings()
