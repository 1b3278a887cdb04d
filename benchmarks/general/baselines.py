"""Labelers to beat, which read each utterance alone: a word list, and linear classifiers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.encoders.encoder import Encoder
from sentemo.errors import MissingExtra
from sentemo.label_sets import SENTIMENT
from sentemo.labeler import Predicting
from sentemo.training.mixture import MappedCorpus, read_passes, target_of
from sentemo.types import Conversation, LabelSet, Prediction

SURE = 0.05
"""Of VADER's compound score: the bound that its authors use between neutral and either side."""
Vectorise = Callable[[Sequence[str]], Any]


class AloneLabeler(Predicting):
    """Label each utterance by its words alone."""

    def __init__(self, labels: LabelSet) -> None:
        self._labels = labels

    @property
    def labels(self) -> LabelSet:
        """The labels that it predicts."""
        return self._labels

    @abstractmethod
    def shares(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """N texts -> (N,C) probabilities."""

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label every turn."""
        found = self.shares([turn.text for talk in conversations for turn in talk])
        predictions, first = [], 0
        for talk in conversations:
            rows = found[first : first + len(talk)]
            first += len(talk)
            predictions.append(Prediction.of(talk, self._labels, rows.tolist(), rows.argmax(axis=1).tolist()))
        return predictions


class Vader(AloneLabeler):
    """VADER (Hutto and Gilbert 2014): a list of words with scores, and rules. It knows no emotions."""

    def __init__(self) -> None:
        super().__init__(SENTIMENT)
        try:
            from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
        except ImportError:
            raise MissingExtra("vaderSentiment", "dev") from None
        self._analyser = SentimentIntensityAnalyzer()

    def shares(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Certain, as it gives no probabilities."""
        scores = np.array([self._analyser.polarity_scores(text)["compound"] for text in texts])
        place = np.where(scores >= SURE, 0, np.where(scores <= -SURE, 2, 1))
        return np.eye(3)[place]


class LinearLabeler(AloneLabeler):
    """Logistic regression on vectors of utterances."""

    def __init__(self, labels: LabelSet, vectorise: Vectorise, head: Any, priors: Mapping[str, float]) -> None:
        super().__init__(labels)
        self._vectorise, self._head = vectorise, head
        self.priors = dict(priors)
        """The label shares that it was trained on, of labels that it has seen."""

    def shares(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Labels that it hasn't seen get nothing."""
        found = np.zeros((len(texts), len(self._labels)))
        found[:, self._head.classes_] = self._head.predict_proba(self._vectorise(texts))
        return found


def tfidf(corpora: Sequence[MappedCorpus], labels: LabelSet, passes: Sequence[str] = ()) -> LinearLabeler:
    """Words and pairs of them, those that come twice at least."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts, places, weights = examples(corpora, labels, passes)
    vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    vectors.fit(texts)
    return _fitted(labels, vectors.transform, texts, places, weights, cost=4.0)


def embedded(
    corpora: Sequence[MappedCorpus], labels: LabelSet, encoder: Encoder, passes: Sequence[str] = ()
) -> LinearLabeler:
    """A frozen sentence encoder."""
    return _fitted(labels, encoder.encode, *examples(corpora, labels, passes), cost=1.0)


def examples(
    corpora: Sequence[MappedCorpus], labels: LabelSet, passes: Sequence[str] = ()
) -> tuple[list[str], NDArray[np.int64], NDArray[np.float64]]:
    """Texts, label positions and weights, as a mixture goes through them; a text of which one of several is right goes.

    Where annotators disagree a text comes with each label, weighted by its share.
    """
    times = dict(read_passes(passes))
    rows = []
    for corpus in corpora:
        for turn in (turn for talk in corpus.conversations for turn in talk):
            shares, is_set = target_of(turn, corpus, labels)
            given = [place for place, share in enumerate(shares) if share]
            if not is_set or len(given) == 1:
                rows += [(turn.text, place, shares[place] * times.get(corpus.name, 1.0)) for place in given]
    texts, places, weights = zip(*rows, strict=True)
    return list(texts), np.array(places), np.array(weights)


def _fitted(
    labels: LabelSet,
    vectorise: Vectorise,
    texts: Sequence[str],
    places: NDArray[np.int64],
    weights: NDArray[np.float64],
    cost: float,
) -> LinearLabeler:
    from sklearn.linear_model import LogisticRegression

    head = LogisticRegression(C=cost, max_iter=2000).fit(vectorise(texts), places, sample_weight=weights)
    sums = np.bincount(places, weights=weights, minlength=len(labels)) / weights.sum()
    priors = {name: float(share) for name, share in zip(labels.names, sums, strict=True) if share}
    return LinearLabeler(labels, vectorise, head, priors)
