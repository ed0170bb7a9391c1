"""The token of a call: fetched once for all calls, renewed in time, replaced once, never asked for in a loop."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable

from adapters.http import Answer

Fetch = Callable[[], Awaitable[tuple[str, float]]]  # the token and the seconds that it lives; raises AdapterError
WORN = 0.8  # of its life: from then on a token is renewed before it is used


class Bearer(ABC):
    """Where the token of a call comes from."""

    __slots__ = ()

    @abstractmethod
    async def get(self) -> str:
        """A token that should be good."""

    @abstractmethod
    async def instead_of(self, refused: str) -> str:
        """Another one than the one that was just refused."""

    async def send(
        self, once: Callable[[str], Awaitable[Answer]], stale: Callable[[Answer], bool]
    ) -> tuple[Answer, str]:
        """Send with a token; where the answer says that it is stale, once more with another one.

        Returns the last answer and the token that it was sent with. Raises what the token's source raises.
        """
        token = await self.get()
        answer = await once(token)
        if stale(answer):
            token = await self.instead_of(token)
            answer = await once(token)
        return answer, token


class AppToken(Bearer):
    """The newest token of an app. Callers that need one at the same moment share one request."""

    def __init__(self, fetch: Fetch, now: Callable[[], float]) -> None:
        self._fetch = fetch
        self._now = now
        self._token = ""
        self._until = 0.0
        self._fetching = asyncio.Lock()

    async def get(self) -> str:
        """A token that should be good. Raises what the fetch raises."""
        if self._token and self._now() < self._until:
            return self._token
        return await self.instead_of(self._token)

    async def instead_of(self, refused: str) -> str:
        """Another token than one that the platform has just refused; whoever comes second gets the first one's."""
        async with self._fetching:
            if not self._token or self._token == refused:
                self._token, seconds = await self._fetch()
                self._until = self._now() + WORN * max(0.0, seconds)
            return self._token

    def __repr__(self) -> str:
        return "AppToken(***)"
