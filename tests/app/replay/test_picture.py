"""The timeline: well formed, inert, as wide as a phone, and never larger than its pixels however long the lesson."""

from dataclasses import replace
from xml.etree.ElementTree import Element  # only the type: what is read goes through defusedxml

import pytest
from defusedxml import ElementTree

from app.domain.actions import ActionKind
from app.replay.again import Again
from app.replay.picture import ENGLISH, draw
from app.replay.report import Crowd, Report
from app.replay.sides import Sides
from app.replay.trace import Done
from app.replay.truth import Span

SVG = "{http://www.w3.org/2000/svg}"


def did(at: float, rule: str = "roster_only", by: str = "") -> Done:
    return Done(at=at, rule=rule, reason="x", kind=ActionKind.HOLD, who="x1", by=by, observed=False)


LEFT = Report(
    first=60.0, calm=30.0, disturbed=20.0, strangers_in=1, stranger_seconds=40.0, touched=(), kept_out=(),
    done=(did(65), did(70, "emergency", by="li")), spans=(Span(60, 80), Span(85, 85)), end=120.0, presses=1,
    crowd=(Crowd(0, 1, 0), Crowd(5, 40, 0), Crowd(55, 40, 1), Crowd(90, 40, 0)),
)  # fmt: skip
PROOF = Again(rows=9, decisions=2, erased=0, difference=None)
BOTH = Sides(title="7-3", start=0.0, again=PROOF, left=LEFT, right=replace(LEFT, spans=(), done=(did(56),)))


def parsed(picture: str) -> Element:
    return ElementTree.fromstring(picture)


def said(root: Element) -> list[str]:
    return [t.text or "" for t in root.iter(f"{SVG}text")]


def test_both_sides_one_below_the_other_with_their_marks() -> None:
    root = parsed(draw(BOTH, ENGLISH, policy="strict"))
    assert root.get("viewBox", "").startswith("0 0 330 ")
    assert [t for t in said(root) if t in ("What happened", "Under strict")] == ["What happened", "Under strict"]
    assert said(root).count("roster_only") == said(root).count("emergency") == 2  # the same lines on both sides
    bars = [r for r in root.iter(f"{SVG}rect") if r.get("class") == "bar"]
    assert len(bars) == 1 + 1 + 1  # two disturbances and the legend
    assert all(float(r.get("width", "0")) >= 2 for r in bars)
    ticks = [p for p in root.iter(f"{SVG}path") if p.get("class") == "tick"]
    assert len(ticks) == 2 + 1


def test_it_tells_itself_to_who_cannot_see_it_and_says_its_language() -> None:
    root = parsed(draw(BOTH, replace(ENGLISH, language="vi", title="Dòng thời gian", about="Mô tả")))
    assert (root.get("role"), root.get("lang")) == ("img", "vi")
    ids = {e.get("id"): e.text for e in root if e.get("id")}
    assert [ids[i] for i in root.get("aria-labelledby", "").split()] == ["Dòng thời gian", "Mô tả"]


def test_words_are_text_and_nothing_else() -> None:
    words = replace(ENGLISH, title="<script>", rule=lambda rule: f'{rule} "</text>&\x00\x1b')
    picture = draw(BOTH, words, policy="<b>")
    root = parsed(picture)
    assert not list(root.iter(f"{SVG}script"))
    assert "Under <b>" in said(root)
    assert "href" not in picture
    assert "url(http" not in picture


def test_in_a_page_it_brings_no_style_of_its_own() -> None:
    assert "<style>" in draw(BOTH, ENGLISH)
    inline = draw(BOTH, ENGLISH, alone=False)
    assert "<style" not in inline
    assert "style=" not in inline


def test_a_long_lesson_makes_no_larger_picture() -> None:
    many = tuple(did(n / 10, f"rule{n % 8}") for n in range(50_000))
    crowd = tuple(Crowd(n / 10, n % 300, n % 7) for n in range(50_000))
    spans = tuple(Span(n / 5, n / 5 + 0.01) for n in range(25_000))
    side = replace(LEFT, done=many, crowd=crowd, spans=spans, end=5000.0)
    assert len(draw(replace(BOTH, left=side, right=side), ENGLISH)) < 800_000


def test_one_stranger_beside_many_pupils_can_be_seen() -> None:
    crowd = (Crowd(0, 300, 0), Crowd(50, 300, 1), Crowd(50.3, 300, 0))
    root = parsed(draw(replace(BOTH, left=replace(LEFT, crowd=crowd)), ENGLISH))
    (path, *_) = [p.get("d", "") for p in root.iter(f"{SVG}path") if p.get("class") == "unknown"]
    assert "V59.0" in path  # five units over the ground, though for 0.3 of 120 seconds only


@pytest.mark.parametrize("missing", ["right", "both"])
def test_what_cannot_be_told_is_said(missing: str) -> None:
    sides = replace(BOTH, right=None, left=LEFT if missing == "right" else None)
    assert ENGLISH.nobody in said(parsed(draw(sides, ENGLISH)))


def test_a_lesson_in_which_nothing_happened_is_drawn() -> None:
    empty = Report(
        first=None, calm=0.0, disturbed=0.0, strangers_in=0, stranger_seconds=0.0, touched=(), kept_out=(), done=(),
        spans=(), end=0.0, presses=0,
    )  # fmt: skip
    assert parsed(draw(Sides(title="", start=0.0, again=None, left=None, right=empty), ENGLISH)) is not None
