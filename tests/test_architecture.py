"""The dependency rule and the manners of the house, read from the source with `ast`.

Every check is a function from one source file to the sentences that say what is wrong with it. Exceptions are listed
at the top with their reason; an exception that nothing needs any more fails too.
"""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("app", "policies", "adapters")

# Who may import what, besides the standard library and itself. The longest prefix of a module's name decides.
# The order of the house: domain <- policies, adapters, store <- pipeline and its neighbours <- web <- main.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "app.domain": (),
    "policies": ("app.domain", "pydantic", "yaml", "rapidfuzz", "ahocorasick_rs", "opencc"),
    "adapters": ("app.domain", "pydantic", "cryptography", "msgspec"),
    "adapters.http": ("app.domain", "aiohttp", "yarl"),
    "adapters.feishu": ("app.domain", "pydantic", "cryptography", "google.protobuf"),
    "adapters.wecom": ("app.domain", "pydantic", "cryptography", "defusedxml"),
    "adapters.drill.classroom": ("app.domain", "pydantic", "msgspec", "starlette", "uvicorn"),
    "app.store": ("app.domain", "sqlalchemy", "alembic", "msgspec"),
}
KNOW_EVERYTHING = ("app.main", "app.__main__", "app.practice")  # the last sets up a school and its platform in one

LINES = 400
LONG_FILES: dict[str, str] = {
    "app/store/log.py": "one transaction of the log from loading to the last row: one subject, one class",
}

FUNCTION_LINES = 40
LONG_FUNCTIONS: dict[str, str] = {
    "app/store/migrations/versions/": "Alembic's own form: every table and column in one function",
}

# Time is a value in the pure half: events carry it. These read a clock because somebody has to.
CLOCKS: dict[str, str] = {
    "app/clock.py": "the clock itself",
    "adapters/tencent_meeting/": "a signed request carries the time at which it is sent; tests hand in a clock",
    "adapters/dingtalk/": "tokens run out, a robot's message is signed with the time; tests hand in a clock",
    "adapters/feishu/": "tokens run out, robots sign the time, a group's day is a lesson; tests hand in a clock",
    "adapters/wecom/": "tokens live for a while, and the attendance history is asked up to now; tests hand in a clock",
    "adapters/drill/classroom/": "a platform of its own, with a clock of its own",
}

SHARED = (
    "base",
    "budget",
    "checks",
    "customer_data",
    "envelope",
    "faults",
    "health",
    "http",
    "memory",
    "notes",
    "preparation",
    "signing",
    "tokens",
    "untrusted",
    "wire",
)  # what adapters have in common

NOT_A_NOUN = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "core", "base_utils"}
WALL_CLOCKS = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
HAVE_STATE = {
    *("FastAPI", "Starlette", "create_engine", "sessionmaker", "ClientSession", "Client", "AsyncClient", "Http"),
    *("Lock", "RLock", "Semaphore", "Condition", "Queue", "SimpleQueue", "Thread", "ThreadPoolExecutor", "local"),
    *("Counter", "Gauge", "Histogram", "Summary", "CollectorRegistry", "Environment", "PasswordHasher"),
    *("defaultdict", "deque", "OrderedDict", "WeakValueDictionary"),
}
CONTAINERS = {"list", "dict", "set"}  # which change if they start out empty; with contents they are tables


