"""What the check of a Tencent Meeting connection says to school IT, in three languages."""

from adapters.checks import unknown
from adapters.health import Checked
from app.domain.actions import Words
from app.domain.errors import AdapterError, Gone, Transient

NO_TOKEN = Words(
    zh="尚未填写消息通知的 Token，所有事件都会被拒收。请在“企业管理 > 高级 > REST API > 消息通知”中设置，并填入 web"
    "hook_token。",
    vi="Chưa có Token của thông báo nên mọi sự kiện đều bị từ chối. Hãy đặt Token trong trang quản trị "
    "(REST API > thông báo) rồi điền vào webhook_token.",
    en="No Token of the message notification is set, so every event is refused. Set one in the console "
    "(REST API > message notification) and enter it as webhook_token.",
)
NOT_ENCRYPTED = Words(
    zh="事件未加密。建议在控制台启用 EncodingAESKey（43 位），并填入 encoding_aes_key。",
    vi="Sự kiện chưa được mã hóa. Nên bật EncodingAESKey (43 ký tự) trong trang quản trị và điền vào encoding_aes_key.",
    en="Events are not encrypted. Switch on the EncodingAESKey (43 characters) in the console and enter it as "
    "encoding_aes_key.",
)
NO_MEETING = Words(
    zh="operator_userid 名下没有会议，会议相关的权限无法检查。请用该账号创建一个测试会议并入会，然后再检查一次。",
    vi="Tài khoản operator_userid chưa có cuộc họp nào nên không kiểm tra được quyền. Hãy tạo một cuộc họp thử "
    "bằng tài khoản này, vào họp rồi kiểm tra lại.",
    en="The operator_userid has no meeting, so the rights on meetings cannot be checked. Create a test meeting "
    "with that account, enter it, and check again.",
)
NOT_RUNNING = Words(
    zh="检查时没有进行中的会议，等候室名单和会控权限要在会议进行中才能看出。请进入一个测试会议后再检查一次。",
    vi="Khi kiểm tra không có cuộc họp nào đang diễn ra; danh sách phòng chờ và quyền điều khiển chỉ thấy được khi "
    "họp đang chạy. Hãy vào một cuộc họp thử rồi kiểm tra lại.",
    en="No meeting was running; the waiting list and the right to control show only in a running one. Enter a test "
    "meeting and check again.",
)

_CLOCK = Words(
    zh="平台认为本机时钟偏差超过 5 分钟或请求被重放。请校准服务器时间，并确认代理不会重发请求。",
    vi="Nền tảng cho rằng đồng hồ máy chủ lệch quá 5 phút hoặc yêu cầu bị gửi lại. Hãy chỉnh giờ và bảo đảm proxy "
    "không gửi lại yêu cầu.",
    en="The platform finds our clock more than 5 minutes off, or the request sent twice. Set the time of this "
    "server and make sure that no proxy repeats requests.",
)
_CREDENTIALS = Words(
    zh="凭证不被接受。请核对 AppId、SdkId（老应用没有则留空）、SecretId 和 SecretKey。",
    vi="Thông tin xác thực không được chấp nhận. Hãy kiểm tra AppId, SdkId (ứng dụng cũ để trống), SecretId và "
    "SecretKey.",
    en="The credentials are not accepted. Compare AppId, SdkId (empty for old apps that have none), SecretId and "
    "SecretKey.",
)
_QUOTA = Words(
    zh="调用次数已用完。全校共用每分钟 300 次、每天 20 万次；请查看是否还有其他程序使用同一应用。",
    vi="Đã hết lượt gọi. Cả trường dùng chung 300 lượt mỗi phút và 200.000 lượt mỗi ngày; hãy xem có chương trình "
    "khác dùng cùng ứng dụng không.",
    en="The number of calls is used up. The whole school shares 300 a minute and 200 000 a day; see whether another "
    "program uses the same app.",
)
_PERMISSION = Words(
    zh="没有权限。请确认账号为商业版、企业版或教育版，应用已获得查看和管理参会成员、等候室的权限，且会议由本企业账"
    "号创建。",
    vi="Không có quyền. Hãy bảo đảm tài khoản là bản trả phí (doanh nghiệp hoặc giáo dục), ứng dụng có quyền xem "
    "và quản lý người dự họp, phòng chờ, và cuộc họp do tài khoản của trường tạo.",
    en="No permission. The account must be a Business, Enterprise or Education one, the app needs the permission "
    "points for participants and the waiting room, and the meeting must be created by an account of this enterprise.",
)
_OPERATOR = Words(
    zh="平台不认识 operator_userid，或它属于其他企业。请填写通讯录中的 userid（不是手机号或会议号）。",
    vi="Nền tảng không biết operator_userid hoặc tài khoản thuộc doanh nghiệp khác. Hãy điền userid trong danh bạ "
    "(không phải số điện thoại hay mã họp).",
    en="The platform does not know the operator_userid, or it belongs to another enterprise. Enter the userid of the "
    "contact list (not a phone number or meeting number).",
)
_GONE = Words(
    zh="会议当前不在进行中。请进入一个测试会议后再检查一次。",
    vi="Cuộc họp hiện không diễn ra. Hãy vào một cuộc họp thử rồi kiểm tra lại.",
    en="The meeting is not running now. Enter a test meeting and check again.",
)
_UNREACHABLE = Words(
    zh="平台没有正常应答。请检查网络、代理和 base_url。",
    vi="Nền tảng không trả lời bình thường. Hãy kiểm tra mạng, proxy và base_url.",
    en="The platform does not answer as it should. Check the network, the proxy and base_url.",
)
_REFUSED = Words(
    zh="平台拒绝了请求。请按错误码查阅腾讯会议文档。",
    vi="Nền tảng từ chối yêu cầu. Hãy tra mã lỗi trong tài liệu của Tencent Meeting.",
    en="The platform refuses the request. Look the code up in the documentation of Tencent Meeting.",
)

