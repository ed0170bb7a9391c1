"""What the preparation of a WeCom meeting says to a teacher or to school IT, in three languages."""

from collections.abc import Mapping, Sequence

from adapters.preparation import Precaution, Result
from adapters.wecom import people
from app.domain.actions import Words
from app.domain.errors import AdapterError

SHOWN = 20  # ids that are listed by name

ASKED_LIVE = Words(
    zh="会议已开始，平台已接受该设置，但会中设置无法读回。",
    vi="Cuộc họp đang diễn ra; nền tảng đã nhận cài đặt này nhưng không cho đọc lại.",
    en="The meeting runs; the platform accepted this, and lets nobody read it back.",
)
RUNS_ALREADY = Words(
    zh="会议已开始，此项只能在开始前设置。请结束后由 Menshen 重新创建会议。",
    vi="Cuộc họp đã bắt đầu; mục này chỉ đặt được trước đó. Hãy để Menshen tạo cuộc họp mới.",
    en="The meeting has begun, and this can be set only before. Let Menshen create a new meeting.",
)
NOT_SHOWN = Words(
    zh="平台已接受，但会议详情中没有显示此项，无法确认。",
    vi="Nền tảng đã nhận nhưng chi tiết cuộc họp không hiện mục này nên không xác nhận được.",
    en="The platform accepted it, but the meeting's details do not show it: not proven.",
)
NOT_TAKEN = Words(
    zh="平台返回成功，但会议详情显示此项没有生效。请在企业微信会议的「修改会议」中手动设置。",
    vi="Nền tảng báo thành công nhưng chi tiết cuộc họp cho thấy mục này chưa có hiệu lực. Hãy đặt bằng tay ở "
    "「修改会议」(sửa cuộc họp) trong WeCom.",
    en="The platform said yes, but the meeting's details show otherwise. Set it by hand in WeCom under「修改会议」"
    "(edit meeting).",
)
_AT_START = Words(
    zh="企业微信只能在会议进行中设置此项；课堂开始后由 quiet_start 规则或“一键防护”设置。",
    vi="WeCom chỉ cho đặt mục này khi cuộc họp đang diễn ra; quy tắc quiet_start hoặc nút làm yên lớp sẽ đặt khi "
    "bắt đầu.",
    en="WeCom takes this only while the meeting runs: the rule quiet_start or the calm button sets it then.",
)
_POLARITY = Words(
    zh="官方文档对 allow_external_user 的含义说法不一，未确认前不会发送。请用一个企业外的账号试一次，再填写 "
    "allow_external_user_true_means。",
    vi="Tài liệu của hãng mâu thuẫn về allow_external_user nên chưa xác nhận thì không gửi. Hãy thử bằng một tài khoản "
    "ngoài trường rồi điền allow_external_user_true_means.",
    en="The vendor's pages contradict each other about allow_external_user, so it is not sent. Try it with an account "
    "from outside and fill in allow_external_user_true_means.",
)
NO_ROSTER_ONLY = Words(
    zh="平台没有“仅受邀成员可入会”的接口。请开启等候室，由 Menshen 按名单准入。",
    vi="Nền tảng không có lệnh “chỉ người được mời”. Hãy bật phòng chờ để Menshen cho vào theo danh sách.",
    en="The platform has no call for invitees only. Use the waiting room: Menshen admits by the roster.",
)
NO_LINKS_HERE = Words(
    zh="个人会议号和网络研讨会不支持专属链接。请让 Menshen 创建普通会议。",
    vi="Số họp cá nhân và hội thảo không có liên kết riêng. Hãy để Menshen tạo cuộc họp thường.",
    en="Personal numbers and webinars have no personal links. Let Menshen create an ordinary meeting.",
)
NOT_KNOWN_AS_OURS = Words(
    zh="这个会议不是由 Menshen 创建的。平台只允许创建会议的应用进行会控；若不是同一应用创建，课堂中将只能由老师手"
    "动操作。",
    vi="Cuộc họp này không do Menshen tạo. Chỉ ứng dụng đã tạo cuộc họp mới điều khiển được; nếu không, giáo viên phải "
    "làm bằng tay.",
    en="Menshen did not create this meeting. Only the app that created a meeting can control it; if that is "
    "another one, "
    "the teacher has to act by hand.",
)

