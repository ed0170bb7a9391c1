"""Names brought into the forms by which they are compared, and how like they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.names import Likeness, Title, keys_of, likeness
from app.domain.people import Fact, Participant, Roster, RosterEntry, Trust, match


@pytest.mark.parametrize(
    ("written", "proper"),
    [
        ("七3班 12号 王小明", "王小明"), ("7A2 - 15 Nguyễn Văn A", "Nguyễn Văn A"), ("15Nguyễn Văn A", "Nguyễn Văn A"),
        ("(03) 王小明", "王小明"),
        ("03王小明", "王小明"), ("王小明03", "王小明"), ("高一(2)班 李雷", "李雷"), ("初二3班张三", "张三"),
        ("第3组 王小明", "王小明"), ("Lớp 7A2 Trần Văn Bình", "Trần Văn Bình"), 
        ("STT 5 Trần Văn Bình", "Trần Văn Bình"),
        ("王小明(7班)", "王小明"), ("王小明同学", "王小明"), ("王小明的妈妈", "王小明"), ("刘芳老师", "刘芳"),
        ("数学老师刘芳", "刘芳"), ("班主任 刘芳", "刘芳"), ("HS Trần Văn Bình", "Trần Văn Bình"),
        ("Giáo viên Nguyễn Thị Hà", "Nguyễn Thị Hà"), ("Ms. Grace Hall", "Grace Hall"), ("Hall Grace", "Grace Hall"),
        ("Hà Nguyễn Thị", "Nguyễn Thị Hà"), ("王 小 明", "王小明"), ("王·小明", "王小明"), ("劉芳", "刘芳"),
        ("N\u0433ace Hall", "Nrace Hall"), ("\u0410nna Hall", "Anna Hall"), ("Trần Văn B\u0456nh", "Trần Văn Bình"),
        ("\u03f9arol Hall", "Carol Hall"), ("★王小明★", "王小明"), ("Ｇｒａｃｅ Hall", "Grace Hall"),
    ],
)  # fmt: skip
def test_one_name_in_all_its_forms(written: str, proper: str) -> None:
    if "B\u0456nh" in written:  # the accent of ì went with the letter
        assert keys_of(written).bare == keys_of(proper).bare
    else:
        assert keys_of(written).plain == keys_of(proper).plain != ""
    assert likeness(keys_of(written), keys_of(proper)) >= Likeness.ACCENTS


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("刘老师", "刘老师\u3164", Likeness.SAME),
        ("劉老師", "刘老师", Likeness.FORM),
        ("Nguyen Thi Ha", "Nguyễn Thị Hà", Likeness.ACCENTS),
        ("刘老师", "刘芳", Likeness.ADDRESS),
        ("Cô Hà", "Nguyễn Thị Hà", Likeness.ADDRESS),
        ("刘芳老师", "刘老师", Likeness.ADDRESS),
        ("NguyenThiHa", "Nguyễn Thị Hà", Likeness.GLANCE),
        ("CôHà", "Cô Hà", Likeness.GLANCE),
        ("Grace Ha11", "Grace Hall", Likeness.GLANCE),
        ("季老师", "李老师", Likeness.GLANCE),
        ("Mr Barnes", "Mr Bames", Likeness.GLANCE),
        ("VVendy Hall", "Wendy Hall", Likeness.GLANCE),
        ("0scar Hall", "Oscar Hall", Likeness.GLANCE),
        ("刘洋", "刘芳", Likeness.NONE),
        ("刘", "刘老师", Likeness.NONE),
        ("刘同学", "刘老师", Likeness.NONE),
        ("Hà", "Cô Hà", Likeness.NONE),
        ("Cồ Thị Hà", "Nguyễn Thị Hà", Likeness.NONE),
        ("Công", "Cô Hà", Likeness.NONE),
        ("老师", "刘老师", Likeness.NONE),
        ("user8812", "user8813", Likeness.NONE),
        ("学生3", "学生4", Likeness.NONE),
        ("", "", Likeness.NONE),
    ],
)
def test_how_like_two_names_are(one: str, other: str, how: Likeness) -> None:
    assert likeness(keys_of(one), keys_of(other)) is how


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("刘老师", Title.TEACHER), ("老师", Title.NONE), ("王小明同学", Title.PUPIL), ("Cô Hà", Title.TEACHER),
        ("co ha", Title.TEACHER), ("Trần Thị Co", Title.NONE), ("Em Bình", Title.PUPIL), ("Mr", Title.NONE),
        ("王小明", Title.NONE), ("Cô giáo Hà", Title.TEACHER), ("刘芳主任", Title.TEACHER), ("", Title.NONE),
    ],
)  # fmt: skip
def test_whom_the_words_around_a_name_make_of_somebody(name: str, title: Title) -> None:
    assert keys_of(name).title is title


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Cô H\u0430", True), ("刘老师\u3164", True), ("\u0421\u0435\u0440\u0433\u0435\u0439", False),
        ("Nguyễn Thị Hà", False),
        ("Łukasz Øster", False), ("刘老师", False), ("\u200b陈晓", False), ("Ｇｒａｃｅ", False), ("7А2 陈晓", False),
    ],
)  # fmt: skip
def test_what_is_a_disguise(name: str, expected: bool) -> None:
    assert keys_of(name).disguised is expected


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_takes_any_text_and_everybody_is_like_himself(one: str, other: str) -> None:
    mine, yours = keys_of(one), keys_of(other)
    assert likeness(mine, yours) in Likeness
    assert likeness(mine, mine) is (Likeness.SAME if mine.exact else Likeness.NONE)
    assert (likeness(mine, yours) is Likeness.SAME) is (likeness(yours, mine) is Likeness.SAME)


def test_a_name_of_ten_thousand_letters_is_read_only_so_far() -> None:
    assert len(keys_of("ẫ" * 10_000).exact) <= 200
    assert keys_of("\u3164" * 900 + "刘老师").exact == "刘老师"


def test_what_is_cut_off_leaves_no_space_behind() -> None:
    for letter in "aẫ":
        assert keys_of(letter * 199 + " b").exact == letter * 199
        assert keys_of(letter * 198 + " b").exact == letter * 198 + " b"


@pytest.mark.parametrize("name", ["", "\u3164", "★", "()"])
def test_where_nothing_is_left_no_form_is_like_anybodys(name: str) -> None:
    keys = keys_of(name)
    assert (keys.plain, keys.bare, keys.glance, keys.core) == ("", "", "", ())


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("G r a c e", ("grace",)),
        ("A B C", ("abc",)),
        ("A B", ("a", "b")),
        ("Jo An Li", ("jo", "an", "li")),
        ("A B Hall", ("a", "b", "hall")),
        ("Wi|liam Ha|l", ("william", "hall")),
        ("王 小 Ann", ("ann", "王小")),
        ("07 Hall", ("hall",)),
        ("07Hall", ("07hall",)),  # a word by itself may be a name with its number
        ("07Grace Hall", ("grace", "hall")),
        ("12 07Grace Hall", ("07grace", "hall")),
        ("Grace 07Hall", ("grace", "07hall")),
        ("(Hall)", ("hall",)),
        ("Grace (Hall)", ("grace",)),
        ("Ann-Marie O'Neil", ("ann", "marie", "o", "neil")),
    ],
)
def test_the_words_of_the_name_proper(name: str, core: tuple[str, ...]) -> None:
    assert keys_of(name).core == core


def test_of_a_short_name_the_word_of_address_is_a_part() -> None:
    assert keys_of("Cô Hà").plain == keys_of("Teacher Hà").plain == "teacher:hà"
    assert keys_of("Em Hà").plain == "pupil:hà"
    assert keys_of("Hà").plain == "hà"
    assert keys_of("Cô Nguyễn Thị Hà").plain == keys_of("Nguyễn Thị Hà").plain


# --- on the class list ------------------------------------------------------------------------------------------------

BINH = RosterEntry(id="1", name="Trần Văn Bình", accounts=("acc-1",))
MING = RosterEntry(id="2", name="王小明")
WEI = (RosterEntry(id="3", name="陈伟"), RosterEntry(id="4", name="陈伟"))
HA = RosterEntry(id="5", name="Lê Thị Hà"), RosterEntry(id="6", name="Lê Thị Hạ")
TEACHER = RosterEntry(id="7", name="刘芳", accounts=("acc-7", "liu@school.example"), staff=True)
CLASS = Roster((BINH, MING, *WEI, *HA, TEACHER))


@pytest.mark.parametrize(
    ("name", "entry", "facts"),
    [
        ("tran van binh", "1", (Fact.NAME_LOOSE,)),
        ("7A2 - 15 Bình Trần Văn", "1", (Fact.NAME_LOOSE,)),
        ("Trần Văn B\u0456nh", "1", (Fact.NAME_LOOSE, Fact.DISGUISED)),
        ("王小明\u3164", "2", (Fact.NAME, Fact.DISGUISED)),
        ("七3班王小明", "2", (Fact.NAME_LOOSE,)),
        ("陈伟", None, (Fact.NAME_TWICE,)),
        ("陳偉", None, (Fact.NAME_TWICE, Fact.NAME_LOOSE)),
        ("Lê Thị Hạ", "6", (Fact.NAME,)),
        ("Le Thi Ha", None, (Fact.NAME_TWICE, Fact.NAME_LOOSE)),
    ],
)
def test_a_loose_name_is_a_claim_with_a_fact_of_its_own(name: str, entry: str | None, facts: tuple[Fact, ...]) -> None:
    found = match(CLASS, Participant(id="p", name=name))
    assert (found.entry, found.trust, found.facts) == (entry, Trust.CLAIMED, facts)


def test_a_number_that_tells_people_apart_is_no_seat_number() -> None:
    rooms = Roster(tuple(RosterEntry(id=f"{n}", name=f"王小明{n}") for n in range(1, 4)))
    assert match(rooms, Participant(id="p", name="王小明9")).trust is Trust.STRANGER
    assert match(rooms, Participant(id="p", name="王小明2")).entry == "2"


def test_registration_is_less_than_an_account_and_a_teacher_is_told_as_one() -> None:
    assert match(CLASS, Participant(id="p", email="LIU@school.example")).facts == (Fact.REGISTERED, Fact.STAFF)
    assert match(CLASS, Participant(id="p", account="acc-7", email="liu@school.example")).facts == (
        Fact.ACCOUNT,
        Fact.STAFF,
    )
    assert match(CLASS, Participant(id="p", account="acc-1", email="liu@school.example")).entry == "1"
