"""docs/scenarios.md: what a school on each platform would really get, as tables."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from adapters import REGISTRY
from app.replay.truth import QUIET
from scenarios.catalogue import SCENARIOS
from scenarios.play import KEPT_OUT, Played
from scenarios.poverty import Entry, poverty_of
from scenarios.script import Habits, Script
from scenarios.wire import CALL, EVENT

PAGE = Path(__file__).parent.parent / "docs" / "scenarios.md"

_HEAD = f"""# The golden scenarios

Fourteen lessons in which things go wrong, played on the practice classroom as it would be on each platform: with that
platform's controls, budgets and limits, and with only those facts that it would really tell. Written by
`make scenarios`; do not edit.

## How to read it
- **calm**: seconds from the first thing that pupils could hear, see or read of an intruder until {QUIET:.0f} s without
  any of it begin; where it began again later, the longest. Intruders keep trying. `none` = pupils noticed nothing,
  `never` = it did not end in the lesson.
- **in**: how many intruders were ever inside, if only for a blink. **longest**: the longest that one of them stayed.
- **acts**: how many things of theirs could be heard, seen or read. **disturbed**: for how long, in all.
- **touched**: pupils who had done nothing and were held, put out, muted or stopped one by one, or stood before the door
  for more than {KEPT_OUT:.0f} s.
- **presses**: of the teacher, and of the colleague where the story has one; admissions count. **by hand**: what she did
  in the platform's own client because the panel asked for it. **alerts**: how often the panel called people.
- All of this is read from the classroom itself, not from what Menshen believed.
- A condition that is **not met** stands there. Where a rule does not exist yet, the text says so.
"""

_ASSUMED = f"""## What is assumed
- The whole service runs: pipeline, rules, executor, clock, API and database. Only the network and the passing of time
  are made. Every platform takes {CALL:g} s for a control call and {EVENT:g} s to tell an event: no vendor publishes
  these, and the real ones will be slower.
- The teacher has the panel open. Disturbed for {Habits().presses:g} s she presses "calm", and again after
  {Habits().again:g} s if it goes on. What the panel asks to be done by hand she does {Habits().by_hand:g} s later. A
  pupil at the door whom she knows she lets in after {Habits().admits:g} s. In S2 and S8 she does nothing.
- The meeting was not hardened before class. Where a platform can admit only the school's own accounts, doing that keeps
  every stranger of these stories out; what remains then is S4 to S6, S10 and S12.
- Pupils are signed in where the platform can vouch for them: with the school's accounts, on Janus by personal links.
  Nobody enters a Janus room without a link, so there the intruders come by one that a pupil passed on.
