"""The list of a model's files with their SHA-256 sums: written last, checked first."""

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
    """Return the sums of a folder's files by name.

    Refuses a folder that lacks a listed file, holds an unlisted one or a link, or has one that was changed.
    """
    with can_read(folder):
        return _check(folder)


@contextmanager
def can_read(folder: Path) -> Iterator[None]:
    """Turn a model that may not be read, or a disk that fails, into `BadModel`."""
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
        raise BadModel(f"{folder} holds {name}, which its manifest does not list", "Remove it, or get the model again")
    for name, wanted in sums.items():
        if sha256_of(folder / name) != wanted:
            raise BadModel(f"{folder / name} is not the file that was saved (its SHA-256 differs)", AGAIN)
    return sums


def holds_a_model_alone(folder: Path) -> bool:
    """Tell whether a folder holds what its manifest lists and nothing else, hidden files included."""
    try:
        listed = {*_read(folder), NAME}
    except BadModel:
        return False
    inside = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    return all(path.relative_to(folder).as_posix() in listed for path in inside)


def check_free(folder: Path) -> None:
    """Raise `UsageError` for a folder that is there and holds anything but a model."""
    empty = folder.is_dir() and not any(folder.iterdir())
    if folder.exists() and not empty and not holds_a_model_alone(folder):
        raise UsageError(f"{folder} is there already and holds something else", "Choose another folder")


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
    """All files but the manifest and dot files (a hub's or system's own); a link anywhere is refused."""
    files = []
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if path.is_symlink():
            raise BadModel(f"{path} is a link", "Put the file itself there")
        if path.is_file() and path != folder / NAME:
            files.append(path)
    return files
