"""What the check of a DingTalk connection says to school IT, in three languages."""

from adapters.checks import unknown
from adapters.dingtalk.errors import NO_SCOPE, QUOTA
from adapters.health import Checked
from app.domain.actions import Words
from app.domain.errors import AdapterError, Gone, Transient

NO_TOKEN = Words(
    zh="HTTP 推送缺少 Token 或 aes_key，所有事件都会被拒收。请从开发者后台的“事件订阅”页复制，或改用 Stream 模式。",
    vi="Thiếu Token hoặc aes_key của HTTP push nên mọi sự kiện đều bị từ chối. Hãy chép từ trang đăng ký sự kiện, "
    "hoặc dùng "
    "chế độ Stream.",
    en="Token or aes_key of HTTP push is missing, so every event is refused. Copy them from the event subscription "
    "page "
    "of the developer console, or use Stream mode.",
)
NO_CORP_ID = Words(
    zh="未填写 corp_id，无法设置“仅本组织成员可入会”——这是钉钉上最有效的防护。请在开发者后台首页查看 CorpId 并填写。",
    vi="Chưa có corp_id nên không đặt được “chỉ thành viên của tổ chức” - cách bảo vệ mạnh nhất trên DingTalk. Xem "
    "CorpId ở "
    "trang đầu bảng điều khiển nhà phát triển.",
    en="Without corp_id a class cannot be closed to everybody but the school's own accounts, which is the strongest "
    "protection on DingTalk. The CorpId stands on the first page of the developer console.",
)
NO_ROBOT = Words(
    zh="未设置群机器人：报警只显示在面板上，也不能向班级群发通知。",
    vi="Chưa có robot nhóm: cảnh báo chỉ hiện trên bảng điều khiển và không gửi được thông báo vào nhóm lớp.",
    en="No group robot is set up: alerts show in the panel only, and nothing can be announced to the class group.",
)
UNDOCUMENTED_FOUND = Words(
    zh="平台有此接口（文档未收录，仅见于 SDK），将会使用。请在测试会议中确认实际效果。",
    vi="Nền tảng có lệnh này (không có trong tài liệu, chỉ có trong SDK) và sẽ được dùng. Hãy thử trong một cuộc "
    "họp thử.",
    en="The platform has this call (only its SDK knows it), so it is used. See its effect in a test meeting.",
)

_CREDENTIALS = Words(
    zh="凭证不被接受。请核对 client_id（AppKey）和 client_secret（AppSecret）。",
    vi="Thông tin xác thực không được chấp nhận. Hãy kiểm tra client_id (AppKey) và client_secret (AppSecret).",
    en="The credentials are not accepted. Compare client_id (AppKey) and client_secret (AppSecret) with the console.",
)
_SCOPE = Words(
    zh="应用缺少权限。请在开发者后台“权限管理”中申请并发布新版本。",
    vi="Ứng dụng thiếu quyền. Hãy xin quyền trong bảng điều khiển nhà phát triển rồi phát hành lại ứng dụng.",
    en="The app lacks a permission. Request it under permissions in the developer console and publish the app.",
)
_ADDRESS = Words(
    zh="本服务器的 IP 不在应用的白名单中。请在开发者后台加入出口 IP。",
    vi="Địa chỉ IP của máy chủ không nằm trong danh sách cho phép của ứng dụng. Hãy thêm vào trong bảng điều khiển.",
    en="This server's address is not in the app's IP allow list. Add it in the developer console.",
)
_QUOTA = Words(
    zh="本月调用量或消息量已用完：在下月之前无法控制课堂，请老师在客户端操作，或购买专业版/增购包。",
    vi="Đã hết lượt gọi hoặc tin nhắn của tháng: không điều khiển được lớp đến tháng sau. Giáo viên phải thao tác "
    "trong ứng "
    "dụng, hoặc mua bản Professional/gói bổ sung.",
    en="The month's calls or messages are used up: nothing can be controlled until next month. The teacher has to "
    "act in "
    "the client, or buy the Professional edition or an add-on pack.",
)
_GONE = Words(
    zh="平台上没有这个对象。请用测试会议再检查一次。",
    vi="Nền tảng không có đối tượng này. Hãy thử lại với một cuộc họp thử.",
    en="The platform has no such thing. Check again with a test meeting.",
)
_UNREACHABLE = Words(
    zh="平台没有正常应答。请检查网络、代理和 base_url。",
    vi="Nền tảng không trả lời bình thường. Hãy kiểm tra mạng, proxy và base_url.",
    en="The platform does not answer as it should. Check the network, the proxy and base_url.",
)
_REFUSED = Words(
    zh="平台拒绝了请求。请按错误码查阅钉钉开放平台文档。",
    vi="Nền tảng từ chối yêu cầu. Hãy tra mã lỗi trong tài liệu DingTalk.",
    en="The platform refuses the request. Look the code up in the documentation of DingTalk.",
)

