"""What the report of a preparation says, in three languages."""

from app.domain.actions import Words

ROSTER_SET = Words(
    zh="只有名单上的账号和教师可以入会，由飞书直接拦截；已回读核对。",
    vi="Chỉ các tài khoản trong danh sách và giáo viên vào được, do Feishu chặn; đã đọc lại để kiểm tra.",
    en="Only the accounts of the roster and the teacher may join; Feishu itself refuses others. Read back.",
)
TENANT_SET = Words(
    zh="只有本组织的账号可以入会；已回读核对。",
    vi="Chỉ tài khoản của trường vào được; đã đọc lại để kiểm tra.",
    en="Only accounts of the school's own organisation may join. Read back.",
)
ASKED = Words(
    zh="平台已接受，但读取预约时看不到谁可以入会。请用不在名单上的账号试一次入会。",
    vi="Nền tảng đã nhận, nhưng đọc lại không thấy ai được vào. Hãy thử vào bằng một tài khoản ngoài danh sách.",
    en="Accepted, but the reservation does not show who may join. Try to join with an account that is not listed.",
)
DIFFERS = Words(
    zh="平台已接受，但读回的入会名单与要求不同。请再试一次，或在客户端里检查会议的入会范围。",
    vi="Nền tảng đã nhận, nhưng danh sách đọc lại khác với yêu cầu. Hãy thử lại hoặc kiểm tra trong ứng dụng.",
    en="Accepted, but the list read back is another one. Try again, or check who may join in the client.",
)
NO_ACCOUNTS = Words(
    zh="名单上没有任何飞书账号（open_id），若照此设置将无人能入会。请从通讯录或班级群导入名单。",
    vi="Danh sách không có tài khoản Feishu (open_id) nào; đặt như vậy thì không ai vào được. Hãy nhập từ danh bạ.",
    en="The roster has no Feishu accounts (open_id), so nobody could join. Import it from the address book.",
)
NOT_OURS = Words(
    zh="这个会议不是由本应用预约的，无法修改。请由 Menshen 新建会议。",
    vi="Cuộc họp này không do ứng dụng đặt nên không sửa được. Hãy để Menshen tạo cuộc họp mới.",
    en="This app has not reserved this meeting and cannot change it. Let Menshen create the meeting.",
)
A_GROUP = Words(
    zh="群聊没有课前设置；需要时可在课中设为仅群主可发言。",
    vi="Nhóm chat không có thiết lập trước giờ học; khi cần có thể chỉ cho chủ nhóm viết.",
    en="Nothing is set in a group chat before class; during it, writing can be closed to all but the owner.",
)
NO_LINKS = Words(
    zh="飞书没有一人一链接；入会者本来就以账号识别。",
    vi="Feishu không có liên kết riêng cho từng người; người vào được nhận diện bằng tài khoản.",
    en="Feishu has no personal links; whoever joins is known by his account anyway.",
)
HOST_FIRST = Words(
    zh="通过接口预约的会议没有“主持人先入会”的设置；请使用名单限制入会。",
    vi="Cuộc họp đặt qua API không có mục chờ chủ trì vào trước; hãy giới hạn theo danh sách.",
    en="Meetings reserved through the API have no such setting; restrict them to the roster instead.",
)
BAD_HOST = Words(
    zh="平台不接受这位教师作为主持人（不是本组织成员，或不在应用的可用范围内）。",
    vi="Nền tảng không nhận giáo viên này làm chủ trì (không thuộc tổ chức hoặc ngoài phạm vi của ứng dụng).",
    en="The platform does not take this teacher as host (not of this organisation, or outside the app's range).",
)


def without_account(names: str) -> Words:
    """Who will not get in."""
    return Words(
        zh=f"以下人员没有飞书账号，将无法入会：{names}",
        vi=f"Những người sau không có tài khoản Feishu và sẽ không vào được: {names}",
        en=f"These people have no Feishu account and will not get in: {names}",
    )


def refused(why: str) -> Words:
    """What the platform said."""
    return Words(zh=f"平台拒绝：{why}", vi=f"Nền tảng từ chối: {why}", en=f"The platform refuses: {why}")
