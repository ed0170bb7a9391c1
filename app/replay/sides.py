"""A lesson twice, side by side: as it was, and as it would have been under a policy."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from app.replay import script as scripts
from app.replay.again import Again, again
from app.replay.play import play
from app.replay.recording import Recording
from app.replay.report import Report, figures, only, report, suspects
from app.replay.script import Script
from app.replay.trace import Done, Trace, traced
from policies.base import Policy

Opened = Callable[[], AbstractContextManager[Recording]]  # each time from the beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """`again` None = a script, which happened nowhere; `left` is then its own policy. `right` None = names or lists
    that everything rests on are erased, so that nothing can be said. `listed` = people on the list that judged.
    """

    title: str
    start: float
    again: Again | None
    left: Report | None
    right: Report | None
    listed: int = 0

    @property
    def there(self) -> tuple[Done, ...]:
        """What was done on the left only."""
        return only(self.left.done, self.right.done) if self.left and self.right else ()

    @property
    def here(self) -> tuple[Done, ...]:
        """What was done on the right only."""
        return only(self.right.done, self.left.done) if self.left and self.right else ()

    @property
    def names(self) -> Mapping[str, str]:
        """The names of everybody on either side."""
        return {**(self.left.names if self.left else {}), **(self.right.names if self.right else {})}


def of_recording(opened: Opened, policy: Policy | None = None) -> Sides:
    """A recorded lesson and the same under a policy, its own unless another is given. Raises Invalid."""
    with opened() as recording:
        proof = again(recording)
    with opened() as recording:
        trace = traced(recording.rows)
    left, right, script = _under(opened, policy, trace)
    if proof.forgotten:
        right = None
    listed = len(script.course.roster.entries)
    start = trace.start if trace.start is not None else script.start
    return Sides(title=script.title, start=start, again=proof, left=left, right=right, listed=listed)


def of_policies(opened: Opened, one: Policy, other: Policy) -> tuple[Report, Report] | None:
    """A recorded lesson under two policies; None = what it rests on is erased. Raises Invalid."""
    with opened() as recording:
        trace = traced(recording.rows)
    if trace.erased:
        return None
    _, before, _ = _under(opened, one, trace)
    _, after, _ = _under(opened, other, trace)
    return (before, after) if before and after else None


def _under(opened: Opened, policy: Policy | None, trace: Trace) -> tuple[Report, Report | None, Script]:
    """What happened, and what would have under a policy; the second is None where names or lists are erased."""
    with opened() as recording:
        script = scripts.of_recording(recording, policy)
        roster, start = script.course.roster, trace.start if trace.start is not None else script.start
        hostile = suspects(trace, roster)
        left = figures(trace, roster, hostile, over=trace.over)
        if trace.erased or any(not frame.private for frame in recording.frames.values()):
            return left, None, script
        played = play(script.attempts, script.course, script.card, terms=script.terms, keep_rows=False)
        return left, report(played, roster, start, hostile, end=max(trace.end, start)), script


def of_script(opened: Callable[[Policy | None], AbstractContextManager[Script]], policy: Policy | None = None) -> Sides:
    """A script under its own policy and under another; without another only the first. Raises Invalid."""
    with opened(None) as script:
        own = _played(script)
    other = None
    if policy is not None:
        with opened(policy) as script:
            other = _played(script)
    sides = (own, other) if other else (None, own)
    listed = len(script.course.roster.entries)
    return Sides(title=script.title, start=script.start, again=None, left=sides[0], right=sides[1], listed=listed)


def _played(script: Script) -> Report:
    played = play(script.attempts, script.course, script.card, terms=script.terms, keep_rows=False)
    return report(played, script.course.roster, script.start, script.hostile, belong=script.belong)
