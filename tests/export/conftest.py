"""Exported models for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.judgement import Rule
from sentemo.model import SentEmoContext
from tests.artifacts.models import random_model
from tests.encoders.readers import tiny_reader

pytest.importorskip("onnxscript")


def small_model(seed: int = 0) -> SentEmoContext:
    """A random model that reads dialogues, with a decision of its own."""
    model = random_model(seed, encoder=tiny_reader(seed))
    model.decision = Rule((-0.2, 0.9, 0.5, 0.1), 1.3)
    return model


@pytest.fixture(scope="session")
def small() -> SentEmoContext:
    return small_model()


@pytest.fixture(scope="session")
def exported(small: SentEmoContext, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same model in 32 and in 8 bits (in which so small a one has few large layers)."""
    from sentemo.export.write import export

    folder = tmp_path_factory.mktemp("exported")
    for precision in ("float32", "int8"):
        export(small, folder / precision, precision=precision)
    return {path.name: path for path in folder.iterdir()}
