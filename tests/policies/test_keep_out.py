"""keep_out: whom a measure sent out stays out; nobody else does."""

from dataclasses import replace

import pytest

from app.domain.actions import ActionKind, Decision, OutcomeKind, Severity
from app.domain.events import Event
from app.domain.people import Participant, Roster
from app.domain.state import LessonState, note
from tests.builders import (
    LATER,
    MINUTE,
    START,
    Rehearsal,
    fold,
    in_full,
    in_short,
    joined,
    left,
    lesson,
    named,
    only,
    polled,
    pressed,
    pupil,
    settled,
    standing,
    stranger,
    teacher,
    waits,
)

SCHOOL, OUTSIDE = "192.0.2.1", "198.51.100.7"
RAIDER = replace(stranger(1), account="guest-1", address="device-1", network=OUTSIDE)
ROOM = lesson(pupils=9, inside=[teacher(), replace(pupil(1), network=SCHOOL)])


def sent_out(*people: Participant, at: float = LATER, room: LessonState = ROOM, **more: object) -> LessonState:
    """The room after each of them came and was held."""
    for n, who in enumerate(people):
        room = fold(room, joined(who, at - 1))
        room = note(room, standing(ActionKind.HOLD, who, at=at, id=f"s{n}-{at}", status=OutcomeKind.CONFIRMED, **more))
        room = fold(room, left(who, at + 0.5))
    return room


def back(account: str = "", address: str = "", network: str = "") -> Participant:
    """Somebody under a new id and a new name, who has this in common with the raider."""
    return Participant(id="b1", name="换个名字", account=account, address=address, network=network)


@pytest.mark.parametrize(
    ("newcomer", "after", "expected"),
    [
        # one sure sign
        (back(account="guest-1"), 600.0, True),
        (back(address="device-1"), 600.0, True),
        (replace(RAIDER, account="", address="", network="", name="x"), 600.0, True),  # the same presence
        # one weak sign is none
        (replace(back(), name=RAIDER.name), 600.0, False),
        (back(network=OUTSIDE), 600.0, False),
        (back(), 10.0, False),
        (back(network=SCHOOL), 10.0, False),
        # two are enough
        (replace(back(network=OUTSIDE), name=RAIDER.name), 600.0, True),
        (replace(back(), name=f" {RAIDER.name.upper()}\u200b"), 10.0, True),
        (back(network=OUTSIDE), 30.0, True),
        (back(network=OUTSIDE), 30.1, False),
        (back(network=OUTSIDE), 3.0, True),
        (back(network=OUTSIDE), 2.9, False),  # nobody is back as soon as that
        # who belongs
        (replace(pupil(2), network=OUTSIDE, name=RAIDER.name), 10.0, False),
        (replace(pupil(2), address="device-1"), 10.0, False),  # a family's tablet, and the account is hers
    ],
)
def test_by_what_somebody_is_known_again(newcomer: Participant, after: float, expected: bool) -> None:
    world = Rehearsal(only("keep_out", door="never"), sent_out(RAIDER))
    decided = world.tell(joined(newcomer, LATER + after))
    assert in_short(decided) == ((f"hold {newcomer.id}",) if expected else ())
    assert [(d.reason, d.severity) for d in decided] == [("came_back", Severity.HIGH)] * expected


def test_a_kind_of_device_that_others_have_too_tells_nothing() -> None:
    room = fold(sent_out(RAIDER), joined(replace(pupil(3), address="device-1"), LATER + 1))
    assert Rehearsal(only("keep_out"), room).tell(joined(back(address="device-1"), LATER + 90)) == ()
    short = sent_out(replace(RAIDER, address="1"))
    assert Rehearsal(only("keep_out"), short).tell(joined(back(address="1"), LATER + 90)) == ()


def test_a_network_that_pupils_are_on_is_the_schools() -> None:
    room = sent_out(replace(RAIDER, network=SCHOOL))
    assert Rehearsal(only("keep_out"), room).tell(joined(back(network=SCHOOL), LATER + 10)) == ()


