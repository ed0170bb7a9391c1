"""What somebody sends: Janus' list of streams, read as microphone, camera and shared screen."""

from dataclasses import dataclass
from typing import Any

from app.domain.events import Media

# The description is the client's own word. A share that calls itself nothing is found because it is a second picture.
SCREEN_WORDS = ("screen", "share", "desktop", "window", "present", "屏幕", "共享", "桌面", "màn hình", "chia sẻ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream of a publisher. `disabled` = taken away by himself, `moderated` = held back by a moderator."""

    mid: str
    media: Media
    disabled: bool = False
    moderated: bool = False


def read_streams(listed: object) -> tuple[Stream, ...]:
    """The audio and video entries of a `streams` list, in its order; anything else in it is skipped."""
    found: list[Stream] = []
    pictures = 0
    for entry in listed if isinstance(listed, list) else ():
        if not isinstance(entry, dict) or not isinstance(entry.get("mid"), str):
            continue
        if entry.get("type") == "audio":
            found.append(_stream(entry, Media.AUDIO))
        elif entry.get("type") == "video":
            found.append(_stream(entry, Media.SHARE if pictures or _names_a_screen(entry) else Media.VIDEO))
            pictures += 1
    return tuple(found)


def _stream(entry: dict[str, Any], media: Media) -> Stream:
    return Stream(
        mid=entry["mid"].replace("\0", ""),
        media=media,
        disabled=entry.get("disabled") is True,
        moderated=entry.get("moderated") is True,
    )


def _names_a_screen(entry: dict[str, Any]) -> bool:
    description = entry.get("description")
    return isinstance(description, str) and any(word in description.casefold() for word in SCREEN_WORDS)
