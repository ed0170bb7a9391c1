"""What a wish does in the classroom, and that an accepted call is never taken for more than that."""

import asyncio
import traceback
from typing import Any

import pytest
from aiohttp import web

from adapters.notes import Notes
from app.domain.actions import Action, Confirm, Level, Outcome, OutcomeKind
from app.domain.actions import ActionKind as Kind
from app.domain.errors import Gone, Refused, Transient
from app.domain.people import Participant
from tests.adapters.wecom.cloud import Cloud, Refusal, connected, row, waiter
from tests.adapters.wecom.sample import MEETING
from tests.adapters.wecom.shapes import CONTROL

PUPIL = "tmpOpenId01"
TARGET = Participant(id=PUPIL, address="inside:3")
WAITER = Participant(id="tmpOpenId09", address="waiting:4")
ASKED = Outcome(kind=OutcomeKind.REQUESTED)


def classroom(**more: Any) -> Cloud:
    usual: dict[str, Any] = {"inside": [row(PUPIL, 3), row(PUPIL, 1)], "waiting": [waiter("tmpOpenId09", 4)]}
    return Cloud(**(usual | more))


def perform(cloud: Cloud, *actions: Action, key: str = MEETING, **more: Any) -> list[Outcome]:
    """The actions one after the other over one connection."""

    async def run() -> list[Outcome]:
        async with connected(cloud, **more) as adapter:
            return [await adapter.perform(key, action) for action in actions]

    return asyncio.run(run())


def on(kind: Kind, target: Participant | None = TARGET, **more: Any) -> Action:
    return Action(kind=kind, target=target, **more)


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_muted_person_is_muted_on_that_device_only() -> None:
    cloud = classroom()
    assert perform(cloud, on(Kind.MUTE)) == [ASKED]
    assert [r["audio_state"] for r in cloud.inside] == [False, True]


@pytest.mark.parametrize(
    ("kind", "field"),
    [(Kind.MUTE, "audio_state"), (Kind.STOP_VIDEO, "video_state"), (Kind.STOP_SHARE, "screen_shared_state")],
)
def test_whoever_is_there_on_two_devices_is_reached_on_both(kind: Kind, field: str) -> None:
    cloud = classroom()
    assert perform(cloud, on(kind, Participant(id=PUPIL, address="inside:3,1"))) == [ASKED]
    assert [r[field] for r in cloud.inside] == [False, False]
    assert all(isinstance(c.members["operated_user"], dict) for c in cloud.controls)


def test_both_devices_are_removed_in_one_call() -> None:
    cloud = classroom()
    perform(cloud, on(Kind.KICK, Participant(id=PUPIL, address="inside:3,1")))
    assert cloud.inside == []
    assert len(cloud.controls) == 1


def test_a_wrong_device_is_answered_ok_and_does_nothing_so_nothing_is_ever_confirmed() -> None:
    cloud = classroom()
    kinds = (Kind.MUTE, Kind.KICK, Kind.HOLD, Kind.STOP_VIDEO, Kind.STOP_SHARE, Kind.BAN)
    assert perform(cloud, *(on(kind, Participant(id=PUPIL, address="inside:8")) for kind in kinds)) == [ASKED] * 6
    waits = Participant(id="tmpOpenId09", address="waiting:8")
    assert perform(cloud, on(Kind.ADMIT, waits), on(Kind.DENY, waits)) == [ASKED] * 2
    assert (len(cloud.inside), len(cloud.waiting)) == (2, 1)
    assert all(r["audio_state"] and r["video_state"] for r in cloud.inside)


