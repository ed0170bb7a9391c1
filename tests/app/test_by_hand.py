"""What only a person can do: shown as "by hand", confirmed when an event or a list shows that it was done."""

from pathlib import Path

from adapters.drill import DrillAdapter, DrillSettings
from adapters.http import Http
from adapters.notes import Notes
from app.domain.actions import Action, ActionKind, Confirm, Level, Outcome, OutcomeKind, Support, Words
from app.domain.people import Participant
from app.step import STANDS_IN
from tests.app.duty import Duty, Offset, Recording, on_a_school_day
from tests.app.guarded import MEETING

LOCKS = Words(zh="在会议窗口点「锁定」", vi="Bấm khóa trong cửa sổ lớp", en="Press lock in the lesson's window")


class ByHand(Recording):
    """Only the teacher's own client locks this room; a robot posts into the class group."""

    def __init__(self, settings: DrillSettings, http: Http, notes: Notes | None = None) -> None:
        super().__init__(settings, http, notes)
        self.posted: list[str] = []

    def supports(self, kind: ActionKind, target: Participant | None = None, lesson_key: str = "") -> Support:
        if kind is ActionKind.LOCK:
            return Support(level=Level.MANUAL, note="no call", instead=(ActionKind.ALERT,), instruction=LOCKS)
        if kind is ActionKind.ALERT:
            return Support(confirm=Confirm.NEVER, channel=True)
        return super().supports(kind, target, lesson_key)

    async def perform(self, lesson_key: str, action: Action) -> Outcome:
        if action.kind is ActionKind.ALERT:
            self.posted.append(action.text)
            return Outcome(kind=OutcomeKind.REQUESTED)
        return await super().perform(lesson_key, action)


def test_a_lock_by_hand_is_confirmed_when_the_room_is_locked(tmp_path: Path) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.press("lock")
        await duty.settled({"lock": "manual"})
        assert "lock" not in duty.adapter.asked
        await duty.api("PATCH", f"/api/meetings/{MEETING}/switches", {"locked": True})
        await duty.settled({"lock": "confirmed"})

    on_a_school_day(f"sqlite:///{tmp_path}/menshen.db", story, adapter=ByHand)


def test_people_outside_the_panel_are_told_too(tmp_path: Path) -> None:
    """A hold comes to nothing, people are called, and the robot posts the line that the service wrote."""

    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.faults({"fault": "lie", "match": {"action": "hold"}}, {"fault": "lie", "match": {"action": "kick"}})
        await duty.joins("user88")
        await duty.settled({"alert user88": "unconfirmed"})
        assert duty.adapter.posted == ["did_not_help"]  # nobody is named outside the panel

    on_a_school_day(f"sqlite:///{tmp_path}/menshen.db", story, adapter=ByHand)


def test_without_a_channel_an_alert_sends_nothing(tmp_path: Path) -> None:
    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.faults({"fault": "lie", "match": {"action": "hold"}}, {"fault": "lie", "match": {"action": "kick"}})
        await duty.joins("user88")
        await duty.settled({"alert user88": "confirmed"})
        kinds = {told.partition(" ")[0] for told in duty.adapter.asked}
        assert {"hold", "kick"} <= kinds
        assert "alert" not in kinds

    assert not DrillAdapter.capabilities[ActionKind.ALERT].channel
    on_a_school_day(f"sqlite:///{tmp_path}/menshen.db", story)


class NoWaitingRoom(Recording):
    """Nobody can be put back to wait, and this one cannot even be put out: the room is locked in his place."""

    def supports(self, kind: ActionKind, target: Participant | None = None, lesson_key: str = "") -> Support:
        if kind is ActionKind.HOLD:
            return Support(level=Level.NONE, note="no call", instead=(ActionKind.LOCK, ActionKind.ALERT))
        return super().supports(kind, target, lesson_key)


def test_a_room_that_is_closed_in_place_of_a_person_opens_again_by_itself(tmp_path: Path) -> None:
    moved = Offset()

    async def story(duty: Duty) -> None:
        await duty.start()
        await duty.joins("user88")
        await duty.settled({"lock": "confirmed", "alert user88": "confirmed"})
        moved.seconds += STANDS_IN + 1
        await duty.settled({"unlock": "confirmed"})

    on_a_school_day(f"sqlite:///{tmp_path}/menshen.db", story, adapter=NoWaitingRoom, moved=moved)
