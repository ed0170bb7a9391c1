"""What people see of a lesson and of an incident: from real folds to view models to pages."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from app.domain import events as ev
from app.domain.actions import ActionKind, Button, Level, Outcome, OutcomeKind, Support
from app.domain.people import Participant
from app.web import pages, views
from app.web.views.lesson import LessonView
from app.web.views.text import REPLACED, clock, shown
from app.web.views.timeline import Row
from app.web.words import Catalogues, Language, load
from tests.app.web import cases, preview, rooms
from tests.app.web.rooms import NATIVE, PUPILS, START, Room

STATIC = Path(pages.__file__).parent / "static"


@pytest.fixture(scope="module")
def catalogues() -> Catalogues:
    return load()


def drawn(room: Room, language: Language = Language.EN) -> LessonView:
    reader = rooms.reader(load()[language])
    return views.lesson(room.state, room.rows, room.capabilities, reader, title="7-3 Maths", teacher="Ms Li")


def of(view: LessonView, group: str) -> list[str]:
    return [row.name for g in view.groups if g.key == group for row in g.rows]


# --- the state in a word ----------------------------------------------------------------------------------------------


def test_a_calm_class_says_so_and_folds_its_pupils() -> None:
    view = drawn(rooms.calm())
    assert (view.mood.key, view.mood.word, view.mood.counts) == (
        "calm",
        "All calm",
        "Everybody here is on the class list.",
    )
    pupils = next(g for g in view.groups if g.key == "pupils")
    assert pupils.folded
    assert pupils.count == "41 / 43"
    assert [g.key for g in view.groups] == ["pupils", "hosts"]


def test_in_a_raid_strangers_come_first_with_one_tap_acts() -> None:
    view = drawn(rooms.raid())
    assert view.mood.key == "attack"
    assert view.mood.counts == "3 strangers · 4 attempts"
    assert view.mood.since == "since 09:11:40"
    assert [g.key for g in view.groups] == ["strangers", "claimed", "pupils", "hosts"]
    stranger = view.groups[0].rows[0]
    assert (stranger.name, stranger.line) == ("user8812", "In the waiting room · Not on the class list")
    assert [a.button for a in stranger.acts] == ["admit", "deny"]
    assert stranger.acts[0].label == "Admit: user8812"


def test_somebody_inside_can_be_held_and_removed_by_one_tap() -> None:
    row = drawn(rooms.observed()).groups[0].rows[0]
    assert [a.button for a in row.acts] == ["hold", "kick"]
    assert [a.button for a in row.more] == ["mute", "ban"]


def test_a_name_whose_owner_is_inside_is_told_apart() -> None:
    lines = {r.name: r.line for g in drawn(rooms.raid()).groups if g.key == "claimed" for r in g.rows}
    assert lines[PUPILS[0]] == "In the waiting room · The owner of this name is already in class"
    assert lines[PUPILS[42]] == "In the waiting room · Claimed · only the name fits"


def test_hosts_are_never_offered_as_targets() -> None:
    hosts = next(g for g in drawn(rooms.raid()).groups if g.key == "hosts")
    assert [(r.acts, r.more) for r in hosts.rows] == [((), ())]


def test_blindness_is_told_with_its_reason_and_a_next_step() -> None:
    view = drawn(rooms.blind())
    banner = view.banners[0]
    assert (view.mood.key, banner.key) == ("blind", "blind")
    assert banner.title == "I cannot see the class: the platform no longer sends events"
    assert "look at the class yourself" in banner.text
    assert view.mood.since == "since 09:11:30"


def test_a_blindness_nobody_wrote_words_for_is_told_all_the_same() -> None:
    room = rooms.calm().happen(ev.SightLost(at=START + 9, reason="tea_break"))
    assert drawn(room).banners[0].title == "I cannot see the class: the reason is not known"


def test_without_a_class_list_nobody_is_called_a_stranger() -> None:
    view = drawn(rooms.no_roster())
    assert [b.key for b in view.banners] == ["no_roster"]
    assert "stranger" not in view.mood.counts
    assert [g.key for g in view.groups] == ["unchecked", "hosts"]


# --- what can be pressed ----------------------------------------------------------------------------------------------


def test_a_button_the_platform_lacks_is_disabled_and_says_why() -> None:
    acts = {a.button: a for r in drawn(rooms.by_hand()).groups[0].rows[:1] for a in (*r.acts, *r.more)}
    assert (acts["deny"].enabled, acts["deny"].note) == (False, "This platform cannot do it.")
    assert (acts["ban"].enabled, acts["ban"].note) == (True, "This platform cannot do it. Instead: Remove")


def test_what_only_the_teachers_app_can_do_is_shown_as_such_and_then_explained() -> None:
    view = drawn(rooms.by_hand())
    door = next(s for s in view.switches if s.key == "door")
    assert door.next.by_hand
    assert door.next.enabled
    told = [line.by_hand for line in view.timeline if line.by_hand]
    assert told == ["In the meeting window press “Security”, then “Lock meeting”."]


def test_a_step_by_hand_stands_on_top_until_it_has_happened() -> None:
    room = rooms.by_hand()
    view = drawn(room)
    assert [(b.key, b.title) for b in view.banners] == [("manual", "Do it by hand: Lock room.")]
    assert view.banners[0].text == "In the meeting window press “Security”, then “Lock meeting”."
    room.happen(ev.SettingsChanged(at=START + 719, switches=ev.Switches(locked=True)))
    (step,) = [s for s in room.state.intents.values() if s.status is OutcomeKind.MANUAL]
    done = ev.OutcomeSettled(
        at=START + 719, intent=step.id, action=step.action, outcome=Outcome(kind=OutcomeKind.CONFIRMED)
    )
    room.happen(done)
    assert drawn(room).banners == ()


def test_switches_show_the_true_state_and_the_next_button() -> None:
    before = {s.key: (s.closed, s.next.button) for s in drawn(rooms.observed()).switches}
    assert before["door"] == (None, "lock")
    after = {s.key: (s.closed, s.state, s.next.button) for s in drawn(rooms.raid()).switches}
    assert after == {
        "audio": (True, "muted", "allow_unmute"),
        "chat": (True, "closed", "open_chat"),
        "share": (True, "hosts only", "allow_share"),
        "door": (True, "locked", "unlock"),
    }


def test_an_open_microphone_contradicts_the_mute_switch() -> None:
    room = rooms.raid()
    pupil = room.state.inside["p3"].participant
    room.state = replace(room.state, inside={**room.state.inside, "p3": replace(room.state.inside["p3"], audio=True)})
    audio = next(s for s in drawn(room).switches if s.key == "audio")
    assert pupil.name
    assert (audio.closed, audio.next.button) == (False, "mute_all")


def test_a_change_on_its_way_is_shown() -> None:
    room = rooms.opened(pupils=2)
    room.fate = OutcomeKind.REQUESTED
    chat = next(s for s in drawn(room.press(Button.OPEN_CHAT, 60)).switches if s.key == "chat")
    assert (chat.busy, chat.state) == (True, "changing …")


def test_restore_waits_for_calm() -> None:
    room = rooms.calm()
    assert (drawn(room).restore.enabled, drawn(room).restore.note) == (False, "Nothing to give back.")
    assert drawn(room.press(Button.CALM, 700)).restore.enabled
    assert not drawn(room.press(Button.RESTORE, 710)).restore.enabled


def test_restore_is_offered_while_calm_is_still_on_its_way() -> None:
    room = rooms.calm()
    room.fate = OutcomeKind.REQUESTED
    assert drawn(room.press(Button.CALM, 700)).restore.enabled


def test_a_lesson_that_is_over_offers_nothing() -> None:
    room = rooms.raid().happen(ev.LessonEnded(at=START + 800))
    view = drawn(room)
    acts = [view.calm, view.restore, view.end, *(s.next for s in view.switches)]
    assert [a.enabled for a in acts] == [False] * 7
    assert view.banners[0].key == "ended"
    assert not any(line.undo for line in view.timeline)


# --- the timeline -----------------------------------------------------------------------------------------------------


def test_an_intent_and_its_outcome_are_one_line_with_seconds_and_the_way_back() -> None:
    line = next(x for x in drawn(rooms.raid()).timeline if "user8812" in x.what and x.source == "auto")
    assert (line.time, line.who, line.what) == ("09:11:40", "Automatic", "Back to waiting room: <bdi>user8812</bdi>")
    assert line.why == "<bdi>user8812</bdi> is not on the class list"
    assert line.result is not None
    assert (line.result.key, line.result.word, line.result.seconds) == ("confirmed", "Confirmed", "0.3 s")
    assert line.undo


def test_the_newest_comes_first_and_says_who_pressed() -> None:
    lines = drawn(rooms.raid()).timeline
    assert [x.number for x in lines] == sorted((x.number for x in lines), reverse=True)
    assert (lines[0].who, lines[0].what, lines[0].undo != "") == ("李老师", "Lock room", True)


def test_what_was_taken_back_cannot_be_taken_back_again() -> None:
    room = rooms.raid()
    undo = drawn(room).timeline[0].undo
    room.press(Button.UNDO, 730, undo_of=undo)
    assert undo not in [line.undo for line in drawn(room).timeline]


def test_there_is_no_undo_where_the_platform_has_none() -> None:
    capabilities = {**NATIVE, ActionKind.UNLOCK: Support(level=Level.NONE, note="no API")}
    assert not drawn(rooms.raid(capabilities=capabilities)).timeline[0].undo


def test_a_press_that_asks_for_one_thing_is_one_line() -> None:
    room = rooms.opened(pupils=2, fate=OutcomeKind.UNCONFIRMED).press(Button.MUTE, 60, "p0")
    assert [line.what for line in drawn(room).timeline if line.source == "person"] == [f"Mute: <bdi>{PUPILS[0]}</bdi>"]


def test_a_setting_that_we_changed_ourselves_is_told_once_by_its_action() -> None:
    closed = ev.SettingsChanged(at=START + 61, switches=ev.Switches(chat_closed=True))
    by_somebody = ev.SettingsChanged(at=START + 90, switches=ev.Switches(chat_closed=False))
    room = rooms.opened(pupils=2).press(Button.CLOSE_CHAT, 60).happen(closed, by_somebody)
    told = [line.number for line in drawn(room).timeline if line.kind == "settings.changed"]
    assert told == [max(row.number for row in room.rows if row.kind == "settings.changed")]


def test_what_a_rule_only_observed_is_said_to_have_done_nothing() -> None:
    observed = [line for line in drawn(rooms.observed()).timeline if line.simulated]
    assert [line.result.key for line in observed if line.result] == ["simulated"]


def test_pupils_of_the_list_who_come_and_go_are_no_news() -> None:
    room = rooms.calm().happen(
        ev.ParticipantLeft(at=START + 100, participant=Participant(id="p1", account="a1")),
        ev.ParticipantLeft(at=START + 101, participant=Participant(id="zz", name="user1")),
    )
    told = [line.what for line in drawn(room).timeline if line.kind.startswith("participant")]
    assert told == ["<bdi>user1</bdi> left"]


def test_rows_nobody_can_read_still_make_a_line() -> None:
    odd: tuple[dict[str, Any], ...] = (
        {},
        {"action": None, "reason": None, "params": None, "severity": "high", "rule": "gravity"},
        {"action": {"kind": "levitate", "target": {"name": None}}, "reason": "magic", "params": [["a", 1]]},
    )
    rows = [Row(number=n, at=START, kind="intent", body=body) for n, body in enumerate(odd)]
    rows.append(Row(number=9, at=START, kind="button.pressed", body={}))
    rows.append(Row(number=10, at=START, kind="outcome.settled", body={"intent": "nobody's"}))
    state = rooms.calm().state
    lines = views.lesson(state, rows, NATIVE, rooms.reader(load()[Language.EN]), title="x").timeline
    assert [line.number for line in lines] == [9, 2, 1, 0]
    assert lines[2].why == "The rule “<bdi>gravity</bdi>” asked for this"


# --- names and moments ------------------------------------------------------------------------------------------------


def test_hostile_names_become_one_short_visible_line() -> None:
    for name in (*rooms.HOSTILE, "\x00\x1b[31m", "\ud800", "a\u2028b"):
        seen = shown(name)
        assert len(seen) <= 40
        assert not re.search(
            r"[\x00-\x1f\x7f-\x9f\u200b-\u200c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", seen
        )
    assert shown("abc\u202egnp.exe") == f"abc{REPLACED}gnp.exe"
    assert shown("长" * 41) == "长" * 39 + "…"
    assert shown("长" * 40) == "长" * 40
    assert shown("Nguye\u0302\u0303n") == "Nguyễn"
    assert shown("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"
    assert len(shown("Z" + "\u0301" * 60)) <= 3


def test_hostile_names_never_become_markup(catalogues: Catalogues) -> None:
    found = 0
    for name, html in preview.drawn(catalogues[Language.EN]):
        if "hostile" in name:
            found += 1
            assert "<script>alert" not in html
            assert "<img" not in html
            assert 'x0"><b>' not in html
            assert len(html) < 200_000
    assert found == 2


def test_moments_are_told_in_the_zone_of_the_school() -> None:
    at = datetime(2026, 3, 2, 1, 12, 3, tzinfo=ZoneInfo("UTC")).timestamp()
    assert clock(at, ZoneInfo("Asia/Shanghai")) == "09:12:03"
    assert clock(at, ZoneInfo("Asia/Ho_Chi_Minh"), seconds=False) == "08:12"


# --- lists and review -------------------------------------------------------------------------------------------------


def test_the_lesson_that_runs_comes_first_with_its_mood() -> None:
    reader = rooms.reader(load()[Language.VI])
    cards = views.lessons(cases.lessons(), cases.states(rooms.raid()), reader)
    assert [(c.id, c.status, c.mood_word) for c in cards] == [
        ("L1", "live", "Đang bị phá rối"),
        ("L2", "scheduled", ""),
        ("L0", "ended", ""),
    ]
    assert cards[1].title == "8-1 Ngữ văn"


def test_an_incident_shows_each_action_with_rule_reason_outcome_and_latency() -> None:
    room = rooms.raid()
    view = views.incident(cases.record(room), room.state, room.capabilities, rooms.reader(load()[Language.EN]))
    held = next(e for e in view.entries if e.rule == "Class list only" and "user8812" in e.what)
    assert held.result is not None
    assert (held.result.word, held.latency, held.who) == ("Confirmed", "0.3 s", "Automatic")
    assert held.answers is not None
    cause = next(e for e in view.entries if e.number == held.answers)
    assert cause.what == "<bdi>user8812</bdi> came in"
    assert held.undo
    assert [e.number for e in view.entries] == sorted(e.number for e in view.entries)


def test_the_picture_holds_every_action_and_stays_in_its_frame() -> None:
    room = rooms.raid()
    record = cases.record(room)
    drawing = views.incident(record, None, NATIVE, rooms.reader(load()[Language.EN])).picture
    assert len(drawing.marks) == len(record.steps) > 5
    numbers = [float(n) for n in re.findall(r"[\d.]+", drawing.inside + drawing.waiting)]
    assert max(numbers) <= drawing.width
    assert all(drawing.left <= mark.x <= drawing.width for mark in drawing.marks)
    assert [t.label for t in drawing.heads] == ["0", "42"]


def test_an_incident_without_rows_can_still_be_opened() -> None:
    empty = replace(cases.record(rooms.calm()), rows=(), steps=(), heads=())
    view = views.incident(empty, None, NATIVE, rooms.reader(load()[Language.EN]))
    assert (view.entries, view.picture.inside) == ((), "")


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", Language)
def test_every_page_is_drawn_in_every_language(catalogues: Catalogues, language: Language) -> None:
    drawn_pages = dict(preview.drawn(catalogues[language]))
    assert len(drawn_pages) > 25
    for name, html in drawn_pages.items():
        assert name == "fragments" or f'<html lang="{language.value}">' in html
        assert not re.search(r">\s*(?:outcome|reason|action|event|switch)\.[a-z_.]+\s*<", html), name


def test_every_form_carries_the_token_and_every_press_a_key_of_its_own(catalogues: Catalogues) -> None:
    html = dict(preview.drawn(catalogues[Language.EN]))["lesson-raid"]
    forms = re.findall(r'<form[^>]*method="post".*?</form>', html, flags=re.S)
    assert len(forms) > 50
    assert all('name="csrf" value="c"' in form for form in forms)
    keys = [k for form in forms for k in re.findall(r'name="key" value="([0-9a-f]{16})"', form)]
    presses = [form for form in forms if "/press" in form]
    assert len(set(keys)) == len(keys) >= len(presses) > 50


def test_fragments_refresh_every_part_of_the_panel(catalogues: Catalogues) -> None:
    drawn_pages = dict(preview.drawn(catalogues[Language.EN]))
    refreshed = set(re.findall(r'hx-swap-oob="innerHTML:#(\w+)"', drawn_pages["fragments"]))
    assert refreshed == {"state", "people", "timeline", "switches", "bar", "end"}
    assert all(f'id="{part}"' in drawn_pages["lesson-raid"] for part in refreshed)


# --- the look ---------------------------------------------------------------------------------------------------------

SOFT = ("calm", "watching", "attack", "blind", "hand", "drill")
PAIRS = (
    *((text, ground) for text in ("ink", "quiet", "accent", "attack") for ground in ("bg", "surface")),
    *((tone, f"{tone}-soft") for tone in SOFT),
    *((tone, "surface") for tone in SOFT),
    *(("ink", f"{tone}-soft") for tone in SOFT),
    ("quiet", "watching-soft"), ("on-accent", "accent"), ("on-attack", "attack"),
)  # fmt: skip


def tokens() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", (STATIC / "menshen.css").read_text(), flags=re.S)
    read = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in (light, dark)]
    return {"light": read[0], "dark": read[0] | read[1]}


def contrast(one: str, other: str) -> float:
    """WCAG 2: relative luminance of the lighter over the darker."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    read = tokens()[scheme]
    assert contrast(read[text], read[ground]) >= 4.5


