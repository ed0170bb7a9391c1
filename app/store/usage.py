"""How much of a platform's budgets is used up, and who holds what only one process may hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.store import tables as t


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one budget of an account used on one of the vendor's days ("" where it comes back little by little)."""

    budget: str
    day: str
    used: float
    at: float


class UsageStore:
    """Reads and writes what is used up; one row per account, budget and day."""

    def __init__(self, reader: Engine, writer: Engine) -> None:
        self._reader, self._writer = reader, writer

    def of(self, school: str, account: str) -> tuple[Used, ...]:
        """Every row of an account."""
        c = t.usage.c
        query = select(c.budget, c.day, c.used, c.at).where(c.school_id == school, c.account == account)
        with self._reader.begin() as db:
            return tuple(Used(budget=r.budget, day=r.day, used=r.used, at=r.at) for r in db.execute(query))

    def save(self, school: str, rows: Mapping[str, Iterable[Used]]) -> None:
        """Write rows down, by account."""
        with self._writer.begin() as db:
            for account, some in rows.items():
                for row in some:
                    keys = {"school_id": school, "account": account, "budget": row.budget, "day": row.day}
                    where = and_(*(t.usage.c[name] == value for name, value in keys.items()))
                    values = {"used": row.used, "at": row.at}
                    if db.execute(update(t.usage).where(where).values(values)).rowcount == 0:
                        db.execute(insert(t.usage).values({**keys, **values}))

    def forget(self, before: float) -> None:
        """Rows that nothing counts any more."""
        with self._writer.begin() as db:
            db.execute(delete(t.usage).where(t.usage.c.at < before))


class Leases:
    """Who holds a name: one holder at a time, until he gives it back or stops renewing it."""

    def __init__(self, writer: Engine) -> None:
        self._writer = writer

    def hold(self, school: str, name: str, holder: str, *, now: float, seconds: float) -> bool:
        """Take or renew a name; False while somebody else holds it."""
        c = t.leases.c
        mine = and_(c.school_id == school, c.name == name)
        values = {"holder": holder, "until": now + seconds}
        with self._writer.begin() as db:
            free = (c.holder == holder) | (c.until <= now)
            if db.execute(update(t.leases).where(mine, free).values(values)).rowcount:
                return True
            if db.execute(select(c.holder).where(mine)).scalar() is not None:
                return False
        try:
            with self._writer.begin() as db:
                db.execute(insert(t.leases).values({"school_id": school, "name": name, **values}))
        except IntegrityError:
            return False  # another process was faster
        return True

    def give_back(self, school: str, name: str, holder: str) -> None:
        """Let others have it at once."""
        c = t.leases.c
        with self._writer.begin() as db:
            db.execute(delete(t.leases).where(c.school_id == school, c.name == name, c.holder == holder))
