"""Whose personal link somebody came in by: told in the waiting room list, and forgotten by every other list.

The list of those inside carries no tag (5.1), so what the waiting room told is remembered for the run of the meeting.
The attendance history may tell it too while the meeting runs; the vendor does not say, so it is asked now and then.
"""

from collections.abc import Callable, Iterable

from adapters import untrusted
from adapters.memory import Memory
from adapters.wecom import people
from adapters.wecom.client import Client
from app.domain.errors import AdapterError

ONE_RUN = 86_400.0  # seconds; a tmp_openid is worth nothing in another meeting
ASK_AGAIN = 30.0  # seconds between two looks into the history of a meeting, while somebody inside is unknown
PAGE = 100
MOST_PAGES = 20


class Tags:
    """Tokens of personal links by `tmp_openid`, for each meeting."""

    def __init__(self, client: Client, now: Callable[[], float]) -> None:
        self._client = client
        self._now = now
        self._known: Memory[dict[str, str]] = Memory(now, ONE_RUN)
        self._asked: Memory[bool] = Memory(now, ASK_AGAIN)

    def learn(self, meeting: str, tmp_openid: str, link: str) -> None:
        """Remember what a list told; nothing is unlearned by an empty tag."""
        known = self._known.get(meeting)
        if known is None:
            known = {}
            self._known.put(meeting, known)
        if tmp_openid and link:
            known[tmp_openid] = link

    def of(self, meeting: str, tmp_openid: str) -> str:
        """The token, "" when none was told."""
        return (self._known.get(meeting) or {}).get(tmp_openid, "")

    async def look_up(self, meeting: str, occurrence: str, guests: Iterable[str]) -> None:
        """Ask the history about guests inside whose link is unknown. It is a help only: no failure of it counts."""
        if all(self.of(meeting, guest) for guest in guests) or self._asked.get(meeting):
            return
        self._asked.put(meeting, True)
        try:
            await self._read_history(meeting, occurrence)
        except AdapterError:
            return

    async def _read_history(self, meeting: str, occurrence: str) -> None:
        now, cursor = int(self._now()), ""
        for _ in range(MOST_PAGES):
            answer = await self._client.post(
                "/cgi-bin/meeting/get_attendee_list",
                {
                    "meetingid": meeting, "sub_meetingid": occurrence, "start_time": now - int(ONE_RUN),
                    "end_time": now, "cursor": cursor, "limit": PAGE,
                },
            )  # fmt: skip
            for row in untrusted.rows(answer.get("attendees")):
                self.learn(meeting, people.text(row.get("tmp_openid")), people.user_data(row.get("customer_data")))
            following = people.text(answer.get("next_cursor"))
            if answer.get("has_more") is not True or not following or following == cursor:
                return
            cursor = following