def test_the_edges_of_controls_can_be_seen() -> None:
    for read in tokens().values():
        assert contrast(read["edge"], read["surface"]) >= 3


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_stylesheet_and_script_stay_small() -> None:
    assert len((STATIC / "menshen.css").read_bytes()) < 15_000
    assert len((STATIC / "panel.js").read_text().splitlines()) < 200


def test_the_vendored_library_is_the_one_that_is_named() -> None:
    readme = (STATIC / "vendor/README.md").read_text()
    assert hashlib.sha256((STATIC / "vendor/htmx-2.0.11.min.js").read_bytes()).hexdigest() in readme


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", Language)
def test_pages_fit_the_screen_and_the_browser_has_nothing_to_say(
    browser: Browser, catalogues: Catalogues, language: Language, width: int
) -> None:
    looked = (
        "lesson-raid",
        "lesson-by_hand",
        "lesson-hostile",
        "incident-raid",
        "incidents",
        "lessons",
        "signin",
        "end",
    )
    drawn_pages = dict(preview.drawn(catalogues[language]))
    for name in looked:
        with preview.opened(browser, drawn_pages[name], width) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            small = page.evaluate(
                "[...document.querySelectorAll('button, summary, .button, select, .end-link')]"
                ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
            )
            assert small == [], name
            assert page.said == [], name


