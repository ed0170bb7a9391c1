"""Independent words on the wire: the Python SDK `wechatpy` 1.8.18, and the samples of other SDKs for what it lacks.

`wechatpy` knows seals, tokens, contacts and messages, but no meetings. For those the bodies are compared with the
samples that two SDKs in other languages publish; tests/adapters/wecom/shapes.py holds their types.
"""

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from adapters import envelope
from adapters.base import Delivery
from adapters.http import Http
from adapters.wecom import WeComAdapter
from app.domain.actions import Action
from app.domain.actions import ActionKind as Kind
from app.domain.errors import NotAuthentic
from app.domain.people import Participant
from tests.adapters.conformance import NOW
from tests.adapters.stand_in import Seen, served
from tests.adapters.wecom import vectors as v
from tests.adapters.wecom.cloud import AGENT, Cloud, Refusal, connected, row, settings, waiter
from tests.adapters.wecom.sample import CORPID, KEY, MEETING, SECRET, TOKEN, deliver, notice
from tests.adapters.wecom.shapes import CONTROL

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it is written for Python 2 too
    from wechatpy.enterprise import WeChatClient
    from wechatpy.enterprise.crypto import WeChatCrypto
    from wechatpy.enterprise.exceptions import InvalidCorpIdException
    from wechatpy.exceptions import InvalidSignatureException

    import xmltodict  # isort: skip  it imports this one late

THEIRS = WeChatCrypto(TOKEN, KEY, CORPID)
ADAPTER = WeComAdapter(settings(), Http())


def stamp_of(delivery: Delivery) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in delivery.query.split("&"))


# --- seals and signatures ---------------------------------------------------------------------------------------------


def sealed_by_them(content: bytes, *, crypto: Any = THEIRS) -> Delivery:
    """What their encryption makes of a message, as the vendor would post it."""
    stamp, nonce = str(int(NOW)), "263014780"
    answer = xmltodict.parse(crypto.encrypt_message(content.decode(), nonce, stamp))["xml"]
    query = f"msg_signature={answer['MsgSignature']}&timestamp={stamp}&nonce={nonce}"
    body = v.envelope_of(answer["Encrypt"])
    return Delivery(method="POST", path="/hooks/c", query=query, headers={}, body=body, received_at=NOW)


@pytest.mark.parametrize("change", ["join_meeting", "join_waiting_room", "meeting_end"])
def test_what_they_seal_and_sign_we_accept_and_read(change: str) -> None:
    content = notice(change)
    theirs, ours = sealed_by_them(content), deliver(content, NOW, TOKEN)
    ADAPTER.verify(theirs)
    assert ADAPTER.parse(theirs) == ADAPTER.parse(ours)


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 33, 500])
def test_what_we_seal_and_sign_they_accept_and_read_at_every_length_of_the_padding(length: int) -> None:
    content = b"x" * length
    delivery = deliver(content, NOW, TOKEN)
    query = stamp_of(delivery)
    opened = THEIRS.decrypt_message(delivery.body, query["msg_signature"], query["timestamp"], query["nonce"])
    assert opened.encode() == content


def test_the_vectors_are_theirs_too() -> None:
    assert THEIRS.check_signature(v.ECHO_SIGNATURE, v.STAMP, v.NONCE, v.ECHO).encode() == v.ECHO_PLAIN
    body = v.envelope_of(v.EVENT_SEALED)
    assert THEIRS.decrypt_message(body, v.EVENT_SIGNATURE, v.STAMP, v.NONCE).encode() == v.EVENT_PLAIN
    vendors = WeChatCrypto(v.VENDOR_TOKEN, v.VENDOR_KEY, v.VENDOR_CORPID)
    opened = vendors.check_signature(v.VENDOR_SIGNATURE, v.VENDOR_STAMP, v.VENDOR_NONCE, v.VENDOR_ECHO)
    assert opened.encode() == v.VENDOR_PLAIN


