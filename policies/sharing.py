"""Who may share a screen. A share that is not allowed is stopped at once and the right is taken back to the hosts."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from app.domain.actions import Action, ActionKind, Decision, Lane, Severity
from app.domain.events import Event, LessonStarted, ShareStarted
from app.domain.state import LessonState, Status
from policies.base import Rule, Settings
from policies.door import rest_of_lesson


class Sharing(Settings):
    """Screen-share limits."""

    who: Literal["hosts", "roster", "everyone"] = Field(
        "hosts", description="hosts; roster: hosts and verified pupils; everyone"
    )


def decide(settings: Sharing, state: LessonState, event: Event) -> Iterator[Decision]:
    """Restrict at the start; stop a share by somebody who may not."""
    if settings.who == "everyone" or state.status is not Status.LIVE:
        return
    if isinstance(event, ShareStarted):
        yield from _stop(settings, state, event)
    elif settings.who == "hosts" and "share" not in state.opened and not state.switches.share_restricted:
        yield _restrict(state, Severity.INFO, Lane.ROUTINE)


def _stop(settings: Sharing, state: LessonState, event: ShareStarted) -> Iterator[Decision]:
    person = state.inside.get(event.participant.id)
    if person is None or person.staff or not person.share:
        return
    opened = settings.who == "roster" or "share" in state.opened
    if opened and person.trusted:
        return
    yield Decision(
        action=Action(kind=ActionKind.STOP_SHARE, target=person.participant),
        rule="sharing",
        reason="share_not_allowed",
        params=(("name", person.participant.name),),
        severity=Severity.MEDIUM if person.trusted else Severity.HIGH,
    )
    if not opened and not state.switches.share_restricted:
        yield _restrict(state, Severity.MEDIUM, Lane.GUARD)


def _restrict(state: LessonState, severity: Severity, lane: Lane) -> Decision:
    return Decision(
        action=Action(kind=ActionKind.RESTRICT_SHARE),
        rule="sharing",
        reason="share_hosts",
        severity=severity,
        lane=lane,
        expires_after=rest_of_lesson(state),
    )


RULE = Rule(name="sharing", settings=Sharing, decide=decide, on=(LessonStarted, ShareStarted))