EXPLAINED: dict[str, Words] = {
    **dict.fromkeys(
        ("invalidClientIdOrSecret", "authFailed", "InvalidAuthentication", "40014", "http 401"), _CREDENTIALS
    ),
    **dict.fromkeys((NO_SCOPE, "60011"), _SCOPE),
    **dict.fromkeys(("Forbidden.AccessDenied.IpNotInWhiteList", "60020"), _ADDRESS),
    **dict.fromkeys(QUOTA, _QUOTA),
}


def explained(error: AdapterError) -> Words:
    """What to do about an error; the platform's own words, scopes included, stand behind it."""
    kind = _GONE if isinstance(error, Gone) else _UNREACHABLE if isinstance(error, Transient) else _REFUSED
    return _with(EXPLAINED.get(error.code, kind), error)


def undocumented_missing(error: AdapterError) -> Words:
    """What is done instead of a call that is not there."""
    words = Words(
        zh="本租户没有此接口（文档未收录）：改为提示老师在客户端中操作。",
        vi="Đơn vị này không có lệnh này (không có trong tài liệu): giáo viên được chỉ nút cần bấm trong ứng dụng.",
        en="This tenant has no such call (it is not documented): the teacher is shown which button to press instead.",
    )
    return _with(words, error)


def _with(words: Words, error: AdapterError) -> Words:
    told = f" ({error.detail[:300] or error.code})"
    return Words(zh=words.zh + told, vi=words.vi + told, en=words.en + told)


def clock(skew: float) -> Words:
    """How far the clocks are apart, in whole seconds."""
    return Words(
        zh=f"本机时钟与平台相差约 {skew:.0f} 秒。请启用 NTP 对时。",
        vi=f"Đồng hồ lệch với nền tảng khoảng {skew:.0f} giây. Hãy bật NTP.",
        en=f"Our clock and the platform's are about {skew:.0f} s apart. Use NTP.",
    )


def quota(calls: int, events: int) -> Words:
    """What a month allows by the settings; how much is left no call tells."""
    return Words(
        zh=f"按设置，全组织每月 {calls} 次调用、{events} 条事件；40 人的一节课至少 80 条事件，约可保护 "
        f"{events // 84} 节课。"
        "剩余量无法读取，请在开发者后台“资源”页核对版本和余量。",
        vi=f"Theo cài đặt: {calls} lượt gọi và {events} sự kiện mỗi tháng cho cả tổ chức; một lớp 40 người tạo ít "
        "nhất 80 sự "
        f"kiện, tức khoảng {events // 84} lớp. Không đọc được số còn lại: xem trang tài nguyên trong bảng điều khiển.",
        en=f"By the settings {calls} calls and {events} events a month for the whole organisation; a class of 40 "
        "makes at "
        f"least 80 events, so about {events // 84} classes. What is left cannot be read: compare edition and "
        "remainder on "
        "the resource page of the developer console.",
    )


