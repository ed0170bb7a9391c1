"""What people write in lessons, by language: answers, joy, thanks, questions; abuse and addresses, also quoted."""

from collections.abc import Mapping

Texts = Mapping[str, tuple[str, ...]]

ANSWERS: Texts = {
    "zh": ("1", "A", "B", "到", "是", "对", "好的老师", "听得见", "没有", "选C"),
    "vi": ("có ạ", "dạ có", "1", "A", "em hiểu rồi ạ", "dạ", "chưa ạ", "rồi ạ", "B", "nghe rõ ạ"),
    "en": ("yes", "1", "A", "here", "no", "B", "I can hear you", "ok", "done", "page 12?"),
}
JOY: Texts = {
    "zh": ("哈哈哈哈哈", "666", "🎉🎉🎉", "生日快乐！", "太好了", "❤️❤️", "耶", "hhhh"),
    "vi": ("hahaha", "🎉🎉", "yeah", "vui quá", "chúc mừng bạn", "❤️", "huhu", ":)))"),
    "en": ("hahaha", "lol", "🎉🎉🎉", "happy birthday!", "yay", "❤️", "nice one", "GG"),
}
THANKS: Texts = {
    "zh": ("谢谢老师", "老师再见", "谢谢老师！", "谢谢"),
    "vi": ("em cảm ơn cô ạ", "con chào cô ạ", "tạm biệt cô", "cảm ơn cô"),
    "en": ("thank you", "thanks, bye", "bye!", "thank you miss"),
}
TALK: Texts = {
    "zh": ("老师这题怎么做", "第几页", "作业是什么", "我没听清", "再讲一遍好吗", "写完了", "操场上好吵", "我卡了"),
    "vi": ("cô ơi bài này làm sao", "trang mấy ạ", "em bị lag", "bai tap ve nha la gi a", "cac ban oi cho minh hoi",
           "em xong rồi", "lon qua em khong nghe ro", "buoi sau hoc gi a"),
    "en": ("what page?", "can you repeat that", "my mic is broken", "is this for homework", "wait", "I think it's 42",
           "the class assignment?", "sorry, lost connection"),
}  # fmt: skip
REPORTS: Texts = {
    "zh": ("老师，他刚才骂我“傻逼”", "老师 他说“滚” 还骂人"),
    "vi": ("Cô ơi bạn ấy chửi em là \"đồ ngu\"", "cô ơi có bạn nói \"địt mẹ\" trong chat riêng ạ"),
    "en": ("miss, he called me a \"bitch\"", "someone wrote \"fuck you\" to me in private"),
}  # fmt: skip
SCHOOLWORK: Texts = {
    "zh": ("https://docs.qq.com/form/abc", "看这个 https://www.bilibili.com/video/BV1xx", "我的学号 2023110512"),
    "vi": ("https://docs.google.com/forms/d/abc", "https://www.youtube.com/watch?v=abc hay lắm ạ", "trang 12.5 ạ"),
    "en": ("https://docs.google.com/document/d/abc", "https://en.wikipedia.org/wiki/Leaf", "see page 3.14"),
}
CODE = (
    "def area(r):",
    "    return 3.14 * r * r",
    "for r in range(3):",
    "    print(r, area(r))",
    "# why?",
    "0 0.0",
    "1 3.14",
)

ABUSE: Texts = {
    "zh": ("傻逼老师", "操你妈", "滚出去", "煞笔", "s b", "去死吧", "草泥马", "傻\u200b逼"),
    "vi": ("địt mẹ mày", "đ.m cô giáo", "óc chó", "cút đi", "đồ ngu", "đ i t m e", "vcl"),
    "en": ("fuck you all", "f u c k", "shut up bitch", "ｆｕｃｋ", "kill yourself", "sh1t class"),
}
NONSENSE: Texts = {
    "zh": ("啊啊啊啊啊啊啊", "哈哈哈哈哈哈", "下课下课下课", "111111111"),
    "vi": ("aaaaaaaa", "hahahahaha", "nghỉ học đi", "zzzzzzz"),
    "en": ("AAAAAAAA", "lol lol lol", "class is cancelled", "zzzzzz"),
}
ONE_LINE: Texts = {
    "zh": ("这个老师是骗子 快退课", "这个 老师是骗子 快退课！", "这个老师是骗子，快退课"),
    "vi": ("lớp này lừa đảo, out đi các bạn", "lớp này lừa đảo out đi các bạn!!", "Lop nay lua dao, out di cac ban"),
    "en": (
        "this teacher is a fraud leave now",
        "This teacher is a fraud, leave now!",
        "this teacher is a FRAUD leave now",
    ),
}
ADDRESSES: Texts = {
    "zh": ("加群 987654321 看直播", "http://bad-casino.example/win", "扫码进群 bad-casino.example"),
    "vi": ("vào nhóm t.me/phalop", "http://bad-casino.example/win", "bad-casino.example nhận thưởng"),
    "en": ("join discord.gg/raidnow", "http://bad-casino.example/win", "free stuff at bad-casino.example"),
}
NEW_NAMES: Texts = {
    "zh": ("喜羊羊", "03号", "小明同学", "user3", "🐱", "皮卡丘"),
    "vi": ("Bé Bi", "so 7", "Galaxy A12", "🐱", "Mẹ Bông", "user3"),
    "en": ("Batman", "No 7", "iPad", "🐱", "Mum's laptop", "user3"),
}
TEACHERS: Texts = {"zh": ("李老师", "陈老师"), "vi": ("Cô Hà", "Thầy Sơn"), "en": ("Ms Turner", "Mr Price")}
LOOKALIKES: Texts = {
    "zh": ("李老师\u3164", "李老師", "李 老师"),
    "vi": ("Cô Hа̀", "Cô  Hà", "Co Ha"),  # the first with a Cyrillic letter
    "en": ("Ms Тurner", "ms  turner", "Turner Ms"),
}
