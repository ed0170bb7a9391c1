"""The adapters of every connection: made from stored settings, which are sealed with the service's secret key."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr, ValidationError

from adapters.base import Adapter
from adapters.http import Http
from app.domain.actions import ActionKind, Capabilities, Supports
from app.domain.errors import Invalid, MenshenError


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """One connection, ready to be used."""

    school: str
    id: str
    name: str
    adapter: Adapter[Any]


class WrongKey(MenshenError):
    """The connections in this database were sealed with another MENSHEN_SECRET_KEY: start with that one."""


class Seal:
    """Encrypts connection settings at rest. Another secret key cannot open them."""

    def __init__(self, secret_key: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"connections:" + secret_key.encode()).digest()))

    def close(self, settings: Mapping[str, Any]) -> bytes:
        """The settings as stored bytes."""
        return self._fernet.encrypt(msgspec.json.encode(settings))

    def open(self, sealed: bytes) -> dict[str, Any]:
        """The settings again. Raises WrongKey."""
        try:
            opened: dict[str, Any] = msgspec.json.decode(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise WrongKey() from None
        return opened


class Connections:
    """Every connection by id. `http` makes the shared client, so that nothing opens before the loop runs."""

    def __init__(self, registry: Mapping[str, type[Adapter[Any]]], http: Callable[[], Http]) -> None:
        self.registry = registry
        self._make_http = http
        self._clients: dict[str, Http] = {}
        self._connected: dict[str, Connected] = {}

    def get(self, connection: str) -> Connected | None:
        """The connection of that id."""
        return self._connected.get(connection)

    def __getitem__(self, connection: str) -> Connected:
        """The connection of an id that has to be there. Raises KeyError."""
        return self._connected[connection]

    def all(self) -> tuple[Connected, ...]:
        """Every connection."""
        return tuple(self._connected.values())

    def supports(self, connection: str, lesson_key: str = "") -> Supports:
        """What this connection can do in a lesson. Raises KeyError."""
        adapter = self._connected[connection].adapter
        return lambda kind, target: adapter.supports(kind, target, lesson_key)

    def capabilities(self, connection: str, lesson_key: str = "") -> Capabilities:
        """The same as a table, for showing: about somebody whom the platform knows well."""
        supports = self.supports(connection, lesson_key)
        return {kind: supports(kind, None) for kind in ActionKind}

    def validate(self, platform: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings as they will be stored. Raises Invalid naming what is wrong with which field."""
        kind = self.registry.get(platform)
        if kind is None:
            raise Invalid(problems=(("platform", "one of: " + ", ".join(sorted(self.registry))),))
        try:
            stored: dict[str, Any] = plain(kind.settings_type.model_validate(dict(settings)).model_dump())
            return stored
        except ValidationError as e:
            found = e.errors(include_url=False, include_input=False, include_context=False)
            problems = tuple((".".join(map(str, item["loc"])) or "settings", item["msg"]) for item in found)
            raise Invalid(problems=problems) from None

    def add(self, *, school: str, connection: str, name: str, platform: str, settings: Mapping[str, Any]) -> Connected:
        """Make the adapter of a connection; replaces one of the same id."""
        kind = self.registry[platform]
        client = self._clients.setdefault(connection, self._make_http())
        adapter = kind(kind.settings_type.model_validate(dict(settings)), client)
        connected = Connected(school=school, id=connection, name=name, adapter=adapter)
        self._connected[connection] = connected
        return connected

    async def close(self) -> None:
        """Close every adapter and its client."""
        for connected in self._connected.values():
            await connected.adapter.close()
        for client in self._clients.values():
            await client.close()


def plain(value: Any) -> Any:
    """Settings with their secrets readable, for sealing only."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value
