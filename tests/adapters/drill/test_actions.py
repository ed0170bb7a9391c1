"""Each action through the real adapter has its effect in the real classroom, and a webhook or read-back proves it."""

import dataclasses
from collections.abc import Callable

import pytest

from adapters.drill import DrillAdapter
from adapters.drill.classroom.settings import Hidden
from app.domain import events as ev
from app.domain.actions import ActionKind, Confirm, Level, Outcome, OutcomeKind, Support
from app.domain.errors import Gone, Refused
from app.domain.people import Role
from tests.adapters.drill.school import MEETING, Pupil, School, school

REQUESTED = Outcome(kind=OutcomeKind.REQUESTED)
CONFIRMED = Outcome(kind=OutcomeKind.CONFIRMED)


def about(pupil: Pupil) -> Callable[[ev.PersonEvent], bool]:
    return lambda e: e.participant.id == pupil.id


def test_a_lesson_starts_with_its_title_and_switches(here: School) -> None:
    assert here.receiver.first(ev.LessonStarted).title == "7-3"
    assert here.receiver.first(ev.SettingsChanged).switches.locked is False
    assert {r.lesson_key for r in here.receiver.received} == {here.lesson}


def test_a_pupil_is_vouched_for_and_a_guest_is_not(here: School) -> None:
    pupil = here.seen(here.join("anything", sign_in=here.sign_in("王小明"), device="tablet-4"))
    guest = here.seen(here.join("王小明"))
    assert (pupil.account, pupil.address, pupil.role) == ("pupil-01", "tablet-4", Role.ATTENDEE)
    assert (guest.account, guest.link, guest.name) == ("", "", "王小明")
    assert guest.address
    assert guest.network == "127.0.0.1"


def test_a_personal_link_is_handed_back_and_cannot_be_made_up(here: School) -> None:
    accounts = here.api("GET", "/api/accounts")["accounts"]
    link = next(a["link"] for a in accounts if a["id"] == "pupil-02")
    assert here.seen(here.join("", link=link)).link == link
    assert here.try_join(name="x", link=link[:-1] + "?").status_code == 401
    assert here.try_join(name="x", sign_in="pupil-02.00000000000000000000000000000000").status_code == 401


def test_from_the_waiting_room_into_the_class_and_back(here: School) -> None:
    assert here.perform(ActionKind.OPEN_WAITING_ROOM) == REQUESTED
    here.receiver.first(ev.SettingsChanged, lambda e: e.switches.waiting_room is True)
    pupil = here.join()
    target = here.receiver.first(ev.ParticipantWaiting, about(pupil)).participant
    assert here.perform(ActionKind.ADMIT, target) == REQUESTED
    here.receiver.first(ev.ParticipantJoined, about(pupil))
    pupil.does("share", on=True)
    waited = len([e for e in here.receiver.events() if isinstance(e, ev.ParticipantWaiting)])
    assert here.perform(ActionKind.HOLD, target) == REQUESTED
    here.receiver.until(lambda: sum(isinstance(e, ev.ParticipantWaiting) for e in here.receiver.events()) > waited)
    seen = here.attendance()
    assert seen.waiting is not None
    assert [p.id for p in seen.waiting] == [pupil.id]
    assert pupil.sees()["me"]["share"] is False
    assert "chat" not in pupil.sees()  # one who waits sees nothing of the room
    assert here.perform(ActionKind.DENY, target) == REQUESTED
    assert here.receiver.first(ev.ParticipantLeft, about(pupil)).waiting_only is True


def test_one_who_was_kicked_may_return_and_one_who_was_banned_may_not(here: School) -> None:
    sign_in = here.sign_in("王小明")
    first = here.join("x", sign_in=sign_in, device="one")
    assert here.perform(ActionKind.KICK, here.seen(first)) == REQUESTED
    assert here.receiver.first(ev.ParticipantLeft, about(first)).waiting_only is False
    again = here.join("x", sign_in=sign_in, device="one")
    target = here.seen(again)
    assert here.perform(ActionKind.BAN, target) == REQUESTED
    here.receiver.first(ev.ParticipantLeft, about(again))
    assert here.try_join(name="x", sign_in=sign_in, device="two").status_code == 403  # same account
    assert here.try_join(name="somebody else", device="one").status_code == 403  # same device
    assert here.perform(ActionKind.UNBAN, target) == CONFIRMED
    assert here.try_join(name="x", sign_in=sign_in, device="one").status_code == 201


