"""emergency: one press calms the room, one press gives it back, exactly; and buttons answer to no switch (House 4)."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain.actions import ActionKind, Button, Lane, OutcomeKind
from app.domain.people import Participant
from app.domain.state import SETS, LessonState, Standing, note
from policies import RULES
from policies.base import Policy
from policies.documents import policy as from_document
from tests.builders import (
    LATER,
    MINUTE,
    START,
    Rehearsal,
    ended,
    fold,
    in_full,
    in_short,
    joined,
    lesson,
    only,
    policy,
    pressed,
    pupil,
    roster,
    settled,
    shares,
    standing,
    started,
    stranger,
    switched,
    teacher,
    ticked,
    unmuted,
)

ROOM = lesson(inside=[teacher(), pupil(1), stranger(1)], waiting=[stranger(2)])
CALM = ("mute_all", "forbid_unmute", "close_chat", "restrict_share", "open_waiting_room", "lock")


BUTTONS: list[tuple[str, Participant | None, tuple[str, ...]]] = [
    ("calm", None, CALM),
    ("restore", None, ()),
    ("mute_all", None, ("mute_all",)),
    ("allow_unmute", None, ("allow_unmute",)),
    ("close_chat", None, ("close_chat",)),
    ("open_chat", None, ("open_chat",)),
    ("stop_sharing", None, ("restrict_share",)),
    ("allow_share", None, ("allow_share",)),
    ("lock", None, ("lock",)),
    ("unlock", None, ("unlock",)),
    ("end", None, ("end",)),
    ("admit", stranger(2), ("admit x2",)),
    ("deny", stranger(2), ("deny x2",)),
    ("hold", pupil(1), ("hold p1",)),
    ("mute", pupil(1), ("mute p1",)),
    ("kick", pupil(1), ("kick p1",)),  # a human needs no second fact
    ("ban", stranger(1), ("ban x1",)),
    ("unban", stranger(9), ()),
    ("undo", None, ()),
    ("kick", teacher(), ()),  # a host is never a target
    ("kick", stranger(9), ()),  # nobody there by that id
]


@pytest.mark.parametrize(("button", "who", "expected"), BUTTONS)
def test_what_each_button_does(button: str, who: Participant | None, expected: tuple[str, ...]) -> None:
    decided = Rehearsal(only("emergency"), ROOM).tell(pressed(button, who))
    assert in_short(decided) == expected
    assert all((d.lane, d.by, d.rule) == (Lane.PANIC, "u1", "emergency") for d in decided)


def test_every_button_is_in_that_table() -> None:
    assert {button for button, _, _ in BUTTONS} == {b.value for b in Button}


@pytest.mark.parametrize(
    ("button", "who", "expected"),
    [
        ("kick", stranger(1), "kick x1 for emergency/button_kick: medium, panic, 2 facts, by u1"),
        ("ban", stranger(1), "ban x1 for emergency/button_ban: medium, panic, 2 facts, by u1"),
        ("hold", stranger(1), "hold x1 for emergency/button_hold: low, panic, 2 facts, by u1"),
        ("mute", stranger(1), "mute x1 for emergency/button_mute: low, panic, 2 facts, by u1"),
        ("admit", stranger(2), "admit x2 for emergency/button_admit: low, panic, 2 facts, by u1"),
        ("deny", stranger(2), "deny x2 for emergency/button_deny: low, panic, 2 facts, by u1"),
        ("lock", None, "lock for emergency/button_lock: low, panic, 2 facts, by u1"),
        ("stop_sharing", None, "restrict_share for emergency/button_stop_sharing: medium, panic, 2 facts, by u1"),
        ("end", None, "end for emergency/button_end: medium, panic, 2 facts, by u1"),
    ],
)
def test_a_press_goes_first_and_says_who_pressed(button: str, who: Participant | None, expected: str) -> None:
    assert in_full(Rehearsal(only("emergency"), ROOM).tell(pressed(button, who))) == (expected,)


def test_calm_is_loud_and_only_its_lock_ends_by_itself() -> None:
    quiet = "for emergency/button_calm: high, panic, 2 facts"
    world = Rehearsal(only("emergency", lock_minutes=7), ROOM)
    assert in_full(world.tell(pressed("calm"))) == (
        *(f"{kind} {quiet}, by u1" for kind in CALM[:-1]),
        f"lock {quiet}, 420 s, by u1",
    )


def test_a_button_that_takes_back_says_what() -> None:
    world = Rehearsal(only("emergency"), ROOM)
    world.tell(pressed("ban", stranger(1)), pressed("kick", stranger(1), LATER + 1))
    world.settle()
    out = world.tell(pressed("unban", stranger(1), at=LATER + 9))
    assert in_full(out) == ("unban x1 for emergency/button_unban: medium, panic, 2 facts, undoes l1.2, by u1",)


def test_only_a_ban_or_a_kick_of_this_person_is_taken_back_by_unban() -> None:
    for kind, who in ((ActionKind.HOLD, stranger(1)), (ActionKind.BAN, pupil(1)), (ActionKind.LOCK, None)):
        done = standing(kind, who, at=LATER - 99, status=OutcomeKind.CONFIRMED)
        assert Rehearsal(only("emergency"), note(ROOM, done)).tell(pressed("unban", stranger(1))) == ()


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (stranger(1), ("mute x1 for emergency/forbidden: medium, guard",)),
        (pupil(1), ("mute p1 for emergency/forbidden: low, guard",)),
        (teacher(), ()),
    ],
)
def test_a_microphone_that_is_open_although_it_is_forbidden_is_closed(
    who: Participant, expected: tuple[str, ...]
) -> None:
    room = lesson(inside=[teacher(), pupil(1), stranger(1)], before=[switched(LATER - 9, unmute_forbidden=True)])
    assert in_full(Rehearsal(only("emergency"), room).tell(unmuted(who, LATER))) == expected
    assert in_full(Rehearsal(only("emergency"), room).tell(unmuted(who, LATER - 9))) == expected  # in that moment
    assert Rehearsal(only("emergency"), room).tell(unmuted(who, LATER - 9.1)) == ()
    assert Rehearsal(only("emergency"), room).tell(shares(who, LATER)) == ()  # that is not forbidden


def test_calm_first_stops_every_share_that_is_not_a_hosts() -> None:
    world = Rehearsal(only("emergency"), ROOM)
    world.tell(shares(teacher()), shares(stranger(1)))
    assert in_short(world.tell(pressed("calm"))) == ("stop_share x1", *CALM)


def everything_off() -> Policy:
    return from_document({r.name: {"mode": "off"} for r in RULES})


def everything_observed() -> Policy:
    return from_document({r.name: {"mode": "observe"} for r in RULES})


@pytest.mark.parametrize("rules", [everything_off(), everything_observed(), policy(restraint={"per_minute": 1})])
def test_house_4_buttons_work_with_every_rule_off_in_observe_mode_and_past_any_budget(rules: Policy) -> None:
    state = ROOM
    for n in range(40):
        state = note(state, standing(ActionKind.HOLD, stranger(50 + n), at=LATER - 1, id=f"i{n}"))
    world = Rehearsal(rules, state)
    assert in_short(world.tell(pressed("calm"))) == CALM
    assert in_short(world.tell(pressed("kick", pupil(1)), pressed("ban", stranger(1)))) == ("kick p1", "ban x1")


def test_two_teachers_at_once_make_one_set_of_actions() -> None:
    """S11: calm twice by the teacher and once by a co-guard within 300 ms."""
    world = Rehearsal(only("emergency"), ROOM)
    first = world.tell(pressed("calm", at=LATER, key="a"))
    world.tell(switched(LATER + 0.1, chat_closed=True, locked=True))
    world.settle(OutcomeKind.CONFIRMED, LATER + 0.1)  # a fast platform
    again = world.tell(pressed("calm", at=LATER + 0.2, key="b"), pressed("calm", at=LATER + 0.3, by="u2", key="c"))
    assert (in_short(first), again) == (CALM, ())


def test_restore_takes_back_what_calm_has_only_asked_for_yet() -> None:
    world = Rehearsal(only("emergency"), ROOM)
    world.tell(pressed("calm"))
    world.tell(switched(LATER + 0.01, chat_closed=True))  # the platform has done one of five so far
    back = world.tell(pressed("restore", at=LATER + 0.02))
    assert set(in_short(back)) == {"open_chat", "allow_unmute", "allow_share", "close_waiting_room", "unlock"}


@pytest.mark.parametrize("outcome", [OutcomeKind.MANUAL, OutcomeKind.UNCONFIRMED])
def test_restore_gives_back_also_what_was_done_by_hand_or_never_showed(outcome: OutcomeKind) -> None:
    world = Rehearsal(only("emergency"), ROOM)
    world.tell(pressed("calm"))
    world.settle(outcome, LATER + 1)
    back = world.tell(pressed("restore", at=LATER + 60))
    assert set(in_short(back)) == {"open_chat", "allow_unmute", "allow_share", "close_waiting_room", "unlock"}
    world.settle(outcome, LATER + 61)
    assert world.tell(pressed("restore", at=LATER + 200, key="again")) == ()


def test_what_calm_forbade_is_kept_where_the_platform_has_no_switch() -> None:
    world = Rehearsal(only("emergency"), lesson(inside=[teacher(), pupil(1)]))
    world.tell(pressed("calm"), switched(LATER + 1, unmute_forbidden=True, share_restricted=True))
    world.settle()
    assert world.tell(unmuted(pupil(1), LATER + 0.5)) == ()  # told late: from before the press
    assert in_short(world.tell(unmuted(pupil(1), LATER + 2))) == ("mute p1",)
    assert in_short(world.tell(shares(pupil(1), LATER + 3))) == ("stop_share p1",)
    assert world.tell(unmuted(teacher(), LATER + 4), shares(teacher(), LATER + 5)) == ()


def test_a_ban_can_be_taken_back_when_he_is_long_gone_even_after_class() -> None:
    world = Rehearsal(only("emergency"), ROOM)
    world.tell(pressed("ban", stranger(1)))
    world.settle()
    world.tell(ended(LATER + 1))
    (unban,) = world.tell(pressed("unban", stranger(1), at=LATER + 900))
    assert (unban.action.kind, unban.action.target, unban.undo_of) == (ActionKind.UNBAN, stranger(1), "l1.1")


@pytest.mark.parametrize(
    ("kind", "back"),
    [("lock", "unlock"), ("hold x1", "admit x1"), ("close_chat", "open_chat"), ("ban x1", "unban x1"), ("kick x1", "")],
)
def test_undo_takes_one_measure_back_where_there_is_a_way(kind: str, back: str) -> None:
    verb, _, target = kind.partition(" ")
    done = standing(ActionKind(verb), stranger(1) if target else None, at=LATER - 99, status=OutcomeKind.CONFIRMED)
    world = Rehearsal(only("emergency"), note(lesson(waiting=[stranger(1)], locked=True, chat_closed=True), done))
    assert in_short(world.tell(pressed("undo", undo="i1"))) == ((back,) if back else ())


def test_the_lock_of_a_calmed_room_ends_by_itself_the_rest_stays() -> None:
    world = Rehearsal(only("emergency", lock_minutes=15), ROOM)
    world.tell(pressed("calm"))
    shown = {name: value for kind, (name, value) in SETS.items() if kind.value in CALM}
    world.tell(switched(LATER + 1, **shown))
    world.settle()
    assert world.tell(ticked(LATER + 15 * MINUTE - 0.1)) == ()
    assert in_short(world.tell(ticked(LATER + 15 * MINUTE))) == ("unlock",)


# --- calm and restore, exactly ----------------------------------------------------------------------------------------

BY_CALM = ("muted_all", "unmute_forbidden", "chat_closed", "share_restricted", "waiting_room", "locked")
FIVE = tuple(s for s in BY_CALM if s != "muted_all")  # nobody is unmuted by us
PANEL = {
    "chat_closed": "open_chat",
    "share_restricted": "allow_share",
    "unmute_forbidden": "allow_unmute",
    "locked": "unlock",
}


class CalmAndRestore(RuleBasedStateMachine):
    """Presses and edits in any order: the teacher's edits survive a restore, ours vanish, nothing else moves."""

    @initialize(begun=st.fixed_dictionaries({s: st.booleans() for s in BY_CALM}))
    def begin(self, begun: dict[str, bool]) -> None:
        self.at = LATER
        self.room = dict(begun)  # the truth at the platform
        self.ours: set[str] = set()  # what calm closed and nobody touched since
        self.world = Rehearsal(only("emergency"), lesson(inside=[teacher()], before=[switched(LATER - 9, **begun)]))

    def _later(self) -> float:
        self.at += 10.0
        return self.at

    @rule(event_first=st.booleans())
    def calm(self, event_first: bool) -> None:
        self.ours |= {s for s in FIVE if not self.room[s]}
        self._press("calm", event_first)
        assert all(self.room.values())

    @rule(event_first=st.booleans())
    def restore(self, event_first: bool) -> None:
        expected = {s: False if s in self.ours else v for s, v in self.room.items()}
        self._press("restore", event_first)
        assert self.room == expected
        self.ours = set()

    @rule(switch=st.sampled_from(BY_CALM), value=st.booleans())
    def the_teacher_edits_in_her_own_client(self, switch: str, value: bool) -> None:
        if self.room[switch] != value:
            self.room[switch] = value
            self.ours.discard(switch)
            self.world.tell(switched(self._later(), **{switch: value}))

    @rule(switch=st.sampled_from(sorted(PANEL)), event_first=st.booleans())
    def a_co_guard_opens_something_in_the_panel(self, switch: str, event_first: bool) -> None:
        self.ours.discard(switch)
        self._press(PANEL[switch], event_first)
        assert self.room[switch] is False

    @rule()
    def the_platform_tells_all_switches_again(self) -> None:
        self.world.tell(switched(self._later(), **self.room))

    @invariant()
    def the_fold_knows_the_room(self) -> None:
        assert {s: getattr(self.world.state.switches, s) for s in BY_CALM} == self.room

    def _press(self, button: str, event_first: bool) -> None:
        at = self._later()
        self.world.tell(pressed(button, at=at, key=f"{at}"))
        for intent in self.world.state.open_intents():
            at += 0.1
            if event_first:
                self._happens(intent, at)
            self.world.tell(settled(intent, OutcomeKind.REQUESTED, at))
            if not event_first:
                self._happens(intent, at)
            self.world.tell(settled(intent, OutcomeKind.CONFIRMED, at + 0.05))

    def _happens(self, intent: Standing, at: float) -> None:
        """The platform does it, and tells if that changed anything."""
        switch, value = SETS[intent.action.kind]
        if self.room[switch] != value:
            self.room[switch] = value
            self.world.tell(switched(at + 0.01, **{switch: value}))


