"""The vendor's SDK 2.2.65 as an independent word on what a call looks like, and its Python client for the stream."""

import asyncio
from collections.abc import Callable
from typing import Any

from alibabacloud_dingtalk.conference_1_0 import models as conference
from alibabacloud_dingtalk.conference_1_0.client import Client as Conference
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth2
from alibabacloud_dingtalk.oauth2_1_0.client import Client as OAuth2
from alibabacloud_dingtalk.robot_1_0 import models as robot
from alibabacloud_dingtalk.robot_1_0.client import Client as Robot
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions

__all__ = ["asked", "conference", "oauth2", "robot"]

CLIENTS: dict[Any, Any] = {conference: Conference, oauth2: OAuth2, robot: Robot}


def asked(module: Any, base_url: str, name: str, *arguments: Any, token: str = "") -> Callable[[], Any]:
    """One call of the SDK against `base_url`, to be made on a thread: `name` is the method without its options."""
    config = Config(protocol="http", endpoint=base_url.removeprefix("http://"), region_id="central")
    client = CLIENTS[module](config)
    if not token:
        return lambda: getattr(client, name)(*arguments)
    title = "".join(part.capitalize() for part in name.split("_"))
    headers = getattr(module, f"{title}Headers")(x_acs_dingtalk_access_token=token)
    return lambda: getattr(client, f"{name}_with_options")(*arguments, headers, RuntimeOptions(autoretry=False))


async def on_thread(call: Callable[[], Any]) -> Any:
    """The SDK blocks."""
    return await asyncio.to_thread(call)
