"""How a request to the REST API is signed (vendor pages 42413 and 51257).

The base64 wraps the 64 characters of hex text, not the 32 raw bytes, so a signature has always 88 characters.
"""

import base64
import secrets
import time
from collections.abc import Callable

from adapters.signing import Keyed
from adapters.tencent_meeting.settings import TencentMeetingSettings


class Signer:
    """Headers for one request each; no two of them ever carry the same nonce."""

    def __init__(
        self,
        settings: TencentMeetingSettings,
        *,
        now: Callable[[], float] = time.time,
        nonce: Callable[[], int] | None = None,
    ) -> None:
        self.now = now
        self._settings = settings
        self._nonce = nonce or self._milliseconds_and_chance
        self._keyed = Keyed(settings.secret_key.get_secret_value().encode())
        self._last = 0

    def headers(self, method: str, target: str, body: bytes) -> dict[str, str]:
        """The headers of a request for `target`, the path and query exactly as they go on the request line."""
        nonce, stamp = str(self._fresh_nonce()), str(int(self.now()))
        signed = f"X-TC-Key={self._settings.secret_id}&X-TC-Nonce={nonce}&X-TC-Timestamp={stamp}"
        digest = self._keyed.hexdigest(f"{method}\n{signed}\n{target}\n".encode(), body)
        headers = {
            "Content-Type": "application/json",
            "X-TC-Key": self._settings.secret_id,
            "X-TC-Timestamp": stamp,
            "X-TC-Nonce": nonce,
            "X-TC-Signature": base64.b64encode(digest.encode()).decode(),
            "X-TC-Registered": "1",
            "AppId": self._settings.app_id,
        }
        if self._settings.sdk_id:  # an empty header would be a wrong one (190303)
            headers["SdkId"] = self._settings.sdk_id
        return headers

    def _fresh_nonce(self) -> int:
        """Larger than every nonce before: a pair of nonce and timestamp that comes twice is refused (190301)."""
        self._last = max(self._last + 1, self._nonce())
        return self._last

    def _milliseconds_and_chance(self) -> int:
        """As the vendor's SDKs make it: 19 digits, so that several processes do not collide either."""
        return int(self.now() * 1000) * 1_000_000 + secrets.randbelow(1_000_000)
