"""Before class: the meeting comes first, every precaution gets an honest step, and nothing is guessed."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from adapters import customer_data
from adapters.notes import Notes
from adapters.preparation import Precaution, Preparation, Prepared, Result, Step
from adapters.wecom import links
from adapters.wecom.own import OWN
from app.domain.errors import Gone, Refused
from app.domain.events import ParticipantJoined
from app.domain.people import Role, RosterEntry
from tests.adapters.conformance import NOW
from tests.adapters.wecom.cloud import Cloud, Refusal, connected
from tests.adapters.wecom.sample import MEETING, TOKEN, deliver, notice

ALL = frozenset(Precaution)
PUPILS = (
    RosterEntry(id="r1", name="小明", accounts=("student:s1", "external:wm1", "tok-1")),
    RosterEntry(id="r2", name="小红", accounts=("stu001",)),
    RosterEntry(id="r3", name="Wang", accounts=("stu002", "wang@school.example")),
)
TOKENS = {"r1": "tok-1", "r2": "tok-2"}
CREATE = "/cgi-bin/meeting/create"


def wish(**more: Any) -> Preparation:
    usual: dict[str, Any] = {
        "meeting": "", "title": "高一3班 数学", "starts_at": NOW + 3600, "ends_at": NOW + 6300, "host": "teacher01",
        "wanted": ALL, "members": PUPILS, "tokens": TOKENS,
    }  # fmt: skip
    return Preparation(**(usual | more))


def prepare(cloud: Cloud, preparation: Preparation | None = None, **more: Any) -> Prepared:
    async def run() -> Prepared:
        async with connected(cloud, **more) as adapter:
            return await adapter.prepare(preparation or wish())

    return asyncio.run(run())


def results(prepared: Prepared) -> dict[Precaution, Result]:
    told: tuple[Step, ...] = prepared.steps
    assert len({s.precaution for s in told}) == len(told)
    for step in told:
        assert step.result is Result.SET or step.detail
        assert step.detail is None or all((step.detail.zh, step.detail.vi, step.detail.en))
    return {s.precaution: s.result for s in told}


def names(cloud: Cloud) -> list[str]:
    return [s.path.rpartition("/")[2] for s in cloud.calls]


# --- a new meeting ----------------------------------------------------------------------------------------------------


def test_a_meeting_is_created_with_every_precaution_that_its_plan_can_hold() -> None:
    cloud = Cloud()
    prepared = prepare(cloud)
    assert prepared.meeting == "hyNEW01"
    assert prepared.url == "https://meeting.example/hyNEW01"
    assert results(prepared) == {
        Precaution.ORGANISATION_ONLY: Result.UNKNOWN,
        Precaution.ROSTER_ONLY: Result.IMPOSSIBLE,
        Precaution.WAITING_ROOM: Result.SET,
        Precaution.PERSONAL_LINKS: Result.SET,
        Precaution.HOST_FIRST: Result.SET,
        Precaution.MUTE_ON_ENTRY: Result.SET,
        Precaution.HOST_ONLY_SHARE: Result.IMPOSSIBLE,
        Precaution.CHAT_OFF: Result.IMPOSSIBLE,
    }
    body = cloud.calls[0].members
    assert body["settings"] == {
        "hosts": {"userid": ["teacher01"]}, "enable_waiting_room": True, "allow_enter_before_host": False,
        "enable_enter_mute": 1,
    }  # fmt: skip
    assert (body["admin_userid"], body["meeting_start"], body["meeting_duration"]) == ("teacher01", NOW + 3600, 2700)
    assert "invitees" not in body


def test_only_what_is_wanted_is_set_and_told() -> None:
    cloud = Cloud()
    prepared = prepare(cloud, wish(wanted=frozenset({Precaution.WAITING_ROOM})))
    assert results(prepared) == {Precaution.WAITING_ROOM: Result.SET}
    assert prepared.links == {}
    assert cloud.calls[0].members["settings"].keys() == {"hosts", "enable_waiting_room"}


@pytest.mark.parametrize(("meaning", "value"), [("corp_only", True), ("everyone", False)])
def test_outsiders_are_kept_out_once_the_school_has_found_out_how(meaning: str, value: bool) -> None:
    cloud = Cloud()
    prepared = prepare(cloud, allow_external_user_true_means=meaning)
    assert results(prepared)[Precaution.ORGANISATION_ONLY] is Result.SET
    assert cloud.calls[0].members["settings"]["allow_external_user"] is value


def test_members_of_the_corp_are_invited_in_a_call_of_its_own_and_nobody_else_is() -> None:
    cloud = Cloud()
    prepare(cloud)
    assert cloud.meetings["hyNEW01"]["invitees"] == ["stu001", "stu002"]
    assert names(cloud)[:2] == ["create", "set_invitees"]


def test_one_unknown_invitee_costs_neither_the_class_nor_the_others() -> None:
    cloud = Cloud(members={"teacher01", "stu001"})
    prepared = prepare(cloud)
    assert cloud.meetings["hyNEW01"]["invitees"] == ["stu001"]
    assert any("stu002" in note.en for note in prepared.notes)
    assert results(prepared)[Precaution.WAITING_ROOM] is Result.SET


def test_invitations_that_fail_are_told_and_the_class_is_there() -> None:
    cloud = Cloud(forbidden={"/cgi-bin/meeting/set_invitees": 48002})
    prepared = prepare(cloud)
    assert prepared.meeting == "hyNEW01"
    assert any("48002" in note.vi for note in prepared.notes)


def test_invitees_without_a_seat_are_told() -> None:
    prepared = prepare(Cloud(excess=["stu001"]))
    assert any("stu001" in note.zh for note in prepared.notes)


def test_a_setting_that_is_refused_costs_neither_the_class_nor_the_other_settings() -> None:
    cloud = Cloud(unsettable={"allow_enter_before_host"})
    found = results(prepare(cloud))
    assert found[Precaution.HOST_FIRST] is Result.REFUSED
    assert found[Precaution.WAITING_ROOM] is found[Precaution.MUTE_ON_ENTRY] is Result.SET
    assert cloud.meetings["hyNEW01"]["settings"]["enable_waiting_room"] is True


def test_without_the_right_to_create_there_is_no_second_try() -> None:
    cloud = Cloud(forbidden={CREATE: 48002})
    with pytest.raises(Refused) as refused:
        prepare(cloud)
    assert refused.value.code == "48002"
    assert names(cloud) == ["create"]


@pytest.mark.parametrize(
    ("title", "starts", "ends", "sent"),
    [
        ("数" * 30, 600.0, 1200.0, ("数" * 20, 600, 600)),
        ("a" * 50, 600.0, 700.0, ("a" * 20, 600, 300)),
        ("", 600.0, 600.0 + 200_000, ("Menshen", 600, 86_399)),
        ("Lớp", -600.0, 3000.0, ("Lớp", 60, 2940)),
        ("a\x00b\ud800", 600.0, 1200.0, ("a\ufffdb?", 600, 600)),
    ],
)
def test_title_and_times_fit_what_the_platform_takes(
    title: str, starts: float, ends: float, sent: tuple[str, int, int]
) -> None:
    cloud = Cloud()
    prepare(cloud, wish(title=title, starts_at=NOW + starts, ends_at=NOW + ends))
    body = cloud.calls[0].members
    assert (body["title"], body["meeting_start"] - NOW, body["meeting_duration"]) == sent


def test_a_meeting_without_a_teacher_is_not_created() -> None:
    cloud = Cloud()
    with pytest.raises(Refused) as refused:
        prepare(cloud, wish(host=" "))
    assert refused.value.code == "no_host"
    assert cloud.seen == []


def test_what_we_created_is_noted_and_forgotten_long_after() -> None:
    notes = Notes({OWN + "hyOLD": str(int(NOW) - 31 * 86_400), OWN + "hyNEWER": str(int(NOW) - 86_400), OWN + "x": "?"})
    prepare(Cloud(), notes=notes)
    assert notes.under(OWN) == {
        OWN + "hyNEWER": str(int(NOW) - 86_400),
        OWN + "hyNEW01": f"{int(NOW) + 6300} teacher01",
    }


# --- what is read back ------------------------------------------------------------------------------------------------


def test_what_is_not_shown_is_asked_and_what_is_shown_otherwise_is_refused() -> None:
    def shown(settings: dict[str, Any]) -> dict[str, Any]:
        return {**{k: v for k, v in settings.items() if k != "allow_enter_before_host"}, "enable_waiting_room": False}

    found = results(prepare(Cloud(shown=shown)))
    assert found[Precaution.HOST_FIRST] is Result.ASKED
    assert found[Precaution.WAITING_ROOM] is Result.REFUSED
    assert found[Precaution.MUTE_ON_ENTRY] is Result.SET


def test_the_boolean_of_the_older_sample_is_understood() -> None:
    cloud = Cloud(shown=lambda settings: {**settings, "enable_enter_mute": True})
    assert results(prepare(cloud))[Precaution.MUTE_ON_ENTRY] is Result.SET


def test_what_cannot_be_read_back_is_never_set() -> None:
    cloud = Cloud(forbidden={"/cgi-bin/meeting/get_info": 60011})
    found = results(prepare(cloud, wish(wanted=ALL - {Precaution.PERSONAL_LINKS})))
    assert Result.SET not in found.values()
    assert found[Precaution.WAITING_ROOM] is Result.ASKED


# --- personal links ---------------------------------------------------------------------------------------------------


def test_every_pupil_with_a_token_gets_a_link_of_his_own() -> None:
    for as_list in (False, True):
        cloud = Cloud(links_as_list=as_list)
        prepared = prepare(cloud)
        assert prepared.links.keys() == {"r1", "r2"}
        assert len(set(prepared.links.values())) == 2
        assert {links.wrapped("tok-1"), links.wrapped("tok-2")} == cloud.links.keys()


def test_the_published_wrapping() -> None:
    assert links.wrapped("k7f3q2m9") == "eyJ2ZXIiOiIxLjAiLCJ1c2VyRGF0YSI6Ims3ZjNxMm05In0="
    assert len(links.wrapped("x" * customer_data.LONGEST_TOKEN)) <= 256


@pytest.mark.parametrize("token", ["", "x" * 161, "é", "a\nb"])
def test_a_token_that_does_not_fit_is_refused(token: str) -> None:
    with pytest.raises(Refused):
        links.wrapped(token)


def test_prepared_twice_makes_no_link_twice() -> None:
    cloud = Cloud()
    first = prepare(cloud)
    again = prepare(cloud, wish(meeting=first.meeting))
    assert again.links == first.links
    assert names(cloud).count("create_customer_short_url") == 2


def test_links_that_were_made_before_it_failed_are_handed_out() -> None:
    cloud = Cloud()
    cloud.script = [None] * 5 + [Refusal(48002)]  # create, invitees, details, known links, the first link
    prepared = prepare(cloud)
    assert prepared.links.keys() == {"r1"}
    assert results(prepared)[Precaution.PERSONAL_LINKS] is Result.REFUSED
    assert results(prepared)[Precaution.WAITING_ROOM] is Result.SET


def test_no_more_links_than_the_platform_has() -> None:
    cloud = Cloud(links={links.wrapped(f"other-{n}"): f"u{n}" for n in range(links.MOST_LINKS)})
    prepared = prepare(cloud)
    assert prepared.links == {}
    assert results(prepared)[Precaution.PERSONAL_LINKS] is Result.REFUSED


@pytest.mark.parametrize("kind", [5, 6])
def test_a_personal_number_has_no_personal_links(kind: int) -> None:
    cloud = Cloud()
    cloud.meetings[MEETING] |= {"status": 1, "meeting_type": kind}
    prepared = prepare(cloud, wish(meeting=MEETING))
    assert results(prepared)[Precaution.PERSONAL_LINKS] is Result.IMPOSSIBLE
    assert "create_customer_short_url" not in names(cloud)


# --- a meeting that is there ------------------------------------------------------------------------------------------


def test_a_planned_meeting_is_hardened_and_keeps_its_invitees() -> None:
    cloud = Cloud()
    cloud.meetings[MEETING] |= {"status": 1, "invitees": ["stu009"]}
    prepared = prepare(cloud, wish(meeting=MEETING))
    assert prepared.meeting == MEETING
    assert results(prepared)[Precaution.WAITING_ROOM] is Result.SET
    assert cloud.meetings[MEETING]["invitees"] == ["stu009"]  # set_invitees would replace them
    assert "create" not in names(cloud)


def test_a_running_meeting_gets_what_can_be_set_while_it_runs() -> None:
    cloud = Cloud()
    found = results(prepare(cloud, wish(meeting=f"{MEETING}:sub1")))
    live = (Precaution.WAITING_ROOM, Precaution.MUTE_ON_ENTRY, Precaution.HOST_ONLY_SHARE, Precaution.CHAT_OFF)
    assert {found[p] for p in live} == {Result.ASKED}
    assert found[Precaution.HOST_FIRST] is Result.IMPOSSIBLE
    assert cloud.switches == {
        "enable_waiting_room": True, "enable_enter_mute": 1, "allow_share_screen": False, "allow_chat": 2,
    }  # fmt: skip
    assert len(cloud.controls) == 1


def test_a_meeting_of_somebody_else_is_told_step_by_step() -> None:
    cloud = Cloud(foreign={MEETING})
    found = results(
        prepare(cloud, wish(meeting=MEETING, wanted=frozenset({Precaution.CHAT_OFF, Precaution.HOST_FIRST})))
    )
    assert found[Precaution.CHAT_OFF] is Result.REFUSED


@pytest.mark.parametrize("status", [3, 4, 5])
def test_a_meeting_that_is_over_cannot_be_prepared(status: int) -> None:
    cloud = Cloud()
    cloud.meetings[MEETING]["status"] = status
    with pytest.raises(Gone):
        prepare(cloud, wish(meeting=MEETING))


def test_a_meeting_that_is_none_is_refused() -> None:
    with pytest.raises(Refused):
        prepare(Cloud(), wish(meeting="../hy"))
    with pytest.raises(Refused):
        prepare(Cloud(), wish(meeting="hyNOBODY"))


def test_a_preparation_can_be_repeated() -> None:
    cloud = Cloud()
    first = prepare(cloud)
    assert results(prepare(cloud, replace(wish(), meeting=first.meeting))) == results(first)


def test_a_meeting_that_menshen_did_not_create_says_what_that_means() -> None:
    cloud, notes = Cloud(), Notes()
    created = prepare(cloud, notes=notes)
    assert created.notes == ()
    assert prepare(cloud, wish(meeting=created.meeting), notes=notes).notes == ()
    (note,) = prepare(cloud, wish(meeting=MEETING), notes=notes).notes
    assert "did not create" in note.en


def test_links_that_cannot_be_read_back_are_made_and_told_as_asked() -> None:
    cloud = Cloud(forbidden={"/cgi-bin/meeting/get_customer_short_url": 48002})
    prepared = prepare(cloud)
    assert prepared.links.keys() == {"r1", "r2"}
    assert results(prepared)[Precaution.PERSONAL_LINKS] is Result.ASKED


def test_the_teacher_of_a_meeting_that_we_created_is_its_host_from_his_first_event_on() -> None:
    """No event tells a role: without the note he would be a stranger until the first list, and be sent to wait."""

    async def run() -> list[Role]:
        async with connected(Cloud()) as adapter:
            await adapter.prepare(wish())
            told = []
            for meeting, userid in (("hyNEW01", "teacher01"), ("hyNEW01", "stu001"), ("hyOTHER", "teacher01")):
                content = notice("join_meeting", userid=userid).replace(MEETING.encode(), meeting.encode())
                (fact,) = adapter.parse(deliver(content, NOW, TOKEN))
                assert isinstance(fact.event, ParticipantJoined)
                told.append(fact.event.participant.role)
            return told

    assert asyncio.run(run()) == [Role.HOST, Role.ATTENDEE, Role.ATTENDEE]