def test_while_the_class_comes_in_only_sure_signs_count() -> None:
    room = sent_out(RAIDER, at=START + 60, room=replace(ROOM, now=START + 50))
    weak, sure = replace(back(network=OUTSIDE), name=RAIDER.name), back(account="guest-1")
    assert Rehearsal(only("keep_out"), room).tell(joined(weak, START + 70)) == ()
    assert "hold b1" in in_short(Rehearsal(only("keep_out"), room).tell(joined(sure, START + 70)))


def test_who_came_before_the_other_was_sent_out_is_somebody_else() -> None:
    room = sent_out(RAIDER, room=fold(ROOM, joined(back(account="guest-1"), LATER - 9)))
    assert Rehearsal(only("keep_out"), room).tell(polled(_inside(room), at=LATER + 5)) == ()


def _inside(room: LessonState) -> list[Participant]:
    return [p.participant for p in room.inside.values()]


def test_a_return_that_only_the_list_shows_is_seen_and_asked_once() -> None:
    world = Rehearsal(only("keep_out", door="never"), sent_out(RAIDER))
    people = [*_inside(world.state), back(account="guest-1")]
    assert in_short(world.tell(polled(people, at=LATER + 20))) == ("hold b1",)
    world.settle(OutcomeKind.UNCONFIRMED, LATER + 22)
    assert world.tell(polled(people, at=LATER + 24)) == ()


# --- the second time --------------------------------------------------------------------------------------------------


def twice(**more: str) -> Rehearsal:
    """He was held, came back as `b1` and was held again."""
    world = Rehearsal(only("keep_out", door="never"), sent_out(RAIDER))
    world.tell(joined(back(account="guest-1", **more), LATER + 10))
    world.settle(at=LATER + 10.2)
    world.tell(left(back(), LATER + 10.5))
    return world


def test_the_second_return_is_a_ban_where_two_facts_speak_for_it_and_it_ends() -> None:
    (ban,) = twice().tell(joined(replace(back(account="guest-1", network=OUTSIDE), id="b2"), LATER + 20))
    assert (ban.action.kind, ban.reason, ban.expires_after) == (ActionKind.BAN, "came_back_again", 3600.0)
    assert ban.facts >= 2


def test_who_comes_back_under_a_name_of_the_list_waits_at_the_most() -> None:
    """It may be the pupil himself, whose name the raider had borrowed before."""
    pupil_again = replace(back(account="guest-1", network=OUTSIDE), id="b2", name=named(2).name)
    assert in_short(twice().tell(joined(pupil_again, LATER + 20))) == ("hold b2",)


def test_on_one_fact_it_is_a_hold_again() -> None:
    late = joined(Participant(id="b2", name="又一个", account="guest-1"), LATER + 400)
    assert in_short(twice().tell(late)) == ("hold b2",)
    off = Rehearsal(only("keep_out", door="never", ban=False), twice().state)
    again = joined(replace(back(account="guest-1", network=OUTSIDE), id="b2"), LATER + 20)
    assert in_short(off.tell(again)) == ("hold b2",)


def test_a_hold_that_did_not_help_and_the_kick_after_it_are_one_stay() -> None:
    room = note(sent_out(RAIDER), standing(ActionKind.KICK, RAIDER, at=LATER + 6, id="k", status=OutcomeKind.CONFIRMED))
    back_again = joined(replace(RAIDER, name="x"), LATER + 20)
    assert in_short(Rehearsal(only("keep_out", door="never"), room).tell(back_again)) == ("hold x1",)


