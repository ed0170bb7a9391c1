"""What each call takes, by the vendor's pages and the typed models of four SDKs: members, types, which are needed.

A type is a Python type, a list of one, or a dict of members. "!" marks a needed member.
"""

from typing import Any

PERSON = {"!tmp_openid": str, "!instance_id": int}
NAMED = {**PERSON, "!nickname": str}
CONTROL = "/cgi-bin/meeting/realcontrol/"
SETTINGS = {
    "password": str, "enable_waiting_room": bool, "allow_enter_before_host": bool, "enable_enter_mute": int,
    "allow_unmute_self": bool, "mute_all": bool, "allow_external_user": bool, "enable_screen_watermark": bool,
    "watermark_type": int, "auto_record_type": str, "attendee_join_auto_record": bool,
    "enable_host_pause_auto_record": bool, "enable_enroll": bool, "enable_host_key": bool, "host_key": str,
    "hosts": {"!userid": [str]}, "remind_scope": int,
}  # fmt: skip
PLAN = {
    "title": str, "meeting_start": int, "meeting_duration": int, "description": str, "location": str,
    "invitees": {"!userid": [str]}, "settings": SETTINGS,
}  # fmt: skip

BODIES: dict[str, dict[str, Any]] = {
    CONTROL + "set": {
        "!meetingid": str, "mute_all": bool, "allow_unmute_self": bool, "enable_enter_mute": int,
        "meeting_locked": bool, "hide_meeting_code_password": bool, "allow_chat": int, "allow_share_screen": bool,
        "allow_external_user": bool, "play_ivr_on_join": bool, "enable_waiting_room": bool,
    },
    CONTROL + "mute_user": {"!meetingid": str, "!option": bool, "!operated_user": PERSON},
    CONTROL + "switch_user_video": {"!meetingid": str, "video": bool, "!operated_user": PERSON},
    CONTROL + "close_screen_share": {"!meetingid": str, "!operated_user": PERSON},
    CONTROL + "kickout_users": {"!meetingid": str, "!allow_rejoin": bool, "!operated_users": [PERSON]},
    CONTROL + "manage_waiting_room_users": {
        "!meetingid": str, "!operate_type": int, "allow_rejoin": bool, "!operated_users": [PERSON],
    },
    CONTROL + "set_nicknames": {"!meetingid": str, "!operated_users": [NAMED]},
    CONTROL + "dismiss": {"!meetingid": str, "force_dismiss": int, "retrieve_code": int},
    "/cgi-bin/meeting/get_realtime_attendee_list": {
        "!meetingid": str, "sub_meetingid": str, "cursor": str, "limit": int,
    },
    "/cgi-bin/meeting/waitingroom/get_current_user_list": {"!meetingid": str, "cursor": str, "limit": int},
    "/cgi-bin/meeting/get_attendee_list": {
        "!meetingid": str, "sub_meetingid": str, "start_time": int, "end_time": int, "cursor": str, "limit": int,
    },
    "/cgi-bin/meeting/get_info": {"!meetingid": str, "sub_meetingid": str},
    "/cgi-bin/meeting/create": {"!admin_userid": str, **PLAN},
    "/cgi-bin/meeting/update": {"!meetingid": str, **PLAN},
    "/cgi-bin/meeting/set_invitees": {"!meetingid": str, "!invitees": [{"!userid": str}]},
    "/cgi-bin/meeting/create_customer_short_url": {"!meetingid": str, "!customer_data": str},
    "/cgi-bin/meeting/get_customer_short_url": {"!meetingid": str},
    "/cgi-bin/meeting/vip/list": {"cursor": str, "limit": int},
    "/cgi-bin/message/send": {
        "touser": str, "toparty": str, "totag": str, "!msgtype": str, "!agentid": int, "!text": {"!content": str},
        "safe": int,
    },
    "/cgi-bin/webhook/send": {"!msgtype": str, "!text": {"!content": str, "mentioned_list": [str]}},
}  # fmt: skip

QUERIES: dict[str, set[str]] = {
    "/cgi-bin/agent/get": {"agentid"},
    "/cgi-bin/school/agent/get_allow_scope": {"agentid"},
    "/cgi-bin/school/department/list": set(),
    "/cgi-bin/school/user/list": {"department_id"},
    "/cgi-bin/department/list": set(),
    "/cgi-bin/user/simplelist": {"department_id"},
    "/cgi-bin/user/get": {"userid"},
}


def misfit(value: Any, wanted: Any) -> str:
    """What is wrong with a value, "" when it fits. A bool is no int here, and nothing unknown may be there."""
    if isinstance(wanted, dict):
        if not isinstance(value, dict):
            return "no object"
        known = {name.lstrip("!"): kind for name, kind in wanted.items()}
        needed = {name[1:] for name in wanted if name.startswith("!")}
        if wrong := (needed - value.keys()) | (value.keys() - known.keys()):
            return f"members {sorted(wrong)}"
        return next((f"{n}: {bad}" for n, part in value.items() if (bad := misfit(part, known[n]))), "")
    if isinstance(wanted, list):
        if not isinstance(value, list) or not value:
            return "no list, or an empty one"
        return next((bad for part in value if (bad := misfit(part, wanted[0]))), "")
    return "" if type(value) is wanted else f"no {wanted.__name__}"
