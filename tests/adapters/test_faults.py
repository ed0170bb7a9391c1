"""What goes wrong at every platform sooner or later, said in the platform's own form: one suite for all adapters."""

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.health import Finding, Health
from adapters.http import Http
from app.domain.actions import ActionKind
from app.domain.errors import AdapterError, Gone, Refused, Transient
from tests.adapters.conformance import NOW, Sample
from tests.adapters.loopback import Answering, Asked, Said
from tests.adapters.test_conformance import SAMPLES, ask, listing, make, performing, reachable, refuses


def of(which: Callable[[Sample], object]) -> pytest.MarkDecorator:
    """The test runs for every platform that has such a thing."""
    return pytest.mark.parametrize("sample", [s for s in SAMPLES if which(s)], ids=lambda s: s.platform)


def some_kinds(sample: Sample) -> list[ActionKind]:
    return [k for k in reachable(sample) if k is not ActionKind.ALERT]


class Tokens:
    """Tells requests for a token from the others, and counts both."""

    def __init__(self, sample: Sample, said: Callable[[int], Said | None]) -> None:
        self.sample, self.said = sample, said
        self.granted = self.others = 0

    def __call__(self, asked: Asked) -> Said:
        granted = self.sample.grants(asked)
        if granted is not None:
            self.granted += 1
            return granted
        self.others += 1
        return self.said(self.others) or self.sample.yes(asked)


@of(lambda s: s.faults.expired)
def test_an_expired_token_is_replaced_once_and_the_request_repeated(sample: Sample) -> None:
    tokens = Tokens(sample, lambda number: sample.faults.expired if number == 1 else None)
    results, _ = ask(sample, tokens, listing(sample))
    assert not isinstance(results[0], Exception), results
    assert tokens.granted == 2


@of(lambda s: s.faults.expired)
def test_a_token_that_is_never_good_is_not_asked_for_in_a_circle(sample: Sample) -> None:
    tokens = Tokens(sample, lambda _: sample.faults.expired)
    results, _ = ask(sample, tokens, listing(sample))
    assert isinstance(results[0], Refused | Transient), results
    assert tokens.granted <= 3
    assert tokens.others <= 3


def always(sample: Sample, said: Said) -> Answering:
    return lambda asked: sample.grants(asked) or said


@of(lambda s: s.faults.scope)
def test_a_missing_permission_is_refused_and_named(sample: Sample) -> None:
    assert sample.faults.scope is not None
    kinds = some_kinds(sample)
    results, asked = ask(sample, always(sample, sample.faults.scope), *(performing(sample, k) for k in kinds))
    assert all(isinstance(r, Refused) for r in results), results
    assert all(sample.faults.scope_named in str(r) for r in results), results
    assert len([a for a in asked if sample.grants(a) is None]) <= 2 * len(kinds)  # nobody asks again and again
    (health,), _ = ask(sample, always(sample, sample.faults.scope), lambda adapter: adapter.probe())
    assert isinstance(health, Health)
    assert any(c.finding in (Finding.PROBLEM, Finding.WARNING) for c in health.checked)
    assert any(sample.faults.scope_named in c.detail.en for c in health.checked)


@of(lambda s: s.faults.spent)
def test_a_quota_that_is_used_up_is_refused_at_once(sample: Sample) -> None:
    assert sample.faults.spent is not None
    kinds = some_kinds(sample)
    results, asked = ask(sample, always(sample, sample.faults.spent), *(performing(sample, k) for k in kinds))
    assert all(isinstance(r, Refused) and r.code for r in results), results
    assert len([a for a in asked if sample.grants(a) is None]) <= 2 * len(kinds)


@of(lambda s: s.faults.busy)
def test_too_many_requests_wait_as_long_as_the_platform_says(sample: Sample) -> None:
    for said, seconds in zip(sample.faults.busy, sample.faults.busy_seconds, strict=True):
        results, _ = ask(sample, always(sample, said), performing(sample, ActionKind.KICK), listing(sample))
        assert all(isinstance(r, Transient) and r.retry_after == seconds for r in results), (said, results)


