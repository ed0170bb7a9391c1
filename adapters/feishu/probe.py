"""Whether credentials, scopes and events suffice: each right tried once, and what cannot be found out is said.

What is found out about this tenant is noted and changes what the connection says it can do: whether the meeting bot is
there, and whether group chats can be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters import checks
from adapters.feishu import bot, errors, probe_words
from adapters.feishu.client import BY_OPEN_ID, Client, checked
from adapters.feishu.consent import Teachers
from adapters.feishu.settings import FeishuSettings
from adapters.feishu.stream import Stream
from adapters.health import Checked, Finding, Health
from adapters.notes import Notes
from adapters.wire import Query
from app.domain.errors import AdapterError, Gone, Refused

MOST_SKEW = 3000.0  # seconds; from an hour on the group robot refuses our signature
UNEASY_SKEW = 60.0
GROUPS_MISSING = "no_groups"  # note: the right to read group chats was found missing
NOBODY = "1"  # an id that no meeting or reservation has


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One right: what is asked for it, how bad it is without, and which answers about nobody prove it."""

    code: str
    path: str
    without: Finding
    query: Query = ()
    proving: frozenset[str] = frozenset()


MEETINGS = frozenset({"121003", "121004", "121005", "122001", "122002"})
RIGHTS: Sequence[Right] = (
    Right(code="meetings", path=f"/open-apis/vc/v1/meetings/{NOBODY}", query=(BY_OPEN_ID,), without=Finding.PROBLEM,
          proving=MEETINGS),
    Right(code="reservations", path=f"/open-apis/vc/v1/reserves/{NOBODY}", query=(BY_OPEN_ID,),
          without=Finding.PROBLEM, proving=MEETINGS),
    Right(code="address_book", path="/open-apis/contact/v3/departments/0/children",
          query=(BY_OPEN_ID, ("page_size", 1)), without=Finding.WARNING),
    Right(code="group_chats", path="/open-apis/im/v1/chats", query=(("page_size", 1),), without=Finding.WARNING),
)  # fmt: skip
BOT = Right(
    code="meeting_bot",
    path=f"{bot.PATH}/events",
    query=(("meeting_id", NOBODY), ("page_size", 20), BY_OPEN_ID),
    without=Finding.WARNING,
    proving=frozenset({"10005", "20001", "20002", "121003"}),
)


class Probe:
    """Looks at one connection."""

    def __init__(
        self, settings: FeishuSettings, client: Client, stream: Stream, teachers: Teachers, notes: Notes
    ) -> None:
        self._settings = settings
        self._client = client
        self._stream = stream
        self._teachers = teachers
        self._notes = notes

    async def run(self) -> Health:
        """All findings, in the order in which they should be put right. Never raises."""
        try:
            answer = await self._client.granted()
            skew = checks.ahead(answer.headers.get("date", ""), self._client.now())
            clock = checks.clock(skew, probe_words.clock, uneasy=UNEASY_SKEW, most=MOST_SKEW)
            checked(answer)
        except AdapterError as e:
            failed = _failed("credentials", Finding.PROBLEM, e)
            return Health(checked=(failed, *self._webhook(), *probe_words.UNKNOWNS))
        found = [checks.fine("credentials"), clock]
        found += await self._events()
        found += [await self._right(right) for right in RIGHTS]
        if self._settings.bot:
            found.append(await self._bot())
        found.append(self._consent())
        if self._settings.robot:
            found.append(Checked(code="robot", finding=Finding.UNKNOWN, detail=probe_words.ROBOT))
        return Health(checked=(*found, *probe_words.UNKNOWNS))

    async def _events(self) -> list[Checked]:
        """How events come: an address for the stream can be had, or the secrets of pushed events are there."""
        if self._settings.mode == "http":
            return list(self._webhook())
        try:
            await self._stream.endpoint()
        except AdapterError as e:
            if e.code == errors.TOO_MANY_STREAMS:  # ends some day, but hardly before somebody stops the other programs
                return [Checked(code="stream", finding=Finding.PROBLEM, detail=probe_words.explained("stream", e))]
            return [_failed("stream", Finding.PROBLEM, e)]
        return [checks.fine("stream")]

    def _webhook(self) -> tuple[Checked, ...]:
        if self._settings.mode != "http":
            return ()
        key, token = self._settings.encrypt_key, self._settings.verification_token
        return (
            checks.checked("encrypt_key", None if key.get_secret_value() else Finding.PROBLEM, probe_words.NO_KEY),
            checks.checked(
                "verification_token", None if token.get_secret_value() else Finding.PROBLEM, probe_words.NO_TOKEN
            ),
        )

    async def _right(self, right: Right) -> Checked:
        error = await self._tried(right)
        if right.code == "group_chats":
            await self._note(GROUPS_MISSING, "yes" if error is not None and error.code in errors.NO_SCOPE else "")
        if error is None:
            return checks.fine(right.code)
        return _failed(right.code, right.without, error)

    async def _tried(self, right: Right) -> AdapterError | None:
        """What stands against a right, None when the answer proves that we have it."""
        try:
            await self._client.get(right.path, right.query)
        except AdapterError as e:
            return None if e.code in right.proving else e
        return None

    async def _bot(self) -> Checked:
        """Whether the vendor has opened the beta for this tenant, and whether its newest call is there."""
        error = await self._tried(BOT)
        there = error is None
        if there or isinstance(error, Gone | Refused):  # a network fault proves nothing
            await self._note(bot.FOUND, "yes" if there else "no")
        if error is not None:
            return _failed("meeting_bot", Finding.WARNING, error)
        await self._note(bot.MUTES, "yes" if await self._mutes() else "no")
        return checks.fine("meeting_bot")

    async def _mutes(self) -> bool:
        """A request about nobody: refused as such by a platform that has the call, unknown to one that has not."""
        members: Mapping[str, object] = {"meeting_id": NOBODY, "target_user_id": "ou_nobody"}
        try:
            await self._client.send("POST", f"{bot.PATH}/mute", (BY_OPEN_ID,), members)
        except AdapterError as e:
            return e.code in {"121102", "121103", "121104", "121105", "121107", "10005", "20001", "20002"}
        return True

    async def _note(self, name: str, text: str) -> None:
        if self._notes.get(name) != text:
            await (self._notes.put(name, text) if text else self._notes.forget(name))

    def _consent(self) -> Checked:
        known = len(self._teachers.known)
        return checks.checked("consent", None if known > 0 else Finding.WARNING, probe_words.NO_CONSENT)


def _failed(code: str, finding: Finding, error: AdapterError) -> Checked:
    return checks.failed(code, finding, error, probe_words.explained(code, error))
