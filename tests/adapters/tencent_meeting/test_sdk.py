"""What we send is what the vendor's SDK sends for the same wish: method, path, query, body and signature."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from adapters.tencent_meeting import TencentMeetingAdapter
from adapters.tencent_meeting.signing import Signer
from app.domain.actions import Action
from app.domain.actions import ActionKind as Kind
from app.domain.people import Participant, Role
from tests.adapters.conformance import NOW
from tests.adapters.stand_in import Seen, served
from tests.adapters.tencent_meeting import sdk
from tests.adapters.tencent_meeting.cloud import MEETING, TEACHER, TEACHER_USERID, Cloud, connected, row, settings

w = sdk.wemeet_openapi
GUEST = Participant(id="bXNvcGVuaWQtMDAx:3", address="3")
HOST = Participant(id=f"{TEACHER}:2", address="2", role=Role.HOST)
ASKED: dict[str, Any] = {"operator_id": TEACHER, "operator_id_type": 4, "instanceid": 2}
TO: dict[str, Any] = {"to_operator_id": "bXNvcGVuaWQtMDAx", "to_operator_id_type": 4, "instanceid": 3}
REASON = "课堂安全"


def control(name: str, **members: Any) -> tuple[str, Any]:
    """The SDK's method and request for one control, its body built from the SDK's own model."""
    title = "".join(part.capitalize() for part in name.split("-"))
    body = getattr(w, f"V1RealControlMeetingsMeetingId{title}PutRequest")(**ASKED, **members)
    request = getattr(w, f"ApiV1RealControlMeetingsMeetingId{title}PutRequest")(meeting_id=MEETING, body=body)
    return f"v1_real_control_meetings_meeting_id_{name.replace('-', '_')}_put", request


def dismissal() -> tuple[str, Any]:
    members = {"reason_code": 1, "reason_detail": REASON, "force_dismiss_meeting": 1, "retrieve_code": 0}
    body = w.V1MeetingsMeetingIdDismissPostRequest(**ASKED, **members)
    return "v1_meetings_meeting_id_dismiss_post", w.ApiV1MeetingsMeetingIdDismissPostRequest(
        meeting_id=MEETING, body=body
    )


THEIRS: dict[Kind, list[tuple[str, Any]]] = {
    Kind.MUTE_ALL: [control("status", mute_all=True)],
    Kind.FORBID_UNMUTE: [control("status", mute_all=True, allow_unmute_by_self=False)],
    Kind.ALLOW_UNMUTE: [control("status", mute_all=False, allow_unmute_by_self=True)],
    Kind.CLOSE_CHAT: [control("status", allow_chat=2)],
    Kind.OPEN_CHAT: [control("status", allow_chat=0)],
    Kind.RESTRICT_SHARE: [control("status", share_screen=False)],
    Kind.ALLOW_SHARE: [control("status", share_screen=True)],
    Kind.LOCK: [control("status", meeting_locked=True)],
    Kind.UNLOCK: [control("status", meeting_locked=False)],
    Kind.OPEN_WAITING_ROOM: [control("status", auto_waiting_room=True)],
    Kind.CLOSE_WAITING_ROOM: [control("status", auto_waiting_room=False)],
    Kind.MUTE: [control("mutes", mute=True, user=TO)],
    Kind.STOP_VIDEO: [control("video", video=False, user=TO)],
    Kind.STOP_SHARE: [control("screen-shared", user=TO)],
    Kind.KICK: [control("kickout", allow_rejoin=True, reason=REASON, users=[TO])],
    Kind.BAN: [control("kickout", allow_rejoin=False, reason=REASON, users=[TO])],
    Kind.ADMIT: [control("waiting-room", operate_type=1, users=[TO])],
    Kind.HOLD: [control("waiting-room", operate_type=2, users=[TO])],
    Kind.DENY: [control("waiting-room", operate_type=3, allow_rejoin=True, users=[TO])],
    Kind.RENAME: [
        control("names", users=[{"ms_open_id": TO["to_operator_id"], "instanceid": 3, "nick_name": "高一3班 小明"}])
    ],
    Kind.PREPARE: [
        control("status", participant_join_mute=1, hide_meeting_code_password=True),
        control("doc", enable_upload_doc=False),
    ],
    Kind.END: [dismissal()],
}


def wire(seen: Seen) -> tuple[str, str, list[tuple[str, str]], Any]:
    parts = urlsplit(seen.target)
    return seen.method, parts.path, sorted(parse_qsl(parts.query)), json.loads(seen.body or b"null")


async def asked_by_us(ask: Callable[[TencentMeetingAdapter], Awaitable[Any]], cloud: Cloud) -> list[Seen]:
    async with connected(cloud) as adapter:
        await ask(adapter)
    return cloud.seen


async def asked_by_them(api: str, calls: list[tuple[str, Any]], cloud: Cloud) -> list[Seen]:
    async with served(cloud) as base_url:
        for method, request in calls:
            call = getattr(getattr(sdk.client(base_url), api), method)
            await asyncio.to_thread(call, request, authenticator_options=sdk.authenticator())
    return cloud.seen


def classroom() -> Cloud:
    return Cloud(inside=[row("bXNvcGVuaWQtMDAx", 3)], waiting=[row("bXNvcGVuaWQtMDAx", 3)], clock=time.time)


@pytest.mark.parametrize("kind", THEIRS)
def test_a_control_looks_like_theirs_and_both_are_accepted(kind: Kind) -> None:
    action = Action(kind=kind, target=GUEST, operator=HOST, text="高一3班 小明")
    ours_did, theirs_did = classroom(), classroom()
    ours = asyncio.run(asked_by_us(lambda adapter: adapter.perform(MEETING, action), ours_did))
    theirs = asyncio.run(asked_by_them("meeting_control_api", THEIRS[kind], theirs_did))
    assert [wire(s) for s in ours] == [wire(s) for s in theirs]
    assert len(ours) == len(THEIRS[kind])
    assert (ours_did.inside, ours_did.waiting, ours_did.switches) == (
        theirs_did.inside,
        theirs_did.waiting,
        theirs_did.switches,
    )


def test_every_control_we_make_was_compared() -> None:
    from adapters.tencent_meeting.control import OTHERS, ROOM

    assert THEIRS.keys() == OTHERS.keys() | ROOM.keys()


READS: dict[str, tuple[Callable[[TencentMeetingAdapter], Awaitable[Any]], str, list[tuple[str, Any]]]] = {
    "lists": (
        lambda adapter: adapter.participants(f"{MEETING}:sub1"),
        "meetings_api",
        [
            (
                "v1_meetings_meeting_id_real_time_participants_get",
                w.ApiV1MeetingsMeetingIdRealTimeParticipantsGetRequest(
                    meeting_id=MEETING, operator_id=TEACHER_USERID, operator_id_type="1", page="1", page_size="50",
                    sub_meeting_id="sub1",
                ),
            ),
            (
                "v1_meetings_meeting_id_waiting_room_participants_get",
                w.ApiV1MeetingsMeetingIdWaitingRoomParticipantsGetRequest(
                    meeting_id=MEETING, userid=TEACHER_USERID, page="1", page_size="50"
                ),
            ),
        ],
    ),
    "occurrence": (
        lambda adapter: adapter._lists.meeting_info(MEETING),
        "meetings_api",
        [
            (
                "v1_meetings_meeting_id_get",
                w.ApiV1MeetingsMeetingIdGetRequest(
                    meeting_id=MEETING, operator_id=TEACHER_USERID, operator_id_type="1", instanceid="1"
                ),
            )
        ],
    ),
    "ms_open_id": (
        lambda adapter: adapter._operators.own_ms_open_id(MEETING),
        "user_manager_api",
        [
            (
                "v1_meetings_meeting_id_ms_open_id_get",
                w.ApiV1MeetingsMeetingIdMsOpenIdGetRequest(
                    meeting_id=MEETING, operator_id=TEACHER_USERID, operator_id_type="1"
                ),
            )
        ],
    ),
    "links": (
        lambda adapter: adapter.personal_links(MEETING, ["r-7"]),
        "meetings_api",
        [
            (
                "v1_meetings_meeting_id_customer_short_url_get",
                w.ApiV1MeetingsMeetingIdCustomerShortUrlGetRequest(
                    meeting_id=MEETING, operator_id=TEACHER_USERID, operator_id_type="1"
                ),
            ),
            (
                "v1_meetings_customer_short_url_post",
                w.ApiV1MeetingsCustomerShortUrlPostRequest(
                    body=w.V1MeetingsCustomerShortUrlPostRequest(
                        customer_data="eyJ2ZXIiOiIxLjAiLCJ1c2VyRGF0YSI6InItNyJ9", meeting_id=MEETING,
                        operator_id=TEACHER_USERID, operator_id_type=1,
                    )
                ),
            ),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_a_read_looks_like_theirs(name: str) -> None:
    ask, api, calls = READS[name]
    ours = asyncio.run(asked_by_us(ask, classroom()))
    theirs = asyncio.run(asked_by_them(api, calls, classroom()))
    assert [wire(s) for s in ours] == [wire(s) for s in theirs]


def signed_by_us(seen: Seen) -> dict[str, str]:
    """Our headers for a request that was seen, with its own nonce and time."""
    nonce, stamp = int(seen.headers["x-tc-nonce"]), float(seen.headers["x-tc-timestamp"])
    return Signer(settings(), now=lambda: stamp, nonce=lambda: nonce).headers(seen.method, seen.target, seen.body)


def test_our_signature_is_theirs_for_every_request_that_they_make() -> None:
    requests = [
        s for calls in THEIRS.values() for s in asyncio.run(asked_by_them("meeting_control_api", calls, classroom()))
    ]
    for _, api, calls in READS.values():
        requests += asyncio.run(asked_by_them(api, calls, classroom()))
    assert len(requests) > 25
    for seen in requests:
        ours = {k.lower(): v for k, v in signed_by_us(seen).items()}
        ours["content-type"] += "; charset=utf-8"
        assert ours.items() <= seen.headers.items()


def test_their_signature_is_ours_for_a_request_that_we_make() -> None:
    cloud = Cloud(clock=lambda: NOW)
    ours = asyncio.run(asked_by_us(lambda adapter: adapter.participants(f"{MEETING}:a+b"), cloud))
    assert "%2B" in ours[0].target
    for seen in ours:
        body = json.loads(seen.body or b"null")
        prepared = sdk.prepared(seen.method, f"http://127.0.0.1{seen.target}", seen.body)
        sdk.sign(prepared, stamp=seen.headers["x-tc-timestamp"], nonce=int(seen.headers["x-tc-nonce"]))
        assert prepared.headers["X-TC-Signature"] == seen.headers["x-tc-signature"]
        assert body is None
