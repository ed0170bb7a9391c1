"""What the probe says, in three languages; the unknowns each with how the school settles it on its own tenant."""

from collections.abc import Mapping

from adapters.checks import unknown
from adapters.feishu.errors import TOO_MANY_STREAMS
from app.domain.actions import Words
from app.domain.errors import AdapterError, Gone

NO_KEY = Words(
    zh="未填写 Encrypt Key，所有推送都会被拒收。请在开发者后台“事件与回调 > 加密策略”生成并填入，或改用长连接。",
    vi="Chưa điền Encrypt Key nên mọi sự kiện gửi tới đều bị từ chối. Hãy lấy trong trang nhà phát triển (mã hóa sự "
    "kiện), hoặc dùng kết nối dài.",
    en="There is no Encrypt Key, so every pushed event is refused. Take it from the developer console (Events & "
    "callbacks > Encryption strategy), or use the long connection.",
)
NO_TOKEN = Words(
    zh="未填写 Verification Token，地址验证和推送都会被拒收。请从同一页面复制填入。",
    vi="Chưa điền Verification Token nên việc kiểm tra địa chỉ và sự kiện đều bị từ chối. Hãy chép từ cùng trang đó.",
    en="There is no Verification Token, so the check of the address and pushed events are refused. Copy it from the "
    "same page.",
)
NO_CONSENT = Words(
    zh="还没有教师授权：无法以主持人身份结束会议或录制，结束会议时只能逐个移出。请教师在连接页面授权一次。",
    vi="Chưa giáo viên nào cho phép: không thể kết thúc hay ghi hình với tư cách chủ trì, khi kết thúc chỉ có thể mời "
    "từng người ra. Hãy nhờ giáo viên cho phép một lần ở trang kết nối.",
    en="No teacher has given his consent: meetings cannot be ended or recorded as host, and to end one everybody is "
    "put out instead. Ask teachers to consent once on the page of the connection.",
)
ROBOT = Words(
    zh="群机器人只能通过发消息来检查，这里不发。请在测试课堂触发一次提醒，看群里是否收到。",
    vi="Chỉ kiểm tra được bot của nhóm bằng cách gửi tin, ở đây không gửi. Hãy tạo một cảnh báo trong lớp thử.",
    en="A group robot can only be checked by a message, and none is sent here. Cause an alert in a test lesson and see "
    "whether it comes.",
)

_SCOPE = Words(
    zh="缺少权限。请在开发者后台“权限管理”添加并发布新版本，由管理员审核",
    vi="Thiếu quyền. Hãy thêm trong trang nhà phát triển, phát hành phiên bản mới và chờ quản trị viên duyệt",
    en="A permission is missing. Add it in the developer console, publish a new version and have it approved",
)
_CREDENTIALS = Words(
    zh="凭证不被接受。请核对 App ID、App Secret 和区域（飞书或 Lark 的应用互不相通）",
    vi="Thông tin xác thực không được chấp nhận. Hãy kiểm tra App ID, App Secret và vùng (Feishu khác Lark)",
    en="The credentials are not accepted. Compare App ID, App Secret and region (apps of Feishu and Lark are separate)",
)
_QUOTA = Words(
    zh="本月接口调用次数已用完（免费版有每月上限），下月 1 日前所有操作都会失败。请升级版本",
    vi="Đã hết số lượt gọi của tháng (bản miễn phí có giới hạn); đến ngày 1 tháng sau mọi thao tác đều lỗi. Nâng cấp",
    en="The month's calls are used up (free editions have few): nothing works before the first. Get a larger edition",
)
_BOT = Words(
    zh="本租户尚未开放会议机器人（内测）。请关闭 bot 设置，或联系飞书申请",
    vi="Tổ chức này chưa có bot họp (thử nghiệm). Hãy tắt mục bot hoặc đăng ký với Feishu",
    en="The meeting bot (a beta) is not open for this tenant. Switch off the setting bot, or ask the vendor for it",
)
_OTHER = Words(
    zh="平台没有给出可用的回答，请稍后再查",
    vi="Nền tảng không trả lời dùng được, hãy kiểm tra lại sau",
    en="The platform gave no usable answer; check again later",
)
_STREAMS = Words(
    zh="事件长连接被拒绝：已有太多连接在使用本应用的凭证。请停掉其他程序和测试环境，它们也会拿走事件",
    vi="Kết nối dài bị từ chối: quá nhiều nơi dùng ứng dụng này. Hãy tắt chương trình khác, chúng cũng lấy mất sự kiện",
    en="No long connection: too many others use this app's credentials. Stop other programs; they also take events",
)
_MEANING: Mapping[str, Words] = {
    **dict.fromkeys(("99991672", "99991676", "99991679", "230027"), _SCOPE),
    **dict.fromkeys(("10003", "10012", "10014", "99991543", "99991662", "99991673", "514", "1000040344"), _CREDENTIALS),
    "99991403": _QUOTA,
    "20017": _BOT,
    TOO_MANY_STREAMS: _STREAMS,
}


