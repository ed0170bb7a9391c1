"""What we send is what the vendor's SDK sends for the same wish: method, path, query, body and token."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from adapters.dingtalk import DingTalkAdapter
from adapters.dingtalk.capabilities import FOUND, LIVE_SETTINGS, NICK
from adapters.dingtalk.control import AS_HOST, PLAIN
from adapters.notes import Notes
from adapters.preparation import Precaution, Preparation
from app.domain.actions import Action
from app.domain.actions import ActionKind as Kind
from app.domain.people import Participant, Role
from tests.adapters.dingtalk import sdk
from tests.adapters.dingtalk.cloud import KEY, Cloud, connected
from tests.adapters.dingtalk.sample import BOOKING, CLIENT_ID, CLIENT_SECRET, CORP, JOINED, PUPIL, RUN, TEACHER
from tests.adapters.stand_in import Seen, served

m = sdk.conference
TARGET = Participant(id=f"{PUPIL}@{JOINED}", name="小明", account=PUPIL, address=PUPIL)
HOST = Participant(id=f"{TEACHER}@{JOINED}", account=TEACHER, address=TEACHER, role=Role.HOST)
Ask = Callable[[DingTalkAdapter], Awaitable[Any]]
Call = tuple[Any, str, tuple[Any, ...]]


def kick(forbidden: bool) -> Call:
    user = m.KickMembersRequestUserList(union_id=PUPIL)
    return m, "kick_members", (RUN, m.KickMembersRequest(forbidden_rejoin=forbidden, user_list=[user]))


def mute_all(action: str, force: bool) -> Call:
    return m, "mute_all", (RUN, m.MuteAllRequest(action=action, force_mute=force))


def lock(action: str) -> Call:
    return m, "lock_conference", (RUN, m.LockConferenceRequest(action=action))


def update(**switches: bool) -> Call:
    return m, "update_video_conference_setting", (RUN, m.UpdateVideoConferenceSettingRequest(**switches))


CONTROLS: dict[Kind, Call] = {
    Kind.KICK: kick(False),
    Kind.BAN: kick(True),
    Kind.MUTE: (m, "mute_members", (
        RUN, m.MuteMembersRequest(action="mute", user_list=[m.MuteMembersRequestUserList(union_id=PUPIL)]))),
    Kind.RENAME: (m, "update_member_nick", (RUN, m.UpdateMemberNickRequest(nick="高一3班 小明", union_id=PUPIL))),
    Kind.MUTE_ALL: mute_all("mute", False),
    Kind.FORBID_UNMUTE: mute_all("mute", True),
    Kind.ALLOW_UNMUTE: mute_all("un_mute", False),
    Kind.LOCK: lock("lock"),
    Kind.UNLOCK: lock("unlock"),
    Kind.RESTRICT_SHARE: update(forbidden_share_screen=True),
    Kind.ALLOW_SHARE: update(forbidden_share_screen=False),
    Kind.END: (m, "close_video_conference", (RUN, m.CloseVideoConferenceRequest(union_id=TEACHER))),
    Kind.START_RECORDING: (m, "start_cloud_record", (RUN, m.StartCloudRecordRequest(
        mode="grid", small_window_position="relative_right", union_id=TEACHER))),
    Kind.STOP_RECORDING: (m, "stop_cloud_record", (RUN, m.StopCloudRecordRequest(union_id=TEACHER))),
    Kind.UNBAN: (m, "invite_users", (RUN, m.InviteUsersRequest(
        union_id=TEACHER, invitee_list=[m.InviteUsersRequestInviteeList(nick="小明", union_id=PUPIL)]))),
}  # fmt: skip


def wire(seen: Seen) -> tuple[str, str, dict[str, str], Any]:
    """The SDK sends an empty object where nothing belongs, and an empty list of extension apps where there is none."""
    return seen.method, seen.path, seen.query, without_empty(seen.members) or None


def without_empty(document: Any) -> Any:
    if not isinstance(document, dict):
        return document
    return {k: without_empty(v) for k, v in document.items() if v != []}


async def by_us(ask: Ask, cloud: Cloud, **more: Any) -> list[Seen]:
    async with connected(cloud, notes=Notes({NICK: FOUND, LIVE_SETTINGS: FOUND}), **more) as adapter:
        await ask(adapter)
    return cloud.asked


async def by_them(calls: list[Call], cloud: Cloud) -> list[Seen]:
    cloud.tokens = {"tok-1"}
    async with served(cloud) as base_url:
        for module, name, arguments in calls:
            await sdk.on_thread(sdk.asked(module, base_url, name, *arguments, token="tok-1"))
    assert cloud.problems == []
    return cloud.asked


def state(cloud: Cloud) -> Any:
    names = ("inside", "status", "forced", "locked", "sharing", "recording", "banned", "invited", "bookings")
    return [getattr(cloud, name) for name in names]


@pytest.mark.parametrize("kind", CONTROLS)
def test_a_control_looks_like_theirs_and_does_the_same(kind: Kind) -> None:
    action = Action(kind=kind, target=TARGET, operator=HOST, text="高一3班 小明")
    ours_did, theirs_did = Cloud(), Cloud()
    ours = asyncio.run(by_us(lambda adapter: adapter.perform(KEY, action), ours_did))
    theirs = asyncio.run(by_them([CONTROLS[kind]], theirs_did))
    assert [wire(s) for s in ours] == [wire(s) for s in theirs]
    assert len(ours) == 1
    assert [s.headers["x-acs-dingtalk-access-token"] for s in ours + theirs] == ["tok-1", "tok-1"]
    assert state(ours_did) == state(theirs_did)


def test_every_control_was_compared() -> None:
    assert CONTROLS.keys() == PLAIN.keys() | AS_HOST.keys()


READS: dict[str, tuple[Ask, list[Call]]] = {
    "lists": (
        lambda adapter: adapter.participants(KEY),
        [
            (m, "query_conference_members", (RUN, m.QueryConferenceMembersRequest(max_results=100, next_token="0"))),
            (m, "query_conference_info_batch", (m.QueryConferenceInfoBatchRequest(conference_id_list=[RUN]),)),
        ],
    ),
    "booking": (
        lambda adapter: adapter.participants(BOOKING),
        [
            (m, "query_schedule_conference_info", (BOOKING, m.QueryScheduleConferenceInfoRequest())),
            (m, "query_conference_members", (RUN, m.QueryConferenceMembersRequest(max_results=100, next_token="0"))),
            (m, "query_conference_info_batch", (m.QueryConferenceInfoBatchRequest(conference_id_list=[RUN]),)),
        ],
    ),
    "teacher": (
        lambda adapter: adapter._lessons._run_of_teacher(TEACHER),
        [(m, "query_user_on_going_conference", (m.QueryUserOnGoingConferenceRequest(union_id=TEACHER),))],
    ),
    "link": (
        lambda adapter: adapter._bookings.link(BOOKING, TEACHER),
        [(m, "query_schedule_conference", (BOOKING, m.QueryScheduleConferenceRequest(request_union_id=TEACHER)))],
    ),
}


@pytest.mark.parametrize("name", READS)
def test_a_read_looks_like_theirs(name: str) -> None:
    ask, calls = READS[name]
    ours = asyncio.run(by_us(ask, Cloud()))
    theirs = asyncio.run(by_them(calls, Cloud()))
    assert [wire(s) for s in ours] == [wire(s) for s in theirs]
    assert len(ours) == len(calls)


def test_a_conference_is_asked_about_like_theirs() -> None:
    """Their method for it takes no request."""
    ours = asyncio.run(by_us(lambda adapter: adapter.resolve(f":{RUN}"), Cloud()))
    theirs = asyncio.run(by_them([(m, "query_conference_info", (RUN,))], Cloud()))
    assert [wire(s) for s in ours] == [wire(s) for s in theirs]


ALL = frozenset(Precaution)
LESSON = Preparation(
    meeting="", title="高一3班 数学", starts_at=JOINED / 1000, ends_at=JOINED / 1000 + 2700, host=TEACHER, wanted=ALL
)


def extra(kind: str, **values: Any) -> Any:
    return getattr(m, f"{kind}RequestScheduleConfSettingModelMoziConfVirtualExtraSetting")(**values)


def test_a_booking_is_made_and_hardened_like_theirs() -> None:
    ours_did = Cloud(bookings={})
    ours = asyncio.run(by_us(lambda adapter: adapter.prepare(LESSON), ours_did))
    made = m.CreateScheduleConferenceRequest(
        creator_union_id=TEACHER, title="高一3班 数学", start_time=JOINED, end_time=JOINED + 2_700_000,
        schedule_conf_setting_model=m.CreateScheduleConferenceRequestScheduleConfSettingModel(host_union_id=TEACHER),
    )  # fmt: skip
    hardened = m.UpdateScheduleConfSettingsRequest(
        creator_union_id=TEACHER, schedule_conference_id="b00c0-0000",
        schedule_conf_setting_model=m.UpdateScheduleConfSettingsRequestScheduleConfSettingModel(
            host_union_id=TEACHER, conf_allowed_corp_id=CORP, mute_on_join=-1, screen_share_forbidden=1,
            mozi_conf_virtual_extra_setting=extra(
                "UpdateScheduleConfSettings", waiting_room=1, join_before_host=0, enable_chat=0,
                enable_web_anonymous_join=False,
            ),
        ),
    )  # fmt: skip
    read = m.QueryScheduleConfSettingsRequest(schedule_conference_id="b00c0-0000")
    calls: list[Call] = [
        (m, "create_schedule_conference", (made,)),
        (m, "query_schedule_conf_settings", (read,)),
        (m, "update_schedule_conf_settings", (hardened,)),
        (m, "query_schedule_conf_settings", (read,)),
    ]
    theirs_did = Cloud(bookings={})
    theirs = asyncio.run(by_them(calls, theirs_did))
    assert [wire(s) for s in ours] == [wire(s) for s in theirs]
    assert ours_did.bookings == without_empty(theirs_did.bookings)


def test_a_token_is_asked_for_like_theirs() -> None:
    ours_did, theirs_did = Cloud(), Cloud()
    asyncio.run(by_us(lambda adapter: adapter.participants(KEY), ours_did))

    async def theirs() -> None:
        async with served(theirs_did) as base_url:
            request = sdk.oauth2.GetAccessTokenRequest(app_key=CLIENT_ID, app_secret=CLIENT_SECRET)
            await sdk.on_thread(sdk.asked(sdk.oauth2, base_url, "get_access_token", request))

    asyncio.run(theirs())
    assert wire(ours_did.seen[0]) == wire(theirs_did.seen[0])
    assert ours_did.granted == theirs_did.granted == 1


def test_a_message_to_the_group_looks_like_theirs() -> None:
    group = {"open_conversation_id": "cidClass", "robot_code": "dingrobot01"}
    action = Action(kind=Kind.ANNOUNCE, text="课堂已锁定")
    ours_did, theirs_did = Cloud(), Cloud()
    (ours,) = asyncio.run(by_us(lambda adapter: adapter.perform(KEY, action), ours_did, **group))
    request = sdk.robot.OrgGroupSendRequest(
        msg_key="sampleText", msg_param=json.dumps({"content": "课堂已锁定"}, ensure_ascii=False), **group
    )
    (theirs,) = asyncio.run(by_them([(sdk.robot, "org_group_send", (request,))], theirs_did))
    told = [json.loads(s.members.pop("msgParam")) if isinstance(s.members, dict) else None for s in (ours, theirs)]
    assert told == [{"content": "课堂已锁定"}] * 2
    unlike = [{k: v for k, v in s.members.items() if k != "msgParam"} for s in (ours, theirs)]
    assert unlike[0] == unlike[1]
    assert (ours.method, ours.path, ours_did.messages) == (theirs.method, theirs.path, theirs_did.messages)


CAPTURED = [
    (Kind.BAN, "POST", "/members/kick", '{"forbiddenRejoin":true,"userList":[{"unionId":"u1"}]}'),
    (Kind.FORBID_UNMUTE, "POST", "/allMembers/mute", '{"action":"mute","forceMute":true}'),
    (Kind.LOCK, "POST", "/lock", '{"action":"lock"}'),
    (Kind.END, "DELETE", "?unionId=u1", ""),
    (Kind.RENAME, "POST", "/members/updateNick", '{"nick":"n","unionId":"u1"}'),
]


@pytest.mark.parametrize(("kind", "method", "tail", "body"), CAPTURED)
def test_our_bytes_are_those_that_were_captured_from_it(kind: Kind, method: str, tail: str, body: str) -> None:
    who = Participant(id="u1@1", address="u1", role=Role.HOST)
    cloud = Cloud(inside=[{"unionId": "u1", "host": True, "userNick": "n", "attendStatus": 3, "_mic": 2, "_camera": 1}])
    action = Action(kind=kind, target=who, operator=who, text="n")
    (seen,) = asyncio.run(by_us(lambda adapter: adapter.perform(KEY, action), cloud))
    assert (seen.method, seen.target) == (method, f"/v1.0/conference/videoConferences/{RUN}{tail}")
    assert json.loads(seen.body or b"null") == json.loads(body or "null")
