"""Law Rule 4: in calm lessons nothing is done to pupils, forever. Each lesson is a script under every preset."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from app.domain.actions import ActionKind, OutcomeKind
from app.domain.events import Event, LessonFramed
from app.domain.people import Participant, Role
from app.domain.state import LessonState
from policies import wake_at
from policies.documents import PRESETS
from tests.builders import (
    MINUTE,
    START,
    Rehearsal,
    ended,
    joined,
    left,
    muted,
    policy,
    polled,
    promoted,
    pupil,
    renamed,
    roster,
    says,
    shares,
    started,
    switched,
    teacher,
    ticked,
    unmuted,
    unshares,
    waits,
)

Script = Callable[[random.Random], Iterator[Event]]


def bell_surge(chance: random.Random) -> Iterator[Event]:
    """S6: 180 roster pupils in 45 s, 25 of them reconnect twice, 6 with wrong display names."""
    yield from (started(), joined(teacher(), START))
    odd = {n: f"iPhone von {n}" for n in range(1, 7)}
    moments: list[tuple[float, Event]] = []
    for n in range(1, 181):
        at = START + chance.uniform(1, 45)
        moments.append((at, joined(pupil(n, name=odd.get(n, "")), at)))
        for again in range(2 if n <= 25 else 0):
            back = pupil(n, id=f"p{n}-{again}", name=odd.get(n, ""))
            moments += [(at + 5 + 9 * again, left(_last(n, again), at + 5 + 9 * again))]
            moments += [(at + 8 + 9 * again, joined(back, at + 8 + 9 * again))]
    yield from (e for _, e in sorted(moments, key=lambda m: m[0]))


def _last(n: int, again: int) -> Participant:
    return pupil(n) if again == 0 else pupil(n, id=f"p{n}-{again - 1}")


def reconnect_storm(chance: random.Random) -> Iterator[Event]:
    """The school's line fails at minute 20: everybody is gone and back within a minute, lefts arrive late."""
    yield from (started(), joined(teacher(), START))
    yield from (joined(pupil(n), START + n) for n in range(1, 41))
    lost = START + 20 * MINUTE
    back = [(lost + chance.uniform(1, 60), n) for n in range(1, 41)]
    yield from (joined(pupil(n, id=f"q{n}"), at) for at, n in sorted(back))
    yield from (left(pupil(n), lost) for n in range(1, 41))
    yield from (left(teacher(), lost), joined(teacher("t2"), lost + 70))


def waiting_room(chance: random.Random) -> Iterator[Event]:
    """Pupils wait, are let in by their accounts, some come late, one is renamed by her mother's tablet."""
    yield from (started(), switched(START + 1, waiting_room=True), joined(teacher(), START + 2))
    for n in range(1, 31):
        at = START + (n * 3 if n < 25 else 30 * MINUTE + n)
        yield from (waits(pupil(n), at), left(pupil(n), at + 1, waiting_only=True), joined(pupil(n), at + 1))
    yield renamed(pupil(3), "妈妈的平板", START + 31 * MINUTE)


def discussion(chance: random.Random) -> Iterator[Event]:
    """After the quiet start pupils speak, write, are made presenter and show their work, polls come and go."""
    everybody = [pupil(n) for n in range(1, 21)]
    yield from (started(), joined(teacher(), START))
    yield from (joined(p, START + 5) for p in everybody)
    at = START + 241 * MINUTE  # no preset is quiet for longer
    for n in range(60):
        p = everybody[chance.randrange(20)]
        at += chance.uniform(1, 20)
        yield from (says(p, "好的老师", at), unmuted(p, at + 1), muted(p, at + 4))
        if n % 15 == 0:
            yield from (promoted(p, Role.COHOST, at + 5), shares(p, at + 6), unshares(p, at + 7))
            yield promoted(p, Role.ATTENDEE, at + 8)
        yield polled([teacher(), *everybody], [], at + 9)
    yield ended(at + 30)


def resembling_names(chance: random.Random) -> Iterator[Event]:
    """Pupils who are called nearly like the teacher, twins, a mother's tablet, seat numbers: all by their accounts."""
    yield from (started(), joined(teacher(), START))
    names = (
        "李小明",
        "李芳",
        "李思思",
        "李老师班 学生4",
        "7A2 - 05 学生5",
        "Thầy Lý",
        "学生8",
        "学生8",
        "(09) 學生9",
        "李老师",
    )
    yield from (joined(pupil(n, name=name), START + n) for n, name in enumerate(names, 1))
    yield from (joined(pupil(n), START + n) for n in range(11, 21))
    yield from (renamed(pupil(3), "妈妈的平板", START + 300), renamed(pupil(3), "7A2 李思思", START + 320))
    yield polled([teacher(), *(pupil(n, name=name) for n, name in enumerate(names, 1) if n != 3)], [], START + 340)


def questions(chance: random.Random) -> Iterator[Event]:
    """Everybody is muted all lesson long, and one pupil answers a question every minute; it runs late by a while."""
    planned = LessonFramed(at=START, scheduled_at=START, ends_at=START + 290 * MINUTE)
    yield from (planned, started(), joined(teacher(), START), switched(START + 2, muted_all=True))
    yield from (joined(pupil(n), START + 5) for n in range(1, 21))
    at = START + 241 * MINUTE  # no preset is quiet for longer
    for _ in range(60):
        at += chance.uniform(50, 70)
        yield from (unmuted(pupil(1), at), muted(pupil(1), at + 20))
    yield ended(at + 60)


