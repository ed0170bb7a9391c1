"""Unknown addresses and invitations to other meetings and groups in chat.

Strangers' are taken back and they are silenced; those of pupils are told, because they may be homework. Learning sites
and the school's own addresses (policies/terms) may be named by anybody.
"""

import re
from collections.abc import Iterator
from typing import Literal

from app.domain.actions import Action, ActionKind, Decision, Severity
from app.domain.events import ChatPosted
from app.domain.people import Trust
from app.domain.state import LessonState, Person
from policies import wave
from policies.abuse import taken_back
from policies.base import Rule, Settings, setting
from policies.terms.folding import LONGEST, plain
from policies.terms.search import searcher
from policies.wishes import identity_facts, told


class Links(Settings):
    """What follows when somebody writes an address or an invitation that the school does not know."""

    pupils: Literal["ignore", "tell"] = setting(
        "tell", "what follows when a pupil does: ignore, tell", stricter=("ignore", "tell")
    )
    minutes: int = setting(
        10, "minutes after which a silenced stranger may write again (1 to 240)", stricter="higher", ge=1, le=240
    )


TIMES = 3  # lines with foreign addresses that somebody who belongs here may write ...
WINDOW = 60.0  # ... in so many seconds before it counts as an offence


def decide(settings: Links, state: LessonState, event: ChatPosted) -> Iterator[Decision]:
    """Staff may write what they like."""
    writer = state.person(event.participant.id)
    if not event.text or writer is None or writer.staff:
        return
    known = not state.listed or writer.trusted or writer.match.trust is Trust.CLAIMED
    if known and settings.pupils == "ignore":
        return
    if not leads_away(event.text, searcher(state.terms).sites):
        return
    if known:
        yield told(writer, "link_pupil", Severity.LOW, rule="links")
        joins_in = wave.offended(state)
        if joins_in or _again(state, writer):
            yield Decision(
                action=Action(kind=ActionKind.SILENCE if joins_in else ActionKind.WARN, target=writer.participant),
                rule="links",
                reason="link_pupil",
                params=(("name", writer.participant.name),),
                severity=Severity.LOW,
                strike=True,
            )
        return
    if event.message:
        yield taken_back(writer, event.message, rule="links", reason="link")
    yield Decision(
        action=Action(kind=ActionKind.SILENCE, target=writer.participant),
        rule="links",
        reason="link",
        params=(("name", writer.participant.name),),
        facts=identity_facts(writer),
        expires_after=settings.minutes * 60.0,
        strike=True,
    )


def _again(state: LessonState, writer: Person) -> bool:
    """Whether this is the third such line of somebody within a minute."""
    sites, id = searcher(state.terms).sites, writer.participant.id
    lines = (line.text for line in state.chat if line.participant == id and line.at > state.now - WINDOW)
    return sum(leads_away(text, sites) for text in lines) >= TIMES


# --- what leads away --------------------------------------------------------------------------------------------------

_MAYBE = re.compile(r"\.|。|点|點|dot|chấm|\d{5}|\d[ -]\d{3}|://|群|meet|zoom|zalo|微信|vx")
_ENDINGS = (
    "com|net|org|cn|vn|io|uk|eu|edu|gov|info|biz|app|link|live|site|online|club|shop|store|xyz|top|vip|icu|cc|tv|gg|ly|"
    "gl|dev|tk|ml|ru|hk|tw|jp|kr|sg|th|xxx|sex|porn|asia|space|website|example"
)
_NAMED = r"(?:t|zalo|m|wa|fb|line|about|ig)\.me|youtu\.be|forms\.gle"  # whose ending is a word of other sentences
# "example dot com", "example[.]com", "example 点 com", "example chấm com"
_SPOKEN = re.compile(
    r"(?<=[a-z0-9])\s*[\[({<]?\s*(?:\.|。|点|點|(?<=[\s\[({<])dot|(?<=[\s\[({<])chấm)\s*[\])}>]?\s*"
    rf"(?=(?:[a-z0-9-]+\.)?(?:{_ENDINGS})(?![a-z0-9]))"
)
_PAGE = re.compile(r"(?:https?|hxxps?|ftp)\s*:\s*//\s*([a-z0-9.-]+)")
_HOST = re.compile(rf"(?<![a-z0-9@._-])((?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,8}}(?:{_ENDINGS})|{_NAMED})(?![a-z0-9-])")
_INVITATIONS = re.compile(
    r"(?:腾讯会议|会议号|会议id|入会|房间号|钉钉会议|飞书会议|voov|zoom|meeting\s*(?:id|number|code|no)|room\s*(?:id|number)"
    r"|id\s*(?:phòng|lớp|họp|zoom|meet)|mã\s*(?:phòng|họp|cuộc họp|lớp)|phòng\s*zoom)\D{0,20}\d(?:[ -]?\d){7,11}(?!\d)"
    r"|(?:q\s*q\s*群|q群|群号|加群|进群|入群|扣扣群|企鹅群|裙号|加裙)\D{0,10}\d{5,11}(?!\d)"
    r"|(?:加\s*(?:v|vx|wx|微信|qq|扣扣|q)|微信号|vx|wx)\s*[:是号]?\s*[a-z0-9][a-z0-9_-]{5,19}"
    r"|zalo\D{0,10}0\d{8,10}(?!\d)"
    r"|(?:meet|google)\D{0,12}\b[a-z]{3}-[a-z]{4}-[a-z]{3}\b"
)


def leads_away(text: str, sites: frozenset[str]) -> bool:
    """Whether a line names an address that is not among `sites`, or invites to another meeting or group."""
    lowered = plain(text[:LONGEST])
    if not _MAYBE.search(lowered):
        return False
    if _INVITATIONS.search(lowered):
        return True
    undone = _SPOKEN.sub(".", lowered)
    hosts = (*_PAGE.findall(undone), *_HOST.findall(undone))
    return any(not _known(host.rstrip("."), sites) for host in hosts)


def _known(host: str, sites: frozenset[str]) -> bool:
    """Whether a host, or a domain that it lies under, is on the list."""
    parts = host.split(".")
    return any(".".join(parts[i:]) in sites for i in range(len(parts)))


RULE = Rule(name="links", settings=Links, decide=decide, on=(ChatPosted,))
