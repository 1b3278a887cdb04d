"""From a model and labelled examples to an adapted model's parts."""

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
"""Tags stand beside the model's labels; extend is another name for that."""
Featurise = Callable[[Sequence[Conversation]], list[Floats]]
"""Conversations -> their features (T,F)."""


@dataclass(frozen=True)
class Support:
    """What labels are learnt from: features (N,F), label positions (N,), and texts."""

    labels: tuple[str, ...]
    features: Floats
    gold: Rows
    texts: tuple[str, ...]
    described: bool
    """Whether a label stands on its description alone."""


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
    """Learn labels in place of the model's; return the model's parts that change, and what was found.

    `ordinary` gives turns, (N,F), that are examples of the label `other` where it has none. `views` are two of the same
    unlabelled utterances, (N,F) and (N,F), for the method `label-free`.
    """
    support = _support(featurise, conversations, ordinary, names, descriptions or {})
    if method is not None and support.described:
        raise UsageError(f"Labels that are only described are not learnt by {method}", "Leave the method out")
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
        raise UsageError("Counter-examples say nothing where labels are replaced", "Learn tags, or leave them out")
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
    """(N,F) -> at most (100,F), spread over all."""
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
    """The position of the label of each output."""
    return model.label_of or range(len(model.labels))


def _counted(support: Support) -> dict[str, int]:
    counts = Counter(support.gold.tolist())
    return {name: counts[place] for place, name in enumerate(support.labels)}


def renamed(model: ModelParts, new: Mapping[str, str]) -> dict[str, Any]:
    """Give labels other names, the same to several to merge them; give the parts that change."""
    for name in new:
        model.labels.index(name)
    called = [new.get(name, name) for name in model.labels.names]
    names = tuple(dict.fromkeys(called))
    neutral = None if model.labels.neutral is None else new.get(model.labels.neutral, model.labels.neutral)
    outputs = tuple(names.index(called[place]) for place in _labels_of(model))
    return {"labels": LabelSet(names, neutral), "label_of": outputs}
