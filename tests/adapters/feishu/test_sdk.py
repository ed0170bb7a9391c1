"""What we send is what the vendor's SDK sends for the same wish; what it seals, signs and frames we take, and back."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from adapters.base import Delivery
from adapters.feishu import FeishuAdapter, frames
from adapters.feishu.frames import Frame
from adapters.feishu.stream import acknowledged
from adapters.http import Http
from adapters.notes import Notes
from adapters.preparation import Precaution, Preparation
from app.domain.actions import Action
from app.domain.actions import ActionKind as Kind
from app.domain.errors import AdapterError, NotAuthentic
from app.domain.people import Participant, Role, RosterEntry
from tests.adapters.conformance import NOW
from tests.adapters.feishu import sdk
from tests.adapters.feishu.cloud import CHAT, LESSON, Cloud, connected, settings
from tests.adapters.feishu.sample import (
    APP,
    FIXTURES,
    KEY,
    MEETING,
    NUMBER,
    PUPIL,
    RESERVE,
    SECRET,
    TEACHER,
    TOKEN,
    content,
    deliver,
)
from tests.adapters.stand_in import Seen, served

vc, im, contact, built = sdk.vc, sdk.im, sdk.contact, sdk.built
auth, authen, tenant = sdk.auth, sdk.authen, sdk.tenant
GUEST = Participant(id=PUPIL, account=PUPIL, address="1")
HOST = Participant(id=TEACHER, account=TEACHER, role=Role.HOST, address="1")
TODAY = f"{CHAT}:2026-11-20"
RESERVED = {"id": RESERVE, "number": NUMBER, "hosts": [TEACHER], "until": NOW + 7200}
CONSENT = {"access": "eyJ.user.1", "refresh": "ur-1", "until": NOW + 7200}

Asking = Callable[[FeishuAdapter], Awaitable[Any]]
Theirs = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The same wish to both; `user` = the SDK asks with the teacher's token."""

    ours: Asking
    theirs: tuple[Theirs, ...]
    user: bool = False
    notes: dict[str, str] = field(default_factory=dict)


def doing(kind: Kind, key: str = LESSON) -> Asking:
    action = Action(kind=kind, target=GUEST, operator=HOST, text="请安静", reference="om_1")
    return lambda adapter: adapter.perform(key, action)


def person(open_id: str) -> Any:
    return built(vc.MeetingUser, id=open_id, user_type=1)


def permission(number: int, *ids: str, mode: int = 1, by: int = 1) -> Any:
    checker = built(vc.ReservePermissionChecker, check_field=by, check_mode=mode, check_list=list(ids))
    return built(vc.ReserveActionPermission, permission=number, permission_checkers=[checker])


STAFF = (permission(1, TEACHER), permission(2, TEACHER))


def put(*joining: Any) -> Theirs:
    chosen = built(vc.ReserveMeetingSetting, action_permissions=[*joining, *STAFF])
    body = built(vc.UpdateReserveRequestBody, meeting_settings=chosen)
    request = built(vc.UpdateReserveRequest, reserve_id=RESERVE, user_id_type="open_id", request_body=body)
    return lambda c: (c.vc.v1.reserve.update, request)


def meeting(**more: Any) -> Theirs:
    request = built(vc.GetMeetingRequest, meeting_id=MEETING, user_id_type="open_id", **more)
    return lambda c: (c.vc.v1.meeting.get, request)


def names(*ids: str) -> Theirs:
    request = built(contact.BatchUserRequest, user_ids=list(ids), user_id_type="open_id")
    return lambda c: (c.contact.v3.user.batch, request)


LIST = meeting(with_participants=True)
NAMES = names(TEACHER, PUPIL)


def kick(c: Any) -> tuple[Any, Any]:
    body = built(vc.KickoutMeetingRequestBody, kickout_users=[person(PUPIL)])
    return c.vc.v1.meeting.kickout, built(
        vc.KickoutMeetingRequest, meeting_id=MEETING, user_id_type="open_id", request_body=body
    )


