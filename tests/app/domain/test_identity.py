"""identity: a personal link proves who somebody is, until more people use it than one person has devices."""

from dataclasses import replace

import pytest

from app.domain.events import Event
from app.domain.people import Fact, Participant, Roster, RosterEntry, Trust
from app.domain.state import LessonState, rematch
from tests.builders import (
    LATER,
    Rehearsal,
    fold,
    in_short,
    joined,
    left,
    only,
    policy,
    polled,
    pressed,
    renamed,
    started,
    teacher,
    waits,
)

ROSTER = Roster(
    (
        RosterEntry(id="r1", name="学生1", accounts=("link-1", "account-1")),
        RosterEntry(id="r2", name="学生2", accounts=("link-2",)),
    )
)
ROOM = fold(LessonState(lesson="l1", roster=ROSTER), started(), joined(teacher(), LATER - 60))


def by_link(id: str, name: str = "学生1", link: str = "link-1") -> Participant:
    return Participant(id=id, name=name, link=link)


def trusts(state: LessonState) -> dict[str, Trust]:
    people = (*state.inside.values(), *state.waiting.values())
    return {p.participant.id: p.match.trust for p in people if not p.staff}


SURE, NAME, NOBODY = Trust.VERIFIED, Trust.CLAIMED, Trust.STRANGER


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["学生1", "学生1", "学生1"], [SURE, SURE, SURE]),  # two devices, and one that a broken line left behind
        (["学生1", "学生1", "学生1", "学生1"], [SURE, SURE, SURE, NAME]),
        (["学生1", "iPhone"], [SURE, SURE]),
        (["学生1", "iPhone", "user9"], [SURE, SURE, NOBODY]),
        (["学生1", "user8", "学生1"], [SURE, SURE, NAME]),
        (["学生1", "user8", "学生2"], [SURE, SURE, NAME]),
        (["", "", ""], [SURE, SURE, SURE]),  # this platform tells no names
        (["", "", "", ""], [SURE, SURE, SURE, NOBODY]),
    ],
)
def test_how_many_a_link_is_good_for(names: list[str], expected: list[Trust]) -> None:
    state = fold(ROOM, *(joined(by_link(f"p{n}", name)) for n, name in enumerate(names)))
    assert list(trusts(state).values()) == expected
    doubted = [p for p in state.inside.values() if Fact.LINK_SHARED in p.match.facts]
    assert len(doubted) == sum(t is not SURE for t in expected)


def passed_on() -> LessonState:
    """The owner, one who was quick, and one too many."""
    return fold(ROOM, *(joined(by_link(f"p{n}", name)) for n, name in enumerate(("学生1", "user8", "user9"))))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        # what was believed once stays so; the link proves nothing about whoever comes
        ([left(by_link("p0")), joined(by_link("p3"), LATER + 9)], {"p1": SURE, "p2": NOBODY, "p3": NAME}),
        ([waits(by_link("p3", "user7"))], {"p0": SURE, "p1": SURE, "p2": NOBODY, "p3": NOBODY}),
        ([renamed(by_link("p2"), "学生1", LATER + 1)], {"p0": SURE, "p1": SURE, "p2": NAME}),
        ([polled([teacher(), by_link("p0"), by_link("p1", "user8"), by_link("p2", "user9")], at=LATER + 5)],
         {"p0": SURE, "p1": SURE, "p2": NOBODY}),
        ([joined(by_link("p1", "user8"), LATER + 9), renamed(by_link("p0"), "学生1 (手机)", LATER + 9)],
         {"p0": SURE, "p1": SURE, "p2": NOBODY}),
        # another link, and what else proves who he is
        ([joined(by_link("p3", link="link-2"))], {"p0": SURE, "p1": SURE, "p2": NOBODY, "p3": SURE}),
        ([joined(replace(by_link("p3"), account="account-1"))], {"p0": SURE, "p1": SURE, "p2": NOBODY, "p3": SURE}),
    ],
)  # fmt: skip
def test_a_link_that_was_passed_on_proves_nothing_any_more(events: list[Event], expected: dict[str, Trust]) -> None:
    assert trusts(fold(passed_on(), *events)) == expected


def test_a_new_list_does_not_bring_the_proof_back() -> None:
    assert trusts(rematch(passed_on(), ROSTER, 2)) == trusts(passed_on())


def test_links_of_different_people_never_meet() -> None:
    many = Roster(tuple(RosterEntry(id=f"r{n}", name=f"学生{n}", accounts=(f"link-{n}",)) for n in range(200)))
    state = replace(ROOM, roster=many)
    state = fold(state, *(joined(Participant(id=f"p{n}", name=f"iPhone {n}", link=f"link-{n}")) for n in range(200)))
    assert set(trusts(state).values()) == {SURE}
    assert state.passed_on == frozenset()


def test_people_are_told_once_and_whoever_is_too_many_is_judged_like_everybody() -> None:
    world = Rehearsal(policy("seminar"), ROOM)
    for n, name in enumerate(("学生1", "user8", "user9", "user10")):
        world.tell(joined(by_link(f"p{n}", name), LATER + n))
    assert [d for d in in_short(world.made) if "hold" in d] == ["hold p2", "hold p3"]
    (alert,) = (d for d in world.made if d.reason == "link_shared")
    assert (alert.rule, alert.severity.name) == ("impostor", "HIGH")


def test_whom_the_teacher_lets_in_is_not_told_of_again() -> None:
    world = Rehearsal(only("impostor"), fold(passed_on(), pressed("admit", by_link("p2", "user9"), at=LATER + 1)))
    assert world.tell(renamed(by_link("p2"), "user11", LATER + 200)) == ()
