"""Whether the practice classroom can be used: its token, and its way back to us."""

from typing import Any

from adapters.drill.api import call
from adapters.drill.settings import DrillSettings
from adapters.health import Checked, Finding, Health
from adapters.http import Http
from app.domain.actions import Words
from app.domain.errors import AdapterError, Refused

_TOKEN_OK = Words(zh="令牌有效。", vi="Mã truy cập hợp lệ.", en="The token is valid.")
_TOKEN_BAD = Words(
    zh="演练课堂不接受此令牌：请检查连接设置中的令牌。",
    vi="Lớp diễn tập không nhận mã truy cập này: hãy kiểm tra mã trong phần kết nối.",
    en="The practice classroom does not accept this token: check it in the connection's settings.",
)
_AWAY = Words(
    zh="无法连接演练课堂：请检查地址，并确认它正在运行。",
    vi="Không kết nối được lớp diễn tập: hãy kiểm tra địa chỉ và xem lớp có đang chạy không.",
    en="The practice classroom cannot be reached: check its address and that it is running.",
)
_HOOK_OK = Words(
    zh="课堂事件会送达本系统。", vi="Sự kiện của lớp được gửi tới đây.", en="The classroom's events are sent to us."
)
_HOOK_MISSING = Words(
    zh="演练课堂没有设置事件地址：请把本连接的 webhook 地址填入演练课堂。",
    vi="Lớp diễn tập chưa có địa chỉ nhận sự kiện: hãy nhập địa chỉ webhook của kết nối này vào lớp.",
    en="The practice classroom has no address for its events: give it the webhook address of this connection.",
)
_HOOK_FAILING = Words(
    zh="有课堂事件未能送达：请检查 webhook 地址和密钥，然后重新发送。",
    vi="Có sự kiện không gửi tới được: hãy kiểm tra địa chỉ webhook và khóa ký, rồi gửi lại.",
    en="Some events could not be delivered: check the webhook address and the secret, then send them again.",
)
_MASKS_DIFFER = Words(
    zh="连接设置中的缺失功能与演练课堂不一致：请使两边相同。",
    vi="Danh sách tính năng bị tắt ở đây khác với lớp diễn tập: hãy đặt cho giống nhau.",
    en="What this connection believes to be missing differs from the classroom: make both sides the same.",
)


async def probe(settings: DrillSettings, http: Http) -> Health:
    """Ask the classroom about itself. Never raises."""
    try:
        me = await call(settings, http, "GET", "/me")
    except Refused:
        return Health(checked=(Checked(code="token", finding=Finding.PROBLEM, detail=_TOKEN_BAD),))
    except AdapterError:
        return Health(checked=(Checked(code="reachable", finding=Finding.PROBLEM, detail=_AWAY),))
    checked = [Checked(code="token", finding=Finding.OK, detail=_TOKEN_OK), _webhook(me.get("webhook"))]
    hides = me.get("hides")
    if not isinstance(hides, list) or set(map(str, hides)) != {h.value for h in settings.hides}:
        checked.append(Checked(code="hides", finding=Finding.WARNING, detail=_MASKS_DIFFER))
    return Health(checked=tuple(checked))


def _webhook(found: Any) -> Checked:
    hook = found if isinstance(found, dict) else {}
    if not hook.get("url"):
        return Checked(code="webhook", finding=Finding.PROBLEM, detail=_HOOK_MISSING)
    if hook.get("failed"):
        return Checked(code="webhook", finding=Finding.WARNING, detail=_HOOK_FAILING)
    return Checked(code="webhook", finding=Finding.OK, detail=_HOOK_OK)
