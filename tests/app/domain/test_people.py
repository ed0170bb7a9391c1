"""Who is who: accounts and links first, names only as a claim, and no disguise that the eye would not notice."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.names import name_key
from app.domain.people import Fact, Participant, Roster, RosterEntry, Trust, match

TAN = RosterEntry(id="1", name="Nguyễn Đức Tân", aliases=("Tân 7A",), accounts=("tan@school.example", "acc-1"))
XIAO = RosterEntry(id="2", name="陈晓", accounts=("acc-2", "link-2"))
TWINS = (RosterEntry(id="3", name="王伟", accounts=("acc-3",)), RosterEntry(id="4", name="王伟", accounts=("acc-4",)))
CLASS = Roster((TAN, XIAO, *TWINS))


def who(
    name: str = "", *, account: str = "", email: str = "", link: str = "", more: tuple[str, ...] = ()
) -> Participant:
    return Participant(id="p", name=name, account=account, email=email, link=link, accounts=more)


VERIFIED, CLAIMED, STRANGER = Trust.VERIFIED, Trust.CLAIMED, Trust.STRANGER


@pytest.mark.parametrize(
    ("participant", "entry", "trust", "fact"),
    [
        (who("whatever", account="acc-1"), "1", VERIFIED, Fact.ACCOUNT),
        (who("whatever", account="ACC-1"), "1", VERIFIED, Fact.ACCOUNT),
        (who("whatever", email="Tan@School.example"), "1", VERIFIED, Fact.REGISTERED),
        (who("whatever", account="ou-9", more=("on-9", "ACC-1")), "1", VERIFIED, Fact.ACCOUNT),
        (who("whatever", account="acc-2", more=("acc-1",)), "2", VERIFIED, Fact.ACCOUNT),  # the first id goes first
        (who("陈晓", account="ou-9", more=("", "acc-9")), "2", CLAIMED, Fact.NAME),
        (who("陈晓", link="link-2"), "2", VERIFIED, Fact.LINK),
        (who("陈晓", link="link-9"), "2", CLAIMED, Fact.NAME),
        (who("陈晓", account="acc-9"), "2", CLAIMED, Fact.NAME),
        (who("陈晓", account="acc-1"), "1", VERIFIED, Fact.ACCOUNT),  # the account counts, not the name he wears
        (who("Tân 7A"), "1", CLAIMED, Fact.NAME),
        (who("王伟", account="acc-4"), "4", VERIFIED, Fact.ACCOUNT),
        (who("王伟"), None, CLAIMED, Fact.NAME_TWICE),
        (who("user8812"), None, STRANGER, Fact.NOT_LISTED),
        (who("陈小"), None, STRANGER, Fact.NOT_LISTED),
        (who(""), None, STRANGER, Fact.NOT_LISTED),
        (who("\u3164"), None, STRANGER, Fact.NOT_LISTED),  # a name of blank fillers is no name
    ],
)
def test_account_and_link_prove_a_name_only_claims(
    participant: Participant, entry: str | None, trust: Trust, fact: Fact
) -> None:
    found = match(CLASS, participant)
    assert (found.entry, found.trust, found.facts) == (entry, trust, (fact,))


@pytest.mark.parametrize(
    "disguise",
    [
        " 陈晓 ", "陈晓\u3164", "\u200b陈\u200d晓\ufeff", "陈\u2060晓", "陈晓\u202e", "陈\u00ad晓", "\u2800陈晓",
        "陈晓\uffa0", "陈\u034f晓",
    ],
)  # fmt: skip
def test_what_the_eye_does_not_see_does_not_make_another_name(disguise: str) -> None:
    assert match(CLASS, who(disguise)).entry == "2"


@pytest.mark.parametrize(
    "spelling",
    [
        "nguyễn đức tân", "NGUYỄN ĐỨC TÂN", "Nguyễn  Đức\tTân", unicodedata.normalize("NFD", "Nguyễn Đức Tân"),
        "Nguyễn\u00a0Đức\u3000Tân", "Ｎｇｕｙễｎ Đức Tân", "Nguyễn Dức Tân",
    ],
)  # fmt: skip
def test_one_name_in_all_its_spellings(spelling: str) -> None:
    assert match(CLASS, who(spelling)).entry == "1"


@pytest.mark.parametrize(("one", "other"), [("Tân", "Tan"), ("Hà", "Ha"), ("陈晓", "陈小"), ("Ann", "Anna")])
def test_different_names_stay_different(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_without_a_roster_nobody_is_judged() -> None:
    found = match(Roster(), who("陈晓", account="acc-2"))
    assert (found.trust, found.facts) == (STRANGER, (Fact.NO_ROSTER,))


def test_empty_accounts_on_the_roster_vouch_for_nobody() -> None:
    careless = Roster((RosterEntry(id="1", name="甲", accounts=("", "acc")),))
    assert match(careless, who("乙", account="", email="", link="")).trust is STRANGER


@given(st.text())
def test_the_compared_form_is_stable_whatever_the_name(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key
    assert name_key(f"\u200b {name}\u3164") == key
    assert match(CLASS, who(name)).trust is not VERIFIED  # never by name alone


# --- the list itself --------------------------------------------------------------------------------------------------


def test_a_packed_list_is_opened_when_somebody_is_first_looked_up_and_once() -> None:
    opened: list[int] = []

    def unpack() -> tuple[RosterEntry, ...]:
        opened.append(1)
        return CLASS.entries

    packed = Roster(unpack=unpack)
    assert bool(packed)  # an empty list never comes packed
    assert opened == []
    assert match(packed, who("陈晓", account="acc-2")).entry == "2"
    assert match(packed, who("王伟")).facts == (Fact.NAME_TWICE,)
    assert packed.entries == CLASS.entries
    assert opened == [1]
    assert not Roster()
    assert Roster().entries == ()


def test_lists_with_the_same_people_are_equal() -> None:
    same = Roster(unpack=lambda: CLASS.entries)
    assert same == CLASS
    assert len({same, CLASS, Roster(CLASS.entries[:1])}) == 2
    assert Roster(CLASS.entries[:1]) != CLASS
    assert CLASS != CLASS.entries
    assert repr(Roster((XIAO,))) == f"Roster({(XIAO,)!r})"


def test_who_is_looked_up_and_is_not_there_is_nobody() -> None:
    assert CLASS.by_name("陈小") == ()
    assert CLASS.by_name("陈晓") == (XIAO,)
    assert CLASS.by_name("Tân 7A") == (TAN,)
    assert CLASS.by_name("王伟") == TWINS
    assert CLASS.by_account("", "nobody", "ACC-2") == XIAO
    assert CLASS.by_account("", "nobody") is None


@pytest.mark.parametrize(
    ("names", "written", "entries"),
    [
        (("王小明1", "王小明2"), "王小明", ()),  # only the number tells them apart
        (("王小明1", "王小明2", "王小明3"), "王小明", ()),
        (("03王小明", "03王小明"), "王小明", ("0", "1")),  # the same number: two of one name
        (("03王小明",), "王小明", ("0",)),
        (("王小明", "李雷"), "七3班 王小明", ("0",)),
        (("", "王小明"), "王小明", ("1",)),
    ],
)
def test_a_number_is_left_out_of_a_name_unless_it_tells_people_apart(
    names: tuple[str, ...], written: str, entries: tuple[str, ...]
) -> None:
    listed = Roster(tuple(RosterEntry(id=str(n), name=name) for n, name in enumerate(names)))
    assert tuple(e.id for e in listed.by_likeness(written)[1]) == entries