def test_a_mistaken_ban_can_be_taken_back_after_class(here: School) -> None:
    guest = here.join("x", device="one")
    target = here.seen(guest)
    here.perform(ActionKind.BAN, target)
    here.perform(ActionKind.END)
    assert here.perform(ActionKind.UNBAN, target) == CONFIRMED
    assert here.perform(ActionKind.UNBAN, target) == CONFIRMED
    here.start()
    assert here.try_join(name="x", device="one").status_code == 201


def test_one_who_left_before_can_still_be_banned(here: School) -> None:
    guest = here.join("x", device="one")
    target = here.seen(guest)
    guest.does("leave")
    assert here.perform(ActionKind.BAN, target) == REQUESTED
    assert here.try_join(name="x", device="one").json()["error"]["code"] == "banned"


def test_kicking_somebody_who_is_gone_says_so(here: School) -> None:
    target = here.seen(here.join())
    here.perform(ActionKind.KICK, target)
    with pytest.raises(Gone):
        here.perform(ActionKind.KICK, target)


def test_a_host_cannot_be_put_out(here: School) -> None:
    host = here.seen(here.join("", sign_in=here.sign_in("李老师")))
    assert host.role is Role.HOST
    with pytest.raises(Refused):
        here.perform(ActionKind.KICK, host)


@pytest.mark.parametrize(
    ("medium", "kind", "event"),
    [
        ("audio", ActionKind.MUTE, ev.AudioMuted),
        ("video", ActionKind.STOP_VIDEO, ev.VideoStopped),
        ("share", ActionKind.STOP_SHARE, ev.ShareStopped),
    ],
)
def test_what_one_sends_can_be_stopped(here: School, medium: str, kind: ActionKind, event: type[ev.MediaEvent]) -> None:
    pupil = here.join()
    assert pupil.does(medium, on=True).status_code == 200
    assert here.perform(kind, here.seen(pupil)) == REQUESTED
    here.receiver.first(event, about(pupil))
    assert pupil.sees()["me"][medium] is False


def test_everybody_who_shares_is_stopped_at_once(here: School) -> None:
    pupils = [here.join(f"user{n}") for n in range(3)]
    for pupil in pupils:
        pupil.does("share", on=True)
    assert here.perform(ActionKind.STOP_SHARE) == REQUESTED
    for pupil in pupils:
        here.receiver.first(ev.ShareStopped, about(pupil))


def test_mute_all_mutes_pupils_and_spares_the_teacher(here: School) -> None:
    pupil, teacher = here.join(audio=True), here.join("", sign_in=here.sign_in("李老师"), audio=True)
    assert here.perform(ActionKind.MUTE_ALL) == REQUESTED
    here.receiver.first(ev.AudioMuted, about(pupil))
    here.receiver.first(ev.SettingsChanged, lambda e: e.switches.muted_all is True)
    assert teacher.sees()["me"]["audio"] is True
    newcomer = here.join(audio=True)
    assert newcomer.sees()["me"]["audio"] is False
    pupil.does("audio", on=True)  # muting all does not forbid: the switch tells the truth again
    here.receiver.until(lambda: _last_switches(here).muted_all is False)


def _last_switches(here: School) -> ev.Switches:
    told = [e for e in here.receiver.events() if isinstance(e, ev.SettingsChanged)]
    return told[-1].switches if told else ev.Switches()  # events about the room keep their order


