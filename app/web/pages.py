"""The Jinja environment, and what every page gets besides its own subject."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.web.words import OWN_NAMES, Translator

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Around every page: language, who is signed in, where the language switch comes back to.

    `user` "" = nobody is signed in; `office` = may see connections; `district` = rules are all there is to see; `csrf`
    is the session's token for forms; `flashes` and what went wrong (`problem`) are said once. `asked` is the language
    that the address asks for, "" = none: what a form of the page leads to stays in it.
    """

    words: Translator
    path: str = "/"
    asked: str = ""
    csrf: str = ""
    user: str = ""
    office: bool = False
    district: bool = False
    practice: bool = False
    flashes: tuple[str, ...] = ()
    problem: str = ""


def templates(folder: Path = HERE / "templates", static: Path = HERE / "static") -> Environment:
    """Make the environment, once per service. Undefined names are errors; everything is escaped."""
    env = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(static=_addresses(static), fresh_key=lambda: secrets.token_hex(8), own_names=OWN_NAMES)
    return env


def render(env: Environment, template: str, frame: Frame, **context: Any) -> str:
    """The page as text. In templates `_` translates, `many` chooses a plural, `frame` is the frame."""
    words = frame.words
    return env.get_template(template).render(
        _=words, many=words.many, word=words.word, lang=words.language.value, frame=frame, **context
    )


def _addresses(static: Path) -> Callable[[str], str]:
    """Addresses of static files with a fingerprint, so that they may be cached for ever."""

    def address(name: str) -> str:
        if name not in known:
            known[name] = hashlib.sha256((static / name).read_bytes()).hexdigest()[:12]
        return f"/static/{name}?v={known[name]}"

    known: dict[str, str] = {}
    return address
