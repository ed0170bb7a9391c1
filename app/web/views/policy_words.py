"""What the settings page says of a field: its name, what it is for, a value of it, and what is wrong with one."""

from typing import Any

from pydantic.fields import FieldInfo

from app.web.views.text import ADVICE_LENGTH, shown
from app.web.words import Language, Translator
from policies.merged import Problem, ProblemKind, Value


def label(words: Translator, rule: str, field: str) -> str:
    """The name of a field, as the catalogue has it."""
    key = "setting.mode" if field == "mode" else f"setting.{rule}.{field}"
    return words(key) if words.knows(key) else field.replace("_", " ")


def about(words: Translator, info: FieldInfo) -> str:
    """The description, in the reader's language; what has no translation is said to English readers only."""
    told = info.description or ""
    return words(told) if words.language is Language.EN or words.knows(told) else ""


def word(words: Translator, rule: str, field: str, value: Any) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return words("yes") if value else words("no")
    if field == "mode":
        return words.word("mode", value)
    key = f"choice.{rule}.{field}.{value}"
    if isinstance(value, str) and words.knows(key):
        return words(key)
    return shown(", ".join(map(str, value)) or "–", ADVICE_LENGTH) if isinstance(value, tuple) else str(value)


def wished(now: Value, rule: str, field: str, words: Translator) -> str:
    """What a lower layer asks for and a lock does not let through."""
    if now.wished_by is None or now.locked_by is None:
        return ""
    return words(
        "{origin} says {value}; the lock of {layer} wins.", origin=words.word("origin", now.wished_by),
        value=word(words, rule, field, now.wished), layer=words.word("layer", now.locked_by),
    )  # fmt: skip


def told(problem: Problem, words: Translator) -> str:
    """What is wrong at a field and what is allowed, in the reader's language."""
    rule, _, field = problem.field.partition(".")
    if problem.kind is ProblemKind.VALUE:
        what = problem.about if words.language is Language.EN or words.knows(problem.about) else ""
        return words("This does not fit. Allowed: {what}", what=words(what) if what else "")
    if problem.kind is ProblemKind.LOCKED:
        layer = words.word("layer", problem.by)
        value = word(words, rule, field, problem.floor)
        return words("Locked by {layer} at “{value}”: only stricter is possible here.", layer=layer, value=value)
    if problem.kind is ProblemKind.CONTRADICTION:
        return words("These numbers contradict each other: {why}", why=words(problem.said))
    if problem.kind is ProblemKind.TOGETHER:
        return words("These numbers do not fit together.")
    if problem.kind is ProblemKind.CHOICE:
        return words("Choose one of the list.")
    return words("This version does not know it; it has no effect.")
