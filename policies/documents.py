"""Policy documents: read, checked, and merged layer by layer into the one policy that is in force.

A document is `{"preset": "lecture", "<rule>": {"<field>": value}, "locked": ["<rule>.<field>"]}`. Below all layers
stands a preset, the one that the lowest layer names; on it lies what each layer says itself, the district first, the
lesson last. A field that a layer locks may only become stricter below it. Merging never fails: what does not fit (an
upper layer was tightened since, a version of ours knows a field no more) gives way to what stands above it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml
from pydantic import ValidationError

from app.domain.errors import Invalid
from policies import RULES, restraint
from policies.base import Policy, Rule, Settings
from policies.merged import Level, Merged, Origin, Problem, ProblemKind, Value
from policies.restraint import Restraint
from policies.strictness import as_strict

FORMER = {"sharing": "share_guard"}  # former names of rules: documents that still use them stay valid
PRESETS = ("lecture", "seminar", "exam", "open_day", "strict")
DEFAULT = "lecture"
HARDENED = "strict"
_KNOWN = {rule.name: rule for rule in RULES}

Document = Mapping[str, Any]
Layers = Sequence[tuple[Level, Document]]


def preset(name: str) -> dict[str, dict[str, Any]]:
    """The rule settings of a preset, read from its file. Raises Invalid for an unknown name."""
    if name not in PRESETS:
        raise Invalid(problems=(("preset", "one of: " + ", ".join(PRESETS)),))
    return {rule: dict(fields) for rule, fields in _preset(name).items()}


@cache
def _preset(name: str) -> Mapping[str, Mapping[str, Any]]:
    text = files("policies").joinpath("presets", f"{name}.yaml").read_text(encoding="utf-8")
    return {rule: _plain(fields or {}) for rule, fields in yaml.safe_load(text)["rules"].items()}


def policy(document: Document) -> Policy:
    """The policy of a single document. Raises Invalid naming every field that is wrong and what it may be."""
    return checked(Level.COURSE, document).policy


def checked(level: Level, document: Document, above: Layers = ()) -> Merged:
    """What would be in force with this document under those above it.

    Raises Invalid naming every field that is unknown, out of bounds, contradictory, or looser than a lock above.
    """
    merged = merge([*above, (level, document)])
    if mine := merged.problems_of(level):
        raise Invalid(problems=tuple((p.field, p.text) for p in mine))
    return merged


def merge(layers: Layers, *, hardened_until: float | None = None) -> Merged:
    """What is in force, with the origin of every value. `hardened_until`: the preset `strict` lies on top till then."""
    problems: list[Problem] = []
    read = [_Layer(level, document, problems) for level, document in layers] or [_Layer(Level.COURSE, {}, problems)]
    named = [layer.preset for layer in read]
    bases = [_preset(next((n for n in reversed(named[: i + 1]) if n), DEFAULT)) for i in range(len(named))]
    values = {rule.name: _values(rule, read, bases, problems) for rule in RULES}
    if hardened_until is not None:
        values = {rule.name: _hardened(rule, values[rule.name]) for rule in RULES}
    chosen = next((layer for layer in reversed(read) if layer.preset), None)
    return Merged(
        policy=Policy(
            preset=chosen.preset if chosen else DEFAULT,
            rules={rule.name: _settings(rule, values[rule.name]) for rule in RULES},
        ),
        preset_by=chosen.level if chosen else None,
        values=values,
        problems=tuple(dict.fromkeys(problems)),
        hardened_until=hardened_until,
    )


def layered(layers: Sequence[tuple[str, Document]], *, hardened: bool = False) -> tuple[Policy, int]:
    """The policy for a lesson, and for how many days an incident in it hardens the class: what the store asks for."""
    told = [(Level(level), document) for level, document in layers]
    made = merge(told, hardened_until=float("inf") if hardened else None).policy
    return made, cast(Restraint, made.of(restraint.RULE)).harden_days


def written(made: Policy) -> dict[str, Any]:
    """A policy as a document that says everything: read again it gives the same, whatever presets say by then."""
    rules = {rule.name: made.of(rule).model_dump(mode="json") for rule in RULES}
    return {"preset": made.preset if made.preset in PRESETS else DEFAULT, **rules}


def effective(document: Document) -> dict[str, dict[str, dict[str, Any]]]:
    """A course's document alone: for every rule and field its value and where it comes from."""
    return checked(Level.COURSE, document).told()


