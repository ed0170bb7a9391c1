"""A lesson replayed, as the review shows it: does the record hold, figures side by side, differences, the timeline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.domain.actions import ActionKind
from app.domain.state import Status
from app.replay.again import Again
from app.replay.picture import Words, draw
from app.replay.report import Report
from app.replay.sides import Sides
from app.replay.telling import Naming
from app.replay.trace import Done
from app.store.desk import LessonRecord
from app.web.views.reader import Reader
from app.web.views.text import day, shown
from app.web.views.timeline import rule_word

LISTED = 100  # differences on each side


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One figure on both sides; `right` "" = cannot be told. `differs` = they are not the same."""

    label: str
    left: str
    right: str
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One measure that only one side took."""

    time: str
    rule: str
    what: str
    name: str
    by_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayView:
    """What a run came to. `proof` is a sentence, `tone` how good it is."""

    tone: str
    proof: str
    note: str
    figures: tuple[Pair, ...]
    actions: tuple[Pair, ...]
    there: tuple[Act, ...]
    here: tuple[Act, ...]
    more: int
    kept_out: tuple[str, ...]
    compared: bool
    policy: str
    picture: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPage:
    """The page around it; `view` None = not run yet."""

    lesson: str
    title: str
    when: str
    drill: bool
    choices: tuple[tuple[str, str], ...]
    chosen: str
    over: bool
    view: ReplayView | None


def choice_words(choices: Sequence[str], reader: Reader) -> tuple[tuple[str, str], ...]:
    """What may be chosen, with its words."""
    words = reader.words
    told = {"today": words("the rules in force today"), "recorded": words("the rules of that day")}
    return tuple((key, told.get(key) or words("preset {name}", name=_preset(key, reader))) for key in choices)


def _preset(name: str, reader: Reader) -> str:
    key = f"preset.{name}"
    return reader.words(key) if reader.words.knows(key) else name


def page(
    record: LessonRecord, chosen: str, choices: Sequence[str], view: ReplayView | None, reader: Reader
) -> ReplayPage:
    """The page of one lesson."""
    return ReplayPage(
        lesson=record.id,
        title=shown(record.course_name or record.title, 60) or reader.words("(untitled class)"),
        when=day(record.started_at, reader.zone) if record.started_at else "",
        drill=record.drill,
        choices=choice_words(choices, reader),
        chosen=chosen,
        over=record.status is Status.ENDED,
        view=view,
    )


def replay(sides: Sides, policy: str, naming: Naming, reader: Reader) -> ReplayView:
    """A run. `policy` is its word, `naming` how much of a name this reader sees."""
    tone, proof, note = _proof(sides.again, reader)

    def name(who: str) -> str:
        return reader.name(naming(sides.names.get(who, ""))) if who else ""

    return ReplayView(
        tone=tone, proof=proof, note=note, policy=policy, compared=sides.right is not None,
        figures=tuple(_figures(sides.left, sides.right, reader)),
        actions=tuple(_actions(sides.left, sides.right, reader)),
        there=_acts(sides.there, sides.start, name, reader),
        here=_acts(sides.here, sides.start, name, reader),
        more=max(len(sides.there), len(sides.here)) - LISTED,
        kept_out=tuple(name(who) for who in sides.right.kept_out) if sides.right else (),
        picture=Markup(draw(sides, _picture_words(reader), policy=policy, alone=False)),  # noqa: S704  picture.py escapes every text
    )  # fmt: skip


def _proof(again: Again | None, reader: Reader) -> tuple[str, str, str]:
    words = reader.words
    if again is None:
        return "quiet", "", ""
    note = ""
    if again.forgotten:
        note = words("Names of this lesson are erased. What rests on them cannot come out the same any more.")
    if again.same:
        said = words.many(
            "The decisions follow from what happened: by the rules of that day, {count} row comes out byte for byte.",
            "The decisions follow from what happened: by the rules of that day, {count} rows come out byte for byte.",
            again.rows,
        )
        return "ok", said, note
    number = again.difference.number if again.difference else 0
    said = words("Run again by the rules of that day, the record parts from its replay at row {number}.", number=number)
    return ("warn" if again.forgotten else "bad"), said, note


def _figures(left: Report | None, right: Report | None, reader: Reader) -> list[Pair]:
    words = reader.words

    def seconds(value: float) -> str:
        return words("{seconds} s", seconds=words.number(value))

    def first(r: Report) -> str:
        return words("none") if r.first is None else seconds(r.first)

    def calm(r: Report) -> str:
        return words("never") if r.calm is None else seconds(r.calm)

    rows: tuple[tuple[str, Callable[[Report], str]], ...] = (
        (words("First disturbance, after the start"), first),
        (words("Until the room was calm"), calm),
        (words("Disturbed for"), lambda r: seconds(r.disturbed)),
        (words("Strangers who got in"), lambda r: str(r.strangers_in)),
        (words("Their time inside, in all"), lambda r: seconds(r.stranger_seconds)),
        (words("Measures that touched pupils"), lambda r: str(len(r.touched))),
        (words("Pupils kept waiting at the door"), lambda r: str(len(r.kept_out))),
        (words("Presses of a button"), lambda r: str(r.presses)),
    )
    return [_pair(label, of, left, right) for label, of in rows]


def _actions(left: Report | None, right: Report | None, reader: Reader) -> list[Pair]:
    words, sides = reader.words, [r for r in (left, right) if r]
    keys = sorted({key for side in sides for key in side.by_rule})

    def counted(rule: str, kind: ActionKind) -> Pair:
        label = f"{rule_word(rule, reader)}: {words.word('action', kind)}"
        return _pair(label, lambda r: str(r.by_rule.get((rule, kind), 0)), left, right)

    return [counted(rule, kind) for rule, kind in keys]


def _pair(label: str, of: Callable[[Report], str], left: Report | None, right: Report | None) -> Pair:
    one, other = of(left) if left else "", of(right) if right else ""
    return Pair(label=label, left=one, right=other, differs=bool(other) and one != other)


def _acts(done: Sequence[Done], start: float, name: Callable[[str], str], reader: Reader) -> tuple[Act, ...]:
    return tuple(
        Act(
            time=reader.time(start + d.at), rule=rule_word(d.rule, reader), what=reader.words.word("action", d.kind),
            name=name(d.who), by_person=bool(d.by),
        )
        for d in done[:LISTED]
    )  # fmt: skip


def _picture_words(reader: Reader) -> Words:
    words = reader.words
    return Words(
        language=words.language.value,
        title=words("The lesson as a timeline"),
        about=words("People inside, disturbances and decisions over time: above as it happened, below replayed."),
        happened=words("As it happened"),
        replayed=words("Replayed: {policy}", policy="{policy}"),
        known=words("people on the class list"),
        unknown=words("strangers"),
        disturbed=words("disturbance by strangers"),
        automatic=words("decision of a rule"),
        by_person=words("button pressed by a person"),
        nobody=words("Cannot be replayed: names are erased."),
        rule=lambda rule: rule_word(rule, reader),
    )