def test_how_loud_a_return_is() -> None:
    sure = back(account="guest-1", network=OUTSIDE)
    weak = back(network=OUTSIDE)
    told = {
        "sure": Rehearsal(only("keep_out", door="return"), sent_out(RAIDER)).tell(joined(sure, LATER + 90)),
        "weak": Rehearsal(only("keep_out", door="return"), sent_out(RAIDER)).tell(joined(weak, LATER + 9)),
        "again": twice().tell(joined(replace(sure, id="b2"), LATER + 20)),
    }
    opens = "open_waiting_room for keep_out/door_holds: info, panic, 600 s, only"
    assert in_full(told["sure"]) == ("hold b1 for keep_out/came_back: high, guard, 3 facts", opens)
    assert in_full(told["weak"]) == ("hold b1 for keep_out/came_back: high, guard, 2 facts", opens)
    assert in_full(told["again"]) == ("ban b2 for keep_out/came_back_again: high, guard, 4 facts, 3600 s",)


def test_who_comes_back_for_the_second_time_makes_the_door_revolve() -> None:
    world = Rehearsal(only("keep_out", door="return", ban=False), twice().state)
    made = world.tell(joined(replace(back(account="guest-1"), id="b2"), LATER + 400))
    assert in_full(made) == (
        "hold b2 for keep_out/came_back: high, guard, 3 facts",
        "open_waiting_room for keep_out/door_revolves: high, panic, 600 s",
    )


def test_a_link_is_a_sure_sign_and_comes_before_nobody_was_sent_out() -> None:
    room = sent_out(replace(RAIDER, account="", address="", network="", link="link-9"))
    linked = Participant(id="b1", name="换个名字", link="link-9")
    assert "hold b1" in in_short(Rehearsal(only("keep_out"), room).tell(joined(linked, LATER + 600)))
    other = replace(linked, link="link-8")
    assert in_short(Rehearsal(only("keep_out"), room).tell(joined(other, LATER + 600))) == ()
    assert in_short(Rehearsal(only("keep_out"), room).tell(joined(linked, LATER))) == ()  # in that very moment


# --- forgiven ---------------------------------------------------------------------------------------------------------


def test_who_was_let_in_by_a_human_is_never_kept_out_again() -> None:
    room = fold(sent_out(RAIDER), waits(RAIDER, LATER + 1))
    world = Rehearsal(only("keep_out"), room)
    world.tell(pressed("admit", RAIDER, LATER + 5), joined(RAIDER, LATER + 6))
    assert world.against_pupils() == []
    world.tell(left(RAIDER, LATER + 60), joined(replace(RAIDER, id="x1-again"), LATER + 70))
    assert world.against_pupils() == []


def test_who_was_sent_out_wrongly_and_is_on_the_list_after_all_comes_in() -> None:
    room = sent_out(named(2))
    for who in (pupil(2), replace(pupil(2), id="n2")):
        assert Rehearsal(only("keep_out"), room).tell(joined(who, LATER + 10)) == ()


# --- the door ---------------------------------------------------------------------------------------------------------


def removed(
    who: Participant, at: float = LATER, outcome: OutcomeKind = OutcomeKind.CONFIRMED, **settings: object
) -> tuple[Decision, ...]:
    """What follows when the platform has taken a hold."""
    world = Rehearsal(only("keep_out", **settings), fold(replace(ROOM, now=START + 5), joined(who, at - 1)))
    asked = standing(ActionKind.HOLD, who, at=at)
    world.state = note(world.state, asked)
    return tuple(d for d in world.tell(settled(asked, outcome, at + 0.1)) if d.rule == "keep_out")


def test_behind_the_first_stranger_the_waiting_room_opens_for_a_while() -> None:
    (door,) = removed(stranger(1))
    assert (door.action.kind, door.only, door.expires_after) == (ActionKind.OPEN_WAITING_ROOM, True, 600.0)
    assert in_short(removed(named(1))) == ("open_waiting_room",)  # pupil 1 is inside: it was somebody else


@pytest.mark.parametrize(
    ("who", "at", "outcome", "settings"),
    [
        (named(2), LATER, OutcomeKind.CONFIRMED, {}),  # perhaps she is who she says
        (pupil(2), LATER, OutcomeKind.CONFIRMED, {}),
        (stranger(1), LATER, OutcomeKind.UNCONFIRMED, {}),
        (stranger(1), START + 3 * MINUTE - 1, OutcomeKind.CONFIRMED, {}),
        (stranger(1), LATER, OutcomeKind.CONFIRMED, {"door": "return"}),
        (stranger(1), LATER, OutcomeKind.CONFIRMED, {"door": "never"}),
    ],
)
def test_behind_others_it_does_not(
    who: Participant, at: float, outcome: OutcomeKind, settings: dict[str, object]
) -> None:
    assert removed(who, at, outcome, **settings) == ()


