"""One call to either API of DingTalk, and what its answer means.

There is no request signature: an access token, kept for both APIs, travels in a header (new) or in the address (old).
"""

from collections.abc import Awaitable, Callable, Mapping

from adapters import checks
from adapters.dingtalk import errors
from adapters.dingtalk.settings import DingTalkSettings
from adapters.dingtalk.wire import Json, number, text
from adapters.http import Answer, Http
from adapters.tokens import AppToken
from adapters.wire import Query, dumps, target
from app.domain.errors import Transient

GRANT_PATH = "/v1.0/oauth2/accessToken"
JSON_TYPE = {"content-type": "application/json", "accept": "application/json"}
FORM_TYPE = {"content-type": "application/x-www-form-urlencoded;charset=utf-8", "accept": "application/json"}
SHORTEST_LIFE = 60.0  # seconds; a token that claims to live shorter would be asked for before every call


class Client:
    """Sends with a good token, and turns what comes back into a JSON object or an AdapterError."""

    def __init__(self, settings: DingTalkSettings, http: Http, now: Callable[[], float]) -> None:
        self._settings = settings
        self._http = http
        self.now = now
        self.skew: float | None = None  # seconds that the platform's clock is ahead, by its newest token answer
        self._token = AppToken(self._granted, now)

    async def call(
        self, method: str, path: str, members: Mapping[str, object] | None = None, *, query: Query = ()
    ) -> Json:
        """One call to the new API. Raises AdapterError; refused for its token's sake, it is made once more."""
        url = self._settings.base_url + target(path, query)
        body = dumps(members) if members is not None else b""

        async def once(token: str) -> Answer:
            headers = {**JSON_TYPE, "x-acs-dingtalk-access-token": token}
            return await self._http.request(errors.PLATFORM, method, url, headers=headers, body=body)

        return await self._sent(once)

    async def legacy(self, path: str, members: Query) -> Json:
        """One call to the old API: the token in the address, the members as a form (that is how its SDK does it)."""
        body = target("", members).removeprefix("?").encode()

        async def once(token: str) -> Answer:
            url = self._settings.legacy_url + target(path, (("access_token", token),))
            return await self._http.request(errors.PLATFORM, "POST", url, headers=FORM_TYPE, body=body)

        return await self._sent(once)

    async def _sent(self, once: Callable[[str], Awaitable[Answer]]) -> Json:
        answer, token = await self._token.send(once, errors.is_stale)
        return errors.checked(answer, (token, *self._settings.secrets))

    async def uncounted(self, url: str, members: Mapping[str, object]) -> Json:
        """A POST without a token, outside the month's calls: a token, a stream's ticket, a robot's message."""
        answer = await self._http.request(
            errors.PLATFORM, "POST", url, headers=JSON_TYPE, body=dumps(members), counted=False
        )
        self._compare_clocks(answer)
        return errors.checked(answer, self._settings.secrets)

    async def renew_token(self) -> None:
        """Ask for a token whether or not there is one: what a check of the credentials needs."""
        await self._token.instead_of(await self._token.get())

    async def _granted(self) -> tuple[str, float]:
        """Page obtain-the-access-token-of-an-internal-app: JSON only, a form is answered `Missingbody`."""
        secret = self._settings.client_secret.get_secret_value()
        asked = {"appKey": self._settings.client_id, "appSecret": secret}
        answer = await self.uncounted(self._settings.base_url + GRANT_PATH, asked)
        token, seconds = text(answer.get("accessToken"), 4096), number(answer.get("expireIn"))
        if not token or not token.isascii() or not token.isprintable():
            raise Transient(errors.PLATFORM, "the platform grants no access token and no reason", code="shape")
        return token, max(SHORTEST_LIFE, float(seconds or 0))

    def _compare_clocks(self, answer: Answer) -> None:
        self.skew = checks.ahead(answer.headers.get("date", ""), self.now())
