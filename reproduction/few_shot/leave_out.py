"""Models that have never seen some labels, and the dialogues held out from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from sentemo.encoders.reader import AnyEncoder, DialogueReader
from sentemo.evaluation.duplicates import dialogue_folds
from sentemo.files import locked
from sentemo.model import SentEmoContext
from sentemo.training.fitting import Split, Watchers, fit
from sentemo.training.recipe import Recipe
from sentemo.types import Conversation, LabelSet


def leave_out(
    recipe: Recipe,
    labels: LabelSet,
    conversations: Sequence[Conversation],
    count: int,
    *,
    encoder: AnyEncoder,
    folder: Path,
    seed: int = 0,
    watchers: Watchers | None = None,
) -> Iterator[tuple[tuple[str, ...], SentEmoContext, list[Conversation]]]:
    """For each choice of `count` emotions, train without them and give them, the model and the dialogues held out.

    Four fifths of the dialogues train (near-duplicates stay together); in them utterances of the emotions left out
    are context without a label. Each model is kept in a folder of its own, a stopped run goes on.
    """
    kept, held_out = dialogue_folds(conversations, 5, seed)[0]
    for unseen in combinations(labels.emotions, count):
        known = LabelSet(tuple(name for name in labels.names if name not in unseen), labels.neutral)
        training = [_without(conversations[i], unseen) for i in kept]
        place = folder / "-".join(unseen)
        if (place / "model" / "manifest.json").is_file():
            given = None if isinstance(encoder, DialogueReader) else encoder
            model = SentEmoContext.from_pretrained(place / "model", encoder=given)
        else:
            split = Split(f"without {' and '.join(unseen)}", training)
            with locked(place):
                model = fit(recipe, known, split, seed=seed, folder=place, encoder=encoder, watchers=watchers)
                model.save_pretrained(place / "model")
        yield unseen, model, [conversations[i] for i in held_out]


def _without(conversation: Conversation, labels: Sequence[str]) -> Conversation:
    turns = [replace(turn, label=None) if turn.label in labels else turn for turn in conversation]
    return replace(conversation, turns=tuple(turns))
