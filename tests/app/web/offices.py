"""Connections and classes to look at: a rich one, a quiet one, one that hears nothing, a class with everything."""

from dataclasses import replace
from typing import Any, ClassVar

from adapters.base import Adapter, Way
from adapters.budget import Budget, Counts, Period
from adapters.drill import DrillAdapter
from adapters.preparation import Precaution, Result
from app.budgets import Left
from app.domain.actions import ActionKind, Capabilities, Level, Support, Words
from app.listening import Ear
from app.notices import Look
from app.store.desk import CheckRecord, CourseRecord, Found, PreparationRecord, StepRecord
from tests.app.web.rooms import START

DAY = 86_400.0
HAND = Words(
    zh="在会议窗口按“安全”，再按“关闭聊天”。",
    vi="Trong cửa sổ cuộc họp hãy bấm “Bảo mật”, rồi “Đóng trò chuyện”.",
    en="In the meeting window press “Security”, then “Close chat”.",
)
MONTH = Budget(calls=5000, seconds=30 * DAY, reserve=600, name="basic_month", period=Period.MONTH)
EVENTS = Budget(calls=5000, seconds=30 * DAY, name="events_month", period=Period.MONTH, counts=Counts.EVENTS)
SECOND = Budget(calls=20, seconds=1.0, reserve=5, name="second")


class Offering(DrillAdapter):
    """The practice adapter with everything that a page can show about a platform."""

    ways: ClassVar[tuple[Way, ...]] = (Way.STREAM, Way.WEBHOOK)

    def consent(self, redirect: str, state: str) -> str:
        return f"https://vendor.example/consent?redirect_uri={redirect}&state={state}"


def adapter() -> Adapter[Any]:
    """One that needs no loop and no network."""
    return object.__new__(Offering)


def left(budget: Budget, used: float, *, pace: float = 0.0, days: float | None = None) -> Left:
    """What is left; `days` until it ends."""
    resets = None if budget.period is Period.ROLLING else START + 11 * DAY
    return Left(
        budget=budget, used=used, resets_at=resets, pace=pace, ends_at=None if days is None else START + days * DAY
    )


def finding(code: str, kind: str, zh: str, vi: str, en: str) -> Found:
    """One line of a check."""
    return Found(code=code, finding=kind, detail=Words(zh=zh, vi=vi, en=en))


CHECK = CheckRecord(
    at=START - 3600,
    found=(
        finding("token", "ok", "令牌有效。", "Mã truy cập hợp lệ.", "The token is valid."),
        finding(
            "scope",
            "problem",
            "缺少权限 vc:meeting，无法结束课堂：请在开放平台后台申请并发布新版本。",
            "Thiếu quyền vc:meeting nên không kết thúc được lớp: hãy xin quyền ở trang quản trị rồi phát hành bản mới.",
            "The scope vc:meeting is missing, so no lesson can be ended: ask for it, and publish a version.",
        ),
        finding(
            "end_host",
            "unknown",
            "能否代老师结束课堂要在本校租户上确认：建一个测试会议，按“结束课堂”。",
            "Có kết thúc lớp thay giáo viên được không phải thử ở trường: tạo cuộc họp thử và bấm “Kết thúc lớp”.",
            "Whether a lesson can be ended for a teacher: make a test meeting on your tenant and press End class.",
        ),
        finding("edition", "warning", "当前为基础版。", "Đang dùng bản cơ bản.", "This is the basic edition."),
    ),
)

RICH = Look(
    id="c-rich",
    name="飞书 · 第一中学 Feishu",
    account="feishu:cli_a1",
    listens=True,
    ear=Ear(connection="c-rich", down_since=START - 400, heard_at=START - 420, reason="stream_down"),
    left=(left(MONTH, 1880, pace=446, days=7.0), left(EVENTS, 4999.5, pace=300, days=0.1), left(SECOND, 3)),
    shares=("飞书 (2)",),
    check=CHECK,
)
QUIET = Look(
    id="c-quiet",
    name="Zoom school",
    account="c-quiet",
    left=(left(replace(MONTH, name="month"), 12, pace=4),),
    check=replace(CHECK, found=CHECK.found[:1]),
)
OPEN = replace(
    QUIET, id="c-open", name="钉钉", listens=True, check=None, ear=Ear(connection="c-open", open_since=START - 9000)
)
LOOKS = (RICH, QUIET, OPEN)


def capabilities() -> Capabilities:
    """Some of each level."""
    table = dict.fromkeys(ActionKind, Support())
    table[ActionKind.LOCK] = Support(
        level=Level.PARTIAL, note="Also keeps late pupils out.", instead=(ActionKind.ALERT,)
    )
    table[ActionKind.CLOSE_CHAT] = Support(level=Level.MANUAL, note="No call for it.", instruction=HAND)
    table[ActionKind.OPEN_CHAT] = Support(level=Level.MANUAL, note="No call for it.", instruction=HAND)
    for kind in (ActionKind.BAN, ActionKind.DELETE_MESSAGE):
        table[kind] = Support(level=Level.NONE, note="Not in this API.", instead=(ActionKind.KICK, ActionKind.ALERT))
    return table


# --- classes ----------------------------------------------------------------------------------------------------------

COURSE = CourseRecord(
    school="s", id="k1", name="7-3 数学", connection="c-rich", meetings=("123-456-789", "987-654-321"),
    teachers=("li@school.example",), co_guards=(), policy_version=1, roster_version=3, roster_shrunk=False, drill=False,
)  # fmt: skip
_RESULTS = {
    Precaution.ORGANISATION_ONLY: Result.SET,
    Precaution.ROSTER_ONLY: Result.REFUSED,
    Precaution.WAITING_ROOM: Result.SET,
    Precaution.PERSONAL_LINKS: Result.ASKED,
    Precaution.HOST_FIRST: Result.SET,
    Precaution.MUTE_ON_ENTRY: Result.UNKNOWN,
    Precaution.HOST_ONLY_SHARE: Result.IMPOSSIBLE,
    Precaution.CHAT_OFF: Result.BY_HAND,
}
WHY = Words(zh="此版本不支持。", vi="Phiên bản này không có.", en="Not in this edition.")


def prepared() -> PreparationRecord:
    """One of each result."""
    details = {Result.BY_HAND: HAND, Result.REFUSED: WHY, Result.IMPOSSIBLE: WHY, Result.UNKNOWN: WHY}
    steps = tuple(StepRecord(precaution=p.value, result=r.value, detail=details.get(r)) for p, r in _RESULTS.items())
    return PreparationRecord(
        id="p1", course="k1", connection="c-rich", meeting="123-456-789", at=START - 600, starts_at=START + 3600,
        ends_at=START + 6300, host="ou_7d8a6e6df7621556ce0d21922b676706ccs", by="u1",
        url="https://vc.school.example/j/123456789?with=a-rather-long-address-that-has-to-break-somewhere", steps=steps,
        notes=(Words(zh="2 名学生没有账号。", vi="2 học sinh chưa có tài khoản.", en="2 pupils have no account."),),
        links=41,
    )  # fmt: skip


def courses() -> tuple[tuple[CourseRecord, ...], dict[str, PreparationRecord]]:
    """A class with things left to do, one that is ready, one that was never prepared."""
    ready = replace(COURSE, id="k2", name="8-1 Ngữ văn, lớp của cô Hạnh", meetings=())
    never = replace(COURSE, id="k3", name="9-2 English", drill=True)
    done = replace(prepared(), steps=prepared().steps[:1])
    return (COURSE, ready, never), {"k1": prepared(), "k2": done}