def moderation(**members: Any) -> Theirs:
    body = built(im.UpdateChatModerationRequestBody, **members)
    request = built(im.UpdateChatModerationRequest, chat_id=CHAT, user_id_type="open_id", request_body=body)
    return lambda c: (c.im.v1.chat_moderation.update, request)


def members_of() -> Theirs:
    request = built(im.GetChatMembersRequest, chat_id=CHAT, member_id_type="open_id", page_size=100)
    return lambda c: (c.im.v1.chat_members.get, request)


def moderation_of() -> Theirs:
    request = built(im.GetChatModerationRequest, chat_id=CHAT, user_id_type="open_id", page_size=100)
    return lambda c: (c.im.v1.chat_moderation.get, request)


def chat_of() -> Theirs:
    return lambda c: (c.im.v1.chat.get, built(im.GetChatRequest, chat_id=CHAT, user_id_type="open_id"))


def removed() -> Theirs:
    body = built(im.DeleteChatMembersRequestBody, id_list=[PUPIL])
    request = built(im.DeleteChatMembersRequest, chat_id=CHAT, member_id_type="open_id", request_body=body)
    return lambda c: (c.im.v1.chat_members.delete, request)


def message(kind: str, to: str) -> Theirs:
    text = json.dumps({"text": "请安静"}, ensure_ascii=False)
    body = built(im.CreateMessageRequestBody, receive_id=to, msg_type="text", content=text, uuid="*")
    request = built(im.CreateMessageRequest, receive_id_type=kind, request_body=body)
    return lambda c: (c.im.v1.message.create, request)


def departments(parent: str) -> Theirs:
    request = built(
        contact.ChildrenDepartmentRequest, department_id=parent, department_id_type="open_department_id",
        user_id_type="open_id", fetch_child=True, page_size=50,
    )  # fmt: skip
    return lambda c: (c.contact.v3.department.children, request)


def users_of(department: str) -> Theirs:
    request = built(
        contact.FindByDepartmentUserRequest, department_id=department, department_id_type="open_department_id",
        user_id_type="open_id", page_size=50,
    )  # fmt: skip
    return lambda c: (c.contact.v3.user.find_by_department, request)


def reserve_get() -> Theirs:
    return lambda c: (c.vc.v1.reserve.get, built(vc.GetReserveRequest, reserve_id=RESERVE, user_id_type="open_id"))


def applied() -> Theirs:
    chosen = built(
        vc.ReserveMeetingSetting, topic="数学", meeting_initial_type=1, auto_record=False,
        assign_host_list=[built(vc.ReserveAssignHost, user_type=1, id=TEACHER)],
    )  # fmt: skip
    body = built(
        vc.ApplyReserveRequestBody, end_time=str(int(NOW) + 3600 + 900), owner_id=TEACHER, meeting_settings=chosen
    )
    request = built(vc.ApplyReserveRequest, user_id_type="open_id", request_body=body)
    return lambda c: (c.vc.v1.reserve.apply, request)


def recording(what: str) -> Theirs:
    if what == "stop":
        request = built(vc.StopMeetingRecordingRequest, meeting_id=MEETING)
        return lambda c: (c.vc.v1.meeting_recording.stop, request)
    body = built(vc.StartMeetingRecordingRequestBody, timezone=8)
    start = built(vc.StartMeetingRecordingRequest, meeting_id=MEETING, request_body=body)
    return lambda c: (c.vc.v1.meeting_recording.start, start)


def bot_message() -> Theirs:
    body = built(vc.MessageBotRequestBody, meeting_id=MEETING, msg_type="text", content="请安静")
    return lambda c: (c.vc.v1.bot.message, built(vc.MessageBotRequest, request_body=body))


def bot_join() -> Theirs:
    where = built(vc.JoinIdentify, meeting_no=NUMBER)
    body = built(vc.JoinBotRequestBody, join_type=1, join_identify=where)
    return lambda c: (c.vc.v1.bot.join, built(vc.JoinBotRequest, request_body=body))