def test_one_byte_of_the_sealed_text_is_refused_by_both() -> None:
    good = deliver(notice("join_meeting"), NOW, TOKEN)
    query = stamp_of(good)
    start = good.body.index(b"[CDATA[", good.body.index(b"<Encrypt>")) + len(b"[CDATA[")
    tried = 0
    for at in range(start, start + 200, 7):
        flipped = b"A" if good.body[at : at + 1] != b"A" else b"B"
        body = good.body[:at] + flipped + good.body[at + 1 :]
        with pytest.raises(InvalidSignatureException):
            THEIRS.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        with pytest.raises(NotAuthentic):
            ADAPTER.verify(Delivery(method="POST", path="/", query=good.query, headers={}, body=body, received_at=NOW))
        tried += 1
    assert tried > 20


def test_a_message_for_another_corp_is_refused_by_both() -> None:
    strangers = WeChatCrypto(TOKEN, KEY, "wwOTHER")
    foreign = sealed_by_them(notice("join_meeting"), crypto=strangers)
    with pytest.raises(NotAuthentic):
        ADAPTER.verify(foreign)
    good = deliver(notice("join_meeting"), NOW, TOKEN)
    query = stamp_of(good)
    with pytest.raises(InvalidCorpIdException):
        strangers.decrypt_message(good.body, query["msg_signature"], query["timestamp"], query["nonce"])


def test_the_signature_sorts_bytes_as_they_do() -> None:
    from wechatpy.utils import WeChatSigner

    for parts in (("b", "a", "C", "1"), ("Zz", "zZ", "0", "+/="), ("token", "10", "9", "AAAA")):
        signer = WeChatSigner()
        signer.add_data(*parts)
        assert envelope.signature(*parts) == signer.signature


# --- calls that both have ---------------------------------------------------------------------------------------------


def client(base_url: str) -> Any:
    """Their client, pointed at the loopback server; it knows nothing of one."""

    made = WeChatClient(CORPID, SECRET)
    made.API_BASE_URL = f"{base_url}/cgi-bin/"
    grant = {"url": f"{base_url}/cgi-bin/gettoken", "params": {"corpid": CORPID, "corpsecret": SECRET}}
    made.fetch_access_token = lambda: made._fetch_access_token(**grant)
    made._http.trust_env = False
    return made


def wire(seen: Seen) -> tuple[str, str, dict[str, str], Any]:
    """Method, path, query and body; what is merely the default of the vendor counts as left out."""
    defaults = {"status": "0", "fetch_child": "0"}
    query = {k: value for k, value in seen.query.items() if defaults.get(k) != value}
    body = {k: value for k, value in seen.members.items() if value not in ("", 0)} if seen.body else None
    return seen.method, seen.path, query, body


Ask = Callable[[WeComAdapter], Awaitable[Any]]


async def asked_by_us(ask: Ask, cloud: Cloud, **more: Any) -> list[Seen]:
    async with connected(cloud, **more) as adapter:
        await ask(adapter)
    return cloud.seen


async def asked_by_them(ask: Callable[[Any], Any], cloud: Cloud) -> list[Seen]:
    async with served(cloud) as base_url:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own methods use its own deprecated ones
            await asyncio.to_thread(ask, client(base_url))
    return cloud.seen


