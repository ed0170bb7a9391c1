"""What the checks of all connections have in common: what is fine, what failed, and whether two clocks agree."""

from collections.abc import Callable, Container
from datetime import UTC
from email.utils import parsedate_to_datetime

from adapters.health import Checked, Finding
from app.domain.actions import Words
from app.domain.errors import AdapterError, Transient

OK = Words(zh="正常。", vi="Ổn.", en="Fine.")
NO_DATE = Words(
    zh="平台的应答没有时间，无法比较时钟。请确认本机已启用 NTP 对时。",
    vi="Câu trả lời của nền tảng không có thời gian nên không so được đồng hồ. Hãy bảo đảm máy chủ dùng NTP.",
    en="The platform's answer carries no time, so the clocks cannot be compared. Make sure that this server uses NTP.",
)


def fine(code: str) -> Checked:
    """Nothing to do."""
    return Checked(code=code, finding=Finding.OK, detail=OK)


def checked(code: str, bad: Finding | None, words: Words) -> Checked:
    """What is `bad` with `words` about it, fine where nothing is."""
    return Checked(code=code, finding=bad, detail=words) if bad else fine(code)


def unknown(code: str, zh: str, vi: str, en: str) -> Checked:
    """What no call answers; the words say how the school settles it."""
    return Checked(code=code, finding=Finding.UNKNOWN, detail=Words(zh=zh, vi=vi, en=en))


def failed(code: str, finding: Finding, error: AdapterError, words: Words, *, proven: Container[str] = ()) -> Checked:
    """What a question failed with; `proven` are the codes of passing errors that prove something all the same."""
    if isinstance(error, Transient) and error.code not in proven:
        finding = Finding.UNKNOWN  # the platform did not answer: nothing is proven wrong
    return Checked(code=code, finding=finding, detail=words)


def ahead(dated: str, now: float) -> float | None:
    """Seconds that the platform's clock is ahead of ours, by the Date of its answer; None where that tells no time."""
    try:
        there = parsedate_to_datetime(dated)
        return (there if there.tzinfo else there.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, OverflowError):
        return None


def clock(skew: float | None, words: Callable[[float], Words], *, uneasy: float, most: float) -> Checked:
    """The platform's own clock against ours: from `uneasy` seconds on a warning, from `most` on a problem."""
    if skew is None:
        return Checked(code="clock", finding=Finding.UNKNOWN, detail=NO_DATE)
    off = abs(skew)
    bad = Finding.PROBLEM if off >= most else Finding.WARNING if off >= uneasy else None
    return checked("clock", bad, words(off))