def test_put_back_admitted_refused_removed_and_banned() -> None:
    cloud = classroom()
    perform(cloud, on(Kind.HOLD))
    assert [r["tmp_openid"] for r in cloud.waiting] == ["tmpOpenId09", PUPIL]
    perform(cloud, on(Kind.ADMIT, Participant(id=PUPIL, address="waiting:3")))
    assert len(cloud.inside) == 2
    perform(cloud, on(Kind.DENY, WAITER))
    assert (cloud.waiting, cloud.banned) == ([], [])  # a pupil who was refused by mistake may ask again
    perform(cloud, on(Kind.KICK))
    assert cloud.banned == []
    perform(cloud, on(Kind.BAN, Participant(id=PUPIL, address="inside:1")))
    assert (cloud.inside, cloud.banned) == ([], [PUPIL])


def test_whoever_was_last_seen_waiting_is_banned_at_both_doors() -> None:
    waits, came_in = classroom(), classroom(inside=[row("tmpOpenId09", 4)], waiting=[])
    for cloud in (waits, came_in):
        assert perform(cloud, on(Kind.BAN, WAITER)) == [ASKED]
        assert cloud.banned == ["tmpOpenId09"]


def test_a_new_name_is_cut_to_what_the_platform_takes_and_an_empty_one_is_not_sent() -> None:
    cloud = classroom()
    perform(cloud, on(Kind.RENAME, text="一" * 30))
    assert cloud.names == {(PUPIL, 3): "一" * 20}
    with pytest.raises(Refused) as refused:
        perform(classroom(), on(Kind.RENAME, text="  "))
    assert refused.value.code == "no_name"


# --- devices that only a list tells -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.MUTE, Kind.KICK, Kind.HOLD, Kind.BAN, Kind.STOP_SHARE])
def test_whoever_is_known_by_an_event_only_is_looked_up_before_anything_is_sent(kind: Kind) -> None:
    cloud = classroom()
    assert perform(cloud, on(kind, Participant(id=PUPIL))) == [ASKED]
    asked = [s.path.rpartition("/")[2] for s in cloud.calls]
    assert "get_realtime_attendee_list" in asked[:2]
    assert {u["instance_id"] for c in cloud.controls for u in _users(c.members)} == {3, 1}


def _users(members: dict[str, Any]) -> list[dict[str, Any]]:
    return list(members.get("operated_users") or [members["operated_user"]])


@pytest.mark.parametrize("kind", [Kind.ADMIT, Kind.DENY, Kind.BAN])
def test_whoever_waits_is_looked_up_in_the_waiting_room(kind: Kind) -> None:
    cloud = classroom(inside=[])
    assert perform(cloud, on(kind, Participant(id="tmpOpenId09"))) == [ASKED]
    assert cloud.waiting == []


def test_a_pupil_who_lost_the_network_and_waits_on_another_device_is_let_in_on_that_one() -> None:
    """What the last list told is where he was inside; with that device the platform says 0 and he waits for ever."""
    cloud = classroom(inside=[row(PUPIL, 3)], waiting=[waiter(PUPIL, 8)])
    assert perform(cloud, on(Kind.ADMIT, TARGET)) == [ASKED]
    assert (cloud.waiting, {r["instance_id"] for r in cloud.inside}) == ([], {3, 8})


@pytest.mark.parametrize("kind", [Kind.KICK, Kind.HOLD])
def test_an_intruder_who_was_listed_waiting_is_put_out_of_the_room_on_the_device_he_is_on(kind: Kind) -> None:
    cloud = classroom(inside=[row("tmpOpenId09", 1)], waiting=[])
    assert perform(cloud, on(kind, WAITER)) == [ASKED]
    assert cloud.inside == []


def test_whoever_was_let_in_just_now_is_put_out_although_the_list_does_not_show_him_yet() -> None:
    cloud = classroom(waiting=[])
    assert perform(cloud, on(Kind.KICK, WAITER)) == [ASKED]
    assert [c.members["operated_users"] for c in cloud.controls] == [[{"tmp_openid": "tmpOpenId09", "instance_id": 4}]]


