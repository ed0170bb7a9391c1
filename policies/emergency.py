"""The buttons, and keeping what they forbade. They work with every other rule off and past any budget (House 4)."""

from collections.abc import Callable, Iterator

from app.domain.actions import UNDO, Action, ActionKind, Button, Decision, Lane, OutcomeKind, Severity
from app.domain.events import AudioUnmuted, ButtonPressed, MediaEvent, ShareStarted
from app.domain.people import Participant
from app.domain.state import SETS, LessonState
from policies.base import Rule, Settings, setting


class Emergency(Settings):
    """What "calm the room" does."""

    lock_minutes: int = setting(
        15, "minutes after which the hard lock of a calmed room ends by itself (1 to 240)",
        stricter="higher", ge=1, le=240,
    )  # fmt: skip


_SEVERITY = {
    Button.CALM: Severity.HIGH,
    Button.KICK: Severity.MEDIUM,
    Button.BAN: Severity.MEDIUM,
    Button.UNBAN: Severity.MEDIUM,
    Button.UNDO: Severity.MEDIUM,
    Button.STOP_SHARING: Severity.MEDIUM,
    Button.END: Severity.MEDIUM,
}

CALM = (
    ActionKind.MUTE_ALL,
    ActionKind.FORBID_UNMUTE,
    ActionKind.CLOSE_CHAT,
    ActionKind.RESTRICT_SHARE,
    ActionKind.OPEN_WAITING_ROOM,
    ActionKind.LOCK,
)

# What opens a switch again.
_BACK: dict[str, ActionKind] = {
    "unmute_forbidden": ActionKind.ALLOW_UNMUTE,
    "chat_closed": ActionKind.OPEN_CHAT,
    "share_restricted": ActionKind.ALLOW_SHARE,
    "locked": ActionKind.UNLOCK,
    "waiting_room": ActionKind.CLOSE_WAITING_ROOM,
}


def decide(settings: Emergency, state: LessonState, event: ButtonPressed | MediaEvent) -> Iterator[Decision]:
    """Turn a press into wishes, with who pressed in each; and keep what was forbidden forbidden."""
    if isinstance(event, ButtonPressed):
        yield from _BUTTONS[event.button](settings, state, event)
    else:
        yield from _kept(state, event)


def _kept(state: LessonState, event: MediaEvent) -> Iterator[Decision]:
    """Platforms without a switch (Janus) let a pupil send anew: he is muted again as soon as that shows."""
    person = state.inside.get(event.participant.id)
    kind, switch, sends = (
        (ActionKind.MUTE, "unmute_forbidden", "audio")
        if isinstance(event, AudioUnmuted)
        else (ActionKind.STOP_SHARE, "share_restricted", "share")
    )
    change = state.changes.get(switch)
    if person is None or person.staff or not getattr(person, sends) or not getattr(state.switches, switch):
        return
    if change is None or change.at <= event.at:
        yield Decision(
            action=Action(kind=kind, target=person.participant),
            rule="emergency",
            reason="forbidden",
            params=(("name", person.participant.name),),
            severity=Severity.LOW if person.trusted else Severity.MEDIUM,
        )


def _wish(
    event: ButtonPressed,
    kind: ActionKind,
    target: Participant | None = None,
    *,
    expires_after: float | None = None,
    undo_of: str = "",
) -> Decision:
    return Decision(
        action=Action(kind=kind, target=target),
        rule="emergency",
        reason=f"button_{event.button}",
        params=(("name", target.name),) if target else (),
        severity=_SEVERITY.get(event.button, Severity.LOW),
        lane=Lane.PANIC,
        facts=2,
        by=event.by,
        expires_after=expires_after,
        undo_of=undo_of,
    )


def _calm(settings: Emergency, state: LessonState, event: ButtonPressed) -> Iterator[Decision]:
    yield from _stop_sharing(settings, state, event)
    for kind in CALM:
        expires = settings.lock_minutes * 60.0 if kind is ActionKind.LOCK else None
        yield _wish(event, kind, expires_after=expires)


def _restore(settings: Emergency, state: LessonState, event: ButtonPressed) -> Iterator[Decision]:
    """Give back what calm changed, where nobody changed it since and it was open before."""
    for switch, intent in calmed(state).items():
        yield _wish(event, _BACK[switch], undo_of=intent)
        if switch == "unmute_forbidden" and _were_muted(state):
            yield _wish(event, ActionKind.MUTE_ALL)  # allowing to unmute may end "mute all" on the way


