"""The language models of the paper, as far as its text says how they were run.

Section 4 and Figure 3 name models and prompts; `do_sample`, top-k 10 and ten runs are those of the published runs. The
temperature (1, the usual default) and the longest reply are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sentemo.llm.settings import Settings

SAMPLED = Settings(temperature=1.0, top_k=10, max_tokens=32)


@dataclass(frozen=True)
class Preset:
    """A published model and its settings."""

    model: str
    """Its hub id."""
    prompt: str
    settings: Settings = SAMPLED
    runs: int = 10


PRESETS: Mapping[str, Preset] = {
    "llama2-7b": Preset("meta-llama/Llama-2-7b-chat-hf", "quoted"),
    "llama2-13b": Preset("meta-llama/Llama-2-13b-chat-hf", "quoted"),
    "falcon-7b": Preset("tiiuae/falcon-7b-instruct", "last"),
}
