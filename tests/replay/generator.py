"""Lessons by the thousand: a seed makes one, calm or raided, as the text of a script. The same seed, the same text.

`python -m tests.replay.generator SEED` writes it down, to be played with `menshen replay`.
"""

import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.replay import phrases

Habit = Callable[["Draft"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A script, and what is in it: its ingredients tell which rules have something to do."""

    seed: int
    raid: bool
    lines: tuple[bytes, ...]
    policy: dict[str, Any]
    platform: str
    holds: frozenset[str]


@dataclass(slots=True)
class Draft:
    """A lesson that is being put together."""

    chance: random.Random
    size: int
    language: str
    preset: str
    platform: str
    header: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, Any] = field(default_factory=dict)
    lines: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    holds: set[str] = field(default_factory=set)
    minutes: int = 45
    opened: bool = False

    def line(self, at: float, kind: str, who: str = "", **more: Any) -> None:
        told = {"at": round(at, 2), "kind": kind, **({"who": who} if who else {}), **more}
        self.lines.append((float("inf") if "after" in more else at, told))

    def press(self, at: float, button: str, **more: Any) -> None:
        self.line(at, "button.pressed", "teacher", button=button, **more)

    def some(self, least: int = 1, most: int = 0) -> str:
        """A run of pupils."""
        n = self.chance.randint(least, max(least, min(most or self.size, self.size)))
        first = self.chance.randint(1, self.size - n + 1)
        return f"p{first}-{first + n - 1}"

    def during(self, first: float = 330.0, last: float = 2400.0) -> float:
        return self.chance.uniform(first, last)

    def opens(self) -> None:
        """The teacher gives microphones, chat and sharing free once the lesson has settled."""
        if not self.opened:
            self.opened = True
            for n, button in enumerate(("allow_unmute", "open_chat", "allow_share")):
                self.press(310 + n, button)

    def text(self) -> tuple[bytes, ...]:
        self.lines.sort(key=lambda line: line[0])
        told = (self.header, *(line for _, line in self.lines))
        return tuple(json.dumps(t, ensure_ascii=False).encode() + b"\n" for t in told)


# --- what happens in every class --------------------------------------------------------------------------------------


def _answers(d: Draft) -> None:
    d.opens()
    at = d.during(400, 900)
    texts = list(phrases.ANSWERS[d.language])
    d.line(
        at, "chat.posted", "p", text=texts, over=d.chance.uniform(4, 20), every=d.chance.uniform(70, 300), until=2300
    )


def _joy(d: Draft) -> None:
    d.opens()
    at = d.during()
    d.line(at, "chat.posted", d.some(5), text=list(phrases.JOY[d.language]), over=30, every=31, until=at + 65)


def _thanks(d: Draft) -> None:
    d.opens()
    d.line(2600, "chat.posted", "p", text=list(phrases.THANKS[d.language]), over=d.chance.uniform(15, 40))


def _talk(d: Draft) -> None:
    d.opens()
    d.line(400, "chat.posted", d.some(2, 12), text=list(phrases.TALK[d.language]), over=200, every=240, until=2300)


def _discussion(d: Draft) -> None:
    d.opens()
    every = d.chance.uniform(60, 200)
    lasts = d.chance.uniform(5, 25)
    d.line(360, "audio.unmuted", d.some(3, 25), over=every * 0.8, every=every, until=2300, lasts=lasts)


def _shares(d: Draft) -> None:
    d.opens()
    d.line(d.during(400, 900), "share.started", d.some(1, 5), over=300, every=420, until=2300, lasts=60)


def _cameras(d: Draft) -> None:
    d.line(30, "video.started", "p", over=120, every=600, until=2300, lasts=d.chance.uniform(100, 400))


def _reconnects(d: Draft) -> None:
    for _ in range(d.chance.randint(1, 4)):
        who, at = d.some(1, 8), d.during(100, 2500)
        d.line(at, "participant.left", who, over=10)
        d.line(at + 15, "participant.joined", who, over=30)


def _second_devices(d: Draft) -> None:
    if "by" in d.groups["p"]:
        return  # by name only nobody can tell a second device from an impostor: it waits (S4)
    n = d.chance.randint(1, min(6, d.size))
    d.groups["d"] = {"count": n, "like": "p", "forms": ["device", "plain"]}
    at = d.during(60, 2300)
    d.line(at, "participant.joined", "d", over=60)
    if d.chance.random() < 0.5:
        d.line(at + 90, "participant.left", f"p1-{n}", over=30)


def _storm(d: Draft) -> None:
    at = d.during(600, 2200)
    d.line(at, "participant.left", "p", over=8)
    d.line(at + 12, "participant.joined", "p", over=d.chance.uniform(20, 60))


def _renames(d: Draft) -> None:
    if "by" not in d.groups["p"]:  # where nothing but the name tells who somebody is, a new name is another person
        names = list(phrases.NEW_NAMES[d.language])
        d.line(d.during(), "participant.renamed", d.some(1, 8), name=names, over=400)


def _reports(d: Draft) -> None:
    d.opens()
    d.line(d.during(), "chat.posted", d.some(1, 1), text=d.chance.choice(phrases.REPORTS[d.language]))


def _schoolwork(d: Draft) -> None:
    d.opens()
    d.line(d.during(), "chat.posted", d.some(1, 4), text=list(phrases.SCHOOLWORK[d.language]), over=200)


def _code(d: Draft) -> None:
    d.opens()
    at = d.during()
    d.line(at, "chat.posted", d.some(1, 1), text=list(phrases.CODE), every=d.chance.uniform(1, 4), until=at + 14)


def _teacher_returns(d: Draft) -> None:
    at = d.during(200, 2300)
    d.holds.add("teacher drops")
    d.line(at, "participant.left", "t")
    d.line(at + d.chance.choice((15.0, 40.0, 100.0, 300.0)), "participant.joined", "t")


def _guest(d: Draft) -> None:
    d.groups["g"] = {"kind": "guest", "count": d.chance.randint(1, 2), "language": "en"}  # three in a minute are a wave
    d.holds.add("strangers")
    at = d.during(60, 1500)
    d.line(at, "participant.joined", "g", over=10)
    d.press(at + 40, "admit", on="g1")


def _colleague(d: Draft) -> None:
    d.groups["k"] = {"kind": "staff", "names": [phrases.TEACHERS[d.language][1]], "role": "cohost"}
    d.line(-50, "participant.joined", "k")


def _overtime(d: Draft) -> None:
    d.minutes = 40


HABITS: tuple[Habit, ...] = (
    _answers, _joy, _thanks, _talk, _discussion, _shares, _cameras, _reconnects, _second_devices, _storm, _renames,
    _reports, _schoolwork, _code, _teacher_returns, _guest, _colleague, _overtime,
)  # fmt: skip


# --- what raiders do --------------------------------------------------------------------------------------------------


def _mic(d: Draft, who: str, at: float, over: float, until: float) -> None:
    d.holds.add("noise")
    every = d.chance.uniform(3, 20)
    d.line(at, "audio.unmuted", who, over=over, every=every, until=until)


def _screen(d: Draft, who: str, at: float, over: float, until: float) -> None:
    d.holds.add("share")
    d.line(at, "share.started", who, over=over, every=d.chance.uniform(4, 15), until=until)


def _camera(d: Draft, who: str, at: float, over: float, until: float) -> None:
    d.line(at, "video.started", who, over=over, every=d.chance.uniform(4, 15), until=until)


def _writes(texts: phrases.Texts, what: str, slow: bool = False) -> Callable[..., None]:
    def weapon(d: Draft, who: str, at: float, over: float, until: float) -> None:
        d.holds |= {what}
        every = {"every": d.chance.uniform(2, 9), "until": until} if not slow else {}
        if not slow:
            d.holds.add("flood")
        d.line(at, "chat.posted", who, text=list(texts[d.language]), over=over, **every)

    return weapon


WEAPONS: tuple[Callable[..., None], ...] = (
    _mic, _mic, _screen, _camera, _writes(phrases.ABUSE, "abuse"), _writes(phrases.ABUSE, "abuse"),
    _writes(phrases.NONSENSE, "flood"), _writes(phrases.ADDRESSES, "addresses"),
    _writes(phrases.ONE_LINE, "one line", slow=True),
)  # fmt: skip


def _strangers(d: Draft, n: int) -> str:
    d.groups["x"] = {"kind": "intruder", "count": n}
    d.holds.add("strangers")
    return "x"


def _own_accounts(d: Draft, n: int) -> str:
    d.groups["x"] = {"kind": "intruder", "count": n, "by": "account"}
    d.holds.add("strangers")
    return "x"


def _copied_names(d: Draft, n: int) -> str:
    n = min(n, d.size)
    d.groups["x"] = {"kind": "intruder", "count": n, "like": "p", "forms": [d.chance.choice(("plain", "class"))]}
    d.holds |= {"copied names"}
    return "x"


def _lookalikes(d: Draft, n: int) -> str:
    names = list(phrases.LOOKALIKES[d.language])
    d.groups["x"] = {"kind": "intruder", "count": min(n, 3), "names": names}
    d.holds |= {"lookalike", "strangers"}
    return "x"


def _insiders(d: Draft, n: int) -> str:
    n = min(n, 3, d.size)
    d.header["hostile"] = [f"p{k}" for k in range(1, n + 1)]
    d.holds.add("insider")
    d.opens()
    return f"p1-{n}"


def _leaked_link(d: Draft, n: int) -> str:
    d.groups["x"] = {"kind": "intruder", "count": 1, "like": "p", "by": "account", "network": "elsewhere"}
    d.holds.add("leaked link")
    return "x"


GANGS: tuple[Callable[[Draft, int], str], ...] = (
    _strangers, _strangers, _strangers, _strangers, _own_accounts, _copied_names, _copied_names, _lookalikes,
    _insiders, _leaked_link,
)  # fmt: skip


def _raid(d: Draft) -> None:
    chance = d.chance
    n = round(2 ** chance.uniform(0, 5.3))
    gang = chance.choice(GANGS)
    who = gang(d, n)
    n = d.groups["x"]["count"] if "x" in d.groups else 0
    at = chance.choice((-200.0, 5.0, 120.0, 330.0, 480.0, 900.0, 1500.0, 2300.0))
    if chance.random() < 0.6:
        d.opens()
    over = chance.choice((0.0, 8.0, 30.0, 60.0))
    begin = at + chance.choice((0.2, 0.6, 2.0, 20.0, 300.0))
    if begin < 5:  # they begin when the teacher speaks
        begin, over_acts = 20.0, 5.0
    else:
        over_acts = over
    if who == "x":
        d.line(at, "participant.joined", who, over=over)
        if n >= 5 and over <= 60:
            d.holds.add("wave")
        if begin - at >= 20:
            d.holds.add("silent")
    elif begin < 330:
        begin = 400.0
    for weapon in chance.sample(WEAPONS, chance.randint(1, 3)):
        weapon(d, who, begin, over_acts, begin + chance.choice((60.0, 300.0)))
    if who == "x" and chance.random() < 0.5:
        _returns(d, n)
    if chance.random() < 0.15:
        d.holds.add("teacher drops")
        d.line(begin - 1, "participant.left", "t")
        d.line(begin + 240, "participant.joined", "t")


def _returns(d: Draft, n: int) -> None:
    d.holds.add("return")
    last = "x"
    for key in ("y", "z")[: d.chance.randint(1, 2)]:
        d.groups[key] = {**d.groups["x"], "names": ["新来的", "guest 2", "khách mới", "iPad", "again"]}
        many, before = (f"{key}1-{n}", f"{last}1-{n}") if n else (key, last)
        d.line(5, "participant.joined", many, after=before, over=10)
        d.line(5.3, "audio.unmuted", many, after=before, over=10)
        last = key


# --- a lesson ---------------------------------------------------------------------------------------------------------


def made(seed: int) -> Made:
    """The lesson of a seed: an even one is calm, an odd one is raided."""
    chance, raid = random.Random(f"lesson {seed}"), bool(seed % 2)
    d = Draft(
        chance=chance, size=round(8 * 2 ** chance.uniform(0, 4.6)), language=chance.choice(("zh", "vi", "en")),
        preset=chance.choice(("lecture", "lecture", "seminar", "seminar", "strict", "exam", "open_day")),
        platform=chance.choices(("everything", "open_door"), (6, 1))[0],
    )  # fmt: skip
    policy: dict[str, Any] = {"preset": d.preset}
    d.groups["t"] = {"kind": "staff", "names": [phrases.TEACHERS[d.language][0]]}
    d.groups["p"] = {"count": d.size, "language": d.language}
    if chance.random() < 0.12:  # a school without accounts
        policy["roster_only"] = {"claimed": "admit"}
        d.groups["p"] |= {"by": "name", "forms": chance.choice((["plain"], ["plain", "numbered", "class", "spaced"]))}
        d.holds.add("names only")
    _arrive(d)
    for habit in chance.sample(HABITS, chance.randint(0, 3) if raid else chance.randint(2, 6)):
        habit(d)
    if raid:
        _raid(d)
    d.line(-600, "lesson.framed", scheduled_at=0, ends_at=d.minutes * 60)
    d.line(2700, "lesson.ended")
    d.header = {
        "menshen": "script", "version": 1, "title": f"seed {seed}", "raid": raid, "platform": d.platform,
        "about": ", ".join(sorted(d.holds)), "policy": policy, "groups": d.groups, **d.header,
    }  # fmt: skip
    return Made(seed=seed, raid=raid, lines=d.text(), policy=policy, platform=d.platform, holds=frozenset(d.holds))


def _arrive(d: Draft) -> None:
    d.line(0, "lesson.started")
    d.line(d.chance.choice((-120.0, -30.0, 20.0)), "participant.joined", "t")
    late = d.chance.randint(1, 3) if d.size > 10 and d.chance.random() < 0.4 else 0
    over = d.chance.choice((20.0, 60.0, 200.0))
    d.line(d.chance.choice((-60.0, 1.0)), "participant.joined", f"p1-{d.size - late}", over=over)
    if late:
        d.line(d.during(300, 1800), "participant.joined", f"p{d.size - late + 1}-{d.size}", over=200)
    if d.chance.random() < 0.7:
        d.line(31, "roster.polled", every=d.chance.choice((30, 60)), until=2690)


if __name__ == "__main__":
    for text in made(int(sys.argv[1])).lines:
        sys.stdout.buffer.write(text)
