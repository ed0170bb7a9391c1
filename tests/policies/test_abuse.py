"""abuse: what is found in a line, however it is dressed up (field.md S10), and what follows for whom."""

from dataclasses import replace

import pytest

from app.domain.actions import ActionKind, OutcomeKind, Severity
from app.domain.events import Event
from app.domain.people import Roster
from app.domain.state import LessonState
from app.domain.terms import Terms
from policies.terms.search import searcher
from tests.builders import (
    LATER,
    Rehearsal,
    ended,
    fold,
    in_short,
    joined,
    lesson,
    named,
    only,
    pressed,
    pupil,
    says,
    settled,
    stranger,
    teacher,
)

ROOM = lesson(inside=[teacher(), pupil(1), named(2), stranger(1)])
NO_LIST = replace(ROOM, roster=Roster())
SHRUNK = replace(ROOM, roster_shrunk=True)
VOUCHED = fold(ROOM, pressed("admit", stranger(1), LATER - 60))
BAD, DOUBTFUL, HARMLESS = "傻逼", "dit me may", "谢谢老师"
ACTED, TOLD = ("delete_message x1", "silence x1"), ("alert x1",)

STRONG = (
    *("傻逼", "煞笔", "你是傻逼吧", "傻 逼", "傻.逼", "傻*逼", "傻\u200b逼", "操\u3164你妈", "媽賣批", "傻b", "傻Ｂ"),
    *(
        "fuck you",
        "ｆｕｃｋ ｙｏｕ",
        "f\u200bu\u200bc\u200bk",
        "fu\u0441k",
        "F U C K",
        "f.u.c.k",
        "fuuuuck",
        "b!tch",
        "i f u c k",
    ),
    *(
        "f\u0336u\u0336c\u0336k\u0336",
        "địt mẹ mày",
        "Đ Ị T",
        "ĐỒ CHÓ",
        "đi\u0323t me\u0323",
        "kill yourself",
        "老师好 fuck",
        "địt 傻",
    ),
)
WEAK = (
    *("s.b", "你是sb吧", "傻，逼", "真傻。逼我", "沙壁", "shabi", "sha bi", "杀笔", "草泥马", "cnm", "白痴"),
    *("đ i t", "dit me may", "ĐM", "vcl", "con cho de", "đit me", "f*ck", "sh*t", "a hole", "wtf", "Dick", "idiot"),
)
INNOCENT = (
    *(
        "沙壁村很漂亮",
        "我住在沙壁镇",
        "体操你妈妈看了吗",
        "有啥比较好",
        "啥比赛",
        "我不傻but",
        "曹操",
        "广播操你会吗",
        "完全变态",
    ),
    *(
        "性格",
        "谢谢老师",
        "到",
        "1",
        "",
        "👍👍👍",
        "日本",
        "路口交通",
        "废物利用",
        "杂种优势",
    ),
    *(
        "pen island",
        "Scunthorpe",
        "Mr Dick",
        "Moby Dick",
        "Essex",
        "class",
        "assessment",
        "A B C D",
        "cockpit",
        "therapist",
    ),
    *(
        "đài truyền hình",
        "dài quá cô ơi",
        "có ạ",
        "cái lon",
        "buổi sáng",
        "vô học đi các bạn",
        "hạt óc chó",
        "5 dm",
        "con cá",
    ),
    *(
        "cặp sách",
        "đủ rồi ạ",
        "các bạn ơi",
        "đít",
        "em đĩa",
        "lớp học",
        "du lịch",
        "con ngủ chưa",
        "đồ ngủ",
        "đi tới",
        "f",
        ".",
    ),
)
REPORTED = (
    *("老师他骂我傻逼", "有人说操你妈", "老师，她叫我贱人", "谁发的傻逼", "“傻逼”是什么意思", "老师有人发 fuck you"),
    *("cô ơi bạn ấy nói em là đồ ngu", "bạn kia chửi em là đồ chó", "có bạn viết địt mẹ ạ"),
    *("he called me a bitch", "teacher she said fuck you", "someone wrote fuck", "what does fuck mean"),
)


@pytest.mark.parametrize("text", STRONG)
def test_abuse_is_found_however_it_is_dressed_up(text: str) -> None:
    found = searcher(Terms()).find(text)
    assert found
    assert not found.weak


@pytest.mark.parametrize("text", WEAK)
def test_what_may_be_meant_is_a_suspicion(text: str) -> None:
    found = searcher(Terms()).find(text)
    assert found
    assert (found.weak, found.reported) == (True, False)


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_lines_are_innocent(text: str) -> None:
    assert searcher(Terms()).find(text) is None


@pytest.mark.parametrize("text", REPORTED)
def test_who_tells_what_others_said_is_no_offender(text: str) -> None:
    found = searcher(Terms()).find(text)
    assert found
    assert (found.weak, found.reported) == (True, True)
    for who in (pupil(1), named(2), stranger(1)):
        assert in_short(Rehearsal(only("abuse"), ROOM).tell(says(who, text, message="m1"))) == (f"alert {who.id}",)


