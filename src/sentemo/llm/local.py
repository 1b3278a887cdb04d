"""Local weights through transformers: generate replies, or score the labels."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sentemo.errors import BadModel, MissingExtra
from sentemo.llm.completion import Ask, OnProgress, Reply
from sentemo.llm.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class LocalModel:
    """A causal language model and its tokenizer, on the GPU if there is one."""

    model: Any = field(repr=False)
    tokenizer: Any = field(repr=False)
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def load(cls, name: str, settings: Settings) -> LocalModel:
        """Load a hub id or a folder; remote code is never run.

        Raises `BadModel` if it can't be loaded, `MissingExtra` if transformers is not installed.
        """
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise MissingExtra("transformers", "llm") from error
        try:
            tokenizer = AutoTokenizer.from_pretrained(name)
            model = AutoModelForCausalLM.from_pretrained(name, dtype="auto")
        except (OSError, ValueError, KeyError) as error:
            reason = str(error).strip().partition("\n")[0][:200]
            raise BadModel(
                f"The language model {name!r} can't be loaded ({type(error).__name__}: {reason})",
                "Name a folder or a hub id of a causal language model; for a server, write MODEL@http://HOST:PORT/v1",
            ) from error
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        device = "cuda" if torch.cuda.is_available() else "cpu"
        return cls(model.eval().to(device), tokenizer, settings)

    def replies(self, asks: Sequence[Ask], run: int, on_progress: OnProgress | None = None) -> list[Reply]:
        """Answer prompts in batches of similar length; a run's sampling depends only on its seed."""
        import torch

        torch.manual_seed(self.settings.seed + run)
        prompts = [self._prompt(ask) for ask in asks]
        order = sorted(range(len(asks)), key=lambda place: len(prompts[place]))
        found: dict[int, Reply] = {}
        size = self.settings.batch_size
        answer = self._scored if self.settings.score else self._generated
        for start in range(0, len(order), size):
            places = order[start : start + size]
            began = time.monotonic()
            with torch.inference_mode():
                replies = list(answer([asks[x] for x in places], [prompts[x] for x in places]))
            seconds = time.monotonic() - began
            for place, (text, prompt, completion, shares) in zip(places, replies, strict=True):
                found[place] = Reply(text, seconds / len(places), seconds, prompt, completion, shares)
            if on_progress:
                on_progress(len(found), len(asks))
        return [found[place] for place in range(len(asks))]

    def _prompt(self, ask: Ask) -> list[int]:
        """Return the tokens of a prompt, in the chat template if there is one; control tokens in text are split up."""
        text = ask.prompt
        for token in self.tokenizer.all_special_tokens:
            text = text.replace(token, " ".join(token))
        if not self.tokenizer.chat_template:
            return list(self.tokenizer(text)["input_ids"])
        messages = [{"role": "user", "content": text}]
        whole = self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        return list(self.tokenizer(whole, add_special_tokens=False)["input_ids"])

    def _generated(
        self, asks: Sequence[Ask], prompts: Sequence[list[int]]
    ) -> Iterator[tuple[str, int, int, tuple[float, ...]]]:
        ids, mask = self._padded(prompts, left=True)
        chosen, samples = self.settings, self.settings.temperature > 0
        sampling = {"temperature": chosen.temperature, "top_k": chosen.top_k or None} if samples else {}
        out = self.model.generate(
            input_ids=ids,
            attention_mask=mask,
            do_sample=samples,
            max_new_tokens=chosen.max_tokens,
            pad_token_id=self.tokenizer.pad_token_id,
            **sampling,
        )
        for row, prompt in zip(out[:, ids.shape[1] :], prompts, strict=True):
            count = int((row != self.tokenizer.pad_token_id).sum())
            yield self.tokenizer.decode(row, skip_special_tokens=True), len(prompt), count, ()

    def _scored(
        self, asks: Sequence[Ask], prompts: Sequence[list[int]]
    ) -> Iterator[tuple[str, int, int, tuple[float, ...]]]:
        """Yield the probability of each option's tokens after the prompt, divided by the sum over the options."""
        import torch

        for ask, prompt in zip(asks, prompts, strict=True):
            options = [self._option(name) for name in ask.options]
            ids, mask = self._padded([prompt + option for option in options], left=False)
            logits = self.model(input_ids=ids, attention_mask=mask).logits[:, len(prompt) - 1 : -1].float()
            found = logits.log_softmax(-1).gather(-1, ids[:, len(prompt) :, None])[..., 0]
            sums = (found * mask[:, len(prompt) :]).sum(-1)
            shares = torch.softmax(sums.double(), 0).tolist()
            yield ask.options[shares.index(max(shares))], len(prompt), 0, tuple(shares)

    def _option(self, name: str) -> list[int]:
        """Return a label's tokens at the start of a reply: directly after a template, otherwise after a space."""
        text = name if self.tokenizer.chat_template else f" {name}"
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _padded(self, rows: Sequence[list[int]], *, left: bool) -> tuple[Tensor, Tensor]:
        """N lists of tokens -> tokens (N,L) and which of them are real (N,L)."""
        import torch

        longest = max(map(len, rows))
        ids = torch.full((len(rows), longest), self.tokenizer.pad_token_id)
        mask = torch.zeros_like(ids)
        for number, row in enumerate(rows):
            where = slice(longest - len(row), longest) if left else slice(0, len(row))
            ids[number, where] = torch.tensor(row)
            mask[number, where] = 1
        return ids.to(self.model.device), mask.to(self.model.device)
