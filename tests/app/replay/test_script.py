"""A script: whole groups and repetitions in a line, in the order of time; what does not fit is refused."""

import json
from typing import Any

import pytest

from app.domain import events as ev
from app.domain.errors import Invalid
from app.domain.people import Role, Trust, match
from app.replay.play import Attempt
from app.replay.script import START, Script, of_file

GROUPS: dict[str, Any] = {
    "t": {"kind": "staff", "names": ["李老师"]},
    "p": {"count": 4, "language": "vi", "forms": ["plain", "accentless"]},
    "d": {"count": 2, "like": "p", "forms": ["device"]},
    "x": {"count": 3, "kind": "intruder", "like": "p"},
}


def script(*lines: dict[str, Any], **more: Any) -> Script:
    told = {"menshen": "script", "version": 1, "title": "a lesson", "groups": GROUPS, **more}
    return of_file(json.dumps(line).encode() + b"\n" for line in (told, *lines))


def tried(*lines: dict[str, Any], **more: Any) -> list[Attempt]:
    return list(script(*lines, **more).attempts)


def who(attempts: list[Attempt]) -> list[str]:
    return [a.event.participant.id for a in attempts if isinstance(a.event, ev.PersonEvent)]


def joined(at: float, who: str, **more: Any) -> dict[str, Any]:
    return {"at": at, "kind": "participant.joined", "who": who, **more}


def test_groups_are_people_of_the_class_or_not() -> None:
    made = script()
    assert [e.staff for e in made.course.roster.entries] == [True, False, False, False, False]
    assert set(made.belong or ()) == {"t", "p1", "p2", "p3", "p4", "d1", "d2"}
    assert set(made.hostile or ()) == {"x1", "x2", "x3"}


def test_second_devices_are_known_by_account_and_copied_names_by_nothing() -> None:
    people = {
        a.event.participant.id: a.event.participant
        for a in tried(joined(0, "t,p,d,x"))
        if isinstance(a.event, ev.PersonEvent)
    }
    roster = script().course.roster
    assert people["t"].role is Role.HOST
    assert [match(roster, people[k]).entry for k in ("p1", "d1", "d2")] == ["e-p1", "e-p1", "e-p2"]
    assert match(roster, people["x1"]).trust is Trust.CLAIMED
    assert people["p2"].name.isascii()
    assert people["d1"].name == "HUAWEI P40"


def test_a_group_that_an_insider_belongs_to_is_hostile_by_name() -> None:
    made = script(hostile=["p2"])
    assert "p2" in (made.hostile or ())
    assert "p2" not in (made.belong or ())


def test_a_line_speaks_of_many_and_spreads_them() -> None:
    found = tried(joined(10, "p1-3,x2", over=8))
    assert sorted(who(found)) == ["p1", "p2", "p3", "x2"]
    times = [a.at - START for a in found]
    assert times == sorted(times)
    assert all(10 <= at < 18 for at in times)
    assert len({*times}) == 4


def test_a_line_is_repeated_and_ends_by_itself() -> None:
    found = tried({"at": 0, "kind": "audio.unmuted", "who": "p1", "every": 10, "until": 25, "lasts": 4})
    assert [(a.at - START, a.event.kind) for a in found] == [
        (0, "audio.unmuted"), (4, "audio.muted"), (10, "audio.unmuted"), (14, "audio.muted"), (20, "audio.unmuted"),
        (24, "audio.muted"),
    ]  # fmt: skip


def test_lines_that_overlap_come_out_in_the_order_of_time() -> None:
    found = tried(joined(0, "p", every=20, until=60), joined(5, "x1"), joined(50, "x2"))
    assert [a.at for a in found] == sorted(a.at for a in found)
    assert who(found).index("x1") == 4


def test_texts_go_by_turn() -> None:
    found = tried({"at": 0, "kind": "chat.posted", "who": "p1-2", "text": ["a", "b", "c"], "every": 1, "until": 1})
    assert [a.event.text for a in found if isinstance(a.event, ev.ChatPosted)] == ["a", "b", "c", "a"]


def test_somebody_does_something_after_he_was_moved_out() -> None:
    found = tried(joined(5, "p2-4", after="x", over=9), joined(0, "x"))
    assert [(a.after, a.event.participant.id) for a in found if a.after and isinstance(a.event, ev.PersonEvent)] == [
        ("x1", "p2"), ("x2", "p3"), ("x3", "p4"),
    ]  # fmt: skip
    assert [5 <= a.at < 14 for a in found if a.after] == [True] * 3


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (joined(0, "nobody"), "nobody"),
        (joined(0, "p3-9"), "p5"),
        (joined(-5, "p1"), "out of order"),
        (joined(0, "p1", every=1), "until when"),
        (joined(0, "p1", every=0, until=3), "every"),
        (joined(0, "p", every=0.001, until=3000), "more than"),
        (joined(0, "p1-2", after="x"), "as many"),
        (joined(0, "p1", whom="x"), "unknown field"),
        ({"at": 0, "kind": "chat.posted", "who": "p1", "lasts": 3}, "no opposite"),
        ({"at": 0, "kind": "participant.flew", "who": "p1"}, "participant.flew"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_line_that_does_not_fit_is_refused_with_its_number(line: dict[str, Any], problem: str) -> None:
    with pytest.raises(Invalid) as e:
        tried(joined(0, "t"), line)
    (where, what), *_ = e.value.problems
    assert where == "line 3"
    assert problem in what


@pytest.mark.parametrize(
    ("groups", "problem"),
    [
        ({"p": {"count": -1}}, "count"),
        ({"p": {"kind": "friend"}}, "kind"),
        ({"p": {"like": "q"}}, "is no group"),
        ({"p": {"like": "p"}}, "is no group"),
        ({"p": {"colour": "red"}}, "unknown field"),
    ],
)
def test_a_group_that_cannot_be_is_refused(groups: dict[str, Any], problem: str) -> None:
    with pytest.raises(Invalid) as e:
        script(groups=groups)
    (where, what), *_ = e.value.problems
    assert where == "line 1"
    assert problem in what
