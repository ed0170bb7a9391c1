"""Before class: a reservation by this app, and who may join it (vc-v1 reserve/apply, reserve/update, reserve/get).

First the meeting is made, with nothing but teacher and title, so that whatever fails afterwards the class has one.
Then who may join is asked for and read back. Everything else here is a button in the teacher's client.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adapters import untrusted
from adapters.feishu import instructions, keys, people, prepare_words
from adapters.feishu.client import Client, Json
from adapters.feishu.errors import PLATFORM
from adapters.feishu.reserves import Reserve, Reserves, joiners
from adapters.notes import Notes
from adapters.preparation import Precaution, Preparation, Prepared, Result, Step
from adapters.wire import segment
from app.domain.actions import Words
from app.domain.errors import AdapterError, Refused, Transient
from app.domain.people import RosterEntry

AFTER = 900  # seconds after the end of class at which the number is given back
FURTHEST = 30 * 86_400  # seconds ahead that a reservation may end
TENANT = "tenant"  # note: the key of the school's own organisation
MOST_NAMED = 20

BY_HAND: Mapping[Precaution, Words] = {
    Precaution.WAITING_ROOM: instructions.WAITING_ROOM,
    Precaution.MUTE_ON_ENTRY: instructions.MUTE_ON_ENTRY,
    Precaution.HOST_ONLY_SHARE: instructions.RESTRICT_SHARE,
    Precaution.CHAT_OFF: instructions.CLOSE_CHAT,
}
IMPOSSIBLE: Mapping[Precaution, Words] = {
    Precaution.PERSONAL_LINKS: prepare_words.NO_LINKS,
    Precaution.HOST_FIRST: prepare_words.HOST_FIRST,
}
JOINING = frozenset({Precaution.ROSTER_ONLY, Precaution.ORGANISATION_ONLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A reservation, its link, and what a person should know about it."""

    reserve: Reserve
    url: str = ""
    notes: tuple[Words, ...] = ()


class Preparations:
    """Makes and hardens meetings."""

    def __init__(self, client: Client, reserves: Reserves, notes: Notes, now: Callable[[], float]) -> None:
        self._client = client
        self._reserves = reserves
        self._notes = notes
        self._now = now

    async def prepare(self, wish: Preparation) -> Prepared:
        """Raises AdapterError where there is no meeting in the end; everything else is told step by step."""
        if keys.is_chat(wish.meeting):
            chat = [Step(precaution=p, result=Result.IMPOSSIBLE, detail=prepare_words.A_GROUP) for p in _ordered(wish)]
            return Prepared(meeting=wish.meeting, steps=tuple(chat))
        known = self._reserves.get(wish.meeting)
        if wish.meeting and known is None:
            steps = [_step(p) or Step(precaution=p, result=Result.IMPOSSIBLE, detail=prepare_words.NOT_OURS)
                     for p in _ordered(wish)]  # fmt: skip
            return Prepared(meeting=wish.meeting, steps=tuple(steps))
        made = Made(reserve=_led(known, wish)) if known else await self._made(wish)
        joining = await self._who_may_join(wish, made.reserve, new=known is None)
        steps = [_step(p) or Step(precaution=p, result=joining[0], detail=joining[1]) for p in _ordered(wish)]
        return Prepared(
            meeting=made.reserve.number,
            url=made.url or await self._url(made.reserve),
            steps=tuple(steps),
            notes=(*made.notes, *_left_out(wish)),
        )

    async def _made(self, wish: Preparation) -> Made:
        owner = await self._open_id(wish.host)
        until = self._until(wish)
        staff = tuple(a for m in wish.members if m.staff and (a := _account(m)))
        hosts = tuple(dict.fromkeys((owner, *staff)))
        answer = await self._reserves.apply(hosts=hosts, until=until, topic=people.text(wish.title, 100))
        described = untrusted.members(answer.get("reserve"))
        number, known = people.identifier(described.get("meeting_no")), people.identifier(described.get("id"))
        if not number or not known:
            raise Transient(PLATFORM, "the platform does not say what it has reserved", code="empty")
        reserve = Reserve(id=known, number=number, hosts=hosts, until=float(until))
        await self._reserves.note(reserve)
        invalid = untrusted.members(answer.get("reserve_correction_check_info")).get("invalid_host_id_list")
        notes = (prepare_words.BAD_HOST,) if isinstance(invalid, list) and invalid else ()
        return Made(reserve=reserve, url=people.text(described.get("url"), 500), notes=notes)

    async def _who_may_join(self, wish: Preparation, reserve: Reserve, *, new: bool) -> tuple[Result, Words | None]:
        """What became of the wishes about who may join, which one list answers. Never raises.

        A new meeting is told in any case who may be host in it.
        """
        wanted = JOINING & wish.wanted
        accounts = tuple(dict.fromkeys(a for m in wish.members if (a := _account(m))))
        if Precaution.ROSTER_ONLY in wanted and not accounts:
            return Result.REFUSED, prepare_words.NO_ACCOUNTS
        try:
            until = self._until(wish)
            longer = until if until > reserve.until else None
            if not (wanted or new or longer):
                return Result.SET, None
            if Precaution.ROSTER_ONLY in wanted:
                reserve = replace(reserve, listed=accounts, locked=None)
            elif wanted:
                reserve = replace(reserve, tenant=await self._tenant(), listed=None, locked=None)
            await self._reserves.update(reserve, until=longer)
            return _compared(reserve, await self._reserves.read(reserve))
        except AdapterError as e:
            result = Result.UNKNOWN if isinstance(e, Transient) else Result.REFUSED
            return result, prepare_words.refused(e.detail)

    def _until(self, wish: Preparation) -> int:
        """Raises Refused for a class that is too far away, or over."""
        until = int(wish.ends_at) + AFTER
        if not self._now() < until <= self._now() + FURTHEST:
            raise Refused(PLATFORM, "a meeting can be reserved from now until 30 days ahead", code="too_far")
        return until

    async def _open_id(self, host: str) -> str:
        """The teacher as our app names him. Raises AdapterError."""
        if people.is_open_id(host):
            return host
        if not people.identifier(host):
            raise Refused(PLATFORM, "a reservation needs the account of the teacher", code="no_host")
        kind = "union_id" if host.startswith("on_") else "user_id"
        path = f"/open-apis/contact/v3/users/{segment(host)}"
        user = untrusted.members((await self._client.get(path, (("user_id_type", kind),))).get("user"))
        found = people.text(user.get("open_id"))
        if not people.is_open_id(found):
            raise Refused(PLATFORM, "the teacher's account is not known to this app", code="no_host")
        return found

    async def _tenant(self) -> str:
        """The key of the school's organisation. Raises AdapterError."""
        known = self._notes.get(TENANT)
        if not known:
            answer = await self._client.get("/open-apis/tenant/v2/tenant/query")
            known = people.identifier(untrusted.members(answer.get("tenant")).get("tenant_key"))
            if not known:
                raise Refused(PLATFORM, "the platform does not tell the key of the organisation", code="no_tenant")
            await self._notes.put(TENANT, known)
        return known

    async def _url(self, reserve: Reserve) -> str:
        try:
            return people.text((await self._reserves.read(reserve)).get("url"), 500)
        except AdapterError:
            return ""


