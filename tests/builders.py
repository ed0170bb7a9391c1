"""A world from one literal: a class with its roster, who is inside, who waits; events and policies with short names.

People: `teacher()` leads, `pupil(n)` is vouched for by an account, `named(n)` only carries the name of pupil n,
`stranger(n)` is nobody. Their presence ids are "t", "p3", "n3", "x3".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from string import Formatter
from typing import Any

from app.domain import events as ev
from app.domain.actions import Action, ActionKind, Button, Decision, Lane, Outcome, OutcomeKind, Severity
from app.domain.incidents import incident_for
from app.domain.people import Participant, Role, Roster, RosterEntry
from app.domain.state import LessonState, Standing, apply, note
from app.web import words
from policies import RULES, decide
from policies.base import Policy
from policies.documents import policy as from_document

START = 1_790_000_000.0  # when every lesson here begins
MADE_UP = "because"  # the reason of a wish that no rule had
LATER = START + 2400.0  # well after every door has closed and every quiet start has ended
MINUTE = 60.0


# --- people -----------------------------------------------------------------------------------------------------------


def teacher(id: str = "t", role: Role = Role.HOST) -> Participant:
    return Participant(id=id, name="李老师", account="teacher-1", role=role)


def pupil(n: int, id: str = "", name: str = "") -> Participant:
    """On the roster, signed in with an account."""
    return Participant(id=id or f"p{n}", name=name or f"学生{n}", account=f"account-{n}")


def named(n: int, id: str = "") -> Participant:
    """Carries the name of pupil n and nothing that proves it."""
    return Participant(id=id or f"n{n}", name=f"学生{n}")


def stranger(n: int, id: str = "") -> Participant:
    return Participant(id=id or f"x{n}", name=f"user88{n:02}")


def entry(n: int, **more: Any) -> RosterEntry:
    """Pupil n on the roster."""
    return RosterEntry(id=f"r{n}", name=f"学生{n}", accounts=(f"account-{n}",), **more)


def roster(size: int) -> Roster:
    """Pupils 1 to `size`."""
    return Roster(tuple(entry(n) for n in range(1, size + 1)))


# --- events -----------------------------------------------------------------------------------------------------------


def started(at: float = START, title: str = "") -> ev.LessonStarted:
    return ev.LessonStarted(at=at, title=title)


def ended(at: float = LATER) -> ev.LessonEnded:
    return ev.LessonEnded(at=at)


def joined(who: Participant, at: float = LATER, admitted: bool = False) -> ev.ParticipantJoined:
    return ev.ParticipantJoined(at=at, participant=who, admitted=admitted)


def waits(who: Participant, at: float = LATER) -> ev.ParticipantWaiting:
    return ev.ParticipantWaiting(at=at, participant=who)


def left(who: Participant, at: float = LATER, waiting_only: bool = False) -> ev.ParticipantLeft:
    return ev.ParticipantLeft(at=at, participant=who, waiting_only=waiting_only)


def renamed(who: Participant, name: str, at: float = LATER) -> ev.ParticipantRenamed:
    return ev.ParticipantRenamed(at=at, participant=replace(who, name=name))


def promoted(who: Participant, role: Role, at: float = LATER) -> ev.ParticipantRoleChanged:
    return ev.ParticipantRoleChanged(at=at, participant=replace(who, role=role))


def unmuted(who: Participant, at: float = LATER, stream: str = "") -> ev.AudioUnmuted:
    return ev.AudioUnmuted(at=at, participant=who, stream=stream)


def muted(who: Participant, at: float = LATER, stream: str = "") -> ev.AudioMuted:
    return ev.AudioMuted(at=at, participant=who, stream=stream)


def films(who: Participant, at: float = LATER, stream: str = "") -> ev.VideoStarted:
    return ev.VideoStarted(at=at, participant=who, stream=stream)


def shares(who: Participant, at: float = LATER) -> ev.ShareStarted:
    return ev.ShareStarted(at=at, participant=who)


def unshares(who: Participant, at: float = LATER) -> ev.ShareStopped:
    return ev.ShareStopped(at=at, participant=who)


def says(who: Participant, text: str, at: float = LATER, message: str = "") -> ev.ChatPosted:
    return ev.ChatPosted(at=at, participant=who, text=text, message=message)


def switched(at: float = LATER, **switches: bool) -> ev.SettingsChanged:
    return ev.SettingsChanged(at=at, switches=ev.Switches(**switches))


def ticked(at: float = LATER) -> ev.ClockTicked:
    return ev.ClockTicked(at=at)


def polled(
    inside: Sequence[Participant | ev.Presence],
    waiting: Sequence[Participant] | None = (),
    at: float = LATER,
    asked_at: float | None = None,
    switches: ev.Switches | None = None,
    **more: bool,
) -> ev.RosterPolled:
    """The platform's own list; without `asked_at` the answer came at once."""
    rows = tuple(p if isinstance(p, ev.Presence) else ev.Presence(participant=p) for p in inside)
    there = None if waiting is None else tuple(waiting)
    seen = ev.Attendance(inside=rows, waiting=there, switches=switches, **more)
    return ev.RosterPolled(at=at, attendance=seen, asked_at=at if asked_at is None else asked_at)


