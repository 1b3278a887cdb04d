"""The page in Firefox at three sizes; the rest is tested in Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.serve.page.firefox import Firefox, firefox
from tests.serve.served import Running

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(PROGRAM is None, reason="Firefox is not installed")]
SIZES = {"desktop": (1440, 900), "phone": (390, 844), "200 %": (720, 450)}


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(str(PROGRAM), tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.mark.parametrize("size", SIZES)
def test_an_example_is_labelled_and_explained(window: Firefox, site: Running, size: str) -> None:
    window.open(site.url, *SIZES[size])
    window.wait("document.querySelector('#try-example') !== null")
    window.run("document.querySelector('#try-example').click()")
    window.wait("document.querySelectorAll('#turns .felt .label').length === 13")
    labels = window.run("[...document.querySelectorAll('#turns .felt .label')].map((each) => each.textContent)")
    assert {"anger", "happiness", "neutral"} <= {label.removeprefix("perhaps ") for label in labels}
    window.run("document.querySelector('#turns .bubble').click()")
    window.wait("document.querySelector('#panel .reasons') && !document.querySelector('#panel [aria-busy]')")
    wide, shown = window.run("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= shown and not window.faults
