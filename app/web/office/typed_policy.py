"""A policy document out of the settings page's form.

What is left empty is not said; what is no number stays as it was typed, and is refused at its field.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, get_origin

from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from app.domain.errors import Invalid
from policies import ALWAYS, RULES

_WHOLE = re.compile(r"[+-]?[0-9]{1,12}")
_WORDS = {"true": True, "false": False}


def document_of(form: FormData) -> dict[str, Any]:
    """The document that somebody has filled in."""
    document: dict[str, Any] = {}
    if preset := _text(form, "preset"):
        document["preset"] = preset
    for rule in RULES:
        fields = {
            name: _typed(info, text)
            for name, info in rule.settings.model_fields.items()
            if (text := _text(form, f"{rule.name}.{name}")) and not (name == "mode" and rule.name in ALWAYS)
        }
        if fields:
            document[rule.name] = fields
    if locked := [str(name) for name in form.getlist("lock")]:
        document["locked"] = list(dict.fromkeys(locked))
    return document


def kept_document(form: FormData) -> dict[str, Any]:
    """The document that the second step carries along. Raises Invalid."""
    try:
        document = json.loads(_text(form, "document"))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Invalid(problems=(("document", "as the page before gave it"),))
    return document


def own(document: Mapping[str, Any], rule: str, field: str) -> Any:
    """What a document says itself about a field; None where it says nothing."""
    fields = document.get(rule)
    return fields.get(field) if isinstance(fields, Mapping) else None


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _typed(info: FieldInfo, text: str) -> Any:
    """A number, a yes or no, lines, or the text itself, which is refused at its field if it should be another thing."""
    if get_origin(info.annotation) in (tuple, frozenset, list):
        return [line.strip() for line in text.splitlines() if line.strip()]
    if info.annotation is bool:
        return _WORDS.get(text, text)
    if info.annotation in (int, float) and _WHOLE.fullmatch(text):
        return int(text)
    if info.annotation is float:
        try:
            return float(text)
        except ValueError:
            return text
    return text
