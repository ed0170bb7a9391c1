"""The guide of every platform tells what its table tells, and the tables of the vendors' clouds say what instead."""

from importlib import import_module
from pathlib import Path

import pytest

from app.domain.actions import ActionKind, Level
from tests.adapters.conformance import Sample, samples

SAMPLES = samples()
CLOUDS = tuple(s for s in SAMPLES if s.platform not in ("drill", "janus"))
of_every_platform = pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.platform)
of_every_cloud = pytest.mark.parametrize("sample", CLOUDS, ids=lambda s: s.platform)
of_every_kind = pytest.mark.parametrize("kind", ActionKind, ids=str)


def guide(sample: Sample) -> str:
    package = import_module(f"adapters.{sample.platform}")
    return (Path(str(package.__file__)).parent / "README.md").read_text()


@of_every_platform
def test_every_setting_is_named(sample: Sample) -> None:
    text = guide(sample)
    assert [name for name in sample.adapter.settings_type.model_fields if f"`{name}`" not in text] == []


@of_every_cloud
@of_every_kind
def test_less_than_native_says_why_and_what_instead(sample: Sample, kind: ActionKind) -> None:
    table = sample.adapter.capabilities
    support = table[kind]
    if support.level is not Level.NATIVE:
        assert len(support.note) > 20
        assert support.instead
        assert all(table[other].level is not Level.NONE for other in support.instead)


@of_every_cloud
@of_every_kind
def test_the_guide_tells_what_the_table_tells(sample: Sample, kind: ActionKind) -> None:
    support = sample.adapter.capabilities[kind]
    (row, *_) = [line for line in guide(sample).splitlines() if line.startswith(f"| `{kind}` |")]
    if sample.platform == "feishu":  # its tables leave out what goes without saying: no proof, and an alert
        assert f" | {support.note} | " in row
    else:
        instead = ", ".join(f"`{other}`" for other in support.instead)
        assert row == f"| `{kind}` | {support.level} | {support.confirm} | {support.note} | {instead} |"
