"""What the calls of Feishu look like: paths, kinds of token, queries and bodies, from the SDK's request models.

A shape is a type, a list of one shape, or a dict of members; a member whose name ends in "?" may be missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Shape = Any
ID, USER_ID_TYPE, PAGE = r"([0-9A-Za-z_-]+)", frozenset({"user_id_type"}), frozenset({"page_size", "page_token"})
APP, BOTH, USER = frozenset({"app"}), frozenset({"app", "user"}), frozenset({"user"})
VC, IM, CONTACT = "/open-apis/vc/v1", "/open-apis/im/v1", "/open-apis/contact/v3"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One call. `tokens` empty = it takes none; `body` None = it has none; `plain` = no `data` around the answer."""

    name: str
    method: str
    path: str
    tokens: frozenset[str] = BOTH
    query: frozenset[str] = frozenset()
    wanted: frozenset[str] = frozenset()
    body: Shape = None
    plain: bool = False


PERSON = {"id": str, "user_type": int}
CHECKER = {"check_field": int, "check_mode": int, "check_list": [str]}
PERMISSION = {"permission": int, "permission_checkers": [CHECKER]}
SETTINGS = {
    "topic?": str, "action_permissions?": [PERMISSION], "meeting_initial_type?": int, "meeting_connect?": bool,
    "auto_record?": bool, "assign_host_list?": [PERSON], "password?": str,
}  # fmt: skip
OAUTH = {
    "grant_type": str, "client_id": str, "client_secret": str, "code?": str, "redirect_uri?": str,
    "refresh_token?": str,
}  # fmt: skip
CHAT_PATH = f"{IM}/chats/{ID}"

ROUTES = (
    Route(name="token", method="POST", path="/open-apis/auth/v3/tenant_access_token/internal", tokens=frozenset(),
          body={"app_id": str, "app_secret": str}, plain=True),
    Route(name="oauth", method="POST", path="/open-apis/authen/v2/oauth/token", tokens=frozenset(), body=OAUTH,
          plain=True),
    Route(name="user_info", method="GET", path="/open-apis/authen/v1/user_info", tokens=USER),
    Route(name="tenant", method="GET", path="/open-apis/tenant/v2/tenant/query", tokens=APP),
    Route(name="endpoint", method="POST", path="/callback/ws/endpoint", tokens=frozenset(),
          body={"AppID": str, "AppSecret": str}, plain=True),
    Route(name="by_number", method="GET", path=f"{VC}/meetings/list_by_no", query=PAGE,
          wanted=frozenset({"meeting_no", "start_time", "end_time"})),
    Route(name="meeting", method="GET", path=f"{VC}/meetings/{ID}",
          query=frozenset({"with_participants", "with_meeting_ability", "user_id_type", "query_mode"})),
    Route(name="kickout", method="POST", path=f"{VC}/meetings/{ID}/kickout", query=USER_ID_TYPE,
          body={"kickout_users": [PERSON]}),
    Route(name="end", method="PATCH", path=f"{VC}/meetings/{ID}/end", tokens=USER),
    Route(name="set_host", method="PATCH", path=f"{VC}/meetings/{ID}/set_host", query=USER_ID_TYPE,
          body={"host_user": PERSON, "old_host_user?": PERSON}),
    Route(name="record", method="PATCH", path=f"{VC}/meetings/{ID}/recording/(start)", tokens=USER,
          body={"timezone": int}),
    Route(name="record", method="PATCH", path=f"{VC}/meetings/{ID}/recording/(stop)", tokens=USER),
    Route(name="apply", method="POST", path=f"{VC}/reserves/apply", query=USER_ID_TYPE,
          body={"end_time": str, "owner_id?": str, "meeting_settings": SETTINGS}),
    Route(name="update", method="PUT", path=f"{VC}/reserves/{ID}", query=USER_ID_TYPE,
          body={"end_time?": str, "meeting_settings?": SETTINGS}),
    Route(name="reserve", method="GET", path=f"{VC}/reserves/{ID}", query=USER_ID_TYPE),
    Route(name="active", method="GET", path=f"{VC}/reserves/{ID}/get_active_meeting",
          query=USER_ID_TYPE | {"with_participants"}),
    Route(name="bot_join", method="POST", path=f"{VC}/bots/join",
          body={"join_type": int, "join_identify": {"meeting_no": str}, "password?": str, "call_id?": str}),
    Route(name="bot_events", method="GET", path=f"{VC}/bots/events", wanted=frozenset({"meeting_id"}),
          query=USER_ID_TYPE | PAGE | {"start_time", "end_time"}),
    Route(name="bot_message", method="POST", path=f"{VC}/bots/message",
          body={"meeting_id": str, "msg_type": str, "content": str, "uuid?": str}),
    Route(name="bot_mute", method="POST", path=f"{VC}/bots/mute", query=USER_ID_TYPE,
          body={"meeting_id": str, "target_user_id": str}),
    Route(name="chats", method="GET", path=f"{IM}/chats", query=PAGE | USER_ID_TYPE | {"sort_type", "types"}),
    Route(name="chat", method="GET", path=CHAT_PATH, query=USER_ID_TYPE),
    Route(name="members", method="GET", path=f"{CHAT_PATH}/members", query=PAGE | {"member_id_type"}),
    Route(name="remove", method="DELETE", path=f"{CHAT_PATH}/members", query=frozenset({"member_id_type"}),
          body={"id_list": [str]}),
    Route(name="moderation", method="GET", path=f"{CHAT_PATH}/moderation", query=PAGE | USER_ID_TYPE),
    Route(name="moderate", method="PUT", path=f"{CHAT_PATH}/moderation", query=USER_ID_TYPE,
          body={"moderation_setting?": str, "moderator_added_list?": [str], "moderator_removed_list?": [str]}),
    Route(name="recall", method="DELETE", path=f"{IM}/messages/{ID}"),
    Route(name="message", method="POST", path=f"{IM}/messages", wanted=frozenset({"receive_id_type"}),
          body={"receive_id": str, "msg_type": str, "content": str, "uuid?": str}),
    Route(name="robot", method="POST", path="/open-apis/bot/v2/hook/[0-9a-z-]+", tokens=frozenset(), plain=True,
          body={"timestamp?": str, "sign?": str, "msg_type": str, "content": {"text": str}}),
    Route(name="departments", method="GET", path=f"{CONTACT}/departments/{ID}/children",
          query=PAGE | USER_ID_TYPE | {"department_id_type", "fetch_child"}),
    Route(name="users", method="GET", path=f"{CONTACT}/users/find_by_department", wanted=frozenset({"department_id"}),
          query=PAGE | USER_ID_TYPE | {"department_id_type"}),
    Route(name="batch", method="GET", path=f"{CONTACT}/users/batch", wanted=frozenset({"user_ids"}),
          query=USER_ID_TYPE | {"department_id_type"}),
    Route(name="user", method="GET", path=f"{CONTACT}/users/{ID}", wanted=USER_ID_TYPE,
          query=frozenset({"department_id_type"})),
)  # fmt: skip


def fits(value: Any, shape: Shape) -> bool:
    """Whether a JSON value has this shape and nothing beside it."""
    if isinstance(shape, Mapping):
        if not isinstance(value, dict):
            return False
        known = {name.rstrip("?"): part for name, part in shape.items()}
        wanted = {name for name in shape if not name.endswith("?")}
        return wanted <= value.keys() <= known.keys() and all(fits(v, known[k]) for k, v in value.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(v, shape[0]) for v in value)
    return type(value) is shape
