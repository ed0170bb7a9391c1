"""Who reads a page: language, school zone, the present moment, and the names of colleagues."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from app.web.views.text import clock, shown
from app.web.words import Translator


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """`now` is seconds since the epoch by the service's clock; `names` maps user ids to shown names."""

    words: Translator
    zone: ZoneInfo
    now: float
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, text: str) -> str:
        """A participant's name fit to be shown; never empty."""
        return shown(text) or self.words("(no name)")

    def who(self, user: str) -> str:
        """The colleague behind a user id."""
        return shown(self.names.get(user, "")) or self.words("A colleague")

    def time(self, at: float) -> str:
        """The time of day with seconds."""
        return clock(at, self.zone)
