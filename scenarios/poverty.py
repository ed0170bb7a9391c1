"""What a platform tells of a lesson and what really takes effect there, where its adapter does not declare it itself.

Every line comes from the vendor's documents as the adapter's README sums them up. What the documents leave open counts
as not there: a school should see the poorer case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.domain.actions import ActionKind as Kind
from app.domain.events import EVENTS

_PRESENCE = ("lesson.started", "lesson.ended", "participant.joined", "participant.left")
_DOOR = ("participant.waiting",)
_SHARE = ("share.started", "share.stopped")
_MEDIA = (*_SHARE, "audio.unmuted", "audio.muted", "video.started", "video.stopped")
_ROLES = ("participant.role_changed",)
_SWITCHES = ("settings.changed",)


class Entry(StrEnum):
    """What pupils prove themselves with."""

    ACCOUNT = "account"  # the platform vouches for the school's account; guests have none
    LINK = "link"  # nobody enters without a personal link, so intruders come by one that was passed on


@dataclass(frozen=True, slots=True, kw_only=True)
class Poverty:
    """What is less than in the practice classroom.

    `tells`: kinds of events. `names`: whether events and lists carry the shown name. `lists`: what the participant list
    says of each person, and "waiting" if it covers the waiting room. `switches`: those that events or lists tell.
    `effects`: what of an accepted action takes effect, where that is not the action itself; () = nothing is certain.
    `settings`: made-up credentials with which the adapter can be asked what it supports.
    """

    tells: frozenset[str]
    names: bool = True
    roles: bool = True  # whether the list tells hosts and co-hosts
    lists: frozenset[str] = frozenset()
    switches: frozenset[str] = frozenset()
    entry: Entry = Entry.ACCOUNT
    effects: Mapping[Kind, tuple[Kind, ...]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    @property
    def waits(self) -> bool:
        """Whether there is a waiting room that we can reach."""
        return "waiting" in self.lists


_ALL_LISTS = frozenset({"audio", "video", "share", "waiting"})
_ALL_SWITCHES = frozenset(
    {
        "locked", "muted_all", "unmute_forbidden", "mute_on_entry", "chat_closed", "share_restricted", "waiting_room",
        "recording",
    }
)  # fmt: skip
_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
_TOGETHER = {Kind.FORBID_UNMUTE: (Kind.MUTE_ALL, Kind.FORBID_UNMUTE)}  # one call mutes all and forbids

RICH = Poverty(tells=frozenset(EVENTS), lists=_ALL_LISTS, switches=_ALL_SWITCHES)

POVERTY: Mapping[str, Poverty] = {
    "drill": Poverty(
        tells=frozenset(EVENTS), lists=_ALL_LISTS, switches=_ALL_SWITCHES, source="adapters/drill/README.md",
        settings={"base_url": "http://127.0.0.1:9", "token": "t", "secret": "s"},
    ),
    # No event for chat, a single microphone, a camera, a rename, a removal, a lock; the list has media and names.
    "tencent_meeting": Poverty(
        tells=frozenset((*_PRESENCE, *_DOOR, *_SHARE, *_ROLES, *_SWITCHES)),
        lists=_ALL_LISTS, switches=frozenset({"muted_all", "recording"}), effects=_TOGETHER,
        source="adapters/tencent_meeting/README.md: Webhook",
        settings={
            "app_id": "1", "secret_id": "i", "secret_key": "k", "webhook_token": "t", "operator_userid": "teacher-1",
        },
    ),
    # Coming and going only. The list has names; microphones, cameras and who is muted by force by another call; no
    # shares, no waiting room.
    # Closing the chat of a running conference and stopping a share are undocumented.
    "dingtalk": Poverty(
        tells=frozenset(_PRESENCE), lists=frozenset({"audio", "video"}),
        switches=frozenset({"muted_all", "unmute_forbidden", "recording"}),
        effects={**_TOGETHER, Kind.CLOSE_CHAT: (), Kind.RESTRICT_SHARE: (), Kind.ALLOW_SHARE: ()},
        source="event index and conference API of DingTalk: video-conference-events, querying-video-conference-members",
        settings={"client_id": "dingmenshen", "client_secret": "s"},
    ),
    # No name anywhere, no event for chat, a single microphone or a camera; the list has media.
    "wecom": Poverty(
        tells=frozenset((*_PRESENCE, *_DOOR, *_SHARE, *_ROLES, *_SWITCHES)), names=False,
        lists=_ALL_LISTS, switches=frozenset({"muted_all", "recording"}), effects=_TOGETHER,
        source="WeCom meeting events 99103, 98333-98404; list 98157, waiting room 98163",
        settings={"corpid": "ww1", "corpsecret": "s", "agentid": 1000014, "token": "t", "encoding_aes_key": _KEY},
    ),
    # Accounts without names, no waiting room, no media in the list; kicking is all there is, and it does not keep out.
    "feishu": Poverty(
        tells=frozenset((*_PRESENCE, *_SHARE, *_SWITCHES)), names=False, switches=frozenset({"recording"}),
        effects={Kind.BAN: (Kind.KICK,), Kind.LOCK: (), Kind.UNLOCK: ()},
        source="Feishu vc events join_meeting_v1 ... share_ended_v1, meeting.get, meeting.kickout",
        settings={"app_id": "cli_1", "app_secret": "s", "encrypt_key": "k", "verification_token": "v"},
    ),
    # No waiting room and no switch: who is muted may start anew and is muted again. Pupils have personal links.
    "janus": Poverty(
        tells=frozenset((*_PRESENCE, *_MEDIA, "stream.changed", "chat.posted", *_SWITCHES)),
        lists=frozenset({"audio", "video", "share"}), switches=frozenset({"chat_closed", "locked", "recording"}),
        entry=Entry.LINK, source="adapters/janus/README.md",
        effects={
            Kind.FORBID_UNMUTE: (Kind.MUTE_ALL,), Kind.RESTRICT_SHARE: (Kind.STOP_SHARE,), Kind.ADMIT: (Kind.UNBAN,),
            Kind.ALLOW_UNMUTE: (), Kind.ALLOW_SHARE: (),
        },
        settings={
            "admin_url": "http://127.0.0.1:9", "admin_secret": "a", "admin_key": "k", "room_secret": "r",
            "client_url": "http://127.0.0.1:9",
        },
    ),
}  # fmt: skip


def poverty_of(platform: str) -> Poverty:
    """The table of a platform; one that nobody has described tells and does everything."""
    return POVERTY.get(platform, RICH)
