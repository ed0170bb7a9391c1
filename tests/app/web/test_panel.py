"""The teacher's panel over HTTP."""

from app.store.desk import TokenKind, UserRole
from tests.app.web.houses import House


def test_a_colleague_has_a_name_however_many_there_are(school: House) -> None:
    for n in range(60):
        school.user(UserRole.CO_GUARD, f"colleague-{n}")
    teacher = school.user(UserRole.TEACHER, "zhao")  # the last by mail
    lesson = school.lesson(school.course(teachers=[teacher.mail]))
    link = school.desk.tokens.issue(teacher, TokenKind.LINK, ttl=600)
    school.client.post(f"/signin/{link}", data={"csrf": school.form(f"/signin/{link}")})
    page = school.client.get(f"/lessons/{lesson}").text
    assert teacher.name in page.split("<main", 1)[1]
