"""What the README says, done."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reproduction.cli.app import app as reproduction_app
from sentemo.cli.app import app
from tests.cli.conftest import Command, sentemo  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON_BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"^\$ (sentemo .*?)(?:  +#.*)?$", README, re.MULTILINE)
REPRODUCTION = (ROOT / "reproduction" / "README.md").read_text(encoding="utf-8")
EXHIBITS = re.findall(r"^\$ python -m reproduction (.*?)(?:  +#.*)?$", README + REPRODUCTION, re.MULTILINE)


@pytest.mark.parametrize("block", PYTHON_BLOCKS)
def test_python_blocks_run(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block, "README.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_exist_with_their_flags(command: str) -> None:
    words = command.split()[1:]
    name = words[:2] if words[0] in ("corpus", "llm") else words[:1]
    help_text = CliRunner().invoke(app, [*name, "--help"], terminal_width=200, catch_exceptions=False).stdout
    for flag in (word for word in words if word.startswith("--")):
        assert flag in help_text


@pytest.mark.parametrize("command", EXHIBITS)
def test_exhibits_exist_with_their_flags(command: str) -> None:
    words = ["exhibits", "--help"]
    help_text = CliRunner().invoke(reproduction_app, words, terminal_width=200, catch_exceptions=False).stdout
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


def test_the_demonstration_labels_a_conversation(sentemo: Command) -> None:  # noqa: F811
    done = sentemo("predict", ROOT / "examples" / "support.txt")
    labels = [turn["label"] for turn in json.loads(done.out)["turns"]]
    n, a, h, s, u = "neutral", "anger", "happiness", "sadness", "surprise"
    assert labels == [n, n, a, n, u, s, n, h, n, n]  # what a stranger would say
