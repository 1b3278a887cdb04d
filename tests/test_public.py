"""The names that are public, as docs/stability.md promises them."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from sentemo.errors import MissingExtra, lazy

STABILITY = (Path(__file__).parents[1] / "docs" / "stability.md").read_text(encoding="utf-8")
NAMES = re.findall(r"`(?:sentemo)?(\.[a-z]+)`", STABILITY.partition("[API]")[0])
PACKAGES = ["sentemo", *(f"sentemo{name}" for name in NAMES)]


@pytest.mark.parametrize("package", PACKAGES)
def test_each_is_there(package: str) -> None:
    module = import_module(package)
    assert len(PACKAGES) == 13 and set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        try:
            found = getattr(module, name)
        except MissingExtra as missing:
            assert "sentemo[convokit]" in str(missing)
            continue
        assert not isinstance(found, ModuleType) and getattr(module, name) is found


@pytest.mark.parametrize("package", PACKAGES)
def test_each_has_a_page_of_the_reference(package: str) -> None:
    page = Path(__file__).parents[1] / "docs" / "api" / f"{package.split('.')[-1]}.md"
    assert f"::: {package}\n" in page.read_text(encoding="utf-8")


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "sentemo.export.write", raising=False)
    with pytest.raises(MissingExtra, match=r"sentemo\[train\]"):
        lazy("sentemo.export", {"export": "write"})[0]("export")
    with pytest.raises(AttributeError, match="no attribute 'exprot'"):
        lazy("sentemo.export", {"export": "write"})[0]("exprot")
