"""What the project is made of, and that it calls nobody."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.evidence.plugin import Evidence

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"([A-Za-z0-9._-]+)==[\w.+]+")
LISTEN = """
import json, sys
reached = []
calls = ("socket.connect", "socket.getaddrinfo")
sys.addaudithook(lambda event, args: reached.append(event) if event in calls else None)
from sentemo.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["sentemo", *words]
    try:
        main()
    except SystemExit as end:
        print(json.dumps([end.code or 0, reached]), file=sys.stderr)
"""


def name(requirement: str) -> str:
    """Give the package's name as the index compares it."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[0]).lower()


@pytest.mark.evidence("supply.pins")
def test_all_that_is_asked_for_is_pinned(evidence: Evidence) -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("#")[0].split(";")[0].strip() for line in lines if line.split("#")[0].strip()]
    evidence.count(len(pins), "packages pinned")
    assert all(PIN.fullmatch(pin) for pin in pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {name(one) for one in asked} <= {name(pin) for pin in pins}


@pytest.mark.evidence("supply.network")
def test_no_address_is_looked_up_or_called() -> None:
    talk = str(ROOT / "examples" / "support.txt")
    commands = json.dumps([["predict", talk], ["explain", talk], ["predict", talk, "--json"]])
    done = subprocess.run([sys.executable, "-c", LISTEN, commands], capture_output=True, text=True, check=True)
    assert [json.loads(line) for line in done.stderr.splitlines() if line.startswith("[")] == [[0, []]] * 3, done.stderr
    assert done.stdout


@pytest.fixture(scope="module")
def checked(request: pytest.FixtureRequest) -> list[str]:
    """Ask the network in a process of its own, in the full form; give what it said."""
    Evidence(request.config.getoption("--full")).only_in_full()
    done = subprocess.run(["make", "supply-chain"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


@pytest.mark.evidence("supply.age")
def test_no_release_is_young(checked: list[str]) -> None:
    if any("isn't reached, or doesn't tell" in line for line in checked):
        pytest.skip("the package index wasn't reached")
    assert "Age: no pinned release is younger than a week." in checked


@pytest.mark.evidence("supply.audit")
def test_nothing_is_known_against_any_release(checked: list[str], evidence: Evidence) -> None:
    if any("nothing was audited" in line for line in checked):
        pytest.skip("the vulnerability service wasn't reached")
    [told] = [line for line in checked if line.startswith("Audit: ")]
    evidence.show(told)
    assert not any(line.startswith("error: ") for line in checked)
