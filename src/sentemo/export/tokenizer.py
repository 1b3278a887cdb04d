"""The tokenizer in a model's folder. No torch."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

from sentemo.artifacts.manifest import AGAIN
from sentemo.encoders.pieces import Pieces
from sentemo.errors import BadModel


def read_tokenizer(path: Path, max_tokens: int) -> Pieces:
    """Read a tokenizer; raise `BadModel` for a damaged one."""
    try:
        return Pieces(Tokenizer.from_file(str(path)), max_tokens)
    except Exception as error:  # tokenizers raises plain Exception
        raise BadModel(f"{path} is not a valid tokenizer ({error})", AGAIN) from error
