"""The vendor's published Python SDK 1.0.10, as an independent word on what a call looks like.

It knows nothing of loopback, so it gets an HTTP client of its own kind with another host.
"""

import requests
import wemeet_openapi
from wemeet_openapi.core import constants, xhttp

from tests.adapters.tencent_meeting.cloud import SECRET_ID, SECRET_KEY

__all__ = ["wemeet_openapi"]


def client(base_url: str) -> wemeet_openapi.Client:
    """The SDK's client with the credentials of `cloud.settings`, speaking to `base_url`."""
    session = requests.Session()
    session.trust_env = False
    http = xhttp.Client(
        host=base_url.removeprefix("http://"),
        protocol="http",
        session=session,
        serializer=constants.DEFAULT_SERIALIZER,
    )
    return wemeet_openapi.Client(
        app_id="1400000001", sdk_id="12345678901", secret_id=SECRET_ID, secret_key=SECRET_KEY, clt=http
    )


def authenticator(stamp: str | None = None, nonce: int | None = None) -> list[object]:
    """A fresh one per request: the SDK's object keeps its nonce and signature."""
    return [wemeet_openapi.JWTAuthenticator(nonce=nonce, timestamp=stamp).options_build()]


def prepared(method: str, url: str, body: bytes) -> requests.PreparedRequest:
    """A request as the SDK's HTTP client would hold it before signing."""
    return requests.Request(method, url, data=body).prepare()


def sign(request: requests.PreparedRequest, *, stamp: str, nonce: int) -> None:
    """Let the SDK sign it."""
    config = wemeet_openapi.Config(
        app_id="1400000001", sdk_id="12345678901", secret_id=SECRET_ID, secret_key=SECRET_KEY
    )
    wemeet_openapi.JWTAuthenticator(nonce=nonce, timestamp=stamp).options_build()(config).auth_header(request)
