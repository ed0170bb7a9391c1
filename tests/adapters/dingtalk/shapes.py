"""What the vendor's API takes: for each call its query and the members of its body, with types.

Written down from the vendor's pages (state of 2026-08) and SDK 2.2.65, not from our own client.
"""

import re
from dataclasses import dataclass, field
from typing import Any

C = "/v1.0/conference/videoConferences"
S = "/v1.0/conference/scheduleConferences"

PERSON = {"unionId": (str, True), "participantId": (str, False)}
EXTRA = {
    "waitingRoom": (int, False), "joinBeforeHost": (int, False), "enableChat": (int, False), "lockNick": (int, False),
    "lockMediaStatusMicMute": (int, False), "enableWebAnonymousJoin": (bool, False),
    "moziConfExtensionAppSettings": (
        [{"coolAppCode": (str, False), "autoOpenMode": (int, False), "extensionAppBizData": (str, False)}], False
    ),
    "cloudRecordOwnerUnionId": (str, False), "pushAllMeetingRecords": (bool, False),
}  # fmt: skip
MODEL = {
    "hostUnionId": (str, False), "cohostUnionIds": ([str], False), "confAllowedCorpId": (str, False),
    "lockRoom": (int, False), "screenShareForbidden": (int, False), "muteOnJoin": (int, False),
    "moziConfVirtualExtraSetting": (EXTRA, False),
    "moziConfOpenRecordSetting": (
        {"recordAutoStart": (int, False), "recordAutoStartType": (int, False), "mode": (str, False)}, False
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One call. Parts of the path in braces become the handler's arguments; a query parameter is needed with True."""

    name: str
    method: str
    path: str
    query: dict[str, bool] = field(default_factory=dict)
    body: dict[str, Any] | None = None

    def matches(self, method: str, path: str) -> tuple[str, ...] | None:
        """The parts of a path that fits, None for one that does not."""
        pattern = re.sub(r"\{\w+\}", "([^/]+)", self.path)
        found = re.fullmatch(pattern, path) if method == self.method else None
        return found.groups() if found else None


SHAPES = (
    Shape(name="query", method="POST", path=f"{C}/query", body={"conferenceIdList": ([str], True)}),
    Shape(name="runs", method="GET", path=f"{C}/scheduleConferences/{{id}}",
          query={"nextToken": False, "maxResults": False}),
    Shape(name="info", method="GET", path=f"{C}/{{id}}"),
    Shape(name="members", method="GET", path=f"{C}/{{id}}/members", query={"nextToken": False, "maxResults": False}),
    Shape(name="close", method="DELETE", path=f"{C}/{{id}}", query={"unionId": True}),
    Shape(name="update", method="PUT", path=f"{C}/{{id}}", body=dict.fromkeys(
        ("allowUnmuteSelf", "autoTransferHost", "forbiddenShareScreen", "lockConference", "muteAll",
         "onlyInternalEmployeesJoin"), (bool, False))),
    Shape(name="kick", method="POST", path=f"{C}/{{id}}/members/kick",
          body={"userList": ([PERSON], True), "forbiddenRejoin": (bool, False)}),
    Shape(name="mute", method="POST", path=f"{C}/{{id}}/members/mute",
          body={"action": (("mute", "un_mute"), True), "userList": ([PERSON], True)}),
    Shape(name="mute_all", method="POST", path=f"{C}/{{id}}/allMembers/mute",
          body={"action": (("mute", "un_mute"), True), "forceMute": (bool, False)}),
    Shape(name="lock", method="POST", path=f"{C}/{{id}}/lock", body={"action": (("lock", "unlock"), True)}),
    Shape(name="nick", method="POST", path=f"{C}/{{id}}/members/updateNick",
          body={"nick": (str, True), "unionId": (str, True)}),
    Shape(name="record", method="POST", path=f"{C}/{{id}}/cloudRecords/start",
          body={"unionId": (str, True), "mode": (("grid", "speech", "full_screen"), False),
                "smallWindowPosition": (str, False)}),
    Shape(name="stop_record", method="POST", path=f"{C}/{{id}}/cloudRecords/stop", body={"unionId": (str, True)}),
    Shape(name="invite", method="POST", path=f"{C}/{{id}}/users/invite",
          body={"unionId": (str, True), "inviteeList": ([{"unionId": (str, True), "nick": (str, False)}], True)}),
    Shape(name="ongoing", method="GET", path="/v1.0/conference/users/lists", query={"unionId": True}),
    Shape(name="org", method="GET", path="/v1.0/conference/orgConferences",
          query={"nextToken": False, "maxResults": False}),
    Shape(name="book", method="POST", path=S, body={
        "creatorUnionId": (str, True), "title": (str, True), "startTime": (int, True), "endTime": (int, True),
        "scheduleConfSettingModel": (MODEL, False)}),
    Shape(name="read_settings", method="GET", path=f"{S}/settings", query={"scheduleConferenceId": True}),
    Shape(name="write_settings", method="PUT", path=f"{S}/settings", body={
        "creatorUnionId": (str, True), "scheduleConferenceId": (str, True), "scheduleConfSettingModel": (MODEL, True)}),
    Shape(name="booking", method="GET", path=f"{S}/{{id}}/infos", query={"requestUnionId": True}),
    Shape(name="group_message", method="POST", path="/v1.0/robot/groupMessages/send", body={
        "msgKey": (str, True), "msgParam": (str, True), "openConversationId": (str, True), "robotCode": (str, True),
        "coolAppCode": (str, False)}),
)  # fmt: skip
OPEN = {
    "clientId": (str, True), "clientSecret": (str, True), "ua": (str, False), "localIp": (str, False),
    "subscriptions": ([{"type": (("EVENT", "CALLBACK", "SYSTEM"), True), "topic": (str, True)}], True),
}  # fmt: skip
GRANT = {"appKey": (str, True), "appSecret": (str, True)}
ROBOT = {"msgtype": (("text",), True), "text": ({"content": (str, True)}, True)}


def wrong(value: Any, shape: Any, where: str = "body") -> str:
    """What does not fit, "" when all does: unknown members, missing ones, wrong types, unknown words."""
    if isinstance(shape, tuple):
        return "" if value in shape else f"{where} is {value!r}"
    if isinstance(shape, list):
        if not isinstance(value, list) or not value:
            return f"{where} is no list or an empty one"
        return next((w for i, v in enumerate(value) if (w := wrong(v, shape[0], f"{where}[{i}]"))), "")
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return f"{where} is no object"
        if unknown := value.keys() - shape.keys():
            return f"{where} has {sorted(unknown)}"
        missing = [n for n, (_, needed) in shape.items() if needed and n not in value]
        if missing:
            return f"{where} lacks {missing}"
        told = {n: v for n, v in value.items() if v != [] or shape[n][1]}  # the SDK sends empty lists for none
        return next((w for n, v in told.items() if (w := wrong(v, shape[n][0], f"{where}.{n}"))), "")
    fits = type(value) is shape and (shape is not str or bool(value) or where.endswith(("Ip", "nick")))
    return "" if fits else f"{where} is {value!r}"
