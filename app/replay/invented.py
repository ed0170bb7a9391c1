"""Names of nobody, for the people of a script: common parts put together by number, always the same."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Literal

Language = Literal["zh", "vi", "en"]
Form = Literal["plain", "accentless", "numbered", "class", "reordered", "spaced", "upper", "device", "parent"]

_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
_GIVEN = (
    "子涵 雨桐 浩然 梓萱 一诺 思远 晓雨 家豪 梦琪 天乐 欣怡 俊杰 佳怡 宇轩 诗涵 明哲 语嫣 文博 可馨 志强 "
    "静怡 嘉懿 若曦 建国 小红 小明 海燕 立新 春华 秋实 敏 伟 芳 娜 磊 洋"
).split()
_HO = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trịnh Mai".split()
_DEM = "Thị Văn Đức Minh Ngọc Thanh Hồng Quốc Gia Bảo Khánh Phương Xuân Hữu Tuấn Kim Thu".split()
_TEN = (
    "An Anh Bảo Bình Châu Chi Cường Dũng Dung Duy Giang Hà Hải Hạnh Hiếu Hoa Hùng Hương Huy Khang Khôi Lan Linh "
    "Long Mai Minh My Nam Nga Ngân Nhi Phong Phúc Quân Quỳnh Sơn Tâm Thảo Trang Trí Tú Tùng Uyên Vân Việt Vy Yến"
).split()
_FIRST = (
    "Alice Amy Anna Ben Brian Carol Chloe Daniel Diana Ella Emily Emma Eric Ethan Fiona Grace Hannah Harry Henry "
    "Isla Jack James Jane Kate Kevin Laura Leo Lily Lucy Maria Mark Mia Noah Nora Oliver Oscar Owen Paul Rose Ruby"
).split()
_LAST = (
    "Adams Allen Baker Barnes Bell Bennett Brooks Brown Carter Clark Collins Cook Cooper Cox Davies Edwards Evans "
    "Fisher Foster Gray Green Hall Harris Hill Howard Hughes Jenkins Jones Kelly Lewis Marsh Mason Miller Moore"
).split()
_HANDLES = (
    "雪花飘飘", "user8812", "xX_N01SE_Xx", "Khách lạ", "路人甲", "anon77", "guest", "zz", "Người qua đường", "666",
    "iPhone", "匿名用户", "hacker", "bố mày đây", "吃瓜群众", "Redmi Note", "abc", "你爹来了", "nobody", "vô danh",
)  # fmt: skip


def pupil(language: Language, n: int) -> str:
    """The n-th name of a language: some hundred are different, and the next repeat them as in life."""
    n = n * 7 + 3  # not everybody of the first row has the same family
    if language == "zh":
        return _FAMILY[n % len(_FAMILY)] + _GIVEN[n // 3 % len(_GIVEN)]
    if language == "vi":
        return f"{_HO[n % len(_HO)]} {_DEM[n // 2 % len(_DEM)]} {_TEN[n // 5 % len(_TEN)]}"
    return f"{_FIRST[n % len(_FIRST)]} {_LAST[n // 3 % len(_LAST)]}"


def handle(n: int) -> str:
    """What somebody calls himself who does not say who he is."""
    return f"{_HANDLES[n % len(_HANDLES)]}{n // len(_HANDLES) or ''}"


def shown(name: str, form: Form, n: int) -> str:
    """The same person's name as it stands in the lesson."""
    return _FORMS[form](name, n)


def _accentless(name: str, n: int) -> str:
    text = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in text if not unicodedata.combining(c))


def _reordered(name: str, n: int) -> str:
    parts = name.split()
    return " ".join((parts[-1], *parts[:-1])) if len(parts) > 1 else f"{name[1:]} {name[0]}"


_FORMS: Mapping[Form, Callable[[str, int], str]] = {
    "plain": lambda name, n: name,
    "accentless": _accentless,
    "numbered": lambda name, n: f"{n:02}{name}",
    "class": lambda name, n: f"7A{n % 4 + 1}-{name}",
    "reordered": _reordered,
    "spaced": lambda name, n: "  ".join(name.split()) + " ",
    "upper": lambda name, n: name.upper(),
    "device": lambda name, n: ("iPhone", "HUAWEI P40", "Galaxy A12", "iPad của mẹ")[n % 4],
    "parent": lambda name, n: (f"{name}妈妈", f"PH {name}", f"{name}'s dad", f"Mẹ {name}")[n % 4],
}
