"""One call to the API, as the app or as a teacher who has allowed it, and what its answer means.

A token that the platform no longer accepts is replaced once and the request repeated once: a token of the wrong kind
is refused with the same code, and asking on would go in a circle.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from adapters import untrusted
from adapters.feishu import errors, people
from adapters.feishu.settings import FeishuSettings
from adapters.http import Answer, Http
from adapters.notes import Notes
from adapters.tokens import AppToken, Bearer
from adapters.wire import Query, dumps, target
from app.domain.errors import Refused, Transient

Json = Mapping[str, Any]
JSON = "application/json; charset=utf-8"
BY_OPEN_ID = ("user_id_type", "open_id")
MONTHLY = "quota"  # note: this tenant's edition has a monthly number of calls, and it was used up once

# What each family of calls needs, for the case that the vendor does not say which scope is missing.
SCOPES: Sequence[tuple[str, str]] = (
    ("/open-apis/vc/v1/reserves", "vc:reserve"),
    ("/open-apis/vc/v1/bots/join", "vc:meeting.bot.join:write"),
    ("/open-apis/vc/v1/bots/message", "vc:meeting.message:write"),
    ("/open-apis/vc/v1/bots", "vc:meeting.interaction:write"),
    ("/open-apis/vc/v1", "vc:meeting"),
    ("/open-apis/im/v1/messages", "im:message"),
    ("/open-apis/im/v1", "im:chat"),
    ("/open-apis/contact/v3", "contact:contact.base:readonly"),
    ("/open-apis/tenant/v2", "tenant:tenant:readonly"),
)


class Client:
    """Sends, and turns what comes back into the `data` of an answer or into an AdapterError."""

    def __init__(self, settings: FeishuSettings, http: Http, notes: Notes, now: Callable[[], float]) -> None:
        self._settings = settings
        self._http = http
        self._notes = notes
        self.now = now
        self.app = AppToken(self._fetch, now)

    async def get(self, path: str, query: Query = (), *, bearer: Bearer | None = None) -> Json:
        """Read something. Raises AdapterError."""
        return await self._call("GET", target(path, query), b"", bearer)

    async def send(
        self,
        method: str,
        path: str,
        query: Query = (),
        members: Mapping[str, object] | None = None,
        *,
        bearer: Bearer | None = None,
    ) -> Json:
        """Ask for something; without `members` there is no body at all. Raises AdapterError."""
        body = b"" if members is None else dumps(members)
        return await self._call(method, target(path, query), body, bearer)

    async def open(self, path: str, members: Mapping[str, object], **headers: str) -> Answer:
        """One request that carries its credentials in its body: tokens, and the address of a stream. Not counted."""
        sent = {"Content-Type": JSON, **headers}
        url = self._settings.api + path
        return await self._http.request(errors.PLATFORM, "POST", url, headers=sent, body=dumps(members), counted=False)

    async def granted(self) -> Answer:
        """Ask for the app's token, once: also what the probe looks at."""
        secret = self._settings.app_secret.get_secret_value()
        members = {"app_id": self._settings.app_id, "app_secret": secret}
        return await self.open("/open-apis/auth/v3/tenant_access_token/internal", members)

    async def _fetch(self) -> tuple[str, float]:
        answer = await self.granted()
        document = checked(answer)
        token = document.get("tenant_access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise Transient(errors.PLATFORM, "the platform gives no token", code="no_token")
        return token, float(people.number(document.get("expire")) or 0)

    async def _call(self, method: str, where: str, body: bytes, bearer: Bearer | None) -> Json:
        stale = errors.STALE_USER if bearer else errors.STALE_APP
        once = partial(self._once, method, where, body)
        answer, _ = await (bearer or self.app).send(once, lambda a: errors.error_code(read(a)) in stale)
        try:
            return untrusted.members(checked(answer, scope=_scope(where)).get("data"))
        except Refused as e:
            if e.code == errors.QUOTA and not self._notes.get(MONTHLY):
                await self._notes.put(MONTHLY, "used up")
            raise

    async def _once(self, method: str, where: str, body: bytes, token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": JSON} if body else {})
        return await self._http.request(errors.PLATFORM, method, self._settings.api + where, headers=headers, body=body)


def read(answer: Answer) -> object:
    """The JSON of an answer, None where it is none."""
    return untrusted.loads(answer.body)


def checked(answer: Answer, *, scope: str = "") -> Json:
    """The JSON object of a success. Raises AdapterError for everything else."""
    document = read(answer)
    if code := errors.error_code(document):
        raise errors.from_code(code, answer, scope=scope)
    if answer.status != 200 or not errors.succeeded(document):
        raise errors.from_status(answer)
    return untrusted.members(document)


async def pages(ask: Callable[[Query], Awaitable[Json]], size: int, most: int = 40) -> tuple[list[Json], int]:
    """All rows of a list that is read by `page_token`, and how many pages there were; `most` is not believed more."""
    found: list[Json] = []
    token = ""
    for page in range(1, most + 1):
        more: Query = (("page_size", size), *((("page_token", token),) if token else ()))
        answer = await ask(more)
        found += untrusted.rows(answer.get("items"))
        token = people.text(answer.get("page_token"), 1024)
        if answer.get("has_more") is not True or not token:
            return found, page
    return found, most


def _scope(where: str) -> str:
    return next((scope for start, scope in SCOPES if where.startswith(start)), "")