@of(lambda s: s.faults.nobody)
def test_a_meeting_that_belongs_to_nobody_is_gone(sample: Sample) -> None:
    assert sample.faults.nobody is not None
    results, _ = ask(sample, always(sample, sample.faults.nobody), performing(sample, ActionKind.LOCK), listing(sample))
    assert all(isinstance(r, Gone | Refused) for r in results), results


@of(lambda s: True)
def test_a_closed_tls_door_is_worth_another_try(sample: Sample) -> None:
    async def run() -> list[object]:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        http = Http(connect_seconds=1.0, total_seconds=1.0)
        adapter = make(sample, at=f"https://127.0.0.1:{port}", http=http)
        told: list[object] = []
        for question in (performing(sample, ActionKind.KICK), listing(sample)):
            try:
                told.append(await question(adapter))
            except AdapterError as e:
                told.append(e)
        await adapter.close()
        await http.close()
        server.close()
        return told

    assert all(isinstance(r, Transient) for r in asyncio.run(run()))


@of(lambda s: s.stale_after is not None)
def test_a_clock_that_is_ten_minutes_off_loses_no_event(sample: Sample) -> None:
    adapter = make(sample)
    for fixture in sample.fixtures.values():
        delivery = sample.deliver(fixture.content, NOW, sample.secret)
        for skew in (-600.0, 600.0):
            assert not refuses(adapter, dataclasses.replace(delivery, received_at=NOW + skew))
            facts = adapter.parse(dataclasses.replace(delivery, received_at=NOW + skew))
            assert facts


@of(lambda s: s.enums)
def test_words_and_numbers_that_nobody_has_seen_yet_are_not_an_error(sample: Sample) -> None:
    """An unknown role, reason or state: the fact is told all the same, with what is known."""
    assert sample.enums is not None
    tried = 0
    for fixture in sample.fixtures.values():
        for document in _with_unseen_values(sample.apart(fixture.content), sample.enums):
            facts = make(sample).parse(sample.deliver(sample.together(document), NOW, sample.secret))
            assert facts, document
            tried += 1
    assert tried > 0


def _with_unseen_values(document: Any, enums: Callable[[str], bool]) -> Iterator[Any]:
    """Copies of a document, each with one value of an enum that no vendor's page names."""
    if not isinstance(document, dict | list):
        return
    for at, part in list(document.items() if isinstance(document, dict) else enumerate(document)):
        others = [97 if isinstance(part, int) else "97"] if isinstance(at, str) and enums(at) else []
        for other in (*others, *_with_unseen_values(part, enums)):
            copy: Any = document.copy()
            copy[at] = other
            yield copy


@of(lambda s: s.optional)
def test_members_that_may_be_missing_are_not_needed(sample: Sample) -> None:
    assert sample.optional is not None
    tried = 0
    for fixture in sample.fixtures.values():
        for document in _with_one_left_out(sample.apart(fixture.content), sample.optional):
            facts = make(sample).parse(sample.deliver(sample.together(document), NOW, sample.secret))
            assert [f.event.kind for f in facts] == list(fixture.kinds), document
            tried += 1
    assert tried > len(sample.fixtures)


def _with_one_left_out(document: Any, optional: Callable[[str], bool]) -> Iterator[Any]:
    if isinstance(document, dict):
        yield from ({k: v for k, v in document.items() if k != name} for name in document if optional(name))
    if isinstance(document, dict | list):
        for at, part in list(document.items() if isinstance(document, dict) else enumerate(document)):
            for other in _with_one_left_out(part, optional):
                copy: Any = document.copy()
                copy[at] = other
                yield copy


@of(lambda s: make(s).account)
def test_two_connections_to_one_tenant_know_it(sample: Sample) -> None:
    """They share what the vendor counts, and a stream is opened once for both (app/listening.py)."""
    assert make(sample).account == make(sample).account
    assert not any(secret in make(sample).account for secret in sample.secrets)