def test_every_part_of_the_panel_has_a_name_for_those_who_do_not_see(browser: Browser, catalogues: Catalogues) -> None:
    with preview.opened(browser, dict(preview.drawn(catalogues[Language.EN]))["lesson-raid"], 390) as page:
        nameless = page.evaluate(
            "[...document.querySelectorAll('button, summary, input:not([type=hidden])')]"
            ".filter(e => !(e.ariaLabel || e.innerText || e.textContent).trim() && !e.labels?.length)"
            ".map(e => e.outerHTML)"
        )
        assert nameless == []


def test_a_press_posts_once_per_key_and_keeps_what_was_open(browser: Browser, catalogues: Catalogues) -> None:
    drawn_pages = dict(preview.drawn(catalogues[Language.EN]))
    with preview.opened(browser, drawn_pages["lesson-raid"], 390, answer=drawn_pages["fragments"]) as shown_page:
        page = shown_page.page
        page.locator("#group-pupils > summary").click()
        for _ in range(2):
            with page.expect_response("**/press"):
                page.get_by_role("button", name="Admit: user8812").click()
        page.locator("#group-pupils[open]").wait_for()
        presses = [parse_qs(body) for path, body in shown_page.posted if path.endswith("/press")]
        assert [(p["button"], p["participant"], p["csrf"]) for p in presses] == [(["admit"], ["s1"], ["c"])] * 2
        assert presses[0]["key"] != presses[1]["key"]
        assert shown_page.said == []


