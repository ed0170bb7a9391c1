"""What people do to a name: attackers to pass for somebody, honest pupils because that is how names are typed.

Every change takes a name and a source of chance; None = it cannot be done to this name. The letters here were chosen by
hand and by eye, not taken from the tables that the matching goes by.
"""

import random
import unicodedata
from collections.abc import Callable, Mapping

from app.domain.names.simplified import SIMPLIFIED
from tests.app.domain.invented_names import Name, Tongue

Change = Callable[[Name, str, random.Random], str | None]

_LIKE = {
    "a": "аɑα", "c": "сϲ", "d": "ԁ", "e": "еҽ", "g": "ɡ", "h": "һ", "i": "іı", "j": "ј", "k": "кκ",
    "l": "ӏ", "m": "м", "n": "ո", "o": "оοօ", "p": "рρ", "q": "ԛ", "r": "г", "s": "ѕ", "t": "тτ",
    "u": "υս", "v": "νѵ", "w": "ԝ", "x": "хχ", "y": "уγ", "A": "АΑ", "B": "ВΒ", "C": "СϹ",
    "E": "ЕΕ", "H": "НΗ", "I": "ІΙ", "J": "Ј", "K": "КΚ", "L": "Ꮮ", "M": "МΜ", "N": "Ν", "O": "ОΟ",
    "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "V": "Ѵ", "X": "ХΧ", "Y": "УΥ", "Z": "Ζ", "D": "Ꭰ", "G": "Ԍ",
    "R": "Ꮢ", "W": "Ԝ",
}  # fmt: skip
_FILLERS = "\u3164\u2800\u115f\u1160\uffa0"
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u061c\u180e\u034f"
_OLD: dict[str, list[str]] = {}
for _code, _new in SIMPLIFIED.items():
    _OLD.setdefault(_new, []).append(chr(_code))


def homoglyph(who: Name, text: str, chance: random.Random) -> str | None:
    parts = list(unicodedata.normalize("NFD", text))
    able = [i for i, c in enumerate(parts) if c in _LIKE]
    for i in chance.sample(able, chance.randint(1, len(able))) if able else ():
        parts[i] = chance.choice(_LIKE[parts[i]])
    return unicodedata.normalize("NFC", "".join(parts)) if able else None


def _sown(text: str, seeds: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(text))
        text = text[:at] + chance.choice(seeds) + text[at:]
    return text


def filler(who: Name, text: str, chance: random.Random) -> str | None:
    return _sown(text, _FILLERS, chance)


def zero_width(who: Name, text: str, chance: random.Random) -> str | None:
    return _sown(text, _UNSEEN, chance)


def order(who: Name, text: str, chance: random.Random) -> str | None:
    words = who.whole.split()
    if who.tongue is Tongue.ZH:
        return f"{who.given} {who.family}"
    turned = [w for w in (words[::-1], words[1:] + words[:1], words[-1:] + words[:-1]) if w != words]
    return " ".join(chance.choice(turned))


def honorific(who: Name, text: str, chance: random.Random) -> str | None:
    if who.tongue is Tongue.ZH:
        title = chance.choice(("老师", "教师", "班主任", "主任", "校长", "教授"))
        return chance.choice(
            (f"{who.family}{title}", f"{who.whole}{title}", f"{title}{who.whole}", f"{title} {who.family}")
        )
    if who.tongue is Tongue.VI:
        title = chance.choice(("Cô", "Thầy", "Cô giáo", "GV", "GVCN", "Giáo viên", "Teacher", "Ms", "Mr"))
        return f"{title} {chance.choice((who.given, who.whole))}"
    title = chance.choice(("Mr", "Mr.", "Ms", "Mrs", "Miss", "Teacher", "Prof.", "Dr"))
    return f"{title} {chance.choice((who.family, who.whole))}"


def traditional(who: Name, text: str, chance: random.Random) -> str | None:
    old = "".join(chance.choice(_OLD[c]) if c in _OLD else c for c in text)
    return old if old != text else None


def accents(who: Name, text: str, chance: random.Random) -> str | None:
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    bare = bare.translate(str.maketrans("đĐ", "dD"))
    return bare if bare != text else None