@pytest.mark.parametrize(
    ("kind", "back", "switch", "deed"),
    [
        (ActionKind.FORBID_UNMUTE, ActionKind.ALLOW_UNMUTE, "unmute_forbidden", ("audio", {"on": True})),
        (ActionKind.RESTRICT_SHARE, ActionKind.ALLOW_SHARE, "share_restricted", ("share", {"on": True})),
        (ActionKind.CLOSE_CHAT, ActionKind.OPEN_CHAT, "chat_closed", ("say", {"text": "hello"})),
    ],
)
def test_a_switch_binds_pupils_until_it_is_taken_back(
    here: School, kind: ActionKind, back: ActionKind, switch: str, deed: tuple[str, dict[str, object]]
) -> None:
    pupil = here.join()
    assert here.perform(kind) == here.perform(kind) == REQUESTED  # twice is harmless
    here.receiver.first(ev.SettingsChanged, lambda e: getattr(e.switches, switch) is True)
    assert pupil.does(deed[0], **deed[1]).status_code == 403
    assert getattr(here.attendance().switches, switch) is True
    assert here.perform(back) == REQUESTED
    here.receiver.until(lambda: getattr(_last_switches(here), switch) is False)
    assert pupil.does(deed[0], **deed[1]).status_code == 200


def test_a_locked_room_lets_nobody_in_but_the_host(here: School) -> None:
    assert here.perform(ActionKind.LOCK) == REQUESTED
    assert here.try_join(name="late").status_code == 423
    here.join("", sign_in=here.sign_in("李老师"))
    assert here.perform(ActionKind.UNLOCK) == REQUESTED
    here.join("late")


@pytest.mark.parametrize(
    ("kind", "back"),
    [
        (ActionKind.OPEN_WAITING_ROOM, ActionKind.CLOSE_WAITING_ROOM),
        (ActionKind.START_RECORDING, ActionKind.STOP_RECORDING),
    ],
)
def test_the_other_switches(here: School, kind: ActionKind, back: ActionKind) -> None:
    switch = "waiting_room" if "waiting" in kind else "recording"
    here.perform(kind)
    here.receiver.until(lambda: getattr(_last_switches(here), switch) is True)
    here.perform(back)
    here.receiver.until(lambda: getattr(_last_switches(here), switch) is False)


def test_preparing_a_class_means_quiet_arrival_through_the_door(here: School) -> None:
    assert here.perform(ActionKind.PREPARE) == REQUESTED
    told = here.receiver.first(ev.SettingsChanged, lambda e: e.switches.mute_on_entry is True).switches
    assert (told.share_restricted, told.waiting_room) == (True, True)


def test_chat_has_ids_and_a_line_can_be_deleted(here: School) -> None:
    pupil, other = here.join(), here.join("王小明")
    pupil.does("say", text="spam")
    line = here.receiver.first(ev.ChatPosted, about(pupil))
    assert (line.text, [m["text"] for m in other.sees()["chat"]]) == ("spam", ["spam"])
    assert here.perform(ActionKind.DELETE_MESSAGE, line.participant, reference=line.message) == CONFIRMED
    assert other.sees()["chat"] == []
    assert here.perform(ActionKind.DELETE_MESSAGE, line.participant, reference=line.message) == CONFIRMED


def test_one_pupil_can_be_silenced_while_the_others_talk(here: School) -> None:
    pupil, other = here.join(), here.join("王小明")
    target = here.seen(pupil)
    assert here.perform(ActionKind.SILENCE, target) == CONFIRMED
    assert pupil.does("say", text="x").json()["error"]["code"] == "silenced"
    assert other.does("say", text="x").status_code == 200
    assert here.perform(ActionKind.UNSILENCE, target) == CONFIRMED
    assert pupil.does("say", text="x").status_code == 200


def test_a_warning_reaches_one_and_an_announcement_all(here: School) -> None:
    pupil, other = here.join(), here.join("王小明")
    assert here.perform(ActionKind.WARN, here.seen(pupil), text="请保持安静") == CONFIRMED
    assert here.perform(ActionKind.ANNOUNCE, text="我们马上继续") == CONFIRMED
    assert (pupil.sees()["me"]["notice"], other.sees()["me"]["notice"]) == ("请保持安静", "")
    assert pupil.sees()["announcement"] == other.sees()["announcement"] == "我们马上继续"


