"""The interface of Hugging Face's text-classification pipelines: texts in, `{"label", "score"}` out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from sentemo.errors import BadInput, UsageError
from sentemo.loading import load
from sentemo.types import Conversation, Labeler, Prediction

AT_ONCE = 256
"""Batch size for streams of texts."""
NEEDLESS = frozenset({"batch_size", "max_length", "num_workers", "padding", "truncation"})
"""Options of Hugging Face's pipelines that are accepted and ignored: long texts are read whole."""
Found = dict[str, Any] | list[dict[str, Any]]
"""A label and its score, or a list of them."""


@dataclass(frozen=True)
class TextClassification:
    """Label texts, each by itself, like a text-classification pipeline of Hugging Face's transformers."""

    model: Labeler
    labels: str | None = None
    """Another label set of the model: `goemotions` or `sentiment`."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Other names for labels."""
    top_k: int | None = 0
    """Number of labels per text, the most probable first; None for all, 0 for the first without a list."""

    def __call__(self, inputs: Any, **options: Any) -> Any:
        """Return a list with `{"label", "score"}` for each text, or with a list of these if `top_k` was given.

        The shapes are those of transformers: a text returns a list too, unless `top_k` is an option of this call;
        `{"text": ...}` returns no list, and a generator returns an iterator that labels lazily. Raises `BadInput` for
        anything but texts, `UsageError` for an unknown option.
        """
        is_asked = "top_k" in options
        top_k = _checked(options.pop("top_k")) if is_asked else self.top_k
        if unknown := options.keys() - NEEDLESS:
            raise UsageError(f"The pipeline has no option {min(unknown)!r}", "Leave it out")
        if isinstance(inputs, str):
            found = self._label([inputs], top_k)
            return found[0] if is_asked else found
        if isinstance(inputs, Mapping):
            return self._label([inputs], top_k)[0]
        if not isinstance(inputs, Iterable):
            raise BadInput(f"A {type(inputs).__name__} is not a text", "Pass a text or a list of texts")
        return self._label([*inputs], top_k) if isinstance(inputs, Sized) else self._stream(iter(inputs), top_k)

    def _stream(self, inputs: Iterator[object], top_k: int | None) -> Iterator[Found]:
        while some := [*islice(inputs, AT_ONCE)]:
            yield from self._label(some, top_k)

    def _label(self, inputs: Sequence[object], top_k: int | None) -> list[Found]:
        talks = [Conversation.of(_text(given, place)) for place, given in enumerate(inputs)]
        if not talks:
            return []
        model = cast(Any, self.model)  # only models have other label sets
        found = model.predict(talks, labels=self.labels) if self.labels else model.predict(talks)
        return [self._found(prediction, top_k) for prediction in found]

    def _found(self, prediction: Prediction, top_k: int | None) -> Found:
        shares = prediction.turns[0].probabilities
        ranked = sorted(shares, key=shares.__getitem__, reverse=True)
        scored = [{"label": self.names.get(name, name), "score": float(shares[name])} for name in ranked]
        return scored[0] if top_k == 0 else scored[:top_k]


def pipeline(
    task: str = "text-classification",
    model: str | Labeler = "default",
    *,
    labels: str | None = None,
    names: Mapping[str, str] | None = None,
    **options: int | None,
) -> TextClassification:
    """Return a callable with the interface of `transformers.pipeline("text-classification")`.

    `model` is a name for `sentemo.load`, or a labeler; `labels` another of its label sets (`goemotions`,
    `sentiment`; the task `sentiment-analysis` takes the latter); `names` renames labels: `{"happiness": "joy"}`.
    `top_k` is the only further option, as in transformers. Raises `UsageError` for another task or option.
    """
    if task not in ("text-classification", "sentiment-analysis"):
        raise UsageError(f"No pipeline for {task!r}", "Use text-classification or sentiment-analysis")
    top_k = _checked(options.pop("top_k")) if "top_k" in options else 0
    if options:
        raise UsageError(f"The pipeline has no option {min(options)!r}", "Leave it out")
    labels = labels or ("sentiment" if task == "sentiment-analysis" else None)
    return TextClassification(load(model) if isinstance(model, str) else model, labels, names or {}, top_k)


def _checked(top_k: object) -> int | None:
    if top_k is None or (isinstance(top_k, int) and top_k > 0):
        return top_k
    raise UsageError(f"Invalid top_k: {top_k!r}", "Pass a number of labels, or None for all of them")


def _text(given: object, place: int) -> str:
    text = given.get("text") if isinstance(given, Mapping) else given
    if isinstance(text, str) and text.strip():
        return text
    raise BadInput(f"Input {place} is {'empty' if isinstance(text, str) else 'not a text'}", "Remove it or fill it in")