def calmed(state: LessonState) -> dict[str, str]:
    """The switches that are calm's to give back, with its intent: changed by it, or about to be."""
    found = {}
    for switch, change in state.calm.items():
        latest = state.changes.get(switch)
        if switch in _BACK and not change.before and latest and latest.intent == change.intent:
            found[switch] = change.intent
    undone = {s.undo_of for s in state.intents.values()}
    for standing in state.intents.values():
        switch, value = SETS.get(standing.action.kind, ("", False))
        asked = standing.button == "calm" and standing.status in _PERHAPS and standing.id not in undone
        if asked and switch in _BACK and getattr(state.switches, switch) is not value:
            found[switch] = standing.id  # not done yet, by hand, or never shown: it is taken back after it
    return found


_PERHAPS = (OutcomeKind.PENDING, OutcomeKind.REQUESTED, OutcomeKind.MANUAL, OutcomeKind.UNCONFIRMED)


def _were_muted(state: LessonState) -> bool:
    """Whether all were muted before calm, so that this is not calm's to take back."""
    muted = state.calm.get("muted_all")
    return bool(state.switches.muted_all and (muted is None or muted.before))


def _stop_sharing(settings: Emergency, state: LessonState, event: ButtonPressed) -> Iterator[Decision]:
    for person in state.inside.values():
        if person.share and not person.staff:
            yield _wish(event, ActionKind.STOP_SHARE, person.participant)


def _stop_and_restrict(settings: Emergency, state: LessonState, event: ButtonPressed) -> Iterator[Decision]:
    yield from _stop_sharing(settings, state, event)
    yield _wish(event, ActionKind.RESTRICT_SHARE)


def _mute_all(settings: Emergency, state: LessonState, event: ButtonPressed) -> Iterator[Decision]:
    yield _wish(event, ActionKind.MUTE_ALL)


def _room(kind: ActionKind) -> "Handler":
    return lambda settings, state, event: iter((_wish(event, kind),))


def _on_person(kind: ActionKind) -> "Handler":
    def handler(settings: Emergency, state: LessonState, event: ButtonPressed) -> Iterator[Decision]:
        if person := state.person(event.participant):
            yield _wish(event, kind, person.participant)

    return handler


def _unban(settings: Emergency, state: LessonState, event: ButtonPressed) -> Iterator[Decision]:
    """The person is out, so the newest ban on that id tells whom."""
    for standing in reversed(tuple(state.intents.values())):
        target = standing.action.target
        if standing.action.kind in (ActionKind.BAN, ActionKind.KICK) and target and target.id == event.participant:
            yield _wish(event, ActionKind.UNBAN, target, undo_of=standing.id)
            return


def _undo(settings: Emergency, state: LessonState, event: ButtonPressed) -> Iterator[Decision]:
    """Take one measure back, where there is a way back."""
    standing = state.intents.get(event.undo_of)
    if standing and standing.action.kind in UNDO:
        yield _wish(event, UNDO[standing.action.kind], standing.action.target, undo_of=standing.id)


Handler = Callable[[Emergency, LessonState, ButtonPressed], Iterator[Decision]]

_BUTTONS: dict[Button, Handler] = {
    Button.CALM: _calm,
    Button.RESTORE: _restore,
    Button.MUTE_ALL: _mute_all,
    Button.ALLOW_UNMUTE: _room(ActionKind.ALLOW_UNMUTE),
    Button.CLOSE_CHAT: _room(ActionKind.CLOSE_CHAT),
    Button.OPEN_CHAT: _room(ActionKind.OPEN_CHAT),
    Button.STOP_SHARING: _stop_and_restrict,
    Button.ALLOW_SHARE: _room(ActionKind.ALLOW_SHARE),
    Button.LOCK: _room(ActionKind.LOCK),
    Button.UNLOCK: _room(ActionKind.UNLOCK),
    Button.ADMIT: _on_person(ActionKind.ADMIT),
    Button.DENY: _on_person(ActionKind.DENY),
    Button.HOLD: _on_person(ActionKind.HOLD),
    Button.MUTE: _on_person(ActionKind.MUTE),
    Button.KICK: _on_person(ActionKind.KICK),
    Button.BAN: _on_person(ActionKind.BAN),
    Button.UNBAN: _unban,
    Button.UNDO: _undo,
    Button.END: _room(ActionKind.END),
}

RULE = Rule(name="emergency", settings=Emergency, decide=decide, on=(ButtonPressed, AudioUnmuted, ShareStarted))
