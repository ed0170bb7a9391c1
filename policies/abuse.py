"""Abuse in chat, in Chinese, Vietnamese and English, however it is dressed up.

A stranger's line is taken back and he is silenced; a pupil is warned and people are told; a suspicion, and a line that
tells of what others said, is only told. The words are data: policies/terms and the school's own list.
"""

from collections.abc import Iterator

from app.domain.actions import Action, ActionKind, Decision, Severity
from app.domain.events import ChatPosted
from app.domain.state import LessonState, Person
from policies import wave
from policies.base import Rule, Settings, setting
from policies.terms.search import Found, searcher
from policies.wishes import identity_facts, told

PAUSE = 3.0  # seconds in which a pupil's next lines are the same outburst


class Abuse(Settings):
    """What follows when somebody insults, threatens or harasses others in chat."""

    minutes: int = setting(
        10, "minutes after which a silenced stranger may write again (1 to 240)", stricter="higher", ge=1, le=240
    )
    suspicions: bool = setting(True, "tell people also of what may be meant as abuse", stricter=(False, True))


def decide(settings: Abuse, state: LessonState, event: ChatPosted) -> Iterator[Decision]:
    """A strong word of somebody nobody knows is answered; everything else is told."""
    writer = state.person(event.participant.id)
    if not event.text or writer is None or writer.staff:
        return
    found = searcher(state.terms).find(event.text)
    if found is None:
        return
    if found.weak:
        if settings.suspicions:
            yield _flagged(writer, found)
    elif writer.trusted or not state.listed:
        yield told(writer, "abuse_pupil", Severity.LOW, rule="abuse")
        before = state.strikes_of(writer)
        if not before or before[-1] <= event.at - PAUSE:
            yield _of_the_class(state, writer)
    else:
        if event.message:
            yield taken_back(writer, event.message, rule="abuse", reason="abuse")
        yield _against(writer, ActionKind.SILENCE, Severity.MEDIUM, "abuse", settings.minutes * 60.0)


def _of_the_class(state: LessonState, writer: Person) -> Decision:
    """A pupil is warned first; who joins in an attack is not."""
    kind = ActionKind.SILENCE if wave.attacked(state) else ActionKind.WARN
    return _against(writer, kind, Severity.LOW, "abuse_pupil")


def _flagged(writer: Person, found: Found) -> Decision:
    return told(writer, "abuse_reported" if found.reported else "abuse_suspected", Severity.LOW, rule="abuse")


def _against(
    writer: Person, kind: ActionKind, severity: Severity, reason: str, seconds: float | None = None
) -> Decision:
    return Decision(
        action=Action(kind=kind, target=writer.participant),
        rule="abuse",
        reason=reason,
        params=(("name", writer.participant.name),),
        severity=severity,
        facts=identity_facts(writer),
        expires_after=seconds,
        strike=True,
    )


def taken_back(writer: Person, message: str, *, rule: str, reason: str) -> Decision:
    """Take one line off the screens, where the platform can; nothing stands in for it where it cannot."""
    return Decision(
        action=Action(kind=ActionKind.DELETE_MESSAGE, target=writer.participant, reference=message),
        rule=rule,
        reason=reason,
        params=(("name", writer.participant.name),),
        severity=Severity.MEDIUM,
        facts=identity_facts(writer),
        only=True,
    )


RULE = Rule(name="abuse", settings=Abuse, decide=decide, on=(ChatPosted,))
