"""The laws of every adapter (design, 3.6): one suite, held against each platform's sample."""

import asyncio
import dataclasses
import logging
import math
import random
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import REGISTRY
from adapters.base import Adapter, Delivery, Received
from adapters.health import Finding, Health
from adapters.http import Http
from adapters.notes import Notes
from app.domain.actions import ActionKind, Decision, Level, Outcome, OutcomeKind, plan
from app.domain.errors import AdapterError, Gone, Malformed, NotAuthentic, Refused, Transient
from app.domain.events import EVENTS, Attendance, Unknown
from tests.adapters.conformance import NOW, Sample, samples
from tests.adapters.hostile import texts, with_one_part_replaced
from tests.adapters.loopback import Answering, Asked, Loopback, Said, Trouble, loopback

SAMPLES = samples()
NOWHERE = "http://127.0.0.1:9"  # nobody listens on the discard port; the pure half must not try
PATIENCE = 0.4  # seconds until a silent platform counts as unreachable; loopback answers within milliseconds

of_every_platform = pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.platform)
of_every_kind = pytest.mark.parametrize("kind", ActionKind, ids=str)


def make(
    sample: Sample, changes: Mapping[str, object] = MappingProxyType({}), *, at: str = NOWHERE, http: Http | None = None
) -> Adapter[Any]:
    settings = sample.adapter.settings_type.model_validate({**sample.settings(at), **changes})
    return sample.adapter(settings, http or Http(), Notes(sample.notes))


Asking = Callable[[Adapter[Any]], Awaitable[object]]


def ask(sample: Sample, answering: Answering, *questions: Asking) -> tuple[list[object], list[Asked]]:
    """What became of each question (a value or the exception), and every request that was sent for them."""

    async def run() -> tuple[list[object], list[Asked]]:
        http = Http(connect_seconds=PATIENCE, total_seconds=PATIENCE)
        async with loopback(answering) as server:
            adapter = make(sample, at=server.base_url, http=http)
            try:
                results = [await _outcome(question(adapter)) for question in questions]
            finally:
                await adapter.close()
                await http.close()
        return results, server.asked

    return asyncio.run(run())


async def _outcome(asked: Awaitable[object]) -> object:
    try:
        return await asked
    except Exception as e:  # whatever escapes is what the law is about
        return e


def performing(sample: Sample, kind: ActionKind) -> Asking:
    return lambda adapter: adapter.perform(sample.lesson_key, sample.action(kind))


def listing(sample: Sample) -> Asking:
    return lambda adapter: adapter.participants(sample.lesson_key)


def everything(sample: Sample) -> tuple[Asking, ...]:
    return (*(performing(sample, kind) for kind in ActionKind), listing(sample), lambda adapter: adapter.probe())


def test_every_registered_adapter_has_a_sample() -> None:
    assert {s.platform: s.adapter for s in SAMPLES} == REGISTRY


# --- in words ---------------------------------------------------------------------------------------------------------


@of_every_platform
def test_1_every_action_kind_is_declared(sample: Sample) -> None:
    assert set(sample.adapter.capabilities) == set(ActionKind)
    assert sample.adapter.capabilities[ActionKind.ALERT].level is not Level.NONE


@of_every_platform
@of_every_kind
def test_1_less_than_native_says_what_happens_instead(sample: Sample, kind: ActionKind) -> None:
    support = sample.adapter.capabilities[kind]
    if support.level is Level.NATIVE:
        return
    assert support.note
    if support.level is Level.MANUAL:
        assert support.instruction
    if support.level is Level.NONE:
        assert support.instead or support.instruction
        if support.instead:
            wish = Decision(action=sample.action(kind), rule="any", reason="any", facts=2)
            done = plan(lambda kind, _: sample.adapter.capabilities[kind], wish)
            assert all(s.level is not Level.NONE for _, s in done), f"instead of {kind} nothing happens either"


@of_every_platform
@of_every_kind
def test_1_an_instruction_speaks_three_languages(sample: Sample, kind: ActionKind) -> None:
    instruction = sample.adapter.capabilities[kind].instruction
    assert instruction is None or all((instruction.zh, instruction.vi, instruction.en))


@of_every_platform
def test_2_what_the_platform_cannot_do_sends_nothing(sample: Sample) -> None:
    kinds = [k for k in ActionKind if make(sample).supports(k).level in (Level.NONE, Level.MANUAL)]
    results, asked = ask(sample, sample.yes, *(performing(sample, kind) for kind in kinds))
    assert asked == []
    assert {r.kind for r in results if isinstance(r, Outcome)} <= {OutcomeKind.UNSUPPORTED, OutcomeKind.MANUAL}
    assert all(isinstance(r, Outcome | Refused) for r in results), results


