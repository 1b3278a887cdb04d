"""Exported models for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.model import SentEmoContext
from tests.export.small import small_graphs, small_model

pytest.importorskip("onnxscript")


@pytest.fixture(scope="session")
def small() -> SentEmoContext:
    return small_model()


@pytest.fixture(scope="session")
def exported() -> dict[str, Path]:
    """The same model in 32 and in 8 bits."""
    return {precision: small_graphs(precision) for precision in ("float32", "int8")}
