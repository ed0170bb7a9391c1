"""Before class: a meeting that this app creates, and so may control, with the precautions that its plan can hold.

Pages 98148 (create), 98154 (update, only while scheduled), 98162 (invitees), 98175 (while it runs), 98149 (read back).
First there is a meeting; whatever fails after that is told in its step and loses nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters import untrusted
from adapters.preparation import Precaution, Preparation, Prepared, Result, Step
from adapters.wecom import links, people
from adapters.wecom import prepare_words as words
from adapters.wecom.client import Client, Json
from adapters.wecom.errors import FAULTS, PARAMETER, PLATFORM
from adapters.wecom.invitees import invite
from adapters.wecom.own import Own
from adapters.wecom.roster import OVER, RUNNING, Lists
from adapters.wecom.settings import WeComSettings
from app.domain.actions import Words
from app.domain.errors import AdapterError, Gone, Refused

LONGEST_TITLE = 20  # characters
SHORTEST, LONGEST = 300, 86_399  # seconds of a meeting
SOON = 60.0  # seconds; a meeting must start in the future
NO_LINKS_FOR = (5, 6)  # `meeting_type`: personal number, webinar

Members = dict[str, object]

# While it runs, everything else belongs to the plan and stays as it is.
LIVE: Mapping[Precaution, Mapping[str, object]] = {
    Precaution.WAITING_ROOM: {"enable_waiting_room": True},
    Precaution.MUTE_ON_ENTRY: {"enable_enter_mute": 1},
    Precaution.HOST_ONLY_SHARE: {"allow_share_screen": False},
    Precaution.CHAT_OFF: {"allow_chat": 2},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What there is to prepare."""

    id: str
    url: str
    running: bool = False
    webinar: bool = False
    failures: Mapping[Precaution, AdapterError]
    notes: tuple[Words, ...] = ()


