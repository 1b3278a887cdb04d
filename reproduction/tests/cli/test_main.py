"""The command line as a whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "words", [(), ("--help",), ("exhibits", "-h"), ("few-shot", "-h"), ("raw", "-h"), ("compared", "-h")]
)
def test_every_command_explains_itself(reproduction: Command, words: tuple[str, ...]) -> None:
    shown = reproduction(*words)
    assert "python -m reproduction" in shown.out + shown.err and shown.code == (0 if words else 2)


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reproduction", "table-1", "--data", "nowhere", "--out", "nowhere"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 3 and "nowhere" in done.stderr


def test_what_was_compared_stands_among_published_rows(
    reproduction: Command, sentemo: Command, corpus_dir: Path, run_dir: Path, tmp_path: Path
) -> None:
    words = ("compare", run_dir, "majority", "--corpus", "dailydialog", "-d", corpus_dir, "--resamples", "20", "--json")
    file = tmp_path / "compared.json"
    file.write_text(sentemo(*words).out, encoding="utf-8")
    shown = reproduction("compared", file)
    assert shown.code == 0, shown.err
    assert "| llama2-7b (Touvron et al., 2023) | published, test | (26.77)ᵃ |" in shown.out
    assert "| majority | measured here, validation | 0.00 | 0.00 |" in shown.out and "not run" not in shown.out
    assert json.loads(reproduction("compared", file, "--json").out)["name"] == "table-4"
    file.write_text(sentemo(*words, "--protocol", "standard").out, encoding="utf-8")
    assert reproduction("compared", file).code == 3
    for text in ("[]", "{}", "no JSON"):
        file.write_text(text, encoding="utf-8")
        assert reproduction("compared", file).code == 3
    assert reproduction("compared", tmp_path / "none.json").code == 3