@dataclass(frozen=True)
class Source:
    """One file of the three packages."""

    path: str
    text: str

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def imports(self) -> Iterator[str]:
        """Full names of everything imported, relative names resolved."""
        package = self.module if self.path.endswith("/__init__.py") else self.module.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (a.name for a in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = package.rsplit(".", node.level - 1)[0] + "." if node.level else ""
                yield from (f"{above}{node.module or ''}".rstrip(".") + f".{a.name}" for a in node.names)


def every_source() -> tuple[Source, ...]:
    files = sorted(f for p in PACKAGES for f in (ROOT / p).rglob("*.py"))
    return tuple(Source(str(f.relative_to(ROOT)), f.read_text()) for f in files)


def within(module: str, prefixes: Iterable[str]) -> bool:
    return any(module == p or module.startswith(p + ".") for p in prefixes)


# --- who knows whom ---------------------------------------------------------------------------------------------------


def dependencies(source: Source) -> Iterator[str]:
    foreign = (i for i in source.imports() if i.split(".")[0] not in sys.stdlib_module_names)
    layer = max((p for p in MAY_IMPORT if within(source.module, [p])), key=len, default=None)
    for name in foreign:
        if layer is not None and not within(name, (*_own(source.module, layer), *MAY_IMPORT[layer])):
            yield f"{layer} may not import {name}"
        if layer is None and not within(source.module, KNOW_EVERYTHING):
            yield from _upwards(source.module, name)


def _own(module: str, layer: str) -> tuple[str, ...]:
    """A layer knows itself, but an adapter knows the contract and its own platform only; the registry knows all."""
    platform = module.split(".")[1:2]
    if not layer.startswith("adapters") or not platform:
        return (layer,)
    return tuple(f"adapters.{m}" for m in (*SHARED, *platform))


def _upwards(module: str, name: str) -> Iterator[str]:
    if within(name, KNOW_EVERYTHING):
        yield f"only the entry points know {name}"
    if within(name, ["app.web"]) and not within(module, ["app.web"]):
        yield f"{name} lies above {module}"
    if within(name, ["adapters"]) and name.split(".")[1:2] not in ([], *([m] for m in (*SHARED, "REGISTRY"))):
        yield f"only the entry points know one platform from another: {name}"


# --- manners ----------------------------------------------------------------------------------------------------------


def printing(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"line {node.lineno}: prints"


def singletons(source: Source) -> Iterator[str]:
    """Whatever lives as long as the process and can change."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Global):
            yield f"line {node.lineno}: global {', '.join(node.names)}"
    for node in source.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and _has_state(node.value):
            yield f"line {node.lineno}: a module-level object that changes"


def _has_state(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        made = dotted(value.func).split(".")[-1]
        return made in HAVE_STATE or (made in CONTAINERS and not value.args and not value.keywords)
    return isinstance(value, ast.List | ast.Dict) and ast.unparse(value) in {"[]", "{}"}


def wall_clocks(source: Source) -> Iterator[str]:
    if source.path.startswith(tuple(CLOCKS)):
        return
    imported = {i for i in source.imports() if i in {"time.time", "time.time_ns"}}
    yield from (f"imports {i}" for i in sorted(imported))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and ".".join(dotted(node).split(".")[-2:]) in WALL_CLOCKS:
            yield f"line {node.lineno}: reads the clock with {dotted(node)}"


def http_statuses(source: Source) -> Iterator[str]:
    """What is answered over HTTP is decided in app.web; adapters read the statuses of their platform."""
    if within(source.module, ["app.web", "adapters"]):
        return
    for name in source.imports():
        if name.split(".")[-1] in {"HTTPStatus", "status", "HTTPException"}:
            yield f"imports {name}"
    for node in ast.walk(source.tree):
        named = node.value if isinstance(node, ast.keyword) and node.arg in {"status", "status_code"} else None
        if isinstance(node, ast.Compare) and "status" in ast.unparse(node.left):
            named = node.comparators[0]
        if isinstance(named, ast.Constant) and isinstance(named.value, int) and 100 <= named.value < 600:
            yield f"line {named.lineno}: an HTTP status"


def swallowing(source: Source) -> Iterator[str]:
    """Catching everything needs a reason, on the same line."""
    lines = source.text.splitlines()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "BaseException"
            if caught in {"Exception", "BaseException"} and "#" not in lines[node.lineno - 1]:
                yield f"line {node.lineno}: catches {caught} and does not say why"


def subject(source: Source) -> Iterator[str]:
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield "does not say on top what it is about"


def length(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > LINES and source.path not in LONG_FILES:
        yield f"has {lines} lines"


def function_length(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES and not f"{source.path}:{node.name}".startswith(tuple(LONG_FUNCTIONS)):
                yield f"{node.name} has {lines} lines"


def file_name(source: Source) -> Iterator[str]:
    if vague := NOT_A_NOUN & set(source.module.split(".")):
        yield f"{vague.pop()} says nothing: find the noun"


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a name or an attribute of one; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return ""


Check = Callable[[Source], Iterator[str]]
CHECKS: tuple[Check, ...] = (
    dependencies, printing, singletons, wall_clocks, http_statuses, swallowing, subject, length,
    function_length, file_name,
)  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_the_house_keeps_its_manners(check: Check) -> None:
    sources = every_source()
    assert len(sources) > 10
    problems = [f"{s.path}: {problem}" for s in sources for problem in check(s)]
    assert not problems, "\n".join(problems)


def test_the_package_above_all_is_empty() -> None:
    assert (ROOT / "app/__init__.py").read_text() == ""


def test_no_exception_outlives_its_reason() -> None:
    paths = {s.path: s for s in every_source()}
    stale = [c for c in CLOCKS if not any(p.startswith(c) for p in paths)]
    stale += [p for p in LONG_FILES if p not in paths or paths[p].text.count("\n") <= LINES]
    functions = {f"{s.path}:{n.name}" for s in paths.values() for n in ast.walk(s.tree) if hasattr(n, "name")}
    stale += [known for known in LONG_FUNCTIONS if not any(f.startswith(known) for f in functions)]
    assert stale == []


@pytest.mark.parametrize(
    ("check", "path", "text"),
    [
        (dependencies, "app/domain/x.py", "import pydantic"),
        (dependencies, "app/domain/x.py", "from app.store import log"),
        (dependencies, "policies/x.py", "from adapters.base import Delivery"),
        (dependencies, "policies/x.py", "from app import pipeline"),
        (dependencies, "adapters/zoom/x.py", "import aiohttp"),
        (dependencies, "adapters/zoom/x.py", "import policies"),
        (dependencies, "adapters/drill/control.py", "import starlette.routing"),
        (dependencies, "app/store/log.py", "from policies import Policy"),
        (dependencies, "app/store/log.py", "from ..web import api"),
        (dependencies, "app/pipeline.py", "from app.web import api"),
        (dependencies, "app/pipeline.py", "from adapters.drill import Drill"),
        (dependencies, "app/web/api.py", "from app.main import create_app"),
        (dependencies, "adapters/drill/control.py", "from adapters.zoom import Zoom"),
        (printing, "app/x.py", "print('here')"),
        (singletons, "app/x.py", "_cache = {}"),
        (singletons, "app/x.py", "engine = sa.create_engine('sqlite://')"),
        (singletons, "app/x.py", "def f():\n    global x\n    x = 1"),
        (wall_clocks, "app/x.py", "import time\nat = time.time()"),
        (wall_clocks, "app/x.py", "from time import time"),
        (wall_clocks, "app/x.py", "import datetime\nat = datetime.datetime.now()"),
        (http_statuses, "app/x.py", "from http import HTTPStatus"),
        (http_statuses, "app/x.py", "f(status_code=404)"),
        (http_statuses, "app/x.py", "ok = answer.status == 200"),
        (swallowing, "app/x.py", "try:\n    f()\nexcept Exception:\n    pass"),
        (swallowing, "app/x.py", "try:\n    f()\nexcept:\n    pass"),
        (subject, "app/x.py", "x = 1"),
        (length, "app/x.py", "\n" * 401),
        (function_length, "app/x.py", "def f():\n" + "    x = 1\n" * 40),
        (file_name, "app/utils.py", ""),
        (file_name, "adapters/common/x.py", ""),
    ],
)
def test_every_check_can_fail(check: Check, path: str, text: str) -> None:
    assert list(check(Source(path, text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/domain/x.py", "from app.domain.people import Role\nimport enum"),
        ("adapters/zoom/control.py", "from adapters.base import Adapter\nfrom adapters.zoom.webhook import parse"),
        ("adapters/__init__.py", "from adapters.zoom import Zoom"),
        ("app/pipeline.py", "from adapters.base import Delivery\nfrom policies import decide"),
        ("app/main.py", "from adapters.zoom import Zoom\nfrom app.web import api\nimport fastapi"),
    ],
)
def test_what_the_dependency_rule_allows(path: str, text: str) -> None:
    assert list(dependencies(Source(path, text))) == []
