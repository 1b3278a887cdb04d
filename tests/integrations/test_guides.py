"""The Python of the guides, and the notebook, as they stand there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("data-frames.md", "hugging-face.md")


def run(source: str, place: Path) -> str:
    """Run a program in a folder and return what it prints."""
    words = [sys.executable, "-c", source]
    env = os.environ | {"MPLBACKEND": "Agg", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=place, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.process
@pytest.mark.parametrize("guide", GUIDES)
def test_the_blocks_of_a_guide_run(guide: str, tmp_path: Path) -> None:
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    assert run("\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), tmp_path)


@pytest.mark.process
def test_the_notebook_goes_from_an_export_to_a_figure(tmp_path: Path) -> None:
    cells = json.loads((ROOT / "examples" / "chat.ipynb").read_text(encoding="utf-8"))["cells"]
    shutil.copy(ROOT / "examples" / "whatsapp.txt", tmp_path)
    run("\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"), tmp_path)
    assert (tmp_path / "chat.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.process
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_blocks_of_the_guide_for_r_run(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "r.md").read_text(encoding="utf-8")
    by_files, by_reticulate = re.findall(r"```r\n(.*?)```", text, re.DOTALL)
    command = f"{sys.executable} -m sentemo predict {ROOT / 'examples' / 'support.txt'} --json > labelled.jsonl"
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)
    env = os.environ | {"RETICULATE_PYTHON": sys.executable}
    for lines, shown in ((by_files, "happiness"), (by_reticulate, "Maya Where is my lamp?")):
        source = "\n".join(line for line in lines.splitlines() if not line.startswith("py_require"))
        done = subprocess.run(["Rscript", "-e", source], capture_output=True, text=True, cwd=tmp_path, env=env)
        assert done.returncode == 0 and shown in done.stdout, done.stderr


def test_every_guide_of_an_integration_is_in_the_contents() -> None:
    contents, readme = ((ROOT / name).read_text(encoding="utf-8") for name in ("mkdocs.yml", "README.md"))
    for guide in (*GUIDES, "convokit.md", "label-studio.md", "chat-front-ends.md", "r.md"):
        assert f" {guide}" in contents and f"(docs/{guide})" in readme
