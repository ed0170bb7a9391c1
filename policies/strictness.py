"""Which of two values of a settings field is the stricter one, as the field itself declares it."""

from typing import Any

from pydantic.fields import FieldInfo


def direction(info: FieldInfo) -> Any:
    """ "lower", "higher", or the values from the loosest to the strictest; "" where the field does not say."""
    extra = info.json_schema_extra
    return extra.get("stricter", "") if isinstance(extra, dict) else ""


def as_strict(info: FieldInfo, value: Any, than: Any) -> bool:
    """Whether `value` is as strict as `than` or stricter. What cannot be compared is as strict only when equal.

    Of two lists the one that holds all of the other is the higher one.
    """
    way = direction(info)
    if value == than:
        return True
    if isinstance(way, list):
        return value in way and than in way and way.index(value) > way.index(than)
    if isinstance(value, tuple | frozenset):
        less, more = (value, than) if way == "lower" else (than, value)
        return way in _WAYS and set(less) <= set(more)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return bool(value < than if way == "lower" else value > than) if way in _WAYS else False


_WAYS = ("lower", "higher")


def allowed(info: FieldInfo, floor: Any) -> tuple[Any, ...]:
    """The values of a choice that are as strict as `floor`, from the loosest; () where they cannot be counted."""
    way = direction(info)
    return tuple(v for v in way if as_strict(info, v, floor)) if isinstance(way, list) else ()
