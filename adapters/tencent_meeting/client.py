"""One signed call to the REST API, and what its answer means."""

from collections.abc import Mapping
from typing import Any

from adapters import untrusted
from adapters.http import Answer, Http
from adapters.tencent_meeting import errors
from adapters.tencent_meeting.settings import TencentMeetingSettings
from adapters.tencent_meeting.signing import Signer
from adapters.wire import Query, dumps, target
from app.domain.errors import Transient

Json = dict[str, Any]


class Client:
    """Signs, sends, and turns what comes back into a JSON object or an AdapterError."""

    def __init__(self, settings: TencentMeetingSettings, http: Http, signer: Signer) -> None:
        self._base = settings.base_url
        self._http = http
        self.signer = signer

    async def get(self, path: str, query: Query = ()) -> Json:
        """Read something. Raises AdapterError; an answer that is no JSON object is Transient."""
        document = await self._call("GET", target(path, query), b"")
        if document is None:
            raise Transient(errors.PLATFORM, "the platform answers a question with nothing", code="empty")
        return document

    async def send(self, method: str, path: str, members: Mapping[str, object]) -> Json | None:
        """Ask for something; None when the success body is empty, which the documents promise (`{}` comes too)."""
        return await self._call(method, path, dumps(members))

    async def answer(self, method: str, where: str, body: bytes = b"") -> Answer:
        """One attempt, newly signed: the bytes that are signed are the bytes that go out."""
        headers = self.signer.headers(method, where, body)
        return await self._http.request(errors.PLATFORM, method, self._base + where, headers=headers, body=body)

    async def _call(self, method: str, where: str, body: bytes) -> Json | None:
        answer = await self.answer(method, where, body)
        if errors.error_code(untrusted.loads(answer.body)) in errors.REPLAYED:
            answer = await self.answer(method, where, body)
        return self.document(answer)

    def document(self, answer: Answer) -> Json | None:
        """The JSON object of a success, None for an empty one. Raises AdapterError for everything else."""
        document = untrusted.loads(answer.body)
        if code := errors.error_code(document):
            raise errors.from_code(code, answer.status, now=self.signer.now())
        if answer.status == 200 and not answer.body.strip():
            return None
        if answer.status != 200 or not isinstance(document, dict):
            raise errors.from_status(answer)
        return document
