"""Cross-validation by dialogue, inside one split."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sentemo.encoders.encoder import Encoder
from sentemo.evaluation.folds import dialogue_folds
from sentemo.model import Head, SentEmoContext
from sentemo.training.fit import Split, Watchers, fit
from sentemo.training.recipe import Recipe
from sentemo.types import Conversation, LabelSet, Prediction

OnFold = Callable[[int, SentEmoContext, Sequence[Conversation]], None]
"""Called after each fold with its number, its model and the dialogues held out."""


def cross_validate(
    recipe: Recipe,
    labels: LabelSet,
    conversations: Sequence[Conversation],
    *,
    folds: int = 5,
    seed: int = 0,
    encoder: Encoder,
    watchers: Watchers | None = None,
    on_fold: OnFold | None = None,
    head: Head = "classifier",
    causal: bool = False,
) -> list[Prediction]:
    """Give the out-of-fold prediction of every conversation, in order.

    No fold is seen by the model that labels it, nor used to stop it: models train for the schedule's full length.
    Near-duplicate dialogues stay in one fold.
    """
    predictions: dict[int, Prediction] = {}
    for number, (kept, held_out) in enumerate(dialogue_folds(conversations, folds, seed)):
        training = Split(f"fold {number + 1} of {folds}", [conversations[i] for i in kept])
        model = fit(recipe, labels, training, seed=seed, encoder=encoder, watchers=watchers)
        model.head, model.causal = head, causal
        asked = [conversations[i] for i in held_out]
        predictions |= dict(zip(held_out, model.predict(asked), strict=True))
        if on_fold:
            on_fold(number, model, asked)
    return [predictions[i] for i in range(len(conversations))]
