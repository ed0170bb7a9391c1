"""Putting people out of a meeting (vendor page meeting/kickout).

The answer's `code` 0 says that the question was understood; what became of each person stands in `kickout_results`.
The vendor's sources disagree about who may ask: the app (SDK) or a host (command line tool). So the app asks first, the
teacher where the app may not, and what worked is remembered.
"""

from collections.abc import Iterable, Mapping, Sequence

from adapters import untrusted
from adapters.feishu import errors, people
from adapters.feishu.client import BY_OPEN_ID, Client, Json
from adapters.feishu.consent import Teachers
from adapters.feishu.roster import Lists
from adapters.notes import Notes
from adapters.wire import segment
from app.domain.errors import Refused, Transient
from app.domain.people import Participant, Role

AT_ONCE = 10  # people in one call
WHO = "kick"  # note: "app" or "teacher", whichever the platform has accepted
DONE = 1  # `result` of a person; everything else is a failure


class Kicks:
    """Puts people out."""

    def __init__(self, client: Client, teachers: Teachers, lists: Lists, notes: Notes) -> None:
        self._client = client
        self._teachers = teachers
        self._lists = lists
        self._notes = notes

    async def one(self, meeting_id: str, target: Participant | None, candidates: Sequence[str]) -> None:
        """Ask for one person to go. Raises AdapterError; Transient for somebody who is still there."""
        user = people.reach(target)
        if user is None:
            raise Refused(errors.PLATFORM, "this presence has no id that a call could name", code="no_address")
        results = await self._ask(meeting_id, [user], candidates)
        if any(people.number(r.get("result")) != DONE for r in results):
            still = await self._lists.inside(meeting_id)
            if any(p.id == user["id"] for p in still):
                raise Transient(errors.PLATFORM, "the platform could not remove this person", code="kickout_2")

    async def everybody(self, meeting_id: str, candidates: Sequence[str]) -> int:
        """Ask for everybody to go, hosts last; how many the platform did not remove. Raises AdapterError."""
        inside = sorted(await self._lists.inside(meeting_id), key=lambda p: p.role is not Role.ATTENDEE)
        users = [user for p in inside if (user := people.reach(p))]
        failed = len(inside) - len(users)
        for start in range(0, len(users), AT_ONCE):
            results = await self._ask(meeting_id, users[start : start + AT_ONCE], candidates)
            failed += sum(people.number(r.get("result")) != DONE for r in results)
        return failed

    async def _ask(
        self, meeting_id: str, users: Sequence[Mapping[str, object]], candidates: Iterable[str]
    ) -> list[Json]:
        teacher = self._teachers.bearer(candidates)
        tries = ["app", "teacher"] if teacher else ["app"]
        if teacher and self._notes.get(WHO) == "teacher":
            tries.reverse()
        path = f"/open-apis/vc/v1/meetings/{segment(meeting_id)}/kickout"
        for last, who in enumerate(tries, 1 - len(tries)):
            try:
                bearer = teacher if who == "teacher" else None
                answer = await self._client.send(
                    "POST", path, (BY_OPEN_ID,), {"kickout_users": list(users)}, bearer=bearer
                )
            except Refused as e:
                if last == 0 or e.code not in (errors.NO_PERMISSION, errors.NO_CONSENT):
                    raise
                continue
            if self._notes.get(WHO) != who:
                await self._notes.put(WHO, who)
            return untrusted.rows(answer.get("kickout_results"))
        return []
