"""Characters folded for comparing: what the eye does not see goes, what looks alike becomes one."""

import unicodedata

from app.domain.names.confusables import CONFUSABLE
from app.domain.names.simplified import SIMPLIFIED

FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")  # letters by category, blank to the eye
LONGEST = 200  # characters of a name that are compared, after the invisible ones are gone
READ = 1000  # characters that are read at all

_IGNORED = frozenset({"Cf", "Cc", "Co", "Cn", "Cs"})
_D = str.maketrans("đĐðÐɖƉ", "dDdDdD")  # a stroke does not decompose in Unicode


def seen(name: str) -> str:
    """What is visible of a name to somebody who takes a letter for what it looks like, also where NFKC does not."""
    return visible(name if name.isascii() else name[:READ].translate(CONFUSABLE))


def visible(name: str) -> str:
    """NFKC without ignorables and blank fillers; every run of white space is one space."""
    if name.isascii() and name.isprintable():
        return " ".join(name[:READ].split())[:LONGEST].rstrip()
    text = unicodedata.normalize("NFKC", name[:READ])
    spaced = (" " if c.isspace() else c for c in text)  # a tab is a control character, but it does part two words
    kept = (c for c in spaced if unicodedata.category(c) not in _IGNORED and c not in FILLERS)
    # An invisible letter may have kept a mark from its base.
    whole = unicodedata.normalize("NFKC", " ".join("".join(kept).split()))
    return " ".join(whole[:LONGEST].split())


def folded(name: str) -> str:
    """What is visible, in one case, đ as d. Folding it once more changes nothing."""
    before, after = name, _folded(name)
    for _ in range(4):  # case folding may take letters apart that NFKC puts together
        if after == before:
            break
        before, after = after, _folded(after)
    return after


def _folded(text: str) -> str:
    return visible(text).translate(_D).casefold()


def resolved(text: str) -> str:
    """What the eye takes visible text for: foreign letters as the Latin ones they look like, simplified, one case."""
    if text.isascii():
        return text.casefold()
    parts = unicodedata.normalize("NFD", text).translate(CONFUSABLE).translate(_D)
    whole = unicodedata.normalize("NFC", parts).casefold().translate(SIMPLIFIED)
    # The marks that are left after NFC sit on letters that have none in any name.
    return "".join(c for c in unicodedata.normalize("NFC", whole) if unicodedata.category(c) not in ("Mn", "Me"))


def disguised(name: str) -> bool:
    """Whether a name is written with blank fillers, or with foreign letters among the Latin ones that they look like.

    A whole name in Cyrillic or Greek is no disguise: there are people of that name.
    """
    if name.isascii():
        return False
    if not FILLERS.isdisjoint(name):
        return True
    parts = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name[:READ]))
    return any(c.isascii() and c.isalpha() for c in parts) and any(
        ord(c) in CONFUSABLE and CONFUSABLE[ord(c)].isascii() and c.isalpha() and c not in _EUROPEAN for c in parts
    )


_EUROPEAN = frozenset("ıłŁøØðÐ")  # letters of living European languages, which do stand among Latin ones


def without_accents(text: str) -> str:
    """Latin letters without their marks."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def at_a_glance(text: str) -> str:
    """Text without accents as one takes it at a glance: l for I and 1, O for 0, m for rn; characters a stroke apart."""
    return text.replace("rn", "m").replace("vv", "w").translate(_GLANCE)


_GLANCE = str.maketrans("1l05末士已巳曰入玉壬季阵扬徒昊", "iios未土己己日人王王李陈杨徐吴")
