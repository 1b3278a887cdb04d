"""onnxruntime-web, which runs graphs in a browser: fetched from npm once, in one version, checked by its SHA-512."""

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
"""What a page needs of it, and under which name: some hosts don't know that `.mjs` is JavaScript."""


def runtime_files(archive: Path | None = None) -> Mapping[str, bytes]:
    """Read the runtime out of npm's archive: a given one, else the cached one, which is fetched if need be.

    Raises `BadInput` where it can't be fetched, or is not the archive of this version.
    """
    path = archive or _cached()
    check(path)
    with tarfile.open(path) as tar:
        members = {new: tar.extractfile(f"package/dist/{old}") for old, new in FILES.items()}
        return {name: stream.read() for name, stream in members.items() if stream is not None}


def fetch(target: Path) -> None:
    """Fetch npm's archive into a file; raises `BadInput` where that fails."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        download(URL, target, DownloadSettings())
    except BadInput as error:
        step = f"Connect to the internet once, or give the archive of {URL} by hand: --runtime FILE.tgz"
        raise BadInput(f"onnxruntime-web can't be fetched ({error.fault})", step) from error


def check(path: Path) -> None:
    """Raise `BadInput` for any other file than the archive of this version."""
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
