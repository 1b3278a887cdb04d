"""A ConvoKit transformer that writes each utterance's emotion into its metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from convokit import Conversation as Thread
from convokit import Corpus, Transformer, Utterance

from sentemo.loading import load
from sentemo.types import ABSTENTION, Conversation, Labeler
from sentemo.types import Utterance as Turn


class EmotionTransformer(Transformer):  # type: ignore[misc]
    """Annotate a corpus: `meta["emotion"]` and `meta["emotion_score"]` of every utterance, read in its conversation.

    An utterance without a text gets None.
    """

    def __init__(self, model: str | Labeler = "default", *, name: str = "emotion", probabilities: bool = False) -> None:
        """Set a model (a name for `sentemo.load` or a labeler) and the name of the metadata field.

        `probabilities` adds the probabilities of all labels, a dictionary in `meta["emotion_probabilities"]`.
        """
        self.labeler: Labeler = load(model) if isinstance(model, str) else model
        self.name = name
        self.probabilities = probabilities

    def fit(self, corpus: Corpus, y: object = None, **kwargs: Any) -> Self:
        """Do nothing: the model is already trained."""
        return self

    def transform(self, corpus: Corpus, selector: Callable[[Utterance], bool] = lambda _: True) -> Corpus:
        """Annotate the utterances that `selector` accepts; all are read as context. Return the corpus itself."""
        for conversation in corpus.iter_conversations():
            everything = _ordered(conversation)
            if any(map(selector, everything)):
                self._annotate(everything, selector)
        return corpus

    def _annotate(self, everything: list[Utterance], selector: Callable[[Utterance], bool]) -> None:
        told = [each for each in everything if (each.text or "").strip()]
        turns = tuple(Turn(each.text, each.speaker.id) for each in told)
        found = self.labeler.predict([Conversation("", turns)])[0].turns if turns else ()
        by_id = {each.id: turn for each, turn in zip(told, found, strict=True)}
        for each in filter(selector, everything):
            turn = by_id.get(each.id)
            each.add_meta(self.name, None if turn is None or turn.label == ABSTENTION else turn.label)
            each.add_meta(f"{self.name}_score", turn and turn.score)
            if self.probabilities:
                each.add_meta(f"{self.name}_probabilities", turn and dict(turn.probabilities))


def _ordered(conversation: Thread) -> list[Utterance]:
    """Return utterances by time; if a time is missing, each after its parent; otherwise in corpus order."""
    everything = [*conversation.iter_utterances()]
    if all(each.timestamp is not None for each in everything):
        return sorted(everything, key=lambda each: float(each.timestamp))
    return [*conversation.traverse("preorder")] if conversation.check_integrity(verbose=False) else everything