def test_nothing_moves_under_a_finger(browser: Browser, catalogues: Catalogues) -> None:
    drawn_pages = dict(preview.drawn(catalogues[Language.EN]))
    with preview.opened(browser, drawn_pages["lesson-raid"], 390, answer=drawn_pages["fragments"]) as shown_page:
        page = shown_page.page
        page.get_by_role("button", name="Calm the room").hover()
        page.mouse.down()
        page.evaluate("document.querySelector('.calm-button').dataset.touched = 'yes'")
        with page.expect_response("**/fragments"):
            page.evaluate("htmx.ajax('GET', '/lessons/L1/fragments', {source: '#lesson', swap: 'none'})")
        with page.expect_response("**/press"):
            page.locator(".calm-button[data-touched]").wait_for()
            page.mouse.up()
        assert [parse_qs(body)["button"] for _, body in shown_page.posted] == [["calm"]]


def test_a_press_that_fails_is_told(browser: Browser, catalogues: Catalogues) -> None:
    drawn_pages = dict(preview.drawn(catalogues[Language.EN]))
    with preview.opened(browser, drawn_pages["lesson-raid"], 390, status=503) as shown_page:
        shown_page.page.get_by_role("button", name="Calm the room").click()
        shown_page.page.locator("#failed").wait_for(state="visible")


