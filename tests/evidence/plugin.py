"""Tests that measure a promise, and the table of what they found.

A test says which row of rows.py it carries, and may show a figure::

    @pytest.mark.evidence("models.mutations")
    def test_every_mutation_is_refused(evidence): ...
        tries = evidence.scale(short=300, full=5000)
        ...
        evidence.show(f"{refused:,} of {tries:,} refused")

The short form runs with all other tests. `pytest -m evidence --full --evidence=FILE.json` runs the full form and writes
the figures, and a page beside them; `--row server` runs some rows alone, the others staying in the file.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from .page import page
from .rows import ROWS

Figure = tuple[str, str, float]


@dataclass
class Evidence:
    """What a test may ask and show."""

    full: bool
    shown: list[Figure] = field(default_factory=list)

    def scale(self, short: int, full: int) -> int:
        """Give the size for the form that runs."""
        return full if self.full else short

    def only_in_full(self) -> None:
        """Skip in the short form."""
        if not self.full:
            pytest.skip("in the full form alone")

    def show(self, figure: str) -> None:
        """Tell what was found; before an assert that it may break."""
        self.shown.append((figure, "once", 0))

    def count(self, number: int, what: str) -> None:
        """Tell how many were tried; the tests of a row add up."""
        self.shown.append((what, "sum", number))

    def worst(self, number: float, what: str) -> None:
        """Tell how far something was off; the tests of a row give the largest."""
        self.shown.append((what, "max", number))


EVIDENCE = pytest.StashKey[Evidence]()


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """Let a test of a promise scale and show what it does."""
    found = Evidence(request.config.getoption("--full"))
    request.node.stash[EVIDENCE] = found
    return found


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options."""
    group = parser.getgroup("evidence")
    group.addoption("--full", action="store_true", help="measure promises in their full form")
    group.addoption("--row", default="", metavar="START", help="measure only rows whose names start so")
    group.addoption("--evidence", type=Path, metavar="FILE.json", help="write what was found, and a page beside it")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and collect where a file was asked for."""
    config.addinivalue_line("markers", "evidence(row): this test carries a promise of tests/evidence/rows.py")
    if config.getoption("--evidence"):
        options = (config.getoption(name) for name in ("--evidence", "--full", "--row"))
        config.pluginmanager.register(Collector(*options))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse rows that there are not; leave out what carries none that was asked for."""
    for item in items:
        for row in rows_of(item):
            if row not in ROWS:
                raise pytest.UsageError(f"{item.nodeid} carries {row!r}, which is no row of tests/evidence/rows.py")
    if start := config.getoption("--row"):
        items[:] = [item for item in items if any(row.startswith(start) for row in rows_of(item))]


def rows_of(item: pytest.Item) -> list[str]:
    """Give the rows that a test carries."""
    return [row for marker in item.iter_markers("evidence") for row in marker.args]


class Collector:
    """Sum up by row what the tests showed."""

    def __init__(self, to: Path, full: bool, start: str) -> None:
        """Write rows whose names start so to a file, and a page beside it."""
        self.to, self.start = to, start
        self.ground = {"form": "full" if full else "short", **ground()}
        self.found: dict[str, dict[str, Any]] = {}
        self.shown: dict[str, list[Figure]] = defaultdict(list)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """Note the outcome of a test for its rows."""
        report = yield
        for row in (row for row in rows_of(item) if row.startswith(self.start)):
            found = self.found.setdefault(row, {"passed": 0, "failed": [], "skipped": [], "seconds": 0.0})
            found["seconds"] += call.duration
            if report.failed:
                found["failed"].append(item.nodeid)
            elif report.skipped:
                found["skipped"].append(report.longrepr[2].removeprefix("Skipped: "))
            elif report.when == "call":
                found["passed"] += 1
            if report.when == "call" and EVIDENCE in item.stash:
                self.shown[row] += item.stash[EVIDENCE].shown
        return report

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file, where rows that didn't run stay as they are, and the page."""
        rows = json.loads(self.to.read_text(encoding="utf-8")) if self.to.is_file() else {}
        for row, found in self.found.items():
            rows[row] = {"target": ROWS[row].target, "figures": figures(self.shown[row]), **found, **self.ground}
        rows = {row: rows[row] for row in ROWS if row in rows}
        self.to.parent.mkdir(parents=True, exist_ok=True)
        self.to.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        self.to.with_suffix(".md").write_text(page(rows), encoding="utf-8")


def figures(shown: list[Figure]) -> list[str]:
    """Add up, take the largest, leave out what was said before."""
    summed: dict[tuple[str, str], list[float]] = defaultdict(list)
    for what, how, number in shown:
        summed[what, how].append(number)
    told = {
        "once": lambda what, numbers: what,
        "sum": lambda what, numbers: f"{sum(numbers):,} {what}",
        "max": lambda what, numbers: f"{what} {max(numbers):.2g}",
    }
    return [told[how](what, numbers) for (what, how), numbers in summed.items()]


def ground() -> dict[str, Any]:
    """Tell where and when this was measured."""
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--exclude=*"]
    return {
        "date": time.strftime("%Y-%m-%d"),
        "commit": subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip(),
        "machine": f"{os.cpu_count()} cores of {processor()}, {platform.system()}, Python {platform.python_version()}",
        "load": [round(load, 1) for load in os.getloadavg()],
    }


def processor() -> str:
    """Name the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())
