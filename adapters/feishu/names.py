"""Names and further ids for accounts that a list shows without: from the contact pages, a few at a time, remembered."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from adapters import untrusted
from adapters.feishu import people
from adapters.feishu.client import BY_OPEN_ID, Client
from adapters.memory import Memory
from app.domain.errors import AdapterError

AT_ONCE = 50  # the most that one question may name
REMEMBER = 3600.0  # seconds
PAUSE = 600.0  # seconds without a question after one that was refused: the scope is optional


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the contact pages tell about an account."""

    name: str = ""
    accounts: tuple[str, ...] = ()


NOTHING = Known()


class Names:
    """What people of the tenant are called. A convenience: without the scope there are no names, and nothing else."""

    def __init__(self, client: Client, now: Callable[[], float]) -> None:
        self._client = client
        self._known: Memory[Known] = Memory(now, REMEMBER)
        self._refused: Memory[bool] = Memory(now, PAUSE)

    async def of(self, accounts: Iterable[str]) -> Mapping[str, Known]:
        """Those who are known, after at most one question. Never raises."""
        wanted = [a for a in dict.fromkeys(accounts) if people.is_open_id(a)]
        asked = [a for a in wanted if self._known.get(a) is None][:AT_ONCE]
        if asked and not self._refused.get(""):
            try:
                await self._ask(asked)
            except AdapterError:
                self._refused.put("", True)
        return {a: known for a in wanted if (known := self._known.get(a))}

    async def _ask(self, accounts: list[str]) -> None:
        query = (*(("user_ids", a) for a in accounts), BY_OPEN_ID)
        answer = await self._client.get("/open-apis/contact/v3/users/batch", query)
        found = {people.text(u.get("open_id")): u for u in untrusted.rows(answer.get("items"))}
        for account in accounts:  # somebody of another tenant is not found: not asked for again either
            user = found.get(account, {})
            name = people.text(user.get("name"), people.MAX_NAME)
            self._known.put(account, Known(name=name, accounts=people.further(user)))
