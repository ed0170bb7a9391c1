"""What happened, newest first: an intent and its outcomes are one line, with the seconds it took and the way back."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from app.domain.actions import UNDO, ActionKind, Button, Capabilities, Level, OutcomeKind
from app.domain.people import Participant, Trust, match
from app.domain.state import SETS, LessonState, Standing, Status
from app.web.views.reader import Reader
from app.web.views.text import TEXT_LENGTH, iso, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a lesson's log. `kind` is an event's kind or "intent"; `body` its JSON, as the log keeps it."""

    number: int
    at: float
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of an intent: the word, and how long it took ("" while it is under way)."""

    key: str
    word: str
    seconds: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `source` is auto, person or room; `undo` is the intent that can be taken back ("" if none)."""

    number: int
    time: str
    moment: str
    kind: str
    source: str
    who: str
    what: Markup
    why: Markup
    result: Result | None = None
    by_hand: str = ""
    undo: str = ""
    simulated: bool = False


EFFECT = 6.0  # seconds within which the platform reports what an intent changed

# What a teacher sees of the events; microphones and polls would drown the rest, chat is left to the reviewers.
TOLD = frozenset(
    {
        *("lesson.started", "lesson.ended", "participant.renamed", "participant.role_changed"),
        *("share.started", "settings.changed", "risk.reported"),
        *("button.pressed", "roster.loaded", "sight.lost", "sight.regained", "rule.failed"),
    }
)
COMING_AND_GOING = frozenset({"participant.waiting", "participant.joined", "participant.left"})
_STEPS = frozenset({"intent", "outcome.settled"})
SEVERAL = frozenset({Button.CALM, Button.RESTORE})
_UNDOABLE = frozenset({OutcomeKind.REQUESTED, OutcomeKind.CONFIRMED, OutcomeKind.UNCONFIRMED})


def timeline(
    state: LessonState, rows: Sequence[Row], capabilities: Capabilities, reader: Reader, *, limit: int = 100
) -> tuple[Line, ...]:
    """The newest `limit` lines for the panel, newest first."""
    ours = sorted(r.at for r in rows if r.kind == "intent" and _turns_a_switch(r))
    told = [r for r in rows if _is_news(state, r) and not (r.kind == "settings.changed" and _follows(r.at, ours))]
    lines = _lines(state, told, capabilities, reader)
    return tuple(sorted(lines, key=lambda line: line.number, reverse=True)[:limit])


def _lines(state: LessonState, rows: Sequence[Row], capabilities: Capabilities, reader: Reader) -> Iterable[Line]:
    ordered = sorted(rows, key=lambda r: r.number)
    settled = {str(r.body.get("intent", "")): r for r in ordered if _settles(r)}
    for row, following in zip(ordered, [*ordered[1:], None], strict=True):
        if row.kind == "intent":
            yield _of_intent(state, row, settled.get(str(row.body.get("id", ""))), capabilities, reader)
        elif not _settles(row) and not _is_told_by(row, following):
            yield _of_event(state, row, reader)


def _is_told_by(press: Row, following: Row | None) -> bool:
    """Whether the intent that follows a press says it all: a press that asks for one thing is one line."""
    button = press.body.get("button", "")
    if press.kind != "button.pressed" or following is None or following.kind != "intent" or button in SEVERAL:
        return False
    asked = following.body
    return asked.get("by") == press.body.get("by") and asked.get("reason") == f"button_{button}"


def _is_news(state: LessonState, row: Row) -> bool:
    """Whether a teacher wants to know: forty pupils of the list who come and go are none."""
    if row.kind not in COMING_AND_GOING:
        return row.kind in TOLD | _STEPS
    told = _mapping(row.body.get("participant"))
    account, email, link = (str(told.get(name) or "") for name in ("account", "email", "link"))
    accounts = tuple(map(str, told.get("accounts") or ()))
    known = match(state.roster, Participant(id="", account=account, email=email, link=link, accounts=accounts))
    return known.trust is not Trust.VERIFIED


def _turns_a_switch(row: Row) -> bool:
    return _mapping(row.body.get("action")).get("kind") in SETS


def _follows(at: float, intents: Sequence[float]) -> bool:
    """Whether a change of the room's settings is the effect of an intent of ours, whose line says it already."""
    place = bisect_right(intents, at)
    return place > 0 and at - intents[place - 1] <= EFFECT


def _settles(row: Row) -> bool:
    return row.kind == "outcome.settled"


# --- intents ----------------------------------------------------------------------------------------------------------


def _of_intent(state: LessonState, row: Row, last: Row | None, capabilities: Capabilities, reader: Reader) -> Line:
    body, words = row.body, reader.words
    by, action = str(body.get("by", "")), _mapping(body.get("action"))
    why = reason(body, reader)
    alert = action.get("kind") == ActionKind.ALERT
    outcome = _mapping(last.body.get("outcome")) if last else {}
    return Line(
        number=row.number,
        time=reader.time(row.at),
        moment=iso(row.at, reader.zone),
        kind=row.kind,
        source="person" if by else "auto",
        who=reader.who(by) if by else words("Automatic"),
        what=why if alert else wish(action, reader),
        why=Markup() if alert or by else why,
        result=None if alert else _result(row, last, outcome, reader),
        by_hand=_by_hand(action, outcome, capabilities, reader),
        undo=undoable(state, str(body.get("id", "")), capabilities),
        simulated=bool(body.get("observed")),
    )


