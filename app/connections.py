"""The adapters of every connection: made from stored settings, which are sealed with the service's secret key."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr, ValidationError

from adapters.base import Adapter
from adapters.http import Http
from adapters.notes import Notes
from app.budgets import Allowance
from app.domain.actions import ActionKind, Capabilities, Supports
from app.domain.errors import Invalid, MenshenError
from app.store.usage import Used


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """One connection, ready to be used. `account` is whom the platform counts: its own id where it does not say."""

    school: str
    id: str
    name: str
    adapter: Adapter[Any]
    account: str
    allowance: Allowance


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


class Memory(Protocol):
    """What connections remember across restarts (app/memory.py)."""

    def notes(self, school: str, connection: str) -> Notes:
        """The notes of one connection."""

    def used(self, school: str, account: str) -> Iterable[Used]:
        """What is used up of an account's budgets."""


class Forgetful:
    """Remembers nothing beyond the process."""

    def notes(self, school: str, connection: str) -> Notes:
        return Notes()

    def used(self, school: str, account: str) -> Iterable[Used]:
        return ()


class Connections:
    """Every connection by id. `http` makes the shared client, so that nothing opens before the loop runs."""

    def __init__(
        self,
        registry: Mapping[str, type[Adapter[Any]]],
        http: Callable[[], Http],
        now: Callable[[], float],
        memory: Memory | None = None,
    ) -> None:
        self.registry = registry
        self._make_http = http
        self._now = now
        self._memory = memory or Forgetful()
        self._allowances: dict[tuple[str, str], Allowance] = {}
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
        client = self._clients.get(connection) or self._make_http()
        before = self._connected.get(connection)
        notes = before.adapter.notes if before else self._memory.notes(school, connection)
        adapter = kind(kind.settings_type.model_validate(dict(settings)), client, notes)
        self._clients[connection] = client
        account = f"{platform}:{adapter.account}" if adapter.account else connection
        client.meter = allowance = self._allowance(school, account, adapter)
        connected = Connected(
            school=school, id=connection, name=name, adapter=adapter, account=account, allowance=allowance
        )
        self._connected[connection] = connected
        return connected

    def _allowance(self, school: str, account: str, adapter: Adapter[Any]) -> Allowance:
        """The budgets of an account: one for all of its connections, with the newest one's numbers."""
        kept = self._allowances.get((school, account))
        if kept is None:
            kept = Allowance(adapter.limits(), self._now, self._memory.used(school, account))
            self._allowances[(school, account)] = kept
        else:
            kept.again(adapter.limits())
        return kept

    def sharing(self, connection: str) -> tuple[Connected, ...]:
        """A school's connections of the same account, this one first: what the platform tells one is for all of them.

        Of one school only: to name an account is no proof that it is one's own.
        """
        mine = self._connected[connection]
        others = (
            c
            for c in self._connected.values()
            if (c.school, c.account) == (mine.school, mine.account) and c.id != mine.id
        )
        return (mine, *others)

    def allowances(self) -> Mapping[tuple[str, str], Allowance]:
        """Every account's budgets, by school and account."""
        return self._allowances

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
