"""The same adapter with pupils in real browsers: camera, microphone, screen, chat, and what their pages show."""

import asyncio

import pytest
from playwright.async_api import Error

from app.domain import events as ev
from app.domain.actions import ActionKind as Kind
from tests.lab.browser_pupil import BrowserPupil, Seats, browser_class
from tests.lab.classes import Class, Lab


async def seated(c: Class, seats: Seats, name: str) -> BrowserPupil:
    """A pupil in a browser who has joined the class."""
    pupil = await seats.pupil(c.room, name, link=c.links[name])
    await pupil.join()
    return pupil


def test_a_pupil_in_a_browser_is_muted_stopped_silenced_and_kept_out(lab: Lab) -> None:
    async def story() -> None:
        async with lab.class_of("an", "binh") as c, browser_class(lab.server.ws_url) as seats:
            an, binh = await seated(c, seats, "an"), await seated(c, seats, "binh")
            await an.send("audio", "video")
            await an.send("screen")
            share = await c.event(ev.ShareStarted)
            camera = await c.event(ev.VideoStarted)
            await binh.watch("id-an")
            assert await binh.sees("id-an", share.stream)

            person = await c.seen("an")
            await c.do(Kind.MUTE, person)
            await c.do(Kind.STOP_SHARE, person)
            presence = await c.presence("an")
            assert presence is not None
            assert (presence.audio, presence.video, presence.share) == (False, True, False)
            assert not await binh.sees("id-an", share.stream, seconds=1.5)
            assert await binh.sees("id-an", camera.stream)

            await an.enter_chat()
            await an.say("大家好")
            assert (await c.event(ev.ChatPosted)).text == "大家好"
            await c.do(Kind.SILENCE, person)
            with pytest.raises(Error, match="422"):
                await an.say("again")

            await c.do(Kind.BAN, person)
            await an.becomes("kicked")
            again = await seats.pupil(c.room, "an", link=c.links["an"])
            with pytest.raises(Error, match="Unauthorized"):
                await again.join()
            assert c.listed() == {"id-binh"}
            await c.do(Kind.END)
            await binh.becomes("class ended")

    asyncio.run(story())