def bot_events() -> Theirs:
    request = built(vc.EventsBotRequest, meeting_id=MEETING, page_size=100, user_id_type="open_id")
    return lambda c: (c.vc.v1.bot.events, request)


async def no_delivery(_: Delivery) -> Any:
    raise AssertionError("there is nothing to hear")


WISH = Preparation(
    meeting="", title="数学", starts_at=NOW, ends_at=NOW + 3600, host=TEACHER,
    wanted=frozenset({Precaution.ROSTER_ONLY}),
    members=(RosterEntry(id="r1", name="学生", accounts=(PUPIL,)),),
)  # fmt: skip
OURS = {f"reserve:{NUMBER}": json.dumps(RESERVED)}
ALLOWED = {f"user:{TEACHER}": json.dumps(CONSENT)}
BOT = {"bot": "yes"}

PAIRS: dict[str, Pair] = {
    "list": Pair(ours=lambda a: a.participants(LESSON), theirs=(LIST, NAMES)),
    "kick": Pair(ours=doing(Kind.KICK), theirs=(kick,)),
    "ban": Pair(ours=doing(Kind.BAN), theirs=(kick, put(permission(3, PUPIL, mode=2))), notes=OURS),
    "lock": Pair(ours=doing(Kind.LOCK), theirs=(LIST, put(permission(3, TEACHER, PUPIL))), notes=OURS),
    "unlock": Pair(ours=doing(Kind.UNLOCK), theirs=(put(),), notes=OURS),
    "end": Pair(
        ours=doing(Kind.END),
        theirs=(lambda c: (c.vc.v1.meeting.end, built(vc.EndMeetingRequest, meeting_id=MEETING)),),
        user=True, notes=ALLOWED,
    ),
    "record": Pair(ours=doing(Kind.START_RECORDING), theirs=(recording("start"),), user=True, notes=ALLOWED),
    "stop recording": Pair(ours=doing(Kind.STOP_RECORDING), theirs=(recording("stop"),), user=True, notes=ALLOWED),
    "prepare": Pair(
        ours=lambda a: a.prepare(WISH),
        theirs=(applied(), put(permission(3, TEACHER, PUPIL)), reserve_get()),
    ),
    "number of an id": Pair(ours=lambda a: a.resolve(f":{MEETING}"), theirs=(meeting(),)),
    "id of a number": Pair(
        ours=lambda a: a.participants(NUMBER),
        theirs=(
            lambda c: (
                c.vc.v1.meeting.list_by_no,
                built(vc.ListByNoMeetingRequest, meeting_no=NUMBER, start_time=int(NOW) - 86400,
                      end_time=int(NOW) + 3600),
            ),
            LIST, NAMES,
        ),
    ),
    "warn": Pair(ours=doing(Kind.WARN), theirs=(message("open_id", PUPIL),)),
    "group list": Pair(ours=lambda a: a.participants(TODAY), theirs=(members_of(), chat_of(), moderation_of())),
    "group close": Pair(ours=doing(Kind.CLOSE_CHAT, TODAY), 
                        theirs=(moderation_of(), moderation(moderation_setting="only_owner"))),
    "group open": Pair(ours=doing(Kind.OPEN_CHAT, TODAY), theirs=(moderation(moderation_setting="all_members"),)),
    "group silence": Pair(
        ours=doing(Kind.SILENCE, TODAY),
        theirs=(
            moderation_of(), members_of(),
            moderation(moderation_setting="moderator_list", moderator_added_list=[TEACHER],
                       moderator_removed_list=[PUPIL]),
        ),
    ),
    "group remove": Pair(ours=doing(Kind.KICK, TODAY), theirs=(removed(),)),
    "group recall": Pair(
        ours=doing(Kind.DELETE_MESSAGE, TODAY),
        theirs=(lambda c: (c.im.v1.message.delete, built(im.DeleteMessageRequest, message_id="om_1")),),
    ),
    "group announce": Pair(ours=doing(Kind.ANNOUNCE, TODAY), theirs=(message("chat_id", CHAT),)),
    "address book": Pair(
        ours=lambda a: a.groups(),
        theirs=(departments("0"), lambda c: (c.im.v1.chat.list, built(im.ListChatRequest, page_size=100))),
    ),
    "roster": Pair(ours=lambda a: a.roster("od-1"), theirs=(departments("od-1"), users_of("od-1"))),
    "bot announce": Pair(ours=doing(Kind.ANNOUNCE), theirs=(bot_message(),), notes=BOT),
    "bot joins": Pair(ours=lambda a: a.participants(LESSON), theirs=(LIST, NAMES, bot_join()), notes=BOT),
    "bot listens": Pair(
        ours=lambda a: a._bot.hear(no_delivery), theirs=(bot_events(),),
        notes=BOT | {f"bot:{MEETING}": "{}"},
    ),
}  # fmt: skip