def renamed(document: Document) -> dict[str, Any]:
    """A document with every rule under the name it has today, in its locks too; where it says both, that one counts."""
    told = {FORMER.get(key, key): value for key, value in document.items() if FORMER.get(key) not in document}
    if isinstance(locked := told.get("locked"), list | tuple):
        told["locked"] = [_renamed_lock(name) if isinstance(name, str) else name for name in locked]
    return told


def _renamed_lock(name: str) -> str:
    rule, dot, field = name.partition(".")
    return FORMER.get(rule, rule) + dot + field


# --- one layer --------------------------------------------------------------------------------------------------------


class _Layer:
    """A document as far as it can be understood; what cannot is a problem of this layer."""

    def __init__(self, level: Level, document: Document, problems: list[Problem]) -> None:
        self.level = level
        document = self._named_anew(document, problems)
        self.preset = self._preset_of(document, problems)
        self.fields = {name: self._own(rule, document.get(name, {}), problems) for name, rule in _KNOWN.items()}
        self.locked = frozenset(self._locks(document.get("locked", []), problems))
        for key in document:
            if key not in ("preset", "locked") and key not in _KNOWN:
                problems.append(Problem(level, str(key), ProblemKind.UNKNOWN_RULE, allowed=tuple(sorted(_KNOWN))))

    def _named_anew(self, document: Document, problems: list[Problem]) -> Document:
        """The document with every rule under the name it has today; both names for one rule are a problem."""
        for former in sorted(FORMER.keys() & document.keys()):
            if FORMER[former] in document:
                problems.append(Problem(self.level, former, ProblemKind.FORMER, said=FORMER[former]))
        return renamed(document)

    def _preset_of(self, document: Document, problems: list[Problem]) -> str:
        name = document.get("preset", "")
        if "preset" not in document or (isinstance(name, str) and name in PRESETS):
            return str(name)
        problems.append(Problem(self.level, "preset", ProblemKind.CHOICE, allowed=PRESETS))
        return ""

    def _own(self, rule: Rule, own: Any, problems: list[Problem]) -> dict[str, Any]:
        if not isinstance(own, Mapping):
            problems.append(Problem(self.level, rule.name, ProblemKind.NO_OBJECT))
            return {}
        told = _plain(own)
        wrong = {}
        try:
            rule.settings.model_validate(told)
        except ValidationError as e:  # what concerns several fields is looked at when all layers lie together
            wrong = {str(item["loc"][0]): item["msg"] for item in e.errors(include_url=False) if item["loc"]}
        known = rule.settings.model_fields
        for field, said in wrong.items():
            at = f"{rule.name}.{field}"
            if field in known:
                about = known[field].description or ""
                problems.append(Problem(self.level, at, ProblemKind.VALUE, said=said, about=about))
            else:
                problems.append(Problem(self.level, at, ProblemKind.UNKNOWN_FIELD, allowed=tuple(known)))
        return {field: value for field, value in told.items() if field not in wrong and field in known}

    def _locks(self, told: Any, problems: list[Problem]) -> Iterator[tuple[str, str]]:
        if not isinstance(told, list | tuple):
            problems.append(Problem(self.level, "locked", ProblemKind.NO_LIST))
            return
        for name in told:
            rule, _, field = str(name).partition(".")
            if rule in _KNOWN and field in _KNOWN[rule].settings.model_fields:
                yield rule, field
            else:
                problems.append(Problem(self.level, "locked", ProblemKind.UNKNOWN_LOCK, said=str(name)))


def _plain(own: Mapping[Any, Any]) -> dict[str, Any]:
    """Fields as they come from JSON or YAML, whose lists are tuples in settings."""
    return {str(field): tuple(value) if isinstance(value, list) else value for field, value in own.items()}


# --- all layers -------------------------------------------------------------------------------------------------------


