"""S7, S8, S9: the platform fails or lies. Events get lost, calls are refused, and "done" is said of what is not."""

from collections.abc import Callable
from typing import Any

from scenarios.casting import NO_PUPIL_OUT, gang, music, pupils, teacher, with_acts
from scenarios.moments import faults, forge, note, press
from scenarios.score import Score
from scenarios.script import PASSIVE, Act, Deed, Moment, Move, Script, Wanted

GUARD = "guard@school.example"
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
            faults(60, *mess),
            forge(90, wrong),
            note(160 + POLL - 5, "before"),
            Moment(at=200, move=Move.DEAF),
            note(206 + POLL + 15, "after"),
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
        moments=(press(304, "calm", GUARD),),
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
        moments=(faults(190, *lies),),
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
