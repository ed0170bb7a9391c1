"""What the teacher presses in DingTalk's own client where no call does it. Names are the client's; versions differ."""

from app.domain.actions import Words

_ZH = "（按钮名称来自钉钉客户端，不同版本可能不同）"
_VI = " (tên nút lấy từ ứng dụng DingTalk, có thể khác tùy phiên bản)"
_EN = " (button names are those of the DingTalk client and may differ by version)"


def _pressed(zh: str, vi: str, en: str) -> Words:
    return Words(zh=zh + _ZH, vi=vi + _VI, en=en + _EN)


ADMIT = _pressed(
    "请在钉钉会议中点「成员」，在「等候室」里找到此人，点「准入」。",
    "Trong cuộc họp DingTalk, bấm 「成员」, tìm người này trong 「等候室」 rồi bấm 「准入」.",
    "In the DingTalk meeting press 「成员」 (members), find the person under 「等候室」 (waiting room), press "
    "「准入」 (admit).",
)
DENY = _pressed(
    "请在钉钉会议中点「成员」，在「等候室」里找到此人，点「移除」。",
    "Trong cuộc họp DingTalk, bấm 「成员」, tìm người này trong 「等候室」 rồi bấm 「移除」.",
    "In the DingTalk meeting press 「成员」 (members), find the person under 「等候室」 (waiting room), press "
    "「移除」 (remove).",
)
RENAME = _pressed(
    "请在钉钉会议中点「成员」，点此人右侧的「更多」，再点「改名」。",
    "Trong cuộc họp DingTalk, bấm 「成员」, bấm 「更多」 cạnh tên người này rồi bấm 「改名」.",
    "In the DingTalk meeting press 「成员」 (members), 「更多」 (more) beside the person, then 「改名」 (rename).",
)
RESTRICT_SHARE = _pressed(
    "请在钉钉会议中点「安全」，关闭「允许成员共享」；若画面仍在共享，请点「停止成员共享」。",
    "Trong cuộc họp DingTalk, bấm 「安全」, tắt 「允许成员共享」; nếu vẫn còn chia sẻ, bấm 「停止成员共享」.",
    "In the DingTalk meeting press 「安全」 (security) and switch off 「允许成员共享」 (members may share); if a "
    "picture is "
    "still shared, press 「停止成员共享」 (stop sharing).",
)
ALLOW_SHARE = _pressed(
    "请在钉钉会议中点「安全」，打开「允许成员共享」。",
    "Trong cuộc họp DingTalk, bấm 「安全」, bật 「允许成员共享」.",
    "In the DingTalk meeting press 「安全」 (security) and switch on 「允许成员共享」 (members may share).",
)
CLOSE_CHAT = _pressed(
    "请在钉钉会议中点「安全」，关闭「允许成员聊天」。",
    "Trong cuộc họp DingTalk, bấm 「安全」, tắt 「允许成员聊天」.",
    "In the DingTalk meeting press 「安全」 (security) and switch off 「允许成员聊天」 (members may chat).",
)
OPEN_CHAT = _pressed(
    "请在钉钉会议中点「安全」，打开「允许成员聊天」。",
    "Trong cuộc họp DingTalk, bấm 「安全」, bật 「允许成员聊天」.",
    "In the DingTalk meeting press 「安全」 (security) and switch on 「允许成员聊天」 (members may chat).",
)
