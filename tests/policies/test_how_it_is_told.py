"""What comes with a measure: why, how loud, in which lane, on how many facts, and when it ends by itself.

How loud decides who is called; the lane, what goes first in a raid; the facts, whether anybody may be put out at all.
"""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.actions import ActionKind, OutcomeKind
from app.domain.events import Event
from app.domain.people import Participant, Role, Roster
from app.domain.state import LessonState, note
from tests.builders import (
    LATER,
    MINUTE,
    START,
    Rehearsal,
    fold,
    in_full,
    joined,
    left,
    lesson,
    muted,
    named,
    only,
    promoted,
    pupil,
    renamed,
    says,
    settled,
    shares,
    standing,
    started,
    stranger,
    switched,
    teacher,
    ticked,
    unmuted,
    waits,
)

ROOM = lesson(inside=[teacher(), pupil(1), named(2), stranger(1)])
EMPTY = replace(ROOM, roster=Roster())
SHRUNK, STALE = replace(ROOM, roster_shrunk=True), replace(ROOM, roster_stale=True)
ALONE = fold(ROOM, left(teacher(), LATER))
QUIET = fold(lesson(inside=[teacher()]), left(teacher(), LATER))
# The room was closed because nobody leads; of all that was asked, the platform did one thing.
CLOSED = note(ALONE, standing(ActionKind.ALERT, at=LATER + 30, id="h0", rule="host_gone"))
for _n, _kind in enumerate(("restrict_share", "open_waiting_room", "mute_all", "forbid_unmute"), start=1):
    _asked = standing(ActionKind(_kind), at=LATER + 30, id=f"h{_n}", rule="host_gone", until=LATER + 3630)
    _came = OutcomeKind.CONFIRMED if _n == 2 else OutcomeKind.UNCONFIRMED
    CLOSED = fold(note(CLOSED, _asked), settled(_asked, _came, LATER + 31))
EARLY = lesson(inside=[teacher(), pupil(1), stranger(1)], at=START + 60)
SOUND = fold(lesson(inside=[teacher(), pupil(1)], at=LATER), unmuted(pupil(1), LATER - 9))


def sent(who: Participant, *more: Event) -> LessonState:
    """Somebody was held a moment ago, and is gone."""
    held = standing(ActionKind.HOLD, who, at=LATER - 20, id="s1", status=OutcomeKind.CONFIRMED)
    return fold(note(fold(ROOM, joined(who, LATER - 30)), held), left(who, LATER - 19), *more)


def asked(
    kind: ActionKind, who: Participant | None = None, room: LessonState = ROOM, **more: Any
) -> tuple[LessonState, Event]:
    """Something was asked, and the platform did not do it."""
    wanted = standing(kind, who, at=LATER - 5, **more)
    return note(room, wanted), settled(wanted, OutcomeKind.UNCONFIRMED, LATER)


def restless(who: Participant) -> LessonState:
    """Somebody has opened the microphone twice since everybody was muted."""
    muted_all = fold(ROOM, switched(LATER - 30, muted_all=True))
    noise = [e for n in (20, 10) for e in (unmuted(who, LATER - n), muted(who, LATER - n + 3))]
    return fold(muted_all, *noise)


OLD = replace(ROOM, roster_at=LATER - 999 * 86_400.0)


