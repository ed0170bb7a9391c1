"""What a policy asks for before class."""

from typing import Any

import pytest

from adapters.preparation import Precaution as P
from app.precautions import wanted
from policies import documents

DOOR = {P.ROSTER_ONLY, P.ORGANISATION_ONLY, P.WAITING_ROOM, P.PERSONAL_LINKS}
QUIET = {P.MUTE_ON_ENTRY, P.CHAT_OFF}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"preset": "lecture"}, {*DOOR, *QUIET, P.HOST_ONLY_SHARE}),
        ({"preset": "exam"}, {*DOOR, *QUIET, P.HOST_ONLY_SHARE}),
        ({"preset": "strict"}, {*DOOR, *QUIET, P.HOST_ONLY_SHARE}),
        ({"preset": "seminar"}, DOOR),  # pupils speak and share
        ({"preset": "open_day"}, {*QUIET, P.HOST_ONLY_SHARE}),  # guests are welcome
        ({"roster_only": {"mode": "observe"}}, {*QUIET, P.HOST_ONLY_SHARE}),
        ({"roster_only": {"mode": "off"}, "quiet_start": {"mode": "off"}, "share_guard": {"mode": "off"}}, set()),
        ({"preset": "seminar", "roster_only": {"claimed": "admit"}}, {P.WAITING_ROOM, P.PERSONAL_LINKS}),
        ({"quiet_start": {"chat": False}}, {*DOOR, P.MUTE_ON_ENTRY, P.HOST_ONLY_SHARE}),
        ({"quiet_start": {"mute": False}}, {*DOOR, P.CHAT_OFF, P.HOST_ONLY_SHARE}),
        ({"quiet_start": {"mode": "observe"}, "share_guard": {"who": "roster"}}, DOOR),
        ({"share_guard": {"who": "everyone"}}, {*DOOR, *QUIET}),
    ],
)
def test_precautions_follow_the_policy(document: dict[str, Any], expected: set[P]) -> None:
    assert wanted(documents.policy(document)) == {P.HOST_FIRST, *expected}


def test_nobody_comes_before_the_host_in_any_preset() -> None:
    for preset in documents.PRESETS:
        assert P.HOST_FIRST in wanted(documents.policy({"preset": preset}))