def short_line(chance: random.Random) -> Iterator[Event]:
    """The teacher's line fails for two minutes in the middle and once more when the planned end is over already."""
    yield from (LessonFramed(at=START, ends_at=START + 40 * MINUTE), started(), joined(teacher("t0"), START))
    yield from (joined(pupil(n), START + n) for n in range(1, 31))
    for n, minute in enumerate((25, 55)):
        gone = START + minute * MINUTE
        yield from (left(teacher(f"t{n}"), gone), left(pupil(n + 1), gone + 60))
        yield joined(teacher(f"t{n + 1}"), gone + 120)
    yield ended(START + 60 * MINUTE)


def joy_in_chat(chance: random.Random) -> Iterator[Event]:
    """A quiz, answers all at once, emoji, somebody who tells of an insult, homework, and thanks from 120 at the end."""
    everybody = [pupil(n) for n in range(1, 121)]
    yield from (started(), joined(teacher(), START))
    yield from (joined(p, START + 5) for p in everybody)
    at = START + 241 * MINUTE
    rounds = (
        ("A", "B", "1", "yes"),
        ("👍", "🎉🎉🎉", "哈哈哈哈"),
        ("到", "có ạ", "here"),
        ("谢谢老师", "cảm ơn cô ạ", "thank you!"),
    )
    for words in rounds:
        yield says(teacher(), "请同学们回答", at)
        for when, p in sorted((at + chance.uniform(1, 8), n) for n in range(120)):
            yield says(everybody[p], chance.choice(words), when)
        at += 3 * MINUTE
    for text in (
        "老师他骂我傻逼",
        "cô ơi bạn ấy nói em là đồ ngu",
        "he called me a bitch",
        "我住在沙壁",
        "docs.google.com/x",
        "有啥比较好",
    ):
        at += 20
        yield says(everybody[chance.randrange(120)], text, at)
    yield ended(at + 30)


def out_of_order(chance: random.Random) -> Iterator[Event]:
    """The same bell surge, but deliveries overtake each other and some come twice."""
    script = [e for e in bell_surge(chance) for _ in range(chance.choice((1, 1, 2)))]
    for n in range(len(script) - 1):
        if chance.random() < 0.3:
            script[n], script[n + 1] = script[n + 1], script[n]
    yield from script


def odd_names(chance: random.Random) -> Iterator[Event]:
    """The bell once more, and half a class carries the name of its phone: all signed in, some on two devices."""
    yield from (started(), joined(teacher(), START))
    at = START + 1
    for n in range(1, 61):
        at += chance.uniform(0.1, 0.6)
        yield joined(pupil(n, name="iPhone" if n % 2 else ""), at)
        if n % 7 == 0:
            yield joined(pupil(n, id=f"p{n}-phone", name="iPhone"), at + 0.1)


def teacher_drops(chance: random.Random) -> Iterator[Event]:
    """Her line breaks for a minute, she is back on her phone; then she hands over to a pupil and goes early."""
    everybody = [pupil(n) for n in range(1, 21)]
    yield from (started(), joined(teacher(), START))
    yield from (joined(p, START + 9) for p in everybody)
    gone = START + 245 * MINUTE + chance.uniform(0, 9)  # no preset is quiet for longer
    yield left(teacher(), gone)
    yield from (
        says(pupil(4), "？", gone + 25),
        says(pupil(5), "老师掉线了", gone + 30),
        polled(everybody, [], gone + 40),
    )
    yield from (left(pupil(6), gone + 45), joined(pupil(6, id="p6-again"), gone + 55))
    phone = teacher("t-phone")
    yield from (joined(phone, gone + 60), unmuted(phone, gone + 61))
    yield from (promoted(pupil(1), Role.HOST, gone + 600), left(phone, gone + 660), shares(pupil(1), gone + 700))
    yield ended(gone + 900)


SCRIPTS: tuple[Script, ...] = (
    *(bell_surge, reconnect_storm, waiting_room, discussion, resembling_names, questions, short_line, joy_in_chat),
    *(odd_names, teacher_drops, out_of_order),
)


def play(preset: str, script: Script, seed: int) -> Rehearsal:
    """The script, with the clock ticking when it is asked to and every wish fulfilled."""
    world = Rehearsal(policy(preset), LessonState(lesson="l1", roster=roster(200)))
    for event in script(random.Random(seed)):
        due = wake_at(world.policy, world.state)
        if due is not None and due <= event.at:
            world.tell(ticked(max(due, world.state.now)))
        world.tell(event)
        world.settle(OutcomeKind.CONFIRMED)
    return world


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.__name__)
@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_is_done_to_pupils_in_a_calm_lesson(preset: str, script: Script) -> None:
    for seed in range(3):
        world = play(preset, script, seed)
        assert world.against_pupils() == []
        closed = [d.action.kind for d in world.made if d.action.kind in (ActionKind.LOCK, ActionKind.END)]
        assert [d.reason for d in world.made if d.rule == "flood"] == []
        assert closed == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.__name__)
def test_the_same_lesson_with_one_intruder_is_not_silent(script: Script) -> None:
    """The scripts can fail: one stranger among the pupils, and something is done to him and to nobody else."""

    def intruded(chance: random.Random) -> Iterator[Event]:
        raider = replace(pupil(1), id="x", name="user8812", account="")
        for n, event in enumerate(script(chance)):
            yield event
            if n == 20:
                yield joined(raider, event.at)

    assert set(play("lecture", intruded, 1).against_pupils()) == {"hold x"}