class Preparing:
    """Prepares the lessons of one connection."""

    def __init__(
        self, settings: WeComSettings, client: Client, lists: Lists, own: Own, now: Callable[[], float]
    ) -> None:
        self._settings = settings
        self._client = client
        self._lists = lists
        self._own = own
        self._now = now

    async def prepare(self, wish: Preparation) -> Prepared:
        """Create or harden, then read back. Raises AdapterError when there is no meeting in the end."""
        planned = self._planned(wish)
        meeting = await (self._hardened(wish, planned) if wish.meeting else self._created(wish, planned))
        shown = await self._shown(meeting.id)
        steps = [
            self._step(precaution, meeting, planned, shown)
            for precaution in Precaution
            if precaution in wish.wanted and precaution is not Precaution.PERSONAL_LINKS
        ]
        made: Mapping[str, str] = {}
        if Precaution.PERSONAL_LINKS in wish.wanted:
            made, step = await self._personal_links(wish, meeting)
            steps.append(step)
        return Prepared(meeting=meeting.id, url=meeting.url, steps=tuple(steps), links=made, notes=meeting.notes)

    # --- the plan -------------------------------------------------------------------------------------------------

    def _planned(self, wish: Preparation) -> dict[Precaution, Members]:
        """The settings of a meeting's plan behind each wanted precaution that has one."""
        known: dict[Precaution, Members] = {
            Precaution.WAITING_ROOM: {"enable_waiting_room": True},
            Precaution.HOST_FIRST: {"allow_enter_before_host": False},
            Precaution.MUTE_ON_ENTRY: {"enable_enter_mute": 1},
        }
        meant = self._settings.allow_external_user_true_means
        if meant != "unknown":
            known[Precaution.ORGANISATION_ONLY] = {"allow_external_user": meant == "corp_only"}
        return {p: members for p, members in known.items() if p in wish.wanted}

    async def _created(self, wish: Preparation, planned: Mapping[Precaution, Members]) -> Meeting:
        bare = self._body(wish)
        failures: dict[Precaution, AdapterError] = {}
        try:
            made = await self._client.post("/cgi-bin/meeting/create", _with(bare, planned))
        except Refused as e:
            if not planned or (e.code in FAULTS and e.code not in PARAMETER):
                raise
            made = await self._client.post("/cgi-bin/meeting/create", bare)  # one of the settings: then one by one
            failures = await self._updated(_meeting_id(made), planned)
        meeting = _meeting_id(made)
        await self._own.add(meeting, until=wish.ends_at, host=str(bare["admin_userid"]), now=self._now())
        told = words.without_seat(made.get("excess_users")), await invite(self._client, meeting, wish)
        return Meeting(
            id=meeting, url=_url(made.get("meeting_link")), failures=failures, notes=tuple(w for w in told if w)
        )

    def _body(self, wish: Preparation) -> Members:
        host = people.text(wish.host, 64).strip()
        if not host:
            raise Refused(PLATFORM, "no_host: a meeting needs the teacher's userid", code="no_host")
        start = max(wish.starts_at, self._now() + SOON)
        return {
            "admin_userid": host,
            "title": people.text(wish.title, LONGEST_TITLE).strip() or "Menshen",
            "meeting_start": int(start),
            "meeting_duration": int(min(max(wish.ends_at - start, SHORTEST), LONGEST)),
            "settings": {"hosts": {"userid": [host]}},
        }

    async def _hardened(self, wish: Preparation, planned: Mapping[Precaution, Members]) -> Meeting:
        meeting = wish.meeting.partition(":")[0]
        if not people.is_meeting_id(meeting):
            raise Refused(PLATFORM, "this cannot be a meeting id", code="lesson_key")
        plan = await self._lists.plan(meeting)
        if plan.get("status") in OVER:
            raise Gone(PLATFORM, "the meeting is over", code="over")
        running = plan.get("status") == RUNNING
        if running:
            wanted = {p: dict(LIVE[p]) for p in LIVE if p in wish.wanted}
            failures = await self._each("/cgi-bin/meeting/realcontrol/set", meeting, wanted, nested=False)
        else:
            failures = await self._updated(meeting, planned)
        return Meeting(
            id=wish.meeting, url=_url(plan.get("meeting_link")), running=running, failures=failures,
            webinar=plan.get("meeting_type") in NO_LINKS_FOR,
            notes=() if meeting in self._own else (words.NOT_KNOWN_AS_OURS,),
        )  # fmt: skip

    async def _updated(self, meeting: str, planned: Mapping[Precaution, Members]) -> dict[Precaution, AdapterError]:
        return await self._each("/cgi-bin/meeting/update", meeting, planned, nested=True)

    async def _each(
        self, path: str, meeting: str, wanted: Mapping[Precaution, Members], *, nested: bool
    ) -> dict[Precaution, AdapterError]:
        """All in one call; where that is refused, one by one, so that one bad setting does not cost the others."""

        async def ask(members: Members) -> AdapterError | None:
            body: Members = {"settings": members} if nested else members
            try:
                await self._client.post(path, {"meetingid": meeting, **body})
            except AdapterError as e:
                return e
            return None

        if not wanted:
            return {}
        together = await ask({name: value for members in wanted.values() for name, value in members.items()})
        if together is None:
            return {}
        if len(wanted) == 1 or not isinstance(together, Refused):
            return dict.fromkeys(wanted, together)
        told = {precaution: await ask(members) for precaution, members in wanted.items()}
        return {precaution: error for precaution, error in told.items() if error is not None}

    # --- what became of it ------------------------------------------------------------------------------------------

    async def _shown(self, key: str) -> Json:
        """The settings as the platform shows them; {} when it does not."""
        try:
            plan = await self._lists.plan(key.partition(":")[0])
        except AdapterError:
            return {}
        return dict(untrusted.members(plan.get("settings")))

    def _step(
        self, precaution: Precaution, meeting: Meeting, planned: Mapping[Precaution, Members], shown: Json
    ) -> Step:
        if error := meeting.failures.get(precaution):
            return Step(precaution=precaution, result=Result.REFUSED, detail=words.refused(error))
        if meeting.running:
            if precaution in LIVE:
                return Step(precaution=precaution, result=Result.ASKED, detail=words.ASKED_LIVE)
            if precaution is Precaution.ROSTER_ONLY:
                return Step(precaution=precaution, result=Result.IMPOSSIBLE, detail=words.NO_ROSTER_ONLY)
            return Step(precaution=precaution, result=Result.IMPOSSIBLE, detail=words.RUNS_ALREADY)
        if precaution not in planned:
            result, detail = words.WITHOUT_A_SETTING[precaution]
            return Step(precaution=precaution, result=result, detail=detail)
        ((name, value),) = planned[precaution].items()
        if name not in shown:
            return Step(precaution=precaution, result=Result.ASKED, detail=words.NOT_SHOWN)
        if _same(shown[name], value):
            return Step(precaution=precaution, result=Result.SET)
        return Step(precaution=precaution, result=Result.REFUSED, detail=words.NOT_TAKEN)

    async def _personal_links(self, wish: Preparation, meeting: Meeting) -> tuple[Mapping[str, str], Step]:
        """A link for each pupil who has a token; what was made before something failed is kept and handed out."""
        kind, made = Precaution.PERSONAL_LINKS, dict[str, str]()
        if meeting.webinar:
            return {}, Step(precaution=kind, result=Result.IMPOSSIBLE, detail=words.NO_LINKS_HERE)
        key = meeting.id.partition(":")[0]
        wanted = [(m.id, wish.tokens[m.id]) for m in wish.members if m.id in wish.tokens]
        known = await self._known_links(key) or {}
        try:
            for member, token in wanted:
                if len(known) >= links.MOST_LINKS and token not in known:
                    raise Refused(PLATFORM, f"a meeting has at most {links.MOST_LINKS} personal links", code="links")
                known[token] = made[member] = known.get(token) or await links.create(self._client, key, token)
        except AdapterError as e:
            return made, Step(precaution=kind, result=Result.REFUSED, detail=words.links_failed(len(made), e))
        shown = await self._known_links(key)
        whole = shown is not None and all(token in shown for _, token in wanted)
        return made, Step(
            precaution=kind, result=Result.SET if whole else Result.ASKED, detail=words.keep_waiting_room(len(made))
        )

    async def _known_links(self, key: str) -> dict[str, str] | None:
        """The links that there are; None when the platform does not tell."""
        try:
            return await links.existing(self._client, key)
        except AdapterError:
            return None


def _with(bare: Members, planned: Mapping[Precaution, Members]) -> Members:
    settings = dict(untrusted.members(bare["settings"]))
    for members in planned.values():
        settings |= members
    return {**bare, "settings": settings}


def _same(shown: object, wanted: object) -> bool:
    """Entry mute is a number, and in an older sample a boolean."""
    return shown == wanted and isinstance(shown, bool | int)


def _meeting_id(made: Json) -> str:
    meeting = people.text(made.get("meetingid"))
    if not people.is_meeting_id(meeting):
        raise Refused(PLATFORM, "the platform made a meeting and told no usable id", code="shape")
    return meeting


def _url(value: object) -> str:
    link = people.text(value, 2048)
    return link if link.startswith(("https://", "http://")) else ""
