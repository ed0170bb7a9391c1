"""The teacher's panel of one lesson: the state in a word, the people, the switches, the big button, the timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from app.domain.actions import Button, Capabilities, Confirm, OutcomeKind, Severity
from app.domain.state import REMEMBER_SETTLED, SETS, LessonState, Mood, Standing, Status, mood
from app.web.views.acts import Act, act
from app.web.views.people import Group, groups, judged
from app.web.views.reader import Reader
from app.web.views.room import Switch, switches
from app.web.views.text import clock, shown
from app.web.views.timeline import Line, Row, blindness, reason, timeline
from policies.emergency import calmed


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodView:
    """The room in a word, why, and since when ("" where nobody knows)."""

    key: str
    word: str
    why: Markup
    counts: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """Something the teacher must know before anything else: what, and the next step."""

    key: str  # blind, no_roster, roster_shrunk, ended, scheduled, manual
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonView:
    """Everything lesson.html and its fragments show. `number` is the newest log row that is in it."""

    id: str
    title: str
    teacher: str
    clock: str
    zone: str
    live: bool
    over: bool
    drill: bool
    number: int
    mood: MoodView
    banners: tuple[Banner, ...]
    groups: tuple[Group, ...]
    switches: tuple[Switch, ...]
    calm: Act
    restore: Act
    end: Act
    timeline: tuple[Line, ...]


def lesson(
    state: LessonState,
    rows: Sequence[Row],
    capabilities: Capabilities,
    reader: Reader,
    *,
    title: str,
    teacher: str = "",
    may_end: bool = True,
) -> LessonView:
    """Draw the panel. `rows` are the newest rows of the log in any order; `title` names the class."""
    live = state.status is Status.LIVE
    return LessonView(
        id=state.lesson,
        title=shown(title or state.title, 60) or reader.words("(untitled class)"),
        teacher=shown(teacher),
        clock=clock(reader.now, reader.zone, seconds=False),
        zone=reader.zone.key,
        live=live,
        over=state.status is Status.ENDED,
        drill=state.drill,
        number=max((r.number for r in rows), default=0),
        mood=mood_view(state, rows, reader),
        banners=(*_banners(state, reader), *_by_hand(state, capabilities, reader)),
        groups=groups(state, capabilities, reader),
        switches=switches(state, capabilities, reader),
        calm=act(reader, capabilities, Button.CALM, live=live),
        restore=_restore(state, capabilities, reader),
        end=_end(capabilities, reader, live=live, may_end=may_end),
        timeline=timeline(state, rows, capabilities, reader),
    )


# --- the word ---------------------------------------------------------------------------------------------------------


def mood_view(state: LessonState, rows: Sequence[Row], reader: Reader) -> MoodView:
    """The state in a word, with the newest reason and the figures behind it."""
    now = mood(state)
    since = _since(state, rows, now)
    return MoodView(
        key=now.value,
        word=reader.words.word("mood", now),
        why=_why(state, now, reader),
        counts=_counts(state, now, reader),
        since=reader.words("since {time}", time=reader.time(since)) if since else "",
    )


def _since(state: LessonState, rows: Sequence[Row], now: Mood) -> float | None:
    if now is Mood.BLIND:
        return max((r.at for r in rows if r.kind == "sight.lost"), default=None)
    if now is Mood.ATTACK:
        return min((at for at, _ in state.hostile if at > state.now - REMEMBER_SETTLED), default=None)
    return None


def _why(state: LessonState, now: Mood, reader: Reader) -> Markup:
    """The newest reason for alarm. Why nothing can be seen is told by the banner."""
    worst = max(_attempts(state), key=lambda s: (s.severity, s.at), default=None)
    if worst is None or now in (Mood.CALM, Mood.BLIND):
        return Markup()
    name = worst.action.target.name if worst.action.target else ""
    return reason({"reason": worst.reason, "rule": worst.rule, "params": (("name", name),)}, reader)


def _attempts(state: LessonState) -> tuple[Standing, ...]:
    """What rules answered to in the last two minutes. What people pressed is no attempt of anybody's."""
    fresh = (s for s in state.intents.values() if s.at > state.now - REMEMBER_SETTLED)
    return tuple(s for s in fresh if s.action.target and s.severity >= Severity.MEDIUM and not s.by)