def test_after_the_first_minutes_it_does() -> None:
    assert in_short(removed(stranger(1), START + 3 * MINUTE)) == ("open_waiting_room",)


def removed_early(strangers: int, room: LessonState = ROOM) -> tuple[str, ...]:
    """What follows the last of so many holds, while the class is coming in."""
    world = Rehearsal(only("keep_out"), replace(room, now=START + 5))
    for n in range(1, strangers + 1):
        at = START + MINUTE + n
        world.tell(joined(stranger(n), at))
        world.state = note(world.state, standing(ActionKind.HOLD, stranger(n), at=at, id=f"s{n}"))
        world.tell(settled(world.state.intents[f"s{n}"], OutcomeKind.CONFIRMED, at + 0.5), left(stranger(n), at + 0.6))
    return in_short(d for d in world.made if d.rule == "keep_out")


def test_while_the_class_comes_in_one_stranger_is_an_odd_name_and_three_are_a_raid() -> None:
    assert removed_early(2) == ()
    assert removed_early(3) == ("open_waiting_room",)


def test_while_nobody_leads_one_is_enough_also_in_the_first_minutes() -> None:
    assert removed_early(1, lesson(pupils=9, inside=[pupil(1)])) == ("open_waiting_room",)
    assert removed_early(1, fold(ROOM, left(teacher(), START + 30))) == ("open_waiting_room",)


def test_a_door_that_does_not_hold_is_closed_whatever_that_takes() -> None:
    room = sent_out(RAIDER, replace(stranger(2), account="guest-2"))
    world = Rehearsal(only("keep_out", door="return"), room)
    first = world.tell(joined(back(account="guest-1"), LATER + 10))
    assert [(d.action.kind, d.only) for d in first[1:]] == [(ActionKind.OPEN_WAITING_ROOM, True)]
    world.settle(OutcomeKind.UNSUPPORTED, LATER + 10.1)
    second = world.tell(joined(replace(back(account="guest-2"), id="b2"), LATER + 20))
    assert [(d.action.kind, d.reason) for d in second[1:]] == [(ActionKind.LOCK, "door_revolves")]
    assert second[1].expires_after == 600.0


def test_further_returns_keep_the_door_closed_for_longer() -> None:
    world = Rehearsal(only("keep_out", door="return"), sent_out(RAIDER))
    world.tell(joined(back(account="guest-1"), LATER + 10))
    world.settle(at=LATER + 11)
    (until,) = [s.until for s in world.state.intents.values() if s.action.kind is ActionKind.OPEN_WAITING_ROOM]
    assert until == LATER + 610
    assert "open_waiting_room" not in in_short(
        world.tell(joined(replace(back(account="guest-1"), id="b2"), LATER + 40))
    )
    later = in_short(world.tell(joined(replace(back(account="guest-1"), id="b3"), LATER + 200)))
    assert "open_waiting_room" in later
    assert max(s.until or 0 for s in world.state.intents.values()) >= LATER + 800


# --- without a list ---------------------------------------------------------------------------------------------------


def test_without_a_list_whom_a_human_sent_out_is_told_of_and_nothing_else() -> None:
    empty = replace(ROOM, roster=Roster())
    by_hand, by_rule = (sent_out(RAIDER, room=empty, by=by) for by in ("u1", ""))
    event: Event = joined(back(account="guest-1"), LATER + 10)
    assert in_full(Rehearsal(only("keep_out"), by_hand).tell(event)) == (
        "alert b1 for keep_out/came_back: medium, guard",
    )
    assert Rehearsal(only("keep_out"), by_rule).tell(event) == ()