def wire(seen: Seen) -> tuple[str, str, list[tuple[str, str]], Any]:
    parts = urlsplit(seen.target)
    query = [(k, v.lower() if v in ("True", "False") else v) for k, v in parse_qsl(parts.query)]
    body = json.loads(seen.body or b"null")
    if isinstance(body, dict) and "uuid" in body:
        body["uuid"] = "*"
    return seen.method, parts.path, sorted(query), body


def cloud() -> Cloud:
    found = Cloud(bot="there", bot_in={MEETING}, teachers={"eyJ.user.1": TEACHER})
    chosen = {"meeting_settings": {"topic": "数学"}, "meeting_no": NUMBER, "end_time": "1"}
    found.reserves[RESERVE] = chosen
    return found


async def asked_by_us(pair: Pair) -> Cloud:
    there = cloud()
    if not pair.notes.keys() & OURS.keys():
        there.reserves = {}
    async with connected(there, notes=Notes(pair.notes), bot=bool(pair.notes.get("bot")), mode="http") as adapter:
        await pair.ours(adapter)
    return there


async def asked_by_them(pair: Pair) -> Cloud:
    there = cloud()
    if not pair.notes.keys() & OURS.keys():
        there.reserves = {}
    there.granted = 1
    async with served(there) as base_url:
        option = sdk.option(user="eyJ.user.1") if pair.user else sdk.option(app=there.token)
        client = sdk.client(base_url)
        for call in pair.theirs:
            method, request = call(client)
            answer = await asyncio.to_thread(method, request, option)
            assert answer.code == 0, (answer.code, answer.msg)
    return there


def state(there: Cloud) -> Any:
    """What a wish has led to."""
    for sent in there.sent:
        sent.pop("uuid", None)
    return there.status, there.inside, there.reserves, there.chats, there.sent, there.recording


@pytest.mark.parametrize("name", PAIRS)
def test_a_call_looks_like_theirs_and_both_lead_to_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    ours, theirs = asyncio.run(asked_by_us(PAIRS[name])), asyncio.run(asked_by_them(PAIRS[name]))
    sent = [s for s in ours.seen if not s.path.endswith("/internal")]
    assert [wire(s) for s in sent] == [wire(s) for s in theirs.seen]
    assert len(sent) == len(PAIRS[name].theirs)
    assert state(ours) == state(theirs)


def test_the_host_is_set_as_they_do_it() -> None:
    """A pupil has become host: the role goes back to the teacher, and the meeting is ended."""

    async def run() -> Cloud:
        there = cloud()
        there.host = PUPIL
        async with connected(there, notes=Notes(ALLOWED)) as adapter:
            await adapter.perform(LESSON, Action(kind=Kind.END, operator=HOST))
        return there

    there = asyncio.run(run())
    body = built(vc.SetHostMeetingRequestBody, host_user=person(TEACHER))
    request = built(vc.SetHostMeetingRequest, meeting_id=MEETING, user_id_type="open_id", request_body=body)
    theirs = asyncio.run(
        asked_by_them(Pair(ours=doing(Kind.END), theirs=(lambda c: (c.vc.v1.meeting.set_host, request),)))
    )
    assert wire(theirs.seen[0]) in [wire(s) for s in there.seen]
    assert there.status == 3


