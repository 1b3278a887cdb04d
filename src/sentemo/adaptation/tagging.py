"""Learn tags from examples, counter-examples and descriptions, and estimate their quality. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sentemo.adaptation.adaptation import Adaptation, Expected
from sentemo.adaptation.choice import wilson
from sentemo.adaptation.detector import Background, Detector, detect
from sentemo.adaptation.examples import OTHER, gather
from sentemo.adaptation.ordinary import Features, Featurise, Turns, alone
from sentemo.errors import UsageError
from sentemo.heads import OtherLabels
from sentemo.tags import TagExamples, Tags, mixed, with_shades
from sentemo.types import Conversation

CONTEXT = (0.0, 0.25, 0.5)
"""Candidate weights of a turn's neighbours, chosen by leave-one-out."""
GAIN = 0.1
"""The gain in margin needed to give neighbours more weight, relative to the margin, or to 1 if that is larger."""
OTHER_TAG = 0.02
"""The weight of another tag's example as a negative: both tags may apply."""
PREVALENCE = 0.05
"""The share of turns assumed to have a tag, to estimate precision; the true share is unknown."""


@dataclass(frozen=True, eq=False)
class _Support:
    """The examples, one row each, (N,F); every row is for or against one tag, or against all of them."""

    names: tuple[str, ...]
    alone: Features
    within: Features
    gold: NDArray[np.int64]
    """(N,), -1 for an example against all tags."""
    counter: NDArray[np.bool_]
    texts: tuple[str, ...]


def learn_tags(
    before: Tags | None,
    featurise: Featurise,
    conversations: Sequence[Conversation],
    background: Turns,
    *,
    names: Sequence[str] = (),
    descriptions: Mapping[str, str] | None = None,
    context: float | None = None,
    shades: OtherLabels | None = None,
) -> tuple[Tags, Adaptation]:
    """Learn tags in addition to existing ones; an existing tag is learnt from its old and new examples.

    `background` are turns that hardly ever have a tag; each tag's threshold is set on them. `context` is the weight of
    a turn's neighbours, from 0 to 1, chosen by leave-one-out if None. The probabilities of `shades` are further
    features, unless the existing tags were learnt without them. Raises `BadInput` as `gather` does, and
    `UsageError` if the only label is `other` or `context` is not between 0 and 1.
    """
    if context is not None and not 0 <= context <= 1:
        raise UsageError(f"The context can't be {context}", "Use a share from 0 (neighbours don't count) to 1")
    support = _support(featurise, conversations, background, names, descriptions or {})
    if not support.names:
        raise UsageError(f"{OTHER!r} is the only label", "Give examples of a tag, or describe it")
    if before is not None:
        support = _joined(before, support)
    reads_context = bool((support.alone != support.within).any())
    shares = (context,) if context is not None else CONTEXT if reads_context else (0.0,)
    if before is not None and before.weights.shape[1] == support.alone.shape[1]:
        shades = None
    spaces = {share: _Space(support, background, share, shades) for share in shares}
    learnt = {name: _best([space.detector(name) for space in spaces.values()]) for name in support.names}
    expected = {name: _expected(support, name, found) for name, found in learnt.items()}
    tags = _together(before, support, learnt)
    return tags, Adaptation(method="tags", examples=_counted(support), tags=expected)


class _Space:
    """Examples and background, with neighbours weighted by a given share."""

    def __init__(self, support: _Support, background: Turns, share: float, shades: OtherLabels | None) -> None:
        self.support, self.share = support, share
        within = background.within if share else background.alone
        ordinary = with_shades(mixed(background.alone, within, share), shades)
        self.background = Background(ordinary.astype(np.float64), support.alone.shape[1])
        self.rows = with_shades(mixed(support.alone, support.within, share), shades).astype(np.float64)

    def detector(self, name: str) -> tuple[float, Detector]:
        """Learn one tag from its examples, its counter-examples and, with a small weight, other tags' examples."""
        support, place = self.support, self.support.names.index(name)
        is_tag = (support.gold == place) & ~support.counter
        against = support.counter & (support.gold == place) | (support.gold < 0)
        used = is_tag | against | ~support.counter
        weights = np.where(is_tag | against, 1.0, OTHER_TAG)
        return self.share, detect(self.background, self.rows[used], is_tag[used], weights[used])


