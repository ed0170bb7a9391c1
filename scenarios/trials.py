"""S11, S13, S14: the service itself. It is killed between decision and call, it erases, it is fed hostile text."""

import re

from scenarios.casting import gang, pupils, teacher, with_acts
from scenarios.moments import forge, note, press, read, stops
from scenarios.score import Score
from scenarios.script import Act, Deed, Moment, Move, Script, Wanted

TEACHER, GUARD = "teacher@school.example", "guard@school.example"


# --- S11 --------------------------------------------------------------------------------------------------------------


def restart() -> Script:
    """S11."""
    speakers = tuple(with_acts(p, Act(at=150, deed=Deed.SPEAK)) for p in pupils(20)[:2])
    rest = pupils(20)[2:]
    presses = tuple(
        press(200 + n * 0.01, "calm", by, key)
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
            note(199, "before"),
            *presses,
            stops(200.045, 3),
            note(235, "calm"),
            press(240, "restore", TEACHER),
            note(270, "restored"),
            press(300, "lock", TEACHER, "late"),
            stops(300.02, 45),
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
            note(491, "held"),
            Moment(at=500, move=Move.JUDGE, what={"verdict": "false_positive"}),
            Moment(at=505, move=Move.ERASE),
            note(506, "gone"),
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
        attack.append(forge(100 + n, event))
        line = {"event": "chat.posted", "who": "", "as": f"z{n}", "name": text, "text": text}
        attack.append(forge(120 + n, line))
    pages = [
        read(150, "panel", "/lessons/{lesson}"),
        read(151, "review", "/incidents/{incident}"),
        read(152, "csv", "/incidents/{incident}/export.csv?names=1"),
        read(153, "json", "/incidents/{incident}/export.json?names=1"),
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
        moments=(*attack, *pages),
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
