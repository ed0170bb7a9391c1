"""S7, S8, S9, S11, S13, S14: trials of the service itself. The platform fails or lies; the service stops."""

import re
from collections.abc import Callable
from typing import Any

from scenarios.casting import NO_PUPIL_OUT, gang, music, pupils, teacher, with_acts
from scenarios.score import Score
from scenarios.script import PASSIVE, Act, Deed, Moment, Move, Script, Wanted

TEACHER, GUARD, IT = "teacher@school.example", "guard@school.example", "it@school.example"
POLL = 40.0  # seconds in which every platform's list is read at least once
SIGHT = 10.0  # seconds in which blindness has to show


# --- S7 ---------------------------------------------------------------------------------------------------------------


def chaos() -> Script:
    """S7."""
    names = list(pupils(24))
    names[2] = with_acts(names[2], Act(at=61, deed=Deed.LEAVE), Act(at=66, deed=Deed.COME))
    names[3] = with_acts(names[3], Act(at=70, deed=Deed.LEAVE), Act(at=75, deed=Deed.COME), Act(at=80, deed=Deed.LEAVE))
    names[6] = with_acts(names[6], Act(at=205, deed=Deed.LEAVE))
    names[7] = with_acts(names[7], Act(at=206, deed=Deed.LEAVE), Act(at=209, deed=Deed.COME))
    mess = [
        {"where": "webhook", "fault": "delay", "value": 90, "times": 1, "match": {"event": "participant.left"}},
        {"where": "webhook", "fault": "duplicate", "times": 1, "match": {"event": "participant.joined"}},
        {"where": "webhook", "fault": "reorder", "value": 4, "times": 1, "match": {"event": "participant.left"}},
        {"where": "webhook", "fault": "drop", "times": 1, "match": {"event": "participant.joined"}},
    ]
    wrong = {"event": "participant.joined", "who": names[4].key, "as": names[5].key}
    return Script(
        id="S7",
        title="Event chaos",
        seconds=270,
        service=True,
        policy={"preset": "seminar"},
        cast=(teacher(), *names),
        about="Duplicates, a `left` that arrives 90 s late and after the return, a `left` without a `joined`, an event "
        "with somebody else's identity; then the webhook silently disappears.",
        moments=(
            Moment(at=60, move=Move.FAULTS, what={"rules": mess}),
            Moment(at=90, move=Move.FORGE, what=wrong),
            Moment(at=160 + POLL - 5, move=Move.NOTE, what={"as": "before"}),
            Moment(at=200, move=Move.DEAF),
            Moment(at=206 + POLL + 15, move=Move.NOTE, what={"as": "after"}),
        ),
        wanted=(
            Wanted(text="after the mess the state is the platform's truth", met=_agrees("before")),
            Wanted(text="without events it still is, by the list", met=_agrees("after")),
            Wanted(
                text=f"blindness shows within {SIGHT:.0f} s",
                met=lambda s: any(k == "sight.lost" and 205 <= at <= 205 + SIGHT for at, k in s.rows),
            ),
        ),
    )


def _agrees(note: str) -> Callable[[Score], bool]:
    def agrees(score: Score) -> bool:
        there: dict[str, Any] = score.notes[note]
        return bool(there["inside"] == there["believed"])

    return agrees


# --- S8 and S9 --------------------------------------------------------------------------------------------------------


def rate_limit() -> Script:
    """S8."""
    end = 400.0
    crowd = gang(30, at=300, over=2, seed=8)
    loud = tuple(music(x, end) for x in crowd[1::3])
    silent = tuple(x for n, x in enumerate(crowd) if n % 3 != 1)
    return Script(
        id="S8",
        title="Rate limit",
        seconds=460,
        habits=PASSIVE,
        policy={"preset": "seminar"},
        rate=5,
        burst=5,
        cast=(teacher(), *pupils(25), *loud, *silent),
        about="30 intruders within 2 s, ten of them loud; the platform answers 429 after five calls a second. A "
        "colleague presses calm 4 s later.",
        moments=(Moment(at=304, move=Move.PRESS, what={"button": "calm", "by": GUARD}),),
        wanted=(
            Wanted(text="the room is closed before thirty single measures are done", met=_room_first),
            Wanted(text="the press is carried out within 5 s", met=_press_done(304, 5.0)),
            Wanted(text="the loud ones go before the silent ones", met=_harm_first(tuple(x.key for x in loud))),
            NO_PUPIL_OUT,
        ),
    )


_ROOM = ("muted_all=True", "unmute_forbidden=True", "share_restricted=True", "chat_closed=True", "locked=True")
_PERSONAL = ("hold", "kick", "ban", "deny", "mute")


