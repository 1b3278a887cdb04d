"""A small model, and its graphs."""

from __future__ import annotations

from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

from sentemo.judgement import Rule
from sentemo.model import SentEmoContext
from tests.artifacts.models import random_model
from tests.cli.conftest import exit_code
from tests.encoders.readers import tiny_reader
from tests.once import made_once


def small_model(seed: int = 0) -> SentEmoContext:
    """Make a random model that reads dialogues, with a decision of its own."""
    model = random_model(seed, encoder=tiny_reader(seed))
    model.decision = Rule((-0.2, 0.9, 0.5, 0.1), 1.3)
    return model


def small_graphs(precision: str) -> Path:
    """Return the folder of its graphs in 32 or in 8 bits (in which so small a model has few large layers)."""
    from sentemo.export.write import export

    by = _by_the_command if precision == "float32" else partial(export, small_model(), precision=precision)
    return made_once(f"small-{precision}", by)


def what_the_command_printed(folder: Path) -> str:
    """Return what `sentemo export --json` printed when it made the graphs in 32 bits."""
    return folder.with_suffix(".printed").read_text(encoding="utf-8")


def _by_the_command(folder: Path) -> None:
    """Save the model and export it in place."""
    small_model().save_pretrained(folder)
    with folder.with_suffix(".printed").open("w", encoding="utf-8") as printed, redirect_stdout(printed):
        assert exit_code("export", folder, "--out", folder, "--weights", "float32", "--json") == 0
