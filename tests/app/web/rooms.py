"""Lessons to look at: real folds of made-up events under a real preset, with the rows that the log would hold."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from app.domain import events as ev
from app.domain.actions import Action, ActionKind, Button, Capabilities, Decision, Level, Outcome, OutcomeKind, Support
from app.domain.actions import Words as Sentence
from app.domain.people import Participant, Role, Roster, RosterEntry
from app.domain.state import LessonState, Standing, apply, note, satisfied
from app.web.views import Reader, Row
from app.web.words import Translator
from policies import decide
from policies.documents import policy

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE).timestamp()
NATIVE: Capabilities = {kind: Support() for kind in ActionKind}
LEAVES_MUCH_TO_HANDS: Capabilities = {
    **NATIVE,
    ActionKind.LOCK: Support(
        level=Level.MANUAL,
        note="no API",
        instead=(ActionKind.ALERT,),
        instruction=Sentence(
            zh="在会议窗口点“安全”，再点“锁定会议”。",
            vi="Trong cửa sổ cuộc họp, bấm “Bảo mật” rồi “Khóa cuộc họp”.",
            en="In the meeting window press “Security”, then “Lock meeting”.",
        ),
    ),
    ActionKind.BAN: Support(level=Level.NONE, note="no API", instead=(ActionKind.KICK,)),
    ActionKind.DENY: Support(level=Level.NONE, note="no API"),
    ActionKind.CLOSE_CHAT: Support(level=Level.NONE, note="no API"),
}
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "小明|子涵|梓萱|浩宇|欣怡".split("|")
PUPILS = tuple(s + g for g in GIVEN for s in SURNAMES)[:43]
TEACHER = Participant(id="t", name="李老师", account="teacher", role=Role.HOST)


def roster(pupils: tuple[str, ...] = PUPILS) -> Roster:
    staff = RosterEntry(id="staff", name="李老师", accounts=("teacher",), staff=True)
    return Roster((staff, *(RosterEntry(id=f"e{n}", name=p, accounts=(f"a{n}",)) for n, p in enumerate(pupils))))


@dataclass
class Room:
    """A lesson that lives through events: fold, rules, intents, and outcomes `delay` seconds later."""

    state: LessonState
    capabilities: Capabilities = field(default_factory=lambda: NATIVE)
    preset: Mapping[str, Any] = field(default_factory=lambda: {"preset": "lecture"})
    rows: list[Row] = field(default_factory=list)
    delay: float = 0.3
    fate: OutcomeKind = OutcomeKind.CONFIRMED

    def happen(self, *events: ev.Event) -> "Room":
        for event in events:
            self.state = apply(self.state, event)
            self._write(event.at, event.kind, plain(event))
            for decision in decide(policy(self.preset), self.state, event):
                self._carry_out(decision, event.at)
        return self

    def press(self, button: Button, after: float, participant: str = "", undo_of: str = "") -> "Room":
        key = f"k{len(self.rows)}"
        at = START + after
        return self.happen(
            ev.ButtonPressed(at=at, button=button, by="u1", key=key, participant=participant, undo_of=undo_of)
        )

    def come(self, after: float, pid: str, name: str, account: str = "", waits: bool = False) -> "Room":
        kind = ev.ParticipantWaiting if waits else ev.ParticipantJoined
        return self.happen(kind(at=START + after, participant=Participant(id=pid, name=name, account=account)))

    def _carry_out(self, decision: Decision, at: float) -> None:
        standing = Standing(
            id=f"i{len(self.rows)}",
            action=decision.action,
            rule=decision.rule,
            reason=decision.reason,
            severity=decision.severity,
            lane=decision.lane,
            at=at,
            deadline=at + 30,
            by=decision.by,
            button=decision.reason.removeprefix("button_") if decision.by else "",
            until=at + decision.expires_after if decision.expires_after else None,
            status=OutcomeKind.SIMULATED if decision.observed else OutcomeKind.PENDING,
        )
        self.state = note(self.state, standing)
        intent = {**plain(standing), "params": plain(decision.params), "observed": decision.observed}
        self._write(at, "intent", intent)
        if not decision.observed:
            self._settle(standing, decision.action, at + self.delay)

    def _settle(self, standing: Standing, action: Action, at: float) -> None:
        support = self.capabilities[action.kind]
        fate = {Level.MANUAL: OutcomeKind.MANUAL, Level.NONE: OutcomeKind.UNSUPPORTED}.get(support.level, self.fate)
        outcome = Outcome(kind=fate, instruction=support.instruction)
        settled = ev.OutcomeSettled(at=at, intent=standing.id, action=action, outcome=outcome)
        self.state = apply(self.state, settled)
        self._write(at, settled.kind, plain(settled))
        if fate is OutcomeKind.CONFIRMED and not satisfied(self.state, action):
            self._take_effect(action, at)

    def _take_effect(self, action: Action, at: float) -> None:
        if action.target is None:
            return
        effects: dict[ActionKind, type[ev.PersonEvent]] = {
            ActionKind.HOLD: ev.ParticipantWaiting,
            ActionKind.ADMIT: ev.ParticipantJoined,
            ActionKind.KICK: ev.ParticipantLeft,
            ActionKind.DENY: ev.ParticipantLeft,
            ActionKind.BAN: ev.ParticipantLeft,
            ActionKind.STOP_SHARE: ev.ShareStopped,
            ActionKind.MUTE: ev.AudioMuted,
        }
        if effect := effects.get(action.kind):
            self.state = apply(self.state, effect(at=at, participant=action.target))

    def _write(self, at: float, kind: str, body: Mapping[str, Any]) -> None:
        self.rows.append(Row(number=len(self.rows) + 1, at=at, kind=kind, body=body))


def plain(value: Any) -> Any:
    """As JSON would hold it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def reader(words: Translator, after: float = 720.0) -> Reader:
    return Reader(words=words, zone=ZONE, now=START + after, names={"u1": "李老师"})


