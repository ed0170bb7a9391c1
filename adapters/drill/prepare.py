"""A lesson of the practice classroom before it begins: its switches, its personal links, and nobody before the host."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from adapters.drill.api import call, segment
from adapters.drill.capabilities import CHAT_BY_HAND
from adapters.drill.classroom.settings import Hidden
from adapters.drill.settings import DrillSettings
from adapters.http import Http
from adapters.preparation import Precaution, Preparation, Prepared, Result, Step
from app.domain.actions import Words

_SWITCHES: Mapping[Precaution, str] = {
    Precaution.WAITING_ROOM: "waiting_room",
    Precaution.MUTE_ON_ENTRY: "mute_on_entry",
    Precaution.HOST_ONLY_SHARE: "share_restricted",
    Precaution.CHAT_OFF: "chat_closed",
}
_ANYBODY = Words(
    zh="演练课堂允许任何人来到门口：请使用等候室。",
    vi="Lớp diễn tập cho mọi người đến cửa: hãy dùng phòng chờ.",
    en="The practice classroom lets everybody come to its door: use the waiting room.",
)
_NO_WAITING_ROOM = Words(
    zh="此演练课堂没有等候室。", vi="Lớp diễn tập này không có phòng chờ.", en="This classroom has no waiting room."
)
_UNSEEN = Words(
    zh="此演练课堂不显示开关状态：请在课堂页面上查看。",
    vi="Lớp diễn tập này không cho biết trạng thái công tắc: hãy xem trên trang lớp học.",
    en="This classroom does not tell how its switches stand: look at the classroom page.",
)


async def prepare(settings: DrillSettings, http: Http, wish: Preparation) -> Prepared:
    """Make or harden the meeting, then read it back. Raises AdapterError."""
    able = {p: name for p, name in _SWITCHES.items() if p in wish.wanted and not _lacks(settings, p)}
    body: dict[str, Any] = {"title": wish.title, "switches": dict.fromkeys(able.values(), True)}
    made = await call(settings, http, "POST", "/meetings", body | ({"id": wish.meeting} if wish.meeting else {}))
    meeting = str(made.get("id", wish.meeting))
    links = await _invite(settings, http, meeting, wish)
    shown = (await call(settings, http, "GET", f"/meetings/{segment(meeting)}")).get("switches")
    steps = tuple(_step(settings, p, able, shown) for p in Precaution if p in wish.wanted)
    return Prepared(
        meeting=meeting, url=f"{settings.base_url}/join/{quote(meeting, safe='')}", steps=steps, links=links
    )


async def _invite(settings: DrillSettings, http: Http, meeting: str, wish: Preparation) -> dict[str, str]:
    """The personal link of each who has a token."""
    personal = Precaution.PERSONAL_LINKS in wish.wanted
    tokens = {m.id: wish.tokens[m.id] for m in wish.members if m.id in wish.tokens} if personal else {}
    names = {m.id: m.name for m in wish.members}
    body = {
        "invited": {token: names[entry] for entry, token in tokens.items()},
        "host_first": Precaution.HOST_FIRST in wish.wanted,
    }
    await call(settings, http, "PUT", f"/meetings/{segment(meeting)}/preparation", body)
    door = f"{settings.base_url}/join/{quote(meeting, safe='')}"
    return {entry: f"{door}?link={quote(token, safe='')}" for entry, token in tokens.items()}


def _lacks(settings: DrillSettings, precaution: Precaution) -> bool:
    missing = {Precaution.WAITING_ROOM: Hidden.WAITING_ROOM, Precaution.CHAT_OFF: Hidden.CHAT_CONTROL}
    return missing.get(precaution) in settings.hides


def _step(settings: DrillSettings, precaution: Precaution, able: Mapping[Precaution, str], shown: object) -> Step:
    if precaution in (Precaution.ROSTER_ONLY, Precaution.ORGANISATION_ONLY):
        return Step(precaution=precaution, result=Result.IMPOSSIBLE, detail=_ANYBODY)
    if precaution is Precaution.CHAT_OFF and precaution not in able:
        return Step(precaution=precaution, result=Result.BY_HAND, detail=CHAT_BY_HAND)
    if precaution is Precaution.WAITING_ROOM and precaution not in able:
        return Step(precaution=precaution, result=Result.IMPOSSIBLE, detail=_NO_WAITING_ROOM)
    if precaution in able and not isinstance(shown, dict):
        return Step(precaution=precaution, result=Result.ASKED, detail=_UNSEEN)
    if precaution in able and isinstance(shown, dict) and shown.get(able[precaution]) is not True:
        return Step(precaution=precaution, result=Result.REFUSED)
    return Step(precaution=precaution, result=Result.SET)
