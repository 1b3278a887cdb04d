"""onnxruntime-web, which runs graphs in a browser: a pinned version from npm, verified by its SHA-512."""

from __future__ import annotations

import base64
import hashlib
import tarfile
from collections.abc import Mapping
from pathlib import Path

from sentemo.corpora.download import DownloadSettings, download
from sentemo.encoders.cache import default_cache_folder
from sentemo.errors import BadInput

VERSION = "1.30.0"
URL = f"https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{VERSION}.tgz"
SHA512 = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
"""In base64, as npm's lock files state it."""
WASM = "ort-wasm.wasm"
FILES = {
    "ort.wasm.min.mjs": "ort.js",
    "ort-wasm-simd-threaded.mjs": "ort-wasm.js",
    "ort-wasm-simd-threaded.wasm": WASM,
}
"""The files that a page needs, and their names there: some hosts don't serve `.mjs` as JavaScript."""


def runtime_files(archive: Path | None = None) -> Mapping[str, bytes]:
    """Read the runtime from npm's archive: a given one, or the cached one, which is downloaded if needed.

    Raises `BadInput` if it can't be downloaded, or is not the archive of this version.
    """
    path = archive or _cached()
    check(path)
    with tarfile.open(path) as tar:
        members = {new: tar.extractfile(f"package/dist/{old}") for old, new in FILES.items()}
        return {name: stream.read() for name, stream in members.items() if stream is not None}


def fetch(target: Path) -> None:
    """Download npm's archive into a file; raise `BadInput` if that fails."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        download(URL, target, DownloadSettings())
    except BadInput as error:
        step = f"Connect to the internet once, or pass the archive of {URL}: --runtime FILE.tgz"
        raise BadInput(f"onnxruntime-web can't be downloaded ({error.fault})", step) from error


def check(path: Path) -> None:
    """Raise `BadInput` for any file but the archive of this version."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"Cannot open the file: {error.strerror}", "Check the path", path=path) from None
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != SHA512:
        raise BadInput(f"This is not onnxruntime-web {VERSION} (its SHA-512 differs)", f"Take {URL}", path=path)


def _cached() -> Path:
    path = default_cache_folder() / f"onnxruntime-web-{VERSION}.tgz"
    if not path.is_file():
        fetch(path)
    return path
