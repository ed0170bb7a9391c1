"""A platform that answers as the test says: with a report, an address book, a consent, or an error of its choice."""

from typing import ClassVar
from urllib.parse import urlencode

from adapters.base import Group, Way
from adapters.budget import Budget, Period
from adapters.drill import DrillAdapter, DrillSettings
from adapters.health import Checked, Finding, Health
from adapters.http import Http
from adapters.notes import Notes
from adapters.preparation import Precaution, Preparation, Prepared, Result, Step
from app.domain.actions import Words
from app.domain.errors import AdapterError
from app.domain.people import RosterEntry

HAND = Words(zh="按“关闭聊天”。", vi="Hãy bấm “Đóng trò chuyện”.", en="Press “Close chat”.")
NAMES = (
    "王小明",
    "=cmd|' /C calc'!A1",
    "+84 912",
    "-2+3",
    "@SUM(A1)",
    "\u202eevil\u202c",
    "<script>alert(1)</script>",
    "Nguyễn Đào",
)


class Scripted(DrillAdapter):
    """Everything that it was asked is in `asked`."""

    ways: ClassVar[tuple[Way, ...]] = (Way.STREAM, Way.WEBHOOK)

    def __init__(self, settings: DrillSettings, http: Http, notes: Notes | None = None) -> None:
        super().__init__(settings, http, notes)
        self.error: AdapterError | None = None
        self.asked: list[Preparation] = []
        self.codes: list[str] = []
        self.members: tuple[RosterEntry, ...] = tuple(
            RosterEntry(id=f"S{n}", name=name, accounts=(f"acc-{n}",)) for n, name in enumerate(NAMES)
        )
        self.steps: tuple[Step, ...] = (
            Step(precaution=Precaution.WAITING_ROOM, result=Result.SET),
            Step(precaution=Precaution.CHAT_OFF, result=Result.BY_HAND, detail=HAND),
        )
        self.links = True
        self.findings: tuple[Checked, ...] = (
            Checked(code="token", finding=Finding.OK, detail=Words(zh="好", vi="tốt", en="good")),
        )

    @property
    def account(self) -> str:
        return "app-1"

    def limits(self) -> tuple[Budget, ...]:
        return (Budget(calls=5000, seconds=30 * 86_400.0, reserve=600, name="month", period=Period.MONTH),)

    async def probe(self) -> Health:
        self._fails()
        return Health(checked=self.findings)

    async def prepare(self, preparation: Preparation) -> Prepared:
        self._fails()
        self.asked.append(preparation)
        meeting = preparation.meeting or f"made-{len(self.asked)}"
        links = {e: f"https://vendor.example/j/{meeting}?t={t}" for e, t in preparation.tokens.items()}
        return Prepared(
            meeting=meeting, url=f"https://vendor.example/j/{meeting}", steps=self.steps,
            links=links if self.links else {}, notes=(Words(zh="注", vi="ghi chú", en="a note"),),
        )  # fmt: skip

    async def groups(self) -> tuple[Group, ...]:
        self._fails()
        return (Group(id="g-1", name="7-3 数学"), Group(id="g-2", name="=HYPERLINK()"))

    async def roster(self, group: str) -> tuple[RosterEntry, ...]:
        self._fails()
        return self.members

    def consent(self, redirect: str, state: str) -> str:
        return "https://vendor.example/consent?" + urlencode({"redirect_uri": redirect, "state": state})

    async def consented(self, redirect: str, code: str) -> str:
        self.codes.append(code)
        self._fails()
        return "ou_teacher"

    def _fails(self) -> None:
        if self.error is not None:
            raise self.error