@pytest.mark.parametrize(
    ("rule", "settings", "state", "event", "expected"),
    [
        ("roster_only", {}, ROOM, joined(stranger(2)),
         ("hold x2 for roster_only/stranger: high, guard, 2 facts",)),
        ("roster_only", {}, ROOM, joined(named(3)),
         ("hold n3 for roster_only/claimed_name: medium, guard",)),
        ("roster_only", {}, ROOM, joined(named(1)),
         ("hold n1 for roster_only/claimed_twin: high, guard",)),
        ("roster_only", {}, ROOM, waits(stranger(2)),
         ("alert x2 for roster_only/stranger_waits: low, guard",)),
        ("roster_only", {}, ROOM, waits(named(3)),
         ("alert n3 for roster_only/claimed_name: low, guard",)),
        ("roster_only", {}, ROOM, waits(named(1)),
         ("alert n1 for roster_only/claimed_twin: medium, guard",)),
        ("roster_only", {}, ROOM, waits(pupil(3)),
         ("admit p3 for roster_only/verified: info, routine",)),
        ("roster_only", {"strangers": "deny"}, ROOM, joined(stranger(2)),
         ("kick x2 for roster_only/stranger: high, guard, 2 facts",)),
        ("roster_only", {"strangers": "deny"}, ROOM, waits(stranger(2)),
         ("deny x2 for roster_only/stranger: high, guard, 2 facts",)),
        ("roster_only", {"strangers": "watch"}, ROOM, joined(named(3)),
         ("alert n3 for roster_only/claimed_name: low, guard",)),
        ("roster_only", {"claimed": "admit"}, ROOM, waits(named(3)),
         ("admit n3 for roster_only/claimed_free: info, routine",)),
        ("roster_only", {}, EMPTY, joined(stranger(2)),
         ("alert for roster_only/no_roster: low, guard",)),
        ("roster_only", {}, SHRUNK, joined(stranger(2)),
         ("alert for roster_only/roster_shrunk: low, guard",)),
        ("roster_only", {}, OLD, joined(stranger(2)),
         ("alert for roster_only/roster_stale: low, guard",)),
        ("late_lock", {}, EMPTY, ticked(),
         ("alert for late_lock/no_roster: low, guard",)),
        ("late_lock", {}, ROOM, ticked(),
         ("open_waiting_room for late_lock/late_lock: info, routine, 12000 s, only",)),
        ("late_lock", {}, ROOM, joined(stranger(2)),
         ("open_waiting_room for late_lock/late_lock: info, routine, 12000 s, only",
          "hold x2 for late_lock/late_stranger: high, guard, 2 facts")),
        ("late_lock", {}, fold(ROOM, switched(LATER - 9, waiting_room=True)), waits(pupil(3)),
         ("admit p3 for late_lock/late_pupil: info, routine",)),
        ("quiet_start", {}, EARLY, started(START + 60),
         ("mute_all for quiet_start/quiet_start: info, routine, 240 s",
          "close_chat for quiet_start/quiet_start: info, routine, 240 s",
          "restrict_share for quiet_start/quiet_start: info, routine, 240 s")),
        ("quiet_start", {}, EARLY, unmuted(stranger(1), START + 60),
         ("mute x1 for quiet_start/quiet_unmuted: low, guard",)),
        ("share_guard", {}, LessonState(lesson="l1"), started(),
         ("restrict_share for share_guard/share_hosts: info, routine, 14400 s",)),
        ("share_guard", {}, ROOM, shares(stranger(1)),
         ("stop_share x1 for share_guard/share_not_allowed: high, guard, 2 facts, a strike",
          "restrict_share for share_guard/share_hosts: medium, guard, 12000 s")),
        ("share_guard", {}, ROOM, shares(pupil(1)),
         ("stop_share p1 for share_guard/share_not_allowed: medium, guard",
          "restrict_share for share_guard/share_hosts: medium, guard, 12000 s")),
        ("share_guard", {"who": "roster"}, EMPTY, shares(stranger(1)),
         ("alert for share_guard/no_roster: low, guard",)),
        ("share_guard", {"max_minutes": 1, "who": "roster"}, fold(ROOM, shares(pupil(1), LATER - 90)), ticked(),
         ("stop_share p1 for share_guard/share_too_long: low, guard",
          "alert p1 for share_guard/share_too_long: low, guard")),
        ("noise", {}, restless(stranger(1)), unmuted(stranger(1)),
         ("mute x1 for noise/unmutes_again: medium, guard, a strike",)),
        ("noise", {"times": 3}, restless(pupil(1)), unmuted(pupil(1)),
         ("mute p1 for noise/unmutes_again: low, guard, a strike",)),
        ("after_class", {}, replace(SOUND, ends_at=LATER - 11 * MINUTE), ticked(),
         ("alert for after_class/after_class: low, guard",)),
        ("impostor", {}, ROOM, joined(Participant(id="g", name="李老师")),
         ("hold g for impostor/teacher_double: high, guard, 2 facts",
          "alert g for impostor/teacher_double: high, guard")),
        ("impostor", {}, ROOM, waits(Participant(id="g", name="李老师")),
         ("alert g for impostor/teacher_double: high, guard",)),
        ("impostor", {}, ROOM, joined(Participant(id="g", name="王老师")),
         ("alert g for impostor/teacher_title: medium, guard",)),
        ("impostor", {}, ROOM, joined(named(1)),
         ("hold n1 for impostor/claimed_twin: high, guard",
          "alert n1 for impostor/claimed_twin: high, guard")),
        ("impostor", {}, ROOM, renamed(pupil(1), "学生4"),
         ("alert p1 for impostor/others_name: medium, guard",)),
        ("keep_out", {}, sent(replace(stranger(2), account="z")), joined(Participant(id="b", name="b", account="z")),
         ("hold b for keep_out/came_back: high, guard, 3 facts",
          "open_waiting_room for keep_out/door_holds: info, panic, 600 s, only")),
        ("join_wave", {}, fold(ROOM, joined(stranger(3)), joined(stranger(4))), joined(stranger(5)),
         ("open_waiting_room for join_wave/join_wave: high, panic, 600 s",
          "alert for join_wave/join_wave: high, guard")),
        ("host_gone", {}, ALONE, ticked(LATER + 30),
         ("open_waiting_room for host_gone/host_gone: medium, panic, 3600 s",
          "restrict_share for host_gone/host_gone: medium, panic, 3600 s",
          "mute_all for host_gone/host_gone: medium, panic, 3600 s",
          "forbid_unmute for host_gone/host_gone: medium, panic, 3600 s",
          "alert for host_gone/host_gone: high, guard")),
        ("host_gone", {}, QUIET, ticked(LATER + 30),
         ("open_waiting_room for host_gone/host_gone: info, panic, 3600 s, only",
          "restrict_share for host_gone/host_gone: info, panic, 3600 s",
          "alert for host_gone/host_gone: low, guard")),
        ("host_gone", {}, CLOSED, joined(stranger(9), LATER + 40),
         ("hold x9 for host_gone/nobody_leads: high, guard, 2 facts",)),
        ("host_gone", {}, CLOSED, shares(stranger(1), LATER + 40),
         ("stop_share x1 for host_gone/nobody_leads: high, guard, 2 facts",)),
        ("host_gone", {}, CLOSED, joined(teacher(), LATER + 40),
         ("close_waiting_room for host_gone/host_back: info, routine, undoes h2",)),
        ("host_change", {}, ROOM, promoted(stranger(1), Role.COHOST),
         ("alert x1 for host_change/host_unexpected: critical, guard",
          "open_waiting_room for host_change/host_unexpected: info, panic, 600 s, only")),
        ("host_change", {}, ROOM, promoted(pupil(1), Role.COHOST),
         ("alert p1 for host_change/host_pupil: info, guard",)),
        ("silent_stranger", {"then": "hold"}, ROOM, ticked(),
         ("alert x1 for silent_stranger/silent_stranger: medium, guard",
          "hold x1 for silent_stranger/silent_stranger: medium, guard, 2 facts")),
        ("abuse", {}, ROOM, says(stranger(1), "傻逼", message="m1"),
         ("delete_message x1 for abuse/abuse: medium, guard, 2 facts, only",
          "silence x1 for abuse/abuse: medium, guard, 2 facts, 600 s, a strike")),
        ("abuse", {}, ROOM, says(pupil(1), "傻逼", message="m1"),
         ("alert p1 for abuse/abuse_pupil: low, guard",
          "warn p1 for abuse/abuse_pupil: low, guard, 0 facts, a strike")),
        ("abuse", {}, ROOM, says(pupil(1), "dit me may", message="m1"),
         ("alert p1 for abuse/abuse_suspected: low, guard",)),
        ("abuse", {}, ROOM, says(pupil(1), "老师他骂我傻逼", message="m1"),
         ("alert p1 for abuse/abuse_reported: low, guard",)),
        ("links", {}, ROOM, says(stranger(1), "http://evil.example", message="m1"),
         ("delete_message x1 for links/link: medium, guard, 2 facts, only",
          "silence x1 for links/link: medium, guard, 2 facts, 600 s, a strike")),
        ("links", {}, ROOM, says(pupil(1), "http://evil.example", message="m1"),
         ("alert p1 for links/link_pupil: low, guard",)),
        ("ladder", {}, *asked(ActionKind.HOLD, stranger(1)),
         ("kick x1 for ladder/did_not_help: high, guard, 2 facts",)),
        ("ladder", {}, *asked(ActionKind.KICK, stranger(1)),
         ("lock for ladder/did_not_help: high, panic, 2 facts, 600 s",
          "alert x1 for ladder/did_not_help: high, guard, 2 facts")),
        ("ladder", {}, *asked(ActionKind.MUTE, pupil(1), SOUND),
         ("alert p1 for ladder/did_not_help: high, guard, 0 facts",)),
        ("ladder", {}, *asked(ActionKind.CLOSE_CHAT),
         ("alert for ladder/did_not_help: high, guard",)),
        ("ladder", {}, *asked(ActionKind.HOLD, stranger(1), by="u1"),
         ("alert x1 for ladder/did_not_help: high, guard, 2 facts",)),
    ],
)  # fmt: skip
def test_what_comes_with_a_measure(
    rule: str, settings: dict[str, object], state: LessonState, event: Event, expected: tuple[str, ...]
) -> None:
    world = Rehearsal(only(rule, **settings), state)
    assert in_full(world.tell(event)) == expected