def test_tokens_are_asked_for_as_they_do() -> None:
    """The app's token, the address of the stream, whose consent a token is, and the key of the organisation."""

    async def ask_ours() -> list[Seen]:
        there = cloud()
        there.codes["c1"] = TEACHER
        async with connected(there) as adapter:
            await adapter.consented("https://menshen.example", "c1")
            await adapter._preparations._tenant()
            await adapter._stream.endpoint()
        return there.seen

    async def ask_theirs() -> list[Seen]:
        there = cloud()
        there.granted = 1
        body = built(auth.InternalTenantAccessTokenRequestBody, app_id=APP, app_secret=SECRET)
        internal = built(auth.InternalTenantAccessTokenRequest, request_body=body)
        async with served(there) as base_url:
            client, streaming = sdk.client(base_url), sdk.Streaming(APP, SECRET, domain=base_url)
            await asyncio.to_thread(client.auth.v3.tenant_access_token.internal, internal, sdk.option())
            info, query = built(authen.GetUserInfoRequest), built(tenant.QueryTenantRequest)
            await asyncio.to_thread(client.authen.v1.user_info.get, info, sdk.option(user="eyJ.user.1"))
            await asyncio.to_thread(client.tenant.v2.tenant.query, query, sdk.option(app=there.token))
            await asyncio.to_thread(streaming._get_conn_url)
        return there.seen

    ours_sent = {s.path: s for s in asyncio.run(ask_ours())}
    theirs_sent = asyncio.run(ask_theirs())
    assert len(theirs_sent) == 4
    for theirs in theirs_sent:
        mine = ours_sent[theirs.path]
        assert wire(mine) == wire(theirs)
        assert mine.headers.get("authorization", "")[:11] == theirs.headers.get("authorization", "")[:11]
    assert ours_sent["/callback/ws/endpoint"].headers["locale"] == "zh"


# --- events -----------------------------------------------------------------------------------------------------------


def dispatched(delivery: Delivery, kind: str, key: str = KEY, token: str = TOKEN) -> tuple[int, list[Any], bytes]:
    """What the SDK's own receiver makes of a delivery: status, events, answer."""
    got: list[Any] = []
    handler = sdk.EventDispatcherHandler.builder(key, token).register_p2_customized_event(kind, got.append).build()
    request = sdk.RawRequest()
    request.uri, request.body = delivery.path, delivery.body
    shown = {"x-lark-request-timestamp": "X-Lark-Request-Timestamp", "x-lark-request-nonce": "X-Lark-Request-Nonce",
             "x-lark-signature": "X-Lark-Signature"}  # fmt: skip
    request.headers = {shown.get(k, k): v for k, v in delivery.headers.items()}
    answer = handler.do(request)
    return answer.status_code, got, answer.content


def ours() -> FeishuAdapter:
    return FeishuAdapter(settings(mode="http", encrypt_key=KEY, verification_token=TOKEN), Http())


@pytest.mark.parametrize("kind", FIXTURES)
def test_what_we_accept_the_sdk_accepts_and_reads_alike(kind: str) -> None:
    delivery = deliver(content(kind, **FIXTURES[kind][1]), NOW, KEY)
    status, got, _ = dispatched(delivery, kind)
    assert status == 200
    assert len(got) == 1
    ours().verify(delivery)
    assert [f.event.kind for f in ours().parse(delivery)] == [FIXTURES[kind][0]]


def test_one_flipped_byte_is_refused_by_both(caplog: pytest.LogCaptureFixture) -> None:
    kind = "vc.meeting.join_meeting_v1"
    good = deliver(content(kind), NOW, KEY)
    tried = 0
    for at in range(20, len(good.body) - 20, 37):
        body = good.body[:at] + bytes([good.body[at] ^ 1]) + good.body[at + 1 :]
        bad = Delivery(
            method="POST", path=good.path, query="", headers=good.headers, body=body, received_at=good.received_at
        )
        assert dispatched(bad, kind)[0] == 500
        with pytest.raises(NotAuthentic):
            ours().verify(bad)
        tried += 1
    assert tried > 20


