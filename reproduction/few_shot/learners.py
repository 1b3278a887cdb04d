"""Those that learn an episode's labels: ours, and the rows to beat."""

from __future__ import annotations

import copy
import io
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reproduction.few_shot.episodes import Episode, Pool
from sentemo.adaptation.choice import choose
from sentemo.encoders.sentence import SentenceEncoder
from sentemo.errors import MissingExtra
from sentemo.evaluation.metrics import IntArray
from sentemo.model import SentEmoContext

Floats = NDArray[np.float32]


class Learner(Protocol):
    """Learn an episode's labels and label its queries."""

    def learn(self, episode: Episode) -> tuple[Callable[[IntArray], IntArray], float]:
        """Return what labels rows of the pool, and the seconds that learning took."""
        ...


@dataclass(frozen=True)
class Adapting:
    """`SentEmoContext.adapt` on the support, each utterance in its conversation.

    Features of the pool are computed once; `timed` learns from the conversations again, to know what that takes.
    """

    model: SentEmoContext
    pool: Pool
    features: Floats
    """(N,F)."""
    names: Mapping[str, Floats]
    """(F,) of each label's name, read as an utterance."""

    def learn(self, episode: Episode) -> tuple[Callable[[IntArray], IntArray], float]:
        """Learn from features; the seconds leave reading the utterances out."""
        start = time.perf_counter()
        support = self.features[episode.support]
        if not len(support):
            support = np.stack([self.names[name] for name in episode.names])
        adapted, _ = choose(support, episode.support_gold, len(episode.names))
        seconds = time.perf_counter() - start

        def label(rows: IntArray) -> IntArray:
            found: IntArray = adapted(self.features[rows]).argmax(-1)
            return found

        return label, seconds

    def timed(self, episode: Episode) -> float:
        """The seconds of `adapt` from text on."""
        rows = zip(episode.support, episode.support_gold, strict=True)
        talks = []
        for row, label in rows:
            talk, turn = self.pool.conversations[self.pool.dialogues[row]], self.pool.turns[row]
            turns = [replace(said, label=None) for said in talk]
            turns[turn] = replace(turns[turn], label=episode.names[label])
            talks.append(replace(talk, turns=tuple(turns)))
        start = time.perf_counter()
        self.model.adapt(talks)
        return time.perf_counter() - start


@dataclass(frozen=True)
class NearestPrototype:
    """The nearest mean of raw frozen embeddings of length 1."""

    embeddings: Floats
    """(N,E)."""
    names: Mapping[str, Floats]
    """(E,) of each label's name."""

    def learn(self, episode: Episode) -> tuple[Callable[[IntArray], IntArray], float]:
        """Take each label's mean."""
        start = time.perf_counter()
        support = _support(self.embeddings, self.names, episode)
        means = np.stack([support[episode.support_gold == label].mean(0) for label in range(len(episode.names))])
        seconds = time.perf_counter() - start
        return lambda rows: _distances(self.embeddings[rows], means).argmin(1), seconds


@dataclass(frozen=True)
class Logistic:
    """Logistic regression, with scikit-learn's own settings, on raw frozen embeddings."""

    embeddings: Floats
    names: Mapping[str, Floats]

    def learn(self, episode: Episode) -> tuple[Callable[[IntArray], IntArray], float]:
        """Fit it."""
        from sklearn.linear_model import LogisticRegression

        start = time.perf_counter()
        support = _support(self.embeddings, self.names, episode)
        fitted = LogisticRegression(max_iter=1000).fit(support, episode.support_gold)
        seconds = time.perf_counter() - start
        return lambda rows: np.asarray(fitted.predict(self.embeddings[rows])), seconds


@dataclass(frozen=True)
class SetFit:
    """SetFit (Tunstall et al. 2022) with its own settings: pairs, one epoch of batches of 16, a logistic head."""

    encoder: SentenceEncoder
    pool: Pool

    def learn(self, episode: Episode) -> tuple[Callable[[IntArray], IntArray], float]:
        """Fine-tune a copy of the encoder on the support's texts alone."""
        try:
            import setfit
            from datasets import Dataset
        except ImportError as error:
            raise MissingExtra("SetFit", "reproduction") from error
        from sklearn.linear_model import LogisticRegression

        model = setfit.SetFitModel(model_body=copy.deepcopy(self.encoder.model), model_head=LogisticRegression())
        texts = self.pool.texts(episode.support) or list(episode.names)
        columns = {"text": texts, "label": episode.support_gold.tolist()}
        settings = setfit.TrainingArguments(
            batch_size=16, num_epochs=1, report_to="none", show_progress_bar=False, save_strategy="no", seed=0
        )
        with warnings.catch_warnings(), _silence():
            warnings.simplefilter("ignore")
            start = time.perf_counter()
            setfit.Trainer(model=model, args=settings, train_dataset=Dataset.from_dict(columns)).train()
            seconds = time.perf_counter() - start
        return lambda rows: _predicted(model, self.pool.texts(rows)), seconds


def _support(embeddings: Floats, names: Mapping[str, Floats], episode: Episode) -> Floats:
    """(K,E) of the examples, or of the labels' names where there is none."""
    if len(episode.support):
        return embeddings[episode.support]
    return np.stack([names[name] for name in episode.names])


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the progress and figures of a training that is one of hundreds off the screen."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        yield


def _predicted(model: Any, texts: list[str]) -> IntArray:
    with _silence():
        return np.asarray(model.predict(texts, use_labels=False, show_progress_bar=False), dtype=np.int64)


def _distances(rows: Floats, means: Floats) -> Floats:
    """(N,E), (C,E) -> (N,C), squared."""
    distances: Floats = ((rows[:, None] - means[None]) ** 2).sum(-1)
    return distances