def _room_first(score: Score) -> bool:
    rooms = [a.at for a in score.asked if a.what in _ROOM and a.ok]
    people = [a.at for a in score.asked if a.what in _PERSONAL and a.ok]
    return bool(rooms) and sum(at < min(rooms) for at in people) < 30


def _press_done(at: float, within: float) -> Callable[[Score], bool]:
    def done(score: Score) -> bool:
        pressed = [t for t in score.told if t.reason == "button_calm"]
        sent = [t for t in pressed if t.outcome not in ("manual", "unsupported")]
        return bool(pressed) and all(
            t.settled_at is not None
            and t.outcome in ("requested", "confirmed", "unconfirmed")
            and (t.requested_at or t.settled_at) <= at + within
            for t in sent
        )

    return done


def _harm_first(loud: tuple[str, ...]) -> Callable[[Score], bool]:
    def first(score: Score) -> bool:
        when = {a.who: a.at for a in reversed(score.asked) if a.ok and a.what in _PERSONAL}
        noisy = [at for who, at in when.items() if who in loud]
        others = [at for who, at in when.items() if who not in loud]
        return not others or (bool(noisy) and sum(noisy) / len(noisy) < sum(others) / len(others))

    return first


def lying() -> Script:
    """S9."""
    lies = [{"where": "control", "fault": "lie", "match": {"action": verb}} for verb in ("hold", "kick", "ban")]
    silent = gang(1, at=200, over=0)[0]
    return Script(
        id="S9",
        title="Lying platform",
        seconds=300,
        service=True,
        policy={"preset": "seminar"},
        cast=(teacher(), *pupils(20), silent),
        about="The platform answers 200 to hold, kick and ban, and does nothing. A stranger is inside.",
        moments=(Moment(at=190, move=Move.FAULTS, what={"rules": lies}),),
        wanted=(
            Wanted(text="the stranger is acted against", met=lambda s: bool(s.of(*_PERSONAL, who="x1"))),
            Wanted(
                text="nothing without effect is called done",
                met=lambda s: not any(t.outcome == "confirmed" for t in s.of("hold", "kick", "ban", who="x1")),
            ),
            Wanted(text="unconfirmed within 5 s", met=_unconfirmed_soon),
            Wanted(
                text="the next step follows",
                met=lambda s: any(t.reason == "did_not_help" for t in s.told) or not s.of(*_PERSONAL, who="x1"),
            ),
        ),
    )


def _unconfirmed_soon(score: Score) -> bool:
    """Within the settling time of the platform and the journey of the call; nothing was asked = nothing to say."""
    first = next(iter(score.of("hold", "kick", "ban", who="x1")), None)
    if first is None or first.outcome in ("manual", "unsupported"):
        return True
    return first.outcome == "unconfirmed" and (first.settled_at or 1e9) - first.at <= 5.5


# --- S11 --------------------------------------------------------------------------------------------------------------


def restart() -> Script:
    """S11."""
    speakers = tuple(with_acts(p, Act(at=150, deed=Deed.SPEAK)) for p in pupils(20)[:2])
    rest = pupils(20)[2:]
    presses = tuple(
        Moment(at=200 + n * 0.01, move=Move.PRESS, what={"button": "calm", "by": by, "key": key})
        for n, (by, key) in enumerate(((TEACHER, "first"), (TEACHER, "second"), (GUARD, "third")))
    )
    return Script(
        id="S11",
        title="Double press and restart",
        seconds=440,
        service=True,
        policy={"preset": "seminar"},
        cast=(teacher(), *speakers, *rest),
        about="The teacher presses calm twice and a colleague once, all within 300 ms; the service is killed between "
        "the decision and the call. Later: restore; then a press, and 45 s of standstill.",
        moments=(
            Moment(at=199, move=Move.NOTE, what={"as": "before"}),
            *presses,
            Moment(at=200.045, move=Move.RESTART, what={"seconds": 3}),
            Moment(at=235, move=Move.NOTE, what={"as": "calm"}),
            Moment(at=240, move=Move.PRESS, what={"button": "restore", "by": TEACHER}),
            Moment(at=270, move=Move.NOTE, what={"as": "restored"}),
            Moment(at=300, move=Move.PRESS, what={"button": "lock", "by": TEACHER, "key": "late"}),
            Moment(at=300.02, move=Move.RESTART, what={"seconds": 45}),
        ),
        wanted=(
            Wanted(text="one set of actions", met=_once),
            Wanted(
                text="the room is calm after the restart",
                met=lambda s: (
                    any(a.at > 203 and a.ok for a in s.asked if a.what == "chat_closed=True") or bool(s.manual)
                ),
            ),
            Wanted(text="restore gives back exactly what was", met=_restored),
            Wanted(
                text="nothing stale fires after 45 s",
                met=lambda s: not [a for a in s.asked if a.at > 300 and a.what == "locked=True"],
            ),
        ),
    )


