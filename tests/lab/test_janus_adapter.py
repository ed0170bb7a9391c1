"""The adapter against a real, unmodified Janus: what it asks for happens, seen by the server and by the pupils."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.health import Finding
from adapters.http import Http
from adapters.janus import JanusAdapter
from app.domain import events as ev
from app.domain.actions import ActionKind as Kind
from app.domain.actions import OutcomeKind
from app.domain.errors import Gone, NotAuthentic, Refused
from app.domain.people import Participant, Role
from tests.lab.classes import Lab
from tests.lab.pupils import Pupil, Turned, Watched

AUDIO, VIDEO, SCREEN = "0", "1", "2"
Story = Callable[[Lab], Coroutine[Any, Any, None]]


async def refused(request: Coroutine[Any, Any, None]) -> int:
    """The code with which Janus turns a request away."""
    with pytest.raises(Turned) as turned:
        await request
    return turned.value.code


async def heard(watched: Watched) -> bool:
    """Whether sound arrives at a classmate (50 frames a second; a few may be on their way after a mute)."""
    return await watched.flows(AUDIO, frames=15, seconds=0.7)


async def pictured(watched: Watched, mid: str) -> bool:
    """Whether a picture arrives at a classmate (5 frames a second)."""
    return await watched.flows(mid, frames=3, seconds=1.0)


def test_who_joins_is_known_by_his_link_and_the_teacher_by_hers(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an") as c, c.pupil("an") as an, c.pupil("teacher") as teacher:
            await an.join()
            await teacher.join()
            seen = await c.seen("an")
            assert (seen.link, seen.name, seen.role) == (c.links["an"], "an", Role.ATTENDEE)
            assert (await c.seen("teacher")).role is Role.HOST
            attendance = await c.adapter.participants(c.room)
            assert {p.participant for p in attendance.inside} == {seen, await c.seen("teacher")}
            assert attendance.live
            assert attendance.switches == ev.Switches(chat_closed=False, locked=False, recording=False)

    asyncio.run(story())


def test_mute_silences_the_sound_and_only_the_sound(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an", "binh") as c, c.pupil("an") as an, c.pupil("binh") as binh:
            await an.join()
            await binh.join()
            await an.send("audio", "video")
            await c.event(ev.AudioUnmuted, lambda e: e.stream == AUDIO)
            watched = await binh.watch("id-an")
            assert await heard(watched)

            assert (await c.do(Kind.MUTE, await c.seen("an"))).kind is OutcomeKind.REQUESTED
            await c.event(ev.StreamChanged, lambda e: e.stream == AUDIO and not e.live)
            assert not await heard(watched)
            assert await pictured(watched, VIDEO)
            presence = await c.presence("an")
            assert presence is not None
            assert (presence.audio, presence.video, presence.share) == (False, True, False)

            await c.do(Kind.MUTE, await c.seen("an"))  # twice is harmless
            await c.do(Kind.STOP_VIDEO, await c.seen("an"))
            assert not await pictured(watched, VIDEO)
            await c.do(Kind.ALLOW_UNMUTE)
            assert await heard(watched)

    asyncio.run(story())


def test_sending_anew_lifts_a_mute_and_is_reported_so_that_it_can_be_muted_again(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an") as c, c.pupil("an") as an:
            await an.join()
            await an.send("audio")
            await c.do(Kind.FORBID_UNMUTE)
            await c.event(ev.StreamChanged, lambda e: not e.live)
            mark = c.now()
            await an.stop_sending()
            await c.event(ev.AudioMuted, since=mark)
            await an.send("audio")
            await c.event(ev.AudioUnmuted, since=mark)
            presence = await c.presence("an")
            assert presence is not None
            assert presence.audio is True
            await c.do(Kind.MUTE, await c.seen("an"))
            presence = await c.presence("an")
            assert presence is not None
            assert presence.audio is False

    asyncio.run(story())


def test_mute_all_spares_the_teacher(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an", "chi") as c, c.pupil("an") as an, c.pupil("teacher") as teacher:
            async with c.pupil("chi") as chi:
                for one in (an, teacher, chi):
                    await one.join()
                for one in (an, teacher):
                    await one.send("audio")
                await c.do(Kind.MUTE_ALL)
                attendance = await c.adapter.participants(c.room)
                audio = {p.participant.name: p.audio for p in attendance.inside}
                assert audio == {"an": False, "teacher": True, "chi": False}
                watched = await chi.watch("id-teacher")
                assert await heard(watched)

    asyncio.run(story())


def test_stopping_a_share_leaves_the_camera_on(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an", "binh") as c, c.pupil("an") as an, c.pupil("binh") as binh:
            await an.join()
            await binh.join()
            await an.send("audio", "video", "screen")
            await c.event(ev.ShareStarted, lambda e: e.stream == SCREEN)
            watched = await binh.watch("id-an")
            assert await pictured(watched, SCREEN)
            await c.do(Kind.STOP_SHARE, await c.seen("an"))
            await c.event(ev.StreamChanged, lambda e: e.stream == SCREEN and not e.live)
            assert not await pictured(watched, SCREEN)
            assert await pictured(watched, VIDEO)
            presence = await c.presence("an")
            assert presence is not None
            assert (presence.video, presence.share) == (True, False)

    asyncio.run(story())


def test_a_kicked_pupil_is_told_and_gone_and_may_come_back(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an") as c, c.pupil("an") as an, c.pupil("an") as again:
            await an.join()
            await an.enter_chat()
            await c.do(Kind.KICK, await c.seen("an"))
            await asyncio.wait_for(an.kicked.wait(), 5)
            await c.event(ev.ParticipantLeft, lambda e: e.participant.id == "id-an")
            assert c.listed() == set()
            assert c.in_chat() == set()
            with pytest.raises(Gone):
                await c.do(Kind.KICK, await c.seen("an"))
            await again.join()
            assert c.listed() == {"id-an"}

    asyncio.run(story())


def test_a_banned_pupil_has_no_way_back_until_the_ban_is_taken_back(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an", "binh") as c, c.pupil("binh") as binh:
            async with c.pupil("an") as an, c.pupil("an", id="id-an-2") as tab:
                await an.join()
                await binh.join()
                await an.enter_chat()
                seen = await c.seen("an")
                await c.do(Kind.BAN, seen)
                await asyncio.wait_for(an.kicked.wait(), 5)
                assert c.listed() == {"id-binh"}
                assert c.in_chat() == set()
                assert await refused(tab.join()) == 403  # a tab that was open all the time
                assert await refused(an.join()) in {403, 458}
            assert await refused(_enters(c.pupil("an"))) == 403
            await c.do(Kind.BAN, seen)  # twice is harmless
            assert (await c.do(Kind.UNBAN, seen)).kind is OutcomeKind.CONFIRMED
            await _enters(c.pupil("an"))

    asyncio.run(story())


def test_a_ban_without_a_known_address_finds_the_person_by_itself(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an") as c, c.pupil("an") as an:
            await an.join()
            seen = await c.seen("an")
            await c.do(Kind.BAN, Participant(id=seen.id))
            assert await refused(_enters(c.pupil("an"))) == 403
            with pytest.raises(Gone):
                await c.do(Kind.BAN, Participant(id="nobody"))

    asyncio.run(story())


def test_a_pupil_who_has_left_can_still_be_kept_out(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an") as c:
            async with c.pupil("an") as an:
                await an.join()
                seen = await c.seen("an")
            await c.event(ev.ParticipantLeft)
            for address in ("", seen.address):
                assert (await c.do(Kind.BAN, replace(seen, address=address))).kind is OutcomeKind.REQUESTED
                assert await refused(_enters(c.pupil("an"))) == 403
                await c.do(Kind.UNBAN, seen)

    asyncio.run(story())


def test_the_link_of_a_teacher_is_never_banned(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of() as c, c.pupil("teacher") as teacher:
            await teacher.join()
            with pytest.raises(Refused):
                await c.do(Kind.BAN, await c.seen("teacher"))
            assert c.listed() == {"id-teacher"}

    asyncio.run(story())


def test_a_locked_class_lets_those_inside_reconnect_and_nobody_else_in(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an", "late", "later") as c:
            async with c.pupil("an") as an:
                await an.join()
                await c.do(Kind.LOCK)
                await c.do(Kind.LOCK)  # twice is harmless
                assert await refused(_enters(c.pupil("late"))) == 433
                attendance = await c.adapter.participants(c.room)
                assert attendance.switches is not None
                assert attendance.switches.locked is True
                await c.do(Kind.ADMIT, Participant(id="", link=c.links["late"]))
                await _enters(c.pupil("late"))
            await c.event(ev.ParticipantLeft, lambda e: e.participant.id == "id-an")
            await _enters(c.pupil("an"))
            await _enters(c.pupil("teacher"))

            c.restart()
            await c.do(Kind.UNLOCK)
            await _enters(c.pupil("later"))
            attendance = await c.adapter.participants(c.room)
            assert attendance.switches is not None
            assert attendance.switches.locked is False

    asyncio.run(story())


def test_a_room_that_admitted_anybody_can_be_locked_and_opened_again(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an", "other") as c:
            room = c.room + "-open"
            secret = c.settings.secret_of(room)
            key = lab.server.admin_key
            lab.server.ask_plugin("videoroom", "create", admin_key=key, room=room, secret=secret, publishers=9)
            c.room = room
            async with c.pupil("an") as an:
                await an.join()
                assert (await c.presence("an")) is not None  # our visit alone must not make it a room with a list
                await c.do(Kind.LOCK)
                assert await refused(_enters(c.pupil("other"))) == 433
                c.restart()
                await c.do(Kind.UNLOCK)
                await _enters(c.pupil("other"))
                await c.do(Kind.LOCK)
                assert await refused(_enters(c.pupil("other"))) == 433

    asyncio.run(story())


def test_locked_and_silent_at_once_and_everything_given_back_after_a_restart(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an", "late") as c, c.pupil("an") as an:
            await an.join()
            await c.do(Kind.CLOSE_CHAT)
            await c.do(Kind.LOCK)
            c.restart()
            await c.do(Kind.OPEN_CHAT)
            await c.do(Kind.UNLOCK)
            async with c.pupil("late") as late:
                await late.join()
                await late.enter_chat()
                await late.say("good morning")

    asyncio.run(story())


def test_one_silenced_pupil_cannot_write_and_the_server_lives(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an", "binh") as c, c.pupil("an") as an, c.pupil("binh") as binh:
            await an.join()
            for one in (an, binh):
                await one.enter_chat()
            seen = await c.seen("an")
            assert (await c.do(Kind.SILENCE, seen)).kind is OutcomeKind.CONFIRMED
            assert await refused(an.say("still here?")) == 422
            assert await refused(an.enter_chat()) == 419
            assert lab.server.alive
            await binh.say("hello")
            await c.do(Kind.SILENCE, seen)  # twice is harmless

            await c.do(Kind.CLOSE_CHAT)
            await c.do(Kind.OPEN_CHAT)
            assert await refused(an.enter_chat()) == 419  # a new chat does not forget
            assert (await c.do(Kind.UNSILENCE, seen)).kind is OutcomeKind.CONFIRMED
            await an.enter_chat()
            await an.say("thank you")
            assert c.listed() == {"id-an"}  # he was in class all the time

    asyncio.run(story())


def test_lines_of_the_chat_arrive_until_it_is_closed(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an") as c, c.pupil("an") as an:
            await an.enter_chat()
            await an.say("hello 你好 xin chào")
            line = await c.event(ev.ChatPosted)
            assert (line.participant.id, line.text) == ("id-an", "hello 你好 xin chào")
            await c.do(Kind.ANNOUNCE, text="Please be polite")
            await an.hears(textroom="announcement", text="Please be polite")

            mark = c.now()
            await c.do(Kind.CLOSE_CHAT)
            await c.event(ev.SettingsChanged, lambda e: e.switches.chat_closed is True, since=mark)
            await an.hears(textroom="destroyed")
            assert await refused(an.say("anyone?")) == 417
            attendance = await c.adapter.participants(c.room)
            assert attendance.switches is not None
            assert attendance.switches.chat_closed is True
            assert (await c.do(Kind.CLOSE_CHAT)).kind is OutcomeKind.CONFIRMED

            await c.do(Kind.OPEN_CHAT)
            await c.event(ev.SettingsChanged, lambda e: e.switches.chat_closed is False, since=mark)
            await an.enter_chat()
            await an.say("back")
            await c.event(ev.ChatPosted, lambda e: e.text == "back")

    asyncio.run(story())


def test_a_recording_is_written_and_its_state_is_read_back(lab: Lab, tmp_path: Path) -> None:
    async def recording(c: Any) -> bool | None:
        switches = (await c.adapter.participants(c.room)).switches
        return switches.recording if switches else None

    async def story() -> None:
        async with lab.class_of("an", recording_folder=str(tmp_path)) as c, c.pupil("an") as an:
            await an.join()
            await an.send("audio")
            await c.do(Kind.START_RECORDING)
            assert await recording(c) is True
            await c.do(Kind.STOP_RECORDING)
            assert await recording(c) is False

    asyncio.run(story())
    assert list(tmp_path.glob("*.mjr"))


def test_the_end_closes_class_and_chat(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an") as c, c.pupil("an") as an:
            await c.event(ev.LessonStarted)
            await an.join()
            await an.enter_chat()
            await c.do(Kind.END)
            await c.event(ev.LessonEnded)
            await an.hears(textroom="destroyed")
            assert (await c.adapter.participants(c.room)).live is False
            for kind in (Kind.END, Kind.MUTE_ALL, Kind.LOCK):
                with pytest.raises(Gone):
                    await c.do(kind)

    asyncio.run(story())


def test_a_class_can_be_prepared_for_the_teachers_alone(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an") as c:
            c.room += "-prepared"
            assert (await c.do(Kind.PREPARE)).kind is OutcomeKind.CONFIRMED
            assert await refused(_enters(c.pupil("an"))) == 433
            await _enters(c.pupil("teacher"))

    asyncio.run(story())


def test_opening_a_class_again_adds_links_and_disturbs_nobody(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an") as c, c.pupil("an") as an:
            await an.join()
            c.links["new"] = "link-of-new"
            await c.adapter.open_class(c.room, ["link-of-new"])
            await _enters(c.pupil("new"))
            assert "id-an" in c.listed()

    asyncio.run(story())


def test_our_own_visits_leave_no_trace_and_nobody_hides_behind_their_names(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an", "eve") as c, c.pupil("an") as an, c.pupil("eve", id="menshen-guard-1") as eve:
            await an.join()
            await c.seen("an")
            mark = c.now()
            before = await c.adapter.participants(c.room)
            await eve.join()
            await c.event(ev.ParticipantJoined, lambda e: e.participant.name == "eve", since=mark)
            facts = [r for d in lab.inbox.deliveries[mark:] for r in c.adapter.parse(d) if r.lesson_key == c.room]
            assert [type(r.event) for r in facts] == [ev.ParticipantJoined]
            assert [p.participant.name for p in before.inside] == ["an"]
            after = await c.adapter.participants(c.room)
            assert {p.participant.name for p in after.inside} == {"an", "eve"}

    asyncio.run(story())


def test_posts_of_the_server_are_authentic_only_with_the_right_password(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an") as c:
            await c.event(ev.LessonStarted)
            changed = c.settings.model_copy(update={"event_password": SecretStr("another")})
            http = Http()
            with pytest.raises(NotAuthentic):
                JanusAdapter(changed, http).verify(lab.inbox.deliveries[0])
            await http.close()

    asyncio.run(story())


def test_the_start_of_the_server_is_reported_because_all_rooms_are_gone_then(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of() as c:
            facts = [r for d in lab.inbox.deliveries for r in c.adapter.parse(d) if isinstance(r.event, ev.Unknown)]
            assert [(r.lesson_key, getattr(r.event, "name", "")) for r in facts] == [("", "core.started")]

    asyncio.run(story())


def test_a_probe_finds_nothing_to_repair_on_this_server_and_names_a_wrong_secret(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of() as c:
            health = await c.adapter.probe()
            found = {x.code: x.finding for x in health.checked}
            assert found.pop("event_path") is Finding.UNKNOWN
            assert set(found.values()) == {Finding.OK}
            wrong = c.settings.model_copy(update={"admin_secret": SecretStr("wrong-" * 4)})
            http = Http()
            problems = {
                x.code for x in (await JanusAdapter(wrong, http).probe()).checked if x.finding.name == "PROBLEM"
            }
            await http.close()
            assert {"admin_api", "admin_key", "string_ids"} <= problems

    asyncio.run(story())


async def _enters(pupil: Pupil) -> None:
    """Open the link, enter the class, and close it again. Raises Turned."""
    async with pupil:
        await pupil.join()
