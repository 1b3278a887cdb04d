from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Command
from tests.static.statics import save_random_static


def test_raw_space_is_another_row(
    reproduction: Command, sentemo: Command, run_dir: Path, corpus_dir: Path, tmp_path: Path
) -> None:
    words = (run_dir, "dailydialog", "-d", corpus_dir, "--json")
    trained = json.loads(sentemo("evaluate", *words, "--protocol", "triplet").out)
    raw = json.loads(reproduction("raw", *words).out)
    assert raw["model"] == "hashing-64" and raw["protocol"] == "triplet"
    assert trained["macro_f1_no_neutral"] != raw["macro_f1_no_neutral"]
    assert "# Evaluation: hashing-64" in reproduction("raw", *words[:-1]).out


def test_a_model_without_embeddings_is_refused(reproduction: Command, corpus_dir: Path, tmp_path: Path) -> None:
    folder = save_random_static(tmp_path / "static")
    done = reproduction("raw", folder, "dailydialog", "-d", corpus_dir)
    assert done.code == 4 and "is static" in done.err
