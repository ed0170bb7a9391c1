"""What must not matter: how a platform names its presences, and in which order it delivers what happened together."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain import events as ev
from app.domain.people import Participant
from app.replay.play import Attempt, Played, play
from app.replay.script import Script, of_file
from app.store import codec
from tests.replay.corpus import CALM, RAIDS

LESSONS = (*CALM[::3], *RAIDS[::3])
SEED = 20261121


def opened(path: Path) -> tuple[Script, list[Attempt]]:
    with path.open("rb") as lines:
        script = of_file(lines)
        return script, list(script.attempts)


def run(script: Script, attempts: Sequence[Attempt]) -> Played:
    return play(attempts, script.course, script.card, terms=script.terms)


def decided(played: Played) -> list[tuple[Any, ...]]:
    """Every decision: when, by which rule, why, what, against whom."""
    found = []
    for row in played.rows:
        if row.kind == "intent":
            standing, observed = codec.intent_from(row.body, row.private)
            target = standing.action.target
            who = target.id if target else ""
            found.append((standing.at, standing.rule, standing.reason, standing.action.kind, who, observed))
    return found


def other(name: str) -> str:
    return f"conference/7f-{name}-zz" if name else ""


def renamed(attempt: Attempt) -> Attempt:
    event = attempt.event
    if isinstance(event, ev.PersonEvent):
        event = replace(event, participant=_as_other(event.participant))
    elif isinstance(event, ev.ButtonPressed):
        event = replace(event, participant=other(event.participant))
    elif isinstance(event, ev.RosterPolled):
        seen = event.attendance
        inside = tuple(replace(r, participant=_as_other(r.participant)) for r in seen.inside)
        waiting = None if seen.waiting is None else tuple(map(_as_other, seen.waiting))
        event = replace(event, attendance=replace(seen, inside=inside, waiting=waiting))
    return replace(attempt, event=event, after=other(attempt.after))


def _as_other(p: Participant) -> Participant:
    return replace(p, id=other(p.id))


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_how_presences_are_called_changes_nothing(path: Path) -> None:
    script, attempts = opened(path)
    mine = decided(run(script, attempts))
    theirs = decided(run(script, [renamed(a) for a in attempts]))
    assert [(*d[:4], other(d[4]), d[5]) for d in mine] == theirs
    assert script.raid <= bool(mine)  # in a raid something is decided


def shuffled(attempts: Sequence[Attempt], seed: int) -> list[Attempt]:
    """Deliveries of one second come in any order; what one person does stays in his order."""

    def place(numbered: tuple[int, Attempt]) -> tuple[int, float, int]:
        n, attempt = numbered
        event = attempt.event
        who = event.participant.id if isinstance(event, ev.PersonEvent) else event.kind
        second = int(attempt.at)
        return second, random.Random(f"{seed} {second} {who}").random(), n

    timed = [a for _, a in sorted(enumerate(a for a in attempts if not a.after), key=place)]
    latest, found = float("-inf"), [a for a in attempts if a.after]
    for attempt in timed:  # they arrive one after the other; each still tells when it happened
        latest = max(latest, attempt.at)
        found.append(replace(attempt, at=latest))
    return found


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_the_order_within_a_second_ends_in_the_same_switches(path: Path) -> None:
    script, attempts = opened(path)
    as_it_was = run(script, attempts).state.switches
    for seed in range(SEED, SEED + 3):
        assert run(script, shuffled(attempts, seed)).state.switches == as_it_was
