"""Every word in every language, and no word outside the catalogues."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import policies
from app.domain.actions import Button
from app.web import words
from app.web.words import Language, language_of, load, negotiate
from policies import RULES

WEB = Path(words.__file__).parent
SAID_WITH = {"_": None, "words": None, "html": None, "many": (1, 2)}  # as in `make messages`
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
POLICIES = sorted(Path(policies.__file__).parent.glob("*.py"))


def catalogue(language: Language) -> Catalog:
    with (WEB / "locales" / language.folder / "LC_MESSAGES" / "menshen.po").open("rb") as source:
        return read_po(source, locale=language.folder)


def messages(language: Language) -> dict[str, Message]:
    return {str(m.id if isinstance(m.id, str) else m.id[0]): m for m in catalogue(language) if m.id}


def said() -> set[str]:
    """What templates and code say, as `make messages` finds it, and the words for every value of the domain."""
    methods = [("templates/**.html", "jinja2"), ("**.py", "python")]
    found = extract_from_dir(WEB, method_map=methods, keywords=SAID_WITH)
    return {m[2] if isinstance(m[2], str) else m[2][0] for m in found} | set(words.keys())


def reasons_of_rules() -> set[str]:
    """Every text that a rule may pass as a reason: by keyword, by place, or through a variable of that name."""
    trees = [ast.parse(path.read_text()) for path in POLICIES]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    takes = {
        n.name: [a.arg for a in n.args.args].index("reason")
        for n in nodes
        if isinstance(n, ast.FunctionDef) and "reason" in [a.arg for a in n.args.args]
    }
    values: list[ast.expr] = []
    for node in nodes:
        if isinstance(node, ast.Call):
            values += [k.value for k in node.keywords if k.arg == "reason"]
            place = takes.get(node.func.id if isinstance(node.func, ast.Name) else "", -1)
            values += node.args[place : place + 1] if place >= 0 else []
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "reason":
            values.append(node.value)
    return {text for value in values for text in _texts(value)}


def _texts(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.JoinedStr):
        assert ast.unparse(value) == "f'button_{event.button}'"
        yield from (f"button_{button}" for button in Button)
    elif isinstance(value, ast.IfExp):
        yield from (*_texts(value.body), *_texts(value.orelse))
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


# --- completeness -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", Language)
def test_everything_said_is_translated_and_nothing_else_is(language: Language) -> None:
    known = {key for key, message in messages(language).items() if all(forms(message)) and not message.fuzzy}
    assert len(said()) > 300
    assert sorted(said() - known) == [], "make messages adds them, somebody translates them"
    assert sorted(messages(language).keys() - said()) == [], "nobody says these any more"


@pytest.mark.parametrize("language", [language for language in Language if language is not Language.EN])
def test_a_translation_is_not_the_english_text(language: Language) -> None:
    same = {key for key, message in messages(language).items() if key in forms(message)}
    assert same <= {"Menshen", "line.target", "event.chat.posted"}


def test_placeholders_are_the_same_in_every_language() -> None:
    english = messages(Language.EN)
    for language in Language:
        for key, message in messages(language).items():
            expected = placeholders(forms(english[key])[-1])
            assert placeholders(key) <= expected, key
            for text in forms(message):
                assert placeholders(text) == expected, f"{language}: {key}"


def forms(message: Message) -> tuple[str, ...]:
    """The text, or its plural forms."""
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def placeholders(said: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(said) if name is not None}


def test_every_reason_that_a_rule_gives_has_words() -> None:
    reasons = reasons_of_rules()
    assert {"stranger", "claimed_twin", "no_roster", "roster_shrunk", "wave", "button_calm"} <= reasons
    assert sorted(reasons - set(words.REASONS)) == []


def test_every_rule_has_a_name() -> None:
    assert sorted({rule.name for rule in RULES} - set(words.RULES)) == []


@pytest.mark.parametrize("language", Language)
def test_every_rule_and_field_has_its_words_on_the_settings_page(language: Language) -> None:
    """A sentence for each rule; for each field a label, its description, and a word for each choice."""
    wanted = [f"rule.{rule.name}" for rule in RULES] + list(words.settings())
    for rule in RULES:
        assert f"rule_about.{rule.name}" in wanted
        for name, info in rule.settings.model_fields.items():
            assert {info.description, "setting.mode" if name == "mode" else f"setting.{rule.name}.{name}"} <= {*wanted}
    known = {key for key, message in messages(language).items() if all(forms(message)) and not message.fuzzy}
    assert sorted(set(wanted) - known) == []


def test_every_contradiction_that_a_rule_tells_has_words() -> None:
    calls = (n for path in POLICIES for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call))
    told = {ast.literal_eval(c.args[1]) for c in calls if ast.unparse(c.func) == "Contradiction"}
    assert told == set(words.CONTRADICTIONS)


# --- no bare text -----------------------------------------------------------------------------------------------------


class Bare(HTMLParser):
    """Human text in a template that is no Jinja expression."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        if re.search(r"[^\W\d_]", data):
            self.found.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        shown = ("title", "placeholder", "aria-label", "alt")
        self.found += [v for name, v in attrs if name in shown and v and re.search(r"[^\W\d_]", v)]


def bare(text: str) -> list[str]:
    text = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", " ", text, flags=re.S)  # class names
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<kbd>.*?</kbd>", " ", text, flags=re.S)
    parser = Bare()
    parser.feed(text)
    return parser.found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_no_template_says_anything_by_itself(path: Path) -> None:
    assert bare(path.read_text()) == []


def test_bare_text_would_be_found() -> None:
    assert bare("<p>Hello {{ name }}</p>") == ["Hello"]
    assert bare('<a title="Close">×</a>') == ["Close"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_templates_keep_to_the_content_security_policy(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|hx-on|<style|javascript:|\|\s*safe", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


# --- languages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ({}, Language.ZH),
        ({"accept": "fr-FR,de;q=0.8"}, Language.ZH),
        ({"accept": "en-GB,en;q=0.9,zh;q=0.1"}, Language.EN),
        ({"accept": "zh-TW;q=0.3, vi-VN;q=0.7"}, Language.VI),
        ({"accept": "en;q=0, vi;q=oops, zh;q=0.1"}, Language.ZH),
        ({"cookie": "vi", "accept": "en"}, Language.VI),
        ({"chosen": "en", "cookie": "vi"}, Language.EN),
        ({"asked": "zh-Hans", "chosen": "en"}, Language.ZH),
        ({"asked": "tlh", "chosen": "en"}, Language.EN),
    ],
)
def test_the_language_is_the_nearest_wish(wishes: dict[str, str], language: Language) -> None:
    assert negotiate(**wishes) is language


def test_tags_are_read_loosely() -> None:
    assert [language_of(tag) for tag in ("zh_CN", "VI", "en-US", "", "x")] == ["zh-Hans", "vi", "en", None, None]


def test_a_name_in_a_sentence_is_escaped_and_isolated() -> None:
    said = load()[Language.EN].html("reason.stranger", name='<img src=x onerror="1">{0}')
    assert said == "<bdi>&lt;img src=x onerror=&#34;1&#34;&gt;{0}</bdi> is not on the class list"


def test_plurals_and_numbers_follow_the_language() -> None:
    said = [load()[language] for language in Language]
    assert [w.many("{count} stranger", "{count} strangers", 1) for w in said] == [
        "1 名陌生人",
        "1 người lạ",
        "1 stranger",
    ]
    assert [w.many("{count} stranger", "{count} strangers", 2) for w in said][2] == "2 strangers"
    assert [w.number(0.31) for w in said] == ["0.3", "0,3", "0.3"]
