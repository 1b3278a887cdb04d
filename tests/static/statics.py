"""Small static models with random numbers, which know the words of the templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sentemo import __version__
from sentemo.static.folder import FORMAT, Static, write_static
from tests.dialogues import FOUR
from tests.encoders.readers import tiny_tokenizer

WIDTH, HIDDEN, REACH = 12, 10, 4


def random_config(**changed: Any) -> Static:
    known: dict[str, Any] = {
        "format": FORMAT,
        "sentemo": __version__,
        "source": "0" * 64,
        "labels": list(FOUR.names),
        "neutral": FOUR.neutral,
        "max_tokens": 12,
        "vocabulary": tiny_tokenizer().get_vocab_size(),
        "width": WIDTH,
        "hidden": HIDDEN,
        "reach": REACH,
        "prior": [0.9, -0.4, -0.3, -0.2],
        "temperature": 1.2,
        "facts": {"corpus": "templates", "seed": 0},
    }
    return Static(**(known | changed))


def save_random_static(folder: Path, seed: int = 0) -> Path:
    static = random_config()
    rng = np.random.default_rng(seed)
    numbers = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in static.shapes.items()}
    tokenizer = tiny_tokenizer()
    write_static(folder, static, numbers, tokenizer)
    return folder