@pytest.mark.parametrize(
    ("settings", "state", "event", "expected"),
    [
        ({}, ROOM, says(stranger(1), BAD, message="m1"), ACTED),
        ({}, ROOM, says(stranger(1), BAD), ("silence x1",)),  # lines that cannot be addressed
        ({}, ROOM, says(named(2), BAD, message="m1"), ("delete_message n2", "silence n2")),
        ({}, ROOM, says(pupil(1), BAD, message="m1"), ("alert p1", "warn p1")),
        ({}, VOUCHED, says(stranger(1), BAD, message="m1"), ("alert x1", "warn x1")),
        ({}, ROOM, says(teacher(), BAD, message="m1"), ()),
        ({}, ROOM, says(stranger(1), DOUBTFUL, message="m1"), TOLD),
        ({}, ROOM, says(pupil(1), DOUBTFUL, message="m1"), ("alert p1",)),
        ({"suspicions": False}, ROOM, says(stranger(1), DOUBTFUL, message="m1"), ()),
        ({"suspicions": False}, ROOM, says(stranger(1), BAD), ("silence x1",)),
        ({}, ROOM, says(stranger(1), HARMLESS, message="m1"), ()),
        ({"mode": "observe"}, ROOM, says(stranger(1), BAD), ("~silence x1",)),
        # nobody can say who belongs: everybody is dealt with like a pupil
        ({}, NO_LIST, says(stranger(1), BAD, message="m1"), ("alert x1", "warn x1")),
        ({}, SHRUNK, says(stranger(1), BAD, message="m1"), ("alert x1", "warn x1")),
        # nobody there, a line that was erased, a lesson that is over
        ({}, ROOM, says(stranger(7), BAD), ()),
        ({}, ROOM, says(stranger(1), ""), ()),
        ({}, fold(ROOM, ended()), says(stranger(1), BAD), ()),
    ],
)
def test_what_follows(settings: dict[str, object], state: LessonState, event: Event, expected: tuple[str, ...]) -> None:
    assert in_short(Rehearsal(only("abuse", **settings), state).tell(event)) == expected


def test_an_offence_is_a_strike_and_a_silence_ends_by_itself() -> None:
    (silence,) = Rehearsal(only("abuse", minutes=3), ROOM).tell(says(stranger(1), BAD))
    assert (silence.strike, silence.expires_after, silence.facts) == (True, 180.0, 2)


def test_it_is_that_very_line_that_is_taken_back() -> None:
    taken, _ = Rehearsal(only("abuse"), ROOM).tell(says(stranger(1), BAD, message="m7"))
    assert taken.action.reference == "m7"


def test_a_suspicion_is_slight_and_no_strike() -> None:
    (alert,) = Rehearsal(only("abuse"), ROOM).tell(says(stranger(1), DOUBTFUL))
    assert (alert.strike, alert.severity) == (False, Severity.LOW)


@pytest.mark.parametrize(("seconds", "strikes"), [(2.9, 1), (3.0, 2)])
def test_a_pupils_burst_is_one_offence(seconds: float, strikes: int) -> None:
    world = Rehearsal(only("abuse"), ROOM)
    for at in (LATER, LATER + seconds):
        world.tell(says(pupil(1), BAD, at))
        world.settle()
    assert len([d for d in world.made if d.strike]) == strikes
    assert len([d for d in world.made if d.action.kind in (ActionKind.WARN, ActionKind.SILENCE)]) == strikes


def test_a_platform_that_cannot_take_lines_back_calls_nobody_about_it() -> None:
    """The writer is answered all the same; that a line stays is no failed measure."""
    world = Rehearsal(only("abuse"), ROOM)
    world.tell(says(stranger(1), BAD, message="m1"))
    assert world.tell(settled(world.standing[0], OutcomeKind.UNSUPPORTED)) == ()


class TestTheSchoolsOwnWords:
    """What a school adds and takes out."""

    def heard(self, text: str, *lines: str) -> tuple[str, ...]:
        state = fold(replace(ROOM, terms=Terms(1, "\n".join(lines))), joined(stranger(1), LATER - 5))
        return in_short(Rehearsal(only("abuse"), state).tell(says(stranger(1), text)))

    def test_a_word_is_added(self) -> None:
        assert self.heard("Blorp dich", "strong\ten\tblorp\t") == ("silence x1",)
        assert self.heard("blorping", "strong\ten\tblorp\t") == ()
        assert self.heard("blorping", "weak\ten\tblorp*\t") == ("alert x1",)
        assert self.heard("你这个布洛普啊", "strong\tzh\t布洛普\t") == ("silence x1",)

    def test_a_built_in_word_is_taken_out(self) -> None:
        assert self.heard(BAD, "off\tzh\t傻逼\t") == ()
        assert self.heard("傻 逼", "off\tzh\t傻 逼\t") == ()

    def test_a_built_in_word_is_made_weak(self) -> None:
        assert self.heard(BAD, "weak\tzh\t傻逼\t") == ("alert x1",)

    def test_a_phrase_is_innocent(self) -> None:
        assert self.heard("Dick Whittington", "innocent\ten\tdick whittington\t") == ()
