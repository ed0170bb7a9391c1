"""Who is invited to a new meeting: members of the corp on the roster (page 98162).

In a call of its own after the meeting exists, because one unknown or invisible userid fails the whole call.
"""

from collections.abc import Iterable

from adapters.preparation import Preparation
from adapters.wecom import people
from adapters.wecom import prepare_words as words
from adapters.wecom.address_book import EXTERNAL, STUDENT
from adapters.wecom.client import Client
from adapters.wecom.errors import BAD_USERID
from app.domain.actions import Words
from app.domain.errors import AdapterError, Refused

MOST = 2000
MOST_LOOKED_UP = 300  # members who are asked for one by one when the platform does not know one of them


async def invite(client: Client, meeting: str, wish: Preparation) -> Words | None:
    """Invite whom the platform knows; what a person should know about the others, if anything. Never raises."""
    userids = corp_members(wish)[:MOST]
    if not userids:
        return None
    try:
        try:
            await _set(client, meeting, userids)
        except Refused as e:
            if e.code not in BAD_USERID or len(userids) > MOST_LOOKED_UP:
                raise
            known = [u for u in userids if await _known(client, u)]
            if known:
                await _set(client, meeting, known)
            return words.not_invited([u for u in userids if u not in known])
    except AdapterError as e:
        return words.invitation_failed(e)
    return None


def corp_members(wish: Preparation) -> list[str]:
    """Plain userids among the accounts of the roster: neither pupils of 家校沟通, nor mails, nor link tokens."""
    tokens = set(wish.tokens.values())
    accounts = (a for m in wish.members for a in m.accounts)
    return list(dict.fromkeys(a for a in accounts if a and a not in tokens and _is_userid(a)))


def _is_userid(account: str) -> bool:
    return not account.startswith((STUDENT, EXTERNAL)) and "@" not in account and len(account.encode()) <= 64


async def _set(client: Client, meeting: str, userids: Iterable[str]) -> None:
    rows = [{"userid": people.text(u)} for u in userids]
    await client.post("/cgi-bin/meeting/set_invitees", {"meetingid": meeting, "invitees": rows})


async def _known(client: Client, userid: str) -> bool:
    try:
        await client.get("/cgi-bin/user/get", (("userid", userid),))
    except Refused:
        return False
    return True
