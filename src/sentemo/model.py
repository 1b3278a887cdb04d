"""SentEmoContext: sentence encoder, network and labels in one object. No torch where there are graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np

from sentemo.adaptation.adaptable import Adaptable
from sentemo.adaptation.ordinary import alone
from sentemo.artifacts.pretrained import load, push, save
from sentemo.errors import UsageError
from sentemo.explanation.bank import Bank, collect
from sentemo.explanation.explain import check_asked, explain
from sentemo.explanation.explanation import Explanation
from sentemo.heads import Floats, points_of
from sentemo.inference.engine import Engine, Output
from sentemo.judgement import PLAIN, Judgement, as_prediction, judge
from sentemo.label_sets import several
from sentemo.labeler import ReadingModel
from sentemo.live import LiveConversation
from sentemo.types import Conversation, Head, Prediction, TurnPrediction, Utterance

if TYPE_CHECKING:
    from sentemo.artifacts.pretrained import EngineName
    from sentemo.artifacts.weights import Precision
    from sentemo.encoders.encoder import Encoder


@dataclass(repr=False)
class SentEmoContext(Adaptable, ReadingModel):
    """Recognise the emotion of every utterance of a conversation (Gendron and Guibon 2024, figure 2).

    With `causal`, a label depends only on the turns up to its own, never on later ones. `head` selects what scores a
    point in the emotion space: the trained classifier, the label prototypes, or the nearest stored examples.
    """

    head: Head = "classifier"
    causal: bool = False

    def __post_init__(self) -> None:
        self._bank: tuple[object, Bank] | None = None  # the bank that `explain` used last, and what it was built from

    def __repr__(self) -> str:
        made = ", ".join(f"{name}={self.facts[name]!r}" for name in ("recipe", "seed", "date") if name in self.facts)
        return f"SentEmoContext({', '.join(self.labels)}{'; ' + made if made else ''})"

    @classmethod
    def from_pretrained(
        cls,
        name: str | Path = "default",
        *,
        revision: str | None = None,
        encoder: Encoder | None = None,
        engine: EngineName = "auto",
        threads: int = 1,
    ) -> SentEmoContext:
        """Load a model by the name of a shipped one, from a folder, or by hub id and revision.

        The model runs its ONNX graphs, if it has any, on `threads` threads (0: all cores). It runs with torch if it has
        none, if `engine` is `torch`, or if a frozen `encoder` is passed. Raises `BadModel` if the checkpoint is damaged
        or the encoder is not the one it was trained with.
        """
        parts = load(name, revision=revision, encoder=encoder, engine=engine, threads=threads)
        return cls(**vars(parts))

    def save_pretrained(
        self, folder: str | Path, *, precision: Precision = "float32", carry_encoder: bool = False
    ) -> None:
        """Write the model to a folder, atomically, including its graphs if it runs as graphs.

        `precision` is that of the stored weights if the model runs with torch; `carry_encoder` includes the files of a
        frozen encoder. A fine-tuned encoder is always included.
        """
        save(self, Path(folder), precision=precision, carry_encoder=carry_encoder)

    def push_to_hub(self, repository: str, *, private: bool = False, message: str = "Upload SentEmoContext") -> str:
        """Save and push the model; return the commit's URL. A frozen encoder is referenced by name, not included."""
        return push(self, repository, private=private, message=message)

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label every turn of conversations that are already validated."""
        if self.tags is not None:
            return [prediction for prediction, _ in self._tagged(self._labelled(conversations))]
        judged: list[list[Judgement]] = [[] for _ in conversations]
        judge = self._judge()
        for dialogue, output in self._engine.outputs(conversations):
            judged[dialogue].append(judge(output))
        return [as_prediction(talk, parts, self.labels) for talk, parts in zip(conversations, judged, strict=True)]

    @property
    def label_sets(self) -> tuple[str, ...]:
        """The names of the model's additional label sets."""
        return tuple(self.heads)

    def label_as(self, conversations: Sequence[Conversation], labels: str) -> list[Prediction]:
        """Label with one of `heads`, several of whose labels may apply to a turn."""
        other = self.heads[labels]
        thresholds = other.threshold.tolist()
        return [
            several(talk, other.labels, other(features).tolist(), thresholds)
            for talk, features in zip(conversations, self.features(conversations), strict=True)
        ]

    def predict_with_features(self, conversations: Sequence[Conversation]) -> list[tuple[Prediction, Floats]]:
        """Label every turn and return its features (T,F), in one pass."""
        for talk in conversations:
            talk.check()
        return [*self._tagged(self._labelled(conversations))]

    def _labelled(self, conversations: Sequence[Conversation]) -> Iterator[tuple[Prediction, Floats]]:
        judged: list[list[Judgement]] = [[] for _ in conversations]
        found: list[list[Floats]] = [[] for _ in conversations]
        judge = self._judge()
        for dialogue, output in self._engine.outputs(conversations):
            judged[dialogue].append(judge(output))
            found[dialogue].append(output.features)
        for talk, parts, features in zip(conversations, judged, found, strict=True):
            yield as_prediction(talk, parts, self.labels), np.concatenate(features)

    def _tagged(self, labelled: Iterable[tuple[Prediction, Floats]]) -> Iterable[tuple[Prediction, Floats]]:
        """Add the tags that apply, judged by each turn's features (T,F), read alone and within its conversation."""
        found = list(labelled)
        if self.tags is None or not found:
            return found
        by_itself = alone([turn.text for said, _ in found for turn in said], self.features)
        ends = np.cumsum([len(said) for said, _ in found])[:-1]
        rows = zip(found, np.split(by_itself, ends), strict=True)
        return [
            (self.tags.put(said, self.tags.log_odds(words, within, self.shades)), within)
            for (said, within), words in rows
        ]

    def live(self) -> LiveConversation:
        """Start a live conversation, in which each turn is labelled as it arrives, from the turns before it."""
        judge = self._judge()

        def label(turn: Utterance, output: Output) -> TurnPrediction:
            said = as_prediction(Conversation("", (turn,)), [judge(output)], self.labels)
            ((tagged, _),) = self._tagged([(said, output.features)])
            return tagged.turns[0]

        return LiveConversation(Engine(self.runner, causal=True), label)

    def embed(self, conversations: Sequence[Conversation]) -> list[Floats]:
        """Return each conversation's points in the emotion space, (T,Z), of length 1."""
        space_dim = self.runner.architecture.network.space_dim
        return [points_of(features, space_dim) for features in self.features(conversations)]

    def features(self, conversations: Sequence[Conversation]) -> list[Floats]:
        """Return the features that few-shot labels are learnt from: for each conversation an array (T,F) of unit rows.

        They combine the utterance's embedding with its point in the emotion space. Raises `BadInput` for invalid text.
        """
        for talk in conversations:
            talk.check()
        return [features for _, features in self._labelled(conversations)]

    def explain(
        self,
        conversation: Conversation,
        *,
        neighbours: int = 3,
        bank: Sequence[Conversation] | None = None,
        reach: int = 8,
        turn: int | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Explanation:
        """Explain each label by nearby examples, label prototypes, and the effect of leaving out other turns.

        Examples are the labelled turns of `bank`; by default, those that the labels were learnt from, or else a small
        bank shipped with the package. Turns up to `reach` away are considered. If `turn` (from 0) is given, only that
        turn is explained, which takes no longer in a long conversation than in a short one. Raises `BadInput` for an
        invalid conversation or a bank without labels, and `UsageError` for invalid numbers.
        """
        check_asked(neighbours, reach, turn, len(conversation))
        conversation.check()
        engine, judge = self._engine, self._judge()
        parts = [output for _, output in engine.outputs([conversation])]
        output = Output(*map(np.concatenate, zip(*parts, strict=True)))
        source = (self.causal, None if bank is None else tuple(bank))
        if self._bank is None or self._bank[0] != source:
            self._bank = source, collect(self, self.features, bank)
        prediction = as_prediction(conversation, [judge(output)], self.labels)
        given = (conversation, output, prediction, neighbours, reach, on_progress, turn)
        return explain(self, engine, judge, self._bank[1], *given)

    @property
    def reach(self) -> int:
        """How many turns on either side can influence a turn's label."""
        return self._engine.reach

    @property
    def form(self) -> str:
        """A short description of what computes the labels."""
        return self.runner.form

    @property
    def _engine(self) -> Engine:
        return Engine(self.runner, self.causal)

    def check_head(self) -> None:
        """Raise `UsageError` if the model doesn't have the chosen head."""
        self._judge()

    def _judge(self) -> Callable[[Output], Judgement]:
        """Return what turns network output into probabilities and labels: the chosen head or the adapted one."""
        own = self.decision if self.decision is not None and self.head == "classifier" else PLAIN
        adapted, rule = self.adapted, replace(own, label_of=self.label_of)
        if adapted is None:
            score = self._scorer()
            return lambda output: judge(score(output), None, rule)
        if self.head != "classifier":
            raise UsageError("Labels learnt from a few examples have only one head", "Use head='classifier'")
        if not adapted.extends:
            plain = replace(PLAIN, label_of=self.label_of)
            return lambda output: judge(adapted(output.features), None, plain)
        beside = replace(rule, threshold=adapted.threshold)
        return lambda output: judge(output.scores, adapted(output.features), beside)

    def _scorer(self) -> Callable[[Output], Floats]:
        """Return the function of the chosen head that turns network output into scores (T,C)."""
        if self.head == "classifier":
            return lambda output: output.scores
        if self.head not in get_args(Head):
            raise UsageError(f"Unknown head {self.head!r}", f"Use one of: {', '.join(get_args(Head))}")
        prototypes, neighbours = self.prototypes, self.neighbours
        space_dim = self.runner.architecture.network.space_dim
        if self.head == "prototypes" and prototypes is not None:
            return lambda output: prototypes(points_of(output.features, space_dim))
        if self.head == "neighbours" and neighbours is not None:
            return lambda output: neighbours(output.features)
        raise UsageError(f"This model was saved without {self.head}", "Use head='classifier'")