def test_the_challenge_is_answered_as_they_do() -> None:
    plain = json.dumps({"challenge": "ajls384kdjx98XX", "token": TOKEN, "type": "url_verification"}).encode()
    delivery = deliver(plain, NOW, KEY)
    reply = ours().handshake(delivery)
    assert reply is not None
    assert json.loads(reply.body) == json.loads(dispatched(delivery, "any")[2])


# --- frames -----------------------------------------------------------------------------------------------------------


def their_frame(**more: Any) -> Any:
    frame = sdk.Frame()
    frame.SeqID, frame.LogID, frame.service, frame.method = 7, 2**63 + 5, 33554678, 1
    for key, value in {"type": "event", "message_id": "m1", "sum": "1", "seq": "0", "trace_id": ""}.items():
        header = frame.headers.add()
        header.key, header.value = key, value
    frame.payload = b'{"schema":"2.0"}'
    for name, value in more.items():
        setattr(frame, name, value)
    return frame


def test_a_ping_is_theirs_byte_for_byte() -> None:
    for service in (33554678, 0, 1):
        assert frames.encoded(frames.ping(service)) == sdk.ping(service)
    assert frames.encoded(frames.ping(33554678)).hex() == "0800100018f681801020002a0c0a0474797065120470696e67"


def test_frames_are_theirs_both_ways() -> None:
    for more in ({}, {"payload_encoding": "gzip", "payload_type": "json", "LogIDNew": "log"}, {"SeqID": 0, "LogID": 0}):
        theirs = their_frame(**more)
        whole: Frame = frames.decoded(theirs.SerializeToString())
        assert (whole.sequence, whole.log, whole.service) == (theirs.SeqID, theirs.LogID, theirs.service)
        assert whole.header("message_id") == "m1"
        assert frames.encoded(whole) == theirs.SerializeToString()


def test_an_acknowledgement_is_theirs_byte_for_byte() -> None:
    """The SDK's own handler, with a connection that only remembers."""
    sent: list[bytes] = []

    class Connection:
        async def send(self, data: bytes) -> None:
            sent.append(data)

    def made(kind: str) -> Any:
        handler = sdk.EventDispatcherHandler.builder("", "").register_p2_customized_event(kind, lambda _: None).build()
        client = sdk.Streaming("cli", "secret", event_handler=handler)
        client._conn = Connection()
        return client

    async def run() -> None:
        payload = content("vc.meeting.join_meeting_v1", token="")
        for kind in ("vc.meeting.join_meeting_v1", "another.kind"):
            await made(kind)._handle_data_frame(their_frame(payload=payload))

    asyncio.run(run())
    good, bad = (frames.decoded(data) for data in sent)
    whole = frames.decoded(their_frame(payload=b"anything").SerializeToString())
    assert frames.encoded(acknowledged(whole, 200, good.header("biz_rt"))) == sent[0]
    assert frames.encoded(acknowledged(whole, 500, "0")) == sent[1]
    assert b"500" in bad.payload


def test_noise_is_no_frame() -> None:
    for noise in (b"\xff", b"\x08", b"", b"\x0a\xff"):
        with pytest.raises(frames.Unreadable):
            frames.decoded(noise)


def test_errors_of_the_cloud_are_ours() -> None:
    """The stand-in refuses what the SDK could not have sent."""

    async def run() -> list[str]:
        there, told = cloud(), []
        async with connected(there) as adapter:
            for path, query in (("/open-apis/vc/v1/meetings/1", (("made_up", "x"),)), ("/open-apis/nothing", ())):
                try:
                    await adapter._lists._client.get(path, query)
                except AdapterError as e:
                    told.append(e.code)
        return told

    assert asyncio.run(run()) == ["99992402", "404"]
