"""Find models, and transfer them from and to the Hugging Face hub. No torch."""

from __future__ import annotations

import re
from pathlib import Path

from sentemo.artifacts.manifest import can_read
from sentemo.encoders.cache import default_cache_folder
from sentemo.errors import BadModel, SentemoError

REPOSITORY = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def is_repository(name: str) -> bool:
    """Return whether a name can be a hub id, `owner/name`."""
    return REPOSITORY.fullmatch(name) is not None


def download(repository: str, revision: str | None, cache: Path) -> Path:
    """Download a model at a revision (branch, tag or commit) to the cache and return its folder.

    Files are copied, not linked, so that the manifest check reads the files themselves.
    """
    from huggingface_hub import snapshot_download

    folder = cache / "models" / repository.replace("/", "--") / (revision or "main")
    try:
        snapshot_download(repository, revision=revision, local_dir=folder)
    except Exception as error:  # the hub's client raises many types, which all mean the same to users
        if not (folder / "manifest.json").is_file():
            raise BadModel(
                f"The model {repository} could not be fetched from the hub ({type(error).__name__})",
                "Check the name, the revision and the network",
            ) from error
    return folder


def upload(folder: Path, repository: str, *, private: bool, message: str) -> str:
    """Push a saved model to the hub and return the commit's URL."""
    from huggingface_hub import HfApi

    api = HfApi()
    try:
        api.create_repo(repository, private=private, exist_ok=True)
        commit = api.upload_folder(repo_id=repository, folder_path=folder, commit_message=message)
    except Exception as error:
        raise SentemoError(
            f"The model could not be pushed to {repository} ({type(error).__name__}: {error})",
            "Log in with `hf auth login` and check the name and the network",
        ) from error
    return str(commit.commit_url)


SHIPPED = Path(__file__).parents[1] / "shipped"
SHIPPED_STATIC = SHIPPED.with_name("shipped_static")
BY_NAME = {
    "default": SHIPPED,
    "dailydialog": SHIPPED.with_name("shipped_dailydialog"),
    "static": SHIPPED_STATIC,
}
"""The models shipped with the package."""


def is_model(name: str) -> bool:
    """Return whether a name is that of a shipped or saved model, not of a sentence encoder."""
    return name in BY_NAME or any((Path(name) / below / "manifest.json").is_file() for below in ("", "model"))


def find(name: str | Path, revision: str | None = None) -> Path:
    """Return the folder of a model: a shipped one, a saved one, a training run's, or one from the hub."""
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