EXPLAINED: dict[str, Words] = {
    **dict.fromkeys(("190300", "190301", "200002"), _CLOCK),
    **dict.fromkeys(("190303", "190001", "200003", "200004", "200005", "200006"), _CREDENTIALS),
    **dict.fromkeys(("190310", "190311", "190312", "190313", "9061"), _QUOTA),
    **dict.fromkeys(("9042", "9099", "9100", "9101", "9102", "500133", "190315", "190004"), _PERMISSION),
    **dict.fromkeys(("20001", "146000010", "200001", "9002"), _OPERATOR),
}


def explained(error: AdapterError) -> Words:
    """What to do about an error; the vendor's code stands behind it."""
    kind = _GONE if isinstance(error, Gone) else _UNREACHABLE if isinstance(error, Transient) else _REFUSED
    words = EXPLAINED.get(error.code, kind)
    code = f" ({error.code})" if error.code else ""
    return Words(zh=words.zh + code, vi=words.vi + code, en=words.en + code)


def clock(skew: float) -> Words:
    """How far the clocks are apart, in whole seconds."""
    return Words(
        zh=f"本机时钟与平台相差约 {skew:.0f} 秒；超过 300 秒平台会拒绝所有请求。请启用 NTP 对时。",
        vi=f"Đồng hồ lệch với nền tảng khoảng {skew:.0f} giây; quá 300 giây thì mọi yêu cầu bị từ chối. Hãy bật NTP.",
        en=f"Our clock and the platform's are about {skew:.0f} s apart; beyond 300 s every call is refused. Use NTP.",
    )


# No call answers these; each says how the school settles it on its own tenant.
UNKNOWNS: tuple[Checked, ...] = (
    unknown(
        "events_subscribed",
        "已订阅哪些事件无法通过接口读取。请对照说明文件中的事件清单在控制台逐项勾选，并用测试会议确认能收到入会事件。",
        "Không có cách nào đọc danh sách sự kiện đã đăng ký. Hãy đánh dấu từng sự kiện theo README trong trang "
        "quản trị và dùng cuộc họp thử để xác nhận có nhận được sự kiện vào họp.",
        "No call tells which events are subscribed. Tick them in the console by the list in the README, and see in "
        "a test meeting that a joining arrives.",
    ),
    unknown(
        "operator_present",
        "会控时主持人是否必须在会中，文档没有说明。请让老师先入会再开始值守；测试时可在老师离会后试一次“全体静音”。",
        "Tài liệu không nói giáo viên có phải đang ở trong phòng khi điều khiển hay không. Hãy để giáo viên vào "
        "trước; khi thử, bấm “Tắt tiếng tất cả” một lần sau khi giáo viên rời phòng.",
        "Whether the host must be in the meeting for controls is not documented. Let the teacher enter first; in a "
        'test, press "Mute all" once after the teacher has left.',
    ),
    unknown(
        "ban_binding",
        "“移出并禁止再入”绑定的是账号、设备还是昵称，文档没有说明。请同时锁定课堂或开启等候室；可用一台测试手机试验。",
        "Không rõ “Mời ra và chặn” gắn với tài khoản, thiết bị hay tên. Hãy khóa lớp hoặc mở phòng chờ kèm theo; "
        "có thể thử bằng một điện thoại.",
        'Whether "Remove and block" binds the account, the device or the name is not documented. Lock the room or '
        "open the waiting room too; try it with a spare phone.",
    ),
    unknown(
        "quota_left",
        "剩余调用次数无法读取。全校共用每分钟 300 次、每天 20 万次。",
        "Không đọc được số lượt gọi còn lại. Cả trường dùng chung 300 lượt mỗi phút và 200.000 lượt mỗi ngày.",
        "The calls left cannot be read. The whole school shares 300 a minute and 200 000 a day.",
    ),
)