@of_every_platform
def test_3_no_secret_is_ever_told(sample: Sample, caplog: pytest.LogCaptureFixture) -> None:
    def parrot(asked: Asked) -> Said:
        if len(told) % 2:
            told.append("complaint")
            return sample.complaint(f"not with {sample.secrets[len(told) // 2 % len(sample.secrets)]}")
        told.append("page")
        page = [asked.target, *asked.headers.values(), asked.body.decode("utf-8", "replace"), *sample.secrets]
        return Said(status=next(statuses), body="\n".join(page).encode(), headers={"Content-Type": "text/html"})

    told: list[str] = []
    caplog.set_level(logging.DEBUG)
    statuses = _cycle(400, 401, 403, 404, 500, 200)
    results, asked = ask(sample, parrot, *everything(sample) * len(sample.secrets))
    assert len(asked) > 20
    adapter = make(sample)
    shown = [caplog.text, repr(adapter), repr(adapter.settings), str(adapter.settings), repr(vars(adapter))]
    shown += [_all_of(r) for r in results]
    shown += [_all_of(e) for e in _forgeries_refused(sample)]
    assert _leaks(sample, shown) == []


@of_every_platform
def test_3_settings_that_do_not_validate_keep_their_secrets(sample: Sample) -> None:
    with pytest.raises(ValueError, match="no_such_field") as caught:
        make(sample, {"no_such_field": True})
    assert _leaks(sample, [str(caught.value)]) == []


def _leaks(sample: Sample, told: list[str]) -> list[str]:
    assert all(len(s) >= 8 for s in sample.secrets), "a short secret would be found by accident"
    return [f"{secret} in: {text[:300]}" for text in told for secret in sample.secrets if secret in text]


def _all_of(result: object) -> str:
    """Everything that a log or a panel could show of a result, with the causes of an exception."""
    shown = traceback.format_exception(result) if isinstance(result, BaseException) else []
    lines = [line for line in "".join(shown).splitlines() if not line.startswith("    ")]  # not the source itself
    return "\n".join([repr(result), str(result), str(getattr(result, "__dict__", "")), *lines])


def _cycle(*values: int) -> Iterator[int]:
    while True:
        yield from values


@of_every_platform
def test_4_importing_touches_nothing(sample: Sample) -> None:
    guard = """
import importlib, sys
importlib.import_module("app.domain.events")
def refuse(event, args):
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if writes or event.startswith(("socket.", "subprocess.", "os.mkdir", "os.remove", "os.rename")):
        if not (event == "socket.__new__" or str(args[0]).find("__pycache__") >= 0):
            raise SystemExit(f"at import: {event} {args}")
sys.addaudithook(refuse)
importlib.import_module(sys.argv[1])
"""
    command = [sys.executable, "-B", "-c", guard, sample.adapter.__module__]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@of_every_platform
def test_4_the_pure_half_asks_nobody(sample: Sample) -> None:
    async def read(adapter: Adapter[Any]) -> None:
        for delivery in genuine(sample):
            adapter.verify(delivery)
            adapter.handshake(delivery)
            adapter.parse(delivery)

    results, asked = ask(sample, sample.yes, read)
    assert results == [None]
    assert asked == []


# --- inbound ----------------------------------------------------------------------------------------------------------


def genuine(sample: Sample) -> list[Delivery]:
    return [sample.deliver(f.content, NOW, sample.secret) for f in sample.fixtures.values()]


def refuses(adapter: Adapter[Any], delivery: Delivery) -> bool:
    try:
        adapter.verify(delivery)
    except NotAuthentic:
        return True
    return False


@of_every_platform
def test_5_genuine_deliveries_are_accepted_under_both_secrets(sample: Sample) -> None:
    adapter = make(sample)
    for fixture in sample.fixtures.values():
        assert not refuses(adapter, sample.deliver(fixture.content, NOW, sample.secret))
        assert not refuses(adapter, sample.deliver(fixture.content, NOW, sample.previous))


@of_every_platform
def test_5_forgeries_are_refused(sample: Sample) -> None:
    assert all(isinstance(e, NotAuthentic) for e in _forgeries_refused(sample))


