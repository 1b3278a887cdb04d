"""The checks themselves: what they run, and what they would notice."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.evidence.plugin import Evidence

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path, evidence: Evidence) -> Iterator[Path]:
    """Give a copy of the project, in the full form."""
    evidence.only_in_full()
    shutil.copytree(ROOT, tmp_path / "copy", ignore=shutil.ignore_patterns(".*", "bench", "runs", "mutants"))
    shutil.copy(ROOT / ".gitignore", tmp_path / "copy")
    yield tmp_path / "copy"
    shutil.rmtree(tmp_path / "copy", ignore_errors=True)  # what was killed late may still write


def run(copy: Path, *command: str, fine: tuple[int, ...] = (0,)) -> None:
    """Run a tool over the copy's own sources."""
    data = os.environ.get("SENTEMO_DATA", str(ROOT.parent / "shared" / "data"))
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "OMP_NUM_THREADS": "1", "SENTEMO_DATA": data}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in fine, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.evidence("checks.mutants")
@pytest.mark.skipif(not importlib.util.find_spec("mutmut"), reason="mutmut is not installed")
def test_mutants_are_killed(copy: Path, evidence: Evidence) -> None:
    """Of metrics, samplers, artifacts and checkpoints, as pyproject.toml says."""
    run(copy, "mutmut", "run")
    run(copy, "mutmut", "export-cicd-stats")
    found = json.loads((copy / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    killed = found["killed"] + found["timeout"] + found.get("segfault", 0)
    share = killed / (found["total"] - found["skipped"])
    evidence.show(f"{killed:,} of {found['total']:,} mutants killed, {100 * share:.1f} %")
    assert share >= 0.85


def measured(copy: Path, tests: Path) -> None:
    """Measure a folder of tests; that it slows what is raced with may break some, and a folder may hold none."""
    run(copy, "coverage", "run", "-m", "pytest", "-q", "--timeout", "0", str(tests), fine=(0, 1, 5))


@pytest.mark.evidence("checks.coverage")
@pytest.mark.skipif(not importlib.util.find_spec("coverage"), reason="coverage is not installed")
def test_nine_of_ten_branches_are_run(copy: Path, evidence: Evidence) -> None:
    tests = [path for path in sorted((copy / "tests").iterdir()) if path.is_dir() or path.name.startswith("test_")]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each in a process of its own, so that none can end the measuring
        list(pool.map(lambda path: measured(copy, path), tests))
    run(copy, "coverage", "combine", "-q")
    run(copy, "coverage", "json", "-q", "-o", "found.json")
    totals = json.loads((copy / "found.json").read_text(encoding="utf-8"))["totals"]
    lines, branches = totals["percent_statements_covered"], totals["percent_branches_covered"]
    evidence.show(f"{branches:.1f} % of branches, {lines:.1f} % of lines")
    assert branches >= 90
