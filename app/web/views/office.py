"""Connections as school IT sees them: how they hear, what is left, what was found, what they can do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.base import Adapter, Way
from adapters.budget import Counts, Period
from adapters.health import Finding
from app.budgets import WEEK, Left
from app.domain.actions import ActionKind, Capabilities, Level
from app.notices import Look, Notice, budget_title, count, is_down, is_spent, moment
from app.store.desk import CheckRecord
from app.web.views.reader import Reader
from app.web.views.text import ADVICE_LENGTH, day, shown
from app.web.words import Language, Translator

NAME = 60
BAR = 100.0  # the width of a budget's bar, in units of its drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """One thing to know: `tone` bad or warn, where it belongs, and what to do."""

    tone: str
    connection: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How facts come in, and whether they do just now. `tone` is ok, warn, bad or quiet."""

    way: str
    tone: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetView:
    """One budget in words, and its bar: how much is left, and of that the part kept for emergencies."""

    name: str
    title: str
    tone: str
    left: str
    kept: str
    when: str
    bar: float
    reserve: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One line of a check."""

    key: str
    word: str
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """The newest check."""

    when: str
    ok: bool
    found: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """One kind of action that is less than whole: what happens instead, or what to press by hand."""

    word: str
    note: str
    instead: str
    instruction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCard:
    """One connection in the list."""

    id: str
    name: str
    platform: str
    hearing: Hearing
    checked: str
    notices: int
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionView:
    """Everything connection.html shows."""

    id: str
    name: str
    platform: str
    webhook: str
    hearing: Hearing
    offered: tuple[str, ...]
    budgets: tuple[BudgetView, ...]
    check: CheckView | None
    able: tuple[str, ...]
    partly: tuple[Ability, ...]
    by_hand: tuple[Ability, ...]
    unable: tuple[Ability, ...]
    consents: tuple[tuple[str, str], ...]  # who, and since when
    asks_consent: bool


def noticed(found: Iterable[Notice], reader: Reader) -> tuple[NoticeView, ...]:
    """Notices for a page."""
    return tuple(
        NoticeView(
            tone="bad" if n.finding is Finding.PROBLEM else "warn", connection=n.connection, name=shown(n.name, NAME),
            text=shown(reader.words.of(n.detail), ADVICE_LENGTH),
        )
        for n in found
    )  # fmt: skip


def card(seen: Look, adapter: Adapter[Any], notices: Sequence[Notice], reader: Reader) -> ConnectionCard:
    """One connection in the list."""
    worst = {n.finding for n in notices}
    tone = "bad" if Finding.PROBLEM in worst else "warn" if worst else "ok"
    words = reader.words
    checked = words("Checked {when}", when=day(seen.check.at, reader.zone)) if seen.check else words("Not checked yet")
    return ConnectionCard(
        id=seen.id, name=shown(seen.name, NAME), platform=words.of(adapter.title),
        hearing=hearing(seen, adapter, reader), checked=checked, notices=len(notices), tone=tone,
    )  # fmt: skip


def connection(
    seen: Look, adapter: Adapter[Any], capabilities: Capabilities, reader: Reader, *, webhook: str,
    consents: Sequence[tuple[str, float]], asks_consent: bool,
) -> ConnectionView:  # fmt: skip
    """One connection whole."""
    by_level = {level: [k for k, s in capabilities.items() if s.level is level] for level in Level}

    def abilities(level: Level) -> tuple[Ability, ...]:
        return tuple(_ability(kind, capabilities, reader) for kind in by_level[level])

    return ConnectionView(
        id=seen.id, name=shown(seen.name, NAME), platform=reader.words.of(adapter.title), webhook=webhook,
        hearing=hearing(seen, adapter, reader), offered=tuple(reader.words.word("way", w) for w in adapter.ways),
        budgets=tuple(budget(left, reader) for left in seen.left), check=_check(seen.check, reader),
        able=tuple(reader.words.word("action", kind) for kind in by_level[Level.NATIVE]),
        partly=abilities(Level.PARTIAL), by_hand=abilities(Level.MANUAL), unable=abilities(Level.NONE),
        consents=tuple((shown(who, NAME), day(at, reader.zone)) for who, at in consents), asks_consent=asks_consent,
    )  # fmt: skip


# --- how it hears -----------------------------------------------------------------------------------------------------


def hearing(seen: Look, adapter: Adapter[Any], reader: Reader) -> Hearing:
    """How facts come in just now."""
    words = reader.words
    called = next((w for w in adapter.ways if w in (Way.WEBHOOK, Way.PUSH)), Way.WEBHOOK)
    dialled = next((w for w in adapter.ways if w in (Way.STREAM, Way.POLL)), Way.STREAM)
    way = words.word("way", dialled if seen.listens else called)
    if not seen.listens:
        return Hearing(way=way, tone="quiet", state=words("waits for the platform to call"), detail="")
    if seen.ear is None:
        return Hearing(way=way, tone="quiet", state=words("held open by another process"), detail="")
    heard = words("last heard {when}", when=day(seen.ear.heard_at, reader.zone)) if seen.ear.heard_at else ""
    if is_down(seen, reader.now):
        why = words.word("blind", seen.ear.reason) if seen.ear.reason in _WHY else ""
        since = words("down since {when}", when=day(seen.ear.down_since, reader.zone))
        return Hearing(way=way, tone="bad", state=since, detail=" · ".join(filter(None, (why, heard))))
    if seen.ear.reason:
        return Hearing(way=way, tone="warn", state=words("connecting …"), detail=heard)
    since = words("open since {when}", when=day(seen.ear.open_since, reader.zone))
    return Hearing(way=way, tone="ok", state=since, detail=heard)


_WHY = frozenset({"stream_down", "stream_refused"})


# --- budgets ----------------------------------------------------------------------------------------------------------


def budget(left: Left, reader: Reader) -> BudgetView:
    """One budget in words."""
    words, b = reader.words, left.budget
    tone = "bad" if is_spent(left) else "warn" if left.short_within(WEEK, reader.now) else "ok"
    whole = max(1.0, float(b.calls))
    return BudgetView(
        name=b.key, title=words.of(budget_title(b)), tone=tone,
        left=words("{left} of {calls} left", left=count(left.left), calls=count(b.calls)),
        kept=words("{count} are kept for emergencies", count=count(b.reserve)) if b.reserve else "",
        when=_when(left, reader), bar=round(BAR * min(1.0, left.left / whole), 1),
        reserve=round(BAR * min(b.reserve, left.left) / whole, 1) if b.counts is Counts.CALLS else 0.0,
    )  # fmt: skip


def _when(left: Left, reader: Reader) -> str:
    words = reader.words
    if left.budget.period is Period.ROLLING:
        return words("comes back by itself within {seconds} s", seconds=f"{left.budget.seconds:g}")
    back = words("comes back on {day}", day=words.of(moment(left.resets_at, reader.now, reader.zone)))
    if is_spent(left):
        return words("used up") + " · " + back
    if left.ends_at is None:
        return words("lasts at today's pace") + " · " + back
    ends = words("ends on {day} at today's pace", day=words.of(moment(left.ends_at, reader.now, reader.zone)))
    return ends + " · " + back


# --- checks and abilities ---------------------------------------------------------------------------------------------

_ORDER = ("problem", "warning", "unknown", "ok")


def _check(check: CheckRecord | None, reader: Reader) -> CheckView | None:
    if check is None:
        return None
    ordered = sorted(check.found, key=lambda f: _ORDER.index(f.finding) if f.finding in _ORDER else 0)
    found = (
        FindingView(
            key=f.finding,
            word=reader.words.word("finding", f.finding),
            code=f.code,
            text=shown(reader.words.of(f.detail), ADVICE_LENGTH),
        )
        for f in ordered
    )
    return CheckView(when=day(check.at, reader.zone), ok=check.ok, found=tuple(found))


def _note(words: Translator, note: str) -> str:
    """What the adapter says, in the reader's language; what has no translation is said to English readers only."""
    return words(note) if words.language is Language.EN or words.knows(note) else ""


def _ability(kind: ActionKind, capabilities: Capabilities, reader: Reader) -> Ability:
    support, words = capabilities[kind], reader.words
    return Ability(
        word=words.word("action", kind), note=_note(words, support.note),
        instead=", ".join(words.word("action", k) for k in support.instead if support.level is Level.NONE),
        instruction=words.of(support.instruction),
    )  # fmt: skip
