"""What the platform lets only a host do, asked with the token of a teacher who has allowed it (end, record).

The token must be that of the present host. Where somebody else has become host, the app first gives the role back to
the teacher (vendor page meeting/set_host), then asks once more.
"""

from collections.abc import Iterable, Mapping

from adapters.feishu import errors, people
from adapters.feishu.client import BY_OPEN_ID, Client
from adapters.feishu.consent import AGAIN, Teacher, Teachers
from adapters.wire import segment
from app.domain.errors import AdapterError, Refused

NOT_HOST = frozenset({errors.NO_PERMISSION, errors.NOT_INSIDE})


class Hosts:
    """Asks as a teacher."""

    def __init__(self, client: Client, teachers: Teachers) -> None:
        self._client = client
        self._teachers = teachers

    async def ask(
        self, meeting_id: str, control: str, members: Mapping[str, object] | None, candidates: Iterable[str]
    ) -> None:
        """One call as host. Raises AdapterError; Refused with `no_consent` where no teacher has allowed it."""
        teacher = self._teachers.bearer(candidates)
        if teacher is None:
            raise Refused(errors.PLATFORM, AGAIN, code=errors.NO_CONSENT)
        path = f"/open-apis/vc/v1/meetings/{segment(meeting_id)}/{control}"
        try:
            await self._client.send("PATCH", path, (), members, bearer=teacher)
        except Refused as e:
            if e.code != errors.NO_PERMISSION or not await self._made_host(meeting_id, teacher):
                raise
            await self._client.send("PATCH", path, (), members, bearer=teacher)

    async def _made_host(self, meeting_id: str, teacher: Teacher) -> bool:
        """Whether the teacher is host (again); he must be in the meeting for it."""
        path = f"/open-apis/vc/v1/meetings/{segment(meeting_id)}/set_host"
        members = {"host_user": {"id": teacher.open_id, "user_type": people.USER}}
        try:
            await self._client.send("PATCH", path, (BY_OPEN_ID,), members)
        except AdapterError:
            return False
        return True
