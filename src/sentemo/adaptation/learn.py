"""Compute the parts of an adapted model from a model and labelled examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sentemo.adaptation.adaptation import Adaptation
from sentemo.adaptation.candidates import fit, scaled, train_label_free
from sentemo.adaptation.choice import USUAL_SCALE, Trial, choose, wilson
from sentemo.adaptation.examples import MAX_PER_LABEL, OTHER, gather
from sentemo.artifacts.parts import ModelParts
from sentemo.errors import UsageError
from sentemo.heads import Floats, Method, Rows, unit
from sentemo.types import Conversation, LabelSet

Keeping = Literal["tags", "replace", "extend"]
"""Tags are added to the model's labels; extend is an alias."""
Featurise = Callable[[Sequence[Conversation]], list[Floats]]
"""Conversations -> their features (T,F)."""


@dataclass(frozen=True)
class Support:
    """The examples that labels are learnt from: features (N,F), label positions (N,), and texts."""

    labels: tuple[str, ...]
    features: Floats
    gold: Rows
    texts: tuple[str, ...]
    described: bool
    """Whether a label has only a description and no example."""


def learn(
    model: ModelParts,
    featurise: Featurise,
    conversations: Sequence[Conversation],
    ordinary: Callable[[], Floats],
    *,
    names: Sequence[str] = (),
    descriptions: Mapping[str, str] | None = None,
    method: Method | None = None,
    views: tuple[Floats, Floats] | None = None,
) -> tuple[dict[str, Any], Adaptation]:
    """Learn labels that replace the model's; return the parts of the model that change, and the adaptation.

    `ordinary` returns turns, (N,F), as examples of the label `other` if it has none. `views` are two views of the same
    unlabelled utterances, (N,F) and (N,F), for the method `label-free`.
    """
    support = _support(featurise, conversations, ordinary, names, descriptions or {})
    if method is not None and support.described:
        raise UsageError(f"Labels with only a description can't be learnt by {method}", "Leave the method out")
    if method == "label-free" and views is None:
        raise UsageError("The method label-free learns from unlabelled conversations", "Give some")
    return _replaced(model, support, method, None if views is None else train_label_free(*views))


def _support(
    featurise: Featurise,
    conversations: Sequence[Conversation],
    ordinary: Callable[[], Floats],
    names: Sequence[str],
    descriptions: Mapping[str, str],
) -> Support:
    examples, labels = gather(conversations, names, descriptions)
    if any(example.counter for example in examples):
        raise UsageError("Counter-examples can't be used when labels are replaced", "Learn tags, or leave them out")
    used = sorted({example.conversation for example in examples})
    found = dict(zip(used, featurise([conversations[i] for i in used]), strict=True))
    rows = [found[example.conversation][example.turn] for example in examples]
    gold = [labels.index(example.label) for example in examples]
    texts = [example.text for example in examples]
    if OTHER in labels and labels.index(OTHER) not in gold:
        some = _evenly(ordinary())
        rows += [*some]
        gold += [labels.index(OTHER)] * len(some)
        texts += [OTHER] * len(some)
    bare = [name for place, name in enumerate(labels) if place not in gold]
    for name in bare:
        words = [name.replace("_", " "), descriptions[name]]
        read = featurise([Conversation.of(text) for text in words])
        rows.append(unit(np.concatenate(read).mean(0)))
        gold.append(labels.index(name))
        texts.append(f"{name}: {descriptions[name]}")
    return Support(labels, np.stack(rows), np.array(gold), tuple(texts), bool(bare))


def _evenly(rows: Floats) -> Floats:
    """(N,F) -> at most (100,F), evenly spaced over all."""
    some: Floats = rows[np.unique(np.linspace(0, len(rows) - 1, MAX_PER_LABEL).astype(int))]
    return some


def _replaced(
    model: ModelParts, support: Support, method: Method | None, mapping: Floats | None
) -> tuple[dict[str, Any], Adaptation]:
    labels = len(support.labels)
    if labels < 2:
        raise UsageError(f"The only label is {support.labels[0]!r}", "Give examples of two at least, or learn tags")
    trials: list[Trial] = []
    if support.described:
        adapted = scaled(fit("prototypes", support.features, support.gold, labels), USUAL_SCALE["prototypes"])
    else:
        adapted, trials = choose(support.features, support.gold, labels, method, mapping)
    best = next((trial for trial in trials if trial.method == adapted.method), None)
    counts = np.bincount(support.gold, minlength=labels)
    found = Adaptation(
        method="names" if support.described else adapted.method,
        examples=_counted(support),
        trials={trial.method: trial.accuracy for trial in trials},
        accuracy=best.accuracy if best else None,
        interval=wilson(best.accuracy, len(support.gold)) if best else None,
        chance=int(counts.max()) / len(support.gold),
    )
    neutral = model.labels.neutral if model.labels.neutral in support.labels else None
    parts = {"labels": LabelSet(support.labels, neutral), "adapted": adapted, "label_of": (), "texts": support.texts}
    return parts, found


def _labels_of(model: ModelParts) -> Sequence[int]:
    """Return the position of each output's label."""
    return model.label_of or range(len(model.labels))


def _counted(support: Support) -> dict[str, int]:
    counts = Counter(support.gold.tolist())
    return {name: counts[place] for place, name in enumerate(support.labels)}


def renamed(model: ModelParts, new: Mapping[str, str]) -> dict[str, Any]:
    """Rename labels, merging those with the same new name; return the parts of the model that change."""
    for name in new:
        model.labels.index(name)
    called = [new.get(name, name) for name in model.labels.names]
    names = tuple(dict.fromkeys(called))
    neutral = None if model.labels.neutral is None else new.get(model.labels.neutral, model.labels.neutral)
    outputs = tuple(names.index(called[place]) for place in _labels_of(model))
    return {"labels": LabelSet(names, neutral), "label_of": outputs}
