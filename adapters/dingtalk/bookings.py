"""The settings of a booked conference: read, changed by laying wishes over them, read back.

Pages create-appointment-meeting, api-queryscheduleconfsettings, api-updatescheduleconfsettings. Whether a change keeps
the members that it leaves out is not documented, so what is set is always sent along: closing the chat must not open
the door.
"""

from collections.abc import Mapping
from typing import Any

from adapters.dingtalk.client import Client
from adapters.dingtalk.errors import PLATFORM
from adapters.dingtalk.wire import identifier, number, text
from adapters.untrusted import members, rows
from app.domain.errors import Transient

BOOKINGS = "/v1.0/conference/scheduleConferences"
EXTRA = "moziConfVirtualExtraSetting"
NUMBERS = ("lockRoom", "screenShareForbidden", "muteOnJoin")
EXTRA_NUMBERS = ("waitingRoom", "joinBeforeHost", "enableChat", "lockNick", "lockMediaStatusMicMute")
LONGEST_TITLE = 50  # characters; the vendor cuts there and refuses more than 256

Model = dict[str, Any]


class Bookings:
    """Creates and changes bookings for one connection."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def create(self, creator: str, title: str, starts_at: float, ends_at: float, model: Model) -> tuple[str, str]:
        """A new booking: its id and its link. Times in seconds since the epoch. Raises AdapterError."""
        asked = {
            "creatorUnionId": creator, "title": text(title, LONGEST_TITLE), "startTime": int(starts_at * 1000),
            "endTime": int(ends_at * 1000), "scheduleConfSettingModel": model,
        }  # fmt: skip
        made = await self._client.call("POST", BOOKINGS, asked)
        booking = identifier(made.get("scheduleConferenceId"))
        if not booking:
            raise Transient(PLATFORM, "the platform made a booking and did not tell its id", code="shape")
        return booking, text(made.get("url"), 2048)

    async def link(self, booking: str, asker: str) -> str:
        """The link of a booking, "" where the platform tells none. Raises AdapterError."""
        answer = await self._client.call("GET", f"{BOOKINGS}/{booking}/infos", query=(("requestUnionId", asker),))
        return text(answer.get("url"), 2048)

    async def settings(self, booking: str) -> Model:
        """What is set, in the form in which it is sent. Raises AdapterError."""
        answer = await self._client.call("GET", f"{BOOKINGS}/settings", query=(("scheduleConferenceId", booking),))
        told = members(answer.get("scheduleConfSettingModel"))
        if not told:
            raise Transient(PLATFORM, "the platform does not tell the settings of the booking", code="shape")
        return _as_sent(told)

    async def change(self, booking: str, creator: str, set_now: Model, wishes: Model) -> None:
        """Lay wishes over what is set. Raises AdapterError."""
        asked = {
            "creatorUnionId": creator, "scheduleConferenceId": booking,
            "scheduleConfSettingModel": laid_over(set_now, wishes),
        }  # fmt: skip
        await self._client.call("PUT", f"{BOOKINGS}/settings", asked)


def laid_over(model: Model, wishes: Model) -> Model:
    """Both together; where both say something, the wish."""
    extra = {**model.get(EXTRA, {}), **wishes.get(EXTRA, {})}
    return {**model, **wishes, **({EXTRA: extra} if extra else {})}


def holds(model: Model, wishes: Model) -> bool:
    """Whether every wish is set."""
    extra = wishes.get(EXTRA, {})
    outer = all(model.get(name) == value for name, value in wishes.items() if name != EXTRA)
    return outer and all(model.get(EXTRA, {}).get(name) == value for name, value in extra.items())


def _as_sent(told: Mapping[str, Any]) -> Model:
    """Reading gives more than writing takes, and a number of the extension apps as text."""
    extra = members(told.get(EXTRA))
    inner: Model = _numbers(extra, EXTRA_NUMBERS)
    if isinstance(extra.get("enableWebAnonymousJoin"), bool):
        inner["enableWebAnonymousJoin"] = extra["enableWebAnonymousJoin"]
    if apps := [_app(row) for row in rows(extra.get("moziConfExtensionAppSettings"))]:
        inner["moziConfExtensionAppSettings"] = apps
    model: Model = {name: text(told.get(name)) for name in ("hostUnionId", "confAllowedCorpId") if told.get(name)}
    cohosts = told.get("cohostUnionIds")
    if isinstance(cohosts, list) and cohosts:
        model["cohostUnionIds"] = [text(who) for who in cohosts if isinstance(who, str)]
    return {**model, **_numbers(told, NUMBERS), **({EXTRA: inner} if inner else {})}


def _app(row: Mapping[str, Any]) -> Model:
    kept = {name: text(row.get(name), 8192) for name in ("coolAppCode", "extensionAppBizData") if row.get(name)}
    return {**kept, **_numbers(row, ("autoOpenMode",))}


def _numbers(told: Mapping[str, Any], names: tuple[str, ...]) -> Model:
    return {name: value for name in names if (value := number(told.get(name))) is not None}