def test_that_one_person_may_not_be_touched_does_not_take_the_panic_button_away() -> None:
    """60011 on a share is about this right only; "calm" by hand would leave the whole class to the intruders."""
    cloud = classroom(script=[Refusal(60011)])

    async def run() -> None:
        async with connected(cloud) as adapter:
            with pytest.raises(Refused):
                await adapter.perform(MEETING, on(Kind.STOP_SHARE))
            levels = {k: adapter.supports(k, TARGET, MEETING).level for k in (Kind.STOP_SHARE, Kind.LOCK, Kind.KICK)}
            assert levels == {Kind.STOP_SHARE: Level.MANUAL, Kind.LOCK: Level.NATIVE, Kind.KICK: Level.NATIVE}

    asyncio.run(run())


def test_whoever_is_on_no_list_is_waited_for_a_moment_and_then_gone_and_nothing_is_sent() -> None:
    """The list may lag behind the event: to give up at once would let an intruder stay for a minute."""
    now = [1_795_132_800.0]
    cloud = classroom(clock=lambda: now[0])

    async def run() -> list[tuple[type[Exception], str]]:
        told: list[tuple[type[Exception], str]] = []
        async with connected(cloud) as adapter:
            for _ in range(4):
                try:
                    await adapter.perform(MEETING, on(Kind.KICK, Participant(id="tmpOpenIdLeft")))
                except (Gone, Transient) as e:
                    told.append((type(e), e.code))
                now[0] += 2.0
        return told

    waited = [(Transient, "not_listed")] * 3
    assert asyncio.run(run()) == [*waited, (Gone, "not_listed")]
    assert cloud.controls == []


def test_whoever_comes_late_onto_the_list_is_reached() -> None:
    cloud = classroom()

    async def run() -> Outcome:
        async with connected(cloud) as adapter:
            late = on(Kind.KICK, Participant(id="late"))
            with pytest.raises(Transient):
                await adapter.perform(MEETING, late)
            cloud.inside.append(row("late", 3))
            return await adapter.perform(MEETING, late)

    assert asyncio.run(run()) == ASKED
    assert [r["tmp_openid"] for r in cloud.inside] == [PUPIL, PUPIL]


def test_a_wave_of_intruders_shares_the_readings_of_the_list() -> None:
    crowd = [f"intruder{n}" for n in range(60)]
    cloud = Cloud(inside=[row(who, 3) for who in crowd])

    async def run() -> list[Outcome]:
        async with connected(cloud) as adapter:
            return await asyncio.gather(
                *(adapter.perform(MEETING, on(Kind.KICK, Participant(id=who))) for who in crowd)
            )

    assert asyncio.run(run()) == [ASKED] * 60
    assert cloud.inside == []
    reads = [s for s in cloud.calls if s.path.endswith("get_realtime_attendee_list")]
    assert len(reads) <= 4  # two readings of two pages, not sixty
    assert len(cloud.controls) == 60


def test_somebody_named_by_his_account_only_cannot_be_reached_and_nothing_is_sent() -> None:
    cloud = classroom()
    with pytest.raises(Refused) as refused:
        perform(cloud, on(Kind.KICK, Participant(id="@teacher01", account="teacher01")))
    assert refused.value.code == "no_address"
    assert cloud.seen == []


# --- the room ---------------------------------------------------------------------------------------------------------

CALM = (Kind.MUTE_ALL, Kind.FORBID_UNMUTE, Kind.CLOSE_CHAT, Kind.RESTRICT_SHARE, Kind.OPEN_WAITING_ROOM, Kind.LOCK)
CALMED = {
    "mute_all": True, "allow_unmute_self": False, "allow_chat": 2, "allow_share_screen": False,
    "meeting_locked": True, "enable_waiting_room": True,
}  # fmt: skip


def together(cloud: Cloud, *kinds: Kind) -> list[Outcome | BaseException]:
    """The wishes of one moment."""

    async def run() -> list[Outcome | BaseException]:
        async with connected(cloud) as adapter:
            wishes = (adapter.perform(MEETING, on(kind, None)) for kind in kinds)
            return await asyncio.gather(*wishes, return_exceptions=True)

    return asyncio.run(run())


