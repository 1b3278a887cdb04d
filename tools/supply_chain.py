"""Check the pinned releases: none younger than a week, none with a known vulnerability.

    python tools/supply_chain.py constraints.txt --bin DIR

DIR holds pip (26 or newer, which tells releases by their age) and pip-audit. What can't be asked (no network, a mirror
without the data) is told in a sentence and is no failure; a young or vulnerable release is, and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

AGE = "P7D"
"""Most hijacked releases are found out within days."""
TIMEOUT_S = 600


def main() -> int:
    """Run both checks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("constraints", type=Path)
    parser.add_argument("--bin", type=Path, required=True, help="The folder of pip and pip-audit.")
    given = parser.parse_args()
    faults = [*young(given.constraints, given.bin / "pip"), *vulnerable(given.constraints, given.bin / "pip-audit")]
    for fault in faults:
        print(f"error: {fault}")
    return 1 if faults else 0


def young(constraints: Path, pip: Path) -> list[str]:
    """Name the first release that pip would not take because it came less than a week ago, or is gone."""
    words = ("install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet", "--uploaded-prior-to", AGE)
    done = run(pip, *words, "-r", str(constraints))
    if done is None or (done.returncode and "(from versions: " not in done.stderr) or "versions: none)" in done.stderr:
        print("The package index isn't reached, or doesn't tell when releases came: no age was checked.")
        return []
    if not done.returncode:
        print("Age: no pinned release is younger than a week.")
        return []
    name = re.search(r"requirement (\S+)", done.stderr)
    return [f"{name[1] if name else 'A release'} is younger than a week, or gone. Pin one that is older."]


def vulnerable(constraints: Path, audit: Path) -> list[str]:
    """Name the releases that something is known against."""
    done = run(audit, "-r", str(constraints), "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json")
    try:
        found = json.loads(done.stdout if done else "")["dependencies"]
    except (ValueError, KeyError):
        print("The vulnerability service isn't reached: nothing was audited. Try again where there is a network.")
        return []
    audited = [each for each in found if "vulns" in each]
    told = f"Audit: {len(audited)} of {len(found)} releases known to the vulnerability service"
    print(f"{told}." if audited else f"{told}, as behind a mirror of the index: nothing was audited.")
    return [
        f"{each['name']} {each['version']}: {vuln['id']}. Pin {' or '.join(vuln['fix_versions']) or 'another release'}."
        for each in audited
        for vuln in each["vulns"]
    ]


def run(program: Path, *words: str) -> subprocess.CompletedProcess[str] | None:
    """Run a program; None where it isn't there or takes too long."""
    try:
        return subprocess.run([program, *words], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None


if __name__ == "__main__":
    sys.exit(main())
