"""The custom bot of a group chat: messages to the class or to the people on duty, without any scope (custom bot guide).

Its signature is an HMAC over nothing, with time and secret as the key. It can only speak.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable

from adapters import untrusted
from adapters.feishu import errors, people
from adapters.feishu.client import JSON, checked, read
from adapters.feishu.settings import FeishuSettings
from adapters.http import Answer, Http
from adapters.wire import dumps
from app.domain.errors import Refused


class Robot:
    """Speaks into the group that it was made for."""

    def __init__(self, settings: FeishuSettings, http: Http, now: Callable[[], float]) -> None:
        self._settings = settings
        self._http = http
        self._now = now

    @property
    def there(self) -> bool:
        """Whether a robot is set up."""
        return bool(self._settings.robot)

    async def say(self, message: str) -> None:
        """Send one message. Raises AdapterError."""
        if not self.there:
            raise Refused(errors.PLATFORM, "no group robot is set up", code="no_robot")
        members: dict[str, object] = {"msg_type": "text", "content": {"text": people.harmless(message) or "!"}}
        secret = self._settings.robot_secret.get_secret_value()
        if secret:
            stamp = str(int(self._now()))
            members = {"timestamp": stamp, "sign": sign(secret, stamp)} | members
        _accepted(await self._sent(dumps(members)))

    async def _sent(self, body: bytes) -> Answer:
        """Not counted with the calls of the app: a robot has limits of its own (100 a minute, 5 a second)."""
        headers = {"Content-Type": JSON}
        return await self._http.request(
            errors.PLATFORM, "POST", self._settings.robot, headers=headers, body=body, counted=False
        )


def sign(secret: str, stamp: str) -> str:
    """Base64 of the HMAC-SHA256 over nothing, keyed with time and secret."""
    return base64.b64encode(hmac.new(f"{stamp}\n{secret}".encode(), digestmod=hashlib.sha256).digest()).decode()


def _accepted(answer: Answer) -> None:
    """Old robots say yes by `StatusCode` alone."""
    document = untrusted.members(read(answer))
    if answer.status == 200 and "code" not in document and document.get("StatusCode") == 0:
        return
    checked(answer)