def test_to_calm_a_room_is_one_request() -> None:
    cloud = classroom()
    assert together(cloud, *CALM) == [ASKED] * 6
    assert len(cloud.controls) == 1
    assert cloud.controls[0].members == {"meetingid": MEETING, **CALMED}
    assert cloud.switches == CALMED


def test_each_switch_of_the_room_is_set_alone_and_set_back() -> None:
    cloud = classroom()
    perform(cloud, *(on(kind, None) for kind in CALM))
    assert cloud.switches == CALMED
    assert len(cloud.controls) == 6
    back = (Kind.ALLOW_UNMUTE, Kind.OPEN_CHAT, Kind.ALLOW_SHARE, Kind.UNLOCK, Kind.CLOSE_WAITING_ROOM)
    perform(cloud, *(on(kind, None) for kind in back))
    assert cloud.switches["mute_all"] is False
    assert cloud.switches["allow_chat"] == 0
    assert cloud.switches["allow_share_screen"] is True
    assert cloud.switches["meeting_locked"] is cloud.switches["enable_waiting_room"] is False


def test_the_opposite_of_a_wish_of_the_same_moment_leaves_after_it() -> None:
    cloud = classroom()
    assert together(cloud, Kind.LOCK, Kind.CLOSE_CHAT, Kind.UNLOCK) == [ASKED] * 3
    assert [c.members.get("meeting_locked") for c in cloud.controls] == [True, False]
    assert cloud.switches == {"meeting_locked": False, "allow_chat": 2}


def test_wishes_for_two_meetings_do_not_mix() -> None:
    cloud = classroom()
    cloud.meetings["hyOTHER"] = {"status": 2, "meeting_type": 0, "settings": {}}

    async def run() -> None:
        async with connected(cloud) as adapter:
            lock, mute = on(Kind.LOCK, None), on(Kind.MUTE_ALL, None)
            await asyncio.gather(adapter.perform(MEETING, lock), adapter.perform("hyOTHER", mute))

    asyncio.run(run())
    assert {c.members["meetingid"]: len(c.members) for c in cloud.controls} == {MEETING: 2, "hyOTHER": 2}


def test_one_switch_that_is_refused_does_not_cost_the_others() -> None:
    cloud = classroom(script=[Refusal(40058), None, Refusal(40058), None])
    outcomes = together(cloud, Kind.LOCK, Kind.CLOSE_CHAT, Kind.MUTE_ALL)
    assert [type(o) for o in outcomes] == [Outcome, Refused, Outcome]
    assert cloud.switches == {"meeting_locked": True, "mute_all": True}


def test_what_is_no_fault_of_one_switch_is_told_to_each_and_not_repeated() -> None:
    cloud = classroom(script=[Refusal(48002)])
    outcomes = together(cloud, *CALM)
    assert [o.code for o in outcomes if isinstance(o, Refused)] == ["48002"] * 6
    assert len({id(o) for o in outcomes}) == 6
    assert len(cloud.controls) == 1


def test_too_busy_is_told_to_each_with_the_seconds_to_wait() -> None:
    outcomes = together(classroom(script=[Refusal(45009)]), *CALM)
    assert [o.retry_after for o in outcomes if isinstance(o, Transient)] == [60.0] * 6


def test_a_wish_that_is_given_up_does_not_take_the_others_with_it() -> None:
    cloud = classroom()

    async def run() -> Outcome:
        async with connected(cloud) as adapter:
            given_up = asyncio.create_task(adapter.perform(MEETING, on(Kind.LOCK, None)))
            kept = asyncio.create_task(adapter.perform(MEETING, on(Kind.MUTE_ALL, None)))
            await asyncio.sleep(0)
            given_up.cancel()
            return await kept

    assert asyncio.run(run()) == ASKED
    assert cloud.switches == {"meeting_locked": True, "mute_all": True}


