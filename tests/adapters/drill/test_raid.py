"""The scripted raid and the calm class: the same from the same seed, and real to the platform's own rules."""

from itertools import pairwise

from adapters.drill.classroom.raid import Deed, Step, plan_class, plan_raid
from app.domain import events as ev
from app.domain.actions import ActionKind
from tests.adapters.drill.school import MEETING, School, school

NAMES = ("王小明", "Ann Example")
RAID = f"/api/meetings/{MEETING}/raid"
CLASS = f"/api/meetings/{MEETING}/class"


def raid(seed: int = 1) -> tuple[Step, ...]:
    return plan_raid(seed=seed, strangers=6, seconds=20, names=NAMES)


def test_the_same_seed_gives_the_same_raid() -> None:
    assert raid(1) == raid(1)
    assert raid(1) != raid(2)


def test_a_raid_has_everything_that_raids_have() -> None:
    steps = raid()
    assert {s.deed for s in steps} >= {Deed.JOIN, Deed.SAY, Deed.AUDIO_ON, Deed.SHARE_ON, Deed.RETURN}
    assert {s.player for s in steps} == set(range(6))
    assert all(a.at <= b.at <= 20 for a, b in pairwise(steps))
    assert sum(s.deed is Deed.SAY for s in steps) > 40


def test_a_calm_class_is_calm() -> None:
    steps = plan_class(seed=1, pupils=24, seconds=120)
    assert steps == plan_class(seed=1, pupils=24, seconds=120)
    assert {s.deed for s in steps} <= {Deed.JOIN, Deed.SAY, Deed.AUDIO_ON, Deed.AUDIO_OFF}
    assert sum(s.deed is Deed.JOIN for s in steps) == 24
    assert sum(s.deed is Deed.SAY for s in steps) < 24


def finished(here: School, path: str) -> bool:
    return not here.api("GET", path)["playing"]


def run_raid(**more: object) -> list[tuple[str, str]]:
    """What the receiver saw of a whole raid, as (kind, name or text), in the platform's order."""
    with school() as here:
        here.start()
        here.api("POST", RAID, {"strangers": 4, "seconds": 10, "seed": 3, "speed": 100, **more})
        left = 0

        def over() -> bool:
            nonlocal left
            left = sum(isinstance(e, ev.ParticipantLeft) for e in here.receiver.events())
            return left >= 4

        here.receiver.until(over)
        seen = [e for e in here.receiver.events() if isinstance(e, ev.PersonEvent)]
        return sorted((e.kind, getattr(e, "text", e.participant.name)) for e in seen)


def test_a_raid_runs_the_same_way_twice_and_cleans_up_after_itself() -> None:
    first, second = run_raid(), run_raid()
    assert first == second
    assert sum(kind == "chat.posted" for kind, _ in first) > 10


def test_a_kicked_raider_comes_back_under_another_name_until_he_is_banned() -> None:
    with school() as here:
        here.start()
        here.api("POST", RAID, {"strangers": 1, "seconds": 300, "seed": 1, "speed": 25})
        first = here.receiver.first(ev.ParticipantJoined).participant
        here.perform(ActionKind.KICK, first)
        again = here.receiver.first(ev.ParticipantJoined, lambda e: e.participant.id != first.id).participant
        assert again.name != first.name
        assert here.api("DELETE", RAID)["stopped"] is True
        assert finished(here, RAID)
        assert here.attendance().inside == ()


def test_a_class_fills_with_pupils_whom_the_school_vouches_for() -> None:
    with school() as here:
        here.start()
        here.api("POST", CLASS, {"pupils": 24, "seconds": 30, "speed": 100})
        here.receiver.until(lambda: sum(isinstance(e, ev.ParticipantJoined) for e in here.receiver.events()) == 25)
        inside = [p.participant for p in here.attendance().inside]
        assert len({p.account for p in inside} - {""}) == 25
        assert sum(p.role.value == "host" for p in inside) == 1


def test_a_locked_room_keeps_a_raid_out() -> None:
    with school() as here:
        here.start(locked=True)
        here.api("POST", RAID, {"strangers": 5, "seconds": 5, "speed": 100})
        answer = here.host.post(RAID, json={})
        assert answer.status_code in (202, 409)
        here.api("DELETE", RAID)
        assert here.attendance().inside == ()


SENSELESS: tuple[object, ...] = (
    {"strangers": 0}, {"strangers": 201}, {"seconds": "long"}, {"seed": -1}, {"strangers": True}, [],
)  # fmt: skip


def test_a_senseless_raid_is_refused() -> None:
    with school() as here:
        here.start()
        for body in SENSELESS:
            here.api("POST", RAID, body, status=(400,))


def test_no_raid_without_a_lesson() -> None:
    with school() as here:
        here.start()
        here.api("POST", f"/api/meetings/{MEETING}/end")
        here.api("POST", RAID, {}, status=(409,))
