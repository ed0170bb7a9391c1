"""Lines that only pretend to differ have one fingerprint; lines that differ do not."""

import pytest

from app.domain.writing import LONGEST, fingerprint


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Get out!", "GET OUT 123"),
        ("get out", "g e t . o u t"),
        ("哈哈哈哈", "哈 哈"),
        ("ＧＥＴ ＯＵＴ", "get out"),
        ("đ i t", "ĐIT!!"),
        ("x" + "ab" * LONGEST, "y"[:0] + "x" + "ab" * LONGEST + "different at the end"),
    ],
)
def test_lines_that_only_pretend_to_differ(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other) != ""


@pytest.mark.parametrize(("one", "other"), [("yes", "no"), ("đài", "dài"), ("第一题", "第二题")])
def test_lines_that_differ(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "123", "!?"])
def test_what_has_no_letters_is_compared_with_nothing(text: str) -> None:
    assert fingerprint(text) == ""