def test_a_lost_connection_is_told_within_ten_seconds(browser: Browser, catalogues: Catalogues) -> None:
    drawn_pages = dict(preview.drawn(catalogues[Language.EN]))
    with preview.opened(browser, drawn_pages["lesson-calm"], 390, status=503) as shown_page:
        shown_page.page.locator("#lost").wait_for(state="visible", timeout=10_000)


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_ending_a_class_needs_a_long_press(browser: Browser, catalogues: Catalogues, by: str) -> None:
    drawn_pages = dict(preview.drawn(catalogues[Language.EN]))
    with preview.opened(browser, drawn_pages["lesson-calm"], 390) as shown_page:
        page = shown_page.page
        link = page.locator(".end-link")
        link.click()
        link.press("Enter")
        assert (page.url, shown_page.posted) == (f"{preview.ORIGIN}/", [])
        with page.expect_response("**/press"):
            if by == "mouse":
                link.hover()
                page.wait_for_function("document.querySelector('.end-link:hover')")
                page.mouse.down()
                page.evaluate("document.querySelector('.end-link').style.translate = '0 -300px'")  # news move the page
            else:
                link.focus()
                page.keyboard.down("Enter")
        assert [parse_qs(body)["button"] for _, body in shown_page.posted] == [["end"]]