def pressed(
    button: Button | str,
    who: Participant | None = None,
    at: float = LATER,
    by: str = "u1",
    key: str = "",
    undo: str = "",
) -> ev.ButtonPressed:
    return ev.ButtonPressed(
        at=at,
        button=Button(button),
        by=by,
        key=key or f"{button}-{at}",
        participant=who.id if who else "",
        undo_of=undo,
    )


def settled(standing: Standing, outcome: OutcomeKind, at: float = LATER, assumed: bool = False) -> ev.OutcomeSettled:
    told = Outcome(kind=outcome, assumed=assumed)
    return ev.OutcomeSettled(at=at, intent=standing.id, action=standing.action, outcome=told)


# --- a lesson ---------------------------------------------------------------------------------------------------------


def fold(state: LessonState, *events: ev.Event) -> LessonState:
    """The state after these events, in this order."""
    for event in events:
        state = apply(state, event)
    return state


def lesson(
    *,
    pupils: int = 5,
    inside: Iterable[Participant] = (),
    waiting: Iterable[Participant] = (),
    at: float = LATER,
    before: Iterable[ev.Event] = (),
    scheduled: float | None = None,
    **switches: bool,
) -> LessonState:
    """A lesson with a roster of `pupils`, begun at START and now at `at`; who is there came right at the beginning."""
    state = LessonState(lesson="l1", roster=roster(pupils), scheduled_at=scheduled)
    state = fold(state, started())
    state = fold(state, *(joined(p, START + 1) for p in inside), *(waits(p, START + 1) for p in waiting))
    if switches:
        state = fold(state, switched(START + 2, **switches))
    return replace(fold(state, *before), now=at)


def standing(
    kind: ActionKind, who: Participant | None = None, at: float = LATER, id: str = "i1", **more: Any
) -> Standing:
    """An intent as the fold knows it."""
    given: dict[str, Any] = {
        "rule": "roster_only", "reason": "stranger", "severity": Severity.MEDIUM, "lane": Lane.GUARD,
        "deadline": at + 60, **more,
    }  # fmt: skip
    return Standing(id=id, action=Action(kind=kind, target=who), at=at, **given)


# --- policies and what they decide ------------------------------------------------------------------------------------


def policy(preset: str = "lecture", **overrides: Any) -> Policy:
    """A preset with a course's own layer: policy("exam", late_lock={"minutes": 3})."""
    return from_document({"preset": preset, **overrides})


def only(rule: str, **settings: Any) -> Policy:
    """One rule with these settings and its defaults; every other rule is off."""
    others = {r.name: {"mode": "off"} for r in RULES if r.name != rule}
    alone = {r.name: r.settings() for r in RULES if r.name == rule}
    document = {"preset": "lecture", **others}
    made = from_document(document)
    return Policy(
        preset="", rules={**made.rules, rule: type(alone[rule]).model_validate({"mode": "enforce", **settings})}
    )