def _counts(state: LessonState, now: Mood, reader: Reader) -> str:
    words = reader.words
    strangers, attempts = len(state.strangers()) if judged(state) else 0, len(_attempts(state))
    known = []
    if strangers:
        known.append(words.many("{count} stranger", "{count} strangers", strangers))
    if attempts and now is Mood.ATTACK:
        known.append(words.many("{count} attempt", "{count} attempts", attempts))
    if not known and now is Mood.CALM and judged(state) and state.inside:
        known.append(words("Everybody here is on the class list."))
    return " · ".join(known)


# --- what comes first, and the way back -------------------------------------------------------------------------------


def _banners(state: LessonState, reader: Reader) -> list[Banner]:
    words, found = reader.words, []
    if state.status is Status.ENDED:
        text = words("What happened stays in the record for school IT.")
        found.append(Banner(key="ended", title=words("This lesson is over."), text=text))
    if state.status is Status.SCHEDULED:
        text = words("The panel wakes up when somebody comes in.")
        found.append(Banner(key="scheduled", title=words("This lesson has not started."), text=text))
    if state.blind:
        text = words("Please look at the class yourself. The buttons still work: press one if you need it.")
        title = words("I cannot see the class: {why}", why=blindness(state.blind, reader))
        found.append(Banner(key="blind", title=title, text=text))
    if not state.roster:
        text = words("Nobody is judged or held. Ask school IT to load the class list.")
        found.append(Banner(key="no_roster", title=words("There is no class list."), text=text))
    elif state.roster_shrunk:
        text = words("Nobody is judged by it. Ask school IT to check it.")
        found.append(
            Banner(key="roster_shrunk", title=words("The class list suddenly became much shorter."), text=text)
        )
    return found


HAND_STEPS = 3  # shown on top at once; all of them stand in the timeline
HAND_SECONDS = 300.0  # after which a step that nothing can ever confirm leaves the top


def _by_hand(state: LessonState, capabilities: Capabilities, reader: Reader) -> list[Banner]:
    """What the teacher has to do in his own client, the newest first, until an event shows that it has happened."""
    if state.status is not Status.LIVE:
        return []
    newest: dict[object, Standing] = {}
    for step in state.intents.values():  # a later wish about the same switch takes the place of an earlier one
        sets = SETS.get(step.action.kind)
        newest[sets[0] if sets else step.action.key] = step
    steps = [s for s in newest.values() if s.status is OutcomeKind.MANUAL and _still_asked(state, s, capabilities)]
    return [_hand_step(s, capabilities, reader) for s in reversed(steps[-HAND_STEPS:])]


def _still_asked(state: LessonState, step: Standing, capabilities: Capabilities) -> bool:
    proves = capabilities[step.action.kind].confirm is not Confirm.NEVER
    return proves or step.at > state.now - HAND_SECONDS


def _hand_step(step: Standing, capabilities: Capabilities, reader: Reader) -> Banner:
    words, target = reader.words, step.action.target
    action = words.word("action", step.action.kind)
    title = words("line.target", action=action, name=reader.name(target.name)) if target else action
    text = words.of(capabilities[step.action.kind].instruction)
    return Banner(key="manual", title=f"{words('Do it by hand:')} {title}.", text=text)


def _end(capabilities: Capabilities, reader: Reader, *, live: bool, may_end: bool) -> Act:
    """A colleague who only helps is not offered what would be refused."""
    button = act(reader, capabilities, Button.END, live=live)
    return button if may_end else replace(button, enabled=False, note=reader.words("Only a teacher of this class may."))


def _restore(state: LessonState, capabilities: Capabilities, reader: Reader) -> Act:
    """Restore is offered while it would give something back."""
    button = act(reader, capabilities, Button.RESTORE, live=state.status is Status.LIVE)
    if not button.enabled or calmed(state):
        return button
    return replace(button, enabled=False, note=reader.words("Nothing to give back."))
