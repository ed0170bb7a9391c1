"""The rules, explicit and in order, and the one pure function that asks them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

from app.domain.actions import Action, ActionKind, Decision, Severity
from app.domain.events import Event, RuleFailed
from app.domain.state import LessonState, Status
from policies import (
    abuse,
    after_class,
    emergency,
    flood,
    host_change,
    host_gone,
    impostor,
    join_wave,
    keep_out,
    ladder,
    late_lock,
    links,
    noise,
    quiet_start,
    restraint,
    roster_only,
    share_guard,
    silent_stranger,
)
from policies.base import Policy, Rule
from policies.ladder import Ladder
from policies.restraint import Restraint, restrain
from policies.rungs import climbed
from policies.wave import together

RULES: tuple[Rule, ...] = (
    emergency.RULE,
    keep_out.RULE,
    impostor.RULE,  # before roster_only: of two reasons for the same the more telling one is told
    roster_only.RULE,
    join_wave.RULE,
    host_gone.RULE,
    host_change.RULE,
    silent_stranger.RULE,
    late_lock.RULE,
    quiet_start.RULE,
    share_guard.RULE,
    noise.RULE,
    abuse.RULE,
    links.RULE,
    flood.RULE,
    after_class.RULE,
    ladder.RULE,
    restraint.RULE,
)

# Buttons and brakes answer to no switch: law House 4, and nothing may act unrestrained.
ALWAYS = frozenset({"emergency", "restraint", "ladder"})

_BY_EVENT: dict[type[Event], tuple[Rule, ...]] = {
    kind: tuple(r for r in RULES if kind in r.on) for rule in RULES for kind in rule.on
}


def decide(
    policy: Policy, state: LessonState, event: Event, lap: Callable[[str], None] | None = None
) -> tuple[Decision, ...]:
    """What should be done after `event`, which `state` already holds. Pure; a rule that raises yields one alert.

    `lap` is told the name of each rule when it is done, so that whoever has a clock can see which one is slow.
    """
    state = roster_only.dated(cast(roster_only.RosterOnly, policy.of(roster_only.RULE)), state)
    wishes: list[Decision] = [too_slow(event)] if isinstance(event, RuleFailed) else []
    for rule in _BY_EVENT.get(type(event), ()):
        wishes.extend(_ask(rule, policy, state, event))
        if lap:
            lap(rule.name)
    if not wishes:
        return ()
    brakes = cast(Restraint, policy.of(restraint.RULE))
    if any(wish.strike for wish in wishes):
        rungs = cast(Ladder, policy.of(ladder.RULE))
        wishes = [raised for wish in wishes for raised in climbed(rungs, state, wish)]
        wishes += together(brakes.together, brakes.together_minutes * 60.0, state, wishes)
    return restrain(brakes, state, wishes)


def _ask(rule: Rule, policy: Policy, state: LessonState, event: Event) -> Iterator[Decision]:
    settings = policy.of(rule)
    if settings.mode == "off" and rule.name not in ALWAYS:
        return
    try:
        wishes = tuple(rule.decide(settings, state, event))
    except Exception as e:  # becomes an incident of its own; the other rules and the lesson go on
        yield failed(rule, e)
        return
    observed = settings.mode == "observe" and rule.name not in ALWAYS
    yield from (replace(w, observed=True) for w in wishes) if observed else wishes


def wake_at(policy: Policy, state: LessonState) -> float | None:
    """When the clock should tick for this lesson next; None = nothing is due."""
    if state.status is not Status.LIVE:
        return None
    state = roster_only.dated(cast(roster_only.RosterOnly, policy.of(roster_only.RULE)), state)
    asked = [r.wake(policy.of(r), state) for r in RULES if r.wake and (policy.of(r).mode != "off" or r.name in ALWAYS)]
    return min((at for at in asked if at is not None), default=None)


def too_slow(event: RuleFailed) -> Decision:
    """A rule that keeps the others waiting is an incident of its own, too."""
    return Decision(
        action=Action(kind=ActionKind.ALERT),
        rule=event.rule,
        reason="rule_slow",
        params=(("error", event.error),),
        severity=Severity.MEDIUM,
    )


def failed(rule: Rule, error: Exception) -> Decision:
    """A broken rule is an incident of its own."""
    return Decision(
        action=Action(kind=ActionKind.ALERT),
        rule=rule.name,
        reason="rule_failed",
        params=(("error", type(error).__name__),),
        severity=Severity.MEDIUM,
    )
