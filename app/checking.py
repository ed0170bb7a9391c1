"""The check of a connection: what its adapter can probe, and what only the service knows about it."""

import asyncio
from collections.abc import Callable
from zoneinfo import ZoneInfo

from adapters.checks import ahead
from adapters.health import Checked, Finding
from adapters.http import spending
from app.connections import Connected
from app.domain.actions import Lane, Words
from app.domain.errors import AdapterError
from app.notices import CORE, Look, notices, shared

LONGEST = 60.0  # seconds that a probe may take
MAY_DIFFER = 30.0  # seconds between our clock and the platform's that nobody needs to hear of

_FAILED = Words(
    zh="检查没有完成：平台没有按时回答。请稍后再试；若一再如此，请确认服务器能访问平台。",
    vi="Chưa kiểm tra xong: nền tảng không trả lời kịp. Hãy thử lại sau; nếu lặp lại, hãy xem máy chủ có ra được "
    "nền tảng không.",
    en="The check was not finished: the platform did not answer in time. Try again later; if it happens again, see "
    "whether "
    "this server can reach the platform.",
)  # fmt: skip
_CLOCK_OK = Words(
    zh="本机时钟与平台一致。", vi="Đồng hồ của máy chủ khớp với nền tảng.", en="Our clock agrees with the platform's."
)


async def probe(connected: Connected) -> tuple[Checked, ...]:
    """What the adapter finds out by asking. Never raises what a platform can cause."""
    try:
        with spending(Lane.ROUTINE):
            async with asyncio.timeout(LONGEST):
                return (await connected.adapter.probe()).checked
    except (AdapterError, TimeoutError):
        return (Checked(code="probe", finding=Finding.PROBLEM, detail=_FAILED),)


async def check(connected: Connected, seen: Look, now: Callable[[], float], zone: ZoneInfo) -> tuple[Checked, ...]:
    """The whole check."""
    connected.adapter.http.dated = ""
    asked = await probe(connected)
    told = any(c.code == "clock" for c in asked)  # some adapters compare the clocks by themselves
    return (*asked, *own_findings(seen, "" if told else connected.adapter.http.dated, now(), zone))


def own_findings(seen: Look, dated: str, now: float, zone: ZoneInfo) -> tuple[Checked, ...]:
    """What the service itself has to say. `dated` is the platform's Date header of a moment ago, "" for none. Pure."""
    told = [n for n in notices(seen, now, zone) if n.code in CORE]
    if double := shared(seen):
        told.append(double)
    found = [Checked(code=n.code, finding=n.finding, detail=n.detail) for n in told]
    return (*found, *_clock(dated, now))


def _clock(dated: str, now: float) -> tuple[Checked, ...]:
    off = ahead(dated, now)
    if off is None:
        return ()  # the platform says no time, so nothing can be compared
    if abs(off) <= MAY_DIFFER:
        return (Checked(code="own_clock", finding=Finding.OK, detail=_CLOCK_OK),)
    seconds = f"{abs(off):.0f}"
    detail = Words(
        zh=f"本机时钟与平台相差 {seconds} 秒，签名可能被拒绝。请在本机启用时间同步 (NTP)。",
        vi=f"Đồng hồ máy chủ lệch {seconds} giây so với nền tảng, chữ ký có thể bị từ chối. Hãy bật đồng bộ giờ "
        "(NTP) trên máy chủ.",
        en=f"Our clock and the platform's differ by {seconds} s, and signatures may be refused. Turn on time "
        "synchronisation (NTP) on this server.",
    )
    return (Checked(code="own_clock", finding=Finding.WARNING, detail=detail),)
