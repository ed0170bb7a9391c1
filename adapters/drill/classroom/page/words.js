// Every word of the join page in its three languages.
export const WORDS = {
  "zh-Hans": {
    practice: "演练课堂", who: "以谁的身份加入？", pupil: "班上的学生", stranger: "陌生人", pick: "选择姓名",
    teachers: "老师", pupils: "学生", name: "显示的名字", join: "加入课堂", leave: "离开课堂", again: "重新加入",
    pretend: "这里只做演练：不会采集或发送任何声音和画面。",
    chat: "聊天", people: "课堂成员", you: "（我）", chat_close: "关闭聊天", chat_open: "开放聊天", say: "说点什么…", send: "发送", for_you: "老师提醒你：", for_all: "公告：",
    audio_on: "麦克风已开", audio_off: "打开麦克风", video_on: "摄像头已开", video_off: "打开摄像头",
    screen_on: "正在共享", screen_off: "共享屏幕",
    inside: "已在课堂中", inside_next: "", waiting: "正在等候", waiting_next: "老师准入后，你会自动进入课堂。",
    not_started: "课堂尚未开始", not_started_next: "请稍后再试。", ended: "课堂已结束", ended_next: "谢谢参加。",
    left: "你已离开课堂", left_next: "可以随时重新加入。", denied: "老师没有准入", denied_next: "如果你是本班学生，请联系老师。",
    kicked: "你已被移出课堂", kicked_next: "如果这是误会，请联系老师，或重新加入。",
    banned: "你已被移出，暂时不能再加入", banned_next: "如果这是误会，请联系老师。",
    unknown_meeting: "没有这个课堂", unknown_meeting_next: "请检查链接。", offline: "连接中断，正在重新连接…",
    limit_unmute: "老师已暂停自行开麦", limit_share: "老师已关闭共享", limit_chat: "老师已关闭聊天", limit_silenced: "老师已暂停你的聊天",
    recording: "正在录制",
    e_locked: "课堂已锁定，暂时不能加入。", e_banned: "你暂时不能加入这个课堂。请联系老师。", e_full: "课堂已满。",
    e_not_live: "课堂尚未开始或已经结束。", e_unmute_forbidden: "老师已暂停自行开麦。", e_share_restricted: "老师已关闭共享。",
    e_chat_closed: "老师已关闭聊天。", e_silenced: "老师已暂停你的聊天。", e_other: "没有成功，请再试一次。",
  },
  vi: {
    practice: "Lớp diễn tập", who: "Bạn vào lớp với tư cách nào?", pupil: "Học sinh", stranger: "Người lạ", pick: "Chọn tên",
    teachers: "Giáo viên", pupils: "Học sinh", name: "Tên hiển thị", join: "Vào lớp", leave: "Rời lớp", again: "Vào lại",
    pretend: "Đây chỉ là diễn tập: không ghi hay gửi âm thanh, hình ảnh nào.",
    chat: "Trò chuyện", people: "Người trong lớp", you: "(tôi)", chat_close: "Đóng trò chuyện", chat_open: "Mở trò chuyện", say: "Nhập tin nhắn…", send: "Gửi", for_you: "Thầy cô nhắc bạn:", for_all: "Thông báo:",
    audio_on: "Đang bật mic", audio_off: "Bật mic", video_on: "Đang bật camera", video_off: "Bật camera",
    screen_on: "Đang chia sẻ", screen_off: "Chia sẻ màn hình",
    inside: "Bạn đang trong lớp", inside_next: "", waiting: "Đang chờ", waiting_next: "Khi thầy cô cho vào, bạn sẽ tự động vào lớp.",
    not_started: "Lớp chưa bắt đầu", not_started_next: "Hãy thử lại sau.", ended: "Lớp đã kết thúc", ended_next: "Cảm ơn bạn đã tham gia.",
    left: "Bạn đã rời lớp", left_next: "Bạn có thể vào lại bất cứ lúc nào.", denied: "Thầy cô chưa cho vào", denied_next: "Nếu bạn là học sinh của lớp, hãy liên hệ thầy cô.",
    kicked: "Bạn đã được mời ra khỏi lớp", kicked_next: "Nếu có nhầm lẫn, hãy liên hệ thầy cô hoặc vào lại.",
    banned: "Bạn đã được mời ra và tạm thời không vào lại được", banned_next: "Nếu có nhầm lẫn, hãy liên hệ thầy cô.",
    unknown_meeting: "Không có lớp này", unknown_meeting_next: "Hãy kiểm tra lại đường dẫn.", offline: "Mất kết nối, đang kết nối lại…",
    limit_unmute: "Thầy cô đang tạm dừng việc tự bật mic", limit_share: "Thầy cô đã tắt chia sẻ", limit_chat: "Thầy cô đã đóng trò chuyện", limit_silenced: "Thầy cô đã tạm dừng tin nhắn của bạn",
    recording: "Đang ghi hình",
    e_locked: "Lớp đang khóa, tạm thời chưa vào được.", e_banned: "Bạn tạm thời không vào được lớp này. Hãy liên hệ thầy cô.", e_full: "Lớp đã đủ người.",
    e_not_live: "Lớp chưa bắt đầu hoặc đã kết thúc.", e_unmute_forbidden: "Thầy cô đang tạm dừng việc tự bật mic.", e_share_restricted: "Thầy cô đã tắt chia sẻ.",
    e_chat_closed: "Thầy cô đã đóng trò chuyện.", e_silenced: "Thầy cô đã tạm dừng tin nhắn của bạn.", e_other: "Chưa được, hãy thử lại.",
  },
  en: {
    practice: "Practice classroom", who: "Who joins?", pupil: "A pupil", stranger: "A stranger", pick: "Choose a name",
    teachers: "Teacher", pupils: "Pupils", name: "Name to show", join: "Join the lesson", leave: "Leave", again: "Join again",
    pretend: "This is a rehearsal: no sound or picture is recorded or sent.",
    chat: "Chat", people: "In the lesson", you: "(me)", chat_close: "Close chat", chat_open: "Open chat", say: "Write something…", send: "Send", for_you: "Your teacher says:", for_all: "Announcement:",
    audio_on: "Microphone on", audio_off: "Unmute", video_on: "Camera on", video_off: "Start camera",
    screen_on: "Sharing", screen_off: "Share screen",
    inside: "You are in the lesson", inside_next: "", waiting: "You are waiting", waiting_next: "As soon as your teacher lets you in, you will be in the lesson.",
    not_started: "The lesson has not started", not_started_next: "Please try again later.", ended: "The lesson is over", ended_next: "Thank you for coming.",
    left: "You have left", left_next: "You can join again at any time.", denied: "You were not let in", denied_next: "If this is your class, please ask your teacher.",
    kicked: "You were taken out of the lesson", kicked_next: "If this was a mistake, ask your teacher or join again.",
    banned: "You were taken out and cannot join for now", banned_next: "If this was a mistake, please ask your teacher.",
    unknown_meeting: "There is no such lesson", unknown_meeting_next: "Please check the link.", offline: "Connection lost, trying again…",
    limit_unmute: "Your teacher has paused unmuting", limit_share: "Your teacher has turned sharing off", limit_chat: "Your teacher has closed the chat", limit_silenced: "Your teacher has paused your chat",
    recording: "Recording",
    e_locked: "The lesson is locked; nobody can join just now.", e_banned: "You cannot join this lesson for now. Please ask your teacher.", e_full: "The lesson is full.",
    e_not_live: "The lesson has not started, or is over.", e_unmute_forbidden: "Your teacher has paused unmuting.", e_share_restricted: "Your teacher has turned sharing off.",
    e_chat_closed: "Your teacher has closed the chat.", e_silenced: "Your teacher has paused your chat.", e_other: "That did not work. Please try again.",
  },
};

export function pickLanguage(asked) {
  const known = (tag) => {
    const lower = (tag || "").toLowerCase();
    return lower.startsWith("zh") ? "zh-Hans" : lower.startsWith("vi") ? "vi" : lower.startsWith("en") ? "en" : "";
  };
  return [asked, localStorage.getItem("lang"), ...navigator.languages].map(known).find(Boolean) || "en";
}
