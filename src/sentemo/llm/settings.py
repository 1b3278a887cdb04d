"""How a language model is run, and how the paper's were."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sentemo.errors import UsageError


@dataclass(frozen=True)
class Settings:
    """All that `--set` sets; None leaves a choice to the prompt or preset."""

    temperature: float = 0.0
    """0 always takes the most probable token; above, replies are sampled."""
    top_k: int = 0
    """Sample among so many tokens; 0 is not sent."""
    max_tokens: int = 64
    """The longest reply."""
    seed: int = 0
    """Of the first run; each further run adds 1."""
    context: int | None = None
    """Turns before the asked one, where a prompt shows the nearest only."""
    concurrency: int = 4
    """Requests under way at once."""
    timeout_s: float = 120.0
    """How long one request may take in all."""
    retries: int = 6
    """How often a request that failed is made again."""
    schema: bool = True
    """Send the JSON schema of the answer, where the prompt wants JSON."""
    body: str = ""
    """A JSON object of further fields of the request; null takes a field out."""
    batch_size: int = 8
    """Prompts read at once, by local weights."""
    score: bool = False
    """Local weights: take the most probable label, instead of generating."""

    def __post_init__(self) -> None:
        least = {"temperature": 0, "top_k": 0, "max_tokens": 1, "context": 0, "concurrency": 1, "retries": 0}
        for name, bound in {**least, "batch_size": 1}.items():
            if (value := getattr(self, name)) is not None and not bound <= value < 1e9:
                raise UsageError(f"The setting {name}={value} can't be meant", f"Give at least {bound}")
        if not 0 < self.timeout_s < 1e6:
            raise UsageError(f"The setting timeout_s={self.timeout_s} can't be meant", "Give seconds above 0")
        self.further()

    def further(self) -> dict[str, Any]:
        """Read `body`."""
        try:
            found = json.loads(self.body or "{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise UsageError("The setting body is not a JSON object", """Write it as in body='{"top_p": 0.9}'""")
        return found

    def with_overrides(self, given: Sequence[str]) -> Settings:
        """Apply texts such as `temperature=0.7`; raise `UsageError` for unknown names and unusable values."""
        pairs: dict[str, Any] = {}
        for text in given:
            name, equals, value = text.partition("=")
            if not equals or name.strip() not in _TYPES:
                raise UsageError(f"--set {text} is not a setting", f"Write NAME=VALUE for: {', '.join(_TYPES)}")
            pairs[name.strip()] = _read(name.strip(), value.strip())
        return replace(self, **pairs)


_TYPES: Mapping[str, str] = {field.name: str(field.type) for field in fields(Settings)}


def _read(name: str, text: str) -> Any:
    kind = _TYPES[name].partition(" ")[0]
    readers: Mapping[str, Any] = {"int": int, "float": float, "str": str, "bool": _truth}
    try:
        return readers[kind](text)
    except (ValueError, KeyError):
        raise UsageError(f"--set {name}={text} can't be read", f"Give a value of the type {kind}") from None


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


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