def _led(reserve: Reserve, wish: Preparation) -> Reserve:
    """The reservation with everybody who teaches now."""
    teachers = (wish.host, *(a for m in wish.members if m.staff and (a := _account(m))))
    return replace(reserve, hosts=tuple(dict.fromkeys((*reserve.hosts, *filter(people.is_open_id, teachers)))))


def _ordered(wish: Preparation) -> list[Precaution]:
    return [p for p in Precaution if p in wish.wanted]


def _step(precaution: Precaution) -> Step | None:
    """What is the same for every meeting; None for what is asked of the platform."""
    if precaution in BY_HAND:
        return Step(precaution=precaution, result=Result.BY_HAND, detail=BY_HAND[precaution])
    if precaution in IMPOSSIBLE:
        return Step(precaution=precaution, result=Result.IMPOSSIBLE, detail=IMPOSSIBLE[precaution])
    return None


def _compared(wanted: Reserve, read: Json) -> tuple[Result, Words]:
    """Set is only what was read back just as it was asked for."""
    found = joiners(read)
    if found is None:
        return Result.ASKED, prepare_words.ASKED
    checker = wanted.joining() or {}
    listed = checker.get("check_list", [])
    if found != {**checker, "check_list": sorted(map(str, listed if isinstance(listed, list) else []))}:
        return Result.UNKNOWN, prepare_words.DIFFERS
    return Result.SET, prepare_words.TENANT_SET if wanted.listed is None else prepare_words.ROSTER_SET


def _account(entry: RosterEntry) -> str:
    return next((a for a in entry.accounts if people.is_open_id(a)), "")


def _left_out(wish: Preparation) -> tuple[Words, ...]:
    """Who cannot be on the list, by name."""
    if Precaution.ROSTER_ONLY not in wish.wanted:
        return ()
    names = [m.name for m in wish.members if not _account(m)]
    if not names:
        return ()
    more = f" (+{len(names) - MOST_NAMED})" if len(names) > MOST_NAMED else ""
    return (prepare_words.without_account("、".join(names[:MOST_NAMED]) + more),)
