"""The room of a replay: what really happens of what people try, and what a measure does to them. Pure.

Nobody knows what people would have tried had they not been stopped: a replay plays what they did try, and lets the
simulated measures stand in their way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.domain import events as ev
from app.domain.actions import Action, ActionKind
from app.domain.people import Participant, Role
from app.domain.state import SETS
from app.replay.truth import Fact, What

Happens = tuple[ev.Event, ...]
NOTHING: Happens = ()


@dataclass(slots=True)
class Seat:
    """One presence as it really is."""

    who: Participant
    place: What = What.OUT
    audio: bool = False
    video: bool = False
    share: bool = False
    silenced: bool = False
    noted_at: float = 0.0  # the newest fact

    @property
    def leads(self) -> bool:
        """Whether the platform lets this presence do everything."""
        return self.who.role is not Role.ATTENDEE


@dataclass(slots=True)
class World:
    """`facts` is what was true of whom, second by second; who reads it knows who was hostile."""

    switches: dict[str, bool] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    banned: set[str] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)
    over: bool = False

    # --- what people try ----------------------------------------------------------------------------------------------

    def tries(self, event: ev.Event) -> Happens:
        """What becomes of it."""
        if self.over:
            return NOTHING
        handler = _TRIES.get(type(event))
        return handler(self, event) if handler else (event,)

    def comes(self, event: ev.ParticipantJoined | ev.ParticipantWaiting) -> Happens:
        seat = self.seats.setdefault(event.participant.id, Seat(event.participant))
        seat.who = _newer(seat.who, event.participant)
        if seat.place is What.INSIDE:
            return NOTHING if isinstance(event, ev.ParticipantWaiting) else (event,)
        let_in = isinstance(event, ev.ParticipantJoined) and event.admitted
        if not (let_in or seat.leads):
            if seat.place is What.OUT and (self.switches.get("locked") or self._kept_out(seat)):
                self._note(event.at, seat, What.SHUT_OUT)
                return NOTHING
            waits = self.switches.get("waiting_room", isinstance(event, ev.ParticipantWaiting))
            if waits:
                return NOTHING if seat.place is What.WAITS else self._moves(event.at, seat, What.WAITS)
        return self._moves(event.at, seat, What.INSIDE, event)

    def goes(self, event: ev.ParticipantLeft) -> Happens:
        seat = self.seats.get(event.participant.id)
        if seat is None or seat.place is What.OUT:
            return NOTHING
        return self._moves(event.at, seat, What.OUT)

    def sends(self, event: ev.MediaEvent, medium: str, live: bool) -> Happens:
        seat = self.seats.get(event.participant.id)
        if seat is None or seat.place is not What.INSIDE or getattr(seat, medium) is live:
            return NOTHING
        if live and not seat.leads and self.switches.get(_FORBIDS.get(medium, "")):
            return NOTHING
        setattr(seat, medium, live)
        self._note(event.at, seat, _SHOWN[medium, live])
        return (event,)

    def says(self, event: ev.ChatPosted) -> Happens:
        seat = self.seats.get(event.participant.id)
        if seat is None or seat.place is not What.INSIDE:
            return NOTHING
        if not seat.leads and (self.switches.get("chat_closed") or seat.silenced):
            return NOTHING
        self._note(event.at, seat, What.WROTE)
        return (event,)

    def described(self, event: ev.PersonEvent) -> Happens:
        seat = self.seats.get(event.participant.id)
        if seat is None or seat.place is What.OUT:
            return NOTHING
        role = event.participant.role if isinstance(event, ev.ParticipantRoleChanged) else seat.who.role
        seat.who = replace(_newer(seat.who, event.participant), role=role)
        return (event,)

    def set(self, event: ev.SettingsChanged) -> Happens:
        self._turned(event.switches)
        return (event,)

    def _turned(self, switches: ev.Switches) -> None:
        for name in ev.Switches.__dataclass_fields__:
            if (told := getattr(switches, name)) is not None:
                self.switches[name] = told

    def listed(self, event: ev.RosterPolled) -> Happens:
        """A list tells of people whom no event announced, and who they are; then it is as the room is here."""
        found: list[ev.Event] = []
        for row in event.attendance.inside:
            if row.participant.id not in self.seats:
                found += self.tries(ev.ParticipantJoined(at=event.asked_at, participant=row.participant))
            seat = self.seats[row.participant.id]
            seat.who = replace(_newer(seat.who, row.participant), role=row.participant.role)
        for p in event.attendance.waiting or ():
            if p.id not in self.seats:
                found += self.tries(ev.ParticipantWaiting(at=event.asked_at, participant=p))
            self.seats[p.id].who = _newer(self.seats[p.id].who, p)
        rows = tuple(
            ev.Presence(participant=s.who, audio=s.audio, video=s.video, share=s.share)
            for s in self.seats.values()
            if s.place is What.INSIDE
        )
        waiting = tuple(s.who for s in self.seats.values() if s.place is What.WAITS)
        switches = None
        if event.attendance.switches:  # this list tells of them
            self._turned(event.attendance.switches)
            switches = ev.Switches(**self.switches)
        seen = replace(event.attendance, inside=rows, waiting=waiting, switches=switches, exact=True)
        return (*found, replace(event, attendance=seen))

    def ends(self, event: ev.LessonEnded) -> Happens:
        for seat in self.seats.values():
            if seat.place is not What.OUT:
                self._leaves(event.at, seat)
        self.over = True
        return (event,)

    # --- what measures do ---------------------------------------------------------------------------------------------

    def undergoes(self, action: Action, at: float) -> Happens:
        """What a measure does, told as the platform would tell it."""
        if self.over:
            return NOTHING
        if action.kind in SETS:
            name, value = SETS[action.kind]
            switch: dict[str, Any] = {name: value}
            muted = self._all_muted(at) if action.kind is ActionKind.MUTE_ALL else NOTHING
            return (*muted, *self.set(ev.SettingsChanged(at=at, switches=ev.Switches(**switch))))
        if action.kind is ActionKind.END:
            return self.ends(ev.LessonEnded(at=at))
        seat = self.seats.get(action.target.id) if action.target else None
        handler = _UNDERGOES.get(action.kind)
        return handler(self, seat, action, at) if seat and handler else NOTHING

    def _all_muted(self, at: float) -> Happens:
        talking = [s for s in self.seats.values() if s.place is What.INSIDE and s.audio and not s.leads]
        return tuple(e for s in talking for e in self.sends(ev.AudioMuted(at=at, participant=s.who), "audio", False))

    def held(self, seat: Seat, action: Action, at: float) -> Happens:
        return self._moves(at, seat, What.WAITS) if seat.place is What.INSIDE else NOTHING

    def put_out(self, seat: Seat, action: Action, at: float) -> Happens:
        if action.kind is ActionKind.BAN:
            self.banned |= {seat.who.id, seat.who.account} - {""}
        return self._moves(at, seat, What.OUT) if seat.place is not What.OUT else NOTHING

    def let_in(self, seat: Seat, action: Action, at: float) -> Happens:
        return self._moves(at, seat, What.INSIDE) if seat.place is What.WAITS else NOTHING

    def welcome(self, seat: Seat, action: Action, at: float) -> Happens:
        self.banned -= {seat.who.id, seat.who.account}
        return NOTHING

    def quietened(self, seat: Seat, action: Action, at: float) -> Happens:
        seat.silenced = action.kind is ActionKind.SILENCE
        return NOTHING

    def _kept_out(self, seat: Seat) -> bool:
        return not self.banned.isdisjoint({seat.who.id, seat.who.account} - {""})

    def _moves(self, at: float, seat: Seat, place: What, told: ev.Event | None = None) -> Happens:
        if place is What.INSIDE:
            seat.place = place
            self._note(at, seat, place)
            return (
                told if isinstance(told, ev.ParticipantJoined) else ev.ParticipantJoined(at=at, participant=seat.who),
            )
        self._leaves(at, seat, place)
        kind = ev.ParticipantWaiting if place is What.WAITS else ev.ParticipantLeft
        return (kind(at=at, participant=seat.who),)

    def _leaves(self, at: float, seat: Seat, place: What = What.OUT) -> None:
        seat.place = place
        seat.audio = seat.video = seat.share = False
        self._note(at, seat, place)

    def _note(self, at: float, seat: Seat, what: What) -> None:
        seat.noted_at = max(at, seat.noted_at)  # a fact that came late is none before what it is told after
        self.facts.append(Fact(at=seat.noted_at, who=seat.who.id, what=what))


def _newer(old: Participant, new: Participant) -> Participant:
    """What the newer snapshot tells; what it leaves out, and the role, stay."""
    told = {f: v for f in ("name", "account", "email", "link", "address", "network") if (v := getattr(new, f))}
    return replace(old, **told)


_FORBIDS = {"audio": "unmute_forbidden", "share": "share_restricted"}
_SHOWN = {
    ("audio", True): What.HEARD, ("audio", False): What.UNHEARD, ("video", True): What.SEEN,
    ("video", False): What.UNSEEN, ("share", True): What.SHOWS, ("share", False): What.SHOWS_NOT,
}  # fmt: skip


def _sending(medium: str, live: bool) -> Callable[[World, Any], Happens]:
    return lambda world, event: world.sends(event, medium, live)


def _stopped(medium: str, told: type[ev.MediaEvent]) -> Callable[[World, Seat, Action, float], Happens]:
    return lambda world, seat, action, at: world.sends(told(at=at, participant=seat.who), medium, False)


def _silent(world: World, event: Any) -> Happens:
    """Of our own making: a replay has its own."""
    return NOTHING


_TRIES: Mapping[type[ev.Event], Callable[[World, Any], Happens]] = {
    ev.ParticipantJoined: World.comes,
    ev.ParticipantWaiting: World.comes,
    ev.ParticipantLeft: World.goes,
    ev.ParticipantRenamed: World.described,
    ev.ParticipantRoleChanged: World.described,
    ev.AudioUnmuted: _sending("audio", True),
    ev.AudioMuted: _sending("audio", False),
    ev.VideoStarted: _sending("video", True),
    ev.VideoStopped: _sending("video", False),
    ev.ShareStarted: _sending("share", True),
    ev.ShareStopped: _sending("share", False),
    ev.ChatPosted: World.says,
    ev.SettingsChanged: World.set,
    ev.RosterPolled: World.listed,
    ev.LessonEnded: World.ends,
    ev.ClockTicked: _silent,
    ev.OutcomeSettled: _silent,
    ev.RuleFailed: _silent,
}

_UNDERGOES: Mapping[ActionKind, Callable[[World, Seat, Action, float], Happens]] = {
    ActionKind.HOLD: World.held,
    ActionKind.DENY: World.put_out,
    ActionKind.KICK: World.put_out,
    ActionKind.BAN: World.put_out,
    ActionKind.UNBAN: World.welcome,
    ActionKind.ADMIT: World.let_in,
    ActionKind.SILENCE: World.quietened,
    ActionKind.UNSILENCE: World.quietened,
    ActionKind.MUTE: _stopped("audio", ev.AudioMuted),
    ActionKind.STOP_VIDEO: _stopped("video", ev.VideoStopped),
    ActionKind.STOP_SHARE: _stopped("share", ev.ShareStopped),
}
