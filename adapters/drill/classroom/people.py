"""The people of the practice platform: accounts of the practice school, visitors at the door, persons in a room."""

from dataclasses import dataclass
from enum import StrEnum

NAME_LENGTH = 60
TEXT_LENGTH = 500


class Role(StrEnum):
    """What a person may do in the room."""

    HOST = "host"
    COHOST = "cohost"
    ATTENDEE = "attendee"


class Place(StrEnum):
    """Where a person is."""

    WAITING = "waiting"
    INSIDE = "inside"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who can sign in. The school vouches for it; a guest has none."""

    id: str
    name: str
    staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody at the door. `account` and `link` were checked before; `device` is what his browser says it is."""

    name: str
    account: str = ""
    link: str = ""
    device: str = ""
    ip: str = ""
    role: Role = Role.ATTENDEE
    audio: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """Who is kept out: whoever shows one of these again."""

    account: str
    device: str
    link: str

    def covers(self, visitor: Visitor) -> bool:
        """Whether this visitor is the banned one, as far as the platform can tell."""
        pairs = ((self.account, visitor.account), (self.device, visitor.device), (self.link, visitor.link))
        return any(mine and mine == his for mine, his in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One presence in a meeting; coming back makes a new one."""

    id: str
    name: str
    account: str = ""
    link: str = ""
    device: str = ""
    role: Role = Role.ATTENDEE
    ip: str = ""
    place: Place = Place.INSIDE
    audio: bool = False
    video: bool = False
    share: bool = False
    silenced: bool = False
    notice: str = ""
    left_because: str = ""

    @property
    def leads(self) -> bool:
        """Whether the room's switches do not bind this person."""
        return self.role is not Role.ATTENDEE


def clean(text: str, length: int) -> str:
    """Text as the platform stores it: encodable, no control characters, cut to `length` characters."""
    encodable = text.encode("utf-8", "replace").decode()
    return "".join(c for c in encodable if c >= " " and c != "\x7f").strip()[:length]


_PUPILS = (
    "王小明", "李小红", "张晓雨", "刘子涵", "陈一诺", "杨天乐", "赵小雪", "黄思远", "周雨桐", "吴家豪",
    "徐梦琪", "孙浩然", "胡晓晨", "朱可欣", "高子轩", "林小满", "何书瑶", "郭明轩", "马小龙", "罗诗涵",
    "Nguyễn Minh An", "Trần Thu Hà", "Lê Gia Bảo", "Phạm Ngọc Mai", "Đỗ Quang Huy", "Vũ Khánh Linh",
    "Ann Example", "Ben Sample", "Cara Placeholder", "Dan Specimen", "宋小雅", "唐子墨", "Bùi Thanh Tâm",
    "韩雨泽", "冯小溪", "曹乐天", "Hoàng Yến Nhi", "彭小宇", "Eve Instance", "董若曦",
)  # fmt: skip


def practice_accounts() -> tuple[Account, ...]:
    """The practice school: one teacher and forty pupils, all made up."""
    pupils = (Account(id=f"pupil-{n:02}", name=name) for n, name in enumerate(_PUPILS, start=1))
    return (Account(id="teacher-01", name="李老师", staff=True), *pupils)


def practice_groups() -> dict[str, tuple[str, tuple[str, ...]]]:
    """The classes of the practice school's address book: name and account ids by class id."""
    accounts = practice_accounts()
    staff = tuple(a.id for a in accounts if a.staff)
    pupils = tuple(a.id for a in accounts if not a.staff)
    return {"7-3": ("7-3", (*staff, *pupils[:24])), "7-4": ("7-4", (*staff, *pupils[24:]))}
