"""A session of labelling: what is asked, what was answered, and what a model makes of it so far."""

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
"""Answers after which the method is chosen again and its accuracy measured."""
ENOUGH_TO_DOUBT = 40
"""Answers from which on the model's doubts count in what is asked; with fewer they led to worse questions."""
QUICK: tuple[Method, ...] = ("prototypes", "neighbours", "linear")
"""Methods tried between two questions; a trained metric takes seconds."""
ROWS = 4096  # scored at once: neighbours need memory for each pair


@dataclass(frozen=True, slots=True)
class Guess:
    """The most probable label of an utterance, and its probability."""

    label: str
    probability: float


class Labelling:
    """Ask for labels of the utterances of conversations, one at a time, and learn from each answer.

    `featurise` is called once, with all conversations. An answer of the file about other conversations counts as an
    example; an utterance that has an answer there is not asked again.
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
        """Ask for the most telling utterances first, or for a random `sample` of so many texts, in random order.

        The sample depends on the conversations and the seed alone, so that several annotators answer the same.
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
        self._examples: list[Floats] = []  # of each answer, (F,)
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
        """Give the place, in `places`, of the utterance to ask for; None when all are answered or skipped."""
        if self._sample is not None:
            place = next((each for each in self._sample if each not in self._seen), None)
            self._seen |= {place}
            return place
        doubts = len(self._examples) >= ENOUGH_TO_DOUBT
        return self._suggester.next(self._probabilities(self._features) if doubts else None)

    def guess(self, place: int) -> Guess | None:
        """Give the present model's label, once two labels have an example each."""
        probabilities = self._probabilities(self._features[place : place + 1])
        if probabilities is None or self._learnt is None:
            return None
        top = int(probabilities.argmax())
        return Guess(self._learnt[1][top], float(probabilities[0, top]))

    def answer(self, place: int, label: str) -> bool:
        """Keep an answer on disk and learn from it; a label that is new joins the others.

        Gives whether the accuracy was measured.
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
        """Take the last answer back and give its place; None where there is none, or it is about another file."""
        place = self._find(self.file.answers[-1]) if self.file.answers else None
        if place is not None:
            self.file.undo()
            self._examples.pop()
            self.curve.pop(len(self._examples) + 1, None)
            self._learn()
        return place

    def counts(self) -> Counter[str]:
        """Give each label's number of examples."""
        return Counter(answer.label for answer in self.file.answers)

    def excess(self, label: str) -> str:
        """Say why no more examples of a label, or no more labels, can be learnt from; nothing where they can."""
        if label not in self.labels:
            return f"There are {MAX_LABELS} labels already, the most." if len(self.labels) >= MAX_LABELS else ""
        enough = self.counts()[label] >= MAX_PER_LABEL
        return f"{label} has {MAX_PER_LABEL} examples already, the most that `sentemo adapt` takes." if enough else ""

    def measure(self) -> bool:
        """Choose the method and add to the curve, once there are enough answers of two labels."""
        present, gold = self._gold()
        if len(present) < 2 or len(gold) < EVERY:
            return False
        # a label's only example can't be right when it is left out; that counts as wrong, as it may well be
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
        """(N,F) -> (N,C) of the labels that have examples."""
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
        """How many utterances there are to ask for."""
        return len({*self._texts}) if self._sample is None else len(self._sample)

    def _remember(self, example: Floats) -> None:
        self._examples.append(example)
        self._suggester.cover(example)

    def _find(self, answer: Answer) -> int | None:
        """The place of an answered utterance."""
        for place in self._places_of.get(answer.conversation.turns[answer.turn].text, ()):
            number, turn = self.places[place]
            talk, at = excerpt(self.conversations[number], turn)
            if talk.turns == answer.conversation.turns and at == answer.turn:
                return place
        return None


def drawn(texts: Sequence[str], count: int, seed: int) -> list[int]:
    """Draw places of so many distinct texts, each as likely as any other, in random order."""
    first: dict[str, int] = {}
    for place, text in enumerate(texts):
        first.setdefault(" ".join(text.casefold().split()), place)
    return random.Random(seed).sample([*first.values()], min(count, len(first)))