- Presences have ids of their own. Platforms that give two devices of one account the same id are harder than this.
- What a vendor's documents leave open counts as not there.
"""

_REPEAT = """## How to repeat it
`make scenarios` plays all of it in about two minutes and writes this page; the same seed gives the same figures.
`python -m scenarios --platform tencent_meeting --scenario S1` prints one line; `--seed` draws other intruders. The
scripts are tables in `scenarios/`, the declared poverty of each platform is `scenarios/poverty.py`.
"""


def text(results: Sequence[Played], unfollowed: Sequence[Played] = ()) -> str:
    """The whole page. `unfollowed` are the same lessons with a teacher who follows no by-hand instruction."""
    parts = [_HEAD, *_glance(results), *_platforms(results), _ASSUMED, _REPEAT]
    parts += [section for id in SCENARIOS for section in _scenario(SCENARIOS[id](), results)]
    if unfollowed:
        parts += ["## If nobody follows the instructions", *_table(unfollowed, first="scenario")]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts if part)


def line(result: Played) -> str:
    """One lesson in one line, for the terminal."""
    cells = " | ".join(f"{name} {cell}" for name, cell in zip(_COLUMNS, _cells(result), strict=True))
    return f"{result.platform:16} {result.script:4} {cells}" + (
        f" | not met: {_unmet(result)}" if result.failed else ""
    )


def _glance(results: Sequence[Played]) -> Iterator[str]:
    platforms = list(dict.fromkeys(r.platform for r in results))
    yield "## At a glance"
    yield "calm / intruders in / pupils touched / presses; trials of the service: whether all came out as wanted.\n"
    rows = [
        "| | " + " | ".join(REGISTRY[p].title.en for p in platforms) + " |",
        "|---|" + "---|" * len(platforms),
    ]
    for id in SCENARIOS:
        script = SCENARIOS[id]()
        mine = {r.platform: r for r in results if r.script == id}
        rows.append(f"| [{id}](#{_anchor(script)}) {script.title} | " + " | ".join(
            _short(script, mine[p]) for p in platforms) + " |")  # fmt: skip
    yield "\n".join(rows)


def _short(script: Script, result: Played) -> str:
    if script.service:
        return "as wanted" if result.passed else f"{len(result.failed)} of {len(script.wanted)} not met"
    s = result.score
    return f"{_calm(result)} / {s.strangers_in} / {s.pupils()} / {s.presses}" + ("" if result.passed else " ·")


def _platforms(results: Sequence[Played]) -> Iterator[str]:
    yield "\n· = a condition of the scenario is not met; see below.\n\n## What each platform tells\n"
    rows = ["| platform | events | names | list shows | switches told | pupils prove themselves by | from |",
            "|---|---|---|---|---|---|---|"]  # fmt: skip
    for name in dict.fromkeys(r.platform for r in results):
        told = poverty_of(name)
        everything = len(told.tells) > 20
        events = "all" if everything else ", ".join(sorted(told.tells))
        proof = "personal link" if told.entry is Entry.LINK else "account"
        cells = (
            REGISTRY[name].title.en, events, "yes" if told.names else "no",
            ", ".join(sorted(told.lists)) or "who is inside",
            "all" if len(told.switches) == 8 else ", ".join(sorted(told.switches)) or "none", proof, told.source,
        )  # fmt: skip
        rows.append("| " + " | ".join(cells) + " |")
    yield "\n".join(rows)


def _scenario(script: Script, results: Sequence[Played]) -> Iterator[str]:
    yield f"## {script.id} {script.title}"
    yield script.about
    preset = script.policy["preset"]
    wanted = "; ".join(w.text for w in script.wanted)
    yield f"\nPolicy `{preset}`. Wanted: {wanted}." + (f" {script.later}" if script.later else "") + "\n"
    yield from _table([r for r in results if r.script == script.id], first="platform")


_COLUMNS = ("calm", "in", "longest", "acts", "disturbed", "touched", "presses", "by hand", "alerts")


def _table(results: Iterable[Played], *, first: str) -> Iterator[str]:
    rows = [f"| {first} | " + " | ".join(_COLUMNS) + " | not met |", "|---|" + "---|" * (len(_COLUMNS) + 1)]
    for r in results:
        title = REGISTRY[r.platform].title.en
        name = title if first == "platform" else f"{r.script}, {title}"
        rows.append(f"| {name} | " + " | ".join(_cells(r)) + f" | {_unmet(r)} |")
    yield "\n".join(rows)


def _cells(result: Played) -> tuple[str, ...]:
    s = result.score
    return (
        _calm(result), str(s.strangers_in), _seconds(s.longest_stay), str(s.acts), _seconds(s.disturbed),
        str(s.pupils()), str(s.presses), str(s.by_hand), str(s.alerts),
    )  # fmt: skip


def _unmet(result: Played) -> str:
    return "; ".join(result.failed)


def _calm(result: Played) -> str:
    calm = result.score.calm
    if result.score.first is None:
        return "none"
    return "never" if calm is None else _seconds(calm)


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if 0 < value < 10 else f"{value:.0f} s"


def _anchor(script: Script) -> str:
    return f"{script.id} {script.title}".lower().replace("'", "").replace(" ", "-")