WITHOUT_A_SETTING: Mapping[Precaution, tuple[Result, Words]] = {
    Precaution.ORGANISATION_ONLY: (Result.UNKNOWN, _POLARITY),
    Precaution.ROSTER_ONLY: (Result.IMPOSSIBLE, NO_ROSTER_ONLY),
    Precaution.HOST_ONLY_SHARE: (Result.IMPOSSIBLE, _AT_START),
    Precaution.CHAT_OFF: (Result.IMPOSSIBLE, _AT_START),
}


def refused(error: AdapterError) -> Words:
    """The platform said no; its code stands behind it."""
    return Words(
        zh=f"平台未接受此项（{_code(error)}）。请在企业微信会议的「修改会议」中手动设置。",
        vi=f"Nền tảng không nhận mục này ({_code(error)}). Hãy đặt bằng tay ở「修改会议」(sửa cuộc họp) trong WeCom.",
        en=f"The platform did not take this ({_code(error)}). Set it by hand in WeCom under「修改会议」(edit meeting).",
    )


def links_failed(made: int, error: AdapterError) -> Words:
    """Some links, and then no more."""
    return Words(
        zh=f"已生成 {made} 个专属链接，之后失败（{_code(error)}）。请再准备一次，已有的链接会保留。",
        vi=f"Đã tạo {made} liên kết riêng rồi lỗi ({_code(error)}). Hãy chuẩn bị lại; liên kết đã có được giữ nguyên.",
        en=f"{made} personal links were made, then it failed ({_code(error)}). Prepare again: those made are kept.",
    )


def keep_waiting_room(made: int) -> Words:
    """What the links need to be worth anything."""
    return Words(
        zh=f"已有 {made} 个专属链接。请保持等候室开启：平台只在等候室名单中告知学生来自哪个链接。",
        vi=f"Có {made} liên kết riêng. Hãy giữ phòng chờ bật: chỉ danh sách phòng chờ cho biết ai vào bằng liên "
        f"kết nào.",
        en=f"{made} personal links. Keep the waiting room on: only its list tells who came by which link.",
    )


def without_seat(told: object) -> Words | None:
    """Invitees without a usable meeting account, as the platform lists them."""
    userids = [people.text(u) for u in told if people.text(u)] if isinstance(told, list) else []
    if not userids:
        return None
    shown = _listed(userids)
    return Words(
        zh=f"以下成员没有可用的会议账号（请联系管理员分配）：{shown}",
        vi=f"Những thành viên này chưa có tài khoản họp dùng được (hãy nhờ quản trị cấp): {shown}",
        en=f"These members have no usable meeting account (ask the administrator for seats): {shown}",
    )


def not_invited(userids: Sequence[str]) -> Words | None:
    """Members whom the platform does not know or the app may not see."""
    if not userids:
        return None
    shown = _listed(userids)
    return Words(
        zh=f"以下账号不存在或不在应用可见范围内，未被邀请：{shown}",
        vi=f"Những tài khoản này không tồn tại hoặc ngoài phạm vi của ứng dụng nên chưa được mời: {shown}",
        en=f"These accounts do not exist or are outside the app's visible range, and were not invited: {shown}",
    )


def invitation_failed(error: AdapterError) -> Words:
    """The meeting is there, the invitations are not."""
    return Words(
        zh=f"会议已创建，但邀请成员失败（{_code(error)}）。成员仍可通过链接入会。",
        vi=f"Cuộc họp đã được tạo nhưng mời thành viên thất bại ({_code(error)}). Họ vẫn vào được bằng liên kết.",
        en=f"The meeting was created, but inviting its members failed ({_code(error)}). They can come by the link.",
    )


def _listed(userids: Sequence[str]) -> str:
    rest = len(userids) - SHOWN
    return ", ".join(userids[:SHOWN]) + (f" (+{rest})" if rest > 0 else "")


def _code(error: AdapterError) -> str:
    return error.code or type(error).__name__
