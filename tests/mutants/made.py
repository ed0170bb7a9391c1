"""The mutants of a file: its functions with one small change each, made by the operators of mutmut."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path
from textwrap import indent

import libcst as cst
from libcst import matchers
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).parents[2]
ROOMS = ("policies", "app/domain")

# Nothing is learnt by changing these: a type is not looked at when the code runs, a decorator has run before any test,
# and `len(None)` only says that a test came by.
LEFT_ALONE = (
    matchers.Annotation()
    | matchers.Decorator()
    | matchers.Call(func=matchers.Name("len") | matchers.Name("isinstance"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One function with one change."""

    module: str
    owner: str  # the class of a method
    name: str
    lines: range  # of the file: who never comes here cannot notice
    was: str
    becomes: str
    source: str  # the whole function

    @property
    def where(self) -> str:
        return ".".join(filter(None, (self.module, self.owner, self.name)))

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is called in the list of survivors: it holds while the changed lines stand as they are."""
        return self.where, self.was, self.becomes


def files() -> tuple[Path, ...]:
    return tuple(sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def mutants(path: Path) -> Iterator[Mutant]:
    """All of one file, from top to bottom."""
    yield from of_source(module_of(path), path.read_text(encoding="utf-8"))


def of_source(module: str, text: str) -> Iterator[Mutant]:
    wrapper = MetadataWrapper(cst.parse_module(text))
    positions = wrapper.resolve(PositionProvider)
    for owner, function in _functions(wrapper.module.body):
        changes = _Changes(positions)
        function.visit(changes)
        before = _text(function)
        seen = {before}
        for lines, old, new in changes.found:
            after = _text(function.deep_replace(old, new))
            if after in seen:
                continue
            seen.add(after)
            was, becomes = _differing(before, after)
            source = f"class {owner}:\n{indent(after, '    ')}" if owner else after
            yield Mutant(
                module=module, owner=owner, name=function.name.value, lines=lines, was=was, becomes=becomes,
                source=source,
            )  # fmt: skip


def _functions(body: Sequence[cst.CSTNode], owner: str = "") -> Iterator[tuple[str, cst.FunctionDef]]:
    for node in body:
        if isinstance(node, cst.FunctionDef):
            yield owner, node
        elif isinstance(node, cst.ClassDef) and not owner:
            yield from _functions(node.body.body, node.name.value)


def _text(node: object) -> str:
    assert isinstance(node, cst.FunctionDef)
    return cst.Module([node.with_changes(leading_lines=[])]).code


def _differing(before: str, after: str) -> tuple[str, str]:
    delta = list(ndiff(before.splitlines(), after.splitlines()))
    return _joined(delta, "- "), _joined(delta, "+ ")


def _joined(delta: list[str], sign: str) -> str:
    return " ".join(" ".join(line[2:].split()) for line in delta if line.startswith(sign))


class _Changes(cst.CSTVisitor):
    """Every change of one function, with the lines on which a test must come by to notice it."""

    def __init__(self, positions: Mapping[cst.CSTNode, object]) -> None:
        self.found: list[tuple[range, cst.CSTNode, cst.CSTNode]] = []
        self._positions = positions
        self._statements: list[cst.CSTNode] = []
        self._defaults = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        if matchers.matches(node, LEFT_ALONE):
            return False
        if isinstance(node, cst.BaseSmallStatement | cst.BaseCompoundStatement):
            self._statements.append(node)
        self._defaults += isinstance(node, cst.Parameters)
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                self.found.extend((self._lines(node), node, new) for new in operator(node))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self._statements and self._statements[-1] is original_node:
            self._statements.pop()
        self._defaults -= isinstance(original_node, cst.Parameters)

    def _lines(self, node: cst.CSTNode) -> range:
        """The whole statement; of a statement with a block only its head; for a default the whole function."""
        innermost = self._statements[0 if self._defaults else -1]
        to = innermost if self._defaults or isinstance(innermost, cst.BaseSmallStatement) else node
        here = self._at(innermost)
        assert here is not None  # every statement stands somewhere
        return range(here.start.line, (self._at(to) or here).end.line + 1)

    def _at(self, node: cst.CSTNode) -> CodeRange | None:
        found = self._positions.get(node)
        return found if isinstance(found, CodeRange) else None
