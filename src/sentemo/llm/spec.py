"""The name of a language model: `MODEL@URL#PROMPT`, where all but the model is optional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sentemo.errors import UsageError
from sentemo.llm.cache import ReplyCache
from sentemo.llm.completion import Backend
from sentemo.llm.costs import Prices
from sentemo.llm.endpoint import KEY, Endpoint, read_key
from sentemo.llm.labeler import LlmLabeler, Turns
from sentemo.llm.local import LocalModel
from sentemo.llm.prompt import Prompt, get_prompt
from sentemo.llm.settings import PRESETS, Settings
from sentemo.types import LabelSet

PREFIX = "llm:"
DEFAULT_PROMPT = "defined"


@dataclass(frozen=True)
class Spec:
    """Which model, where it runs, and its prompt."""

    model: str
    """A preset, a server's name for a model, a hub id or a folder."""
    url: str = ""
    """URL of a server; empty for local weights."""
    prompt: str = ""
    """A shipped prompt or a file; if empty, the preset's, or `defined`."""

    @classmethod
    def parse(cls, text: str) -> Spec:
        """Parse `llama2-7b`, `qwen@http://127.0.0.1:8080/v1`, `some/folder#last`, with or without the prefix `llm:`."""
        head, _, prompt = text.removeprefix(PREFIX).partition("#")
        model, at, url = head.rpartition("@")
        named = cls(model, url, prompt) if at and "://" in url else cls(head, "", prompt)
        if not named.model:
            raise UsageError("The language model has no name", "Write MODEL@http://HOST:PORT/v1")
        return named

    @property
    def is_preset(self) -> bool:
        """Whether the model is one of the paper's."""
        return self.model in PRESETS

    @property
    def runs(self) -> int:
        """The default number of runs that a figure is the mean of."""
        return PRESETS[self.model].runs if self.is_preset else 1

    def title(self) -> str:
        """The model and the prompt, for reports."""
        return f"{self.model}, prompt {self.prompt_name}"

    @property
    def prompt_name(self) -> str:
        """The name of the prompt in use."""
        return self.prompt or (PRESETS[self.model].prompt if self.is_preset else DEFAULT_PROMPT)


@dataclass(frozen=True)
class Outfit:
    """Settings shared by all language models of one command."""

    overrides: Sequence[str] = ()
    """Settings, as `temperature=0.7`."""
    cache: ReplyCache | None = None
    prices: Mapping[str, Prices] = field(default_factory=dict)
    """Prices by model; those of the empty name apply to all others."""
    key_variable: str = KEY
    definitions: Mapping[str, str] = field(default_factory=dict)
    """Definitions of labels, in addition to the shipped ones."""

    def labeler(self, spec: Spec, labels: LabelSet, turns: Turns = "all") -> LlmLabeler:
        """Return the labeler; local weights are loaded. Raises as `Endpoint`, `LocalModel.load` and `get_prompt` do."""
        base = PRESETS[spec.model].settings if spec.is_preset else Settings()
        settings = base.with_overrides(self.overrides)
        prompt = self._prompt(spec, settings)
        prices = self.prices.get(spec.model, self.prices.get(""))
        return LlmLabeler(self._backend(spec, settings, prompt), labels, prompt, turns, prices=prices)

    def _prompt(self, spec: Spec, settings: Settings) -> Prompt:
        prompt = get_prompt(spec.prompt_name)
        definitions = {**prompt.definitions, **self.definitions}
        context = prompt.context if settings.context is None else settings.context
        return replace(prompt, definitions=definitions, context=context)

    def _backend(self, spec: Spec, settings: Settings, prompt: Prompt) -> Backend:
        name = PRESETS[spec.model].model if spec.is_preset else spec.model
        if not spec.url:
            return LocalModel.load(name, settings)
        if settings.score:
            raise UsageError("An endpoint can't score labels", "Leave out score, or name local weights")
        return Endpoint(spec.url, name, settings, prompt.wants_json, self.cache, read_key(self.key_variable))
