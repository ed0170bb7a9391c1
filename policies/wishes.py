"""What several rules ask about people, and the wishes that several rules have."""

from collections.abc import Iterator

from app.domain.actions import SENDS_OUT, Action, ActionKind, Decision, Lane, OutcomeKind, Severity
from app.domain.people import Fact, Match, Trust
from app.domain.state import LessonState, Person

# Seconds in which a list may tell who somebody is whose coming the platform announced without a word about him.
GRACE_INSIDE, GRACE_WAITING = 4.0, 10.0
KEEPS_OUT = frozenset({"roster_only", "impostor", "late_lock", "keep_out", "host_gone", "silent_stranger"})
ROOM_SECONDS = 300.0  # for which nobody may unmute because of one who will not stop
AGAIN = 60.0  # seconds before the same presence is held again


def unnamed(person: Person) -> bool:
    """Whether the platform has not told who this is: WeCom announces that somebody came, its list brings his link."""
    p = person.participant
    return not (p.name or p.account or p.accounts or p.email or p.link)


def perhaps_known(state: LessonState, person: Person) -> bool:
    """Whether the platform's list may still tell who this is."""
    grace = GRACE_WAITING if person.participant.id in state.waiting else GRACE_INSIDE
    return unnamed(person) and state.now < person.since + grace


def tried(state: LessonState, person: Person) -> bool:
    """Whether something was done about this presence lately, whatever it came down to and what came of it.

    Somebody who came in again since, or whose account was not known then, is to be dealt with anew.
    """
    who = person.participant
    since = max(state.now - AGAIN, person.since if who.id in state.inside else 0.0)
    asked = (s for s in state.intents.values() if s.action.kind in SENDS_OUT or s.rule in ("roster_only", "late_lock"))
    targets = (s.action.target for s in asked if s.at >= since and s.action.target is not None)
    return any((target.id, target.account) == (who.id, who.account) for target in targets)


def fits(state: LessonState, person: Person) -> bool:
    """Whether somebody's name fits where most of the class are known by nothing else: nobody else here carries it, and
    it is no disguise.
    """
    return name_fits(state, person.participant.id, person.match)


def name_fits(state: LessonState, participant_id: str, match: Match) -> bool:
    """The same of somebody who may have left."""
    if match.trust is not Trust.CLAIMED or match.entry is None or Fact.DISGUISED in match.facts:
        return False
    others = [p.match for p in state.inside.values() if not p.staff and p.participant.id != participant_id]
    if sum(m.trust is Trust.CLAIMED for m in others) < sum(m.trust is Trust.VERIFIED for m in others):
        return False
    return not any(m.entry == match.entry for m in others)


def identity_facts(person: Person) -> int:
    """How many independent facts speak against a presence: no known account or link, and no name of the list."""
    return {Trust.VERIFIED: 0, Trust.CLAIMED: 1, Trust.STRANGER: 2}[person.match.trust]


def admit(person: Person, reason: str, rule: str = "roster_only") -> Decision:
    """Let a known pupil in."""
    return Decision(
        action=Action(kind=ActionKind.ADMIT, target=person.participant),
        rule=rule,
        reason=reason,
        params=(("name", person.participant.name),),
        severity=Severity.INFO,
        lane=Lane.ROUTINE,
    )


def keep_away(person: Person, kind: ActionKind, reason: str, severity: Severity, rule: str = "roster_only") -> Decision:
    """Take a presence out of the lesson, as gently as `kind` says."""
    return Decision(
        action=Action(kind=kind, target=person.participant),
        rule=rule,
        reason=reason,
        params=(("name", person.participant.name),),
        severity=severity,
        facts=identity_facts(person),
    )


def told(person: Person, reason: str, severity: Severity, rule: str = "roster_only") -> Decision:
    """Say it in the panel and do nothing else."""
    return Decision(
        action=Action(kind=ActionKind.ALERT, target=person.participant),
        rule=rule,
        reason=reason,
        params=(("name", person.participant.name),),
        severity=severity,
    )


def no_roster(state: LessonState, rule: str = "roster_only") -> Iterator[Decision]:
    """Tell the teacher, once in a lesson, that nobody can be judged."""
    stale = "roster_stale" if state.roster_stale else "no_roster"
    reason = "roster_shrunk" if state.roster_shrunk else stale if state.roster else "no_roster"
    if not any(standing.reason == reason for standing in state.intents.values()):
        yield Decision(action=Action(kind=ActionKind.ALERT), rule=rule, reason=reason, severity=Severity.LOW)


def mentioned(state: LessonState, person: Person, *reasons: str) -> bool:
    """Whether one of these was told or done about this presence since it came."""
    return any(
        s.reason in reasons and s.at >= person.since and s.action.target is not None
        and s.action.target.id == person.participant.id
        for s in state.intents.values()
    )  # fmt: skip


def nobody_unmutes(wish: Decision) -> Decision:
    """Who may not be sent out and opens his microphone again and again ends only when nobody can, for a while."""
    return Decision(
        action=Action(kind=ActionKind.FORBID_UNMUTE),
        rule=wish.rule,
        reason="offends_again",
        params=wish.params,
        severity=Severity.MEDIUM,
        lane=Lane.PANIC,
        observed=wish.observed,
        expires_after=ROOM_SECONDS,
    )


def out_of_place(state: LessonState, person: Person) -> bool:
    """Whether a rule wanted somebody out who could only be muted, because the platform has nothing else for it."""
    return not person.trusted and any(
        s.action.kind is ActionKind.MUTE and s.rule in KEEPS_OUT and s.at >= person.since and not s.by
        and s.action.target is not None and s.action.target.id == person.participant.id
        and s.status is not OutcomeKind.SIMULATED
        for s in state.intents.values()
    )  # fmt: skip
