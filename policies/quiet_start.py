"""A lesson begins quiet: pupils muted, chat closed, sharing for hosts only, until the teacher opens it or time ends."""

from collections.abc import Iterator

from app.domain.actions import Action, ActionKind, Decision, Lane, Severity
from app.domain.events import AudioUnmuted, Event, LessonStarted, ParticipantJoined
from app.domain.state import LessonState, Status
from policies.base import Rule, Settings, setting


class QuietStart(Settings):
    """What is closed at the start, and for how long."""

    minutes: int = setting(
        5, "minutes after the start that the lesson stays quiet (1 to 240)", stricter="higher", ge=1, le=240
    )
    mute: bool = setting(
        True, "mute everybody at the start and whoever comes in with an open microphone", stricter=(False, True)
    )
    chat: bool = setting(True, "close the chat", stricter=(False, True))
    share: bool = setting(True, "only hosts may share", stricter=(False, True))


_WISHES = (
    ("mute", "audio", ActionKind.MUTE_ALL, "muted_all"),
    ("chat", "chat", ActionKind.CLOSE_CHAT, "chat_closed"),
    ("share", "share", ActionKind.RESTRICT_SHARE, "share_restricted"),
)


def decide(settings: QuietStart, state: LessonState, event: Event) -> Iterator[Decision]:
    """Close what is open when the lesson begins; mute whoever is heard while it is quiet."""
    if state.started_at is None or state.status is not Status.LIVE:
        return
    left = state.started_at + settings.minutes * 60.0 - state.now
    if left <= 0:
        return
    if isinstance(event, AudioUnmuted):
        yield from _mute_one(settings, state, event)
    elif isinstance(event, LessonStarted) or len(state.inside) == 1:
        for name, opened, kind, switch in _WISHES:
            if getattr(settings, name) and opened not in state.opened and not getattr(state.switches, switch):
                yield Decision(
                    action=Action(kind=kind),
                    rule="quiet_start",
                    reason="quiet_start",
                    severity=Severity.INFO,
                    lane=Lane.ROUTINE,
                    expires_after=left,
                )


def _mute_one(settings: QuietStart, state: LessonState, event: AudioUnmuted) -> Iterator[Decision]:
    person = state.inside.get(event.participant.id)
    if settings.mute and person and person.audio and not person.staff and "audio" not in state.opened:
        yield Decision(
            action=Action(kind=ActionKind.MUTE, target=person.participant),
            rule="quiet_start",
            reason="quiet_unmuted",
            params=(("name", person.participant.name),),
            severity=Severity.LOW,
        )


RULE = Rule(name="quiet_start", settings=QuietStart, decide=decide, on=(LessonStarted, ParticipantJoined, AudioUnmuted))
