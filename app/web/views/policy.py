"""The settings page, made from the rules' own schemas: each field with words, bounds, and where its value is from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from app.web.views import policy_words as spoken
from app.web.views.reader import Reader
from app.web.views.text import day, shown
from app.web.words import Translator
from policies import ALWAYS, RULES
from policies.base import Rule
from policies.documents import PRESETS
from policies.merged import Level, Merged, Origin, Problem, Value
from policies.strictness import allowed, as_strict, direction


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One field. `kind` is number, choice, lines or text; `typed` is what the form holds, "" = nothing of its own."""

    key: str
    label: str
    about: str
    kind: str
    typed: str
    options: tuple[tuple[str, str], ...]
    least: str
    most: str
    inherited: str
    value: str
    origin: str
    locked_by: str
    wished: str
    problem: str
    lock: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One rule: its sentence, its mode and its fields. `open` where there is something of its own, or a problem."""

    name: str
    title: str
    about: str
    mode: str
    tone: str
    open: bool
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """Everything policy.html shows. `ways` are links (address, words); `problems` belong to no field of the form."""

    level: str
    heading: str
    title: str
    action: str
    ways: tuple[tuple[str, str], ...]
    over: bool
    schools: int
    version: int
    may_change: bool
    may_lock: bool
    presets: tuple[tuple[str, str], ...]
    preset: str
    preset_now: str
    preset_by: str
    preset_problem: str
    hardened: str
    rules: tuple[RuleView, ...]
    problems: tuple[str, ...]
    kept_locks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One field that a change moves."""

    rule: str
    label: str
    before: str
    after: str
    stricter: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a page is drawn from: the document as it is typed, what counts now, and what counts without the document.

    `course` and `lesson` are ids, "" above them; `over` = the lesson has ended, and its document with it; `schools` =
    how many a district's document goes to.
    """

    level: Level
    name: str
    action: str
    course: str = ""
    lesson: str = ""
    over: bool = False
    schools: int = 0
    document: Mapping[str, Any]
    version: int
    now: Merged
    without: Merged
    problems: Sequence[Problem]
    may_change: bool


def page(sheet: Sheet, reader: Reader) -> PolicyView:
    """The whole page."""
    words = reader.words
    by_field = {p.field: spoken.told(p, words) for p in sheet.problems}
    rules = tuple(_rule(rule, sheet, by_field, reader) for rule in RULES)
    known = {f.key for rule in rules for f in rule.fields} | {"preset"}
    now, above = sheet.now, sheet.without
    own = str(sheet.document.get("preset", ""))
    may_lock = sheet.level in (Level.DISTRICT, Level.SCHOOL)
    above_preset = words("as above: {value}", value=words.word("preset", above.policy.preset))
    return PolicyView(
        level=sheet.level.value, heading=words.word("rules", sheet.level), title=shown(sheet.name, 60),
        action=sheet.action, ways=_ways(sheet, words), over=sheet.over, schools=sheet.schools,
        version=sheet.version, may_change=sheet.may_change, may_lock=may_lock,
        presets=(("", above_preset), *((p, words.word("preset", p)) for p in PRESETS)), preset=own,
        preset_now=words.word("preset", now.policy.preset),
        preset_by=words.word("origin", now.preset_by) if now.preset_by else words.word("origin", Origin.DEFAULT),
        preset_problem=by_field.get("preset", ""),
        hardened=day(now.hardened_until, reader.zone) if now.hardened_until is not None else "",
        rules=rules,
        problems=tuple(f"{shown(f, 60)}: {said}" for f, said in by_field.items() if f not in known),
        kept_locks=() if may_lock else tuple(map(str, _list(sheet.document.get("locked")))),
    )  # fmt: skip


def _ways(sheet: Sheet, words: Translator) -> tuple[tuple[str, str], ...]:
    """Where one goes on from here: to what the rules are for, and to the layers around."""
    course, school = f"/classes/{sheet.course}", ("/policy", words.word("rules", Level.SCHOOL))
    if sheet.level is Level.SCHOOL:
        return (("/policy/district", words.word("rules", Level.DISTRICT)),)
    if sheet.level is Level.DISTRICT:
        return (school,)
    if sheet.level is Level.COURSE:
        return ((course, words("Back to the class")), school)
    lesson = (f"/lessons/{sheet.lesson}", words("Back to the lesson"))
    return (lesson, (f"{course}/policy", words.word("rules", Level.COURSE)), school)


def changes(before: Merged, after: Merged, words: Translator) -> tuple[ChangeView, ...]:
    """Every field that would have another value."""
    found = []
    for rule in RULES:
        for field, info in _shown_fields(rule):
            old, new = before.values[rule.name][field].value, after.values[rule.name][field].value
            if old != new:
                found.append(
                    ChangeView(
                        rule=words.word("rule", rule.name), label=spoken.label(words, rule.name, field),
                        before=spoken.word(words, rule.name, field, old),
                        after=spoken.word(words, rule.name, field, new),
                        stricter=as_strict(info, new, old),
                    )
                )  # fmt: skip
    return tuple(found)


def locks(before: Merged, after: Merged, words: Translator) -> tuple[tuple[str, bool], ...]:
    """Fields that would be locked and were not (True), or were and would not be (False)."""
    found = []
    for rule in RULES:
        for field, _ in _shown_fields(rule):
            was, now = (bool(merged.values[rule.name][field].locked_by) for merged in (before, after))
            if was != now:
                found.append((f"{words.word('rule', rule.name)}: {spoken.label(words, rule.name, field)}", now))
    return tuple(found)


# --- rules and fields -------------------------------------------------------------------------------------------------

_TONES = {"enforce": "ok", "observe": "warn", "off": "quiet"}


def _rule(rule: Rule, sheet: Sheet, problems: Mapping[str, str], reader: Reader) -> RuleView:
    words, always = reader.words, rule.name in ALWAYS
    mode = sheet.now.values[rule.name]["mode"].value
    fields = tuple(_field(rule, name, info, sheet, problems, reader) for name, info in _shown_fields(rule))
    return RuleView(
        name=rule.name, title=words.word("rule", rule.name), about=words.word("rule_about", rule.name),
        mode=words("always on") if always else words.word("mode", mode), tone="ok" if always else _TONES[mode],
        open=any(f.problem or f.typed or f.wished for f in fields), fields=fields,
    )  # fmt: skip


def _shown_fields(rule: Rule) -> list[tuple[str, FieldInfo]]:
    fields = rule.settings.model_fields
    return [(n, i) for n, i in fields.items() if not (n == "mode" and rule.name in ALWAYS)]


def _field(
    rule: Rule, name: str, info: FieldInfo, sheet: Sheet, problems: Mapping[str, str], reader: Reader
) -> FieldView:
    words, key = reader.words, f"{rule.name}.{name}"
    now, without = sheet.now.values[rule.name][name], sheet.without.values[rule.name][name]
    floor = without if without.locked_by else None
    own, problem = _own(sheet.document, rule.name, name), problems.get(key, "")
    in_vain = now.wished_by == sheet.level.value and not problem
    inherited = spoken.word(words, rule.name, name, without.value)
    least, most = _bounds(info, floor)
    return FieldView(
        key=key, label=spoken.label(words, rule.name, name), about=spoken.about(words, info), kind=_kind(info),
        typed="" if own is None or in_vain else _typed(own), inherited=inherited,
        options=_options(words, rule.name, name, info, floor, own, inherited), least=least, most=most,
        value=spoken.word(words, rule.name, name, now.value), origin=words.word("origin", now.origin),
        locked_by=words.word("layer", now.locked_by) if now.locked_by else "",
        wished=spoken.wished(now, rule.name, name, words), problem=problem,
        lock=key in _list(sheet.document.get("locked")),
    )  # fmt: skip


def _own(document: Mapping[str, Any], rule: str, field: str) -> Any:
    fields = document.get(rule)
    return fields.get(field) if isinstance(fields, Mapping) else None


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _kind(info: FieldInfo) -> str:
    if info.annotation is bool or get_origin(info.annotation) is Literal:
        return "choice"
    if info.annotation in (int, float):
        return "number"
    return "lines" if get_origin(info.annotation) in (tuple, frozenset, list) else "text"


def _options(
    words: Translator, rule: str, field: str, info: FieldInfo, floor: Value | None, own: Any, inherited: str
) -> tuple[tuple[str, str], ...]:
    """What may be chosen; under a lock only what is as strict. What was typed stays, so that it can be seen."""
    if _kind(info) != "choice":
        return ()
    every = (True, False) if info.annotation is bool else get_args(info.annotation)
    fit = allowed(info, floor.value) if floor and direction(info) else every
    chosen = [v for v in every if v in fit or v == own]
    told = ((_typed(v), spoken.word(words, rule, field, v)) for v in chosen)
    return (("", words("as above: {value}", value=inherited)), *told)


def _bounds(info: FieldInfo, floor: Value | None) -> tuple[str, str]:
    if _kind(info) != "number":
        return "", ""
    least = next((m.ge for m in info.metadata if isinstance(m, Ge)), None)
    most = next((m.le for m in info.metadata if isinstance(m, Le)), None)
    if floor:
        least, most = (least, floor.value) if direction(info) == "lower" else (floor.value, most)
    return "" if least is None else str(least), "" if most is None else str(most)


def _typed(value: Any) -> str:
    """A value as it stands in the form."""
    if isinstance(value, bool):
        return str(value).lower()
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
