"""What deploy/ says: linted, and run as far as it can be without a container engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
UNIT = ROOT / "deploy" / "sentemo.service"
STEPS = [
    (line.split(maxsplit=1)[0], line.split(maxsplit=1)[1])
    for line in re.sub(r"\\\n\s*", "", CONTAINERFILE.read_text(encoding="utf-8")).splitlines()
    if line and not line.startswith("#")
]
"""Its instructions and their arguments."""


def arguments(name: str) -> list[str]:
    """Return the arguments of all instructions of a name."""
    return [told for instruction, told in STEPS if instruction == name]


def test_hadolint_finds_nothing() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, CONTAINERFILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stdout, done.stdout


def test_it_does_not_run_as_root() -> None:
    instructions = [instruction for instruction, _ in STEPS]
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", arguments("USER")[-1])
    assert "RUN" not in instructions[instructions.index("USER") :]


def test_pins_are_those_of_the_constraints() -> None:
    pins = set((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    for pin in re.findall(r"[\w-]+==[\w.]+", " ".join(arguments("RUN"))):
        assert pin in pins


def test_what_the_build_needs_is_copied() -> None:
    copied = {source for told in arguments("COPY") for source in told.split()[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"pyproject.toml", "constraints.txt", "src", project["readme"], *project["license-files"]} <= copied
    extras = re.findall(r"\.\[([\w,]+)\]", " ".join(arguments("RUN")))
    assert extras and {name for each in extras for name in each.split(",")} <= {*project["optional-dependencies"]}


@pytest.mark.process
def test_its_entry_point_is_healthy(tmp_path: Path) -> None:
    """Start what the image starts, with its environment, and ask for its health as the image does."""
    told = dict(each.split("=", 1) for line in arguments("ENV") for each in shlex.split(line))
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **told, "HOME": str(tmp_path)}
    program, *words = json.loads(arguments("ENTRYPOINT")[0])
    assert program == "sentemo"
    command = [sys.executable, "-m", program, *words, "--port", "0", "--model", "static"]
    health = json.loads(arguments("HEALTHCHECK")[0].partition("CMD")[2])
    with subprocess.Popen(command, env=env, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            port = next(re.findall(r":(\d+)$", line.strip())[0] for line in server.stderr if "Serving at" in line)
            program, *words = [word.replace(":8000/", f":{port}/") for word in health]
            asked = subprocess.run([sys.executable, *words], env=env, capture_output=True, check=False, timeout=60)
            assert program == "python" and asked.returncode == 0, asked.stderr
        finally:
            server.terminate()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8")
    (tmp_path / UNIT.name).write_text(text.replace("/opt/sentemo/bin/sentemo", sys.executable), encoding="utf-8")
    words = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / UNIT.name)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and UNIT.name not in done.stderr, done.stderr
