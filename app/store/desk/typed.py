"""What a person or a program typed, checked before it is kept: lengths, control characters, mail addresses."""

import re
import unicodedata
from collections.abc import Iterable

from app.domain.errors import Invalid

LINE = 200  # characters of a name
MAIL = 254
_MAIL = re.compile(r"[^@\s,;<>\"()\[\]\\]+@[^@\s,;<>\"()\[\]\\]+")
_NO_TEXT = {"Cc", "Cs"}  # control characters and broken surrogates have no place in a name


def problem(value: object, *, at_most: int = LINE, blank: bool = False) -> str:
    """What is wrong with one line of text; "" when nothing is."""
    if not isinstance(value, str):
        return "text"
    if len(value) > at_most:
        return f"at most {at_most} characters"
    if any(unicodedata.category(c) in _NO_TEXT for c in value):
        return "no control characters or line breaks"
    return "" if blank or value.strip() else "must not be empty"


def line(field: str, value: object, *, at_most: int = LINE, blank: bool = False) -> str:
    """One line of text without spaces around it. Raises Invalid."""
    if wrong := problem(value, at_most=at_most, blank=blank):
        raise Invalid(problems=((field, wrong),))
    return str(value).strip()


def lines(field: str, values: Iterable[object], *, most: int, at_most: int = LINE) -> tuple[str, ...]:
    """Several lines of text, each once, in order. Raises Invalid naming every one that is wrong."""
    given = tuple(values)
    problems = [(f"{field}[{i}]", p) for i, v in enumerate(given) if (p := problem(v, at_most=at_most))]
    if len(given) > most:
        problems.append((field, f"at most {most}"))
    if problems:
        raise Invalid(problems=tuple(problems[:50]))
    return tuple(dict.fromkeys(str(v).strip() for v in given))


def mail(field: str, value: object) -> str:
    """A mail address in the form in which it is kept and compared: lower case. Raises Invalid."""
    found = line(field, value, at_most=MAIL).lower()
    if not _MAIL.fullmatch(found):
        raise Invalid(problems=((field, "a mail address such as lan@school.example"),))
    return found


def mails(field: str, values: Iterable[object], *, most: int) -> tuple[str, ...]:
    """Several mail addresses, each once. Raises Invalid."""
    given = tuple(values)
    if len(given) > most:
        raise Invalid(problems=((field, f"at most {most}"),))
    return tuple(dict.fromkeys(mail(f"{field}[{i}]", v) for i, v in enumerate(given)))
