"""What stands around a name: how one addresses teachers and pupils, numbers of classes and seats."""

import re
from enum import StrEnum


class Title(StrEnum):
    """Whom somebody says he is by the words around his name."""

    NONE = ""
    TEACHER = "teacher"
    PUPIL = "pupil"  # a pupil, or somebody of his family


# Behind or before a Chinese name, longest first.
_HAN_TEACHER = (
    "班主任老师", "副班主任", "任课老师", "代课老师", "实习老师", "副校长", "班主任", "辅导员", "主讲人", "主持人",
    "老师", "教师", "教授", "讲师", "导师", "校长", "院长", "园长", "主任", "助教", "主讲", "外教", "班导",
)  # fmt: skip
_HAN_PUPIL = (
    "的妈妈", "的爸爸", "的家长", "的奶奶", "的爷爷", "小朋友", "课代表", "同学", "学生", "班长", "组长", "家长",
    "妈妈", "爸爸", "奶奶", "爷爷",
)  # fmt: skip
_SUBJECTS = (
    "语文", "数学", "英语", "物理", "化学", "生物", "历史", "地理", "政治", "道法", "体育", "音乐", "美术",
    "信息", "科学", "心理",
)  # fmt: skip

# Whole words before or behind a Latin name, as they are written and without accents where nothing else is meant.
_TEACHER = frozenset(
    "cô thầy thày co thay gv gvcn gvbm teacher tutor lecturer professor prof dr mr mrs ms miss mx sir madam maam host "
    "laoshi coach principal ts ths".split()
)
_PUPIL = frozenset("hs hsg em bạn bé con cháu học_sinh student pupil ph mẹ bố ba má mum dad parent".split())
_PHRASES = (
    (("giáo", "viên"), Title.TEACHER), (("giao", "vien"), Title.TEACHER), (("chủ", "nhiệm"), Title.TEACHER),
    (("chu", "nhiem"), Title.TEACHER), (("hiệu", "trưởng"), Title.TEACHER), (("hieu", "truong"), Title.TEACHER),
    (("giảng", "viên"), Title.TEACHER), (("giang", "vien"), Title.TEACHER), (("trợ", "giảng"), Title.TEACHER),
    (("tro", "giang"), Title.TEACHER), (("cô", "giáo"), Title.TEACHER), (("co", "giao"), Title.TEACHER),
    (("thầy", "giáo"), Title.TEACHER), (("thay", "giao"), Title.TEACHER), (("head", "teacher"), Title.TEACHER),
    (("học", "sinh"), Title.PUPIL), (("hoc", "sinh"), Title.PUPIL), (("phụ", "huynh"), Title.PUPIL),
    (("phu", "huynh"), Title.PUPIL),
)  # fmt: skip

# What tells people apart by a number only: "user8812", "学生3". There the number is the name.
_NOBODY = frozenset("user guest student pupil iphone ipad android phone 用户 手机 学生 同学 访客 游客 微信用户".split())


def addressed(words: list[str]) -> tuple[list[str], Title]:
    """The words of a Latin name without those that only address somebody, and as whom. Something always stays."""
    found = Title.NONE
    for _ in range(4):
        rest, title = _one_off(words)
        if title is Title.NONE:
            break
        words, found = rest, Title.TEACHER if Title.TEACHER in (found, title) else title
    return words, found


def _one_off(words: list[str]) -> tuple[list[str], Title]:
    for phrase, title in _PHRASES:
        n = len(phrase)
        if len(words) > n and tuple(words[:n]) == phrase:
            return words[n:], title
        if len(words) > n and tuple(words[-n:]) == phrase:
            return words[:-n], title
    if len(words) < 2:
        return words, Title.NONE
    for word, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
        if word in _TEACHER and not (word in _BEFORE_ONLY and word is not words[0]):
            return rest, Title.TEACHER
        if word in _PUPIL and word is words[0]:
            return rest, Title.PUPIL
    return words, Title.NONE


_BEFORE_ONLY = frozenset("co thay".split())  # behind a name these are syllables of it


def addressed_in_chinese(text: str) -> tuple[str, Title]:
    """The same for a run of Chinese characters."""
    found = Title.NONE
    text = next(
        (text[len(s) :] for s in _SUBJECTS if text.startswith(s) and text[len(s) :].startswith(_HAN_TEACHER)), text
    )
    for _ in range(3):
        for words, title in ((_HAN_TEACHER, Title.TEACHER), (_HAN_PUPIL, Title.PUPIL)):
            rest = _cut(text, words)
            if rest != text:
                text, found = rest, Title.TEACHER if Title.TEACHER in (found, title) else title
                break
        else:
            break
    if found is Title.TEACHER:
        text = next((text[len(s) :] for s in _SUBJECTS if text.startswith(s) and len(text) > len(s)), text)
    return text, found


def _cut(text: str, words: tuple[str, ...]) -> str:
    if text in words:  # nobody's name, but there is no other
        return text
    for word in words:
        if len(text) > len(word):
            if text.endswith(word):
                return text[: -len(word)]
            if text.startswith(word):
                return text[len(word) :]
    return text


_BRACKETS = re.compile(r"[(\[{<【〔《「『（][^()\[\]{}<>【】〔〕《》「」『』（）]*[)\]}>】〕》」』）]")
_HAN_NUMBER = r"[0-9零一二三四五六七八九十]"
_CLASS = re.compile(
    rf"(?:高|初|小)?{_HAN_NUMBER}{{1,4}}(?:年级|年|级)(?:[\s·.\-_(（]*{_HAN_NUMBER}{{1,3}}[)）]?班)?"
    rf"|(?:高|初|小)?{_HAN_NUMBER}{{1,3}}[\s·.\-_(（]*{_HAN_NUMBER}{{0,3}}[)）]?班"
    rf"|第?{_HAN_NUMBER}{{1,3}}组|(?:学号|座号|座位|no\.?)?[:：\s]*(?:第)?[0-9]{{1,12}}\s*(?:号|座|#)|学号[:：\s]*[0-9]+"
)
# "7a2", "12", "a1", "10-a3" as a word of its own; a number inside a word ("user8812") is part of it.
_CLASS_WORD = re.compile(
    r"^(?:\d{1,12}[a-z]{0,2}\d{0,3}|[a-z]\d{1,12}|(?:lớp|lop|stt|số|so|no|k|grade|class|seat)\d+[a-z]?\d*)$"
)
_WITH_NUMBER = frozenset("lớp lop khối khoi tổ to stt số so no class grade seat year room group".split())


def unbracketed(text: str) -> str:
    """Without what stands in brackets, unless nothing else does."""
    rest = _BRACKETS.sub(" ", text)
    return rest if any(c.isalpha() for c in rest) else text


def unclassed(text: str) -> str:
    """Without "七3班" and "12号"."""
    return _CLASS.sub(" ", text)


# "07bùi thanh bảo": the seat, and no space after it. Nobody has seat 0: "0scar" is meant to be read as Oscar.
_GLUED = re.compile(r"^(?!0\D)\d{1,4}(?=[^\W\d_]{2})")


def unnumbered(words: list[str]) -> list[str]:
    """Words without class and seat numbers, unless the number is all that tells this one from others."""
    if len(words) > 1 and not _CLASS_WORD.match(words[0]) and (glued := _GLUED.match(words[0])):
        return [words[0][glued.end() :], *words[1:]]
    kept = [w for w in words if not _CLASS_WORD.match(w)]
    if len(kept) == len(words):
        return words
    named = [w for w in kept if w not in _WITH_NUMBER]
    return words if not named or all(w in _NOBODY for w in named) else named
