"""What the README says, done."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON_BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"^\$ (sentemo .*?)(?:  +#.*)?$", README, re.MULTILINE)
REPRODUCTION = (ROOT / "reproduction" / "README.md").read_text(encoding="utf-8")
EXHIBITS = re.findall(r"^\$ python -m reproduction (.*?)(?:  +#.*)?$", README + REPRODUCTION, re.MULTILINE)


@pytest.mark.parametrize("block", PYTHON_BLOCKS)
def test_python_blocks_run(block: str) -> None:
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_exist_with_their_flags(command: str) -> None:
    words = command.split()[1:]
    name = words[:2] if words[0] in ("corpus", "llm") else words[:1]
    help_text = subprocess.run(
        [sys.executable, "-c", "from sentemo.cli import main; main()", *name, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "", "COLUMNS": "200"},
    ).stdout
    for flag in (word for word in words if word.startswith("--")):
        assert flag in help_text


@pytest.mark.parametrize("command", EXHIBITS)
def test_exhibits_exist_with_their_flags(command: str) -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "reproduction", "exhibits", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PATH": "", "COLUMNS": "200", "PYTHONPATH": str(ROOT / "src")},
    ).stdout
    for flag in (word for word in command.split() if word.startswith("--")):
        assert flag in help_text


def test_make_targets_and_linked_files_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^\$ make (\w+)", README + REPRODUCTION, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert link.startswith("https://") or (ROOT / link).exists(), link
    for link in re.findall(r"\]\(([^)#]+)\)", REPRODUCTION):
        assert (ROOT / "reproduction" / link).exists(), link


def test_the_demonstration_labels_a_conversation() -> None:
    program = [sys.executable, "-c", "from sentemo.cli import main; main()"]
    done = subprocess.run(
        [*program, "predict", "examples/support.txt"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    labels = [turn["label"] for turn in json.loads(done.stdout)["turns"]]
    n, a, h, s, u = "neutral", "anger", "happiness", "sadness", "surprise"
    assert labels == [n, n, a, n, u, s, n, h, n, n]  # what a stranger would say