def test_a_room_is_prepared_with_what_can_still_be_set_live() -> None:
    cloud = classroom()
    assert perform(cloud, on(Kind.PREPARE, None)) == [ASKED]
    assert cloud.switches == {"enable_enter_mute": 1, "hide_meeting_code_password": True}


def test_the_meaning_of_outsiders_is_never_guessed() -> None:
    cloud = classroom()
    perform(cloud, *(on(kind, None) for kind in CALM), on(Kind.PREPARE, None))
    assert not any("allow_external_user" in c.members for c in cloud.controls)


@pytest.mark.parametrize(
    ("plan", "key", "taken_back"),
    [
        ({"meeting_type": 0}, MEETING, True),
        ({"meeting_type": 1, "current_sub_meetingid": "sub1", "sub_meetings": [{}]}, MEETING, False),
        ({"meeting_type": 0}, f"{MEETING}:sub1", False),
    ],
)
def test_an_ended_class_cannot_be_entered_again_unless_it_has_further_dates(
    plan: dict[str, Any], key: str, taken_back: bool
) -> None:
    cloud = classroom()
    cloud.meetings[MEETING] |= plan
    assert perform(cloud, on(Kind.END, None), key=key) == [ASKED]
    assert cloud.inside == []
    assert cloud.meetings[MEETING]["number_taken_back"] is taken_back
    assert cloud.controls[0].members["force_dismiss"] == 1


# --- two forms of one body --------------------------------------------------------------------------------------------


def test_a_body_that_the_vendor_writes_in_two_ways_is_tried_in_both_and_the_right_one_remembered() -> None:
    cloud, notes = classroom(other_forms=True), Notes()
    assert perform(cloud, on(Kind.MUTE), on(Kind.MUTE), notes=notes) == [ASKED] * 2
    assert [type(c.members["operated_user"]) for c in cloud.controls] == [dict, list, list]
    perform(cloud, on(Kind.RENAME, text="小明"), notes=notes)
    perform(cloud, on(Kind.RENAME, text="小红"), notes=notes)  # another process, the same notes
    assert cloud.names == {(PUPIL, 3): "小红"}
    assert len(cloud.controls) == 3 + 3


def test_a_remembered_form_that_no_longer_fits_is_unlearned() -> None:
    cloud, notes = classroom(), Notes({"form:mute_user": "table"})
    assert perform(cloud, on(Kind.MUTE), on(Kind.MUTE), notes=notes) == [ASKED] * 2
    assert [type(c.members["operated_user"]) for c in cloud.controls] == [list, dict, dict]


def test_a_refusal_of_another_kind_is_not_asked_again_in_another_form() -> None:
    cloud = classroom(foreign={MEETING})
    with pytest.raises(Refused):
        perform(cloud, on(Kind.MUTE))
    assert len(cloud.controls) == 1


# --- whose meeting ----------------------------------------------------------------------------------------------------


def test_a_meeting_that_is_not_ours_turns_to_instructions_for_the_teacher_and_comes_back() -> None:
    now = [1_795_132_800.0]
    cloud = classroom(foreign={MEETING}, clock=lambda: now[0])

    async def run() -> None:
        async with connected(cloud) as adapter:
            assert adapter.supports(Kind.LOCK, None, MEETING).level is Level.NATIVE
            with pytest.raises(Refused, match="created the meeting"):
                await adapter.perform(MEETING, on(Kind.LOCK, None))
            by_hand = adapter.supports(Kind.LOCK, None, f"{MEETING}:sub1")
            assert by_hand.level is Level.MANUAL
            assert by_hand.instruction is not None
            assert "「锁定会议」" in by_hand.instruction.zh
            assert "60011" in by_hand.note
            assert by_hand.confirm is Confirm.NEVER
            assert adapter.supports(Kind.UNBAN, None, MEETING).level is Level.NONE
            assert adapter.supports(Kind.ALERT, None, MEETING).level is Level.NATIVE
            assert adapter.supports(Kind.LOCK, None, "hyANOTHER").level is Level.NATIVE
            now[0] += 121.0  # somebody may have put it right: try again
            assert adapter.supports(Kind.LOCK, None, MEETING).level is Level.NATIVE

    asyncio.run(run())


