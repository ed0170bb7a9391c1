"""What only a teacher may do (end, record) is asked with his own token, which he allows us once by OAuth.

A refresh token works a single time, and with the answer its successor comes: that one is noted durably before the
access token is used, and two calls for one teacher never refresh at once. Vendor pages: authorize, oauth/token v2.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from adapters import untrusted
from adapters.feishu import errors, people
from adapters.feishu.client import Client, checked, read
from adapters.feishu.settings import FeishuSettings
from adapters.notes import Notes
from adapters.tokens import Bearer
from app.domain.errors import Gone, Refused, Transient

SCOPE = "vc:meeting vc:record offline_access"
GRANT_PATH = "/open-apis/authen/v2/oauth/token"
NOTED = "user:"  # note: one teacher's tokens, by open_id
FRESH = "consent"  # note: tokens whose owner is not known yet
EARLY = 120.0  # seconds before its end at which a token is renewed
REVOKED = frozenset({"20026", "20037", "20064", "20073", "20074"})
AGAIN = "the teacher has to allow it (again): Connections > consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A teacher's tokens; `until` in seconds since the epoch."""

    access: str
    refresh: str
    until: float

    def __repr__(self) -> str:
        return "Grant(***)"


class Teachers:
    """The consents of one connection."""

    def __init__(self, settings: FeishuSettings, client: Client, notes: Notes) -> None:
        self._settings = settings
        self._client = client
        self._notes = notes
        self._locks: dict[str, asyncio.Lock] = {}

    @property
    def known(self) -> tuple[str, ...]:
        """The open_ids of all who have given their consent."""
        return tuple(name.removeprefix(NOTED) for name in self._notes.under(NOTED))

    def bearer(self, candidates: Iterable[str]) -> "Teacher | None":
        """The first of these people who has given his consent; where only one teacher has, nobody else can be meant."""
        known = self.known
        chosen = next((c for c in candidates if c in known), known[0] if len(known) == 1 else "")
        return Teacher(self, chosen) if chosen else None

    def address(self, redirect: str, state: str) -> str:
        """Where the teacher gives his consent."""
        query = {
            "client_id": self._settings.app_id, "response_type": "code", "redirect_uri": redirect, "scope": SCOPE,
            "state": state,
        }  # fmt: skip
        pairs = "&".join(f"{name}={quote(value, safe=':' if name == 'scope' else '')}" for name, value in query.items())
        return f"{self._settings.accounts}/open-apis/authen/v1/authorize?{pairs}"

    async def consented(self, redirect: str, code: str) -> str:
        """Turn a code into tokens, note them, and tell whose they are. Raises AdapterError."""
        grant = await self._exchange({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect})
        await self._notes.put(FRESH, _written(grant))  # the code is used up: nothing may be lost from here on
        who = await self._client.get("/open-apis/authen/v1/user_info", bearer=_Fixed(grant.access))
        teacher = people.text(who.get("open_id"))
        if not people.is_open_id(teacher):
            raise Transient(errors.PLATFORM, "the platform does not say whose consent this is", code="nobody")
        await self._notes.put(NOTED + teacher, _written(grant))
        await self._notes.forget(FRESH)
        return teacher

    async def token(self, teacher: str, refused: str = "") -> str:
        """A teacher's token that should be good, and is not the one just refused. Raises AdapterError."""
        async with self._locks.setdefault(teacher, asyncio.Lock()):
            grant = _read(self._notes.get(NOTED + teacher))
            if grant is None:
                raise Refused(errors.PLATFORM, AGAIN, code=errors.NO_CONSENT)
            if grant.access != refused and self._client.now() < grant.until - EARLY:
                return grant.access
            return (await self._renewed(teacher, grant)).access

    async def _renewed(self, teacher: str, grant: Grant) -> Grant:
        try:
            fresh = await self._exchange({"grant_type": "refresh_token", "refresh_token": grant.refresh})
        except Refused as e:
            if e.code in REVOKED:
                await self._notes.forget(NOTED + teacher)
                raise Refused(errors.PLATFORM, f"{e.code}: {AGAIN}", code=errors.NO_CONSENT) from e
            raise
        await self._notes.put(NOTED + teacher, _written(fresh))
        return fresh

    async def _exchange(self, members: dict[str, object]) -> Grant:
        secret = self._settings.app_secret.get_secret_value()
        app = {"client_id": self._settings.app_id, "client_secret": secret}
        answer = await self._client.open(GRANT_PATH, {"grant_type": members["grant_type"]} | app | members)
        try:
            document = checked(answer)
        except Gone as e:  # 20001 and 20002 mean something else here than for the meeting bot
            code = errors.error_code(read(answer))
            raise Refused(errors.PLATFORM, f"{e.code}: the consent server refuses", code=code or e.code) from e
        access, refresh = document.get("access_token"), document.get("refresh_token")
        if not isinstance(access, str) or not access.isascii() or not access:
            raise Transient(errors.PLATFORM, "the consent server gives no token", code="no_token")
        seconds = people.number(document.get("expires_in")) or 0
        kept = refresh if isinstance(refresh, str) else ""
        return Grant(access=access, refresh=kept, until=self._client.now() + seconds)


@dataclass(frozen=True, slots=True)
class Teacher(Bearer):
    """One teacher as the sender of a call."""

    teachers: Teachers
    open_id: str

    async def get(self) -> str:
        """A token that should be good."""
        return await self.teachers.token(self.open_id)

    async def instead_of(self, refused: str) -> str:
        """Another one than the one that was just refused."""
        return await self.teachers.token(self.open_id, refused)


@dataclass(frozen=True, slots=True)
class _Fixed(Bearer):
    """A token that there is no other for."""

    token: str

    async def get(self) -> str:
        return self.token

    async def instead_of(self, refused: str) -> str:
        return self.token

    def __repr__(self) -> str:
        return "_Fixed(***)"


def _written(grant: Grant) -> str:
    return json.dumps({"access": grant.access, "refresh": grant.refresh, "until": grant.until})


def _read(note: str) -> Grant | None:
    try:
        known = untrusted.members(untrusted.loads(note))
        return Grant(access=str(known["access"]), refresh=str(known["refresh"]), until=float(known["until"]))
    except (ValueError, KeyError, TypeError):
        return None
