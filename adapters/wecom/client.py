"""One call to the API with the app's access token, and what its answer means (pages 91039, 90313).

The token travels in the query string, so no URL ever reaches a message or a log, and what the vendor says is told only
after every secret was taken out of it.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from adapters import untrusted
from adapters.http import Answer, Http
from adapters.tokens import AppToken
from adapters.wecom import errors
from adapters.wecom.settings import WeComSettings
from adapters.wire import Query, dumps, target
from app.domain.errors import Transient

Json = dict[str, Any]
LIFE = 7200.0  # seconds that a token lives where the answer does not say


class Client:
    """Sends, and turns what comes back into a JSON object or an AdapterError."""

    def __init__(self, settings: WeComSettings, http: Http, now: Callable[[], float]) -> None:
        self._settings = settings
        self._http = http
        self._token = AppToken(self._granted, now)

    async def get(self, path: str, query: Query = ()) -> Json:
        """Read something. Raises AdapterError."""
        return await self._call("GET", path, query, b"")

    async def post(self, path: str, members: Mapping[str, object]) -> Json:
        """Read or ask for something. Raises AdapterError."""
        return await self._call("POST", path, (), dumps(members))

    async def post_as_robot(self, members: Mapping[str, object]) -> Json:
        """Let the group robot say something; its key is all the credentials there are. Raises AdapterError."""
        query = (("key", self._settings.robot_key.get_secret_value()),)
        return self.document(await self._send("POST", "/cgi-bin/webhook/send", query, dumps(members)))

    async def token_answer(self) -> Answer:
        """One attempt at an access token; asked again within its life the vendor gives the same one."""
        query = (("corpid", self._settings.corpid), ("corpsecret", self._settings.corpsecret.get_secret_value()))
        return await self._send("GET", "/cgi-bin/gettoken", query, b"", counted=False)

    async def _granted(self) -> tuple[str, float]:
        document = self.document(await self.token_answer())
        token, life = document.get("access_token"), document.get("expires_in")
        if not isinstance(token, str) or not token:
            raise Transient(errors.PLATFORM, "the platform grants no access token", code="shape")
        if isinstance(life, bool) or not isinstance(life, int | float) or not 0 < life < 10 * LIFE:
            life = LIFE
        return token, float(life)

    async def _call(self, method: str, path: str, query: Query, body: bytes) -> Json:
        async def once(token: str) -> Answer:
            return await self._send(method, path, (("access_token", token), *query), body)

        answer, token = await self._token.send(once, _is_stale)
        return self.document(answer, token)

    async def _send(self, method: str, path: str, query: Query, body: bytes, *, counted: bool = True) -> Answer:
        url = f"{self._settings.base_url}{target(path, query)}"
        headers = {"Content-Type": "application/json; charset=utf-8"} if body else {}
        return await self._http.request(errors.PLATFORM, method, url, headers=headers, body=body, counted=counted)

    def document(self, answer: Answer, token: str = "") -> Json:
        """The JSON object of a success: `errcode` 0, not merely none. Raises AdapterError for everything else."""
        document = untrusted.loads(answer.body)
        code = errors.error_code(document)
        if code not in ("", "0"):
            said = document.get("errmsg") if isinstance(document, dict) else ""
            raise errors.from_code(code, self._harmless(said, token), answer)
        if not code or answer.status != 200 or not isinstance(document, dict):
            raise errors.from_status(answer)
        return document

    def _harmless(self, said: object, token: str) -> str:
        """The vendor's text in one line without any secret of ours."""
        if not isinstance(said, str):
            return ""
        for secret in (*self._settings.secrets, token):
            for form in (secret, quote(secret, safe="")) if secret else ():
                said = said.replace(form, "***")
        return "".join(c if c.isprintable() else " " for c in said[:2000]).strip()


def _is_stale(answer: Answer) -> bool:
    return errors.error_code(untrusted.loads(answer.body)) in errors.STALE
