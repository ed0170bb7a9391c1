"""Every golden scenario, recorded by the whole service, runs again byte for byte."""

import pytest

from scenarios.catalogue import SCENARIOS
from scenarios.play import play

ERASED = {"S13"}  # its names are erased on the way: the record says so, and cannot be made again
ANOTHER = "tencent_meeting"  # has fewer events and other measures


@pytest.mark.parametrize("platform", ["drill", ANOTHER])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_record_follows_from_its_events(scenario: str, platform: str) -> None:
    lessons = play(SCENARIOS[scenario](), platform).score.again
    assert lessons
    for lesson in lessons:
        assert lesson.same is (scenario not in ERASED), lesson.difference
        assert lesson.forgotten is (scenario in ERASED)
        assert lesson.rows > 20
