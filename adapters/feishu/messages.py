"""Messages of the app's own bot: to one person, or into a group that it is a member of (vendor page im-v1 message).

`uuid` keeps the platform from showing a message twice when our request is repeated within the hour; the same words a
minute later are a new message.
"""

import json
from collections.abc import Callable

from adapters.feishu import errors, people
from adapters.feishu.client import Client
from adapters.signing import digest_id
from adapters.wire import segment
from app.domain.errors import Refused
from app.domain.people import Participant

MINUTE = 60


class Messages:
    """Writes and takes back."""

    def __init__(self, client: Client, now: Callable[[], float]) -> None:
        self._client = client
        self._now = now

    async def to_person(self, target: Participant | None, message: str) -> None:
        """A line in the person's own chat with the app. Raises AdapterError."""
        if target is None or not people.is_open_id(target.id):
            raise Refused(errors.PLATFORM, "this presence has no account to write to", code="no_address")
        await self._send("open_id", target.id, message)

    async def to_chat(self, chat: str, message: str) -> None:
        """A line in a group. Raises AdapterError."""
        await self._send("chat_id", chat, message)

    async def recall(self, message: str) -> None:
        """Take a message back, also somebody else's. Raises AdapterError."""
        if not people.identifier(message):
            raise Refused(errors.PLATFORM, "this message has no id", code="no_message")
        await self._client.send("DELETE", f"/open-apis/im/v1/messages/{segment(message)}")

    async def _send(self, kind: str, to: str, message: str) -> None:
        content = json.dumps({"text": people.harmless(message) or "!"}, ensure_ascii=False)
        minute = int(self._now()) // MINUTE
        uuid = digest_id(p.encode("utf-8", "replace") for p in (to, content, str(minute)))
        members = {"receive_id": to, "msg_type": "text", "content": content, "uuid": uuid}
        await self._client.send("POST", "/open-apis/im/v1/messages", (("receive_id_type", kind),), members)