def test_somebody_without_a_tmp_openid_is_the_teachers_to_deal_with() -> None:
    async def run() -> None:
        async with connected(classroom()) as adapter:
            known, unknown = TARGET, Participant(id="@wang", account="wang")
            assert adapter.supports(Kind.KICK, known).level is Level.NATIVE
            assert adapter.supports(Kind.KICK, unknown).level is Level.MANUAL
            assert adapter.supports(Kind.ALERT, unknown).level is Level.NATIVE

    asyncio.run(run())


@pytest.mark.parametrize("key", ["", ":occurrence", "../x", "a b", "hy/1", "hyXXXX01:..", "hyXXXX01:a/b", "\x00"])
def test_a_key_that_is_no_meeting_is_refused_and_nothing_is_sent(key: str) -> None:
    cloud = classroom()
    with pytest.raises(Refused):
        perform(cloud, on(Kind.LOCK, None), key=key)
    assert cloud.seen == []


# --- tokens and errors ------------------------------------------------------------------------------------------------


def test_many_calls_share_one_token_and_a_withdrawn_one_is_replaced_once() -> None:
    cloud = classroom()

    async def run() -> list[Outcome]:
        async with connected(cloud) as adapter:
            await adapter.perform(MEETING, on(Kind.LOCK, None))
            cloud.expire()
            wishes = (adapter.perform(MEETING, on(kind)) for kind in (Kind.MUTE, Kind.STOP_VIDEO, Kind.STOP_SHARE))
            return await asyncio.gather(*wishes)

    assert asyncio.run(run()) == [ASKED] * 3
    assert len(cloud.tokens) == 2
    assert not any(cloud.inside[0][s] for s in ("audio_state", "video_state", "screen_shared_state"))


def test_a_token_is_renewed_before_its_life_is_over() -> None:
    now = [1_795_132_800.0]
    cloud = classroom(life=600, clock=lambda: now[0])

    async def run() -> None:
        async with connected(cloud) as adapter:
            for _ in range(3):
                await adapter.perform(MEETING, on(Kind.LOCK, None))
                now[0] += 300.0

    asyncio.run(run())
    assert len(cloud.tokens) == 2  # at 0 s and at 600 s; at 300 s it is still good


def test_a_wrong_secret_is_no_stale_token_and_is_not_asked_for_again() -> None:
    cloud = classroom()
    with pytest.raises(Refused) as refused:
        perform(cloud, on(Kind.LOCK, None), corpsecret="another-secret-000000")
    assert refused.value.code == "40001"
    assert len(cloud.seen) == 1
    again = classroom(script=[Refusal(40001)])
    with pytest.raises(Refused):
        perform(again, on(Kind.LOCK, None))
    assert len(again.tokens) == 1


def test_what_the_vendor_says_is_told_with_the_hint_and_our_address_and_without_a_secret() -> None:
    cloud = classroom()
    cloud.script = [Refusal(60020, "not allow to access from your ip")]
    with pytest.raises(Refused) as refused:
        perform(cloud, on(Kind.MUTE))
    told = str(refused.value)
    assert "203.0.113.7" in told
    assert "hint 1763640000_12_0a1b" in told
    parrot = classroom()
    parrot.script = [Refusal(40035, "invalid accesstoken-000000-+/= in menshenCorpSecretExample-000000000001")]
    with pytest.raises(Refused) as refused:
        perform(parrot, on(Kind.LOCK, None))
    assert "accesstoken-000000" not in str(refused.value)
    assert "menshenCorpSecret" not in str(refused.value)
    assert "***" in str(refused.value)


