"""Stored rows: everything comes back, what is personal stands apart, and what was erased comes back empty."""

import dataclasses
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import events as ev
from app.domain.actions import Action, ActionKind, Outcome, OutcomeKind, Words
from app.domain.people import Participant, Roster, RosterEntry
from app.domain.state import LessonState, note
from app.store import codec
from tests.builders import LATER, fold, joined, lesson, named, polled, pressed, pupil, says, standing, stranger, teacher

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.floats(0, 2e9, allow_nan=False)


def anything(kind: type[ev.Event]) -> st.SearchStrategy[ev.Event]:
    """Any event of a kind, made from its fields' types: a new field is covered by being there."""
    st.register_type_strategy(str, TEXT)
    st.register_type_strategy(float, NUMBERS)
    st.register_type_strategy(int, st.integers(0, 10**6))
    st.register_type_strategy(Words, st.builds(Words, zh=TEXT, vi=TEXT, en=TEXT))
    built: st.SearchStrategy[ev.Event] = st.builds(
        kind, **{f.name: st.from_type(_type(kind, f.name)) for f in _fields(kind)}
    )
    return built


def _fields(kind: type[Any]) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(kind)


def _type(kind: type[Any], name: str) -> Any:
    return get_type_hints(kind)[name]


@pytest.mark.parametrize("kind", sorted(ev.EVENTS))
def test_every_event_comes_back_as_it_was(kind: str) -> None:
    @given(anything(ev.EVENTS[kind]))
    def comes_back(event: ev.Event) -> None:
        body, private = codec.event_row(event)
        assert codec.event_from(kind, body, private) == _without_operator(event)

    comes_back()


def _without_operator(event: ev.Event) -> ev.Event:
    """The host through whom a platform was addressed is no part of what happened: the log does not keep him."""
    if not isinstance(event, ev.OutcomeSettled):
        return event
    return dataclasses.replace(event, action=dataclasses.replace(event.action, operator=None))


@pytest.mark.parametrize("kind", sorted(ev.EVENTS))
def test_what_was_erased_comes_back_empty_and_never_fails(kind: str) -> None:
    @given(anything(ev.EVENTS[kind]))
    def comes_back(event: ev.Event) -> None:
        body, _ = codec.event_row(event)
        erased = codec.event_from(kind, body, None)
        assert (type(erased), erased.at) == (type(event), event.at)

    comes_back()


def test_names_accounts_and_chat_stand_apart() -> None:
    who = Participant(
        id="p7", name="陈晓", account="acc-7", email="c@s.example", link="l-7", network="192.0.2.7", accounts=("on-7",)
    )  # fmt: skip
    secrets = ("陈晓", "acc-7", "on-7", "c@s.example", "l-7", "192.0.2.7", "私たち")
    events: tuple[ev.Event, ...] = (
        joined(who), says(who, "私たち"), polled([who, pupil(1)], [who]), ev.Unknown(at=1.0, name="n", raw="陈晓"),
        ev.OutcomeSettled(
            at=1.0, intent="i", action=Action(kind=ActionKind.HOLD, target=who, operator=who), outcome=_settled()
        ),
    )  # fmt: skip
    for event in events:
        body, private = codec.event_row(event)
        assert not [s for s in secrets if s in body], body
        assert any(s in private for s in secrets)
    body, _ = codec.intent_row(standing(ActionKind.HOLD, who), (("name", "陈晓"),), observed=False)
    assert not [s for s in secrets if s in body]


def _settled() -> Outcome:
    return Outcome(kind=OutcomeKind.REFUSED, code="4003", detail="no such device")


@pytest.mark.parametrize("observed", [False, True])
def test_an_intent_comes_back_without_its_operator(observed: bool) -> None:
    made = standing(ActionKind.KICK, stranger(1), until=LATER + 5, met=True, incident="l1.4", button="calm", by="u1")
    body, private = codec.intent_row(made, (("name", "x"),), observed)
    back, was_observed = codec.intent_from(body, private)
    status = OutcomeKind.SIMULATED if observed else OutcomeKind.PENDING
    assert (back, was_observed) == (dataclasses.replace(made, status=status), observed)
    assert codec.whole(body, private)["params"] == [["name", "x"]]


def test_an_action_in_the_queue_keeps_its_operator() -> None:
    action = Action(kind=ActionKind.KICK, target=stranger(1), operator=teacher(), text="x")
    assert codec.action_from(codec.action_text(action)) == action


def busy() -> LessonState:
    state = lesson(inside=[teacher(), pupil(1), named(2)], waiting=[stranger(1)], locked=True)
    state = fold(state, says(pupil(1), "好"), pressed("open_chat"), polled([pupil(1)], [stranger(1)], exact=False))
    return note(state, standing(ActionKind.HOLD, stranger(1), until=LATER + 9))


def test_a_folded_state_comes_back_with_the_roster_of_the_day() -> None:
    state = busy()
    back = codec.state_from(codec.snapshot(state), Roster((RosterEntry(id="1", name="x"),)))
    assert back == state
    assert len(back.roster.entries) == 1


def test_a_roster_comes_back() -> None:
    entries = (RosterEntry(id="1", name="Đỗ", aliases=("Do",), accounts=("a", "b"), staff=True),)
    assert codec.roster_from(codec.roster_text(entries)).entries == entries


def test_further_accounts_come_back_and_rows_and_snapshots_of_before_them_still_load() -> None:
    event = joined(dataclasses.replace(pupil(1), accounts=("on-1", "u1")))
    body, private = codec.event_row(event)
    assert msgspec.json.decode(private)["participant"]["accounts"] == ["on-1", "u1"]
    assert codec.event_from(event.kind, body, private) == event
    assert "accounts" not in "".join(codec.event_row(joined(pupil(1))))
    old = '{"participant":{"name":"学生1","account":"account-1"}}'
    assert codec.event_from(event.kind, body, old) == joined(pupil(1))
    packed = msgspec.msgpack.decode(codec.snapshot(busy()))
    for person in (*packed["inside"].values(), *packed["waiting"].values()):
        del person["participant"]["accounts"]
    assert codec.state_from(msgspec.msgpack.encode(packed), busy().roster) == busy()


def test_rows_are_json_that_others_can_read() -> None:
    body, private = codec.event_row(joined(pupil(1)))
    assert msgspec.json.decode(body) == {"at": LATER, "participant": {"id": "p1", "role": "attendee"}}
    assert msgspec.json.decode(private) == {"participant": {"name": "学生1", "account": "account-1"}}
    assert '"admitted":true' in codec.event_row(joined(pupil(1), admitted=True))[0]
    assert codec.event_row(ev.ClockTicked(at=1.0)) == ('{"at":1.0}', "")