TestCalmAndRestore = CalmAndRestore.TestCase


@pytest.mark.parametrize(("muted", "expected"), [(True, True), (False, False), (None, False)])
def test_who_was_muted_before_calm_is_muted_again_after_restore(muted: bool | None, expected: bool) -> None:
    """To allow unmuting ends "mute all" on some platforms; what the teacher had asked for before comes back."""
    switches = {} if muted is None else {"muted_all": muted}
    room = fold(lesson(inside=[teacher(), pupil(1)]), switched(LATER - 9, chat_closed=True, **switches))
    world = Rehearsal(only("emergency"), room)
    world.tell(pressed("calm"))
    world.tell(switched(LATER + 1, muted_all=True, unmute_forbidden=True))
    world.settle(at=LATER + 1)
    back = in_short(world.tell(pressed("restore", at=LATER + 60)))
    assert "allow_unmute" in back
    assert ("mute_all" in back) is expected
    assert "open_chat" not in back  # it was closed before


def test_a_lesson_that_nobody_calmed_has_nothing_to_give_back() -> None:
    state = lesson(inside=[teacher()], locked=True, chat_closed=True)
    assert isinstance(state, LessonState)
    assert Rehearsal(only("emergency"), state).tell(pressed("restore")) == ()


def test_what_a_rule_closed_before_calm_stays_as_long_as_the_rule_wanted() -> None:
    """Calm finds chat and sharing closed for a while; restore leaves them so, and their time is up only after it."""
    room = Rehearsal(policy("lecture"), LessonState(lesson="l1", roster=roster(3)))
    room.tell(started(), joined(teacher(), START), joined(pupil(1), START + 1))
    room.settle(at=START + 2)
    before = room.state.switches
    assert before.chat_closed
    assert before.share_restricted
    room.tell(pressed("calm", at=START + 60))
    room.settle(at=START + 61)
    room.tell(ticked(START + 10 * MINUTE))  # the quiet start would be over
    room.settle(at=START + 10 * MINUTE + 1)
    assert room.state.switches.chat_closed
    room.tell(pressed("restore", at=START + 11 * MINUTE))
    room.settle(at=START + 11 * MINUTE + 1)
    assert room.state.switches.share_restricted
    room.tell(ticked(START + 11 * MINUTE + 2))
    room.settle(at=START + 11 * MINUTE + 3)
    assert room.state.switches.chat_closed is False
    assert room.state.switches.share_restricted
