"""S1 to S5: strangers and impostors, after cases that happened in schools in China and Vietnam."""

from dataclasses import replace

from scenarios.casting import (
    CALM_10,
    NO_PRESS,
    NO_PUPIL_OUT,
    NOBODY_HURT,
    TEACHER_NAME,
    floods,
    gang,
    music,
    pupils,
    returning,
    shares,
    teacher,
    with_acts,
)
from scenarios.score import Score
from scenarios.script import PASSIVE, Act, Actor, Deed, Kind, Script, Wanted


def leak() -> Script:
    """S1."""
    end = 900.0
    strangers = tuple(returning(x, end) for x in gang(10, at=600, over=60))
    roles = [
        *(music(x, end) for x in strangers[:2]),
        *(shares(x, end) for x in strangers[2:5]),
        *(floods(x, 8, 20, end, at=640) for x in strangers[5:]),
    ]
    return Script(
        id="S1",
        title="Leaked link",
        seconds=960,
        about="71 pupils; after ten minutes 10 strangers come within a minute: music on two open microphones, three "
        "shares, 40 lines of chat in 20 s. Whoever is put out comes back under a new name after 5 to 15 s, for 5 min.",
        policy={"preset": "seminar"},
        cast=(teacher(), *pupils(71), *roles),
        wanted=(
            CALM_10,
            NO_PUPIL_OUT,
            Wanted(text="those who come back are kept out", met=lambda s: s.longest_stay <= 10.0),
            Wanted(text="everything is in one record", met=_one_record),
        ),
    )


def _one_record(score: Score) -> bool:
    """At least one incident, and the chain of its rows holds."""
    return score.chain and score.incidents == 1


def passive_teacher() -> Script:
    """S2."""
    early = gang(1, at=0.2, over=0)[0]
    early = with_acts(
        early,
        Act(at=480, deed=Deed.SHARE, every=5.0, until=840),
        Act(at=482, deed=Deed.SAY, texts=("画得怎么样", "老师别哭"), every=6.0, until=840),
    )
    names = pupils(210, over=60, seed=2)
    copies = tuple(
        returning(replace(x, name=names[5].name, key=f"y{n}"), 840)
        for n, x in enumerate(gang(6, at=485, over=30, seed=3), start=1)
    )
    loud = [*(music(x, 840) for x in copies[:2]), *(floods(x, 6, 20, 840) for x in copies[2:])]
    return Script(
        id="S2",
        title="Passive teacher",
        seconds=900,
        habits=PASSIVE,
        policy={"preset": "strict"},
        about="An evening class of 210 under `strict` (third attack in 16 days), nobody at the panel. One intruder is "
        "there before the start, silent for 8 min, then shares and writes; six more come under a pupil's name.",
        cast=(teacher(), *names, early, *loud),
        wanted=(
            Wanted(text="the silent unknown was put out at the start", met=lambda s: not _inside_at(s, "x1", 60)),
            Wanted(text="a colleague is called (severity high)", met=lambda s: any(t.severity >= 3 for t in s.told)),
            CALM_10,
            NO_PRESS,
            NOBODY_HURT,
        ),
    )


def _inside_at(score: Score, who: str, at: float) -> bool:
    return any(span.start <= at < span.end for span in score.stays.get(who, ()))


def teacher_drops() -> Script:
    """S3."""
    end, names = 480.0, pupils(30)
    copies = tuple(
        returning(replace(x, name=names[n].name, key=f"y{n}"), end)
        for n, x in enumerate(gang(4, at=185, over=10, seed=4), start=1)
    )
    grabs = with_acts(shares(copies[0], end), Act(at=240, deed=Deed.LEAD), Act(at=245, deed=Deed.SHARE))
    rest = [shares(copies[1], end), music(copies[2], end), floods(copies[3], 6, 20, end)]
    away = teacher(Act(at=180, deed=Deed.LEAVE), Act(at=300, deed=Deed.COME))
    return Script(
        id="S3",
        title="Teacher drops out",
        seconds=540,
        policy={"preset": "seminar"},
        cast=(away, *names, grabs, *rest),
        about="The teacher's line breaks for two minutes; four intruders come under copied pupils' names, share over "
        "the slides, and one of them is made co-host at minute 4.",
        wanted=(
            Wanted(
                text="nobody new comes in while the host is away",
                met=lambda s: any(180 <= a.at <= 300 for a in s.done("locked=True", "waiting_room=True")),
            ),
            CALM_10,
            NO_PUPIL_OUT,
            Wanted(
                text="the unexpected co-host raises an alarm",
                met=lambda s: any(t.at >= 240 and t.who == "y1" and t.kind == "alert" for t in s.told),
            ),
        ),
    )


