"""What people read, in Simplified Chinese, Vietnamese and English: the catalogues, one translator per language.

The `.po` files under locales/ are read at start, so a fresh clone needs no compile step. Message ids are English text
in templates and stable keys (`outcome.confirmed`, `reason.stranger`) for the words of the domain: `keys()` lists them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from markupsafe import Markup

import policies
from adapters import REGISTRY
from adapters.base import Way
from adapters.health import Finding
from adapters.preparation import Precaution, Result
from app.domain.actions import ActionKind, Button, Level, OutcomeKind, Severity, Words
from app.domain.events import EVENTS
from app.domain.incidents import IncidentStatus, Verdict
from app.domain.people import Fact, Role, Trust
from app.domain.state import Mood, Status
from policies.base import Settings
from policies.documents import PRESETS
from policies.merged import Level as Layer
from policies.merged import Origin
from policies.terms.lists import SEVERITIES

DOMAIN = "menshen"


class Language(StrEnum):
    """A language of the product; the value is its BCP 47 tag."""

    ZH = "zh-Hans"
    VI = "vi"
    EN = "en"

    @property
    def folder(self) -> str:
        """The name of its catalogue folder and of its Babel locale."""
        return self.value.replace("-", "_")


OWN_NAMES: Mapping[Language, str] = {Language.ZH: "简体中文", Language.VI: "Tiếng Việt", Language.EN: "English"}

RULES = (
    *("emergency", "impostor", "roster_only", "late_lock", "quiet_start", "share_guard", "ladder", "restraint"),
    *("noise", "after_class", "abuse", "links", "flood"),
    *("keep_out", "join_wave", "host_gone", "host_change", "silent_stranger"),
)
REASONS = (
    *("stranger", "stranger_waits", "verified", "claimed_name", "claimed_twin", "claimed_free"),
    *("teacher_double", "teacher_title", "others_name", "link_shared"),
    *(
        "no_roster",
        "roster_shrunk",
        "late_lock",
        "late_pupil",
        "late_reopened",
        "late_stranger",
        "quiet_start",
        "quiet_unmuted",
    ),
    *(
        "share_not_allowed",
        "share_hosts",
        "did_not_help",
        "wave",
        "together",
        "time_is_up",
        "rule_failed",
        "rule_slow",
        "forbidden",
        "sent_out",
        "other",
    ),
    *("offends_again", "unmutes_again", "share_too_long", "after_class", "after_class_muted", "after_class_end"),
    *("abuse", "abuse_pupil", "abuse_suspected", "abuse_reported", "link", "link_pupil"),
    *("flood_person", "flood_room", "flood_same"),
    *("came_back", "came_back_again", "door_holds", "door_revolves", "join_wave", "silent_stranger", "roster_stale"),
    *("host_unexpected", "host_pupil", "host_gone", "nobody_leads", "host_back"),
    *(f"button_{button}" for button in Button),
)
CONTRADICTIONS = (
    "the room is locked before the door closes",
    "a milder measure must come before a harder one",
    "strangers may not unmute more often than pupils",
    "nobody could ever share: the end is not after the beginning",
    "the room is ended before microphones are closed",
)
SWITCHES = tuple(f"{s}.{w}" for s in ("audio", "chat", "share", "door") for w in ("title", "open", "closed", "unknown"))
BLIND = ("events_stopped", "no_answer", "refused", "stream_down", "stream_refused", "subscription_failed", "unknown")


@dataclass(frozen=True, slots=True)
class Translator:
    """One language. Call it with a message id and values for its placeholders."""

    language: Language
    catalogue: Translations

    def __call__(self, message: str, /, **values: object) -> str:
        """The message as plain text."""
        text = self.catalogue.gettext(message)
        return text.format(**values) if values else text

    def many(self, one: str, other: str, count: int, /, **values: object) -> str:
        """The message in the form that `count` needs; `{count}` is filled in."""
        return self.catalogue.ngettext(one, other, count).format(count=count, **values)

    def html(self, message: str, /, **values: object) -> Markup:
        """The message as markup. A value is escaped and isolated, so that a name cannot turn the sentence round.

        Only a value that is Markup already, one of our own words, stands in the sentence as it is.
        """
        text = Markup(self.catalogue.gettext(message))  # noqa: S704  from our catalogues; values come in below, escaped
        return text.format(**{key: v if isinstance(v, Markup) else _isolated(v) for key, v in values.items()})

    def word(self, group: str, value: object) -> str:
        """The word for a value of the domain: `word("outcome", OutcomeKind.GONE)`."""
        return self(f"{group}.{value}")

    def knows(self, key: str) -> bool:
        """Whether there is a message under this key."""
        return self.catalogue.gettext(key) != key

    def of(self, words: Words | Mapping[str, str] | None) -> str:
        """This language's sentence of a triple, as adapters write it or as the log keeps it."""
        if words is None:
            return ""
        field = self.language.value.partition("-")[0]
        return str(words.get(field, "")) if isinstance(words, Mapping) else str(getattr(words, field))

    def number(self, value: float) -> str:
        """A number with one decimal, as this language writes it."""
        return format_decimal(value, format="0.0", locale=self.language.folder)


