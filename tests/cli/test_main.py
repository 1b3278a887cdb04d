"""The command as a program of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = [sys.executable, "-c", "from sentemo.cli import main; main()"]


def test_help_and_import_need_no_torch() -> None:
    code = "import sys, sentemo, sentemo.cli.app; print([m for m in ('torch', 'numpy', 'pyarrow') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version_and_help() -> None:
    for flag in ("--version", "--help"):
        done = subprocess.run([*PROGRAM, flag], capture_output=True, text=True, check=True)
        assert "sentemo" in done.stdout and not done.stderr


def test_a_reader_that_goes_away_is_no_error(run_dir: Path, tmp_path: Path) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_text("\n\n".join(["Ida: I love Rome"] * 400), encoding="utf-8")
    command = " ".join(f"'{word}'" for word in [*PROGRAM, "predict", str(talk), "-m", str(run_dir)])
    done = subprocess.run(["bash", "-c", f"{command} | head -1"], capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1 and "Traceback" not in done.stderr