def classmate() -> Script:
    """S4."""
    names = pupils(30)
    fake = Actor(
        key="y1",
        name=names[6].name,
        kind=Kind.STRANGER,
        signed_in=False,
        hostile=True,
        joins=200,
        acts=(
            Act(at=205, deed=Deed.SPEAK, every=3.0, until=400),
            Act(at=206, deed=Deed.SAY, texts=("嘿嘿",), every=5.0, until=400),
        ),
    )
    phone = Actor(key=f"{names[7].key}~phone", name=names[7].name, joins=260)
    guest = Actor(key=f"{names[8].key}~guest", name=names[8].name, joins=300, signed_in=False)
    lost = with_acts(names[8], Act(at=290, deed=Deed.LEAVE))
    cast = (teacher(), *names[:8], lost, *names[9:], fake, phone, guest)
    return Script(
        id="S4",
        title="Classmate's name",
        seconds=460,
        policy={"preset": "seminar"},
        cast=cast,
        switches={"waiting_room": True},
        about="Somebody knocks under the name of a pupil who is inside. Another pupil's network breaks and she is back "
        "on her phone, signed in; a third comes back as a guest, by her name only.",
        wanted=(
            Wanted(
                text="the impostor waits, and the panel says why",
                met=lambda s: "y1" not in s.stays and bool(s.of("alert", who="y1")),
            ),
            Wanted(
                text="the signed-in pupil is let in by herself",
                met=lambda s: phone.key in s.stays and not [t for t in s.of("admit", who=phone.key) if t.by],
            ),
            Wanted(text="nobody who belongs waits longer than 20 s", met=lambda s: not s.touched),
        ),
    )


def lookalike() -> Script:
    """S5."""
    names = pupils(25)
    until = 400.0
    filler = Actor(key="y1", name=f"{TEACHER_NAME}\u3164", kind=Kind.STRANGER, signed_in=False, hostile=True, joins=120)
    cyrillic = Actor(key="y2", name="Cô H\u0430", kind=Kind.STRANGER, signed_in=False, hostile=True, joins=150)
    turncoat = with_acts(
        replace(names[3], hostile=True),
        Act(at=200, deed=Deed.RENAME, texts=(TEACHER_NAME,)),
        Act(at=202, deed=Deed.SAY, texts=("下课了，都退出吧",), every=6.0, until=until),
    )
    acting = [
        with_acts(x, Act(at=x.joins + 3, deed=Deed.SAY, texts=("作业不用交了",), every=6.0, until=until))
        for x in (filler, cyrillic)
    ]
    return Script(
        id="S5",
        title="Teacher's double",
        seconds=450,
        policy={"preset": "seminar"},
        cast=(teacher(), *names[:3], turncoat, *names[4:], *acting),
        about="The teacher's name with an invisible letter, a name with a Cyrillic а, and a pupil who renames herself "
        "to the teacher's name in the middle of the lesson and sends the class home.",
        wanted=(
            Wanted(
                text="the doubles from outside are stopped within 2 s",
                met=lambda s: all(span.seconds <= 2.0 for x in ("y1", "y2") for span in s.stays.get(x, ())),
            ),
            Wanted(
                text="the pupil with the teacher's name is stopped within 2 s",
                met=lambda s: any(t.who == names[3].key and 200 <= t.at <= 202 for t in s.told),
            ),
            NOBODY_HURT,
        ),
    )
