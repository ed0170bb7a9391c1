"""What to press in the teacher's own Feishu client, where no call of the platform can do it.

The names are those of the vendor's client; they may differ from version to version, and every sentence says so.
"""

from app.domain.actions import Words


def _press(zh: str, vi: str, en: str) -> Words:
    return Words(
        zh=f"请在飞书会议客户端操作：{zh}（按钮名称以客户端版本为准）",
        vi=f"Hãy tự thao tác trong ứng dụng Feishu/Lark: {vi} (tên nút có thể khác tùy phiên bản)",
        en=f"Do this in the Feishu/Lark client: {en} (the names of buttons may differ by version)",
    )


ADMIT = _press(
    "打开「参会人」>「等候中」，点「准许进入」",
    "mở danh sách người dự họp (「参会人」) > đang chờ (「等候中」), bấm cho vào (「准许进入」)",
    "open Participants (「参会人」) > Waiting (「等候中」) and press Admit (「准许进入」)",
)
RENAME = _press(
    "打开「参会人」，在该成员右侧「更多」中点「改名」",
    "mở danh sách người dự họp (「参会人」), bấm thêm (「更多」) cạnh tên rồi đổi tên (「改名」)",
    "open Participants (「参会人」), More (「更多」) beside the name, then Rename (「改名」)",
)
MUTE = _press(
    "打开「参会人」，在该成员右侧点「静音」",
    "mở danh sách người dự họp (「参会人」) rồi tắt tiếng (「静音」) cạnh tên người đó",
    "open Participants (「参会人」) and press Mute (「静音」) beside the name",
)
MUTE_ALL = _press(
    "打开「参会人」，点「全员静音」",
    "mở danh sách người dự họp (「参会人」), bấm tắt tiếng tất cả (「全员静音」)",
    "open Participants (「参会人」) and press Mute All (「全员静音」)",
)
FORBID_UNMUTE = _press(
    "点「全员静音」，并取消勾选「允许成员自己解除静音」",
    "bấm tắt tiếng tất cả (「全员静音」) và bỏ chọn cho phép tự bật tiếng (「允许成员自己解除静音」)",
    "press Mute All (「全员静音」) and untick Allow participants to unmute (「允许成员自己解除静音」)",
)
ALLOW_UNMUTE = _press(
    "点「安全」，勾选「允许成员自己解除静音」",
    "bấm bảo mật (「安全」) và chọn cho phép tự bật tiếng (「允许成员自己解除静音」)",
    "press Security (「安全」) and tick Allow participants to unmute (「允许成员自己解除静音」)",
)
STOP_VIDEO = _press(
    "打开「参会人」，在该成员右侧「更多」中点「关闭摄像头」",
    "mở danh sách người dự họp (「参会人」), bấm thêm (「更多」) cạnh tên rồi tắt camera (「关闭摄像头」)",
    "open Participants (「参会人」), More (「更多」) beside the name, then Stop Video (「关闭摄像头」)",
)
RESTRICT_SHARE = _press(
    "点「安全」，将共享权限设为「仅主持人可共享」",
    "bấm bảo mật (「安全」) và đặt quyền chia sẻ là chỉ chủ trì (「仅主持人可共享」)",
    "press Security (「安全」) and set sharing to Only Host Can Share (「仅主持人可共享」)",
)
ALLOW_SHARE = _press(
    "点「安全」，取消「仅主持人可共享」",
    "bấm bảo mật (「安全」) và bỏ chỉ chủ trì được chia sẻ (「仅主持人可共享」)",
    "press Security (「安全」) and switch off Only Host Can Share (「仅主持人可共享」)",
)
STOP_SHARE = _press(
    "在共享画面上方点「停止该共享」；或自己点「共享」以替换对方的共享",
    "bấm dừng chia sẻ này (「停止该共享」) phía trên màn hình, hoặc tự chia sẻ (「共享」) để thay thế",
    "press Stop This Share (「停止该共享」) above the shared screen, or share yourself (「共享」) to replace it",
)
CLOSE_CHAT = _press(
    "点「安全」，关闭「允许参会人发送消息」",
    "bấm bảo mật (「安全」) và tắt cho phép gửi tin nhắn (「允许参会人发送消息」)",
    "press Security (「安全」) and switch off Allow participants to send messages (「允许参会人发送消息」)",
)
OPEN_CHAT = _press(
    "点「安全」，打开「允许参会人发送消息」",
    "bấm bảo mật (「安全」) và bật cho phép gửi tin nhắn (「允许参会人发送消息」)",
    "press Security (「安全」) and switch on Allow participants to send messages (「允许参会人发送消息」)",
)
LOCK = _press(
    "点「安全」，打开「锁定会议」",
    "bấm bảo mật (「安全」) và bật khóa cuộc họp (「锁定会议」)",
    "press Security (「安全」) and switch on Lock Meeting (「锁定会议」)",
)
UNLOCK = _press(
    "点「安全」，关闭「锁定会议」",
    "bấm bảo mật (「安全」) và tắt khóa cuộc họp (「锁定会议」)",
    "press Security (「安全」) and switch off Lock Meeting (「锁定会议」)",
)
START_RECORDING = _press("点「录制」", "bấm ghi hình (「录制」)", "press Record (「录制」)")
STOP_RECORDING = _press("点「停止录制」", "bấm dừng ghi hình (「停止录制」)", "press Stop Recording (「停止录制」)")
WAITING_ROOM = _press(
    "点「安全」，打开「等候室」",
    "bấm bảo mật (「安全」) và bật phòng chờ (「等候室」)",
    "press Security (「安全」) and switch on the Lobby (「等候室」)",
)
NO_WAITING_ROOM = _press(
    "点「安全」，关闭「等候室」",
    "bấm bảo mật (「安全」) và tắt phòng chờ (「等候室」)",
    "press Security (「安全」) and switch off the Lobby (「等候室」)",
)
MUTE_ON_ENTRY = _press(
    "点「安全」，打开「参会人入会时静音」",
    "bấm bảo mật (「安全」) và bật tắt tiếng khi vào (「参会人入会时静音」)",
    "press Security (「安全」) and switch on Mute upon entry (「参会人入会时静音」)",
)


