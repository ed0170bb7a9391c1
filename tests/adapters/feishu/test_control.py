"""Measures in a meeting, against a strict stand-in of the vendor's cloud."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.feishu import FeishuAdapter
from adapters.feishu.robot import sign
from adapters.http import Http
from adapters.notes import Notes
from app.domain.actions import Action, Confirm, Decision, Level, Outcome, OutcomeKind, plan
from app.domain.actions import ActionKind as Kind
from app.domain.errors import AdapterError, Gone, Refused, Transient
from app.domain.people import Participant, Role
from tests.adapters.conformance import NOW
from tests.adapters.feishu.cloud import LESSON, Cloud, Refusal, connected, row, settings
from tests.adapters.feishu.sample import MEETING, NUMBER, PUPIL, RESERVE, ROBOT, ROBOT_SECRET, TEACHER

GUEST = Participant(id=PUPIL, account=PUPIL, address="1")
HOST = Participant(id=TEACHER, account=TEACHER, role=Role.HOST, address="1")
NOBODY = Participant(id="@6:1795132800", address="6")
OTHER = "ou_other"


def reserved(**more: Any) -> dict[str, str]:
    known = {"id": RESERVE, "number": NUMBER, "hosts": [TEACHER], "until": NOW + 7200} | more
    return {f"reserve:{NUMBER}": json.dumps(known)}


def allowed(cloud: Cloud, teacher: str = TEACHER) -> dict[str, str]:
    """The teacher has given his consent."""
    grant = cloud.grant(teacher)
    kept = {"access": grant["access_token"], "refresh": grant["refresh_token"], "until": NOW + 7200}
    return {f"user:{teacher}": json.dumps(kept)}


def a_class(**more: Any) -> Cloud:
    cloud = Cloud(**more)
    cloud.reserves[RESERVE] = {"meeting_no": NUMBER, "end_time": "1", "meeting_settings": {"topic": "数学"}}
    return cloud


def act(
    cloud: Cloud,
    *kinds: Kind,
    target: Participant | None = GUEST,
    notes: dict[str, str] | None = None,
    key: str = LESSON,
    operator: Participant | None = HOST,
    **more: Any,
) -> list[Any]:
    """What became of each wish: an outcome or an error."""
    memory = Notes(notes)

    async def run() -> list[Any]:
        told: list[Any] = []
        async with connected(cloud, notes=memory, **more) as adapter:
            for kind in kinds:
                try:
                    told.append(
                        await adapter.perform(key, Action(kind=kind, target=target, operator=operator, text="静"))
                    )
                except AdapterError as e:
                    told.append(e)
        told.append(memory)
        return told

    return asyncio.run(run())


def requested(outcome: Any) -> bool:
    return isinstance(outcome, Outcome) and outcome.kind is OutcomeKind.REQUESTED


def inside(cloud: Cloud) -> set[str]:
    return {r["id"] for r in cloud.inside if r["status"] == 2}


# --- kick -------------------------------------------------------------------------------------------------------------


def test_a_kick_puts_out_and_says_only_that_it_was_asked_for() -> None:
    cloud = a_class()
    outcome, memory = act(cloud, Kind.KICK)
    assert requested(outcome)
    assert inside(cloud) == {TEACHER}
    assert memory.get("kick") == "app"


def test_a_failed_kick_of_somebody_who_is_gone_is_no_failure() -> None:
    cloud = a_class(inside=[row(TEACHER, is_host=True), row(status=4)], unmovable={PUPIL})
    assert requested(act(cloud, Kind.KICK)[0])


def test_a_failed_kick_of_somebody_who_is_there_is_worth_another_try() -> None:
    cloud = a_class(unmovable={PUPIL})
    error = act(cloud, Kind.KICK)[0]
    assert isinstance(error, Transient)
    assert error.code == "kickout_2"


def test_a_kick_that_lies_is_never_confirmed() -> None:
    cloud = a_class(lies=True)
    assert requested(act(cloud, Kind.KICK)[0])
    assert PUPIL in inside(cloud)


def test_where_the_app_may_not_kick_the_teacher_does_and_that_is_remembered() -> None:
    cloud = a_class(tenant_may_kick=False)
    notes = allowed(cloud)
    first, memory = act(cloud, Kind.KICK, notes=notes)
    assert requested(first)
    assert memory.get("kick") == "teacher"
    assert PUPIL not in inside(cloud)
    again = a_class(tenant_may_kick=False, teachers=dict(cloud.teachers))
    assert requested(act(again, Kind.KICK, notes=notes | {"kick": "teacher"})[0])
    assert [t for _, t in again.asked if "kickout" in t] == [
        f"/open-apis/vc/v1/meetings/{MEETING}/kickout?user_id_type=open_id"
    ]


def test_where_nobody_may_kick_it_is_refused() -> None:
    error = act(a_class(tenant_may_kick=False), Kind.KICK)[0]
    assert isinstance(error, Refused)
    assert error.code == "121005"


def test_the_kind_of_device_goes_back_as_it_was_told() -> None:
    cloud = a_class(inside=[row(TEACHER), row("ou_room", user_type=2)])
    room = Participant(id="ou_room", address="2")
    assert requested(act(cloud, Kind.KICK, target=room)[0])
    assert inside(cloud) == {TEACHER}


def test_who_has_no_id_is_never_asked_about() -> None:
    cloud = a_class()
    for kind in (Kind.KICK, Kind.BAN, Kind.WARN):
        assert act(cloud, kind, target=NOBODY)[0].kind is OutcomeKind.UNSUPPORTED
    assert cloud.asked == []


# --- ban, lock --------------------------------------------------------------------------------------------------------


def test_a_ban_strikes_off_the_list_and_unban_puts_back() -> None:
    cloud = a_class()
    notes = reserved(listed=[PUPIL, OTHER])
    banned, memory = act(cloud, Kind.BAN, notes=notes)
    assert requested(banned)
    assert PUPIL not in inside(cloud)
    assert cloud.who_may_join() == {"check_field": 1, "check_mode": 1, "check_list": [TEACHER, OTHER]}
    assert requested(act(cloud, Kind.UNBAN, notes=dict(memory.under("")))[0])
    assert cloud.who_may_join() == {"check_field": 1, "check_mode": 1, "check_list": [TEACHER, PUPIL, OTHER]}


def test_a_ban_in_an_open_meeting_shuts_out_only_him() -> None:
    cloud = a_class()
    _, memory = act(cloud, Kind.BAN, notes=reserved())
    assert cloud.who_may_join() == {"check_field": 1, "check_mode": 2, "check_list": [PUPIL]}
    act(cloud, Kind.UNBAN, notes=dict(memory.under("")))
    assert cloud.who_may_join() is None


def test_a_ban_never_opens_a_meeting_of_the_organisation_to_others() -> None:
    """A list of accounts beside the tenant would combine with OR."""
    cloud = a_class()
    outcome = act(cloud, Kind.BAN, notes=reserved(tenant="2ca1d211f64f6438"))[0]
    assert requested(outcome)
    assert "put out" in outcome.detail
    assert not [t for m, t in cloud.asked if m == "PUT"]


def test_a_ban_elsewhere_is_a_kick() -> None:
    cloud = a_class()
    assert requested(act(cloud, Kind.BAN)[0])
    assert PUPIL not in inside(cloud)
    assert not [t for m, t in cloud.asked if m == "PUT"]


def test_a_raid_of_bans_at_once_loses_none() -> None:
    raiders = [f"ou_raider{i}" for i in range(12)]
    cloud = a_class(inside=[row(TEACHER, is_host=True), *(row(r) for r in raiders)])

    async def run() -> None:
        async with connected(cloud, notes=Notes(reserved())) as adapter:
            wishes = [Action(kind=Kind.BAN, target=Participant(id=r, address="1")) for r in raiders]
            await asyncio.gather(*(adapter.perform(LESSON, wish) for wish in wishes))

    asyncio.run(run())
    checker = cloud.who_may_join()
    assert checker is not None
    assert (checker["check_mode"], sorted(checker["check_list"])) == (2, sorted(raiders))


def test_the_hosts_list_survives_every_change() -> None:
    cloud = a_class()
    act(cloud, Kind.BAN, Kind.LOCK, Kind.UNLOCK, notes=reserved())
    permissions = cloud.reserves[RESERVE]["meeting_settings"]["action_permissions"]
    assert {p["permission"]: p["permission_checkers"][0]["check_list"] for p in permissions} == {
        3: [PUPIL], 1: [TEACHER], 2: [TEACHER],
    }  # fmt: skip


def test_a_lock_lets_in_only_who_is_inside_and_belongs() -> None:
    cloud = a_class(inside=[row(TEACHER, is_host=True), row(), row("ou_raider"), row("ou_gone", status=4)])
    outcome, memory = act(cloud, Kind.LOCK, notes=reserved(listed=[PUPIL, OTHER]))
    assert requested(outcome)
    assert cloud.who_may_join() == {"check_field": 1, "check_mode": 1, "check_list": [TEACHER, PUPIL]}
    act(cloud, Kind.UNLOCK, notes=dict(memory.under("")))
    assert cloud.who_may_join() == {"check_field": 1, "check_mode": 1, "check_list": [TEACHER, PUPIL, OTHER]}


def test_whoever_is_put_out_of_a_locked_meeting_stays_out() -> None:
    cloud = a_class(inside=[row(TEACHER, is_host=True), row(), row("ou_raider")])
    raider = Participant(id="ou_raider", address="1")

    async def run() -> None:
        async with connected(cloud, notes=Notes(reserved())) as adapter:
            await adapter.perform(LESSON, Action(kind=Kind.LOCK))
            await adapter.perform(LESSON, Action(kind=Kind.KICK, target=raider))

    asyncio.run(run())
    assert cloud.who_may_join() == {"check_field": 1, "check_mode": 1, "check_list": [TEACHER, PUPIL]}


def test_a_meeting_that_is_not_ours_is_locked_by_hand() -> None:
    cloud = a_class()
    for kind in (Kind.LOCK, Kind.UNLOCK):
        outcome = act(cloud, kind)[0]
        assert outcome.kind is OutcomeKind.MANUAL
        assert "「锁定会议」" in outcome.instruction.zh
    assert act(cloud, Kind.UNBAN, Kind.PREPARE)[0].kind is OutcomeKind.UNSUPPORTED
    assert cloud.asked == []


def test_prepare_says_again_who_may_join() -> None:
    cloud = a_class()
    act(cloud, Kind.PREPARE, notes=reserved(listed=[PUPIL]))
    assert cloud.who_may_join() == {"check_field": 1, "check_mode": 1, "check_list": [TEACHER, PUPIL]}


# --- end, record ------------------------------------------------------------------------------------------------------


def test_the_teacher_who_leads_ends_the_meeting() -> None:
    cloud = a_class()
    assert requested(act(cloud, Kind.END, notes=allowed(cloud))[0])
    assert cloud.status == 3


def test_a_pupil_who_took_the_role_does_not_keep_the_meeting_open() -> None:
    cloud = a_class(host=PUPIL)
    assert requested(act(cloud, Kind.END, notes=allowed(cloud))[0])
    assert (cloud.status, cloud.host) == (3, TEACHER)


def test_without_consent_everybody_is_put_out_ten_at_a_time_the_host_last() -> None:
    pupils = [row(f"ou_{i}") for i in range(23)]
    cloud = a_class(inside=[row(TEACHER, is_host=True), *pupils])
    outcome = act(cloud, Kind.END)[0]
    assert requested(outcome)
    assert "put out" in outcome.detail
    assert inside(cloud) == set()
    kicks = [s.members["kickout_users"] for s in cloud.seen if "kickout" in s.target]
    assert [len(k) for k in kicks] == [10, 10, 4]
    assert kicks[-1][-1]["id"] == TEACHER


def test_a_teacher_who_is_not_inside_cannot_end_so_all_are_put_out() -> None:
    cloud = a_class(inside=[row()])
    assert requested(act(cloud, Kind.END, notes=allowed(cloud))[0])
    assert inside(cloud) == set()


def test_an_end_that_failed_for_another_reason_puts_nobody_out() -> None:
    cloud = a_class(status=3)
    assert isinstance(act(cloud, Kind.END, notes=allowed(cloud))[0], Gone)
    assert not [t for _, t in cloud.asked if "kickout" in t]


def test_recording_is_the_teachers_and_by_hand_without_his_consent() -> None:
    cloud = a_class()
    notes = allowed(cloud)
    assert requested(act(cloud, Kind.START_RECORDING, notes=notes)[0])
    assert cloud.recording
    assert requested(act(cloud, Kind.STOP_RECORDING, notes=notes)[0])
    assert not cloud.recording
    without = act(a_class(), Kind.START_RECORDING, Kind.STOP_RECORDING)
    assert [o.kind for o in without[:2]] == [OutcomeKind.MANUAL] * 2


# --- words ------------------------------------------------------------------------------------------------------------


def test_a_warning_goes_into_the_persons_own_chat_and_calls_nobody() -> None:
    cloud = a_class()

    async def run() -> None:
        async with connected(cloud) as adapter:
            text = '<at user_id="all">everybody</at> stop'
            for _ in range(2):
                await adapter.perform(LESSON, Action(kind=Kind.WARN, target=GUEST, text=text))

    asyncio.run(run())
    first, second = cloud.sent
    assert first["receive_id"] == PUPIL
    assert "<at" not in first["content"]
    assert first["uuid"] == second["uuid"], "a repetition within the minute is shown once"


def test_the_robot_speaks_with_its_signature_and_its_address_is_told_to_nobody() -> None:
    cloud = a_class()
    outcome = act(cloud, Kind.ALERT, Kind.ANNOUNCE, robot_webhook=ROBOT, robot_secret=ROBOT_SECRET)
    assert requested(outcome[0])
    assert requested(outcome[1])
    assert [m["content"]["text"] for m in cloud.said] == ["静", "静"]
    assert cloud.said[0]["sign"] == sign(ROBOT_SECRET, str(int(NOW)))
    known = settings(robot_webhook=ROBOT, robot_secret=ROBOT_SECRET)
    assert ROBOT not in repr(known)
    assert cloud.granted == 0, "a robot needs no token"


def test_the_signature_of_the_robot_is_the_published_one() -> None:
    assert sign("menshen-bot-secret", "1763640000") == "R9pc5MSHYKHVOw5DXXYR09mgYGGJi8PEMAZ9XZLfXj0="


def test_a_robot_without_a_secret_signs_nothing_and_a_whole_address_is_used_as_it_is() -> None:
    cloud = a_class()

    async def run() -> None:
        async with connected(cloud) as plain:
            http = Http()
            address = f"{plain.settings.api}/open-apis/bot/v2/hook/whole-address"
            adapter = FeishuAdapter(settings("http://127.0.0.1:1", robot_webhook=address), http)
            await adapter.perform(LESSON, Action(kind=Kind.ALERT, text="x"))
            await http.close()

    asyncio.run(run())
    assert cloud.said == [{"msg_type": "text", "content": {"text": "x"}}]


def test_without_a_robot_nobody_is_told_outside() -> None:
    cloud = a_class()
    outcomes = act(cloud, Kind.ALERT, Kind.ANNOUNCE)
    assert [o.kind for o in outcomes[:2]] == [OutcomeKind.UNSUPPORTED] * 2
    assert cloud.seen == []


# --- what a connection can do -----------------------------------------------------------------------------------------


def adapter(notes: dict[str, str] | None = None, **more: Any) -> FeishuAdapter:
    return FeishuAdapter(settings(**more), Http(), Notes(notes))


def test_the_table_says_less_where_the_connection_has_less() -> None:
    plain, ours = adapter(), adapter(reserved())
    for kind in (Kind.LOCK, Kind.UNLOCK):
        assert plain.supports(kind, None, LESSON).level is Level.MANUAL
        assert ours.supports(kind, None, LESSON).level is Level.PARTIAL
        assert ours.supports(kind, None, "999999999:1").level is Level.MANUAL
        assert plain.supports(kind).level is Level.PARTIAL
    assert plain.supports(Kind.START_RECORDING).level is Level.MANUAL
    assert adapter({f"user:{TEACHER}": "{}"}).supports(Kind.START_RECORDING).confirm is Confirm.EVENT
    assert plain.supports(Kind.ALERT).channel is False
    assert adapter(robot_webhook=ROBOT).supports(Kind.ALERT).channel is True
    assert adapter(robot_webhook=ROBOT).supports(Kind.ANNOUNCE).level is Level.PARTIAL


def test_who_cannot_be_reached_is_an_alert() -> None:
    known = adapter()
    for kind in (Kind.KICK, Kind.BAN, Kind.WARN):
        assert known.supports(kind, NOBODY, LESSON).level is Level.NONE
        assert known.supports(kind, GUEST, LESSON).level is not Level.NONE
    assert known.supports(Kind.WARN, replace(GUEST, id="u123"), LESSON).level is Level.NONE

    def planned(target: Participant, facts: int) -> list[Kind]:
        wish = Decision(action=Action(kind=Kind.HOLD, target=target), rule="r", reason="r", facts=facts)
        return [a.kind for a, _ in plan(lambda k, t: known.supports(k, t, LESSON), wish)]

    assert planned(GUEST, 2) == [Kind.KICK, Kind.ALERT]
    assert planned(NOBODY, 2) == [Kind.ALERT]
    assert planned(GUEST, 1) == [Kind.MUTE, Kind.ALERT]


@pytest.mark.parametrize("kind", [k for k, s in FeishuAdapter.capabilities.items() if s.level is Level.MANUAL])
def test_what_the_teacher_must_press_is_named_in_his_client(kind: Kind) -> None:
    words = FeishuAdapter.capabilities[kind].instruction
    assert words
    assert all("「" in text for text in (words.zh, words.vi, words.en))
    assert "版本" in words.zh


# --- tokens and trouble -----------------------------------------------------------------------------------------------


def test_a_forgotten_token_is_replaced_and_the_call_repeated() -> None:
    cloud = a_class()

    async def run() -> None:
        async with connected(cloud) as adapter:
            await adapter.participants(LESSON)
            cloud.forget_token()
            await adapter.perform(LESSON, Action(kind=Kind.KICK, target=GUEST))

    asyncio.run(run())
    assert cloud.granted == 2
    assert PUPIL not in inside(cloud)


def test_callers_of_the_same_moment_share_one_token() -> None:
    cloud = a_class()

    async def run() -> None:
        async with connected(cloud) as adapter:
            await asyncio.gather(*(adapter.resolve(f":{MEETING}") for _ in range(20)))

    asyncio.run(run())
    assert cloud.granted == 1


def test_a_token_is_renewed_in_time() -> None:
    cloud, clock = a_class(), [NOW]

    async def run() -> None:
        async with connected(cloud, now=lambda: clock[0]) as adapter:
            for seconds in (0.0, 5000.0, 1000.0):
                clock[0] += seconds
                await adapter.resolve(f":{MEETING}")

    asyncio.run(run())
    assert cloud.granted == 2


@pytest.mark.parametrize(
    ("said", "error", "wait"),
    [
        (Refusal(99991400, 429, {"x-ogw-ratelimit-reset": "12"}), Transient, 12.0),
        (Refusal(11020, 200), Transient, None),
        (Refusal(121001, 500), Transient, None),
        (Refusal(121006, 409), Transient, None),
        (Refusal(122002, 404), Gone, None),
        (Refusal(122001, 400), Gone, None),
        (Refusal(99991662, 400), Refused, None),
        (Refusal(777777, 404), Gone, None),
        (Refusal(777777, 400), Refused, None),
        (Refusal(777777, 200), Transient, None),
    ],
)
def test_the_code_decides_and_the_status_only_without_one(said: Refusal, error: type[Any], wait: float | None) -> None:
    found: Any = act(a_class(script=[said]), Kind.KICK)[0]
    assert type(found) is error
    assert found.code == str(said.code)
    assert getattr(found, "retry_after", None) == wait
    assert "20261120LOG1" in str(found), "the vendor's support finds the request by it"


def test_a_monthly_number_of_calls_that_is_used_up_slows_the_connection_down_for_good() -> None:
    cloud = a_class(script=[Refusal(99991403)])
    error, memory = act(cloud, Kind.KICK)
    assert isinstance(error, Refused)
    known = FeishuAdapter(settings(), Http(), memory)
    assert [b.name for b in known.limits()] == ["second", "minute", "month"]
    assert (known.every(hot=False), known.every(hot=True)) == (300.0, 15.0)
    assert adapter().every(hot=True) is None


@pytest.mark.parametrize("named", ["msg", "error", ""])
def test_a_missing_scope_is_named(named: str) -> None:
    known: dict[str, dict[str, Any]] = {
        "msg": {"msg": "One of the following scopes is required: [vc:meeting, vc:meeting.meetingevent:read]"},
        "error": {"error": {"permission_violations": [{"subject": "vc:meeting"}]}},
        "": {},
    }
    refusal = Refusal(99991672, 400)
    refusal.more = known[named]
    assert "vc:meeting" in str(act(a_class(script=[refusal]), Kind.KICK)[0])


@pytest.mark.parametrize("key", ["", ":", "../x:1", "1:2/3", "a b", "oc_", "oc_x:today", "oc_x/y:2026-11-20"])
def test_a_key_that_would_break_a_path_is_refused(key: str) -> None:
    cloud = a_class()
    kind = Kind.CLOSE_CHAT if key.startswith("oc_") else Kind.KICK
    assert isinstance(act(cloud, kind, key=key)[0], Refused)
    assert cloud.asked == []


def test_accounts_are_told_apart_by_region_and_app() -> None:
    def known(**more: Any) -> str:
        return adapter(**more).account

    assert known() == known()
    assert len({known(), known(region="lark"), known(app_id="cli_b")}) == 3


def test_hosts_follow_the_region_and_a_replaced_address() -> None:
    plain = settings("", region="lark")
    assert (plain.api, plain.accounts) == ("https://open.larksuite.com", "https://accounts.larksuite.com")
    assert settings("").api == "https://open.feishu.cn"
    replaced = settings("http://127.0.0.1:9/", region="lark")
    assert (replaced.api, replaced.accounts) == ("http://127.0.0.1:9", "http://127.0.0.1:9")
    assert settings("http://127.0.0.1:9", accounts_url="https://a.example").accounts == "https://a.example"
    assert settings("http://127.0.0.1:9", robot_webhook="abc").robot == "http://127.0.0.1:9/open-apis/bot/v2/hook/abc"
    for bad in ("ftp://x", "http://u:p@x", "https://x/path", "https://x?y", "nothing"):
        with pytest.raises(ValueError, match="must"):
            settings(bad)
