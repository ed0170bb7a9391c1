"""What the preparation of a class says, in three languages."""

from app.domain.actions import Words
from app.domain.errors import AdapterError

NO_ROSTER = Words(
    zh="钉钉没有按名单入会的设置。请使用“仅本组织成员可入会”，名单之外的人由 Menshen 移出。",
    vi="DingTalk không có thiết lập chỉ cho người trong danh sách vào. Hãy dùng “chỉ thành viên của tổ chức”; "
    "Menshen sẽ "
    "mời ra những người ngoài danh sách.",
    en="DingTalk cannot admit by a list of names. Use organisation_only; Menshen removes who is not on the roster.",
)
NO_LINKS = Words(
    zh="钉钉的个人链接数据无法在服务器上读取，因此不能用来辨认学生。",
    vi="Máy chủ không đọc được dữ liệu trong liên kết riêng của DingTalk nên không dùng được để nhận ra học sinh.",
    en="What a personal DingTalk link carries cannot be read by a server, so links cannot tell pupils apart.",
)
NO_CORP_ID = Words(
    zh="连接设置中没有 corp_id。请填写后重试，或在钉钉预约会议中手动打开「仅企业内部成员可入会」"
    "（名称来自客户端，不同版本可能不同）。",
    vi="Cài đặt kết nối chưa có corp_id. Hãy điền rồi thử lại, hoặc tự bật 「仅企业内部成员可入会」 khi đặt lịch "
    "họp trong "
    "DingTalk (tên có thể khác tùy phiên bản).",
    en="The connection has no corp_id. Enter it and try again, or switch on 「仅企业内部成员可入会」 (own members "
    "only) in the "
    "booking in the DingTalk client (the name may differ by version).",
)
UNBOOKED = Words(
    zh="这节课不是预约会议，课前无法设置。请改用预约会议。",
    vi="Lớp này không phải cuộc họp đặt lịch nên không thiết lập trước được. Hãy dùng cuộc họp đặt lịch.",
    en="This class is not a booked conference, so nothing can be set before it. Book it instead.",
)
NOT_READ_BACK = Words(
    zh="设置已提交，但无法读回确认。请在钉钉预约会议的设置中核对。",
    vi="Đã gửi thiết lập nhưng không đọc lại được. Hãy kiểm tra trong thiết lập cuộc họp đặt lịch của DingTalk.",
    en="The setting was accepted but could not be read back. Look at the booking's settings in DingTalk.",
)
READS_OTHERWISE = Words(
    zh="平台接受了设置，但读回的值不同。请在钉钉预约会议的设置中核对。",
    vi="Nền tảng đã nhận thiết lập nhưng giá trị đọc lại khác. Hãy kiểm tra trong thiết lập cuộc họp của DingTalk.",
    en="The platform accepted the setting but reads otherwise. Look at the booking's settings in DingTalk.",
)
WATCH_THE_DOOR = Words(
    zh="Menshen 看不到等候室里的人，也无法准入：必须有老师在钉钉里看守。",
    vi="Menshen không thấy và không cho vào được người trong phòng chờ: phải có giáo viên trông trong DingTalk.",
    en="Menshen can neither see nor admit who waits: a person has to watch the waiting room in DingTalk.",
)
OPEN_DOOR = Words(
    zh="组织外的人可以入会，且可能没有账号标识：Menshen 无法单独静音或移出他们，只能全体静音和锁定。"
    "建议仅允许本组织成员入会。",
    vi="Người ngoài tổ chức vào được và có thể không có mã tài khoản: Menshen không tắt tiếng hay mời ra riêng họ "
    "được, chỉ "
    "có thể tắt tiếng tất cả và khóa. Nên chỉ cho thành viên của tổ chức vào.",
    en="People from outside may come in, perhaps without an account id: Menshen can neither mute nor remove them "
    "one by "
    "one, only mute everybody and lock. Better admit the own organisation only.",
)


def refused(error: AdapterError) -> Words:
    """The platform's no, with its code."""
    code = f" ({error.code})" if error.code else ""
    return Words(
        zh=f"平台没有接受这项设置{code}。请确认老师是该预约的创建者，并且应用有会议管理权限。",
        vi=f"Nền tảng không nhận thiết lập này{code}. Hãy bảo đảm giáo viên là người đặt lịch và ứng dụng có quyền "
        "quản lý "
        "cuộc họp.",
        en=f"The platform did not take this setting{code}. Is the teacher the creator of the booking, and may the app "
        "manage conferences?",
    )
