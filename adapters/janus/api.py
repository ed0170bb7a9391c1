"""Requests to a Janus server: its Admin API, and sessions on the API of the pupils; and what its error codes mean."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import msgspec

from adapters.http import Answer, Http
from adapters.janus.settings import JanusSettings
from adapters.janus.wire import PLATFORM, listing
from app.domain.errors import AdapterError, Gone, Refused, Transient

VIDEOROOM, TEXTROOM = "janus.plugin.videoroom", "janus.plugin.textroom"
MOST_EVENTS = 8  # that may come before the answer to our own message
AT_ONCE = 24  # Janus serves each Admin connection with a thread of its own

# Janus answers HTTP 200 to everything. What is not listed is a refusal: trying again would not help.
# Sources: janus.h (core), janus_videoroom.c, janus_textroom.c.
MEANING: Mapping[tuple[str, int], type[AdapterError]] = {
    ("core", 458): Gone,  # no such session
    ("core", 459): Gone,  # no such handle
    ("core", 470): Gone,  # no such token
    ("core", 462): Transient,  # the plugin did not take the message
    ("core", 472): Transient,  # takes no new sessions just now
    ("core", 490): Transient,  # unknown error
    (VIDEOROOM, 426): Gone,  # no such room
    (VIDEOROOM, 428): Gone,  # no such person or stream
    (VIDEOROOM, 499): Transient,
    (TEXTROOM, 417): Gone,  # no such room
    (TEXTROOM, 422): Gone,  # not in the room
    (TEXTROOM, 423): Gone,  # no such person
    (TEXTROOM, 499): Transient,
}
SPEAKS = frozenset({"success", "ack", "event", "keepalive", "server_info", "pong"})
# Codes that often mean that there is nothing left to do.
NO_SESSION, NO_HANDLE = 458, 459
NO_ROOM, ROOM_EXISTS, NO_PERSON = 426, 427, 428
NO_CHAT, CHAT_EXISTS, NOT_IN_CHAT, NO_WRITER = 417, 418, 422, 423
TOKEN_UNKNOWN = (470, 490)  # both are seen for a token that is not there, or where tokens are off


class Janus:
    """One server. Every method raises AdapterError and nothing else."""

    def __init__(self, settings: JanusSettings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def admin(self, command: str, path: str = "", *, ignore: Collection[int] = (), **body: Any) -> dict[str, Any]:
        """One Admin API request; `ignore` are core codes that are as good as success here."""
        body |= {"janus": command, "admin_secret": self._settings.admin_secret.get_secret_value()}
        async with self._gate:
            return await self._post(self._settings.admin_url + path, body, ignore)

    async def plugin(self, plugin: str, request: str, *, ignore: Collection[int] = (), **fields: Any) -> dict[str, Any]:
        """Ask a plugin synchronously through the Admin API.

        Never a textroom kick: Janus 1.1.2 dies of it, because the event it wants to send has no session.
        """
        if (plugin, request) == (TEXTROOM, "kick"):
            raise Refused(PLATFORM, "a chat kick through the Admin API would stop the server")
        message = {"request": request, "transaction": secrets.token_hex(6), **fields}
        answer = await self.admin("message_plugin", plugin=plugin, request=message)
        return self.read_plugin(plugin, answer.get("response"), ignore)

    async def rooms(self) -> tuple[dict[str, Any], ...]:
        """All video rooms of the server, private ones too."""
        answer = await self.plugin(VIDEOROOM, "list", admin_key=self._settings.admin_key.get_secret_value())
        return listing(answer, "list", dict)

    @asynccontextmanager
    async def visit(self, plugin: str) -> AsyncIterator["Visit"]:
        """A short session of our own on the pupils' API, attached to one plugin."""
        if not self._settings.client_url:
            raise Refused(PLATFORM, "client_url is not set")
        session = await self._enter()
        try:
            handle = await self.client(f"/{session}", "attach", plugin=plugin)
            yield Visit(self, plugin, f"/{session}", f"/{session}/{_id_of(handle)}")
        finally:
            await self.client(f"/{session}", "destroy", ignore=(NO_SESSION,))

    async def _enter(self) -> int:
        try:
            return _id_of(await self.client("", "create"))
        except Refused:  # the first time, and after a restart of Janus: it keeps tokens in memory only
            token = self._settings.guard_token
            await self.admin("add_token", token=token, plugins=[VIDEOROOM, TEXTROOM])
            return _id_of(await self.client("", "create"))

    async def client(self, path: str, command: str, *, ignore: Collection[int] = (), **body: Any) -> dict[str, Any]:
        """One request on the pupils' API, with our own token."""
        body |= {"janus": command, "token": self._settings.guard_token}
        return await self._post(self._settings.client_url + path, body, ignore)

    async def _post(self, url: str, body: dict[str, Any], ignore: Collection[int]) -> dict[str, Any]:
        content = msgspec.json.encode({"transaction": secrets.token_hex(6), **body})
        headers = {"Content-Type": "application/json"}
        return self._read(await self._http.request(PLATFORM, "POST", url, headers=headers, body=content), ignore)

    async def next_event(self, path: str) -> dict[str, Any]:
        """The next event of a session of ours (long poll)."""
        query = urlencode({"maxev": 1, "token": self._settings.guard_token})
        return self._read(await self._http.request(PLATFORM, "GET", f"{self._settings.client_url}{path}?{query}"), ())

    def _read(self, answer: Answer, ignore: Collection[int]) -> dict[str, Any]:
        _check_status(answer)
        try:
            content = msgspec.json.decode(answer.body, type=dict[str, Any])
        except (msgspec.DecodeError, ValueError, RecursionError) as e:
            raise Transient(PLATFORM, "the answer cannot be read") from e
        if content.get("janus") in SPEAKS:
            return content
        if content.get("janus") != "error":
            raise Transient(PLATFORM, "this is no answer of Janus")
        error = content.get("error")
        code, text = (error.get("code"), error.get("reason")) if isinstance(error, dict) else (None, None)
        if code in ignore:
            return content
        raise self._fault("core", code, text)

    def read_plugin(self, plugin: str, response: object, ignore: Collection[int]) -> dict[str, Any]:
        """What a plugin said; its errors are raised unless they are ignored."""
        if not isinstance(response, dict):
            raise Transient(PLATFORM, "the answer of the plugin cannot be read")
        if "error_code" in response and response["error_code"] not in ignore:
            raise self._fault(plugin, response["error_code"], response.get("error"))
        return response

    def _fault(self, source: str, code: object, text: object) -> AdapterError:
        number = code if isinstance(code, int) else 0
        detail = self._settings.scrub(text if isinstance(text, str) else "")
        return MEANING.get((source, number), Refused)(PLATFORM, detail, code=str(number))


