"""Names for accounts that a list shows without any: from the contact pages, a few at a time, and remembered."""

from collections.abc import Callable, Iterable, Mapping

from adapters.feishu import people
from adapters.feishu.client import BY_OPEN_ID, Client
from adapters.memory import Memory
from app.domain.errors import AdapterError

AT_ONCE = 50  # the most that one question may name
REMEMBER = 3600.0  # seconds
PAUSE = 600.0  # seconds without a question after one that was refused: the scope is optional


class Names:
    """What people of the tenant are called. A convenience: without the scope there are no names, and nothing else."""

    def __init__(self, client: Client, now: Callable[[], float]) -> None:
        self._client = client
        self._known: Memory[str] = Memory(now, REMEMBER)
        self._refused: Memory[bool] = Memory(now, PAUSE)

    async def of(self, accounts: Iterable[str]) -> Mapping[str, str]:
        """The names that are known, after at most one question. Never raises."""
        wanted = [a for a in dict.fromkeys(accounts) if people.is_open_id(a)]
        asked = [a for a in wanted if self._known.get(a) is None][:AT_ONCE]
        if asked and not self._refused.get(""):
            try:
                await self._ask(asked)
            except AdapterError:
                self._refused.put("", True)
        return {a: name for a in wanted if (name := self._known.get(a))}

    async def _ask(self, accounts: list[str]) -> None:
        query = (*(("user_ids", a) for a in accounts), BY_OPEN_ID)
        answer = await self._client.get("/open-apis/contact/v3/users/batch", query)
        found = {people.text(u.get("open_id")): u for u in people.rows(answer.get("items"))}
        for account in accounts:  # somebody of another tenant is not found: not asked for again either
            self._known.put(account, people.text(found.get(account, {}).get("name"), people.MAX_NAME))
