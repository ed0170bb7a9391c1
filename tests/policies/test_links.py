"""links: which lines lead away, and what follows for whom."""

from dataclasses import replace

import pytest

from app.domain.events import Event
from app.domain.people import Participant, Roster
from app.domain.state import LessonState
from app.domain.terms import Terms
from policies.links import leads_away
from policies.terms.search import searcher
from tests.builders import (
    LATER,
    Rehearsal,
    in_full,
    in_short,
    lesson,
    named,
    only,
    pupil,
    says,
    stranger,
    teacher,
)

ROOM = lesson(inside=[teacher(), pupil(1), named(2), stranger(1)])
AWAY = "http://evil.example/x"
SITES = searcher(Terms()).sites


@pytest.mark.parametrize(
    "text",
    [
        *(
            AWAY,
            "看 bit.ly/3xyz",
            "HXXP://EVIL.COM",
            "ｅｖｉｌ．ｃｏｍ",
            "e\u200bvil.com",
            "我的网站abc.com看看",
            "wikipedia.org.evil.com",
        ),
        *("example dot com", "example[.]com", "example(.)xyz", "我的网站 abc点com", "trang abc chấm com", "abc。com"),
        *("t.me/raiders", "zalo.me/g/abcd", "discord.gg/abcd", "meet.google.com/abc-defg-hij", "chat.whatsapp.com/x"),
        *("join zoom 123 456 7890", "会议号：123 456 789", "#腾讯会议：123-456-789", "来我的VooV 123 456 789"),
        *(
            "id phòng: 812 3456 7890 pass 123",
            "加qq群 123456789",
            "QQ群号：987654321",
            "加v: abc12345",
            "加微信 hello_123",
        ),
        *("https://10.0.0.1/x", "evil.com.", "zalo 0912345678"),
    ],
)
def test_what_leads_away(text: str) -> None:
    assert leads_away(text, SITES)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "3.14",
            "v.v",
            "e.g. this",
            "1,234,567",
            "2026-11-20",
            "答案是1.5",
            "a@b.com",
            "file.docx",
            "main.py",
            "Q1. A",
            "",
        ),
        *("https://vi.wikipedia.org/wiki/H", "docs.google.com/x", "khanacademy.org", "lib.some.edu.cn", "moet.gov.vn"),
        *("我的学号是 20260001", "0912345678", "the end.me too", "123-456-789", "12345678901", "em nộp bài rồi ạ.cô"),
        *(
            "zoom in on the map 5",
            "群里说的",
            "老师，会议号是什么",
            "1.a 2.b 3.c",
            "10:30.",
            "x.y = 3",
            "第3点",
            "3点25分",
        ),
    ],
)
def test_what_does_not(text: str) -> None:
    assert not leads_away(text, SITES)


@pytest.mark.parametrize(
    ("settings", "state", "event", "expected"),
    [
        ({}, ROOM, says(stranger(1), AWAY, message="m1"), ("delete_message x1", "silence x1")),
        ({}, ROOM, says(stranger(1), AWAY), ("silence x1",)),
        ({}, ROOM, says(named(2), AWAY), ("alert n2",)),
        ({}, ROOM, says(pupil(1), AWAY, message="m1"), ("alert p1",)),
        ({"pupils": "ignore"}, ROOM, says(pupil(1), AWAY), ()),
        ({"pupils": "ignore"}, ROOM, says(stranger(1), AWAY), ("silence x1",)),
        ({}, ROOM, says(teacher(), AWAY, message="m1"), ()),
        ({}, ROOM, says(stranger(1), "khanacademy.org"), ()),
        ({}, replace(ROOM, terms=Terms(1, "site\t-\tevil.example\t")), says(stranger(1), AWAY), ()),
        ({}, replace(ROOM, roster=Roster()), says(stranger(1), AWAY, message="m1"), ("alert x1",)),
        ({}, replace(ROOM, roster_shrunk=True), says(stranger(1), AWAY), ("alert x1",)),
        ({}, ROOM, says(stranger(7), AWAY), ()),
    ],
)
def test_what_follows(settings: dict[str, object], state: LessonState, event: Event, expected: tuple[str, ...]) -> None:
    assert in_short(Rehearsal(only("links", **settings), state).tell(event)) == expected


def test_an_offence_is_a_strike_and_a_silence_ends_by_itself() -> None:
    (silence,) = Rehearsal(only("links", minutes=3), ROOM).tell(says(stranger(1), AWAY))
    assert (silence.strike, silence.expires_after, silence.facts) == (True, 180.0, 2)


def test_it_is_that_very_line_that_is_taken_back() -> None:
    taken, _ = Rehearsal(only("links"), ROOM).tell(says(stranger(1), AWAY, message="m7"))
    assert taken.action.reference == "m7"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([(pupil(1), 0.0), (pupil(1), 59.0)], True),
        ([(pupil(1), 0.0), (pupil(1), 60.0)], False),  # the first is a minute ago
        ([(pupil(1), 30.0), (pupil(2), 40.0)], False),  # the lines of two
    ],
)
def test_the_third_address_within_a_minute_is_an_offence(
    lines: list[tuple[Participant, float]], expected: bool
) -> None:
    room = Rehearsal(only("links"), lesson(inside=[teacher(), pupil(1), pupil(2)]))
    for who, after in lines:
        room.tell(says(who, AWAY, LATER + after))
    made = room.tell(says(pupil(1), AWAY, LATER + 60.0 - (lines[-1][1] < 60.0)))
    told = [f for f in in_full(made) if f.startswith("warn")]
    assert told == ["warn p1 for links/link_pupil: low, guard, a strike"] * expected


def test_a_pupil_is_told_of_twice_and_warned_at_the_third_address_in_a_minute() -> None:
    room = Rehearsal(only("links"), ROOM)
    made = [in_short(room.tell(says(pupil(1), AWAY, LATER + 5 * n))) for n in range(3)]
    assert made[0] == ("alert p1",)
    assert "warn p1" not in made[1]
    assert "warn p1" in made[2]
    slowly = Rehearsal(only("links"), ROOM)
    assert not [d for n in range(6) for d in in_short(slowly.tell(says(pupil(1), AWAY, LATER + 61 * n))) if "warn" in d]