def test_an_answer_that_http_itself_cannot_read_does_not_bring_the_url_into_a_log() -> None:
    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 2 what\r\n\r\n")
        writer.close()

    async def run() -> str:
        server = await asyncio.start_server(broken, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with connected(classroom(), base_url=f"http://127.0.0.1:{port}") as adapter:
            with pytest.raises(Transient) as failed:
                await adapter.perform(MEETING, on(Kind.LOCK, None))
        server.close()
        return "".join(traceback.format_exception(failed.value))

    assert "menshenCorpSecret" not in asyncio.run(run())


def test_success_without_an_errcode_is_no_success() -> None:
    cloud = classroom(script=[web.json_response({"errmsg": "ok"})])
    with pytest.raises(Transient):
        perform(cloud, on(Kind.MUTE))


def test_a_code_that_nobody_published_is_refused_and_told_as_it_came() -> None:
    cloud = classroom(script=[Refusal(2230001, "meeting has been ended")])
    with pytest.raises(Refused) as refused:
        perform(cloud, on(Kind.LOCK, None))
    assert refused.value.code == "2230001"
    assert "meeting has been ended" in str(refused.value)


def test_hostile_text_in_a_name_leaves_as_raw_utf8() -> None:
    cloud = classroom()
    assert perform(cloud, on(Kind.RENAME, text="a\ud800b 小明")) == [ASKED]
    assert cloud.names == {(PUPIL, 3): "a?b 小明"}
    assert "小明".encode() in cloud.controls[0].body
    assert cloud.controls[0].path == CONTROL + "set_nicknames"


# --- somebody who has just left ---------------------------------------------------------------------------------------


def test_an_error_about_somebody_who_left_is_told_as_gone_after_a_look_at_the_list() -> None:
    cloud = classroom(inside=[], script=[Refusal(2230007, "not in meeting")])
    with pytest.raises(Gone):
        perform(cloud, on(Kind.KICK))
    assert len(cloud.controls) == 1


def test_an_error_about_somebody_who_changed_his_device_is_tried_once_more_on_the_new_one() -> None:
    cloud = classroom(inside=[row(PUPIL, 7)], script=[Refusal(2230007, "not in meeting")])
    assert perform(cloud, on(Kind.KICK)) == [ASKED]
    assert cloud.inside == []
    assert len(cloud.controls) == 2


def test_an_error_about_somebody_who_is_still_there_is_told_as_it_came() -> None:
    cloud = classroom(inside=[row(PUPIL, 3)], script=[Refusal(2230008, "cannot")])
    with pytest.raises(Refused) as refused:
        perform(cloud, on(Kind.KICK))
    assert refused.value.code == "2230008"
    assert len(cloud.controls) == 1


def test_one_device_that_is_refused_does_not_spare_the_other() -> None:
    cloud = classroom(script=[Refusal(2230007)])
    assert perform(cloud, on(Kind.MUTE, Participant(id=PUPIL, address="inside:3,1"))) == [ASKED]
    assert [r["audio_state"] for r in cloud.inside] == [True, False]


def test_one_door_that_is_refused_does_not_leave_the_other_open() -> None:
    cloud = classroom(inside=[row("tmpOpenId09", 4)], waiting=[], script=[Refusal(2230007)])
    assert perform(cloud, on(Kind.BAN, WAITER)) == [ASKED]
    assert cloud.banned == ["tmpOpenId09"]


def test_to_end_a_class_does_not_hang_on_its_plan() -> None:
    cloud = classroom(forbidden={"/cgi-bin/meeting/get_info": 45009})
    assert perform(cloud, on(Kind.END, None)) == [ASKED]
    assert cloud.meetings[MEETING]["number_taken_back"] is False
