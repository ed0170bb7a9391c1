"""What Menshen has to remember about a class while it lives, kept in the Janus server itself.

Locking takes links out of a room's list of admitted links, and unlocking has to put exactly those back, also after
a restart of Menshen. So there is a second, hidden text room per class that nobody can enter; its `allowed` list is
our note. It dies with the server, at the same moment as the rooms it describes.
"""

import secrets
from collections.abc import Collection, Iterable

from adapters.janus.api import CHAT_EXISTS, NO_CHAT, TEXTROOM, Janus
from adapters.janus.settings import REGISTER_PREFIX, JanusSettings
from adapters.janus.wire import listing

LINK = "link:"  # a personal link of the class
SILENCED = "silenced:"  # a link that may not write
LOCKED = "state:locked"
OPEN_DOOR = "state:open-door"  # the room admitted anybody before it was locked


class Register:
    """The note of one class."""

    def __init__(self, janus: Janus, settings: JanusSettings, room: str) -> None:
        self._janus = janus
        self._admin_key = settings.admin_key.get_secret_value()
        self._at = {"room": REGISTER_PREFIX + room, "secret": settings.secret_of(room)}

    async def entries(self) -> frozenset[str]:
        """Everything noted; empty where nothing was noted yet."""
        answer = await self._janus.plugin(
            TEXTROOM, "allowed", action="add", allowed=[], ignore=(NO_CHAT,), **self._at
        )  # fmt: skip
        return frozenset() if "error_code" in answer else frozenset(listing(answer, "allowed", str))

    async def add(self, entries: Iterable[str]) -> None:
        """Note these, and begin the register if there is none."""
        wanted = sorted(entries)
        answer = await self._change("add", wanted)
        if answer.get("error_code") == NO_CHAT:
            await self._janus.plugin(
                TEXTROOM, "create", admin_key=self._admin_key, is_private=True, pin=secrets.token_hex(16),
                allowed=wanted, ignore=(CHAT_EXISTS,), **self._at,
            )  # fmt: skip

    async def remove(self, entries: Iterable[str]) -> None:
        """Forget these."""
        await self._change("remove", sorted(entries))

    async def destroy(self) -> None:
        """Forget everything."""
        await self._janus.plugin(TEXTROOM, "destroy", ignore=(NO_CHAT,), **self._at)

    async def _change(self, action: str, entries: Collection[str]) -> dict[str, object]:
        return await self._janus.plugin(
            TEXTROOM, "allowed", action=action, allowed=list(entries), ignore=(NO_CHAT,), **self._at
        )  # fmt: skip


def linked(entries: Iterable[str], tag: str) -> frozenset[str]:
    """The links noted under a tag."""
    return frozenset(e.removeprefix(tag) for e in entries if e.startswith(tag))
