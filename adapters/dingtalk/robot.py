"""Messages to people outside the class: a custom robot for alerts, the app's own robot in the class group.

Pages custom-robots-send-group-messages and the-robot-sends-a-group-message.
"""

import base64
import hashlib
import hmac
from collections import deque
from urllib.parse import quote

from adapters.dingtalk.client import Client
from adapters.dingtalk.errors import PLATFORM
from adapters.dingtalk.settings import DingTalkSettings
from adapters.dingtalk.wire import text
from adapters.wire import dumps
from app.domain.errors import Refused

MOST_A_MINUTE = 18  # the vendor allows 20 and blocks the robot for 10 minutes after that
MINUTE = 60.0
LONGEST = 2000  # characters of a message; the vendor allows more, nobody reads more


def signature(secret: str, stamp: str) -> str:
    """Base64 of the HMAC that a custom robot wants; `stamp` is milliseconds since the epoch, good for an hour."""
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Robot:
    """Sends texts for one connection."""

    def __init__(self, settings: DingTalkSettings, client: Client) -> None:
        self._settings = settings
        self._client = client
        self._sent: deque[float] = deque(maxlen=MOST_A_MINUTE)

    async def alert(self, words: str) -> None:
        """Call people: by the custom robot, else in the class group. Raises AdapterError."""
        await (self._custom(words) if self._settings.has_alert_robot else self._in_group(words))

    async def announce(self, words: str) -> None:
        """Tell the class: in the class group, else by the custom robot. Raises AdapterError."""
        await (self._in_group(words) if self._settings.has_group_robot else self._custom(words))

    async def _in_group(self, words: str) -> None:
        asked = {
            "msgKey": "sampleText", "msgParam": dumps({"content": text(words, LONGEST)}).decode(),
            "openConversationId": self._settings.open_conversation_id, "robotCode": self._settings.robot_code,
        }  # fmt: skip
        await self._client.call("POST", "/v1.0/robot/groupMessages/send", asked)

    async def _custom(self, words: str) -> None:
        """It counts among the month's messages, not among its calls. Raises Refused rather than be blocked."""
        now = self._client.now()
        if len(self._sent) == MOST_A_MINUTE and now - self._sent[0] < MINUTE:
            raise Refused(PLATFORM, f"more than {MOST_A_MINUTE} messages in a minute: held back", code="too_chatty")
        self._sent.append(now)
        token = quote(self._settings.robot_access_token.get_secret_value(), safe="")
        url = f"{self._settings.legacy_url}/robot/send?access_token={token}"
        if secret := self._settings.robot_secret.get_secret_value():
            stamp = str(int(now * 1000))
            url += f"&timestamp={stamp}&sign={quote(signature(secret, stamp), safe='')}"
        await self._client.uncounted(url, {"msgtype": "text", "text": {"content": text(words, LONGEST)}})
