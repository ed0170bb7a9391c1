"""Names of nobody: surnames and given names as they are common in China, Vietnam and English-speaking countries.

Drawn from a seed and put together at random, so that whoever is called like that is so by chance.
"""

import random
from dataclasses import dataclass
from enum import StrEnum


class Tongue(StrEnum):
    """Whose way of naming it is."""

    ZH = "zh"
    VI = "vi"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Name:
    """A whole name and its parts; `shown` is how a teacher of that name is called in class."""

    tongue: Tongue
    whole: str
    family: str
    given: str
    shown: str


_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷季"
)
_FAMILIES_OF_TWO = ("欧阳", "上官", "司马", "诸葛", "令狐", "皇甫")
_GIVEN = (
    "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超兰霞平刚桂英华玉梅文斌浩然子轩雨欣梓涵宇晨思远佳怡诗琪俊熙嘉懿煜城"
    "懿轩烨伟苑博鹏煊昊焱致远语嫣心怡晓彤若曦梦琪可馨一诺依诺沐阳泽宇奕辰天翊瑾瑜钰彤宁安乐康瑞祥福国庆建"
    "春秋冬雪霜云海山林松柏"
)
_HO = ("Nguyễn",) * 8 + ("Trần",) * 3 + ("Lê",) * 3 + (
    "Phạm", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi",
    "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Đoàn", "Trịnh", "Mai", "Tạ", "Cao",
)  # fmt: skip
_DEM = (
    "Thị", "Thị", "Thị", "Văn", "Văn", "Đức", "Minh", "Ngọc", "Thanh", "Hồng", "Quốc", "Gia", "Bảo", "Khánh",
    "Phương", "Thùy", "Xuân", "Anh", "Hữu", "Tuấn", "Kim", "Thu",
)  # fmt: skip
_TEN = (
    "An Anh Ánh Bảo Bích Bình Châu Chi Chung Công Cúc Cường Đạt Diệp Dũng Dung Dương Duy Duyên Giang Hà Hạ "
    "Hải Hằng Hạnh Hân Hiền Hiếu Hoa Hòa Hoài Hoàng Hồng Huệ Hùng Hưng Hương Hường Huy Huyền Khang Khánh Khoa "
    "Khôi Kiên Lan Lâm Liên Linh Loan Lộc Long Ly Mai Mạnh Minh My Nam Nga Ngân Nghĩa Ngọc Nhi Nhung Oanh "
    "Phát Phong Phúc Phương Phượng Quân Quang Quyên Quỳnh Sơn Tâm Tân Thảo Thắng Thanh Thành Thịnh Thơ Thu "
    "Thư Thủy Thúy Tiến Toàn Trâm Trang Trí Trinh Trung Tú Tuấn Tùng Uyên Vân Việt Vinh Vy Xuân Yến"
).split()
_FIRST = (
    "Alice Amy Andrew Anna Anthony Arnold Ben Brian Carol Charles Chloe Daniel David Diana Dylan Edward Ella "
    "Emily Emma Eric Ethan Eva Fiona Frank Grace Hannah Harry Helen Henry Isla Jack James Jane Jason Jill "
    "Joan John Karen Kate Kevin Laura Leo Liam Lily Linda Lucy Maria Mark Mary Mia Molly Nancy Noah Nora "
    "Oliver Oscar Owen Paul Peter Rachel Rose Ruth Ryan Sam Sarah Simon Sophie Susan Thomas Tom Victor "
    "William Zoe"
).split()
_LAST = (
    "Adams Allen Anderson Baker Barnes Bell Bennett Brooks Brown Butler Campbell Carter Clark Coleman Collins "
    "Cook Cooper Cox Davies Edwards Evans Fisher Foster Garner Gray Green Hall Harris Hill Howard Hughes "
    "Jackson Jenkins Johnson Jones Kelly King Lewis Long Marsh Martin Mason Miller Mitchell Moore Morgan "
    "Morris Murphy Nelson Parker Perry Phillips Powell Price Reed Roberts Rogers Ross Scott Shaw Simmons "
    "Smith Stewart Taylor Thompson Turner Walker Ward Warner Watson White Wilson Wood Wright Young"
).split()


def draw(chance: random.Random, tongue: Tongue) -> Name:
    """One name."""
    if tongue is Tongue.ZH:
        family = chance.choice(_FAMILIES_OF_TWO) if chance.random() < 0.01 else chance.choice(_FAMILY)
        given = "".join(chance.choices(_GIVEN, k=chance.choice((1, 2, 2, 2))))
        shown = chance.choice((f"{family}老师", f"{family}{given}", f"{family}{given}老师"))
        return Name(tongue, family + given, family, given, shown)
    if tongue is Tongue.VI:
        family, given = chance.choice(_HO), chance.choice(_TEN)
        middle = " ".join(dict.fromkeys(chance.choices(_DEM, k=chance.choice((1, 1, 1, 2)))))
        whole = f"{family} {middle} {given}"
        shown = chance.choice((f"{chance.choice(('Cô', 'Thầy'))} {given}", whole, f"GV {whole}"))
        return Name(tongue, whole, family, given, shown)
    family, given = chance.choice(_LAST), chance.choice(_FIRST)
    shown = chance.choice((f"{chance.choice(('Mr', 'Ms', 'Mrs'))} {family}", f"{given} {family}"))
    return Name(tongue, f"{given} {family}", family, given, shown)
