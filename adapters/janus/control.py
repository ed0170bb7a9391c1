"""What is asked of Janus for each kind of action, and the reading back of a class."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.janus.api import NO_CHAT, NO_PERSON, NO_ROOM
from adapters.janus.classroom import Classroom
from adapters.janus.register import LOCKED
from adapters.janus.seats import Seat
from adapters.janus.settings import GUARD_PREFIX
from adapters.janus.streams import Stream
from adapters.janus.wire import PLATFORM, plain, read_address
from app.domain.actions import Action, ActionKind, Outcome, OutcomeKind
from app.domain.errors import Gone, Refused
from app.domain.events import Attendance, Media, Presence, Switches
from app.domain.people import Participant, Role

REQUESTED = Outcome(kind=OutcomeKind.REQUESTED)
CONFIRMED = Outcome(kind=OutcomeKind.CONFIRMED)  # read back from the server, never believed from its "success"
NOTHING_TO_DO = Outcome(kind=OutcomeKind.CONFIRMED, detail="nothing of the kind is being sent")


async def perform(room: Classroom, action: Action) -> Outcome:
    """Ask Janus for one action."""
    do = VERBS.get(action.kind)
    if do is None:
        return Outcome(kind=OutcomeKind.UNSUPPORTED)
    return await do(room, action) or REQUESTED


def _person(action: Action) -> Participant:
    if action.target is None:
        raise Refused(PLATFORM, f"{action.kind} needs a person")
    return action.target


def _link(action: Action) -> str:
    link = _person(action).link
    if not link:
        raise Refused(PLATFORM, "the personal link of this person is not known")
    return link


async def _hold_back(room: Classroom, seat: Seat, media: Media, *, held: bool) -> int:
    """Moderate every stream of one kind; returns how many there are. One that went meanwhile is as good as held."""
    mids = [s.mid for s in seat.streams if s.media is media]
    calls = (room.video("moderate", ignore=(NO_PERSON,), id=seat.id, mid=mid, mute=held) for mid in mids)
    await asyncio.gather(*calls)
    return len(mids)


def _of_one(media: Media) -> Callable[[Classroom, Action], Awaitable[Outcome]]:
    async def do(room: Classroom, action: Action) -> Outcome:
        count = await _hold_back(room, await room.seats.of(_person(action)), media, held=True)
        return REQUESTED if count else NOTHING_TO_DO

    return do


def _of_all(media: Media, *, held: bool) -> Callable[[Classroom, Action], Awaitable[Outcome]]:
    async def do(room: Classroom, action: Action) -> Outcome:
        await room.seats.listed()  # raises Gone if there is no such class: an empty one and none look alike below
        pupils = [s for s in await room.seats.all() if s.token not in room.settings.hosts]
        counts = await asyncio.gather(*(_hold_back(room, seat, media, held=held) for seat in pupils))
        return REQUESTED if any(counts) else NOTHING_TO_DO

    return do


async def _whereabouts(room: Classroom, person: Participant) -> tuple[str, int]:
    """The link and session of a person. What no event told is asked of the server; zero if he is not there."""
    session, _ = read_address(person.address)
    if person.link and session:
        return person.link, session
    try:
        seat = await room.seats.of(person)
    except Gone as e:
        if e.code != str(NO_PERSON):
            raise  # the server itself is not at this address
        return person.link, session
    return person.link or seat.token, session or seat.session


async def _kick(room: Classroom, action: Action) -> None:
    """Out of the class; his session is ended too, because chat and what he watches are no part of a kick."""
    person = _person(action)
    _, session = await _whereabouts(room, person)
    answer = await room.video("kick", ignore=(NO_PERSON,), id=person.id)
    if session:
        await room.end_session(session)
    if "error_code" in answer:
        raise Gone(PLATFORM, "nobody of this id is in the class", code=str(NO_PERSON))


async def _ban(room: Classroom, action: Action) -> None:
    """Kick and keep out, in the order that leaves no gap: the way in first, then the presence, then its session."""
    person = _person(action)
    link, session = await _whereabouts(room, person)
    if link in room.settings.hosts:
        raise Refused(PLATFORM, "this is a link of a teacher")
    if link:
        await room.shut_out(link)
    answer = await room.video("kick", ignore=(NO_PERSON,), id=person.id)
    if link:
        await room.forget_token(link)
    if session:
        await room.end_session(session)
    if not link and "error_code" in answer:
        raise Gone(PLATFORM, "nobody of this id is in the class", code=str(NO_PERSON))


async def _let_in(room: Classroom, action: Action) -> Outcome:
    link = _link(action)
    await room.let_in(link)
    return CONFIRMED if link in await room.admitted() else REQUESTED


async def _silence(room: Classroom, action: Action) -> Outcome:
    person = _person(action)
    link = person.link or (await room.seats.of(person)).token
    await room.silence(link, person.id)
    if not await room.has_chat():
        return REQUESTED  # noted for when it is opened again
    links, inside = await room.writers()
    return CONFIRMED if links and link not in links and person.id not in inside else REQUESTED


async def _unsilence(room: Classroom, action: Action) -> Outcome:
    person = _person(action)
    link = person.link or (await room.seats.of(person)).token
    await room.unsilence(link)
    return CONFIRMED if await room.has_chat() and link in (await room.writers())[0] else REQUESTED


async def _close_chat(room: Classroom, _: Action) -> Outcome:
    answer = await room.text("destroy", ignore=(NO_CHAT,))
    return Outcome(kind=OutcomeKind.CONFIRMED, detail="it was closed") if "error_code" in answer else REQUESTED


async def _open_chat(room: Classroom, _: Action) -> None:
    await room.open_chat()


async def _announce(room: Classroom, action: Action) -> None:
    await room.text("announcement", text=action.text)


async def _lock(room: Classroom, _: Action) -> None:
    await room.lock()


async def _unlock(room: Classroom, _: Action) -> None:
    await room.unlock()


async def _prepare(room: Classroom, _: Action) -> Outcome:
    await room.open(())
    return CONFIRMED if await room.is_open() else REQUESTED


async def _alert(_: Classroom, __: Action) -> None:
    """People are called by Menshen itself: nothing is asked of Janus."""


def _recording(on: bool) -> Callable[[Classroom, Action], Awaitable[None]]:
    async def do(room: Classroom, _: Action) -> None:
        await room.video("enable_recording", record=on)

    return do


async def _end(room: Classroom, _: Action) -> None:
    await room.end()


VERBS: Mapping[ActionKind, Callable[[Classroom, Action], Awaitable[Outcome | None]]] = {
    ActionKind.MUTE: _of_one(Media.AUDIO),
    ActionKind.STOP_VIDEO: _of_one(Media.VIDEO),
    ActionKind.STOP_SHARE: _of_one(Media.SHARE),
    ActionKind.MUTE_ALL: _of_all(Media.AUDIO, held=True),
    ActionKind.FORBID_UNMUTE: _of_all(Media.AUDIO, held=True),
    ActionKind.ALLOW_UNMUTE: _of_all(Media.AUDIO, held=False),
    ActionKind.RESTRICT_SHARE: _of_all(Media.SHARE, held=True),
    ActionKind.ALLOW_SHARE: _of_all(Media.SHARE, held=False),
    ActionKind.KICK: _kick,
    ActionKind.BAN: _ban,
    ActionKind.UNBAN: _let_in,
    ActionKind.ADMIT: _let_in,
    ActionKind.SILENCE: _silence,
    ActionKind.UNSILENCE: _unsilence,
    ActionKind.CLOSE_CHAT: _close_chat,
    ActionKind.OPEN_CHAT: _open_chat,
    ActionKind.ANNOUNCE: _announce,
    ActionKind.LOCK: _lock,
    ActionKind.UNLOCK: _unlock,
    ActionKind.PREPARE: _prepare,
    ActionKind.START_RECORDING: _recording(True),
    ActionKind.STOP_RECORDING: _recording(False),
    ActionKind.END: _end,
    ActionKind.ALERT: _alert,
}


async def participants(room: Classroom) -> Attendance:
    """Who is there by the server's list, with tokens and streams, and the switches that can be read."""
    try:
        people = await room.seats.listed()
    except Gone as e:
        if e.code != str(NO_ROOM):
            raise  # the server itself is not at this address
        return Attendance(inside=(), live=False)
    seats = {s.id: s for s in await room.seats.all()}
    people = tuple(p for p in people if p["id"] in seats or not p["id"].startswith(GUARD_PREFIX))
    shown = await room.seats.streams_as_shown()
    return Attendance(
        inside=tuple(_presence(room, p, seats, shown) for p in people),
        switches=await _switches(room),
    )