def _owner(zh: str, vi: str, en: str) -> Words:
    return Words(
        zh=f"机器人不是群主，请群主在飞书群里操作：{zh}（按钮名称以客户端版本为准）",
        vi=f"Bot không phải chủ nhóm, chủ nhóm hãy tự thao tác trong nhóm: {vi} (tên nút có thể khác tùy phiên bản)",
        en=f"The bot does not own the group. Its owner does this in the group: {en} "
        "(the names of buttons may differ by version)",
    )


GROUP_CLOSE = _owner(
    "打开「设置」>「群管理」，将发言权限设为「仅群主」",
    "mở cài đặt (「设置」) > quản lý nhóm (「群管理」), đặt quyền gửi tin là chỉ chủ nhóm (「仅群主」)",
    "open Settings (「设置」) > Group management (「群管理」) and let only the owner (「仅群主」) send messages",
)
GROUP_OPEN = _owner(
    "打开「设置」>「群管理」，将发言权限设为「所有成员」",
    "mở cài đặt (「设置」) > quản lý nhóm (「群管理」), đặt quyền gửi tin là mọi thành viên (「所有成员」)",
    "open Settings (「设置」) > Group management (「群管理」) and let all members (「所有成员」) send messages",
)
GROUP_REMOVE = _owner(
    "打开「设置」>「群成员」，移除该成员",
    "mở cài đặt (「设置」) > thành viên (「群成员」) và xóa người đó",
    "open Settings (「设置」) > Members (「群成员」) and remove this person",
)
GROUP_RECALL = _owner(
    "在该消息上点「撤回」", "bấm thu hồi (「撤回」) ở tin nhắn đó", "press Recall (「撤回」) on the message"
)
