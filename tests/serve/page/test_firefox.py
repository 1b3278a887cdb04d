"""The page in Debian's Firefox: sizes, themes, axe. Skipped where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.resources import files

import pytest

from tests.serve.page.firefox import Firefox, firefox
from tests.serve.served import Running

PROGRAM = os.environ.get("SENTEMO_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIOLATIONS = """axe.run({resultTypes: ["violations"]}).then(({violations}) => violations.flatMap(({id, nodes}) =>
    nodes.map(({target}) => `${id}: ${target}`)))"""
READY = "document.querySelectorAll('#example-preview .felt .label').length == 4"
LABELLED = "document.querySelectorAll('#turns .felt .label').length == 13"


@pytest.fixture(scope="module", params=["light", "dark"])
def fox(request: pytest.FixtureRequest, site: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Give a Firefox with a theme."""
    if PROGRAM is None:
        pytest.skip("install firefox-esr, or set SENTEMO_FIREFOX to it, to check the page in Firefox")
    with firefox(PROGRAM, tmp_path_factory.mktemp("fox"), dark=request.param == "dark") as started:
        yield started


@pytest.mark.parametrize(
    "size", [(1440, 900, 1.0), (390, 844, 1.0), (720, 450, 2.0)], ids=["desktop", "phone", "200 %"]
)
def test_it_works_is_accessible_and_fits(fox: Firefox, site: Running, size: tuple[int, int, float]) -> None:
    fox.open(site.url, *size)
    fox.run((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8").rstrip(";\n ") + ", 1")
    fox.wait(READY)
    assert fox.run(VIOLATIONS) == [] and fox.run(TOO_WIDE) <= 0
    fox.run("document.querySelector('#try-example').click()")
    fox.wait(LABELLED)
    assert fox.run(VIOLATIONS) == [] and fox.run(TOO_WIDE) <= 0
    fox.run("document.querySelectorAll('#turns .bubble')[2].click()")
    fox.wait("document.querySelector('#panel .reasons')")
    assert fox.run("document.querySelector('#panel-title').textContent").startswith("Turn 3")
    assert fox.run(VIOLATIONS) == [] and fox.run(TOO_WIDE) <= 0
    assert fox.logged == []
