"""What several test folders share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Give the folder of real corpora, from SENTEMO_DATA or beside the repository; skip where there is none."""
    root = Path(__file__).resolve().parent.parent
    folder = Path(os.environ.get("SENTEMO_DATA") or root.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the real corpora are not here: set SENTEMO_DATA to their folder")
    return folder
