"""Where a model is. No torch."""

from __future__ import annotations

from pathlib import Path

from sentemo.artifacts.hub import download, is_repository
from sentemo.artifacts.manifest import can_read
from sentemo.encoders.cache import default_cache_folder
from sentemo.errors import BadModel

SHIPPED = Path(__file__).parents[1] / "shipped"
SHIPPED_STATIC = SHIPPED.with_name("shipped_static")
BY_NAME = {
    "default": SHIPPED,
    "dailydialog": SHIPPED.with_name("shipped_dailydialog"),
    "static": SHIPPED_STATIC,
}
"""The models that come with the package."""


def find(name: str | Path, revision: str | None = None) -> Path:
    """Give the folder of a model: a shipped one, a saved one, a training run's, or one fetched from the hub."""
    if str(name) in BY_NAME:
        return BY_NAME[str(name)]
    folder = Path(name)
    with can_read(folder):
        if folder.is_dir():
            return folder / "model" if (folder / "model" / "manifest.json").is_file() else folder
        there = folder.exists()
    if is_repository(str(name)) and not there:
        return download(str(name), revision, default_cache_folder())
    raise BadModel(
        f"Model {name} was not found", f"Use a folder, a hub id (owner/name), or one of: {', '.join(BY_NAME)}"
    )
