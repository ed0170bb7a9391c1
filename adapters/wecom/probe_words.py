"""What the check of a WeCom connection says to school IT, in three languages."""

from adapters.checks import unknown
from adapters.health import Checked
from adapters.wecom.errors import BAD_USERID, NO_RIGHT, WRONG_APP
from adapters.wecom.settings import WeComSettings
from app.domain.actions import Words
from app.domain.errors import AdapterError, Gone, Transient

NO_TOKEN = Words(
    zh="尚未填写回调的 Token，所有事件都会被拒收。请在应用的“接收消息 > 设置API接收”中生成，并填入 token。",
    vi="Chưa có Token của callback nên mọi sự kiện đều bị từ chối. Hãy tạo trong ứng dụng (接收消息 > 设置API接收) "
    "rồi điền vào token.",
    en="No Token of the callback is set, so every event is refused. Make one in the app under 接收消息 > 设置"
    "API接收 and "
    "enter it as token.",
)
NO_KEY = Words(
    zh="尚未填写 EncodingAESKey（43 位），所有事件都会被拒收。请在同一页面生成，并填入 encoding_aes_key。",
    vi="Chưa có EncodingAESKey (43 ký tự) nên mọi sự kiện đều bị từ chối. Hãy tạo ở cùng trang và điền vào "
    "encoding_aes_key.",
    en="No EncodingAESKey (43 characters) is set, so every event is refused. Make one on the same page and enter it as "
    "encoding_aes_key.",
)
CLOSED = Words(
    zh="应用已停用。请在管理后台“应用管理”中启用。",
    vi="Ứng dụng đang bị tắt. Hãy bật lại trong trang quản trị (应用管理).",
    en="The app is disabled. Enable it in the console under 应用管理.",
)
NOT_THE_WHOLE_SCHOOL = Words(
    zh="应用的可见范围不是全校：范围外的成员在名单中没有 userid，会被当作陌生人。请把可见范围设为整个企业。",
    vi="Phạm vi hiển thị của ứng dụng chưa gồm cả trường: người ngoài phạm vi không có userid và bị xem là người lạ. "
    "Hãy đặt phạm vi là toàn tổ chức.",
    en="The app is not visible to the whole school: members outside its range have no userid in the lists and count as "
    "strangers. Set the range (可见范围) to the whole corp.",
)
NO_SEATS = Words(
    zh="没有成员分配了会议高级功能账号。没有它就没有入会事件，也不能会控。请在“协作 > 会议”中购买并分配给授课老师。",
    vi="Chưa thành viên nào có tài khoản tính năng họp nâng cao. Thiếu nó thì không có sự kiện vào họp và không "
    "điều khiển "
    "được. Hãy mua và gán cho giáo viên (协作 > 会议).",
    en="No member has a seat of the advanced meeting feature. Without it there are no join events and no controls. Buy "
    "it and assign it to the teachers under 协作 > 会议.",
)
NO_OWN_MEETING = Words(
    zh="Menshen 还没有创建过会议，会议名单和会控权限无法检查。请让 Menshen 准备一节测试课并入会，然后再检查一次。",
    vi="Menshen chưa tạo cuộc họp nào nên không kiểm tra được danh sách và quyền điều khiển. Hãy để Menshen "
    "chuẩn bị một "
    "lớp thử, vào họp rồi kiểm tra lại.",
    en="Menshen has not created a meeting yet, so lists and controls cannot be checked. Let it prepare a test lesson, "
    "enter it, and check again.",
)
NO_CHANNEL = Words(
    zh="没有设置群机器人或 alert_userids：告警只显示在面板上。",
    vi="Chưa đặt robot nhóm hay alert_userids: cảnh báo chỉ hiện trên bảng điều khiển.",
    en="Neither a group robot nor alert_userids is set: alerts show in the panel only.",
)
CHANNEL_UNTRIED = Words(
    zh="告警渠道已设置，但检查时不会发送消息。请在演练中确认群里或相关人员能收到。",
    vi="Đã đặt kênh cảnh báo, nhưng việc kiểm tra không gửi tin. Hãy xác nhận trong một buổi diễn tập.",
    en="A channel for alerts is set, but a check sends nothing. See in a drill that the alert arrives.",
)

