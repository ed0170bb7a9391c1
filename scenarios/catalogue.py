"""The fourteen golden scenarios, in their order."""

from collections.abc import Callable, Mapping

from scenarios import crowds, mishaps, raids, trials
from scenarios.script import Script

SCENARIOS: Mapping[str, Callable[[], Script]] = {
    "S1": raids.leak,
    "S2": raids.passive_teacher,
    "S3": raids.teacher_drops,
    "S4": raids.classmate,
    "S5": raids.lookalike,
    "S6": crowds.bell,
    "S7": mishaps.chaos,
    "S8": mishaps.rate_limit,
    "S9": mishaps.lying,
    "S10": crowds.abuse,
    "S11": trials.restart,
    "S12": crowds.insider,
    "S13": trials.erasure,
    "S14": trials.log_attack,
}
