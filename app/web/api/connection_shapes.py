"""Connections as the API tells them: how they hear, what is left of their budgets, what they can do."""

from collections.abc import Iterable

from pydantic import Field

from adapters.base import Group, Way
from app.budgets import Left
from app.connections import Connected
from app.domain.actions import Capabilities
from app.notices import Look, Notice, budget_title, is_down
from app.store.desk import CheckRecord
from app.web.api import shapes
from app.web.api.shapes import Out, Sentence, moment, sentence


class Ways(Out):
    """How facts come in."""

    offered: list[str] = Field(description="webhook, stream, poll, push: what the platform offers, the best first")
    in_use: str


class Stream(Out):
    """A stream that we hold open, or a list that we read again and again."""

    open: bool
    open_since: str | None
    heard_at: str | None
    down_since: str | None
    reason: str = Field(description='why nothing is heard, as a stable word; "" while it is open')


class Budget(Out):
    """What the vendor lets us ask for, and what is left of it."""

    name: str = Field(description="stable, as the platform's README lists it")
    title: Sentence
    counts: str = Field(description="calls: requests of ours; events: deliveries of theirs")
    period: str = Field(description="rolling, day or month")
    seconds: float
    calls: int
    used: float
    left: float = Field(description="the reserve among it")
    reserve: int = Field(description="kept for the emergency buttons")
    resets_at: str | None = Field(description="when all of it is back; null where it comes back little by little")
    pace_per_day: float
    ends_at: str | None = Field(description="when nothing is left at that pace; null when it comes back before that")


class NoticeOut(Out):
    """Something that school IT should know."""

    code: str
    finding: str = Field(description="warning or problem")
    connection: str
    detail: Sentence


class Capability(Out):
    """What this connection can do about one kind of action."""

    level: str = Field(description="native, partial, manual or none")
    note: str
    instead: list[str]
    confirm: str = Field(description="event, read or never: how it is proven")
    instruction: Sentence | None = Field(description="what to press in the teacher's own client")


class KeptCheck(shapes.Check):
    """A check with its time."""

    at: str


class ConnectionDetail(shapes.Connection):
    """Everything about a connection but its secrets."""

    ways: Ways
    stream: Stream | None = Field(description="null where nothing is dialled, or another process does it")
    budgets: list[Budget]
    notices: list[NoticeOut]
    capabilities: dict[str, Capability]
    check: KeptCheck | None = Field(description="the newest one; null before the first")


class Groups(Out):
    """The classes of the school's address book."""

    items: list[dict[str, str]] = Field(description="id and name")


def ways(connected: Connected) -> Ways:
    """How facts of this connection come in."""
    offered = connected.adapter.ways
    dialled = [w for w in offered if w in (Way.STREAM, Way.POLL)]
    called = [w for w in offered if w not in dialled]
    chosen = dialled if connected.adapter.listens else called
    return Ways(offered=[w.value for w in offered], in_use=(chosen or list(offered) or [Way.WEBHOOK])[0].value)


def stream(seen: Look, now: float) -> Stream | None:
    """The stream of a connection, in so far as this process knows."""
    ear = seen.ear
    if ear is None:
        return None
    shut = bool(ear.reason)
    return Stream(
        open=ear.open, open_since=None if shut else _moment(ear.open_since), heard_at=_moment(ear.heard_at),
        down_since=_moment(ear.down_since) if shut and is_down(seen, now) else None, reason=ear.reason,
    )  # fmt: skip


def _moment(at: float) -> str | None:
    return moment(at) if at else None


def budget(left: Left) -> Budget:
    """A budget as it is told."""
    b = left.budget
    return Budget(
        name=b.key, title=sentence(budget_title(b)), counts=b.counts.value, period=b.period.value,
        seconds=b.seconds, calls=b.calls, used=round(left.used, 3), left=round(left.left, 3), reserve=b.reserve,
        resets_at=moment(left.resets_at), pace_per_day=round(left.pace, 3), ends_at=moment(left.ends_at),
    )  # fmt: skip


def capabilities(table: Capabilities) -> dict[str, Capability]:
    """What a connection can do, by kind of action."""
    return {
        kind.value: Capability(
            level=s.level.value, note=s.note, instead=[i.value for i in s.instead], confirm=s.confirm.value,
            instruction=sentence(s.instruction) if s.instruction else None,
        )
        for kind, s in table.items()
    }  # fmt: skip


def notices(found: Iterable[Notice]) -> list[NoticeOut]:
    """Notices as they are told."""
    return [
        NoticeOut(code=n.code, finding=n.finding.value, connection=n.connection, detail=sentence(n.detail))
        for n in found
    ]


def check(kept: CheckRecord) -> KeptCheck:
    """A check as it is told."""
    findings = [shapes.Finding(code=f.code, finding=f.finding, detail=sentence(f.detail)) for f in kept.found]
    return KeptCheck(ok=kept.ok, findings=findings, at=moment(kept.at) or "")


def groups(found: Iterable[Group]) -> Groups:
    """Groups as they are told."""
    return Groups(items=[{"id": g.id, "name": g.name} for g in found])
