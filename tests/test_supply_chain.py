"""`tools/supply_chain.py` with a pip and a pip-audit that say what they are told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "tools" / "supply_chain.py"
GONE = "ERROR: Could not find a version that satisfies the requirement old==1.0 (from versions: {})"


def check(place: Path, pip: tuple[int, str], audit: str) -> tuple[int, str]:
    """Run it; pip ends with a code and says something on stderr, pip-audit on stdout."""
    programs = {"pip": f"cat >&2 <<'END'\n{pip[1]}\nEND\nexit {pip[0]}", "pip-audit": f"cat <<'END'\n{audit}\nEND"}
    for name, line in programs.items():
        (place / name).write_text(f"#!/bin/sh\n{line}\n")
        (place / name).chmod(0o755)
    words = [sys.executable, str(SCRIPT), "constraints.txt", "--bin", str(place)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout


def audited(**vulnerabilities: list[str]) -> str:
    vulns = [{"id": name, "fix_versions": versions} for name, versions in vulnerabilities.items()]
    return json.dumps({"dependencies": [{"name": "old", "version": "1.0", "vulns": vulns}, {"name": "new"}]})


def test_old_releases_without_faults_are_well(tmp_path: Path) -> None:
    code, said = check(tmp_path, (0, ""), audited())
    assert code == 0 and "no pinned release is younger" in said and "1 of 2 releases known" in said


def test_a_young_release_is_an_error(tmp_path: Path) -> None:
    code, said = check(tmp_path, (1, GONE.format("0.8, 0.9")), audited())
    assert code == 1 and "error: old==1.0 is younger than a week, or gone." in said


def test_a_known_vulnerability_is_an_error(tmp_path: Path) -> None:
    code, said = check(tmp_path, (0, ""), audited(PYSEC=["1.1", "2.0"], CVE=[]))
    assert code == 1 and "error: old 1.0: PYSEC. Pin 1.1 or 2.0." in said and "CVE. Pin another release." in said


@pytest.mark.parametrize("pip", [(1, GONE.format("none")), (2, "no such option: --uploaded-prior-to")])
@pytest.mark.parametrize("audit", ["", '{"dependencies": [{"name": "old"}]}'])
def test_what_cannot_be_asked_is_told(tmp_path: Path, pip: tuple[int, str], audit: str) -> None:
    code, said = check(tmp_path, pip, audit)
    assert code == 0 and "no age was checked" in said and "nothing was audited" in said


def test_missing_programs_are_told(tmp_path: Path) -> None:
    words = [sys.executable, str(SCRIPT), "constraints.txt", "--bin", str(tmp_path / "none")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "no age was checked" in done.stdout and "nothing was audited" in done.stdout
