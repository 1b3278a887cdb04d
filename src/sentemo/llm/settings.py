"""Settings for language models, and presets for those of the paper."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sentemo.errors import UsageError


@dataclass(frozen=True)
class Settings:
    """All settings of `--set`; None leaves the choice to the prompt or preset."""

    temperature: float = 0.0
    """0 always picks the most probable token; above 0, replies are sampled."""
    top_k: int = 0
    """Sample among this many tokens; 0 is not sent."""
    max_tokens: int = 64
    """Maximum length of a reply."""
    seed: int = 0
    """Seed of the first run; each further run adds 1."""
    context: int | None = None
    """Turns before the asked one, if a prompt shows only the nearest."""
    concurrency: int = 4
    """Maximum number of concurrent requests."""
    timeout_s: float = 120.0
    """Timeout of a request."""
    retries: int = 6
    """How often a failed request is retried."""
    schema: bool = True
    """Send the JSON schema of the answer, if the prompt asks for JSON."""
    body: str = ""
    """A JSON object of extra request fields; null removes a field."""
    batch_size: int = 8
    """Batch size for local weights."""
    score: bool = False
    """Local weights: pick the most probable label instead of generating."""

    def __post_init__(self) -> None:
        least = {"temperature": 0, "top_k": 0, "max_tokens": 1, "context": 0, "concurrency": 1, "retries": 0}
        for name, bound in {**least, "batch_size": 1}.items():
            if (value := getattr(self, name)) is not None and not bound <= value < 1e9:
                raise UsageError(f"{value} is not valid for the setting {name}", f"Use at least {bound}")
        if not 0 < self.timeout_s < 1e6:
            raise UsageError(f"{self.timeout_s} is not valid for the setting timeout_s", "Use seconds above 0")
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
        raise UsageError(f"--set {name}={text} is not valid", f"Use a value of type {kind}") from None


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
