"""Events of group chats (im-v1): what is posted, who comes and goes, who may write. Pure.

Every day of a group is a lesson. The first message of a day opens it: with each message comes the start of its day
under one and the same id, which is taken once.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from adapters import untrusted
from adapters.base import Received
from adapters.feishu import keys, people
from adapters.feishu.told import Reading, Told, digest, moment, withheld
from app.domain import events as ev
from app.domain.people import Participant

ONLY_OWNER = "only_owner"  # `moderation_permission` of a group in which nobody else may write
FROM_PERSON = "user"  # `sender_type`; what bots write is not pushed


def _key(told: Told, chat: object) -> str:
    return keys.of_chat(chat, told.at, told.hours_east)


def _posted(told: Told) -> Iterable[Received]:
    """Told by `message_id`: the platform may push one message twice under different event ids."""
    message, sender = untrusted.members(told.body.get("message")), untrusted.members(told.body.get("sender"))
    at = moment(message.get("create_time"), told.received_at) if message.get("create_time") else told.at
    key = keys.of_chat(message.get("chat_id"), at, told.hours_east)
    if message.get("chat_type") == "p2p":  # somebody writes to the app: no lesson, and nothing to be kept
        yield told.fact(withheld(told))
        return
    who = people.account(sender.get("sender_id"))
    known = people.identifier(message.get("message_id"))
    if not key or not who or not known:
        return
    author = _member(who, sender.get("sender_id"))
    line = ev.ChatPosted(at=at, participant=author, text=_words(message), message=known)
    yield told.fact(ev.LessonStarted(at=at), key=key, id="day:" + digest(key))
    yield told.fact(line, key=key, id=f"im:{known}")


def _member(who: str, ids: object, name: str = "") -> Participant:
    known = who.removeprefix(people.UNREACHABLE)
    return Participant(id=who, name=name, account=known, accounts=people.further(ids))


def _words(message: Mapping[str, Any]) -> str:
    """What was written, with names where people are mentioned; the kind in brackets for what is no text."""
    kind = people.text(message.get("message_type"), 40)
    content = message.get("content")
    written = _flat(untrusted.loads(content) if isinstance(content, str) else None)
    for mention in untrusted.rows(message.get("mentions")):
        token = people.text(mention.get("key"), 40)
        if token:
            written = written.replace(token, "@" + people.text(mention.get("name"), people.MAX_NAME))
    return people.text(written, people.MAX_TEXT).strip() or f"[{kind}]"


def _flat(content: object, depth: int = 6) -> str:
    """The texts of a message: `text` of a plain one, title and runs of a rich one."""
    if depth and isinstance(content, list):
        return " ".join(part for c in content[:200] if (part := _flat(c, depth - 1)))
    if depth and isinstance(content, dict):
        own = [people.text(content.get(name), people.MAX_TEXT) for name in ("title", "text", "href", "file_name")]
        deep = [_flat(content.get(name), depth - 1) for name in ("content", "elements")]
        return " ".join(part for part in (*own, *deep) if part)
    return ""


def _members(kind: type[ev.PersonEvent], told: Told) -> Iterable[Received]:
    key = _key(told, told.body.get("chat_id"))
    for user in untrusted.rows(told.body.get("users")) if key else ():
        who = people.account(user.get("user_id"))
        if not who:
            continue
        name = people.text(user.get("name"), people.MAX_NAME)
        person = _member(who, user.get("user_id"), name)
        yield told.fact(kind(at=told.at, participant=person), key=key, id=f"{told.id}:{digest(who)[:12]}")


def _disbanded(told: Told) -> Iterable[Received]:
    if key := _key(told, told.body.get("chat_id")):
        yield told.fact(ev.LessonEnded(at=told.at), key=key)


def _updated(told: Told) -> Iterable[Received]:
    allowed = untrusted.members(told.body.get("after_change")).get("moderation_permission")
    key = _key(told, told.body.get("chat_id"))
    if key and isinstance(allowed, str) and allowed:
        switches = ev.Switches(chat_closed=allowed == ONLY_OWNER)
        yield told.fact(ev.SettingsChanged(at=told.at, switches=switches), key=key)


READINGS: Mapping[str, Reading] = {
    "im.message.receive_v1": _posted,
    "im.chat.member.user.added_v1": partial(_members, ev.ParticipantJoined),
    "im.chat.member.user.deleted_v1": partial(_members, ev.ParticipantLeft),
    "im.chat.member.user.withdrawn_v1": partial(_members, ev.ParticipantLeft),
    "im.chat.disbanded_v1": _disbanded,
    "im.chat.updated_v1": _updated,
}
