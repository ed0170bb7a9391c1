"""What to press in the teacher's own WeCom client, where no call can do it (for this meeting, person or at all).

The buttons are those of the vendor's client as its help pages name them; a version may name them otherwise.
"""

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.actions import ActionKind as Kind
from app.domain.actions import Words


def _press(zh: str, vi: str, en: str) -> Words:
    return Words(
        zh=f"请在企业微信会议中操作：{zh}（按钮名称来自企业微信客户端，版本不同可能略有差异）。",
        vi=f"Hãy làm trong cuộc họp WeCom: {vi} (tên nút theo ứng dụng WeCom, có thể khác theo phiên bản).",
        en=f"Do it in the WeCom meeting: {en} (buttons as in WeCom's own client; a version may name them otherwise).",
    )


def _member(button: str, vi: str, en: str) -> Words:
    return _press(
        f"打开「成员」，点开该成员，选择「{button}」",
        f"mở「成员」(thành viên), chọn người đó rồi nhấn「{button}」({vi})",
        f"open「成员」(members), choose the person, then「{button}」({en})",
    )


def _setting(button: str, vi: str, en: str) -> Words:
    return _press(
        f"点「管理会议」，设置「{button}」",
        f"nhấn「管理会议」(quản lý cuộc họp) rồi đặt「{button}」({vi})",
        f"choose「管理会议」(manage meeting), then「{button}」({en})",
    )


INSTRUCTIONS: Mapping[Kind, Words] = MappingProxyType(
    {
        Kind.ADMIT: _press(
            "打开「成员」中的「等候室」，在该成员旁点「准入」",
            "mở「成员」(thành viên) >「等候室」(phòng chờ), nhấn「准入」(cho vào) cạnh người đó",
            "open「成员」(members) >「等候室」(waiting room) and press「准入」(admit) beside the person",
        ),
        Kind.DENY: _press(
            "打开「成员」中的「等候室」，在该成员旁点「移除」",
            "mở「成员」(thành viên) >「等候室」(phòng chờ), nhấn「移除」(loại) cạnh người đó",
            "open「成员」(members) >「等候室」(waiting room) and press「移除」(remove) beside the person",
        ),
        Kind.HOLD: _member("移至等候室", "đưa về phòng chờ", "move to the waiting room"),
        Kind.KICK: _member("移出会议", "mời ra khỏi cuộc họp", "remove from the meeting"),
        Kind.BAN: _press(
            "打开「成员」，点开该成员，选择「移出会议」，并取消勾选「允许再次加入」",
            "mở「成员」(thành viên), chọn người đó,「移出会议」(mời ra) và bỏ chọn「允许再次加入」(cho vào lại)",
            "open「成员」(members), choose the person, then「移出会议」(remove) with「允许再次加入」(may join "
            "again) unticked",
        ),
        Kind.RENAME: _member("改名", "đổi tên", "rename"),
        Kind.MUTE: _member("静音", "tắt tiếng", "mute"),
        Kind.STOP_VIDEO: _member("停止视频", "tắt camera", "stop video"),
        Kind.STOP_SHARE: _member("停止共享", "dừng chia sẻ", "stop sharing"),
        Kind.MUTE_ALL: _press(
            "打开「成员」，点「全体静音」",
            "mở「成员」(thành viên), nhấn「全体静音」(tắt tiếng tất cả)",
            "open「成员」(members) and press「全体静音」(mute all)",
        ),
        Kind.FORBID_UNMUTE: _press(
            "打开「成员」，点「全体静音」，并取消勾选「允许成员自我解除静音」",
            "mở「成员」(thành viên),「全体静音」(tắt tiếng tất cả) và bỏ chọn「允许成员自我解除静音」(cho tự bật "
            "tiếng)",
            "open「成员」(members),「全体静音」(mute all) with「允许成员自我解除静音」(may unmute themselves) unticked",
        ),
        Kind.ALLOW_UNMUTE: _press(
            "打开「成员」，点「解除全体静音」",
            "mở「成员」(thành viên), nhấn「解除全体静音」(bỏ tắt tiếng tất cả)",
            "open「成员」(members) and press「解除全体静音」(end mute all)",
        ),
        Kind.CLOSE_CHAT: _setting(
            "成员聊天权限：仅允许私聊主持人", "chỉ nhắn riêng chủ trì", "chat with the host only"
        ),
        Kind.OPEN_CHAT: _setting("成员聊天权限：允许自由聊天", "cho trò chuyện tự do", "free chat"),
        Kind.RESTRICT_SHARE: _setting("共享权限：仅主持人", "chỉ chủ trì được chia sẻ", "sharing for the host only"),
        Kind.ALLOW_SHARE: _setting("共享权限：全体成员", "mọi người được chia sẻ", "sharing for everybody"),
        Kind.LOCK: _setting("锁定会议", "khóa cuộc họp", "lock the meeting"),
        Kind.UNLOCK: _setting("取消「锁定会议」", "mở khóa cuộc họp", "unlock the meeting"),
        Kind.OPEN_WAITING_ROOM: _setting("开启等候室", "bật phòng chờ", "waiting room on"),
        Kind.CLOSE_WAITING_ROOM: _setting("关闭等候室", "tắt phòng chờ", "waiting room off"),
        Kind.PREPARE: _setting("成员入会时静音", "tắt tiếng khi vào", "mute on entry"),
        Kind.START_RECORDING: _press(
            "点「录制」，选择「云录制」",
            "nhấn「录制」(ghi hình), chọn「云录制」(ghi lên đám mây)",
            "press「录制」(record) and choose「云录制」(cloud recording)",
        ),
        Kind.STOP_RECORDING: _press(
            "点「结束录制」", "nhấn「结束录制」(dừng ghi hình)", "press「结束录制」(stop recording)"
        ),
        Kind.END: _press(
            "点「离开」，选择「结束会议」",
            "nhấn「离开」(rời), chọn「结束会议」(kết thúc cuộc họp)",
            "press「离开」(leave) and choose「结束会议」(end the meeting)",
        ),
    }
)
