"""Between the domain's values and stored text: events, intents and the folded state.

A stored row is split in two: what is no personal data, and `private` (names, accounts, chat), which can be erased.
"""

from collections.abc import Mapping
from dataclasses import fields, make_dataclass
from typing import Any

import msgspec

from app.domain.actions import Action, OutcomeKind
from app.domain.events import EVENTS, Event, OutcomeSettled
from app.domain.people import Roster, RosterEntry
from app.domain.state import LessonState, Standing

PRIVATE = frozenset(
    {"name", "account", "accounts", "address", "email", "network", "link", "text", "raw", "params", "title", "strikes"}
)
_OMITTED = frozenset(
    {"name", "account", "email", "network", "link", "address", "stream", "message", "undo_of", "title", "detail",
     "code", "raw", "reference", "by", "button", "target", "operator", "instruction", "switches", "waiting", "frame",
     "scheduled_at", "ends_at"}
)  # fmt: skip
_EMPTY = ("", None)
_RARELY = frozenset({"admitted", "accounts", "strike", "strikes"})  # written only where there is something to say
# Fields that an event cannot do without, but a row can: they are personal and erased, or were empty.
_ERASED = {"chat.posted": {"text": ""}, "unknown": {"name": ""}, "button.pressed": {"by": ""}}


def event_row(event: Event) -> tuple[str, str]:
    """(body, private) of an event as JSON text; private is "" when there is nothing personal in it."""
    built = msgspec.to_builtins(event)
    if isinstance(event, OutcomeSettled):
        built["action"].pop("operator", None)
    return _texts(built)


def event_from(kind: str, body: str, private: str | None) -> Event:
    """The event of a stored row; what was erased comes back empty. Raises KeyError for an unknown kind."""
    told = {**_ERASED.get(kind, {}), **whole(body, private)}
    built: Event = msgspec.convert(told, EVENTS[kind], strict=False)
    return built


def intent_row(standing: Standing, params: tuple[tuple[str, str], ...], observed: bool) -> tuple[str, str]:
    """(body, private) of an intent as JSON text. The operator is an address, not part of what was decided."""
    built: dict[str, Any] = msgspec.to_builtins(standing)
    for name in ("status", "settled_at"):
        built.pop(name)
    built["action"].pop("operator", None)
    return _texts({**built, "params": params, "observed": observed})


def intent_from(body: str, private: str | None) -> tuple[Standing, bool]:
    """The intent of a stored row, and whether it was only observed."""
    built = whole(body, private)
    observed = bool(built.pop("observed", False))
    built.pop("params", None)
    built["status"] = OutcomeKind.SIMULATED if observed else OutcomeKind.PENDING
    return msgspec.convert(built, Standing, strict=False), observed


def whole(body: str, private: str | None) -> dict[str, Any]:
    """A stored row as one JSON object, for the timeline and exports."""
    public: dict[str, Any] = msgspec.json.decode(body)
    return _join(public, msgspec.json.decode(private)) if private else public


def action_text(action: Action) -> str:
    """An action with its operator, for the queue of intents."""
    return msgspec.json.encode(action).decode()


def action_from(text: str) -> Action:
    """The action of a queued intent."""
    return msgspec.json.decode(text, type=Action)


_ATTACHED = ("roster", "terms")  # to a state by whoever loads it
_Snapshot = make_dataclass(
    "Snapshot",
    [(f.name, f.type, f) for f in fields(LessonState) if f.name not in _ATTACHED],
    frozen=True,
    slots=True,
    kw_only=True,
)
_SNAPSHOT_FIELDS = tuple(f.name for f in fields(LessonState) if f.name not in _ATTACHED)
_snapshot_decoder: Any = msgspec.msgpack.Decoder(_Snapshot, strict=False)
_encoder = msgspec.msgpack.Encoder()


def snapshot(state: LessonState) -> bytes:
    """The folded state, packed; what is attached to it is no part of it."""
    return _encoder.encode({name: getattr(state, name) for name in _SNAPSHOT_FIELDS})


def state_from(packed: bytes, roster: Roster) -> LessonState:
    """The folded state again, with its roster attached."""
    flat = _snapshot_decoder.decode(packed)
    return LessonState(roster=roster, **{name: getattr(flat, name) for name in _SNAPSHOT_FIELDS})


def roster_text(entries: tuple[RosterEntry, ...]) -> str:
    """A roster as JSON text."""
    return msgspec.json.encode(entries).decode()


def roster_from(text: str) -> Roster:
    """A roster from its JSON text."""
    return Roster(_roster_decoder.decode(text))


def packed_roster(text: str) -> bytes:
    """A stored roster as it is kept in memory until somebody is looked up in it."""
    return text.encode()


def roster_of(packed: bytes) -> Roster:
    """The roster of packed text, unpacked when it is needed."""
    return Roster() if packed in (b"", b"[]") else Roster(unpack=lambda: _roster_decoder.decode(packed))


_roster_decoder = msgspec.json.Decoder(tuple[RosterEntry, ...])


def _texts(built: Any) -> tuple[str, str]:
    public, private = _split(built)
    return msgspec.json.encode(public).decode(), msgspec.json.encode(private).decode() if private else ""


def _split(value: Any) -> tuple[Any, Any]:
    """(what is no personal data, the rest) in the same nesting; lists are told apart by index."""
    if isinstance(value, Mapping):
        public: dict[str, Any] = {}
        private: dict[str, Any] = {}
        for key, item in value.items():
            if (item in _EMPTY and key in _OMITTED) or (not item and key in _RARELY):
                continue
            if key in PRIVATE:
                private[key] = item
            elif isinstance(item, dict | list | tuple):
                public[key], hidden = _split(item)
                if hidden:
                    private[key] = hidden
            else:
                public[key] = item
        return public, private
    if isinstance(value, list | tuple):
        pairs = [_split(item) for item in value]
        hidden = {str(i): p for i, (_, p) in enumerate(pairs) if p}
        return [p for p, _ in pairs], hidden
    return value, None


def _join(public: Any, private: Any) -> Any:
    if isinstance(public, list):
        return [_join(item, private[str(i)]) if str(i) in private else item for i, item in enumerate(public)]
    joined = dict(public)
    for key, hidden in private.items():
        joined[key] = _join(joined[key], hidden) if key in joined else hidden
    return joined