def explained(code: str, error: AdapterError) -> Words:
    """What a failed check means, with what the platform said."""
    absent = code == "meeting_bot" and isinstance(error, Gone)  # the platform knows no such call
    words = _MEANING.get(error.code) or (_BOT if absent else _OTHER)
    if words is _OTHER and code == "credentials":
        words = _CREDENTIALS
    said = error.detail
    return Words(zh=f"{words.zh}（{said}）。", vi=f"{words.vi} ({said}).", en=f"{words.en} ({said}).")


def clock(skew: float) -> Words:
    """How far the clocks are apart."""
    seconds = round(skew)
    return Words(
        zh=f"本机时钟与平台相差 {seconds} 秒。请启用 NTP 对时。",
        vi=f"Đồng hồ máy chủ lệch {seconds} giây so với nền tảng. Hãy bật NTP.",
        en=f"Our clock is {seconds} seconds off the platform's. Switch on NTP.",
    )


UNKNOWNS = (
    unknown(
        "lock_while_running",
        "收紧入会名单对已开始的会议是否生效未知。请在测试会议进行中点“锁定”，再用未入会的账号尝试加入。",
        "Chưa rõ danh sách thu hẹp có hiệu lực khi cuộc họp đang chạy không. Hãy khóa một cuộc họp thử rồi vào bằng "
        "tài khoản khác.",
        "Whether a narrowed list of who may join holds in a running meeting is not known. Lock a test meeting while it "
        "runs and try to join with an account that is not inside.",
    ),
    unknown(
        "who_may_kick",
        "移出参会人需要应用身份还是主持人身份，各资料不一致。请在测试会议里移出一个账号；若报 121005，请教师先授权。",
        "Tài liệu không thống nhất ai được mời người ra. Hãy mời thử một tài khoản; nếu lỗi 121005 thì nhờ giáo viên "
        "cho phép.",
        "Sources disagree whether the app or the host may put people out. Remove an account from a test meeting; if it "
        "fails with 121005, have the teacher consent first.",
    ),
    unknown(
        "outsiders",
        "外部人员、电话和匿名入会者是否有可用的 id 未知。请让外部账号进入测试会议，看能否移出。",
        "Chưa rõ người ngoài, điện thoại hay khách có mã dùng được không. Hãy cho tài khoản ngoài vào họp thử rồi mời "
        "ra.",
        "Whether people from outside, telephones and guests have an id that can be used is not known. Let one into a "
        "test meeting and put it out.",
    ),
    unknown(
        "rejoin",
        "被移出的人能否立即重新入会未知。请移出后马上用同一账号再试。",
        "Chưa rõ người bị mời ra có vào lại ngay được không. Hãy thử lại bằng cùng tài khoản.",
        "Whether somebody who was put out can join again at once is not known. Try with the same account.",
    ),
    unknown(
        "list_size",
        "入会名单的人数上限未知。若班级超过 60 人，请在课前创建会议并确认名单已生效。",
        "Chưa rõ danh sách tối đa bao nhiêu người. Với lớp trên 60 người, hãy tạo cuộc họp trước và kiểm tra.",
        "How long the list of who may join can be is not known. For more than 60 people prepare early and check it.",
    ),
    unknown(
        "events_subscribed",
        "是否已订阅事件、应用新版本是否已审核，无法从这里看出。请预约一个测试会议并入会，看面板是否出现人员。",
        "Không thấy được đã đăng ký sự kiện và bản mới đã duyệt chưa. Hãy tạo một cuộc họp thử, vào họp và xem bảng.",
        "Whether the events are subscribed and the version is approved does not show here. Prepare a test meeting, "
        "join it, and see whether people appear in the panel.",
    ),
    unknown(
        "edition",
        "版本是否有每月调用上限无法从这里看出（免费版约 1 万至 5 万次）。请在管理后台“费用中心”查看用量。",
        "Không thấy được bản đang dùng có giới hạn tháng không (bản miễn phí khoảng 10.000 đến 50.000). Hãy xem trang "
        "quản trị.",
        "Whether this edition has a monthly number of calls (free ones: some 10,000 to 50,000) does not show here. "
        "Look at the usage in the admin console.",
    ),
    unknown(
        "bot_and_list",
        "会议机器人是否会被入会名单拦住、Lark 是否已开放、其聊天消息 id 能否用于撤回均未知。请先在测试会议中尝试。",
        "Chưa rõ bot họp có bị danh sách chặn không, Lark đã mở chưa, và mã tin nhắn của bot có dùng để thu hồi được "
        "không. Hãy thử trước.",
        "Whether the list keeps the meeting bot out, whether Lark has it, and whether its chat ids can be recalled is "
        "not known. Try it in a test meeting.",
    ),
    unknown(
        "retries",
        "重推的事件是否沿用最初的时间戳未知；两种情况都会接收（8 小时内）。",
        "Chưa rõ sự kiện gửi lại có giữ thời gian ban đầu không; cả hai đều được nhận trong 8 giờ.",
        "Whether a repeated event keeps its first timestamp is not known; both are taken for 8 hours. Nothing to do.",
    ),
)  # fmt: skip