@dataclass(frozen=True, slots=True)
class Catalogues:
    """All languages, made once by whoever starts the service."""

    translators: Mapping[Language, Translator]

    def __getitem__(self, language: Language) -> Translator:
        return self.translators[language]


def _isolated(value: object) -> Markup:
    return Markup("<bdi>{}</bdi>").format(value)


def load(folder: Path | None = None) -> Catalogues:
    """Read every catalogue. `folder` holds `<locale>/LC_MESSAGES/menshen.po`, by default the one of the product."""
    where = folder or Path(__file__).parent / "locales"
    return Catalogues({language: Translator(language, _read(where, language)) for language in Language})


def _read(where: Path, language: Language) -> Translations:
    compiled = BytesIO()
    with (where / language.folder / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language.folder, domain=DOMAIN))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)


def negotiate(*, asked: str = "", chosen: str = "", cookie: str = "", accept: str = "") -> Language:
    """The language for a request: `?lang` of this request, the user's setting, the cookie, then Accept-Language."""
    wishes = (asked, chosen, cookie, *_accepted(accept))
    return next((found for wish in wishes if (found := language_of(wish))), Language.ZH)


def language_of(tag: str) -> Language | None:
    """The product's language for a tag such as `zh-CN` or `en_GB`; None if there is none."""
    primary = tag.strip().replace("_", "-").casefold().partition("-")[0]
    return {"zh": Language.ZH, "vi": Language.VI, "en": Language.EN}.get(primary)


def _accepted(header: str) -> list[str]:
    """The tags of an Accept-Language header, most wanted first; a weight that is no number counts as 0."""
    weighed = []
    for part in header[:500].split(","):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((float(weight or 1.0), tag.strip()))
        except ValueError:
            weighed.append((0.0, tag.strip()))
    return [tag for weight, tag in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


def keys() -> Iterator[str]:
    """Every stable key that must have words: one per value of the domain's enumerations."""
    groups: tuple[tuple[str, Any], ...] = (
        ("trust", Trust),
        ("fact", Fact),
        ("role", Role),
        ("mood", Mood),
        ("lesson", Status),
        ("button", Button),
        ("action", ActionKind),
        ("outcome", OutcomeKind),
        ("severity", [s.name.lower() for s in Severity]),
        ("event", EVENTS),
        ("verdict", Verdict),
        ("incident", IncidentStatus),
        ("rule", RULES),
        ("reason", REASONS),
        ("blind", BLIND),
        ("switch", (*SWITCHES, "door.waits")),
        ("precaution", Precaution),
        ("result", Result),
        ("way", Way),
        ("level", Level),
        ("finding", Finding),
        ("layer", Layer),
        ("rules", Layer),
        ("origin", Origin),
        ("preset", PRESETS),
        ("mode", get_args(Settings.model_fields["mode"].annotation)),
        ("term", SEVERITIES),
    )
    for group, values in groups:
        yield from (f"{group}.{value}" for value in values)
    yield from notes()
    yield from dict.fromkeys(settings())


def settings() -> Iterator[str]:
    """What the settings page says of the rules: a sentence each, labels and descriptions of fields, choices by name."""
    yield "setting.mode"
    for rule in policies.RULES:
        yield f"rule_about.{rule.name}"
        for name, info in rule.settings.model_fields.items():
            yield info.description or ""
            if name != "mode":
                yield f"setting.{rule.name}.{name}"
                yield from (f"choice.{rule.name}.{name}.{value}" for value in _choices(info.annotation))
    yield from CONTRADICTIONS


def _choices(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def notes() -> Iterator[str]:
    """What the adapters say about each kind of action: an English sentence is its own key."""
    tables = (t for kind in REGISTRY.values() for t in (kind.capabilities, *(r.capabilities for r in kind.other_rooms)))
    yield from sorted({support.note for table in tables for support in table.values()} - {""})


def extract(fileobj: object, keywords: object, comment_tags: object, options: object) -> Iterator[tuple[Any, ...]]:
    """The Babel extraction method for the keys above, which no source file spells out."""
    yield from ((1, "_", key, []) for key in keys())
