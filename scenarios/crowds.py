"""S6, S10, S12: the class itself; what looks like a raid and is none, and what comes from inside."""

from collections.abc import Callable
from dataclasses import replace

from scenarios.casting import NOBODY_HURT, chance, pupils, teacher, with_acts
from scenarios.score import Score
from scenarios.script import Act, Actor, Deed, Script, Wanted

ABUSE = ("傻逼", "煞笔老师", "s.b", "đ i t mẹ", "ｆｕｃｋ ｙｏｕ", "f\u200bu\u200bc\u200bk", "滚 fuck đi")
INNOCENT = (
    "我老家在沙壁",
    "cái đài của em",
    "bài dài quá",
    "pen island is in the text",
    "Mr Dick wrote it",
    "他刚才骂我“傻逼”",
    "老师好",
    "明白了",
)


def bell() -> Script:
    """S6."""
    draw = chance(6)
    everybody = pupils(180, over=45, seed=6)
    cast: list[Actor] = [teacher()]
    for n, who in enumerate(everybody):
        if n < 25:
            again = [Act(at=who.joins + 5 + 14 * k, deed=deed) for k in range(2) for deed in (Deed.LEAVE, Deed.COME)]
            back = tuple(replace(a, at=a.at + (5 if a.deed is Deed.COME else 0)) for a in again)
            cast.append(replace(who, acts=back))
        elif n < 31:
            cast.append(replace(who, signed_in=False, called=f"iPhone {draw.randrange(100, 999)}"))
        else:
            cast.append(who)
    return Script(
        id="S6",
        title="Bell surge",
        seconds=240,
        cast=tuple(cast),
        about="180 pupils come within 45 s; 25 of them drop out and come back twice; 6 come as guests under the "
        "names of their phones.",
        wanted=(
            Wanted(text="no automatic lock", met=lambda s: not s.done("locked=True")),
            Wanted(text="at most 6 pupils held", met=lambda s: s.pupils() <= 6),
        ),
    )


def abuse() -> Script:
    """S10."""
    names = pupils(30)
    rude = with_acts(replace(names[4], hostile=True), Act(at=400, deed=Deed.SAY, texts=ABUSE, every=3.0, until=520))
    kind = [
        with_acts(who, Act(at=401 + n, deed=Deed.SAY, texts=(INNOCENT[n],), every=17.0, until=520))
        for n, who in enumerate(names[10 : 10 + len(INNOCENT)])
    ]
    cast = (teacher(), *names[:4], rude, *names[5:10], *kind, *names[10 + len(INNOCENT) :])
    return Script(
        id="S10",
        title="Abuse in chat",
        seconds=570,
        policy={"preset": "seminar"},
        cast=cast,
        about="A pupil writes abuse in three languages, spelled around every filter, every 3 s; eight others "
        "write lines that only look like it.",
        wanted=(
            Wanted(text="the abuse is noticed", met=_noticed(names[4].key)),
            NOBODY_HURT,
            Wanted(text="the writer is silenced or flagged, not put out", met=lambda s: not s.done("kick", "ban")),
        ),
    )


def insider() -> Script:
    """S12."""
    names = pupils(30)
    loud = with_acts(
        replace(names[9], hostile=True),
        Act(at=400, deed=Deed.SPEAK, every=5.0, until=560),
        Act(at=403, deed=Deed.SAY, texts=("傻逼", "哈哈哈"), every=8.0, until=560),
    )
    return Script(
        id="S12",
        title="Insider",
        seconds=620,
        policy={"preset": "seminar"},
        cast=(teacher(), *names[:9], loud, *names[10:]),
        about="A pupil of the class plays music on the open microphone and swears in chat.",
        wanted=(
            Wanted(text="the pupil is muted and flagged", met=_noticed(names[9].key)),
            Wanted(text="and not put out", met=lambda s: not s.done("kick", "ban", "hold", who=names[9].key)),
            NOBODY_HURT,
        ),
    )


def _noticed(who: str) -> Callable[[Score], bool]:
    def noticed(score: Score) -> bool:
        return any(t.who == who and not t.by for t in score.told)

    return noticed
