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
from sentemo.adaptation.examples import gather
from sentemo.adaptation.extension import extend
from sentemo.artifacts.parts import ModelParts
from sentemo.errors import UsageError
from sentemo.heads import Adapted, Floats, Method, Neighbours, Rows, unit
from sentemo.judgement import PLAIN, judge
from sentemo.types import Conversation, LabelSet

Keeping = Literal["replace", "extend"]
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
    keeping: Keeping,
    *,
    names: Sequence[str] = (),
    descriptions: Mapping[str, str] | None = None,
    method: Method | None = None,
    views: tuple[Floats, Floats] | None = None,
) -> tuple[dict[str, Any], Adaptation]:
    """Learn labels and give the model's parts that change, and what was found.

    `views` are two of the same unlabelled utterances, (N,F) and (N,F), for the method `label-free`.
    """
    if keeping not in ("replace", "extend"):
        raise UsageError(f"Labels can't be kept by {keeping!r}", "Use replace or extend")
    support = _support(featurise, conversations, names, descriptions or {})
    before = model.adapted
    if keeping == "extend" and before is not None:
        support = _joined(model, before, support)
    if views is not None and keeping == "extend":
        raise UsageError("Unlabelled conversations don't help to extend labels", "Leave them out, or replace")
    if method is not None and support.described:
        raise UsageError(f"Labels that are only described are not learnt by {method}", "Leave the method out")
    if method == "label-free" and views is None:
        raise UsageError("The method label-free learns from unlabelled conversations", "Give some")
    if keeping == "extend" and (before is None or before.extends):
        return _extended(model, support, method)
    return _replaced(model, support, method, None if views is None else train_label_free(*views))


def _support(
    featurise: Featurise, conversations: Sequence[Conversation], names: Sequence[str], descriptions: Mapping[str, str]
) -> Support:
    examples, labels = gather(conversations, names, descriptions)
    if any(example.counter for example in examples):
        raise UsageError("Counter-examples say nothing where labels are learnt in one go", "Leave them out")
    used = sorted({example.conversation for example in examples})
    found = dict(zip(used, featurise([conversations[i] for i in used]), strict=True))
    rows = [found[example.conversation][example.turn] for example in examples]
    gold = [labels.index(example.label) for example in examples]
    texts = [example.text for example in examples]
    bare = [name for place, name in enumerate(labels) if place not in gold]
    for name in bare:
        words = [name.replace("_", " "), descriptions[name]]
        read = featurise([Conversation.of(text) for text in words])
        rows.append(unit(np.concatenate(read).mean(0)))
        gold.append(labels.index(name))
        texts.append(f"{name}: {descriptions[name]}")
    return Support(labels, np.stack(rows), np.array(gold), tuple(texts), bool(bare))


def _joined(model: ModelParts, before: Adapted, support: Support) -> Support:
    """Put the examples of an earlier adaptation before new ones."""
    earlier = [model.labels.names[place] for place in _labels_of(model)[-before.labels :]]
    labels = tuple(dict.fromkeys((*earlier, *support.labels)))
    gold = [labels.index(earlier[place]) for place in before.gold.tolist()]
    gold += [labels.index(support.labels[place]) for place in support.gold.tolist()]
    features = np.concatenate([before.examples, support.features])
    return Support(labels, features, np.array(gold), (*model.texts, *support.texts), support.described)


def _replaced(
    model: ModelParts, support: Support, method: Method | None, mapping: Floats | None
) -> tuple[dict[str, Any], Adaptation]:
    labels = len(support.labels)
    if labels < 2:
        raise UsageError(f"The only label is {support.labels[0]!r}", "Give examples of two at least, or extend")
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


def _extended(model: ModelParts, support: Support, method: Method | None) -> tuple[dict[str, Any], Adaptation]:
    """Add labels, or examples to labels that are there; what the old network chose stays its choice."""
    if method not in (None, "linear"):
        raise UsageError(f"Labels are not added by {method}", "Leave the method out, or replace the labels")
    if model.neighbours is None:
        raise UsageError("This model keeps no examples that new labels must stand out from", "Replace the labels")
    old_of = _labels_of(model)[: model.runner.architecture.network.labels]
    old_names = tuple(dict.fromkeys(model.labels.names[place] for place in old_of))
    names = (*old_names, *(name for name in support.labels if name not in old_names))
    counts = np.array([model.labels.names[place] not in support.labels for place in old_of])
    kept = _kept(model.neighbours, counts)
    known, known_gold, best = model.neighbours.features[kept], model.neighbours.labels[kept], _best(model)[kept]
    learnt = extend(support.features, support.gold, len(support.labels), known, best, known_gold)
    adapted, right, mistaken = learnt
    known_well = not support.described and np.bincount(support.gold).min() > 1
    found = Adaptation(
        method="linear",
        examples=_counted(support),
        accuracy=right if known_well else None,
        interval=wilson(right, len(support.gold)) if known_well else None,
        mistaken=mistaken,
    )
    outputs = [names.index(model.labels.names[place]) for place in old_of]
    outputs += [names.index(name) for name in support.labels]
    parts = {
        "labels": LabelSet(names, model.labels.neutral),
        "adapted": adapted,
        "label_of": tuple(outputs),
        "texts": support.texts,
    }
    return parts, found


def _kept(neighbours: Neighbours, counts: Rows) -> Rows:
    """(N,), which stored examples are of the network's outputs that count."""
    kept: Rows = counts[neighbours.labels]
    if not kept.any():
        raise UsageError("The new labels leave none of the old ones", "Replace the labels")
    return kept


def _best(model: ModelParts) -> Floats:
    """(N,), log p of the network's best output for each stored example."""
    scores = model.neighbours.scores if model.neighbours is not None else np.zeros((0, 1), np.float32)
    out: Floats = np.log(judge(scores, None, model.decision or PLAIN).probabilities.max(-1)).astype(np.float32)
    return out


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
