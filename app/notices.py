"""What school IT should know about a connection before it hurts a lesson. Pure; every notice says what to do.

A budget that ends within a week or has nothing left for routine, a stream that is down, a check with a problem.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.budget import Budget, Counts, Period
from adapters.health import Finding
from app.budgets import DAY, WEEK, Left
from app.connections import Connected, Connections
from app.domain.actions import Words
from app.listening import GRACE, Ear, Listening
from app.store.desk import CheckRecord

CORE = frozenset({"budget_ends", "budget_spent", "stream_down", "shared_account", "own_clock"})  # codes that are ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One connection as it stands. `ear` None = nothing is dialled, or another process does; `shares` are names."""

    id: str
    name: str
    account: str
    listens: bool = False
    ear: Ear | None = None
    left: tuple[Left, ...] = ()
    shares: tuple[str, ...] = ()
    check: CheckRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to know. `about` makes it the same notice again: connections of one account share most of them."""

    code: str
    finding: Finding
    connection: str
    name: str
    about: str
    detail: Words


def look(connected: Connected, connections: Connections, listening: Listening, check: CheckRecord | None) -> Look:
    """A connection as it stands at this moment."""
    others = connections.sharing(connected.id)[1:]
    return Look(
        id=connected.id, name=connected.name, account=connected.account, listens=connected.adapter.listens,
        ear=listening.ear(connected), left=connected.allowance.left(), shares=tuple(c.name for c in others),
        check=check,
    )  # fmt: skip


def notices(seen: Look, now: float, zone: ZoneInfo) -> tuple[Notice, ...]:
    """What is to be said about one connection, the worst first."""
    found = [*_stream(seen, now, zone), *_budgets(seen, now, zone), *_checked(seen, zone)]
    return tuple(sorted(found, key=lambda n: n.finding is not Finding.PROBLEM))


def all_notices(seen: Iterable[Look], now: float, zone: ZoneInfo) -> tuple[Notice, ...]:
    """The same for several connections; what two of one account have in common is said once."""
    told: dict[tuple[str, str], Notice] = {}
    for one in seen:
        for notice in notices(one, now, zone):
            told.setdefault((notice.code, notice.about), notice)
    return tuple(sorted(told.values(), key=lambda n: n.finding is not Finding.PROBLEM))


def shared(seen: Look) -> Notice | None:
    """That this connection is the same app as another one, for its check."""
    if not seen.shares:
        return None
    others = ", ".join(seen.shares)
    return _notice(
        seen, "shared_account", Finding.WARNING, seen.account,
        Words(
            zh=f"与以下连接使用同一个应用：{others}。它们共用额度和一条长连接。若非有意如此，请为其中一个另建应用。",
            vi=f"Dùng chung một ứng dụng với: {others}. Chúng chia nhau hạn mức và một luồng sự kiện. Nếu không cố "
            "ý, hãy tạo "
            "ứng dụng riêng cho một kết nối.",
            en=f"The same app as: {others}. They share its budgets and one stream. If that is not on purpose, give "
            "one of "
            "them an app of its own.",
        ),
    )  # fmt: skip


def unusable(connection: str, name: str) -> Notice:
    """That a stored connection cannot be used at all: its settings no longer fit its adapter."""
    return Notice(
        code="unusable", finding=Finding.PROBLEM, connection="", name=name, about=connection,
        detail=Words(
            zh="此连接的设置不适用于当前版本，无法使用。请用接口重新发送全部设置 "
            f"(PUT /api/v1/connections/{connection})。",
            vi="Thiết lập của kết nối này không hợp với phiên bản hiện tại nên không dùng được. Hãy gửi lại toàn "
            "bộ thiết lập "
            f"qua API (PUT /api/v1/connections/{connection}).",
            en="The settings of this connection do not fit this version, so it cannot be used. Send all of them again "
            f"through the API (PUT /api/v1/connections/{connection}).",
        ),
    )  # fmt: skip


# --- streams ----------------------------------------------------------------------------------------------------------


def is_down(seen: Look, now: float) -> bool:
    """Whether nothing has been heard for so long that lessons cannot be seen."""
    return seen.ear is not None and bool(seen.ear.reason) and now - seen.ear.down_since >= GRACE


def _stream(seen: Look, now: float, zone: ZoneInfo) -> Iterable[Notice]:
    if seen.ear is None or not is_down(seen, now):
        return
    since = moment(seen.ear.down_since, now, zone)
    if seen.ear.reason == "stream_refused":
        detail = Words(
            zh=f"平台自{since.zh}起拒绝长连接，本校课堂的事件收不到。请检查应用凭证，并确认应用仍已启用。",
            vi=f"Nền tảng từ chối luồng sự kiện từ {since.vi}: không nhận được sự kiện nào. Hãy kiểm tra thông tin "
            "xác thực và "
            "xem ứng dụng còn được bật không.",
            en=f"The platform has refused the stream since {since.en}: no event comes in. Check the credentials, "
            "and that the "
            "app is still enabled there.",
        )
    else:
        detail = Words(
            zh=f"长连接自{since.zh}起中断，本校课堂的事件收不到。系统会自动重连；若持续中断，请检查服务器能否访问平台。",
            vi=f"Luồng sự kiện bị ngắt từ {since.vi}: không nhận được sự kiện nào. Hệ thống tự kết nối lại; nếu "
            "kéo dài, hãy "
            "kiểm tra máy chủ có ra được nền tảng không.",
            en=f"The stream has been down since {since.en}: no event comes in. It is dialled again by itself; if "
            "this lasts, "
            "check that this server can reach the platform.",
        )
    yield _notice(seen, "stream_down", Finding.PROBLEM, seen.account, detail)


# --- budgets ----------------------------------------------------------------------------------------------------------


def is_spent(left: Left) -> bool:
    """Whether routine work has nothing left until the budget comes back (what refills by itself never counts)."""
    return left.budget.period is not Period.ROLLING and left.left - left.budget.reserve < 1.0


def _budgets(seen: Look, now: float, zone: ZoneInfo) -> Iterable[Notice]:
    for left in seen.left:
        about = f"{seen.account} {left.budget.key}"
        if is_spent(left):
            yield _notice(seen, "budget_spent", Finding.PROBLEM, about, _spent(left, now, zone))
        elif left.short_within(WEEK, now):
            yield _notice(seen, "budget_ends", Finding.WARNING, about, _ends(left, now, zone))


def _spent(left: Left, now: float, zone: ZoneInfo) -> Words:
    title, back, kept = budget_title(left.budget), moment(left.resets_at, now, zone), count(left.left)
    if left.budget.counts is Counts.EVENTS:
        return Words(
            zh=f"“{title.zh}”已用完：平台可能不再发来事件，面板会显示看不到课堂。{back.zh}恢复；若等不及，请在平台购买更多额度。",
            vi=f"“{title.vi}” đã hết: nền tảng có thể ngừng gửi sự kiện, và bảng điều khiển sẽ không nhìn thấy "
            "lớp. Có lại vào "
            f"{back.vi}; nếu cần sớm hơn, hãy mua thêm ở nền tảng.",
            en=f"“{title.en}” is used up: the platform may send no more events, and panels cannot see their class. "
            "It comes "
            f"back on {back.en}; buy more at the platform if you cannot wait.",
        )
    return Words(
        zh=f"“{title.zh}”只剩 {kept} 次，留给紧急按钮；日常查看已停止。{back.zh}恢复；若等不及，请在平台购买更多额度。",
        vi=f"“{title.vi}” chỉ còn {kept} lượt, để dành cho nút khẩn cấp; việc theo dõi thường lệ đã dừng. Có lại "
        f"vào {back.vi}; "
        "nếu cần sớm hơn, hãy mua thêm ở nền tảng.",
        en=f"Of “{title.en}” {kept} are left, kept for the emergency buttons; routine looks have stopped. It comes "
        "back on "
        f"{back.en}; buy more at the platform if you cannot wait.",
    )  # fmt: skip


def _ends(left: Left, now: float, zone: ZoneInfo) -> Words:
    title = budget_title(left.budget)
    rest, whole = count(left.left), count(left.budget.calls)
    ends, back = moment(left.ends_at, now, zone), moment(left.resets_at, now, zone)
    return Words(
        zh=f"“{title.zh}”还剩 {rest}（共 {whole}）。按目前的用量，将于{ends.zh}用完，{back.zh}才恢复。"
        "请在平台购买更多额度，或减少同时守护的课堂。",
        vi=f"“{title.vi}” còn {rest} trên {whole}. Với mức dùng hiện nay sẽ hết vào {ends.vi}, đến {back.vi} mới "
        "có lại. Hãy mua "
        "thêm ở nền tảng, hoặc bớt số lớp được bảo vệ.",
        en=f"Of “{title.en}” {rest} of {whole} are left. At today's pace they end on {ends.en} and come back on "
        f"{back.en}. Buy "
        "more at the platform, or guard fewer classes until then.",
    )


def budget_title(budget: Budget) -> Words:
    """What a budget counts, for people."""
    seconds = f"{budget.seconds:g}"
    words = {
        (Counts.CALLS, Period.MONTH): Words(zh="每月调用次数", vi="Lượt gọi mỗi tháng", en="Calls a month"),
        (Counts.CALLS, Period.DAY): Words(zh="每日调用次数", vi="Lượt gọi mỗi ngày", en="Calls a day"),
        (Counts.EVENTS, Period.MONTH): Words(zh="每月事件数", vi="Sự kiện mỗi tháng", en="Events a month"),
        (Counts.EVENTS, Period.DAY): Words(zh="每日事件数", vi="Sự kiện mỗi ngày", en="Events a day"),
        (Counts.CALLS, Period.ROLLING): Words(
            zh=f"每 {seconds} 秒调用次数", vi=f"Lượt gọi trong {seconds} giây", en=f"Calls in {seconds} s"
        ),
        (Counts.EVENTS, Period.ROLLING): Words(
            zh=f"每 {seconds} 秒事件数", vi=f"Sự kiện trong {seconds} giây", en=f"Events in {seconds} s"
        ),
    }
    return words[budget.counts, budget.period]


# --- checks -----------------------------------------------------------------------------------------------------------


def _checked(seen: Look, zone: ZoneInfo) -> Iterable[Notice]:
    """What the platform said at the newest check. Our own findings are looked at anew, not remembered."""
    check = seen.check
    problems = [f for f in check.found if f.finding == Finding.PROBLEM and f.code not in CORE] if check else []
    if check is None or not problems:
        return
    at, first = moment(check.at, check.at, zone), problems[0].detail
    yield _notice(
        seen, "check_problem", Finding.PROBLEM, seen.id,
        Words(
            zh=f"{at.zh}的检查发现问题：{first.zh}",
            vi=f"Lần kiểm tra {at.vi} thấy vấn đề: {first.vi}",
            en=f"The check of {at.en} found a problem: {first.en}",
        ),
    )  # fmt: skip


def _notice(seen: Look, code: str, finding: Finding, about: str, detail: Words) -> Notice:
    return Notice(code=code, finding=finding, connection=seen.id, name=seen.name, about=about, detail=detail)


# --- numbers and days -------------------------------------------------------------------------------------------------

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def count(value: float) -> str:
    """A whole number, in groups of three that do not part."""
    return f"{int(value):,}".replace(",", "\u00a0")


def moment(at: float | None, now: float, zone: ZoneInfo) -> Words:
    """A day in the school's zone; with the time where it is near."""
    if at is None:
        return Words(zh="—", vi="—", en="—")
    there = datetime.fromtimestamp(at, zone)
    time = f" {there:%H:%M}" if abs(at - now) < 2 * DAY else ""
    return Words(
        zh=f"{there.month}月{there.day}日{time}",
        vi=f"{there.day}/{there.month}{time}",
        en=f"{there.day} {_MONTHS[there.month - 1]}{time}",
    )