def _values(
    rule: Rule, read: Sequence[_Layer], bases: Sequence[Mapping[str, Mapping[str, Any]]], problems: list[Problem]
) -> dict[str, Value]:
    """The values of a rule. A layer that makes no sense together with those above it is left out."""
    left_out: set[Level] = set()
    while True:
        found: list[Problem] = []
        values = {
            field: _value(rule, field, read, bases, found, left_out) for field in rule.settings.model_fields
        }  # fmt: skip
        last = next((x for x in reversed(read) if x.fields[rule.name] and x.level not in left_out), None)
        try:
            settings = _made(rule.settings, values)
        except ValidationError as e:
            if last is None:
                return {
                    field: Value(info.default, Origin.DEFAULT) for field, info in rule.settings.model_fields.items()
                }
            said = e.errors(include_url=False)[0]["msg"]
            problems.append(Problem(last.level, rule.name, ProblemKind.TOGETHER, said=said))
            left_out.add(last.level)
            continue
        problems += [*found, *_contradictions(rule, settings, read)]
        return values


def _value(
    rule: Rule, field: str, read: Sequence[_Layer], bases: Sequence[Mapping[str, Mapping[str, Any]]],
    problems: list[Problem], left_out: Iterable[Level],
) -> Value:  # fmt: skip
    """One field from the top to the bottom. Under a lock it may only become stricter from layer to layer."""
    info = rule.settings.model_fields[field]
    value = Value(info.default, Origin.DEFAULT)
    said: Value | None = None
    lock: Value | None = None
    for layer, base in zip(read, bases, strict=True):
        own = layer.fields[rule.name] if layer.level not in left_out else {}
        if field in own:
            said = Value(own[field], Origin(layer.level))
            if lock and not as_strict(info, said.value, lock.value):
                problems.append(_loosened(layer.level, f"{rule.name}.{field}", lock))
        below = Value(info.default, Origin.DEFAULT)
        if field in base.get(rule.name, {}):
            below = Value(base[rule.name][field], Origin.PRESET)
        value = said or below
        if lock:
            kept = as_strict(info, value.value, lock.value)
            value = (
                value.but(locked_by=lock.locked_by) if kept else lock.but(wished=value.value, wished_by=value.origin)
            )
            lock = value.but(wished=None, wished_by=None)  # who is stricter under a lock binds those below him, too
        if (rule.name, field) in layer.locked:
            lock = value.but(locked_by=layer.level, wished=None, wished_by=None)
            value = value.but(locked_by=layer.level)
    return value


def _loosened(level: Level, field: str, lock: Value) -> Problem:
    return Problem(level, field, ProblemKind.LOCKED, said=str(lock.value), by=lock.locked_by, floor=lock.value)


def _contradictions(rule: Rule, settings: Settings, read: Sequence[_Layer]) -> Iterator[Problem]:
    """Each is the fault of the lowest layer that says one of its numbers itself; a preset alone has no fault."""
    for fields, why in settings.contradictions():
        for layer in reversed(read):
            if mine := [f for f in fields if f in layer.fields[rule.name]]:
                yield Problem(layer.level, f"{rule.name}.{mine[0]}", ProblemKind.CONTRADICTION, said=why)
                break


def _hardened(rule: Rule, values: Mapping[str, Value]) -> dict[str, Value]:
    """With every value of the strictest preset that is stricter than what there is."""
    strict = _preset(HARDENED).get(rule.name, {})
    fields = rule.settings.model_fields

    def tightened(field: str, value: Value) -> Value:
        if field in strict and not as_strict(fields[field], value.value, strict[field]):
            if as_strict(fields[field], strict[field], value.value):
                return Value(strict[field], Origin.HARDENING, locked_by=value.locked_by)
        return value

    return {field: tightened(field, value) for field, value in values.items()}


def _settings(rule: Rule, values: Mapping[str, Value]) -> Settings:
    try:
        return _made(rule.settings, values)
    except ValidationError:  # hardened numbers that a rule refuses: its own defaults are whole
        return rule.settings()


def _made(settings: type[Settings], values: Mapping[str, Value]) -> Settings:
    return settings.model_validate({field: value.value for field, value in values.items()})
