"""Every word that people read exists in every language, with the same placeholders."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.web.words import DOMAIN, Language, keys

WEB = Path(__file__).parents[1] / "app/web"
SAID_WITH = {"_": None, "words": None, "html": None, "many": (1, 2)}  # as in `make messages`


def said() -> set[str]:
    """What templates and code say, and the words for every value of the domain."""
    methods = [("templates/**.html", "jinja2"), ("**.py", "python")]
    found = extract_from_dir(WEB, method_map=methods, keywords=SAID_WITH)
    return {m[2] if isinstance(m[2], str) else m[2][0] for m in found} | set(keys())


def catalogue(language: Language) -> Catalog:
    with (WEB / "locales" / language.folder / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language.folder, domain=DOMAIN)


def messages(language: Language) -> Iterator[tuple[str, Message]]:
    for message in catalogue(language):
        if message.id:
            yield (message.id if isinstance(message.id, str) else message.id[0]), message


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


of_every_language = pytest.mark.parametrize("language", Language, ids=str)


@of_every_language
def test_everything_said_is_translated_and_nothing_else_is(language: Language) -> None:
    known = {key for key, message in messages(language) if all(forms(message)) and not message.fuzzy}
    assert len(said()) > 100
    assert sorted(said() - known) == [], "make messages adds them, somebody translates them"
    assert sorted(known - said()) == [], "nobody says these any more"


@of_every_language
def test_a_translation_has_the_placeholders_of_its_message(language: Language) -> None:
    english = {key: placeholders(forms(message)[-1]) for key, message in messages(Language.EN)}
    for key, message in messages(language):
        wanted = english[key] | placeholders(key)
        for form in forms(message):
            assert placeholders(form) <= wanted, (key, form)
            assert wanted - placeholders(form) <= {"count"}, (key, form)  # "one person" needs no number


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))
