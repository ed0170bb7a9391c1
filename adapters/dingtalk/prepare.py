"""Before class: book a conference, or harden a booking, and say of each wish what became of it.

The booking is made first and with nothing that could be refused, so that a wish that fails does not cost the class.
"""

from collections.abc import Mapping

from adapters.dingtalk import prepare_words as words
from adapters.dingtalk.bookings import EXTRA, Bookings, Model, holds, laid_over
from adapters.dingtalk.errors import PLATFORM
from adapters.dingtalk.lessons import BY_STREAM, BY_TEACHER
from adapters.dingtalk.settings import DingTalkSettings
from adapters.dingtalk.wire import identifier, person
from adapters.preparation import Precaution, Preparation, Prepared, Result, Step
from app.domain.errors import AdapterError, Refused

WISHES: Mapping[Precaution, Model] = {
    Precaution.WAITING_ROOM: {EXTRA: {"waitingRoom": 1}},
    Precaution.HOST_FIRST: {EXTRA: {"joinBeforeHost": 0}},
    Precaution.MUTE_ON_ENTRY: {"muteOnJoin": -1},
    Precaution.HOST_ONLY_SHARE: {"screenShareForbidden": 1},
    Precaution.CHAT_OFF: {EXTRA: {"enableChat": 0}},
}
NOT_HERE = {
    Precaution.ROSTER_ONLY: words.NO_ROSTER,
    Precaution.PERSONAL_LINKS: words.NO_LINKS,
}


async def prepare(settings: DingTalkSettings, bookings: Bookings, lesson: Preparation) -> Prepared:
    """Create or harden. Raises AdapterError when there is no booking in the end."""
    host = person(lesson.host)
    if not host:
        raise Refused(PLATFORM, "no_host: the teacher's unionId is needed to book in his name", code="no_host")
    meeting, link = lesson.meeting.partition(":")[0], ""
    if meeting.startswith((BY_TEACHER, BY_STREAM)):
        return Prepared(meeting=meeting, steps=tuple(_unbooked(p) for p in sorted(lesson.wanted)))
    if not meeting:
        model = {"hostUnionId": host}
        meeting, link = await bookings.create(host, lesson.title, lesson.starts_at, lesson.ends_at, model)
    elif not identifier(meeting):
        raise Refused(PLATFORM, "the meeting is no scheduleConferenceId", code="lesson_key")
    else:
        link = await _link(bookings, meeting, host)
    steps = await _hardened(settings, bookings, meeting, host, lesson.wanted)
    open_door = () if Precaution.ORGANISATION_ONLY in lesson.wanted else (words.OPEN_DOOR,)
    return Prepared(meeting=meeting, url=link, steps=steps, notes=open_door)


def wish(settings: DingTalkSettings, precaution: Precaution) -> Model | None:
    """What a precaution comes down to here, None where nothing can be set."""
    if precaution is Precaution.ORGANISATION_ONLY:
        own = settings.corp_id
        return {"confAllowedCorpId": own, EXTRA: {"enableWebAnonymousJoin": False}} if own else None
    return WISHES.get(precaution)


async def _link(bookings: Bookings, meeting: str, host: str) -> str:
    try:
        return await bookings.link(meeting, host)
    except AdapterError:
        return ""  # a link that is not told does not keep the class from being hardened


async def _hardened(
    settings: DingTalkSettings, bookings: Bookings, meeting: str, host: str, wanted: frozenset[Precaution]
) -> tuple[Step, ...]:
    wishes = {p: w for p in sorted(wanted) if (w := wish(settings, p)) is not None}
    refused = await _set(bookings, meeting, host, wishes) if wishes else {}
    try:
        now = await bookings.settings(meeting) if len(refused) < len(wishes) else {}
    except AdapterError:
        now = None
    return tuple(_step(p, wishes.get(p), refused.get(p), now) for p in sorted(wanted))


async def _set(
    bookings: Bookings, meeting: str, host: str, wishes: Mapping[Precaution, Model]
) -> dict[Precaution, AdapterError]:
    """All at once; where that is refused, one by one, so that one wish does not cost the others."""
    together: Model = {}
    for one in wishes.values():
        together = laid_over(together, one)
    try:
        set_now = await bookings.settings(meeting)
    except AdapterError as e:
        return dict.fromkeys(wishes, e)  # without knowing what is set, a change might undo it
    try:
        await bookings.change(meeting, host, set_now, together)
        return {}
    except AdapterError as e:
        if len(wishes) == 1 or not isinstance(e, Refused):
            return dict.fromkeys(wishes, e)
    failed: dict[Precaution, AdapterError] = {}
    for precaution, one in wishes.items():
        try:
            await bookings.change(meeting, host, set_now, one)
            set_now = laid_over(set_now, one)
        except AdapterError as e:
            failed[precaution] = e
    return failed


def _step(precaution: Precaution, wished: Model | None, error: AdapterError | None, now: Model | None) -> Step:
    if wished is None:
        if precaution is Precaution.ORGANISATION_ONLY:
            return Step(precaution=precaution, result=Result.BY_HAND, detail=words.NO_CORP_ID)
        return Step(precaution=precaution, result=Result.IMPOSSIBLE, detail=NOT_HERE[precaution])
    if error is not None:
        return Step(precaution=precaution, result=Result.REFUSED, detail=words.refused(error))
    if now is None:
        return Step(precaution=precaution, result=Result.UNKNOWN, detail=words.NOT_READ_BACK)
    if not holds(now, wished):
        return Step(precaution=precaution, result=Result.UNKNOWN, detail=words.READS_OTHERWISE)
    watched = words.WATCH_THE_DOOR if precaution is Precaution.WAITING_ROOM else None
    return Step(precaution=precaution, result=Result.SET, detail=watched)


def _unbooked(precaution: Precaution) -> Step:
    return Step(precaution=precaution, result=Result.IMPOSSIBLE, detail=words.UNBOOKED)
