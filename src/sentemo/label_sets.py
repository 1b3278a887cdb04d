"""Label sets other than a model's own: multi-label sets and sentiment. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sentemo.errors import UsageError
from sentemo.types import ABSTENTION, Conversation, LabelSet, Prediction, TurnPrediction

SENTIMENT = LabelSet(("positive", "neutral", "negative"), neutral="neutral")
POLARITY: Mapping[str, str] = {
    "neutral": "neutral",
    **dict.fromkeys(("happiness", "joy", "joyful", "love"), "positive"),
    **dict.fromkeys(("anger", "disgust", "fear", "sadness", "mad", "scared", "sad"), "negative"),
}
"""The sentiment of common emotions; labels that are not listed, such as surprise, have none."""


def as_sentiment(prediction: Prediction) -> Prediction:
    """Add up the probabilities of each sentiment's emotions; labels without a sentiment are left out.

    Raises `UsageError` if no label of the prediction is a known emotion.
    """
    return Prediction(prediction.id, tuple(_sentiment(turn) for turn in prediction))


def _sentiment(turn: TurnPrediction) -> TurnPrediction:
    if turn.label == ABSTENTION:
        return TurnPrediction.of(turn, ABSTENTION, turn.score, {ABSTENTION: 1.0})
    sums = dict.fromkeys(SENTIMENT.names, 0.0)
    for name, share in turn.probabilities.items():
        if name in POLARITY:
            sums[POLARITY[name]] += share
    total = sum(sums.values())
    if not total:
        raise UsageError(f"The labels {', '.join(turn.probabilities)} have no sentiment", "Use a model of emotions")
    shares = {name: share / total for name, share in sums.items()}
    label = max(shares, key=shares.__getitem__)
    return TurnPrediction.of(turn, label, shares[label], shares, tags=turn.tags)


def several(
    conversation: Conversation,
    labels: LabelSet,
    probabilities: Sequence[Sequence[float]],
    thresholds: Sequence[float],
) -> Prediction:
    """Return for each turn all labels whose probability reaches their threshold, most likely first.

    `label` is the most likely of all, even if it is below its threshold; probabilities don't sum to 1.
    """
    turns = []
    for turn, row in zip(conversation, probabilities, strict=True):
        order = sorted(range(len(row)), key=lambda place: -row[place])
        found = tuple(labels.names[place] for place in order if row[place] >= thresholds[place])
        by_name = dict(zip(labels.names, row, strict=True))
        turns.append(TurnPrediction.of(turn, labels.names[order[0]], row[order[0]], by_name, labels=found))
    return Prediction(conversation.id, tuple(turns))


def check_known(name: str, known: Sequence[str]) -> None:
    """Raise `UsageError` for a label set that a model doesn't have."""
    if name not in (*known, "sentiment"):
        raise UsageError(f"This model has no label set {name!r}", f"Use one of: {', '.join([*known, 'sentiment'])}")
