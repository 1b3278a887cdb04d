"""The list of a model's files with their SHA-256 hashes: written last, checked first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sentemo.errors import BadModel, UsageError
from sentemo.files import sha256_of

NAME = "manifest.json"
AGAIN = "Get the model again"


def write_manifest(folder: Path) -> None:
    """List every file of a folder."""
    sums = {path.relative_to(folder).as_posix(): sha256_of(path) for path in _files(folder)}
    content = json.dumps({"sha256": dict(sorted(sums.items()))}, indent=1)
    (folder / NAME).write_text(content + "\n", encoding="utf-8")


def check_manifest(folder: Path) -> dict[str, str]:
    """Return the hashes of a folder's files by name.

    Raises `BadModel` if a listed file is missing or changed, or the folder contains an unlisted file or a link.
    """
    with can_read(folder):
        return _check(folder)


@contextmanager
def can_read(folder: Path) -> Iterator[None]:
    """Turn permission and disk errors into `BadModel`."""
    try:
        yield
    except OSError as error:
        cause = f"The model {folder} can't be read ({error.strerror or error})"
        raise BadModel(cause, "Check the path and its permissions") from error


def _check(folder: Path) -> dict[str, str]:
    sums = _read(folder)
    found = {path.relative_to(folder).as_posix() for path in _files(folder)}
    for name in sorted(sums.keys() - found):
        raise BadModel(f"{folder} lacks {name}", AGAIN)
    for name in sorted(found - sums.keys()):
        raise BadModel(f"{folder} contains {name}, which is not in its manifest", "Remove it, or get the model again")
    for name, wanted in sums.items():
        if sha256_of(folder / name) != wanted:
            raise BadModel(f"{folder / name} is not the file that was saved (its SHA-256 differs)", AGAIN)
    return sums


def holds_a_model_alone(folder: Path) -> bool:
    """Return whether a folder contains only what its manifest lists, including hidden files."""
    try:
        listed = {*_read(folder), NAME}
    except BadModel:
        return False
    inside = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    return all(path.relative_to(folder).as_posix() in listed for path in inside)


def check_free(folder: Path) -> None:
    """Raise `UsageError` if a folder exists and contains anything but a model."""
    empty = folder.is_dir() and not any(folder.iterdir())
    if folder.exists() and not empty and not holds_a_model_alone(folder):
        raise UsageError(f"{folder} already exists and contains something else", "Choose another folder")


def _read(folder: Path) -> dict[str, str]:
    path = folder / NAME
    if not path.is_file():
        raise BadModel(f"{folder} is not a sentemo model (no {NAME})", "Name a folder that `sentemo train` made")
    try:
        sums = json.loads(path.read_text(encoding="utf-8"))["sha256"]
        return {str(name): str(wanted) for name, wanted in sums.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadModel(f"{path} is damaged", AGAIN) from error


def _files(folder: Path) -> list[Path]:
    """List all files except the manifest and dot files (of the hub or system); raise `BadModel` for any link."""
    files = []
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if path.is_symlink():
            raise BadModel(f"{path} is a link", "Put the file itself there")
        if path.is_file() and path != folder / NAME:
            files.append(path)
    return files
