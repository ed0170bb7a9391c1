"""The practice classroom wearing another platform: its capabilities, its budgets, and only the facts it would tell."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, ClassVar

from adapters import REGISTRY
from adapters.base import Adapter, Delivery, Received
from adapters.budget import Budget
from adapters.drill import DrillAdapter, DrillSettings
from adapters.drill.control import CONFIRMED, REQUESTED, Room
from adapters.http import Http
from adapters.notes import Notes
from app.domain.actions import Action, ActionKind, Level, Outcome, OutcomeKind, Support
from app.domain.events import Attendance, Event, PersonEvent, Presence, SettingsChanged, Switches
from app.domain.people import Participant
from scenarios.poverty import Poverty, poverty_of


class Worn(DrillAdapter):
    """A practice classroom that passes for another platform. Made by `wearing`."""

    kind: ClassVar[type[Adapter[Any]]]
    poverty: ClassVar[Poverty]

    def __init__(self, settings: DrillSettings, http: Http, notes: Notes | None = None) -> None:
        super().__init__(settings, http, notes)
        self.model = model_of(self.kind)

    # --- what it can do: the other platform's word --------------------------------------------------------------------

    def supports(self, kind: ActionKind, target: Participant | None = None, lesson_key: str = "") -> Support:
        return self.model.supports(kind, target, lesson_key)

    def limits(self) -> tuple[Budget, ...]:
        return self.model.limits()

    def every(self, *, hot: bool) -> float | None:
        return self.model.every(hot=hot)

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        """What of the action takes effect there. An answer is an acceptance: nothing is proven by it."""
        if self.supports(action.kind, action.target, lesson_key).level in (Level.NONE, Level.MANUAL):
            return Outcome(kind=OutcomeKind.UNSUPPORTED)
        room = Room(self.settings, self.http, lesson_key)
        for kind in self.poverty.effects.get(action.kind, (action.kind,)):
            await room.perform(replace(action, kind=kind))
        return CONFIRMED if action.kind is ActionKind.ALERT else REQUESTED

    # --- what it tells ------------------------------------------------------------------------------------------------

    def parse(self, delivery: Delivery) -> tuple[Received, ...]:
        """The facts that would have been told, as poor as they would have been."""
        told = (replace(r, event=e) for r in super().parse(delivery) if (e := self._poor(r.event)) is not None)
        return tuple(told)

    async def participants(self, lesson_key: str) -> Attendance:
        """The list, without what the other platform's list does not have."""
        return self.poor_list(await super().participants(lesson_key))

    def poor_list(self, seen: Attendance) -> Attendance:
        """What the other platform would have answered."""
        lists = self.poverty.lists
        return replace(
            seen,
            inside=tuple(self._row(row) for row in seen.inside),
            waiting=tuple(self._who(p) for p in seen.waiting or ()) if "waiting" in lists else None,
            switches=self._switches(seen.switches) if seen.switches else None,
        )

    def _poor(self, event: Event) -> Event | None:
        if event.kind not in self.tells:
            return None
        if isinstance(event, SettingsChanged):
            switches = self._switches(event.switches)
            return replace(event, switches=switches) if switches else None
        return replace(event, participant=self._who(event.participant)) if isinstance(event, PersonEvent) else event

    def _who(self, person: Participant) -> Participant:
        named = person if self.poverty.names else replace(person, name="")
        return replace(named, network="")

    def _row(self, row: Presence) -> Presence:
        has = self.poverty.lists
        who = self._who(row.participant)
        return Presence(
            participant=who,
            audio=row.audio if "audio" in has else None,
            video=row.video if "video" in has else None,
            share=row.share if "share" in has else None,
        )

    def _switches(self, told: Switches) -> Switches | None:
        """Only the switches that the platform tells; None when it tells none of these."""
        names = [f.name for f in fields(Switches) if f.name in self.poverty.switches]
        kept = {name: getattr(told, name) for name in names}
        return Switches(**kept) if any(v is not None for v in kept.values()) else None


def model_of(kind: type[Adapter[Any]]) -> Adapter[Any]:
    """An adapter of that platform which is asked what it supports and never sends anything."""
    return kind(kind.settings_type.model_validate(dict(poverty_of(kind.platform).settings)), Http())


def wearing(platform: str) -> type[DrillAdapter]:
    """The practice classroom as that platform of the registry; itself as "drill". Raises KeyError."""
    kind = REGISTRY[platform]
    if issubclass(kind, DrillAdapter):
        return kind
    poverty = poverty_of(platform)
    tells = kind.tells & poverty.tells  # an adapter declares all its rooms and options together
    own: Mapping[str, Any] = {
        name: getattr(kind, name)
        for name in ("title", "proof", "capabilities", "budgets", "poll_seconds", "settles_seconds", "ways")
    }
    return type(f"Worn{kind.__name__}", (Worn,), {**own, "kind": kind, "poverty": poverty, "tells": tells})
