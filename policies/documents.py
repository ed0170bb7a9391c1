"""Policy documents: a preset by name, a course's own layer on top, validated as a whole or refused.

A document is `{"preset": "lecture", "<rule>": {"<field>": value}}`. What it does not say comes from the preset, then
from the rule's defaults.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import yaml
from pydantic import ValidationError

from app.domain.errors import Invalid
from policies import RULES
from policies.base import Policy, Settings

FORMER = {"sharing": "share_guard"}  # former names of rules: documents that still use them stay valid

PRESETS = ("lecture", "seminar", "exam", "open_day", "strict")
DEFAULT = "lecture"


def preset(name: str) -> dict[str, dict[str, Any]]:
    """The rule settings of a preset, read from its file. Raises Invalid for an unknown name."""
    if name not in PRESETS:
        raise Invalid(problems=(("preset", "one of: " + ", ".join(PRESETS)),))
    text = files("policies").joinpath("presets", f"{name}.yaml").read_text(encoding="utf-8")
    loaded = yaml.safe_load(text)
    return {rule: dict(fields or {}) for rule, fields in loaded["rules"].items()}


def policy(document: Mapping[str, Any]) -> Policy:
    """Validate a document. Raises Invalid naming every field that is wrong and what it may be."""
    name = document.get("preset", DEFAULT)
    base = preset(name if isinstance(name, str) else "")
    problems: list[tuple[str, str]] = []
    document = named_anew(document, problems)
    rules: dict[str, Settings] = {}
    known = {rule.name: rule for rule in RULES}
    for key in document:
        if key != "preset" and key not in known:
            problems.append((str(key), "no such rule; known: " + ", ".join(sorted(known))))
    for rule in RULES:
        own = document.get(rule.name, {})
        if not isinstance(own, Mapping):
            problems.append((rule.name, "an object of settings"))
            continue
        try:
            rules[rule.name] = made = rule.settings.model_validate({**base.get(rule.name, {}), **own})
            problems.extend((f"{rule.name}.{wrong.fields[0]}", wrong.why) for wrong in made.contradictions())
        except ValidationError as e:
            problems.extend(_problems(rule.name, rule.settings, e))
    if problems:
        raise Invalid(problems=tuple(problems))
    return Policy(preset=str(name), rules=rules)


def written(merged: Policy) -> dict[str, Any]:
    """A policy as a document that says everything: read again it gives the same, whatever presets say by then."""
    rules = {rule.name: merged.of(rule).model_dump(mode="json") for rule in RULES}
    return {"preset": merged.preset if merged.preset in PRESETS else DEFAULT, **rules}


def named_anew(document: Mapping[str, Any], problems: list[tuple[str, str]]) -> Mapping[str, Any]:
    """The document with every rule under the name it has today; both names for one rule are a problem."""
    if FORMER.keys().isdisjoint(document):
        return document
    for former in FORMER.keys() & document.keys():
        if FORMER[former] in document:
            problems.append((former, f"the former name of {FORMER[former]}: the document may say only one of both"))
    return {FORMER.get(key, key): value for key, value in document.items() if FORMER.get(key) not in document}


def effective(document: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """The merged document: for every rule and field its value and where it comes from (default, preset, course)."""
    merged = policy(document)
    base = preset(merged.preset)
    document = named_anew(document, [])

    def origin(rule: str, field: str) -> str:
        if field in document.get(rule, {}):
            return "course"
        return "preset" if field in base.get(rule, {}) else "default"

    return {
        rule.name: {
            field: {"value": getattr(merged.of(rule), field), "origin": origin(rule.name, field)}
            for field in rule.settings.model_fields
        }
        for rule in RULES
    }


def _problems(rule: str, settings: type[Settings], error: ValidationError) -> list[tuple[str, str]]:
    found = []
    for item in error.errors(include_url=False, include_input=False):
        field = str(item["loc"][0]) if item["loc"] else ""
        info = settings.model_fields.get(field)
        allowed = info.description if info and info.description else item["msg"]
        if info is None:
            allowed = "no such field; known: " + ", ".join(settings.model_fields)
        found.append((f"{rule}.{field}", f"{item['msg']}. Allowed: {allowed}" if info else allowed))
    return found
