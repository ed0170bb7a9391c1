"""Whether a Janus server is set up as this connection needs it, said so that school IT can put it right."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from adapters import checks
from adapters.health import Checked, Finding, Health
from adapters.janus.api import TEXTROOM, VIDEOROOM, Janus
from adapters.janus.settings import HEARTBEAT, JanusSettings
from app.domain.actions import Words
from app.domain.errors import AdapterError


async def probe(janus: Janus, settings: JanusSettings) -> Health:
    """All findings, in the order in which they should be put right."""
    checks: tuple[Callable[[Janus], Awaitable[Checked]], ...] = (
        _admin_secret, _plugins, _event_handlers, _token_auth, _admin_key, _string_ids, _client_api, _event_path,
    )  # fmt: skip
    found = [await check(janus) for check in checks]
    return Health(checked=(*found, _loopback(settings), *_webhook_secrets(settings)))


async def _fails(asked: Awaitable[object]) -> bool:
    try:
        await asked
    except AdapterError:
        return True
    return False


async def _admin_secret(janus: Janus) -> Checked:
    failed = await _fails(janus.admin("get_status"))
    return checks.checked("admin_api", Finding.PROBLEM if failed else None, Words(
        zh="管理接口没有接受请求。请检查 admin_url、admin_secret，以及 janus.transport.http.jcfg 中的 "
           "admin_http = true。",
        vi="Giao diện quản trị không nhận yêu cầu. Hãy kiểm tra admin_url, admin_secret và admin_http = true "
           "trong janus.transport.http.jcfg.",
        en="The Admin API did not take the request. Check admin_url, admin_secret, and admin_http = true in "
           "janus.transport.http.jcfg.",
    ))  # fmt: skip


async def _info(janus: Janus) -> dict[str, Any]:
    try:
        return await janus.admin("info")
    except AdapterError:
        return {}


async def _plugins(janus: Janus) -> Checked:
    plugins = (await _info(janus)).get("plugins")
    there = isinstance(plugins, dict) and {VIDEOROOM, TEXTROOM} <= plugins.keys()
    return checks.checked("plugins", None if there else Finding.PROBLEM, Words(
        zh="videoroom 和 textroom 两个插件必须都已加载。",
        vi="Phải nạp cả hai plugin videoroom và textroom.",
        en="Both plugins, videoroom and textroom, must be loaded.",
    ))  # fmt: skip


async def _event_handlers(janus: Janus) -> Checked:
    info = await _info(janus)
    handlers = info.get("events")
    there = info.get("event_handlers") is True and isinstance(handlers, dict) and bool(handlers)
    return checks.checked("event_handlers", None if there else Finding.PROBLEM, Words(
        zh="事件推送没有打开：请在 janus.jcfg 中设置 broadcast = true，并启用 sampleevh。",
        vi="Chưa bật gửi sự kiện: đặt broadcast = true trong janus.jcfg và bật sampleevh.",
        en="Events are not sent: set broadcast = true in janus.jcfg and enable sampleevh.",
    ))  # fmt: skip


async def _token_auth(janus: Janus) -> Checked:
    on = (await _info(janus)).get("auth_token") is True
    return checks.checked("token_auth", None if on else Finding.PROBLEM, Words(
        zh="token_auth 没有打开：被移出的人可以马上回来。请在 janus.jcfg 中设置 token_auth = true。",
        vi="Chưa bật token_auth: người bị mời ra có thể vào lại ngay. Đặt token_auth = true trong janus.jcfg.",
        en="token_auth is off: whoever is put out can come back at once. Set token_auth = true in janus.jcfg.",
    ))  # fmt: skip


async def _admin_key(janus: Janus) -> Checked:
    failed = await _fails(janus.rooms())
    return checks.checked("admin_key", Finding.PROBLEM if failed else None, Words(
        zh="admin_key 与 videoroom、textroom 插件配置中的不一致。",
        vi="admin_key không khớp với cấu hình của plugin videoroom và textroom.",
        en="admin_key is not the one in the configuration of the videoroom and textroom plugins.",
    ))  # fmt: skip


async def _string_ids(janus: Janus) -> Checked:
    asked = (janus.plugin(plugin, "exists", room="menshen-probe") for plugin in (VIDEOROOM, TEXTROOM))
    failed = any([await _fails(a) for a in asked])
    return checks.checked("string_ids", Finding.PROBLEM if failed else None, Words(
        zh="请在 videoroom 和 textroom 的配置中设置 string_ids = true。",
        vi="Đặt string_ids = true trong cấu hình của videoroom và textroom.",
        en="Set string_ids = true in the configuration of videoroom and textroom.",
    ))  # fmt: skip


async def _client_api(janus: Janus) -> Checked:
    failed = await _fails(_visit(janus))
    return checks.checked("client_api", Finding.WARNING if failed else None, Words(
        zh="无法作为客户端连接：不能单独禁止一个人聊天，也看不到谁已被静音。请检查 client_url。",
        vi="Không kết nối được như một máy khách: không thể cấm riêng một người trò chuyện và không thấy ai "
           "đang bị tắt tiếng. Hãy kiểm tra client_url.",
        en="No session on the pupils' API: one person's chat cannot be closed, and it cannot be seen who is muted. "
           "Check client_url.",
    ))  # fmt: skip


async def _visit(janus: Janus) -> None:
    async with janus.visit(TEXTROOM):
        pass


async def _event_path(janus: Janus) -> Checked:
    failed = await _fails(janus.admin("custom_event", schema=HEARTBEAT, data={"probe": True}))
    return Checked(
        code="event_path", finding=Finding.PROBLEM if failed else Finding.UNKNOWN,
        detail=Words(
            zh="已请服务器发出一个测试事件。请看此连接是否显示“刚刚收到”；没有的话，"
               "检查 sampleevh 的 backend 地址和密码。",
            vi="Đã yêu cầu máy chủ gửi một sự kiện thử. Hãy xem kết nối này có báo vừa nhận không; nếu không, kiểm tra "
               "địa chỉ backend và mật khẩu của sampleevh.",
            en="The server was asked for a test event. See whether this connection shows a delivery just now; if not, "
               "check the backend address and password of sampleevh.",
        ),
    )  # fmt: skip


def _loopback(settings: JanusSettings) -> Checked:
    parts = urlsplit(settings.admin_url)
    safe = parts.scheme == "https" or _is_local(parts.hostname or "")
    return checks.checked("admin_bound", None if safe else Finding.WARNING, Words(
        zh="管理密码以明文经过网络。请让管理接口只监听本机（admin_ip = \"127.0.0.1\"），或使用 https。",
        vi="Mật khẩu quản trị đi qua mạng không mã hóa. Hãy chỉ mở giao diện quản trị trên máy chủ "
           "(admin_ip = \"127.0.0.1\") hoặc dùng https.",
        en="The admin secret crosses the network in clear. Bind the Admin API to this machine "
           "(admin_ip = \"127.0.0.1\") or use https.",
    ))  # fmt: skip


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _webhook_secrets(settings: JanusSettings) -> tuple[Checked, Checked]:
    events = bool(settings.event_password.get_secret_value())
    chat = bool(settings.chat_address)
    return (
        checks.checked("event_password", None if events else Finding.PROBLEM, Words(
            zh="没有设置 event_password：所有事件都会被拒收。",
            vi="Chưa đặt event_password: mọi sự kiện đều bị từ chối.",
            en="event_password is not set: every event is turned away.",
        )),
        checks.checked("chat_address", None if chat else Finding.WARNING, Words(
            zh="没有设置 chat_secret 和 chat_post_url：看不到聊天内容。",
            vi="Chưa đặt chat_secret và chat_post_url: không thấy được nội dung trò chuyện.",
            en="chat_secret and chat_post_url are not set: the chat cannot be seen.",
        )),
    )  # fmt: skip