def test_renaming_somebody(here: School) -> None:
    pupil = here.join("dirty words")
    assert here.perform(ActionKind.RENAME, here.seen(pupil), text="客人") == REQUESTED
    assert here.receiver.first(ev.ParticipantRenamed, about(pupil)).participant.name == "客人"


def test_the_end_is_for_everybody_and_an_old_wish_does_not_hit_the_next_lesson(here: School) -> None:
    target = here.seen(here.join())
    ended = here.lesson
    assert here.perform(ActionKind.END) == here.perform(ActionKind.END) == REQUESTED
    here.receiver.first(ev.LessonEnded)
    with pytest.raises(Gone):
        here.perform(ActionKind.LOCK)
    assert here.attendance().live is False
    assert here.start() != ended
    current, here.lesson = here.lesson, ended
    for kind in (ActionKind.LOCK, ActionKind.END, ActionKind.KICK):
        with pytest.raises(Gone):
            here.perform(kind, target)
    assert here.attendance().live is False
    here.lesson = current
    assert here.attendance().live is True
    assert here.attendance().switches == dataclasses.replace(_all_off(), locked=False)


def _all_off() -> ev.Switches:
    return ev.Switches(**{f.name: False for f in dataclasses.fields(ev.Switches)})


def test_the_list_tells_who_sends_what(here: School) -> None:
    pupil = here.join("王小明", audio=True)
    row = here.attendance().inside[0]
    assert (row.participant, row.audio, row.video, row.share) == (here.seen(pupil), True, False, False)


def test_a_role_given_in_the_room_is_told(here: School) -> None:
    pupil = here.join()
    here.api("POST", f"/api/meetings/{MEETING}/participants/{pupil.id}/role", {"role": "cohost"})
    assert here.receiver.first(ev.ParticipantRoleChanged).participant.role is Role.COHOST


def test_the_probe_finds_a_good_connection_a_wrong_token_and_a_dead_address(here: School) -> None:
    assert here.with_adapter(lambda a: a.probe()).ok
    good = here.settings
    here.settings = good.model_copy(update={"token": type(good.token)("wrong")})
    assert [c.code for c in here.with_adapter(lambda a: a.probe()).checked] == ["token"]
    here.settings = good.model_copy(update={"base_url": "http://127.0.0.1:9"})
    assert [c.code for c in here.with_adapter(lambda a: a.probe()).checked] == ["reachable"]
    here.settings = good
    here.api("PUT", "/api/webhook", {"url": ""})
    assert not here.with_adapter(lambda a: a.probe()).ok


def test_every_kind_is_declared_and_less_than_native_says_what_happens_instead() -> None:
    with school(hides=frozenset(Hidden)) as poor:
        poor.start()
        table = poor.with_adapter(_table)
        assert set(table) == set(ActionKind)
        for support in table.values():
            if support.level is not Level.NATIVE:
                assert support.note
                assert support.instead
        assert table[ActionKind.LOCK].confirm is Confirm.NEVER
        for kind in (k for k, s in table.items() if s.level is Level.NONE):
            assert poor.perform(kind).kind is OutcomeKind.UNSUPPORTED


async def _table(adapter: DrillAdapter) -> dict[ActionKind, Support]:
    return {kind: adapter.supports(kind) for kind in ActionKind}


def test_a_poor_classroom_hides_events_switches_and_the_waiting_room() -> None:
    with school(hides=frozenset(Hidden)) as poor:
        poor.start()
        pupil = poor.join(audio=True)
        pupil.does("say", text="x")
        seen = poor.attendance()
        assert (seen.waiting, seen.switches, seen.inside[0].audio) == (None, None, True)
        assert poor.perform(ActionKind.LOCK) == REQUESTED
        assert poor.perform(ActionKind.PREPARE) == REQUESTED
        pupil.does("leave")
        poor.receiver.first(ev.ParticipantLeft)
        kinds = {e.kind for e in poor.receiver.events()}
        assert kinds == {"lesson.started", "participant.joined", "participant.left"}
        assert poor.host.post(f"/api/meetings/{MEETING}/participants/{pupil.id}/hold").status_code == 403