def wish(action: Mapping[str, Any], reader: Reader) -> Markup:
    """What was wished of the platform, and for whom, in words."""
    words = reader.words
    word = words.word("action", action.get("kind", ""))
    target = action.get("target")
    if not isinstance(target, Mapping):
        return escape(word)
    return words.html("line.target", action=escape(word), name=reader.name(str(target.get("name", ""))))


def reason(body: Mapping[str, Any], reader: Reader) -> Markup:
    """The sentence for an intent's reason and params; a reason nobody wrote words for says which rule asked."""
    key = f"reason.{body.get('reason', '')}"
    params = {str(k): str(v) for k, v in body.get("params") or ()}
    values: dict[str, object] = {
        "name": reader.name(params.pop("name", "")),
        "rule": rule_word(str(body.get("rule", "")), reader),
    }
    if "action" in params:
        values["action"] = escape(reader.words.word("action", params.pop("action")))
    values |= {k: shown(v) for k, v in params.items()}
    if not reader.words.knows(key):
        return reader.words.html("reason.other", **values)
    return reader.words.html(key, **{"action": "", "error": "", **values})


def rule_word(name: str, reader: Reader) -> str:
    """The rule's name for people; its own where nobody wrote one."""
    key = f"rule.{name}"
    return reader.words(key) if reader.words.knows(key) else shown(name)


def _result(row: Row, last: Row | None, outcome: Mapping[str, Any], reader: Reader) -> Result:
    key = str(outcome.get("kind") or (OutcomeKind.SIMULATED if row.body.get("observed") else OutcomeKind.PENDING))
    seconds = ""
    if last is not None and key not in (OutcomeKind.SIMULATED, OutcomeKind.MANUAL):
        took = max(0.0, last.at - row.at)
        shown_seconds = reader.words.number(took) if took >= 0.1 else "< " + reader.words.number(0.1)
        seconds = reader.words("{seconds} s", seconds=shown_seconds)
    detail = " ".join(shown(str(outcome.get(part) or ""), 120) for part in ("code", "detail")).strip()
    return Result(key=key, word=reader.words.word("outcome", key), seconds=seconds, detail=detail)


def _by_hand(action: Mapping[str, Any], outcome: Mapping[str, Any], capabilities: Capabilities, reader: Reader) -> str:
    if outcome.get("kind") != OutcomeKind.MANUAL:
        return ""
    told = outcome.get("instruction")
    if isinstance(told, Mapping):
        return reader.words.of(told)
    support = next((s for kind, s in capabilities.items() if kind == action.get("kind")), None)
    return reader.words.of(support.instruction if support else None)


def undoable(state: LessonState, intent: str, capabilities: Capabilities) -> str:
    """The intent's id while taking it back would change something and this platform has a way."""
    standing = state.intents.get(intent)
    if standing is None or state.status is not Status.LIVE or standing.status not in _UNDOABLE:
        return ""
    back = UNDO.get(standing.action.kind)
    support = capabilities.get(back) if back else None
    if support is None or (support.level is Level.NONE and not support.instead):
        return ""
    return intent if in_force(state, standing) else ""


def in_force(state: LessonState, standing: Standing) -> bool:
    """Whether a measure still stands: its switch is as it set it, its person still waits, no later one lifted it."""
    kind, target = standing.action.kind, standing.action.target
    if sets := SETS.get(kind):
        change = state.changes.get(sets[0])
        return bool(change and change.intent == standing.id) and getattr(state.switches, sets[0]) is sets[1]
    if kind is ActionKind.HOLD:
        return target is not None and target.id in state.waiting
    later = list(state.intents.values())
    later = later[later.index(standing) + 1 :]
    return not any(s.action.kind is UNDO[kind] and _whom(s) == _whom(standing) for s in later)


def _whom(standing: Standing) -> str:
    return standing.action.target.id if standing.action.target else ""


# --- events -----------------------------------------------------------------------------------------------------------


def _of_event(state: LessonState, row: Row, reader: Reader) -> Line:
    by = str(row.body.get("by", ""))
    return Line(
        number=row.number,
        time=reader.time(row.at),
        moment=iso(row.at, reader.zone),
        kind=row.kind,
        source="person" if by else "room",
        who=reader.who(by) if by else "",
        what=pressed(state, row, reader) if row.kind == "button.pressed" else happened(row, reader),
        why=Markup(),
    )


def pressed(state: LessonState | None, row: Row, reader: Reader) -> Markup:
    """The button that was pressed and, while the person is here, about whom."""
    word = reader.words.word("button", row.body.get("button", ""))
    person = state.person(str(row.body.get("participant", ""))) if state else None
    if person is None:
        return escape(word)
    return reader.words.html("line.target", action=escape(word), name=reader.name(person.participant.name))


def happened(row: Row, reader: Reader) -> Markup:
    """The sentence for an event; a kind nobody wrote words for is told as unknown."""
    body, words = row.body, reader.words
    key = f"event.{row.kind}" if words.knows(f"event.{row.kind}") else "event.unknown"
    participant = _mapping(body.get("participant"))
    told = str(body.get("text") or body.get("detail") or body.get("error") or body.get("name") or "")
    role = str(participant.get("role", "attendee"))
    return words.html(
        key,
        name=reader.name(str(participant.get("name", ""))),
        role=escape(words.word("role", role)),
        text=shown(told, TEXT_LENGTH),
        rule=rule_word(str(body.get("rule", "")), reader),
        count=str(body.get("size", "")),
        why=escape(blindness(str(body.get("reason", "")), reader)) if row.kind == "sight.lost" else "",
    )


def blindness(why: str, reader: Reader) -> str:
    """Why nothing can be seen, in words."""
    key = f"blind.{why}"
    return reader.words(key if reader.words.knows(key) else "blind.unknown")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