def _best(found: Sequence[tuple[float, Detector]]) -> tuple[float, Detector]:
    """Return the detector with the largest margin; more context must be clearly better."""
    best = found[0]
    for each in found[1:]:
        if each[1].margin > best[1].margin + GAIN * max(1, abs(best[1].margin)):
            best = each
    return best


def _support(
    featurise: Featurise,
    conversations: Sequence[Conversation],
    background: Turns,
    names: Sequence[str],
    descriptions: Mapping[str, str],
) -> _Support:
    examples, labels = gather(conversations, names, descriptions)
    tags = tuple(name for name in labels if name != OTHER)
    described = [f"{name.replace('-', ' ').replace('_', ' ')}: {words}" for name, words in descriptions.items()]
    texts = [example.text for example in examples] + described
    by_itself = alone(texts, featurise)
    if described:
        by_itself[len(examples) :] += background.from_descriptions
    within = by_itself.copy()
    longer = sorted({each.conversation for each in examples if len(conversations[each.conversation]) > 1})
    read = dict(zip(longer, featurise([conversations[place] for place in longer]), strict=True))
    for row, example in enumerate(examples):
        if example.conversation in read:
            within[row] = np.asarray(read[example.conversation])[example.turn]
    place = {name: number for number, name in enumerate(tags)} | {OTHER: -1}
    gold = [place[example.label] for example in examples] + [place[name] for name in descriptions]
    counter = [example.counter or example.label == OTHER for example in examples] + [False] * len(described)
    return _Support(tags, by_itself, within, np.array(gold, np.int64), np.array(counter, np.bool_), tuple(texts))


def _joined(before: Tags, support: _Support) -> _Support:
    """Prepend the examples that existing tags were learnt from to the new ones of the same tags."""
    old = before.examples
    named = np.array([support.names.index(name) if name in support.names else -1 for name in before.names])
    kept = np.isin(old.gold, np.flatnonzero(named >= 0))
    return _Support(
        support.names,
        np.concatenate([old.alone[kept], support.alone]),
        np.concatenate([old.within[kept], support.within]),
        np.concatenate([named[old.gold[kept]], support.gold]),
        np.concatenate([old.counter[kept], support.counter]),
        (*(text for text, keep in zip(old.texts, kept, strict=True) if keep), *support.texts),
    )


def _together(before: Tags | None, support: _Support, learnt: Mapping[str, tuple[float, Detector]]) -> Tags:
    """Append new tags to the old ones; only old tags that were relearnt change."""
    of_tag = support.gold >= 0
    kept = TagExamples(
        support.alone[of_tag],
        support.within[of_tag],
        support.gold[of_tag],
        support.counter[of_tag],
        tuple(text for text, keep in zip(support.texts, of_tag, strict=True) if keep),
    )
    new = Tags(
        support.names,
        np.stack([found.weight for _, found in learnt.values()]).astype(np.float32),
        np.array([found.bias for _, found in learnt.values()], np.float32),
        np.array([share for share, _ in learnt.values()], np.float32),
        kept,
    )
    others = None if before is None else before.without(support.names)
    return new if others is None else others.beside(new)


def _expected(support: _Support, name: str, learnt: tuple[float, Detector]) -> Expected:
    share, found = learnt
    count = len(found.found)
    recall, false = float((found.found >= 0).mean()), float((found.ordinary >= 0).mean())
    low, high = wilson(recall, count) if count > 1 else (0.0, 1.0)
    false_low, false_high = wilson(false, len(found.ordinary))
    return Expected(
        examples=count,
        context=share,
        false=false,
        recall=recall if count > 1 else None,
        recall_interval=(low, high),
        precision=_precision(recall, false) if count > 1 else None,
        precision_interval=(_precision(low, false_high), _precision(high, false_low)),
    )


def _precision(recall: float, false: float) -> float:
    right, wrong = PREVALENCE * recall, (1 - PREVALENCE) * false
    return right / (right + wrong) if right + wrong else 0.0


def _counted(support: _Support) -> dict[str, int]:
    return {name: int(((support.gold == place) & ~support.counter).sum()) for place, name in enumerate(support.names)}
