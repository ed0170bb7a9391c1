"""The vendor's Python SDK `lark-oapi` 1.7.5, as an independent word on what a call, an event and a frame look like."""

import warnings
from typing import Any

with warnings.catch_warnings():  # it brings an old copy of protobuf, and asks for an event loop while it is imported
    warnings.simplefilter("ignore")
    import lark_oapi
    from lark_oapi.api.auth import v3 as auth
    from lark_oapi.api.authen import v1 as authen
    from lark_oapi.api.contact import v3 as contact
    from lark_oapi.api.im import v1 as im
    from lark_oapi.api.tenant import v2 as tenant
    from lark_oapi.api.vc import v1 as vc
    from lark_oapi.core.model import RawRequest
    from lark_oapi.event.dispatcher_handler import EventDispatcherHandler
    from lark_oapi.ws.client import Client as Streaming
    from lark_oapi.ws.client import _new_ping_frame
    from lark_oapi.ws.pb.pbbp2_pb2 import Frame

from tests.adapters.feishu.sample import APP, SECRET

__all__ = [
    "EventDispatcherHandler", "Frame", "RawRequest", "Streaming", "auth", "authen", "contact", "im", "lark_oapi",
    "ping", "tenant", "vc",
]  # fmt: skip


def client(base_url: str) -> Any:
    """The SDK's client with the credentials of `cloud.settings`, speaking to `base_url`; it keeps no tokens."""
    builder = lark_oapi.Client.builder().app_id(APP).app_secret(SECRET).domain(base_url)
    return builder.enable_set_token(True).log_level(lark_oapi.LogLevel.ERROR).build()


def option(*, app: str = "", user: str = "") -> Any:
    """With this token."""
    builder = lark_oapi.RequestOption.builder()
    if app:
        builder = builder.tenant_access_token(app)
    return (builder.user_access_token(user) if user else builder).build()


def ping(service: int) -> bytes:
    """The SDK's own ping."""
    return bytes(_new_ping_frame(service).SerializeToString())


def built(model: Any, **members: Any) -> Any:
    """One of the SDK's models, through its builder."""
    builder = model.builder()
    for name, value in members.items():
        builder = getattr(builder, name)(value)
    return builder.build()