_SWITCHES = ("unmute_forbidden", "chat_closed", "share_restricted", "locked", "waiting_room")


def _once(score: Score) -> bool:
    asked = [a.what for a in score.asked if 200 <= a.at < 235 and a.ok and a.what.partition("=")[0] in _SWITCHES]
    return bool(asked or score.manual) and len(asked) == len(set(asked))


def _restored(score: Score) -> bool:
    before, after = score.notes["before"]["switches"], score.notes["restored"]["switches"]
    return all(getattr(before, name) == getattr(after, name) for name in _SWITCHES)


# --- S13 and S14 ------------------------------------------------------------------------------------------------------


def erasure() -> Script:
    """S13."""
    stranger = gang(1, at=400, over=0)[0]
    return Script(
        id="S13",
        title="Erasure and hold",
        seconds=520,
        service=True,
        policy={"preset": "seminar"},
        cast=(teacher(), *pupils(20), stranger),
        about="After the lesson everything is erased as after the retention, while an incident is under review; then "
        "the review ends, and it is erased once more.",
        later="A legal hold by order and an erasure request of one person come later; what is played is the hold of an "
        "incident under review and the end of the retention.",
        moments=(
            Moment(at=480, move=Move.END),
            Moment(at=490, move=Move.ERASE),
            Moment(at=491, move=Move.NOTE, what={"as": "held"}),
            Moment(at=500, move=Move.JUDGE, what={"verdict": "false_positive"}),
            Moment(at=505, move=Move.ERASE),
            Moment(at=506, move=Move.NOTE, what={"as": "gone"}),
        ),
        wanted=(
            Wanted(text="the evidence under review stays", met=lambda s: s.notes["held"]["named"] > 0),
            Wanted(text="what no incident needs is gone at once", met=lambda s: s.notes["held"]["erased"] > 0),
            Wanted(text="after the review nothing personal is left", met=lambda s: s.notes["gone"]["named"] == 0),
            Wanted(text="the chain still verifies", met=lambda s: s.chain),
        ),
    )


HOSTILE_TEXTS = (
    "first\nsecond",
    "\x1b[2J\x1b[31mred",
    '=HYPERLINK("http://spam.example","x")',
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "@SUM(1+1)",
    "x" * 10_000,
    "\x00zero",
    "'; DROP TABLE log;--",
)


def log_attack() -> Script:
    """S14."""
    attack = []
    for n, text in enumerate(HOSTILE_TEXTS):
        event = {"event": "participant.joined", "who": "", "as": f"z{n}", "name": text}
        attack.append(Moment(at=100 + n, move=Move.FORGE, what=event))
        line = {"event": "chat.posted", "who": "", "as": f"z{n}", "name": text, "text": text}
        attack.append(Moment(at=120 + n, move=Move.FORGE, what=line))
    read = [
        Moment(at=150, move=Move.READ, what={"as": "panel", "path": "/lessons/{lesson}"}),
        Moment(at=151, move=Move.READ, what={"as": "review", "path": "/incidents/{incident}"}),
        Moment(at=152, move=Move.READ, what={"as": "csv", "path": "/incidents/{incident}/export.csv?names=1"}),
        Moment(at=153, move=Move.READ, what={"as": "json", "path": "/incidents/{incident}/export.json?names=1"}),
    ]
    return Script(
        id="S14",
        title="Log attack",
        seconds=170,
        service=True,
        policy={"preset": "seminar"},
        cast=(teacher(), *pupils(12)),
        about="Names and lines of chat with newlines, terminal codes, formulas, markup, turned text, NUL and 10 kB.",
        later="Word documents, syslog and CEF come later: panel, review page, CSV and JSON are read here.",
        moments=(*attack, *read),
        wanted=(
            Wanted(
                text="everything could be read",
                met=lambda s: all(
                    s.notes[name]["status"] == 200 or (name != "panel" and not s.incidents)  # nothing to review
                    for name in ("panel", "review", "csv", "json")
                ),
            ),
            Wanted(
                text="no markup acts",
                met=lambda s: all("<script>alert" not in s.notes[name]["text"] for name in ("panel", "review", "json")),
            ),
            Wanted(
                text="no terminal code, no turned text",
                met=lambda s: all(
                    not re.search("[\x00\x1b\u202e]", s.notes[name]["text"])
                    for name in ("panel", "review", "csv", "json")
                ),
            ),
            Wanted(
                text="no cell is a formula",
                met=lambda s: not re.search(r'(?m)(^|,|;|\t)"?[=@+]', s.notes["csv"]["text"]),
            ),
            Wanted(
                text="every delivery was answered", met=lambda s: s.notes["forged"] == {200: 2 * len(HOSTILE_TEXTS)}
            ),
        ),
    )
