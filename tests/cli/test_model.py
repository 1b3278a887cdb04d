from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Command, sentemo  # noqa: F401


def test_the_shipped_models_tell_their_licences(sentemo: Command) -> None:  # noqa: F811
    told = json.loads(sentemo("model", "--json").out)
    for name in ("default", "static"):  # static was distilled from the default
        assert "any use" in told[name]["licence"]
    assert "CC BY-NC-SA 4.0" in told["dailydialog"]["licence"]
    assert len(told["default"]["other label sets"]["goemotions"]) == 28
    text = sentemo("model", "default").out
    assert "licence" in text and "neutral, anger" in text


def test_a_folder_that_is_no_model_is_refused(sentemo: Command, tmp_path: Path) -> None:  # noqa: F811
    told = sentemo("model", tmp_path)
    assert told.code == 4 and "manifest.json" in told.err