_CREDENTIALS = Words(
    zh="凭证不被接受。请核对 corpid（我的企业 > 企业信息）和该自建应用的 Secret。",
    vi="Thông tin xác thực không được chấp nhận. Hãy kiểm tra corpid và Secret của ứng dụng tự xây.",
    en="The credentials are not accepted. Compare the corpid (我的企业 > 企业信息) and the Secret of the "
    "self-built app.",
)
_PERMISSION = Words(
    zh="没有权限。请在“协作 > 会议 > 可调用接口的应用”中加入本应用，购买会议高级功能，并把应用可见范围设为全校；"
    "读取学生名单还需在“家校沟通”中授权。",
    vi="Không có quyền. Hãy thêm ứng dụng vào 协作 > 会议 > 可调用接口的应用, mua tính năng họp nâng cao và cho "
    "ứng dụng thấy "
    "cả trường; danh sách học sinh còn cần quyền trong 家校沟通.",
    en="No permission. List the app under 协作 > 会议 > 可调用接口的应用, buy the advanced meeting feature and "
    "make the app "
    "visible to the whole school; lists of pupils also need the right under 家校沟通.",
)
_TRUSTED_IP = Words(
    zh="本机的出口 IP 不在应用的“企业可信IP”中。请在应用详情页加入错误信息中显示的 IP。",
    vi="IP ra ngoài của máy chủ không nằm trong “企业可信IP” của ứng dụng. Hãy thêm IP nêu trong thông báo lỗi.",
    en="This server's public address is not among the app's trusted IPs (企业可信IP). Add the one that the "
    "message names.",
)
_QUOTA = Words(
    zh="调用过于频繁。每个接口每分钟 10,000 次、每小时 150,000 次；请查看是否还有其他程序使用同一应用。",
    vi="Gọi quá nhiều. Mỗi giao diện 10.000 lượt mỗi phút và 150.000 lượt mỗi giờ; hãy xem có chương trình khác "
    "dùng cùng "
    "ứng dụng không.",
    en="Too many calls. Each endpoint takes 10 000 a minute and 150 000 an hour; see whether another program uses the "
    "same app.",
)
_USERID = Words(
    zh="有 userid 不存在或不在应用可见范围内。",
    vi="Có userid không tồn tại hoặc ngoài phạm vi của ứng dụng.",
    en="A userid does not exist or is outside the app's visible range.",
)
_GONE = Words(
    zh="平台没有这个会议或接口。请检查 base_url，或让 Menshen 重新准备一节课。",
    vi="Nền tảng không có cuộc họp hay giao diện này. Hãy kiểm tra base_url hoặc chuẩn bị lại lớp.",
    en="The platform has no such meeting or call. Check base_url, or prepare a lesson anew.",
)
_UNREACHABLE = Words(
    zh="平台没有正常应答。请检查网络、代理和 base_url。",
    vi="Nền tảng không trả lời bình thường. Hãy kiểm tra mạng, proxy và base_url.",
    en="The platform does not answer as it should. Check the network, the proxy and base_url.",
)
_REFUSED = Words(
    zh="平台拒绝了请求。请按错误码查阅企业微信“全局错误码”。",
    vi="Nền tảng từ chối yêu cầu. Hãy tra mã lỗi trong tài liệu WeCom (全局错误码).",
    en="The platform refuses the request. Look the code up in WeCom's list 全局错误码.",
)

EXPLAINED: dict[str, Words] = {
    **dict.fromkeys(WRONG_APP, _CREDENTIALS),
    **dict.fromkeys(NO_RIGHT, _PERMISSION),
    **dict.fromkeys(BAD_USERID, _USERID),
    "60020": _TRUSTED_IP,
    "45009": _QUOTA,
    "45033": _QUOTA,
}


def explained(error: AdapterError) -> Words:
    """What to do about an error; the vendor's code stands behind it, and for an address the address."""
    kind = _GONE if isinstance(error, Gone) else _UNREACHABLE if isinstance(error, Transient) else _REFUSED
    words = EXPLAINED.get(error.code, kind)
    told = error.detail if error.code == "60020" else error.code
    code = f" ({told})" if told else ""
    return Words(zh=words.zh + code, vi=words.vi + code, en=words.en + code)


def clock(skew: float) -> Words:
    """How far the clocks are apart, in whole seconds."""
    return Words(
        zh=f"本机时钟与平台相差约 {skew:.0f} 秒；超过 900 秒时回调会被拒收。请启用 NTP 对时。",
        vi=f"Đồng hồ lệch với nền tảng khoảng {skew:.0f} giây; quá 900 giây thì sự kiện bị từ chối. Hãy bật NTP.",
        en=f"Our clock and the platform's are about {skew:.0f} s apart; beyond 900 s events are refused. Use NTP.",
    )


def unknowns(settings: WeComSettings) -> tuple[Checked, ...]:
    """What no call answers, for these settings."""
    known = settings.allow_external_user_true_means != "unknown"
    return UNKNOWNS[1:] if known else UNKNOWNS


