"""What people read of an error, and what it keeps for the log."""

import pytest

from app.domain import errors
from app.domain.errors import AdapterError, Duplicate, Invalid, MenshenError, NotFound, Refused, Transient


@pytest.mark.parametrize(
    "error", [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, MenshenError)]
)
def test_without_a_detail_people_read_the_sentence_of_its_kind(error: type[MenshenError]) -> None:
    made = error("feishu") if issubclass(error, AdapterError) else error()
    if error is not Invalid:
        assert str(made) == (error.__doc__ or "").splitlines()[0]
    assert made.detail == ""


def test_a_detail_is_what_people_read() -> None:
    assert str(NotFound("no such class")) == NotFound("no such class").detail == "no such class"
    assert str(Duplicate()) == "This is already in the log."
    assert str(Refused("feishu", "no licence")) == "no licence"


def test_what_a_platform_said_is_kept() -> None:
    refused = Refused("feishu", "no licence", code="1063001")
    assert (refused.platform, refused.detail, refused.code) == ("feishu", "no licence", "1063001")
    busy = Transient("wecom", "later", code="45009", retry_after=3.5)
    assert (busy.platform, busy.detail, busy.code, busy.retry_after) == ("wecom", "later", "45009", 3.5)
    plain = Transient("wecom")
    assert (plain.detail, plain.code, plain.retry_after) == ("", "", None)
    assert Refused("feishu").code == ""


def test_every_problem_of_an_input_is_named() -> None:
    wrong = Invalid(problems=(("minutes", "1 to 9"), ("mode", "off or on")))
    assert str(wrong) == "minutes: 1 to 9; mode: off or on"
    assert wrong.problems == (("minutes", "1 to 9"), ("mode", "off or on"))
    assert str(Invalid("not like that", problems=(("minutes", "1 to 9"),))) == "not like that"
    assert Invalid("not like that").problems == ()
