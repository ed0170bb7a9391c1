"""What the n-th offence of a person costs: a rule asks for the weakest measure, and each offence climbs a rung.

Told, muted or silenced, held, put out, kept out. How far it may go depends on who it is: a verified pupil, or whoever a
teacher let in, is muted and shown, never sent out; a name of the list goes back to wait at the most; only a stranger is
put out. Without a list nobody is a stranger.
"""

from dataclasses import replace

from app.domain.actions import STRENGTH, Action, ActionKind, Decision, Lane, Severity
from app.domain.people import Trust
from app.domain.state import LessonState, Person
from policies.ladder import Ladder
from policies.wishes import identity_facts, nobody_unmutes

AS_ASKED, QUIET, OUTSIDE, OUT = 0, 1, 2, 4  # the highest rung that somebody may reach
_HIGHER = {2: ActionKind.HOLD, 3: ActionKind.KICK, 4: ActionKind.BAN}
_HEARD = frozenset({"noise"})  # rules whose offences are heard, not read


def climbed(settings: Ladder, state: LessonState, wish: Decision) -> tuple[Decision, ...]:
    """The wish as hard as this person's offences make it, and an alert where it may not get that hard."""
    target = wish.action.target
    person = state.person(target.id) if target and wish.strike and not wish.by else None
    if person is None or person.staff:
        return (wish,)
    before = state.strikes_of(person)
    same = bool(before) and state.now - before[-1] < settings.apart_seconds
    count = len(before) + (0 if same else 1)
    due = sum(count >= at for at in (settings.mute_at, settings.hold_at, settings.kick_at, settings.ban_at))
    most = highest(state, person)
    raised = _raised(wish, person, min(due, most), count)
    if same:
        raised = replace(raised, strike=False)
    more = [_flag(wish, person, due)] if most is QUIET and due >= QUIET else []
    if due > QUIET and most < OUT and wish.rule in _HEARD:
        more.append(nobody_unmutes(wish))
    return (raised, *more)


def highest(state: LessonState, person: Person) -> int:
    """The rung that this person may reach."""
    if person.staff:
        return AS_ASKED
    if person.trusted or not state.listed:
        return QUIET
    return OUTSIDE if person.match.trust is Trust.CLAIMED else OUT


def _raised(wish: Decision, person: Person, rung: int, count: int) -> Decision:
    kind = _HIGHER.get(rung) or _quiet(wish)
    if rung == AS_ASKED or STRENGTH.index(kind) <= STRENGTH.index(wish.action.kind):
        return wish
    severity = wish.severity if person.trusted else max(wish.severity, Severity.MEDIUM)
    return replace(
        wish,
        action=Action(kind=kind, target=wish.action.target),
        params=(*wish.params, ("strikes", str(count))),
        severity=max(severity, Severity.HIGH) if rung > QUIET else severity,
        facts=max(wish.facts, identity_facts(person)),
    )


def _quiet(wish: Decision) -> ActionKind:
    """What takes the medium of the offence away, and no other."""
    return ActionKind.MUTE if wish.rule in _HEARD else ActionKind.SILENCE


def _flag(wish: Decision, person: Person, due: int) -> Decision:
    """Somebody who may belong here is not sent out: people are told that he goes on."""
    return Decision(
        action=Action(kind=ActionKind.ALERT, target=person.participant),
        rule=wish.rule,
        reason="offends_again",
        params=(("name", person.participant.name),),
        severity=Severity.MEDIUM if due > QUIET else Severity.LOW,
        lane=Lane.GUARD,
        observed=wish.observed,
    )
