"""The brakes on everything the rules wish for, and the end of every automatic measure.

Hosts are never a target. What is asked or in force is not asked again. One presence gets one measure, the strongest.
A kick needs two independent facts or a human. Past the budget the room is closed instead of people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.domain.actions import STRENGTH, UNDO, ActionKind, Decision, OutcomeKind, Severity
from app.domain.events import ClockTicked
from app.domain.people import Trust
from app.domain.state import SETS, LessonState, Standing
from policies import wave
from policies.base import Rule, Settings, setting
from policies.expiry import ends_at, taken_back, temporary

REPEAT = 60.0  # seconds in which no rule asks again for what was just told or has just failed
LONGER = 60.0  # seconds that a measure must gain to be asked for anew
REPEAT_PRESS = 5.0  # seconds in which several people press the same button and mean it once


class Restraint(Settings):
    """How much may be done to people."""

    per_minute: int = setting(
        30, "measures against people in one minute; past it the room is closed (1 to 600)",
        stricter="higher", ge=1, le=600,
    )  # fmt: skip
    together: int = setting(
        2, "unknown people who offend within half a minute, one of the class counting half, "
        "after whom nobody is heard, read or seen for a while (2 to 100)", stricter="lower", ge=2, le=100,
    )  # fmt: skip
    together_minutes: int = setting(
        3,
        "minutes after which that ends by itself, if no unknown offender is left (1 to 60)",
        stricter="higher",
        ge=1,
        le=60,
    )
    wave_lock_minutes: int = setting(
        10, "minutes after which a room closed by a wave opens again (1 to 240)", stricter="higher", ge=1, le=240
    )
    silence_minutes: int = setting(
        10, "minutes after which somebody whom a rule silenced in chat may write again (1 to 240)",
        stricter="higher", ge=1, le=240,
    )  # fmt: skip
    hold_minutes: int = setting(
        5, "minutes after which somebody of the class list whom a rule sent back to wait is let in again (1 to 240)",
        stricter="higher", ge=1, le=240,
    )  # fmt: skip
    ban_minutes: int = setting(
        120, "minutes after which the ban of a stranger by a rule ends (1 to 600)", stricter="higher", ge=1, le=600
    )
    harden_days: int = setting(
        7, "days after a serious incident in which the class is guarded by the preset `strict` (0 to 90, 0 = never)",
        stricter="higher", ge=0, le=90,
    )  # fmt: skip


_AGAINST = frozenset(STRENGTH)
_PERSONAL = _AGAINST - {ActionKind.DELETE_MESSAGE}  # that one concerns a line: it goes with what its writer gets
_DRASTIC = frozenset({ActionKind.KICK, ActionKind.BAN})


def restrain(settings: Restraint, state: LessonState, wishes: Sequence[Decision]) -> tuple[Decision, ...]:
    """What is left of the wishes on one event."""
    held = _held_for_now(state) if any(w.action.kind is ActionKind.ADMIT for w in wishes) else frozenset()
    open_to = [w for w in map(_needs_facts, wishes) if not _spared(state, w) and not _lets_in(w, held)]
    kept = [_for_a_time(settings, state, w) for w in open_to if not in_force(state, w)]
    return tuple(_within_budget(settings, state, _strongest(kept)))


def _needs_facts(wish: Decision) -> Decision:
    """A kick on one fact alone becomes a hold."""
    if wish.action.kind in _DRASTIC and wish.facts < 2 and not wish.by:
        return replace(wish, action=replace(wish.action, kind=ActionKind.HOLD))
    return wish


def _spared(state: LessonState, wish: Decision) -> bool:
    target = wish.action.target
    if target is None or wish.action.kind not in _AGAINST:
        return False
    person = state.person(target.id)
    return bool(person and person.staff)


def _held_for_now(state: LessonState) -> frozenset[str]:
    """Whom a rule holds for some minutes: that hold ends by itself, and no other rule ends it sooner."""
    held = (s for s in state.intents.values() if s.action.kind is ActionKind.HOLD and not s.by)
    return frozenset(s.action.target.id for s in held if s.action.target and _lasts(state, s))


def _lasts(state: LessonState, hold: Standing) -> bool:
    """Whether a hold goes on: its time is not up, or it has none and was asked a moment ago. Two rules that do not
    agree about somebody would else send him in and out.
    """
    if hold.until is not None:
        return hold.until > state.now
    return hold.at > state.now - REPEAT and hold.status is not OutcomeKind.SIMULATED


def _lets_in(wish: Decision, held: frozenset[str]) -> bool:
    target = wish.action.target
    admits = wish.action.kind is ActionKind.ADMIT and not wish.by and not wish.undo_of
    return bool(admits and target and target.id in held)


def _for_a_time(settings: Restraint, state: LessonState, wish: Decision) -> Decision:
    """Every automatic measure against a person that can be taken back ends by itself.

    A hold ends for those of the class list only: a stranger waits until somebody lets him in, and so does a name for
    which nothing else speaks, unless it is only an offence that sent it out.
    """
    kind, target = wish.action.kind, wish.action.target
    if wish.by or wish.expires_after is not None or target is None or kind not in UNDO:
        return wish
    if kind is ActionKind.HOLD:
        person = state.person(target.id)
        listed = person and (person.trusted or (wish.strike and person.match.trust is Trust.CLAIMED))
        if not listed or (person and state.is_barred(person)):
            return wish
    minutes = {
        ActionKind.SILENCE: settings.silence_minutes,
        ActionKind.HOLD: settings.hold_minutes,
        ActionKind.BAN: settings.ban_minutes,
    }.get(kind)
    return wish if minutes is None else replace(wish, expires_after=minutes * 60.0)


def in_force(state: LessonState, wish: Decision) -> bool:
    """Whether the same is on its way, shown as by hand, just tried in vain, or the room already is like that.

    A switch may show what is no longer so (everybody was muted, and some unmuted since): it stops rules, not humans.
    """
    sets = SETS.get(wish.action.kind)
    if sets and not wish.by and getattr(state.switches, sets[0]) is sets[1] and not _reversal_open(state, wish):
        if not _prolongs(state, wish, sets[0]):
            return True
    return any(_same(state, standing, wish) for standing in state.intents.values())


def _prolongs(state: LessonState, wish: Decision, switch: str) -> bool:
    """Whether a measure of ours would end before the time that is wished for: it is asked for anew, for longer."""
    change = state.changes.get(switch)
    owner = state.intents.get(change.intent) if change else None
    if owner is None or owner.until is None or wish.observed:
        return False
    return wish.expires_after is None or state.now + wish.expires_after >= owner.until + LONGER


def _reversal_open(state: LessonState, wish: Decision) -> bool:
    """Whether the opposite of the wish has been asked for and is not settled yet."""
    switch, value = SETS[wish.action.kind]
    return any(SETS.get(s.action.kind) == (switch, not value) for s in state.open_intents())


def _same(state: LessonState, standing: Standing, wish: Decision) -> bool:
    if standing.action.kind is not wish.action.kind or standing.action.key != wish.action.key:
        return False
    if wish.action.kind is ActionKind.ALERT:
        return standing.reason == wish.reason and standing.at > state.now - REPEAT
    if standing.status in (OutcomeKind.PENDING, OutcomeKind.REQUESTED, OutcomeKind.MANUAL):
        human = wish.by and standing.status is OutcomeKind.MANUAL
        return not human or standing.at > state.now - REPEAT_PRESS
    if wish.by:
        return _pressed_together(state, standing, wish)
    return standing.status in _NOT_AGAIN and standing.at > state.now - REPEAT and not _reversed(state, standing)


def _reversed(state: LessonState, standing: Standing) -> bool:
    """Whether the opposite was asked for since: then this is no repetition."""
    sets = SETS.get(standing.action.kind)
    back = (sets[0], not sets[1]) if sets else None
    return (
        any(s.at >= standing.at and SETS.get(s.action.kind) == back for s in state.intents.values()) if back else False
    )


# The ladder has answered to these; a rule that asks again at the next event would only hammer the platform.
_NOT_AGAIN = frozenset(
    {
        OutcomeKind.SIMULATED,
        OutcomeKind.REFUSED,
        OutcomeKind.FAILED,
        OutcomeKind.UNSUPPORTED,
        OutcomeKind.UNCONFIRMED,
    }
)


def _pressed_together(state: LessonState, standing: Standing, wish: Decision) -> bool:
    """Whether somebody pressed the same button a moment ago, it worked, and the room still is like that."""
    sets = SETS.get(wish.action.kind)
    if not sets or getattr(state.switches, sets[0]) is not sets[1] or _reversal_open(state, wish):
        return False
    return bool(standing.by) and standing.reason == wish.reason and standing.at > state.now - REPEAT_PRESS


def _strongest(wishes: Sequence[Decision]) -> list[Decision]:
    """One measure per presence; wishes about the room and alerts all stay."""
    best: dict[str, Decision] = {}
    offended = {w.action.target.id for w in wishes if w.strike and w.action.target and not (w.observed or w.by)}
    for wish in wishes:
        target = wish.action.target
        if target and wish.action.kind in _PERSONAL:
            held = best.get(target.id)
            if held is None or _rank(wish) > _rank(held):
                best[target.id] = wish
    chosen = set(map(id, best.values()))
    kept: dict[tuple[str, ...], Decision] = {}
    for wish in wishes:
        target = wish.action.target
        if target and wish.action.kind in _PERSONAL:
            if id(wish) not in chosen:
                continue
            if target.id in offended and not (wish.observed or wish.by):
                wish = replace(wish, strike=True)  # what answers to an offence counts as one, whoever wished for it
        key = (*wish.action.key, wish.reason if wish.action.kind is ActionKind.ALERT else "")
        held = kept.get(key)
        if held is None or _outlasts(wish, held):
            kept[key] = wish
    return list(kept.values())


def _rank(wish: Decision) -> tuple[bool, bool, int]:
    """A human's wish beats a rule's; an enforced one beats an observed one; then the stronger."""
    return (bool(wish.by), not wish.observed, STRENGTH.index(wish.action.kind))


def _outlasts(wish: Decision, held: Decision) -> bool:
    """Of two wishes for the same: an enforced one before an observed one, then the one that stays in force longer."""
    if wish.observed is not held.observed:
        return held.observed
    return held.expires_after is not None and (wish.expires_after or float("inf")) > held.expires_after


def _within_budget(settings: Restraint, state: LessonState, wishes: Sequence[Decision]) -> Iterator[Decision]:
    spent = None
    closed = False
    for wish in wishes:
        if wish.by or wish.observed or wish.action.kind not in _AGAINST:
            yield wish  # pupils at the door are let in also during a wave
            continue
        spent = _spent(state) if spent is None else spent
        spent += 1
        if spent <= settings.per_minute:
            yield wish
        elif not closed:
            closed = True
            seconds = settings.wave_lock_minutes * 60.0
            room = wave.close_room(wave.EVERYTHING, seconds, Severity.CRITICAL, reason="wave")
            yield from (w for w in room if not in_force(state, w))


def _spent(state: LessonState) -> int:
    """Measures of the last minute; what was only shown to a person to do by hand touched nobody."""
    since = state.now - 60.0
    return sum(
        s.at > since and not s.by and s.action.kind in _AGAINST and s.status not in _TOUCHED_NOBODY
        for s in state.intents.values()
    )


_TOUCHED_NOBODY = frozenset({OutcomeKind.SIMULATED, OutcomeKind.MANUAL, OutcomeKind.UNSUPPORTED})


def decide(settings: Restraint, state: LessonState, event: ClockTicked) -> Iterator[Decision]:
    """Take back every measure whose time is up, unless somebody changed it since or the person is not there."""
    for standing in temporary(state):
        if ends_at(state, standing) <= state.now:
            yield taken_back(standing, "restraint", "time_is_up")


def wake(settings: Restraint, state: LessonState) -> float | None:
    """When the next measure's time is up."""
    due = min((ends_at(state, s) for s in temporary(state)), default=float("inf"))
    return None if due == float("inf") else due


RULE = Rule(name="restraint", settings=Restraint, decide=decide, on=(ClockTicked,), wake=wake)
