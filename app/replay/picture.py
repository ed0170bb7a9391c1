"""A lesson as a timeline in SVG: above what happened, below what would have happened under another policy.

Known people are an open area, unknown ones a hatched one, disturbances a hatched bar, decisions marks in a line for
each rule: shapes tell it as well as colours do. Drawn for a phone; text comes as words in the reader's language.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from app.replay.report import Crowd, Report
from app.replay.sides import Sides
from app.replay.trace import Done
from app.replay.truth import Span

WIDTH, LEFT, RIGHT = 330.0, 30.0, 8.0
AREA, BAR, LINE, HEAD, AXIS = 64.0, 9.0, 27.0, 24.0, 22.0  # heights: people, disturbances, a rule, a heading, times
SEEN = 5.0  # height of a single stranger, who must not vanish beside a large class
TICKS = 4
LEGEND = 17.0
# How it looks where no style sheet says it (`alone`): by day, and by night.
STYLE = """
svg{font:11px system-ui,"PingFang SC","Microsoft YaHei","Noto Sans SC","Segoe UI",sans-serif}
text,.ink{fill:#17202a}.quiet{fill:#53606c}.ground{fill:#fff}.rule,.axis{stroke:#8a96a2;fill:none}
.known{fill:#dfe7f0;stroke:#1a55a5}.unknown{stroke:#7a1a00}.bar{stroke:#b0221b}.hatch{stroke:#b0221b}.tick{stroke:#17202a}
@media(prefers-color-scheme:dark){text,.ink{fill:#e8edf2}.quiet{fill:#a5b1bd}.ground{fill:#11161b}
.known{fill:#1d2f47;stroke:#92beff}.unknown{stroke:#ffcbb5}.bar,.hatch{stroke:#ffa097}.tick{stroke:#e8edf2}}
""".replace("\n", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the picture says. `about` describes it for who cannot see it; `rule` gives a rule's name for people."""

    language: str
    title: str
    about: str
    happened: str
    replayed: str
    known: str
    unknown: str
    disturbed: str
    automatic: str
    by_person: str
    nobody: str
    rule: Callable[[str], str]


ENGLISH = Words(
    language="en", title="The lesson as a timeline",
    about="People inside, disturbances and decisions over the lesson: above as it happened, below replayed.",
    happened="What happened", replayed="Under {policy}", known="people the list knows", unknown="strangers",
    disturbed="disturbance", automatic="decision of a rule", by_person="pressed by a person",
    nobody="names are erased: nothing to draw", rule=str,
)  # fmt: skip


def draw(sides: Sides, words: Words, *, policy: str = "", alone: bool = True) -> str:
    """The picture. `alone` = as a file of its own, with its look in it; in a page the page's style sheet says that."""
    halves = ((words.happened, sides.left), (words.replayed.format(policy=policy), sides.right))
    drawn = [(head, side) for head, side in halves if side is not None or sides.again]
    reports = [side for _, side in drawn if side is not None]
    rules = sorted({d.rule for r in reports for d in r.done if not d.observed})
    scale = _Scale(reports)
    parts: list[str] = []
    top = 6.0
    for head, side in drawn:
        parts += _half(head, side, rules, scale, words, top)
        top += HEAD + (AREA + BAR + 8 + LINE * len(rules) + AXIS if side else LINE)
    parts += _legend(words, top)
    return "".join(_framed(parts, words, top + LEGEND * 5 + 6, alone=alone))


def _framed(parts: Iterable[str], words: Words, height: float, *, alone: bool) -> Iterator[str]:
    lang = quoteattr(words.language)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" role="img" lang={lang} '
        f'class="replay" font-size="11" aria-labelledby="replay-title replay-about">'
        f'<title id="replay-title">{_text(words.title)}</title><desc id="replay-about">{_text(words.about)}</desc>'
    )
    if alone:
        yield f'<style>{STYLE}</style><rect class="ground" width="{WIDTH:g}" height="{height:g}"/>'
    yield (
        '<defs><pattern id="replay-hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="hatch" d="M0 0V5" stroke-width="4"/></pattern></defs>'
    )
    yield from parts
    yield "</svg>"


class _Scale:
    """Seconds and people as places in the picture."""

    def __init__(self, reports: Sequence[Report]) -> None:
        crowd = [c for r in reports for c in r.crowd]
        self.most = max((max(c.known, c.unknown) for c in crowd), default=0) or 1
        self.first = min((c.at for c in crowd), default=0.0)
        self.first = min(0.0, self.first)
        self.last = max([r.end for r in reports] + [self.first + 1.0])

    def x(self, at: float) -> float:
        within = min(max(at, self.first), self.last)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (within - self.first) / (self.last - self.first), 1)

    def y(self, people: float, least: float = 0.0) -> float:
        """Nobody is on the ground; somebody is at least so high."""
        return round(AREA - (max(AREA * people / self.most, least) if people else 0.0), 1)


def _half(
    head: str, side: Report | None, rules: Sequence[str], scale: _Scale, words: Words, top: float
) -> Iterator[str]:
    yield f'<text x="0" y="{top + 13:g}" font-weight="600" font-size="13">{_text(head)}</text>'
    if side is None:
        yield f'<text class="quiet" x="0" y="{top + HEAD + 12:g}">{_text(words.nobody)}</text>'
        return
    yield f'<g transform="translate(0 {top + HEAD:g})">'
    yield from _people(side.crowd, scale)
    yield f'<g transform="translate(0 {AREA + 4:g})">'
    yield from _bars(side.spans, scale)
    yield f'</g><g transform="translate(0 {AREA + BAR + 8:g})">'
    for n, rule in enumerate(rules):
        yield from _line(words.rule(rule), [d for d in side.done if d.rule == rule and not d.observed], scale, n * LINE)
    yield from _times(scale, len(rules) * LINE)
    yield "</g></g>"


def _people(crowd: Sequence[Crowd], scale: _Scale) -> Iterator[str]:
    for count in (0, scale.most):
        y = scale.y(count)
        yield f'<path class="axis" d="M{LEFT:g} {y}H{WIDTH - RIGHT:g}" stroke-width=".5"/>'
        yield f'<text class="quiet" x="{LEFT - 5:g}" y="{y + 4:g}" text-anchor="end">{count}</text>'
    known = _steps([(c.at, c.known) for c in crowd], scale)
    unknown = _steps([(c.at, c.unknown) for c in crowd], scale, SEEN)
    yield f'<path class="known" fill="#dfe7f0" stroke="#1a55a5" d="{known}"/>'
    if any(c.unknown for c in crowd):
        yield f'<path class="unknown" fill="url(#replay-hatch)" stroke="#7a1a00" d="{unknown}"/>'


def _steps(points: Sequence[tuple[float, int]], scale: _Scale, least: float = 0.0) -> str:
    """A stepped area. Within one place of the picture the highest count is drawn, then the last."""
    ground = scale.y(0)
    path = [f"M{scale.x(scale.first)} {ground}"]
    at, highest, last = scale.x(scale.first), 0, 0
    for moment, count in points:
        x = scale.x(moment)
        if x != at:
            path.append(f"H{at}V{scale.y(highest, least)}V{scale.y(last, least)}")
            at, highest = x, last
        highest, last = max(highest, count), count
    path.append(f"H{at}V{scale.y(highest, least)}V{scale.y(last, least)}H{scale.x(scale.last)}V{ground}Z")
    return "".join(path)


def _bars(spans: Sequence[Span], scale: _Scale) -> Iterator[str]:
    drawn: list[tuple[float, float]] = []
    for span in spans:
        start = scale.x(span.start)
        end = max(scale.x(span.end), start + 2)
        if drawn and start <= drawn[-1][1] + 1:
            drawn[-1] = (drawn[-1][0], max(drawn[-1][1], end))
        else:
            drawn.append((start, end))
    for start, end in drawn:
        box = f'x="{start:g}" width="{end - start:g}" height="{BAR:g}"'
        yield f'<rect class="bar" {box} fill="url(#replay-hatch)" stroke="#b0221b"/>'


def _line(rule: str, done: Sequence[Done], scale: _Scale, top: float) -> Iterator[str]:
    """What a rule decided: a stroke for its own decision, a diamond where somebody pressed; each place once."""
    middle = top + 20
    yield f'<text class="quiet" x="{LEFT:g}" y="{top + 10:g}">{_text(rule)}</text>'
    yield f'<path class="rule" d="M{LEFT:g} {middle:g}H{WIDTH - RIGHT:g}" stroke-width=".5"/>'
    for x in sorted({round(scale.x(d.at)) for d in done if not d.by}):
        yield f'<path class="tick" stroke="#17202a" stroke-width="1.6" d="M{x} {middle - 6:g}v12"/>'
    for x in sorted({round(scale.x(d.at)) for d in done if d.by}):
        yield f'<path class="ink" d="M{x} {middle - 6:g}l5 6l-5 6l-5-6z"/>'


def _times(scale: _Scale, top: float) -> Iterator[str]:
    for n in range(TICKS + 1):
        at = scale.first + (scale.last - scale.first) * n / TICKS
        anchor = "start" if n == 0 else "end" if n == TICKS else "middle"
        yield f'<text class="quiet" x="{scale.x(at)}" y="{top + 13:g}" text-anchor="{anchor}">{_clock(at)}</text>'


def _clock(seconds: float) -> str:
    """Minutes and seconds from the start."""
    whole = round(abs(seconds))
    return f"{'-' if seconds < -0.5 else ''}{whole // 60}:{whole % 60:02}"


def _legend(words: Words, top: float) -> Iterator[str]:
    box = 'x="1" y="-9" width="14" height="10"'
    marks = (
        (f'<rect class="known" {box} fill="#dfe7f0" stroke="#1a55a5"/>', words.known),
        (f'<rect class="unknown" {box} fill="url(#replay-hatch)" stroke="#7a1a00"/>', words.unknown),
        ('<rect class="bar" x="1" y="-7" width="14" height="6" fill="url(#replay-hatch)" stroke="#b0221b"/>',
         words.disturbed),
        ('<path class="tick" stroke="#17202a" stroke-width="1.6" d="M8-10v12"/>', words.automatic),
        ('<path class="ink" d="M8-10l5 6l-5 6l-5-6z"/>', words.by_person),
    )  # fmt: skip
    for n, (mark, said) in enumerate(marks):
        y = top + 12 + n * LEGEND
        yield f'<g transform="translate(0 {y:g})">{mark}<text x="24" y="0">{_text(said)}</text></g>'


def _text(text: str) -> str:
    """Text as XML may hold it."""
    return escape("".join(c if c.isprintable() else "\ufffd" for c in text))
