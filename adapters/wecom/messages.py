"""Words that reach people outside the meeting: through a group robot, and as an app message (pages 90236, 91770).

Nothing can be said inside a meeting. Neither way tells whether anybody has read it.
"""

from collections.abc import Awaitable, Callable

from adapters.wecom import people
from adapters.wecom.client import Client
from adapters.wecom.errors import PLATFORM
from adapters.wecom.settings import WeComSettings
from app.domain.actions import Outcome, OutcomeKind
from app.domain.errors import AdapterError, Refused

LONGEST = 2048  # bytes of one text
EVERYBODY = ("@all",)


class Messages:
    """Says something on behalf of one connection."""

    def __init__(self, settings: WeComSettings, client: Client) -> None:
        self._client = client
        self._agentid = settings.agentid
        self._recipients = settings.alert_userids
        self.robot = bool(settings.robot_key.get_secret_value())

    @property
    def channel(self) -> bool:
        """Whether an alert reaches anybody outside the panel."""
        return self.robot or bool(self._recipients)

    async def announce(self, text: str) -> Outcome:
        """Tell the robot's group. Raises AdapterError."""
        await self._by_robot(text, ())
        return Outcome(kind=OutcomeKind.REQUESTED)

    async def alert(self, text: str) -> Outcome:
        """Tell whoever is set up: the robot's group, the staff of the settings, or both. One way is enough.

        Raises AdapterError when no way worked.
        """
        ways: list[Callable[[], Awaitable[None]]] = []
        if self.robot:
            ways.append(lambda: self._by_robot(text, EVERYBODY))
        if self._recipients:
            ways.append(lambda: self._by_app(text))
        failures: list[AdapterError] = []
        for way in ways:
            try:
                await way()
            except AdapterError as e:
                failures.append(e)
        if not ways or len(failures) == len(ways):
            raise failures[0] if failures else Refused(PLATFORM, "nobody is set up to be alerted", code="no_channel")
        first = failures[0] if failures else None
        return Outcome(
            kind=OutcomeKind.REQUESTED, code=first.code if first else "", detail=first.detail if first else ""
        )

    async def _by_robot(self, text: str, mentioned: tuple[str, ...]) -> None:
        if not self.robot:
            raise Refused(PLATFORM, "no robot_key is set", code="no_robot")
        words: dict[str, object] = {"content": _fitting(text)}
        if mentioned:
            words["mentioned_list"] = list(mentioned)
        await self._client.post_as_robot({"msgtype": "text", "text": words})

    async def _by_app(self, text: str) -> None:
        await self._client.post(
            "/cgi-bin/message/send",
            {
                "touser": "|".join(self._recipients),
                "msgtype": "text",
                "agentid": self._agentid,
                "text": {"content": _fitting(text)},
            },
        )


def _fitting(text: str) -> str:
    """At most as many bytes as the platform takes, cut between two characters. Raises Refused for nothing to say."""
    whole = people.text(text, LONGEST).strip().encode()
    if not whole:
        raise Refused(PLATFORM, "there is nothing to say", code="no_text")
    return whole[:LONGEST].decode("utf-8", "ignore")