def in_short(decisions: Iterable[Decision]) -> tuple[str, ...]:
    """Decisions for a table: "hold x1", "lock", "alert" ("~" in front of what is only observed).

    Whatever a test sees decided, people can be told: there is a sentence for it, and what the sentence names is given.
    """
    decisions = tuple(decisions)
    for decision in decisions:
        assert not untold(decision), decision
    return tuple(
        ("~" if d.observed else "") + " ".join(filter(None, (d.action.kind.value, _id_of(d.action)))) for d in decisions
    )


def in_full(decisions: Iterable[Decision]) -> tuple[str, ...]:
    """What in_short leaves out: "hold x1 for roster_only/stranger: medium, guard, 2 facts, 600 s, once, a strike"."""
    decisions = tuple(decisions)
    return tuple(f"{short} for {_why(d)}" for short, d in zip(in_short(decisions), decisions, strict=True))


def _why(d: Decision) -> str:
    parts = (
        d.severity.name.lower(), d.lane.name.lower(), f"{d.facts} facts" if d.facts != 1 else "",
        "" if d.expires_after is None else f"{d.expires_after:g} s", "only" if d.only else "",
        "a strike" if d.strike else "", f"undoes {d.undo_of}" if d.undo_of else "", f"by {d.by}" if d.by else "",
    )  # fmt: skip
    return f"{d.rule}/{d.reason}: " + ", ".join(filter(None, parts))


def untold(decision: Decision) -> str:
    """What is missing for the sentence that people read; "" = nothing, or a wish that a test made up."""
    if decision.reason == MADE_UP:
        return ""
    sentence, given = _sentences().get(decision.reason, ""), dict(decision.params)
    named = {name for _, name, _, _ in Formatter().parse(sentence) if name} - {"rule"}  # the page itself knows the rule
    if not sentence or not named <= given.keys():
        return f"no words for {decision.reason} with {sorted(given)}"
    target = decision.action.target
    return "the name of somebody else" if target and given.get("name", target.name) != target.name else ""


@cache
def _sentences() -> dict[str, str]:
    english = words.load()[words.Language.EN]
    return {reason: english(f"reason.{reason}") for reason in words.REASONS}


def _id_of(action: Action) -> str:
    return action.target.id if action.target else ""


@dataclass
class Rehearsal:
    """A lesson played without a platform: each event is folded and decided upon, each decision stands."""

    policy: Policy
    state: LessonState
    made: list[Decision] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)

    def tell(self, *events: ev.Event) -> tuple[Decision, ...]:
        """What the rules decide on these events."""
        decided: list[Decision] = []
        for event in events:
            self.state = apply(self.state, event)
            for decision in decide(self.policy, self.state, event):
                assert not untold(decision), decision
                self._intend(decision)
                decided.append(decision)
        self.made.extend(decided)
        return tuple(decided)

    def _intend(self, decision: Decision) -> None:
        number, now = len(self.standing) + 1, self.state.now
        until = None if decision.expires_after is None else now + decision.expires_after
        intent = Standing(
            id=f"l1.{number}", action=decision.action, rule=decision.rule, reason=decision.reason,
            severity=decision.severity, lane=decision.lane, at=now, deadline=now + 60, by=decision.by, until=until,
            incident=incident_for(self.state, decision.severity, now, number),
            button="calm" if decision.reason == "button_calm" else "", undo_of=decision.undo_of, strike=decision.strike,
            status=OutcomeKind.SIMULATED if decision.observed else OutcomeKind.PENDING,
        )  # fmt: skip
        self.state = note(self.state, intent)
        self.standing.append(intent)

    def settle(self, outcome: OutcomeKind = OutcomeKind.CONFIRMED, at: float | None = None) -> tuple[Decision, ...]:
        """Everything that is open comes out like this."""
        when = self.state.now if at is None else at
        return self.tell(*(settled(s, outcome, when) for s in self.state.open_intents()))

    def against_pupils(self) -> list[str]:
        """What was done to people."""
        return [
            text for d, text in zip(self.made, in_short(self.made), strict=True)
            if d.action.target and d.action.kind not in (ActionKind.ADMIT, ActionKind.ALERT)
        ]  # fmt: skip
