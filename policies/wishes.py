"""What several rules ask about people, and the wishes that several rules have."""

from collections.abc import Iterator

from app.domain.actions import SENDS_OUT, Action, ActionKind, Decision, Lane, Severity
from app.domain.people import Trust
from app.domain.state import LessonState, Person

# Seconds in which a list may tell who somebody is whose coming the platform announced without a word about him.
GRACE_INSIDE, GRACE_WAITING = 4.0, 10.0
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
