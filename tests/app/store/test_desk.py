"""The desk of a school, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.people import RosterEntry
from app.domain.state import Status
from app.store import ledger
from app.store import tables as t
from app.store.desk import NewCourse, Part, TokenKind, UserRole
from tests.app.desks import Office, office


@pytest.fixture
def school(database_url: str) -> Iterator[Office]:
    opened = office(database_url)
    yield opened
    opened.close()


def people(count: int, start: int = 0) -> tuple[RosterEntry, ...]:
    return tuple(
        RosterEntry(id=f"S{i}", name=f"Pupil {i}", accounts=(f"acc-{i}",)) for i in range(start, start + count)
    )


def course(school: Office, **more: Any) -> str:
    new = NewCourse(name="数学", connection=more.pop("connection", "") or school.connection(), **more)
    return school.desk.courses.create(school.school.id, new).id


def problems(error: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return dict(error.value.problems)


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_mail_is_the_same_however_it_is_typed(school: Office) -> None:
    desk = school.desk.people
    lan = desk.create_user(school.school.id, mail=" Lan@School.Example ", name="Lan", role=UserRole.TEACHER)
    assert lan.mail == "lan@school.example"
    assert desk.by_mail(school.school.id, "LAN@school.example").id == lan.id
    with pytest.raises(Conflict):
        desk.create_user(school.school.id, mail="lan@SCHOOL.example", name="Lan", role=UserRole.IT)


@pytest.mark.parametrize("mail", ["", "lan", "a@b@c", "x y@z", "a@b\x00", "a@b\n", f"{'a' * 300}@b.example"])
def test_what_is_no_mail_is_refused(school: Office, mail: str) -> None:
    with pytest.raises(Invalid) as told:
        school.desk.people.create_user(school.school.id, mail=mail, name="Lan", role=UserRole.TEACHER)
    assert "mail" in problems(told)


@pytest.mark.parametrize("name", ["", "  ", "a\x07b", "a\nb", "n" * 10_000, "\ud800"])
def test_a_name_is_one_honest_line(school: Office, name: str) -> None:
    with pytest.raises(Invalid) as told:
        school.desk.people.create_user(school.school.id, mail="lan@school.example", name=name, role=UserRole.TEACHER)
    assert "name" in problems(told)


def test_a_new_user_has_not_chosen_a_language_yet(school: Office) -> None:
    lan = school.user()
    assert lan.language == ""  # so the browser's counts
    school.desk.people.set_language(school.school.id, lan.id, "en")
    assert school.desk.people.user(school.school.id, lan.id).language == "en"
    with pytest.raises(Invalid):
        school.desk.people.set_language(school.school.id, lan.id, "tlh")


def test_a_password_hash_shows_in_no_repr(school: Office) -> None:
    assert "argon" not in repr(school.user(password="$argon2id$..."))


def test_a_school_has_a_real_time_zone(school: Office) -> None:
    with pytest.raises(Invalid) as told:
        school.desk.people.create_school(name="Two", zone="../../etc/passwd")
    assert "zone" in problems(told)


def test_one_school_does_not_see_the_people_of_another(school: Office) -> None:
    other = school.desk.people.create_school(name="Other")
    with pytest.raises(NotFound):
        school.desk.people.user(other.id, school.user().id)
    assert school.desk.people.users(other.id).items == ()


def test_users_page_without_gap_or_repetition(school: Office) -> None:
    for name in ("an", "binh", "chi", "dung", "em"):
        school.user(name=name)
    seen, after = [], ""
    for _ in range(5):
        page = school.desk.people.users(school.school.id, after=after, limit=2)
        seen += [u.name for u in page.items]
        if not (after := page.next):
            break
    assert seen == ["An", "Binh", "Chi", "Dung", "Em"]


@pytest.mark.parametrize("after", ["x", "%%%", "WzFd", "W251bGxd", "é", "W10", "eyJhIjoxfQ", "WyJcdTAwMDAiXQ"])
def test_a_made_up_cursor_is_refused(school: Office, after: str) -> None:
    with pytest.raises(Invalid):
        school.desk.people.users(school.school.id, after=after)


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_only_a_hash_of_a_secret_is_stored(school: Office) -> None:
    secret = school.desk.tokens.issue(school.user(), TokenKind.API)
    with school.reader.begin() as db:
        rows = str(db.execute(select(t.tokens)).all())
    assert secret.rsplit(".", 1)[1] not in rows


def test_a_token_stands_for_its_owner_until_it_ends(school: Office) -> None:
    lan, tokens = school.user(), school.desk.tokens
    secret = tokens.issue(lan, TokenKind.API, ttl=60)
    found = tokens.find(secret, TokenKind.API)
    assert found is not None
    assert found.user.id == lan.id
    assert tokens.find(secret, TokenKind.SESSION) is None  # one kind does not do for another
    school.clock.pass_by(60)
    assert tokens.find(secret, TokenKind.API) is None


@pytest.mark.parametrize(
    "secret", ["", "x", "a.b.c", "menshen-api..x", "a.\x00.c", "a.\ud800.c", "a." + "b" * 9000 + ".c"]
)
def test_a_made_up_secret_opens_nothing(school: Office, secret: str) -> None:
    assert all(school.desk.tokens.find(secret, kind) is None for kind in TokenKind)
    assert school.desk.tokens.use(secret) is None
    assert school.desk.tokens.revoke(secret) is False


def test_whoever_is_shut_out_is_out_at_once(school: Office) -> None:
    lan = school.user()
    secret = school.desk.tokens.issue(lan, TokenKind.SESSION, ttl=60)
    school.desk.people.set_disabled(school.school.id, lan.id, True)
    assert school.desk.tokens.find(secret, TokenKind.SESSION) is None
    assert school.desk.people.accounts(lan.mail) == ()
    assert [user.id for user in school.desk.people.accounts(lan.mail, disabled=True)] == [lan.id]
    school.desk.people.set_disabled(school.school.id, lan.id, False)
    assert [user.id for user in school.desk.people.accounts(lan.mail)] == [lan.id]


def test_who_works_at_many_schools_signs_in_at_each(school: Office) -> None:
    for n in range(4):
        other = school.desk.people.create_school(name=f"No. {n}")
        school.desk.people.create_user(other.id, mail="lan@school.example", name="Lan", role=UserRole.TEACHER)
    assert len(school.desk.people.accounts("Lan@school.example")) == 4


def test_a_token_never_does_more_than_its_owner_may(school: Office) -> None:
    teacher, admin = school.user(), school.user(UserRole.ADMIN, "hoa")
    tokens = school.desk.tokens
    above = tokens.find(tokens.issue(teacher, TokenKind.API, role=UserRole.ADMIN), TokenKind.API)
    below = tokens.find(tokens.issue(admin, TokenKind.API, role=UserRole.IT), TokenKind.API)
    assert above is not None
    assert above.role is UserRole.TEACHER
    assert below is not None
    assert below.role is UserRole.IT


def test_a_link_lets_one_in_once(school: Office) -> None:
    secret = school.desk.tokens.issue(school.user(), TokenKind.LINK, ttl=600)
    assert school.desk.tokens.find(secret, TokenKind.LINK) is not None  # looking does not use it up
    assert school.desk.tokens.use(secret) is not None
    assert school.desk.tokens.use(secret) is None
    assert school.desk.tokens.find(secret, TokenKind.LINK) is None


def test_of_many_who_use_a_link_at_once_one_gets_in(school: Office) -> None:
    secret = school.desk.tokens.issue(school.user(), TokenKind.LINK, ttl=600)
    start, got = threading.Barrier(6), []

    def try_it() -> None:
        start.wait(timeout=20)
        got.append(school.desk.tokens.use(secret) is not None)

    threads = [threading.Thread(target=try_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(got) == [False] * 5 + [True]


def test_signing_out_everywhere_leaves_other_people_alone(school: Office) -> None:
    lan, hoa, tokens = school.user(), school.user(name="hoa"), school.desk.tokens
    mine = [tokens.issue(lan, TokenKind.SESSION) for _ in range(3)]
    others = tokens.issue(hoa, TokenKind.SESSION)
    assert tokens.revoke_all(lan, TokenKind.SESSION) == 3
    assert [tokens.find(s, TokenKind.SESSION) for s in mine] == [None] * 3
    assert tokens.find(others, TokenKind.SESSION) is not None


def test_what_has_ended_is_forgotten(school: Office) -> None:
    tokens, lan = school.desk.tokens, school.user()
    tokens.issue(lan, TokenKind.SESSION, ttl=10)
    used = tokens.issue(lan, TokenKind.LINK, ttl=900)
    kept = tokens.issue(lan, TokenKind.API)
    tokens.use(used)
    school.clock.pass_by(20)
    assert tokens.forget_ended() == 2
    assert tokens.find(kept, TokenKind.API) is not None


def test_a_session_notes_that_it_is_used_but_seldom_writes(school: Office) -> None:
    tokens = school.desk.tokens
    secret = tokens.issue(school.user(), TokenKind.SESSION, ttl=9000)

    def used_at() -> float | None:
        found = tokens.find(secret, TokenKind.SESSION)
        assert found is not None
        tokens.touch(found)
        again = tokens.find(secret, TokenKind.SESSION)
        assert again is not None
        return again.used_at

    assert used_at() is None
    school.clock.pass_by(400)
    assert (first := used_at()) == school.clock()
    school.clock.pass_by(10)
    assert used_at() == first


# --- connections ------------------------------------------------------------------------------------------------------


def test_the_settings_of_a_connection_are_sealed(school: Office) -> None:
    made = school.connection(settings={"token": "very-secret-token"})
    with school.reader.begin() as db:
        stored = bytes(db.execute(select(t.connections.c.settings)).scalar_one())
    assert b"very-secret" not in stored
    opened = {record.id: settings for record, settings in school.desk.connections.opened()}
    assert opened == {made: {"token": "very-secret-token"}}
    assert school.desk.connections.get(school.school.id, made).platform == "drill"


def test_connections_page_oldest_first(school: Office) -> None:
    made = []
    for _ in range(3):
        school.clock.pass_by(0.1)
        made.append(school.connection())
    first = school.desk.connections.page(school.school.id, limit=2)
    second = school.desk.connections.page(school.school.id, limit=2, after=first.next)
    assert [c.id for c in (*first.items, *second.items)] == made
    assert second.next == ""


# --- courses ----------------------------------------------------------------------------------------------------------


def test_a_course_is_made_whole(school: Office) -> None:
    made = course(school, meetings=("m-1", "m-2"), teachers=("Lan@school.example",), co_guards=("hoa@school.example",))
    found = school.desk.courses.get(school.school.id, made)
    assert (found.name, found.meetings) == ("数学", ("m-1", "m-2"))
    assert (found.teachers, found.co_guards) == (("lan@school.example",), ("hoa@school.example",))
    assert school.desk.courses.part(school.school.id, made, "LAN@school.example") is Part.TEACHER
    assert school.desk.courses.part(school.school.id, made, "nobody@school.example") is None


def test_a_meeting_belongs_to_exactly_one_course(school: Office) -> None:
    room = school.connection()
    first = course(school, connection=room, meetings=("m-1",))
    with pytest.raises(Conflict, match=first):
        course(school, connection=room, meetings=("m-0", "m-1"))
    assert len(school.desk.courses.page(school.school.id).items) == 1  # nothing of the second was kept
    second = course(school, connection=room)
    with pytest.raises(Conflict, match="数学"):
        school.desk.courses.update(school.school.id, second, name="not this either", meetings=["m-1"])
    assert school.desk.courses.get(school.school.id, second).name == "数学"
    school.desk.courses.update(school.school.id, first, meetings=[])
    school.desk.courses.update(school.school.id, second, meetings=["m-1", "m-2"])
    school.desk.courses.update(school.school.id, second, meetings=["m-1", "m-2"])  # again is harmless
    assert school.desk.courses.get(school.school.id, second).meetings == ("m-1", "m-2")


def test_the_same_number_on_another_platform_is_another_meeting(school: Office) -> None:
    course(school, meetings=("123",))
    other = course(school, meetings=("123",))
    assert school.desk.courses.get(school.school.id, other).meetings == ("123",)


def test_a_course_needs_a_connection_of_its_own_school(school: Office) -> None:
    other = school.desk.people.create_school(name="Other")
    with pytest.raises(Invalid) as told:
        school.desk.courses.create(other.id, NewCourse(name="x", connection=school.connection()))
    assert "connection" in problems(told)


def test_a_connection_is_kept_as_it_was_found_however_it_is_typed(school: Office) -> None:
    room = school.connection()
    made = school.desk.courses.create(school.school.id, NewCourse(name="x", connection=f" {room} ", meetings=("m-1",)))
    assert made.connection == room
    with pytest.raises(Conflict):
        course(school, connection=room, meetings=("m-1",))


def test_a_guard_sees_his_courses_only(school: Office) -> None:
    room = school.connection()
    mine = course(school, connection=room, teachers=("lan@school.example",))
    helping = course(school, connection=room, co_guards=("lan@school.example",))
    course(school, connection=room, teachers=("hoa@school.example",))
    listed = school.desk.courses.page(school.school.id, guard="lan@school.example").items
    assert {c.id for c in listed} == {mine, helping}
    school.desk.courses.update(school.school.id, mine, teachers=("hoa@school.example",))
    listed = school.desk.courses.page(school.school.id, guard="lan@school.example").items
    assert {c.id for c in listed} == {helping}


def test_a_course_is_renamed_in_one_line(school: Office) -> None:
    made = course(school)
    school.desk.courses.update(school.school.id, made, name="Toán 7A")
    assert school.desk.courses.get(school.school.id, made).name == "Toán 7A"
    with pytest.raises(Invalid):
        school.desk.courses.update(school.school.id, made, name="a\nb")
    with pytest.raises(NotFound):
        school.desk.courses.update(school.school.id, "nothing", name="x")


# --- policy and roster ------------------------------------------------------------------------------------------------


def test_a_policy_moves_its_version_and_a_late_writer_is_told(school: Office) -> None:
    made, documents = course(school, policy={"preset": "exam"}), school.desk.documents
    assert documents.policy(school.school.id, made) == ({"preset": "exam"}, 1)
    assert documents.put_policy(school.school.id, made, {"preset": "strict"}, seen=1) == 2
    with pytest.raises(Conflict):
        documents.put_policy(school.school.id, made, {"preset": "lecture"}, seen=1)
    assert documents.policy(school.school.id, made) == ({"preset": "strict"}, 2)


def test_a_roster_comes_back_as_it_was_given(school: Office) -> None:
    entry = RosterEntry(id="20260001", name="Nguyễn Thị Đào", aliases=("Đào",), accounts=("dao@school.example", "tok"))
    made = course(school, roster=(entry,))
    assert school.desk.documents.roster(school.school.id, made)[0] == (entry,)


@pytest.mark.parametrize(
    ("entries", "where"),
    [
        ((RosterEntry(id="", name="x"),), "roster[0].id"),
        ((RosterEntry(id="a", name="x" * 10_000),), "roster[0].name"),
        ((RosterEntry(id="a", name="x\x00"),), "roster[0].name"),
        ((RosterEntry(id="a", name="x"), RosterEntry(id="a", name="y")), "roster[1].id"),
        ((RosterEntry(id="a", name="x", accounts=("M",)), RosterEntry(id="b", name="y", accounts=("m",))),
         "roster[1].accounts"),
        ((RosterEntry(id="a", name="x", aliases=("y",) * 21),), "roster[0].aliases"),
        (people(5001), "roster"),
    ],
)  # fmt: skip
def test_a_wrong_roster_is_refused_with_the_place(school: Office, entries: tuple[RosterEntry, ...], where: str) -> None:
    made = course(school, roster=people(3))
    with pytest.raises(Invalid) as told:
        school.desk.documents.put_roster(school.school.id, made, entries)
    assert where in problems(told)
    assert school.desk.documents.roster(school.school.id, made)[1].size == 3


@pytest.mark.parametrize(
    ("before", "after", "shrunk"), [(10, 8, False), (10, 7, True), (9, 1, False), (30, 24, False), (30, 0, True)]
)
def test_a_list_that_lost_many_is_not_believed(school: Office, before: int, after: int, shrunk: bool) -> None:
    made = course(school, roster=people(before))
    assert school.desk.documents.put_roster(school.school.id, made, people(after)).shrunk is shrunk
    assert school.desk.courses.get(school.school.id, made).roster_shrunk is shrunk


def test_a_short_list_sent_again_is_still_not_believed(school: Office) -> None:
    made, put = course(school, roster=people(30)), school.desk.documents.put_roster
    assert put(school.school.id, made, people(3)).shrunk
    assert put(school.school.id, made, people(3)).shrunk
    assert put(school.school.id, made, people(0)).shrunk
    assert put(school.school.id, made, people(5)).shrunk
    assert not put(school.school.id, made, people(30)).shrunk


def test_somebody_confirms_the_shorter_list(school: Office) -> None:
    made, put = course(school, roster=people(30)), school.desk.documents.put_roster
    assert put(school.school.id, made, people(3)).shrunk
    change = put(school.school.id, made, people(3), confirm_shrink=True)
    assert (change.shrunk, change.version) == (False, 3)


# --- lessons ----------------------------------------------------------------------------------------------------------


def lesson(school: Office, course_id: str, id: str, **more: Any) -> None:
    row = {
        "school_id": school.school.id, "id": id, "connection_id": "c", "key": f"m-{id}", "run": 1, "latest": True,
        "course_id": course_id, "title": "", "status": "live", "scheduled_at": None, "started_at": None,
        "ended_at": None, "number": 0, "head": ledger.START, "snapshot": None, "snapshot_number": 0, "drill": False,
    }  # fmt: skip
    with school.writer.begin() as db:
        db.execute(insert(t.lessons).values({**row, **more}))


def test_lessons_page_newest_first_and_filter(school: Office) -> None:
    room = school.connection()
    mine = course(school, connection=room, teachers=("lan@school.example",))
    other = course(school, connection=room)
    for i in range(5):
        lesson(school, mine, f"l{i}", started_at=1000.5 + i // 2)  # some begin at the same moment
    lesson(school, other, "x", started_at=5000.0)
    lesson(school, mine, "done", status="ended", started_at=1.0)
    desk, seen, after = school.desk.lessons, [], ""
    for _ in range(9):
        page = desk.page(school.school.id, status=Status.LIVE, guard="lan@school.example", after=after, limit=2)
        seen += [found.id for found in page.items]
        if not (after := page.next):
            break
    assert seen == ["l4", "l2", "l3", "l0", "l1"]
    assert [found.id for found in desk.page(school.school.id, course=other).items] == ["x"]
    assert school.desk.courses.live_lessons(school.school.id, mine) == ("l0", "l1", "l2", "l3", "l4")


def test_an_unknown_lesson_is_not_found(school: Office) -> None:
    with pytest.raises(NotFound):
        school.desk.lessons.get(school.school.id, "nothing")
    assert school.desk.lessons.rows(school.school.id, "nothing") == ()


def test_two_entries_that_differ_are_two_people(school: Office) -> None:
    first = people(1)[0]
    made = course(school, roster=(first, replace(first, id="S9", accounts=())))
    assert len(school.desk.documents.roster(school.school.id, made)[0]) == 2


def test_it_is_kept_when_a_list_was_loaded_and_links_given_since_make_it_no_younger(school: Office) -> None:
    made = course(school, roster=people(3))
    assert roster_at(school, made) == school.clock()
    school.clock.pass_by(86_400)
    school.desk.documents.give_links(school.school.id, made)
    assert roster_at(school, made) == school.clock() - 86_400
    school.desk.documents.put_roster(school.school.id, made, people(4))
    assert roster_at(school, made) == school.clock()


def roster_at(school: Office, course: str) -> float:
    with school.reader.begin() as db:
        return float(db.execute(select(t.courses.c.roster_at).where(t.courses.c.id == course)).scalar_one())