def test_a_mouse_that_leaves_ends_nothing(browser: Browser, catalogues: Catalogues) -> None:
    drawn_pages = dict(preview.drawn(catalogues[Language.EN]))
    with preview.opened(browser, drawn_pages["lesson-calm"], 390) as shown_page:
        page = shown_page.page
        page.clock.install()
        page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
        page.locator(".end-link").hover()
        page.wait_for_function("document.querySelector('.end-link:hover')")
        page.mouse.down()
        page.locator(".end-link.holding").wait_for()
        page.mouse.move(1, 1)
        assert page.locator(".holding").count() == 0
        page.clock.run_for(2_000)
        assert shown_page.posted == []


def test_without_script_ending_a_class_is_a_page_of_its_own(browser: Browser, catalogues: Catalogues) -> None:
    drawn_pages = dict(preview.drawn(catalogues[Language.EN]))
    with preview.opened(browser, drawn_pages["lesson-calm"], 390, script=False) as shown_page:
        shown_page.page.locator(".end-link").click()
        assert shown_page.page.url == f"{preview.ORIGIN}/lessons/L1/end"


def test_a_reviewer_works_without_a_mouse(browser: Browser, catalogues: Catalogues) -> None:
    drawn_pages = dict(preview.drawn(catalogues[Language.EN]))
    with preview.opened(browser, drawn_pages["incidents"], 1280) as shown_page:
        page = shown_page.page
        for key in ("j", "j", "k", "Enter"):
            page.keyboard.press(key)
        page.wait_for_url("**/incidents/L1.0")
    with preview.opened(browser, drawn_pages["incident-raid"], 1280) as shown_page:
        page = shown_page.page
        page.keyboard.press("v")
        assert page.evaluate("document.activeElement.name") == "verdict"
        page.keyboard.press("Escape")
        with page.expect_request("**/undo"):
            page.keyboard.press("u")
