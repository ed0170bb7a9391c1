"""What a connection to a Janus server needs to know, and the keys that are derived from it."""

import re
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from pydantic import AfterValidator, Field, SecretStr

from adapters.base import ConnectionSettings
from adapters.signing import Keyed

GUARD_PREFIX = "menshen-guard-"  # ids of our own short visits to a class
HEARTBEAT = "menshen"  # schema of our own custom events
REGISTER_PREFIX = "menshen-register:"  # rooms that only hold a list, see register.py
DERIVED = re.compile("[0-9a-f]{64}")  # how derived secrets look


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("must be an http:// or https:// address")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]
Secret = Annotated[SecretStr, Field(min_length=1)]


class JanusSettings(ConnectionSettings):
    """One Janus server with its Admin API, its plain HTTP API and the secrets that the school chose for it."""

    admin_url: Annotated[WebAddress, Field(min_length=1, description="Admin API, e.g. http://127.0.0.1:7088/admin")]
    admin_secret: Annotated[Secret, Field(description="admin_secret of janus.jcfg")]
    admin_key: Annotated[Secret, Field(description="admin_key of the videoroom and textroom plugins")]
    client_url: Annotated[WebAddress, Field(description="HTTP API of the pupils, e.g. http://127.0.0.1:8088/janus")] = (
        ""
    )
    room_secret: Annotated[Secret, Field(description="any long random text: the secrets of the rooms are made of it")]
    derive_room_secrets: Annotated[bool, Field(description="no: room_secret itself is the secret of every room")] = True
    pin: Annotated[SecretStr, Field(description="PIN of all rooms; empty: rooms have none")] = SecretStr("")
    event_user: Annotated[str, Field(description="backend_user of the event handler")] = "menshen"
    event_password: Annotated[SecretStr, Field(description="backend_pwd; empty: closed")] = SecretStr("")
    previous_event_password: Annotated[SecretStr, Field(description="still valid while it is changed")] = SecretStr("")
    chat_secret: Annotated[SecretStr, Field(description="secret in the chat address; empty: closed")] = SecretStr("")
    previous_chat_secret: Annotated[SecretStr, Field(description="still valid while it is changed")] = SecretStr("")
    chat_post_url: Annotated[WebAddress, Field(description="webhook address of this connection, for chat lines")] = ""
    host_tokens: Annotated[tuple[SecretStr, ...], Field(description="personal links of the teachers")] = ()
    recording_folder: Annotated[str, Field(description="rec_dir of new rooms; must be writable for Janus")] = ""
    max_publishers: Annotated[int, Field(ge=2, le=1000, description="who may send at once in new rooms")] = 100

    def secret_of(self, room: str) -> str:
        """The secret with which this room is moderated."""
        secret = self.room_secret.get_secret_value()
        return Keyed(secret.encode()).hexdigest(b"room:", room.encode()) if self.derive_room_secrets else secret

    @property
    def guard_token(self) -> str:
        """The token of our own sessions on the pupils' API; no pupil ever sees it."""
        return Keyed(self.admin_secret.get_secret_value().encode()).hexdigest(b"guard")

    @property
    def hosts(self) -> frozenset[str]:
        """The tokens of the teachers."""
        return frozenset(t.get_secret_value() for t in self.host_tokens) - {""}

    @property
    def chat_address(self) -> str:
        """Where Janus shall post the lines of a chat; "" if that is not set up."""
        secret = self.chat_secret.get_secret_value()
        if not self.chat_post_url or not secret:
            return ""
        return f"{self.chat_post_url}{'&' if '?' in self.chat_post_url else '?'}{urlencode({'chat': secret})}"

    def scrub(self, text: str) -> str:
        """A text of the server without our secrets, cut to a line."""
        for secret in sorted({*self.secrets, *self.hosts, self.guard_token}, key=len, reverse=True):
            text = text.replace(secret, "***")
        return DERIVED.sub("***", text)[:200]
