"""What an event of Feishu says: of a meeting, of the meeting bot, or of a group chat. Pure.

What we do not know, or what lacks what its kind needs, becomes Unknown.
"""

from collections.abc import Mapping
from types import MappingProxyType

from adapters import untrusted
from adapters.base import Received
from adapters.feishu import activity, group_events, meeting_events
from adapters.feishu.told import Reading, told_of, unknown

READINGS: Mapping[str, Reading] = MappingProxyType(
    {**meeting_events.READINGS, **activity.READINGS, **group_events.READINGS}
)


def received(document: object, *, received_at: float, hours_east: float) -> tuple[Received, ...]:
    """The facts of one event, each once. Raises Malformed when it has no kind."""
    told = told_of(untrusted.members(document), received_at, hours_east)
    reading = READINGS.get(told.kind)
    facts = {fact.delivery_id: fact for fact in (reading(told) if reading else ())}
    return tuple(facts.values()) or (told.fact(unknown(told, document)),)