# Each says how the school settles it on its own tenant.
UNKNOWNS: tuple[Checked, ...] = (
    unknown(
        "allow_external_user",
        "官方文档对 allow_external_user 的含义说法不一，因此不会发送。请创建一个该项为 true 的测试会议，用企业外"
        "的账号试入会："
        "进不去填 corp_only，进得去填 everyone。",
        "Tài liệu của hãng mâu thuẫn về allow_external_user nên không gửi. Hãy tạo cuộc họp thử với giá trị true "
        "và vào bằng "
        "tài khoản ngoài trường: không vào được thì điền corp_only, vào được thì điền everyone.",
        "The vendor's pages contradict each other about allow_external_user, so it is never sent. Create a test "
        "meeting "
        "with true and try to enter with an outside account: if it cannot, fill in corp_only; if it can, everyone.",
    ),
    unknown(
        "events_arrive",
        "没有会议高级功能时平台只是不推送入会事件，不会报错。请进入一个由 Menshen 准备的会议，两分钟内面板应显示入会。",
        "Thiếu tính năng nâng cao thì nền tảng chỉ im lặng, không báo lỗi. Hãy vào một cuộc họp do Menshen chuẩn "
        "bị; trong "
        "hai phút bảng điều khiển phải hiện người vào.",
        "Without the advanced feature the platform sends no join events and no error. Enter a meeting that Menshen "
        "prepared: within two minutes the panel must show it.",
    ),
    unknown(
        "tmp_openid_rejoin",
        "同一人退出后重新入会，tmp_openid 是否不变，文档没有说明。请用测试手机退出再进，看面板中是否为同一人。",
        "Không rõ tmp_openid có giữ nguyên khi một người ra rồi vào lại. Hãy thử bằng một điện thoại và xem bảng "
        "điều khiển.",
        "Whether a person keeps the tmp_openid after leaving and coming back is not documented. Try it with a spare "
        "phone and see whether the panel shows the same presence.",
    ),
    unknown(
        "ban_binding",
        "“不允许再次入会”绑定账号还是设备，文档没有说明。请同时锁定课堂或开启等候室；可用两台测试手机试验。",
        "Không rõ “không cho vào lại” gắn với tài khoản hay thiết bị. Hãy khóa lớp hoặc mở phòng chờ kèm theo; "
        "có thể thử "
        "bằng hai điện thoại.",
        'Whether "may not join again" binds the account or the device is not documented. Lock the room or open the '
        "waiting room too; try it with two spare phones.",
    ),
    unknown(
        "link_tag",
        "专属链接的标记在等候室名单中返回；会中名单是否也能查到，文档没有说明。请用一个专属链接入会，确认会自动准入。",
        "Mã của liên kết riêng hiện trong danh sách phòng chờ; trong cuộc họp có hiện hay không thì không rõ. "
        "Hãy vào bằng "
        "một liên kết riêng và xem có được cho vào tự động không.",
        "The tag of a personal link comes back in the waiting room list; whether another list tells it during "
        "the meeting "
        "is not documented. Enter by a personal link and see that you are admitted by itself.",
    ),
    unknown(
        "share_ends",
        "限制共享时，正在进行的共享是否会结束，文档没有说明。Menshen 会另外停止共享；请在测试会议中试一次。",
        "Không rõ khi hạn chế chia sẻ thì phần đang chia sẻ có dừng không. Menshen dừng riêng; hãy thử một lần.",
        "Whether restricting sharing ends a running share is not documented. Menshen stops it as well; try it once.",
    ),
    unknown(
        "latency",
        "静音、移出等操作生效和名单更新需要多久，文档没有说明。请在测试会议中看“已发送”到“已生效”的时间。",
        "Không rõ thao tác có hiệu lực và danh sách cập nhật sau bao lâu. Hãy xem thời gian từ “đã gửi” đến “có "
        "hiệu lực”.",
        'How soon a measure takes effect and shows in the list is not documented. See in a test how long "sent" takes '
        'to become "in effect".',
    ),
    unknown(
        "retry_stamp",
        "平台重发事件时是否更换时间戳，文档没有说明；15 分钟内的都会接收。请保持时钟准确。",
        "Không rõ khi gửi lại sự kiện nền tảng có đổi dấu thời gian không; trong 15 phút đều được nhận. Hãy giữ "
        "đồng hồ đúng.",
        "Whether a repeated event carries a new timestamp is not documented; 15 minutes either way are accepted. Keep "
        "the clock right.",
    ),
    unknown(
        "quota_left",
        "剩余调用次数无法读取。每个接口每分钟 10,000 次、每小时 150,000 次；被限流时面板会提示。",
        "Không đọc được số lượt gọi còn lại. Mỗi giao diện 10.000 lượt mỗi phút và 150.000 lượt mỗi giờ.",
        "The calls left cannot be read. Each endpoint takes 10 000 a minute and 150 000 an hour.",
    ),
    unknown(
        "hand_made",
        "老师在客户端自己新建的会议不受保护，平台也不提供会控。请让老师只使用 Menshen 准备的会议。",
        "Cuộc họp giáo viên tự tạo trong ứng dụng không được bảo vệ và không điều khiển được. Hãy chỉ dùng cuộc họp do "
        "Menshen chuẩn bị.",
        "Meetings that teachers make by hand in the client are not protected, and no call controls them. Let them use "
        "only meetings that Menshen prepared.",
    ),
)