def number(who: Name, text: str, chance: random.Random) -> str | None:
    seat, grade = chance.randint(1, 50), chance.randint(1, 9)
    form = chance.choice(_ZH_NUMBERS if who.tongue is Tongue.ZH else _NUMBERS)
    return form.format(s=seat, g=grade, t=text)


_ZH_NUMBERS = (
    "{s:02}{t}", "{s:02} {t}", "({s:02}){t}", "{t}{s}", "七{g}班{t}", "七{g}班 {s}号 {t}",
    "高一({g})班-{t}", "初二{g}班{t}",
    "{s}号{t}", "第{g}组 {t}", "2023{s:04}{t}",
)  # fmt: skip
_NUMBERS = (
    "{s:02} {t}", "({s:02}) {t}", "7A{g} - {s} {t}", "{t} 7A{g}", "Lớp 7A{g} {t}", "{s}. {t}", "7A{g}_{t}",
    "STT {s} {t}", "{t} ({g}A)", "12A{g}-{s:02}-{t}",
)  # fmt: skip


def spacing(who: Name, text: str, chance: random.Random) -> str | None:
    if who.tongue is Tongue.ZH:
        return chance.choice((" ", "  ", ".", "·", "\u3000", "_")).join(text)
    joined = "".join(text.split())
    return chance.choice((joined, " ".join(joined), text.replace(" ", chance.choice("._-")), text.replace(" ", "   ")))


def fullwidth(who: Name, text: str, chance: random.Random) -> str | None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    return wide if wide != text else None


def case(who: Name, text: str, chance: random.Random) -> str | None:
    return chance.choice((text.upper(), text.lower())) if who.tongue is not Tongue.ZH else None


def decoration(who: Name, text: str, chance: random.Random) -> str | None:
    return chance.choice(("{}~", "★{}★", "【{}】", "{}(备用)", "{} (2)", "{}.", "-{}-", "🎓{}", "{}!!")).format(text)


def typo(who: Name, text: str, chance: random.Random) -> str | None:
    at = chance.randrange(len(text))
    return text[:at] + text[at] + text[at:]


def pairs(who: Name, text: str, chance: random.Random) -> str | None:
    """Two of them, one after the other."""
    first, second = (
        chance.sample((accents, number, traditional, fullwidth, case), 1)[0],
        chance.choice((homoglyph, filler, zero_width)),
    )
    return second(who, first(who, text, chance) or text, chance)


ATTACKS: Mapping[str, Change] = {
    "the name as it is": lambda who, text, chance: text,
    "homoglyphs": homoglyph, "blank fillers": filler, "zero-width characters": zero_width, "word order": order,
    "words of address": honorific, "traditional characters": traditional, "no accents": accents,
    "class or seat number": number, "spacing": spacing, "fullwidth": fullwidth, "case": case, "decoration": decoration,
    "two at once": pairs,
}  # fmt: skip
BEYOND: Mapping[str, Change] = {"a letter doubled (not covered)": typo}


def _relative(who: Name, text: str, chance: random.Random) -> str | None:
    tail = {
        Tongue.ZH: ("{}妈妈", "{}的妈妈", "{}家长"),
        Tongue.VI: ("Mẹ {}", "PH {}", "HS {}"),
        Tongue.EN: ("{}'s iPad", "{} mum"),
    }
    return chance.choice(tail[who.tongue]).format(text)


_DEVICES = ("iPhone", "HUAWEI P40", "Galaxy A52", "user{}", "用户{}")

HONEST: Mapping[str, Change] = {
    "as on the list": lambda who, text, chance: who.whole,
    "given name only": lambda who, text, chance: who.given,
    "family name only": lambda who, text, chance: who.family,
    "no accents": lambda who, text, chance: accents(who, who.whole, chance),
    "class or seat number": lambda who, text, chance: number(who, who.whole, chance),
    "other word order": lambda who, text, chance: order(who, who.whole, chance),
    "spacing": lambda who, text, chance: spacing(who, who.whole, chance),
    "traditional characters": lambda who, text, chance: traditional(who, who.whole, chance),
    "a relative's device": lambda who, text, chance: _relative(who, who.whole, chance),
    "a device's name": lambda who, text, chance: chance.choice(
        ("iPhone", "HUAWEI P40", "Galaxy A52", "user{}", "用户{}")
    ).format(chance.randint(100, 9999)),
}