def opened(pupils: int = 41, **more: Any) -> Room:
    """A class that has begun: the teacher and some pupils whose accounts are on the list."""
    given = more.pop("roster", roster())
    room = Room(state=LessonState(lesson="L1", roster=given, title="7-3 数学", **more.pop("state", {})), **more)
    room.happen(ev.LessonStarted(at=START, title="7-3 数学"), ev.ParticipantJoined(at=START + 1, participant=TEACHER))
    for n in range(pupils):
        room.come(5 + n, f"p{n}", PUPILS[n], f"a{n}")
    return room


def calm() -> Room:
    return opened()


def raid(**more: Any) -> Room:
    """Strangers, one under the teacher's name, one under a pupil's; a share that is stopped; the teacher presses."""
    room = opened(**more)
    guest = Participant(id="s3", name="看这里")
    room.come(700, "s1", "user8812").come(701, "s2", "Ly老师", waits=True)
    room.come(703, "c1", PUPILS[0], waits=True).come(704, "c2", PUPILS[42])
    room.come(705, "s3", "看这里")
    room.delay = 1.2
    room.happen(ev.ShareStarted(at=START + 706, participant=guest))
    return room.press(Button.CALM, 712)


def by_hand() -> Room:
    return raid(capabilities=LEAVES_MUCH_TO_HANDS)


def observed() -> Room:
    """The rule about strangers only watches, and the platform does not do what it says."""
    preset = {"preset": "lecture", "roster_only": {"mode": "observe"}, "late_lock": {"mode": "off"}}
    room = opened(preset=preset, fate=OutcomeKind.UNCONFIRMED)
    return room.come(700, "s1", "user8812").press(Button.MUTE, 705, "s1")


def blind() -> Room:
    return calm().happen(ev.SightLost(at=START + 690, reason="events_stopped"))


def drill() -> Room:
    return raid(state={"drill": True})


def no_roster() -> Room:
    return opened(pupils=5, roster=Roster())


HOSTILE = (
    "<script>alert(1)</script>",
    "abc\u202egnp.exe\u2066",
    "长" * 10_000,
    "one\ntwo\r\nthree\tfour",
    "\u200b\u200b\u3164",
    "Z" + "\u0301" * 60,
    "{name.__class__}{0}%s%(x)s",
    "",
    "\"><img src=x onerror='x'>",
)


def hostile() -> Room:
    """Nobody here means well, not even the names."""
    room = opened(pupils=3)
    for n, name in enumerate(HOSTILE):
        room.come(700 + n, f'x{n}"><b>', name, waits=n % 2 == 0)
    return room


ROOMS = {f.__name__: f for f in (calm, raid, by_hand, observed, blind, drill, no_roster, hostile)}
