"""Cross-validation by dialogue, inside one split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from sentemo.encoders.reader import AnyEncoder
from sentemo.evaluation.duplicates import dialogue_folds
from sentemo.files import locked
from sentemo.model import SentEmoContext
from sentemo.training.fitting import Split, Watchers, fit
from sentemo.training.recipe import Recipe
from sentemo.types import Conversation, Head, LabelSet, Prediction

OnFold = Callable[[int, SentEmoContext, Sequence[Conversation]], None]
"""Called after each fold with its number, its model and the held-out dialogues."""


def cross_validate(
    recipe: Recipe,
    labels: LabelSet,
    conversations: Sequence[Conversation],
    *,
    folds: int = 5,
    seed: int = 0,
    first: int = 0,
    encoder: AnyEncoder,
    folder: Path | None = None,
    watchers: Watchers | None = None,
    on_fold: OnFold | None = None,
    head: Head = "classifier",
    causal: bool = False,
) -> dict[int, Prediction]:
    """Return the out-of-fold predictions of the conversations by position, for all or only the `first` folds.

    A fold is neither seen by the model that labels it nor used for early stopping: models train the full schedule.
    Near-duplicate dialogues stay in one fold. With a folder, each fold's training has its own subfolder and is resumed
    if interrupted.
    """
    predictions: dict[int, Prediction] = {}
    for number, (kept, held_out) in enumerate(dialogue_folds(conversations, folds, seed)[: first or folds]):
        training = Split(f"fold {number + 1} of {folds}", [conversations[i] for i in kept])
        with locked(folder / f"fold-{number + 1}") if folder else nullcontext():
            model = fit(
                recipe,
                labels,
                training,
                seed=seed,
                folder=folder / f"fold-{number + 1}" if folder else None,
                encoder=encoder,
                watchers=watchers,
            )
        model.head, model.causal = head, causal
        asked = [conversations[i] for i in held_out]
        predictions |= dict(zip(held_out, model.predict(asked), strict=True))
        if on_fold:
            on_fold(number, model, asked)
    return dict(sorted(predictions.items()))