def _forgeries_refused(sample: Sample) -> list[Exception | None]:
    """What verify says to a wrong secret, to none, to missing and empty headers, and when there is no secret here."""
    without = make(sample, sample.without_secret)
    refused: list[Exception | None] = []
    for fixture in sample.fixtures.values():
        good = sample.deliver(fixture.content, NOW, sample.secret)
        unsigned = sample.deliver(fixture.content, NOW, "")
        stranger = sample.deliver(fixture.content, NOW, "somebody-elses-secret-000")
        headers = [h for h in sample.proofs if h in good.headers]
        bad = [unsigned, stranger, *(_without(good, h) for h in headers), *(_with(good, h, "") for h in headers)]
        refused += [_verified(make(sample), forged) for forged in bad]
        refused += [_verified(without, forged) for forged in (good, *bad)]
    return refused


def _verified(adapter: Adapter[Any], delivery: Delivery) -> Exception | None:
    try:
        adapter.verify(delivery)
    except Exception as e:  # whatever escapes is what the law is about
        return e
    return None


def _without(delivery: Delivery, header: str) -> Delivery:
    return dataclasses.replace(delivery, headers={k: v for k, v in delivery.headers.items() if k != header})


def _with(delivery: Delivery, header: str, value: str) -> Delivery:
    return dataclasses.replace(delivery, headers={**delivery.headers, header: value})


@of_every_platform
def test_5_one_changed_byte_is_refused_or_changes_nothing(sample: Sample) -> None:
    """Nothing: white space around a signed text and the like, where every fact stays what it was."""
    adapter, chance, refused, tried = make(sample), random.Random(5), 0, 0
    for delivery in genuine(sample):
        for changed in _one_byte_off(sample, delivery, chance):
            tried += 1
            if refuses(adapter, changed):
                refused += 1
            else:
                assert _parsed(adapter, changed) == _parsed(adapter, delivery), changed
    assert refused > tried / 2
    assert tried >= len(sample.fixtures)


def _one_byte_off(sample: Sample, delivery: Delivery, chance: random.Random) -> Iterator[Delivery]:
    for header in sample.proofs:
        if header in delivery.headers:
            yield _with(delivery, header, _one_character_off(delivery.headers[header], chance))
    if delivery.query:
        yield dataclasses.replace(delivery, query=_one_character_off(delivery.query, chance))
    if not sample.body_is_signed:
        return
    for at in chance.sample(range(len(delivery.body)), min(60, len(delivery.body))):
        byte = bytes([delivery.body[at] ^ 1 << chance.randrange(7)])
        yield dataclasses.replace(delivery, body=delivery.body[:at] + byte + delivery.body[at + 1 :])
    yield dataclasses.replace(delivery, body=delivery.body[:-1])
    yield dataclasses.replace(delivery, body=b"")


def _one_character_off(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]


@of_every_platform
def test_5_an_old_delivery_is_refused_but_every_retry_is_accepted(sample: Sample) -> None:
    if sample.stale_after is None:
        return
    adapter = make(sample)
    for delivery in genuine(sample):
        for seconds in (-sample.stale_after - 5, sample.stale_after + 5, 86_400.0, 1e12):
            assert refuses(adapter, dataclasses.replace(delivery, received_at=NOW + seconds))
        assert not refuses(adapter, dataclasses.replace(delivery, received_at=NOW + sample.stale_after - 5))


@of_every_platform
def test_5_headers_of_any_kind_are_refused_quietly(sample: Sample) -> None:
    adapter = make(sample)
    for value in ("\ud800", "nan", "inf", "-1", "9" * 5000, "é", "\x00", "١٢٣"):
        for delivery in genuine(sample):
            for header in delivery.headers.keys() & set(sample.proofs):
                assert isinstance(_verified(adapter, _with(delivery, header, value)), NotAuthentic), (header, value)


@of_every_platform
def test_6_the_same_delivery_gives_the_same_facts(sample: Sample) -> None:
    for fixture in sample.fixtures.values():
        delivery = sample.deliver(fixture.content, NOW, sample.secret)
        facts = make(sample).parse(delivery)
        assert facts == make(sample).parse(delivery)
        assert len({f.delivery_id for f in facts}) == len(facts)
        assert all(f.delivery_id for f in facts)
        if fixture.retried:
            again = make(sample).parse(sample.deliver(fixture.content, NOW + 60, sample.previous))
            assert [f.delivery_id for f in again] == [f.delivery_id for f in facts]