async def _switches(room: Classroom) -> Switches:
    chat, noted, recording = await asyncio.gather(room.has_chat(), room.register.entries(), room.is_recording())
    return Switches(chat_closed=not chat, locked=LOCKED in noted, recording=recording)


def _presence(
    room: Classroom, row: Mapping[str, Any], seats: Mapping[str, Seat], shown: Mapping[str, tuple[Stream, ...]] | None
) -> Presence:
    """A row of the list. A person whose streams nobody shows sends nothing."""
    seat = seats.get(row["id"])
    token = seat.token if seat else ""
    person = Participant(
        id=plain(row["id"]), name=plain(row.get("display")), link=token, address=seat.address if seat else "",
        role=Role.HOST if token and token in room.settings.hosts else Role.ATTENDEE,
    )  # fmt: skip
    streams = shown.get(row["id"], ()) if shown is not None else seat.streams if seat else None
    sends = {media: _sends(streams, media, certain=shown is not None) for media in Media}
    return Presence(
        participant=person, audio=sends[Media.AUDIO], video=sends[Media.VIDEO], share=sends[Media.SHARE]
    )  # fmt: skip


def _sends(streams: tuple[Stream, ...] | None, media: Media, *, certain: bool) -> bool | None:
    """Whether a medium reaches the class. Without our visit a stream may be held back, so that only no is certain."""
    if streams is None:
        return None
    of_kind = [s for s in streams if s.media is media and not s.disabled]
    if of_kind and not certain:
        return None
    return any(not s.moderated for s in of_kind)