CALLS: dict[str, tuple[Ask, Callable[[Any], Any], dict[str, Any]]] = {
    "department": (
        lambda adapter: adapter._client.get("/cgi-bin/department/list"),
        lambda theirs: theirs.department.get(),
        {},
    ),
    "members": (
        lambda adapter: adapter.roster("department:1"),
        lambda theirs: theirs.department.get_users(1),
        {},
    ),
    "member": (
        lambda adapter: adapter._client.get("/cgi-bin/user/get", (("userid", "teacher01"),)),
        lambda theirs: theirs.user.get("teacher01"),
        {},
    ),
    "app": (
        lambda adapter: adapter._client.get("/cgi-bin/agent/get", (("agentid", AGENT),)),
        lambda theirs: theirs.agent.get(AGENT),
        {},
    ),
    "message": (
        lambda adapter: adapter.perform(MEETING, Action(kind=Kind.ALERT, text="有陌生人 +/=&")),
        lambda theirs: theirs.message.send_text(AGENT, ["it01", "teacher01"], "有陌生人 +/=&"),
        {"alert_userids": ["it01", "teacher01"]},
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_looks_like_theirs_and_so_does_the_token_before_it(name: str) -> None:
    ask, theirs_ask, more = CALLS[name]
    ours = asyncio.run(asked_by_us(ask, Cloud(), **more))
    theirs = asyncio.run(asked_by_them(theirs_ask, Cloud()))
    assert [wire(s) for s in ours] == [wire(s) for s in theirs]
    assert ours[0].path == "/cgi-bin/gettoken"
    assert len(ours) == 2


def test_both_fetch_another_token_when_one_was_withdrawn() -> None:
    def withdrawn() -> Cloud:
        return Cloud(script=[Refusal(42001)])

    ours = asyncio.run(asked_by_us(lambda adapter: adapter.roster("department:1"), withdrawn()))
    theirs = asyncio.run(asked_by_them(lambda c: c.department.get_users(1), withdrawn()))
    assert [s.path for s in ours] == [s.path for s in theirs]
    assert [s.path for s in ours].count("/cgi-bin/gettoken") == 2


# --- meetings: the samples that SDKs in Go, C# and their tests publish ------------------------------------------------

ONE = {"tmp_openid": "MS_OPENID", "instance_id": 1}
GUEST = Participant(id="MS_OPENID", address="inside:1")
CONTROLS: dict[Kind, tuple[str, dict[str, Any]]] = {
    Kind.MUTE: ("mute_user", {"option": True, "operated_user": ONE}),
    Kind.STOP_VIDEO: ("switch_user_video", {"video": False, "operated_user": ONE}),
    Kind.STOP_SHARE: ("close_screen_share", {"operated_user": ONE}),
    Kind.KICK: ("kickout_users", {"allow_rejoin": True, "operated_users": [ONE]}),
    Kind.BAN: ("kickout_users", {"allow_rejoin": False, "operated_users": [ONE]}),
    Kind.ADMIT: ("manage_waiting_room_users", {"operate_type": 1, "operated_users": [ONE]}),
    Kind.HOLD: ("manage_waiting_room_users", {"operate_type": 2, "operated_users": [ONE]}),
    Kind.DENY: ("manage_waiting_room_users", {"operate_type": 3, "allow_rejoin": True, "operated_users": [ONE]}),
    Kind.RENAME: ("set_nicknames", {"operated_users": [{**ONE, "nickname": "nick"}]}),
    Kind.MUTE_ALL: ("set", {"mute_all": True}),
    Kind.FORBID_UNMUTE: ("set", {"mute_all": True, "allow_unmute_self": False}),
    Kind.ALLOW_UNMUTE: ("set", {"mute_all": False, "allow_unmute_self": True}),
    Kind.CLOSE_CHAT: ("set", {"allow_chat": 2}),
    Kind.OPEN_CHAT: ("set", {"allow_chat": 0}),
    Kind.RESTRICT_SHARE: ("set", {"allow_share_screen": False}),
    Kind.ALLOW_SHARE: ("set", {"allow_share_screen": True}),
    Kind.LOCK: ("set", {"meeting_locked": True}),
    Kind.UNLOCK: ("set", {"meeting_locked": False}),
    Kind.OPEN_WAITING_ROOM: ("set", {"enable_waiting_room": True}),
    Kind.CLOSE_WAITING_ROOM: ("set", {"enable_waiting_room": False}),
    Kind.PREPARE: ("set", {"enable_enter_mute": 1, "hide_meeting_code_password": True}),
    Kind.END: ("dismiss", {"force_dismiss": 1, "retrieve_code": 1}),
}


@pytest.mark.parametrize("kind", CONTROLS)
def test_a_control_looks_like_the_published_samples(kind: Kind) -> None:
    cloud = Cloud(inside=[row("MS_OPENID", 1)], waiting=[waiter("MS_OPENID", 1)])
    action = Action(kind=kind, target=GUEST, text="nick")
    asyncio.run(asked_by_us(lambda adapter: adapter.perform(MEETING, action), cloud))
    control, members = CONTROLS[kind]
    (seen,) = cloud.controls
    assert (seen.method, seen.path, seen.members) == ("POST", CONTROL + control, {"meetingid": MEETING, **members})
    assert seen.query.keys() == {"access_token"}


def test_every_control_we_make_was_compared() -> None:
    from adapters.wecom.control import PERSONAL, ROOM

    assert CONTROLS.keys() == PERSONAL.keys() | ROOM.keys() | {Kind.END}
