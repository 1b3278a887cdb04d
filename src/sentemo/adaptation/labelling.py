"""A labelling session: which utterances to ask for, the answers so far, and the model learnt from them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sentemo.adaptation.answers import Answer, AnswerFile, excerpt
from sentemo.adaptation.candidates import fit, scaled
from sentemo.adaptation.choice import USUAL_SCALE, attempt
from sentemo.adaptation.examples import MAX_LABELS, MAX_PER_LABEL
from sentemo.adaptation.suggest import Suggester
from sentemo.heads import Adapted, Floats, Method, Rows, softmax
from sentemo.types import Conversation

EVERY = 5
"""The method is chosen again, and its accuracy measured, after this many answers."""
ENOUGH_TO_DOUBT = 40
"""The model's uncertainty is used to pick questions from this many answers on; earlier it picked worse ones."""
QUICK: tuple[Method, ...] = ("prototypes", "neighbours", "linear")
"""The methods tried between two questions; training a metric would take seconds."""
ROWS = 4096  # rows scored at once: neighbours need memory for each pair


@dataclass(frozen=True, slots=True)
class Guess:
    """The most probable label of an utterance and its probability."""

    label: str
    probability: float


class Labelling:
    """Ask for labels of the utterances of conversations, one at a time, and learn from each answer.

    `featurise` is called once, with all conversations. Answers in the file about other conversations count as examples;
    an utterance that already has an answer is not asked for again.
    """

    def __init__(
        self,
        conversations: Sequence[Conversation],
        featurise: Callable[[Sequence[Conversation]], list[Floats]],
        file: AnswerFile,
        labels: Sequence[str] = (),
        *,
        sample: int = 0,
        seed: int = 0,
    ) -> None:
        """Ask for the most informative utterances first, or for a random `sample` of that many texts, in random order.

        The sample depends only on the conversations and the seed, so that several annotators label the same texts.
        """
        self.file = file
        self.labels = list(dict.fromkeys([*labels, *(answer.label for answer in file.answers)]))
        self.curve: dict[int, float] = {}
        """Number of answers -> accuracy on examples left out."""
        self.conversations = conversations
        self.places = [(number, turn) for number, talk in enumerate(conversations) for turn in range(len(talk))]
        texts = [conversations[number].turns[turn].text for number, turn in self.places]
        self._places_of: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            self._places_of.setdefault(text, []).append(row)
        found = [self._find(answer) for answer in file.answers]
        foreign = [answer.conversation for answer, place in zip(file.answers, found, strict=True) if place is None]
        features = featurise([*conversations, *foreign])
        self._features = np.concatenate(features[: len(conversations)])
        others = iter(features[len(conversations) :])
        self._suggester = Suggester(self._features, texts)
        self._texts = texts
        self._sample = drawn(texts, sample, seed) if sample else None
        self._examples: list[Floats] = []  # (F,) for each answer
        self._seen: set[int | None] = {*found}
        for answer, place in zip(file.answers, found, strict=True):
            self._remember(next(others)[answer.turn] if place is None else self._features[place])
            if place is not None:
                self._suggester.see(place)
        self._method: Method = "prototypes"
        self._scale = USUAL_SCALE[self._method]
        self._learnt: tuple[Adapted, list[str]] | None = None
        self.measure()
        self._learn()

    def next(self) -> int | None:
        """Return the position, in `places`, of the utterance to ask for; None when all are answered or skipped."""
        if self._sample is not None:
            place = next((each for each in self._sample if each not in self._seen), None)
            self._seen |= {place}
            return place
        doubts = len(self._examples) >= ENOUGH_TO_DOUBT
        return self._suggester.next(self._probabilities(self._features) if doubts else None)

    def guess(self, place: int) -> Guess | None:
        """Return the current model's label, once two labels have an example each."""
        probabilities = self._probabilities(self._features[place : place + 1])
        if probabilities is None or self._learnt is None:
            return None
        top = int(probabilities.argmax())
        return Guess(self._learnt[1][top], float(probabilities[0, top]))

    def answer(self, place: int, label: str) -> bool:
        """Store an answer on disk and learn from it; a new label is added to the others.

        Returns whether the accuracy was measured.
        """
        number, turn = self.places[place]
        self.file.add(Answer(*excerpt(self.conversations[number], turn), label))
        if label not in self.labels:
            self.labels.append(label)
        self._remember(self._features[place])
        measured = len(self._examples) % EVERY == 0 and self.measure()
        self._learn()
        return measured

    def undo(self) -> int | None:
        """Undo the last answer and return its position; None if there is none, or it is about another file."""
        place = self._find(self.file.answers[-1]) if self.file.answers else None
        if place is not None:
            self.file.undo()
            self._examples.pop()
            self.curve.pop(len(self._examples) + 1, None)
            self._learn()
        return place

    def counts(self) -> Counter[str]:
        """Return each label's number of examples."""
        return Counter(answer.label for answer in self.file.answers)

    def excess(self, label: str) -> str:
        """Return why no more examples of a label, or no more labels, can be added; an empty string if they can."""
        if label not in self.labels:
            return f"There are {MAX_LABELS} labels already, the most." if len(self.labels) >= MAX_LABELS else ""
        enough = self.counts()[label] >= MAX_PER_LABEL
        return f"{label} has {MAX_PER_LABEL} examples already, the most that `sentemo adapt` takes." if enough else ""

    def measure(self) -> bool:
        """Choose the method and extend the learning curve, once two labels have enough answers."""
        present, gold = self._gold()
        if len(present) < 2 or len(gold) < EVERY:
            return False
        # a label's only example can't be right when it is left out, so it counts as wrong
        alone = bool(np.bincount(gold).min() < 2)
        features = np.stack(self._examples)
        trials = [attempt(method, features, gold, len(present)) for method in QUICK[: 1 if alone else None]]
        best = min(trials, key=lambda trial: trial.log_loss)
        self._method, self._scale = best.method, USUAL_SCALE[best.method] if alone else best.scale
        self.curve[len(gold)] = best.accuracy
        return True

    def _learn(self) -> None:
        present, gold = self._gold()
        self._learnt = None
        if len(present) > 1:
            adapted = fit(self._method, np.stack(self._examples), gold, len(present))
            self._learnt = scaled(adapted, self._scale), present

    def _probabilities(self, features: Floats) -> Floats | None:
        """(N,F) -> (N,C), probabilities of the labels that have examples."""
        if self._learnt is None:
            return None
        adapted, _ = self._learnt
        parts = (features[start : start + ROWS] for start in range(0, len(features), ROWS))
        return np.concatenate([softmax(adapted(part)) for part in parts])

    def _gold(self) -> tuple[list[str], Rows]:
        counts = self.counts()
        present = [label for label in self.labels if counts[label]]
        return present, np.array([present.index(answer.label) for answer in self.file.answers], np.int64)

    @property
    def total(self) -> int:
        """The number of utterances to ask for."""
        return len({*self._texts}) if self._sample is None else len(self._sample)

    def _remember(self, example: Floats) -> None:
        self._examples.append(example)
        self._suggester.cover(example)

    def _find(self, answer: Answer) -> int | None:
        """Return the position of an answered utterance."""
        for place in self._places_of.get(answer.conversation.turns[answer.turn].text, ()):
            number, turn = self.places[place]
            talk, at = excerpt(self.conversations[number], turn)
            if talk.turns == answer.conversation.turns and at == answer.turn:
                return place
        return None


def drawn(texts: Sequence[str], count: int, seed: int) -> list[int]:
    """Draw the positions of `count` distinct texts, uniformly and in random order."""
    first: dict[str, int] = {}
    for place, text in enumerate(texts):
        first.setdefault(" ".join(text.casefold().split()), place)
    return random.Random(seed).sample([*first.values()], min(count, len(first)))
