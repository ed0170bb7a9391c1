"""A line brought into the forms in which terms are looked for. The original stays as evidence."""

import re
import unicodedata

LONGEST = 400  # characters of a line that are read

# What is no letter to the eye: zero-width and joining signs, direction marks, variation selectors, fillers that
# Unicode calls letters, and marks that are put on a letter to hide it and belong to no letter of our languages.
_UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u3164\ufeff\uffa0\u2800"
_RANGES = ((0x0300, 0x036F), (0x202A, 0x202E), (0x2061, 0x206F), (0xFE00, 0xFE0F), (0x20D0, 0x20F0), (0xE0000, 0xE0FFF))

# Letters of other scripts that look like ours (a choice from UTS #39's confusables).
_LOOKS = {
    "a": "аαɑ",
    "b": "ьв",
    "c": "сϲᴄ",
    "d": "ԁɗ",
    "e": "еҽє℮",
    "f": "ғƒ",
    "g": "ɡց",
    "h": "һн",
    "i": "іıιɩ",
    "j": "јϳ",
    "k": "кκ",
    "l": "ӏɭ",
    "m": "м",
    "n": "ոпη",
    "o": "оοօσ",
    "p": "рρ",
    "q": "ԛգ",
    "r": "гᴦ",
    "s": "ѕꜱ",
    "t": "тτ",
    "u": "υսц",
    "v": "ѵνᴠ",
    "w": "ԝѡᴡω",
    "x": "хχ",
    "y": "уүγ",
    "z": "ᴢʐ",
}

# Traditional characters that stand in terms.
_SIMPLER = dict(
    zip(
        "媽嗎馬幹賤廢豬腦殘殺雞機幾淚滾蕩婦姦強姦妳們東誰級視頻黃騷雜種陰莖陰屍說罵報賣們後賤",
        "妈吗马干贱废猪脑残杀鸡机几泪滚荡妇奸强奸你们东谁级视频黄骚杂种阴茎阴尸说骂报卖们后贱",
        strict=True,
    )
)

_TABLE: dict[int, int | None] = {
    **dict.fromkeys(map(ord, _UNSEEN)),
    **{code: None for first, last in _RANGES for code in range(first, last + 1)},
    **{ord(other): ord(ours) for ours, others in _LOOKS.items() for other in others},
    **{ord(old): ord(new) for old, new in _SIMPLER.items()},
}


def plain(text: str) -> str:
    """Compatible forms made one, case folded, what cannot be seen taken out, lookalikes and old characters replaced."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().translate(_TABLE)


def _base(letter: str) -> str:
    return "d" if letter == "đ" else unicodedata.normalize("NFD", letter)[0]


_ACCENTED = [chr(c) for c in (*range(0xE0, 0x180), 0x1A1, 0x1B0, *range(0x1EA0, 0x1EFA)) if chr(c).islower()]
_BARE = {ord(c): ord(_base(c)) for c in _ACCENTED}


def bare(folded: str) -> str:
    """The same without accents, letter for letter, so that places stay the same."""
    return folded if folded.isascii() else folded.translate(_BARE)


# --- words ------------------------------------------------------------------------------------------------------------

LETTER = "a-z\u00df-\u024f\u1e00-\u1eff"
_WORDS = re.compile(f"[{LETTER}]+")
_LEET = re.compile(rf"[{LETTER}][0-9@$!]|[0-9@$!][{LETTER}]")
_AS_LETTERS = str.maketrans("013457@$!", "oieastasi")
_LONG = re.compile(r"([^\W\d_])\1{2,}")


def words(folded: str) -> list[str]:
    """The words in letters, accents kept."""
    return _WORDS.findall(folded)


def stream(parts: list[str]) -> str:
    """Words as a text in which a whole word can be found with a space before and behind it."""
    return f" {' '.join(parts)} "


def spelled(parts: list[str]) -> list[str]:
    """What is left of a text when letters that stand alone ("f u c k", "s.b") are put together; only those."""
    made: list[str] = []
    run: list[str] = []
    for part in (*parts, ""):
        if len(part) == 1:
            run.append(part)
            continue
        if len(run) > 1:
            made.append("".join(run))
            if len(run) > 3:
                made += ["".join(run[1:]), "".join(run[:-1])]  # "i f u c k", "f u c k u"
        run = []
    return made


def unmasked(folded: str) -> str:
    """Digits and signs read as the letters that they stand for, "" where there are none: sh1t, b!tch."""
    return folded.translate(_AS_LETTERS) if _LEET.search(folded) else ""


def shortened(folded: str) -> str:
    """Letters drawn out three times and more are one again, "" where none is: fuuuuck."""
    return _LONG.sub(r"\1", folded) if _LONG.search(folded) else ""


# --- Chinese ----------------------------------------------------------------------------------------------------------

HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_BETWEEN = re.compile(r"[^\w,.。!?;:、…\n]+|(?<=\w)[._…](?=\w)|_+")
_NO_LETTER = re.compile(r"[\W\d_]+")

# Characters that sound the same and stand for each other when somebody hides a word: a suspicion, never a proof.
_SOUNDS = (
    "傻煞沙杀啥纱刹厦",
    "逼比笔壁鼻币毕闭碧屄匕",
    "操草艹肏曹槽糙",
    "你尼泥妮拟",
    "妈马吗码麻玛嘛",
    "贱剑健践",
    "货祸",
)
_SAME_SOUND = {ord(other): ord(group[0]) for group in _SOUNDS for other in group[1:]}


def joined(folded: str) -> str:
    """Chinese without what is put between characters; the end of a sentence or of a half of one stays."""
    return _BETWEEN.sub("", folded)


def only_letters(folded: str) -> str:
    """Letters and nothing between them, across sentences too."""
    return _NO_LETTER.sub("", folded)


def sounded(letters: str) -> str:
    """Every character as the first of those that sound like it."""
    return letters.translate(_SAME_SOUND)