class Visit:
    """A handle of our own on the pupils' API."""

    def __init__(self, janus: Janus, plugin: str, session: str, handle: str) -> None:
        self._janus, self._plugin, self._session, self._handle = janus, plugin, session, handle

    async def ask(self, body: Mapping[str, Any], *, ignore: Collection[int] = ()) -> dict[str, Any]:
        """Send a message to the plugin; its answer comes at once, or as one of the next events of the session."""
        mark = secrets.token_hex(6)
        answer = await self._janus.client(self._handle, "message", transaction=mark, body=body)
        for _ in range(MOST_EVENTS):
            data = answer.get("plugindata")
            if answer.get("transaction") == mark and isinstance(data, dict):
                return self._janus.read_plugin(self._plugin, data.get("data"), ignore)
            answer = await self._janus.next_event(self._session)
        raise Transient(PLATFORM, "the plugin did not answer")


def _check_status(answer: Answer) -> None:
    """Janus itself always says 200; anything else comes from a proxy in front of it."""
    code = str(answer.status)
    if answer.status == 429 or answer.status >= 500:
        raise Transient(PLATFORM, "the server is busy", code=code, retry_after=answer.retry_after())
    if answer.status == 404:
        raise Gone(PLATFORM, "there is nothing at this address", code=code)
    if answer.status != 200:
        raise Refused(PLATFORM, "the address does not answer as Janus does", code=code)


def _id_of(answer: Mapping[str, Any]) -> int:
    data = answer.get("data")
    number = data.get("id") if isinstance(data, dict) else None
    if not isinstance(number, int):
        raise Transient(PLATFORM, "the answer names no id")
    return number
