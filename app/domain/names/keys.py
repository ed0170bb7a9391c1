"""One name brought into the forms by which it is compared, from the strictest to the loosest."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.domain.names.folding import at_a_glance, disguised, folded, resolved, seen, without_accents
from app.domain.names.titles import Title, addressed, addressed_in_chinese, unbracketed, unclassed, unnumbered


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A name in its compared forms; "" where a form has nothing left.

    `exact` only lost what cannot be seen; `plain` also disguises, old characters, order, numbers and words of address;
    `bare` also accents, and the order of characters; `glance` has no spaces and is the name as one takes it at a
    glance, and `whole` the same with the words of address. `core` are the words of the name proper, without accents.
    """

    exact: str
    plain: str
    bare: str
    glance: str
    whole: str
    core: tuple[str, ...]
    title: Title
    short: bool  # a surname or a given name alone
    numbered: bool  # a class or seat number was taken off
    disguised: bool


def name_key(name: str) -> str:
    """The form of a name that only lost what nobody sees: NFKC, no ignorables or fillers, case and spaces folded.

    The original stays as evidence.
    """
    return keys_of(name).exact


@lru_cache(maxsize=8192)
def keys_of(name: str) -> Keys:
    """All forms of a name. Remembered, because the same people come again and again."""
    exact = folded(name)
    text = resolved(seen(name))
    bracketless = unbracketed(text)
    words, numbered = _words(bracketless)
    core, title = _without_address(words)
    short = _short(core)
    # "Cô Hà" is no "Hà", and "刘老师" no "刘": of a short name the word of address is a part.
    sign = f"{title}:" if short and title else ""
    plain, bare = _in_order(core), [without_accents(w) for w in core]
    joined = at_a_glance("".join(bare))
    return Keys(
        exact=exact,
        plain=sign + plain if plain else "",
        bare=sign + _in_order(map(_sorted_characters, bare)) if plain else "",
        glance=sign + joined if joined else "",
        whole=at_a_glance(without_accents("".join(words))),
        core=tuple(bare),
        title=title,
        short=short,
        numbered=numbered,
        disguised=disguised(name),
    )


_WORD = re.compile(r"[^\W_]+")
_BAR = re.compile(r"(?<=[^\W\d_])\|(?=[^\W\d_])")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_SEAM = re.compile(r"(?<=[\u3400-\u9fff])(?=[^\W\u3400-\u9fff])|(?<=[^\W\u3400-\u9fff])(?=[\u3400-\u9fff])")


def _words(text: str) -> tuple[list[str], bool]:
    """The words of a name without class and seat numbers, and whether there were any; Chinese characters are one."""
    classless = unclassed(text)
    if not any(c.isalpha() for c in classless):
        classless = text
    classless = _SEAM.sub(" ", _BAR.sub("l", classless))
    parts: list[str] = _WORD.findall(classless)
    words = unnumbered(_gathered(parts))
    return words, _lost_digits(text, words)


def _lost_digits(text: str, words: list[str]) -> bool:
    return any(c.isdigit() for c in text) and not any(c.isdigit() for w in words for c in w)


def _gathered(parts: list[str]) -> list[str]:
    """Chinese characters together whatever stood between them; single Latin letters as the word they spell."""
    han = [p for p in parts if _HAN.fullmatch(p)]
    latin = [p for p in parts if not _HAN.fullmatch(p)]
    if len(latin) > 2 and all(len(p) == 1 for p in latin):
        latin = ["".join(latin)]
    return [*latin, "".join(han)] if han else latin


def _without_address(words: list[str]) -> tuple[list[str], Title]:
    latin, title = words, Title.NONE
    han = words[-1] if words and _HAN.fullmatch(words[-1]) else ""
    if han:
        latin = words[:-1]
        cut, title = addressed_in_chinese(han)
        han = cut
    latin, other = addressed([*latin, han] if han else latin)
    return latin, Title.TEACHER if Title.TEACHER in (title, other) else title or other


def _short(core: list[str]) -> bool:
    return len(core) == 1 and (len(core[0]) == 1 or not _HAN.fullmatch(core[0]))


def _in_order(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


def _sorted_characters(word: str) -> str:
    """Of a Chinese name the characters, because "芳 刘" is 刘芳 to whoever reads it; of others the word."""
    return "".join(sorted(word)) if _HAN.fullmatch(word) else word
