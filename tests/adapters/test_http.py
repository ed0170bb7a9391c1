"""What a platform's answer says of waiting is a finite number of seconds, or nothing."""

import pytest

from adapters.http import LONGEST_WAIT, Answer


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("9" * 400, LONGEST_WAIT),  # as a float this is infinite
        ("", None),
        (".", None),
        ("1.2.3", None),
        ("-1", None),
        ("1e3", None),
        ("\u00b2", None),  # a digit to Python, no number to float()
        ("\u0663", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_how_long_to_wait(said: str, seconds: float | None) -> None:
    assert Answer(status=429, headers={"retry-after": said}, body=b"").retry_after() == seconds


def test_who_does_not_say_how_long() -> None:
    assert Answer(status=429, headers={}, body=b"").retry_after() is None