@of_every_platform
def test_6_different_deliveries_have_different_ids(sample: Sample) -> None:
    ids = [f.delivery_id for delivery in genuine(sample) for f in make(sample).parse(delivery)]
    assert len(set(ids)) == len(ids)


@of_every_platform
def test_7_every_fixture_gives_its_events(sample: Sample) -> None:
    assert len(sample.fixtures) >= 5
    for name, fixture in sample.fixtures.items():
        facts = make(sample).parse(sample.deliver(fixture.content, NOW, sample.secret))
        assert tuple(f.event.kind for f in facts) == fixture.kinds, name
        for fact in facts:
            assert isinstance(fact.event, EVENTS[fact.event.kind])
            occurrence = sample.lesson_key.partition(":")[2]  # a fact may name it alone (adapters/base.py, Received)
            whole = fact.lesson_key == sample.lesson_key or (occurrence and fact.lesson_key == f":{occurrence}")
            assert whole or isinstance(fact.event, Unknown), name


@of_every_platform
def test_7_an_unseen_kind_is_kept_as_unknown(sample: Sample) -> None:
    facts = make(sample).parse(sample.deliver(sample.unseen, NOW, sample.secret))
    assert [type(f.event) for f in facts] == [Unknown]
    assert all(isinstance(f.event, Unknown) and f.event.name and f.event.raw for f in facts)


@of_every_platform
def test_7_whatever_an_attacker_puts_into_a_delivery_can_be_stored_or_is_malformed(sample: Sample) -> None:
    adapter, tried = make(sample), 0
    for fixture in sample.fixtures.values():
        for document in with_one_part_replaced(sample.apart(fixture.content)):
            tried += 1
            facts = _parsed(adapter, sample.deliver(sample.together(document), NOW, sample.secret))
            for text in texts(facts):
                assert "\x00" not in text, f"PostgreSQL stores no NUL: {document}"
                assert not any("\ud800" <= c <= "\udfff" for c in text), f"nor half of a surrogate pair: {document}"
            assert all(math.isfinite(f.event.at) for f in facts if isinstance(f, Received)), document
    assert tried > 500


@of_every_platform
@given(content=st.binary(max_size=200))
def test_7_noise_is_malformed(sample: Sample, content: bytes) -> None:
    facts = _parsed(make(sample), dataclasses.replace(sample.deliver(content, NOW, sample.secret)))
    assert facts == "malformed" or isinstance(facts, tuple)


def _parsed(adapter: Adapter[Any], delivery: Delivery) -> tuple[Received, ...] | str:
    try:
        return adapter.parse(delivery)
    except Malformed:
        return "malformed"


# --- outbound ---------------------------------------------------------------------------------------------------------


def reachable(sample: Sample) -> list[ActionKind]:
    """What is really asked of the platform."""
    return [k for k in ActionKind if sample.adapter.capabilities[k].level in (Level.NATIVE, Level.PARTIAL)]


@of_every_platform
def test_8_an_action_done_twice_is_harmless(sample: Sample) -> None:
    for kind in reachable(sample):
        results, _ = ask(sample, sample.yes, performing(sample, kind), performing(sample, kind))
        assert results[0] == results[1]
        assert isinstance(results[0], Outcome), (kind, results[0])


REFUSED, GONE, TRANSIENT, ANY = (Refused,), (Gone,), (Transient,), (AdapterError,)
HTML = b"<!doctype html><title>Sign in to the hotel Wi-Fi</title>"
FAULTS: dict[str, tuple[Said | Trouble, tuple[type[AdapterError], ...]]] = {
    "401": (Said(status=401, body=b""), REFUSED),
    "403": (Said(status=403, body=b""), REFUSED),
    "404": (Said(status=404, body=b""), GONE),
    "429": (Said(status=429, body=b"", headers={"Retry-After": "7"}), TRANSIENT),
    "500": (Said(status=500, body=b""), TRANSIENT),
    "502 as a page": (Said(status=502, body=HTML, headers={"Content-Type": "text/html"}), TRANSIENT),
    "503": (Said(status=503, body=b"", headers={"Retry-After": "7"}), TRANSIENT),
    "no answer": (Trouble.SILENCE, TRANSIENT),
    "hung up": (Trouble.HANG_UP, TRANSIENT),
    "cut off": (Trouble.CUT_OFF, TRANSIENT),
    "a page instead of an answer": (Said(body=HTML, headers={"Content-Type": "text/html"}), ANY),
    "sent elsewhere": (Said(status=302, body=b"", headers={"Location": "/elsewhere"}), ANY),
    "half an answer": (Said(body=b'{"code": 0, "da'), ANY),
    "another encoding": (Said(body='{"code": "\xff"}'.encode("latin-1")), ANY),
}


