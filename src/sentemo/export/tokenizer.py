"""The tokenizer in a model's folder. No torch."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadModel


def read_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    """Read a tokenizer that cuts texts at so many tokens and pads nothing; raise `BadModel` for a damaged one."""
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises plain Exception
        raise BadModel(f"{path} holds no sound tokenizer ({error})", AGAIN) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
