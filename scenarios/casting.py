"""Casting: whole classes and gangs in a line each. Everything random comes from one seed."""

import random
from dataclasses import replace

from scenarios.script import Act, Actor, Deed, Kind, Return, Wanted

TEACHER_NAME = "李老师"
HANDLES = (
    "雪花飘飘",
    "user8812",
    "xX_N01SE_Xx",
    "Khách lạ",
    "路人甲",
    "anon77",
    "guest",
    "zz",
    "Người qua đường",
    "666",
)
NOISE = (
    "哈哈哈哈哈哈", "加群看好戏 spam.example", "HAHAHAHA", "đồ ngốc", "下课下课下课", "vào nhóm spam.example",
    "AAAAAAAA", "shut up everybody",
)  # fmt: skip
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = ("小明", "小红", "晓雨", "子涵", "一诺", "天乐", "小雪", "思远", "雨桐", "家豪", "梦琪", "浩然")


def chance(seed: int) -> random.Random:
    """A source of chance that a script is drawn from."""
    return random.Random(seed)


def teacher(*acts: Act) -> Actor:
    """Who leads the lesson."""
    return Actor(key="teacher", name=TEACHER_NAME, kind=Kind.TEACHER, joins=1.0, acts=acts)


def pupil_name(n: int) -> str:
    """The name of pupil n: 240 different ones."""
    return f"{_FAMILY[n % len(_FAMILY)]}{_GIVEN[n // len(_FAMILY) % len(_GIVEN)]}"


def pupils(size: int, *, over: float = 40.0, after: float = 2.0, seed: int = 1) -> tuple[Actor, ...]:
    """A class that arrives over so many seconds."""
    when = chance(seed)
    return tuple(
        Actor(key=f"p{n}", name=pupil_name(n), joins=after + when.uniform(0, over)) for n in range(1, size + 1)
    )


def gang(size: int, *, at: float, over: float, seed: int = 1) -> tuple[Actor, ...]:
    """Strangers who come within `over` seconds from `at` on, under names nobody knows."""
    when = chance(seed)
    return tuple(
        Actor(
            key=f"x{n}", name=f"{HANDLES[n % len(HANDLES)]}{n}", kind=Kind.STRANGER, signed_in=False, hostile=True,
            joins=at + when.uniform(0, over),
        )
        for n in range(1, size + 1)
    )  # fmt: skip


def with_acts(actor: Actor, *acts: Act) -> Actor:
    """The actor with more to do."""
    return replace(actor, acts=(*actor.acts, *acts))


def music(actor: Actor, until: float) -> Actor:
    """Comes with an open microphone and opens it again every two seconds."""
    acts = (*actor.acts, Act(at=actor.joins + 2, deed=Deed.SPEAK, every=2.0, until=until))
    return replace(actor, acts=acts, music=True)


def shares(actor: Actor, until: float, after: float = 5.0) -> Actor:
    """Tries to share a screen every four seconds."""
    return with_acts(actor, Act(at=actor.joins + after, deed=Deed.SHARE, every=4.0, until=until))


def floods(actor: Actor, lines: int, over: float, until: float, *, at: float | None = None) -> Actor:
    """So many lines of chat in so many seconds, and one every ten seconds afterwards."""
    begins = actor.joins + 1 if at is None else at
    burst = Act(at=begins, deed=Deed.SAY, texts=NOISE, every=over / lines, until=begins + over)
    return with_acts(actor, burst, Act(at=begins + over + 5, deed=Deed.SAY, texts=NOISE, every=10.0, until=until))


def returning(actor: Actor, until: float) -> Actor:
    """Comes back under another name, 5 to 15 s after having been put out or made to wait."""
    names = tuple(f"{HANDLES[(len(actor.key) + n * 3) % len(HANDLES)]}{actor.key[1:]}{n}" for n in range(1, 9))
    return replace(actor, returns=Return(least=5.0, most=15.0, until=until, names=names))


CALM_10 = Wanted(text="room calm within 10 s", met=lambda s: s.calm is not None and s.calm <= 10.0)
NO_PRESS = Wanted(text="the teacher pressed nothing", met=lambda s: s.presses == 0)
NOBODY_HURT = Wanted(text="no pupil touched by mistake", met=lambda s: not s.touched)
NO_PUPIL_OUT = Wanted(
    text="no pupil kicked", met=lambda s: not [t for t in s.touched if t.what in ("kick", "ban", "deny", "hold")]
)