@of_every_platform
@pytest.mark.parametrize("fault", FAULTS)
def test_9_only_adapter_errors_escape(sample: Sample, fault: str) -> None:
    said, expected = FAULTS[fault]
    if isinstance(said, Said) and said.status in sample.unlike:
        expected = (sample.unlike[said.status],)
    kinds = [k for k in reachable(sample) if k is not ActionKind.ALERT]
    if said is Trouble.SILENCE:
        kinds = [ActionKind.KICK, ActionKind.LOCK]  # each takes its time
    answering = _granted(sample, said)
    results, asked = ask(sample, answering, *(performing(sample, k) for k in kinds), listing(sample))
    assert len(asked) >= len(kinds)
    wrong = {k: r for k, r in zip([*kinds, "list"], results, strict=True) if not isinstance(r, expected)}
    assert not wrong, "\n".join(f"{k}: {r!r}" for k, r in wrong.items())
    if isinstance(said, Said) and "Retry-After" in said.headers:
        assert {getattr(r, "retry_after", None) for r in results} == {7.0}
    assert not any(a.target == "/elsewhere" for a in asked)


def _granted(sample: Sample, said: Said | Trouble) -> Answering:
    """An access token for whoever asks, and then the fault."""
    return lambda asked: sample.grants(asked) or said


NONSENSE = (b"null", b"[]", b"{}", b'"ok"', b"0", b"[[[", b'{"data": []}', b"[" * 100_000, b'{"a": 1e999}')


@of_every_platform
@pytest.mark.parametrize("body", NONSENSE, ids=lambda b: b[:12].decode())
def test_9_nonsense_is_an_adapter_error_or_no_proof(sample: Sample, body: bytes) -> None:
    results, _ = ask(sample, lambda _: Said(body=body), *everything(sample))
    for kind, result in zip([*ActionKind, "list", "probe"], results, strict=True):
        assert isinstance(result, Outcome | Attendance | Health | AdapterError), (kind, result)
        if isinstance(result, Outcome) and kind is not ActionKind.ALERT:
            assert result.kind is not OutcomeKind.CONFIRMED, (kind, result)


@of_every_platform
@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "no answer"])
def test_9_a_probe_finds_fault_and_never_raises(sample: Sample, fault: str) -> None:
    (good,), _ = ask(sample, sample.yes, lambda adapter: adapter.probe())
    (health,), asked = ask(sample, lambda _: FAULTS[fault][0], lambda adapter: adapter.probe())
    assert asked
    assert isinstance(good, Health)
    assert isinstance(health, Health)
    assert _fine(health) < _fine(good)
    assert fault not in ("401", "403") or not health.ok
    assert all(all((c.detail.zh, c.detail.vi, c.detail.en)) for c in health.checked)


def _fine(health: Health) -> set[str]:
    return {c.code for c in health.checked if c.finding is Finding.OK}


@of_every_platform
def test_10_a_yes_that_changes_nothing_is_never_confirmed(sample: Sample) -> None:
    kinds = [k for k in reachable(sample) if k is not ActionKind.ALERT]
    results, asked = ask(sample, sample.yes, *(performing(sample, kind) for kind in kinds))
    assert len(asked) >= len(kinds)
    confirmed = [k for k, r in zip(kinds, results, strict=True) if getattr(r, "kind", "") is OutcomeKind.CONFIRMED]
    assert confirmed == []


def test_the_loopback_server_can_be_told_everything() -> None:
    """The laws above are worth what this server is worth: it serves, remembers, refuses and hangs up."""

    async def run(server_says: Said | Trouble) -> tuple[object, Loopback]:
        http = Http(total_seconds=PATIENCE)
        async with loopback(lambda _: server_says) as server:
            said = await _outcome(http.request("test", "PUT", server.base_url + "/a%2Fb?c=%20", body=b"here"))
            await http.close()
        return said, server

    said, server = asyncio.run(run(Said(status=418, body=b"tea")))
    assert getattr(said, "status", 0) == 418
    assert [(a.method, a.target, a.body) for a in server.asked] == [("PUT", "/a%2Fb?c=%20", b"here")]
    assert all(isinstance(asyncio.run(run(trouble))[0], Transient) for trouble in Trouble)