# No call answers these; each says how the school settles it on its own tenant.
UNKNOWNS: tuple[Checked, ...] = (
    unknown(
        "events_subscribed",
        "已订阅哪些事件无法通过接口读取。请在“事件订阅”中勾选 meeting_status_change 和 meeting_member_status_change"
        "（或对应的 target_push），并用测试会议确认能收到入会事件。",
        "Không đọc được danh sách sự kiện đã đăng ký. Hãy đánh dấu meeting_status_change và "
        "meeting_member_status_change "
        "(hoặc cặp target_push) rồi dùng cuộc họp thử để xác nhận.",
        "No call tells which events are subscribed. Tick meeting_status_change and meeting_member_status_change (or "
        "the "
        "target_push pair), and see in a test meeting that a joining arrives.",
    ),
    unknown(
        "outsiders",
        "组织外的人和网页访客是否带有 unionId，文档说法不一。请用组织外账号和免登网页各入会一次："
        "面板上没有“静音/移出”的人就是平台不给账号的人。",
        "Không rõ người ngoài tổ chức và khách trên web có unionId hay không. Hãy thử vào bằng một tài khoản ngoài "
        "và bằng "
        "trang web: ai không có nút tắt tiếng/mời ra là người không có mã.",
        "Whether people from outside and web guests carry a unionId is not clear from the documents. Join a test "
        "meeting "
        "with an outside account and once by web: who has no mute and remove buttons in the panel has none.",
    ),
    unknown(
        "two_devices",
        "同一账号两台设备如何出现在事件和成员列表中，文档没有说明。请用两台设备入会、退出一台，"
        "看面板上是否仍有另一台。",
        "Không rõ hai thiết bị của một tài khoản hiện ra thế nào. Hãy vào bằng hai thiết bị, thoát một và xem bảng "
        "có còn "
        "thiết bị kia không.",
        "How two devices of one account show in events and lists is not documented. Join with two, leave with one, and "
        "see that the panel still shows the other.",
    ),
    unknown(
        "presence",
        "事件和成员列表里的入会时间是否一致，文档没有说明。请在测试会议中退出一次，看面板上此人是否立即消失。",
        "Không rõ thời điểm vào họp trong sự kiện và trong danh sách có giống nhau không. Hãy rời cuộc họp thử một "
        "lần và "
        "xem người đó có biến mất ngay trên bảng không.",
        "Whether events and lists tell the same time of joining is not documented. Leave a test meeting once and "
        "see that "
        "the person disappears from the panel at once.",
    ),
    unknown(
        "ban_binding",
        "“移出并禁止再入”绑定什么、如何解除，文档没有说明。请用测试账号试验；同时锁定课堂更稳妥。",
        "Không rõ “mời ra và chặn” gắn với gì và gỡ ra sao. Hãy thử bằng tài khoản thử; nên khóa lớp kèm theo.",
        "To what a ban binds and how it is lifted is not documented. Try it with a test account; lock the room as "
        "well.",
    ),
    unknown(
        "live_booking",
        "修改预约设置（聊天、共享）是否影响正在进行的会议，文档没有说明。请在测试会议中按一次“关闭聊天”看结果。",
        "Không rõ đổi thiết lập đặt lịch (trò chuyện, chia sẻ) có tác dụng với cuộc họp đang chạy không. Hãy bấm "
        "“Đóng trò "
        "chuyện” trong cuộc họp thử.",
        'Whether a running class follows a change of its booking (chat, sharing) is not documented. Press "Close the '
        'chat" in a test meeting and look.',
    ),
    unknown(
        "media_status",
        "查询接口中麦克风状态和“强制全员静音”标志的含义需核对：请在测试会议中强制全员静音，看面板是否显示“已生效”。",
        "Cần kiểm tra trạng thái micro và cờ “bắt buộc tắt tiếng tất cả”: hãy thử trong cuộc họp và xem bảng có ghi "
        "“Đã có "
        "hiệu lực” không.",
        "What the query tells of microphones and the forced mute should be seen once: forbid unmuting in a test "
        "meeting "
        "and see whether the panel says that it took effect.",
    ),
)
