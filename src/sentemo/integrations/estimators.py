"""Scikit-learn estimators: from texts to features, and from texts to custom labels."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Tags
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from sentemo.errors import BadInput, UsageError
from sentemo.inputs import as_conversations
from sentemo.loading import load
from sentemo.types import Conversation

Output = Literal["probabilities", "points", "features"]
METHODS = {"probabilities": "predict", "points": "embed", "features": "features"}
STEP = "Pass a list of texts, or of conversations whose last turn counts"


class EmotionFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn each text into a model's features; nothing is learnt.

    A sample is a text, or a conversation (`[("Ann", "hi"), ...]`) whose last turn is the sample and whose other turns
    are its context. The model is loaded once per process, however many copies of this there are.
    """

    def __init__(self, model: str = "default", output: Output = "probabilities") -> None:
        """Set a model, by a name for `sentemo.load`, and what to return: the labels' `probabilities`, the `points` in
        the emotion space, or the `features` on which labels are learnt (embedding and point)."""
        self.model = model
        self.output = output

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: N803
        """Check the samples; there is nothing to learn."""
        samples(X)
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return an array (samples, features); raise `BadInput` for anything but texts and conversations."""
        if self.output not in METHODS:
            raise UsageError(f"Unknown output {self.output!r}", f"Use one of: {', '.join(METHODS)}")
        model: Any = _loaded(str(self.model))
        if not hasattr(model, METHODS[self.output]):
            raise UsageError(f"The model {self.model!r} has no {self.output}", "Use output='probabilities'")
        talks = samples(X)
        if self.output == "probabilities":
            last = [prediction.turns[-1].probabilities for prediction in model.predict(talks)]
            return np.array([[turn[name] for name in model.labels] for turn in last], dtype=np.float64)
        return np.stack([np.asarray(rows[-1]) for rows in getattr(model, METHODS[self.output])(talks)]).astype(
            np.float64
        )

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the labels, or numbered names (`points0`, ...)."""
        if self.output == "probabilities":
            return np.array([*_loaded(str(self.model)).labels], dtype=object)
        width = self.transform(["ok"]).shape[1]
        return np.array([f"{self.output}{place}" for place in range(width)], dtype=object)

    def __sklearn_tags__(self) -> Tags:
        tags = _of_texts(super().__sklearn_tags__())
        tags.requires_fit = False
        return tags


class EmotionClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Learn custom labels: a logistic regression on a model's features of each text.

    Samples are those of `EmotionFeatures`. For a handful of examples, `SentEmoContext.adapt` chooses a better method.
    """

    def __init__(
        self,
        model: str = "default",
        output: Output = "features",
        C: float = 100.0,  # noqa: N803
        class_weight: Any = None,
    ) -> None:
        """Set the model and which features to learn on; `C` and `class_weight` are those of `LogisticRegression`."""
        self.model = model
        self.output = output
        self.C = C
        self.class_weight = class_weight

    def fit(self, X: Any, y: ArrayLike) -> Self:  # noqa: N803
        """Learn from samples and their labels."""
        talks = samples(X)
        check_consistent_length(talks, y)
        head = LogisticRegression(C=self.C, class_weight=self.class_weight, max_iter=1000)
        self.head_ = head.fit(self._features(talks), y)
        self.classes_ = self.head_.classes_
        return self

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the label of each sample."""
        check_is_fitted(self)
        return cast(NDArray[Any], self.head_.predict(self._features(X)))

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the probabilities (samples, classes), in the order of `classes_`."""
        check_is_fitted(self)
        return cast(NDArray[np.float64], self.head_.predict_proba(self._features(X)))

    def _features(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        return EmotionFeatures(self.model, self.output).transform(X)

    def __sklearn_tags__(self) -> Tags:
        return _of_texts(super().__sklearn_tags__())


def samples(X: Any) -> list[Conversation]:  # noqa: N803
    """Return each sample as a conversation whose last turn counts; samples may also be a data frame's column."""
    rows = X.to_numpy() if hasattr(X, "to_numpy") else X
    if isinstance(rows, np.ndarray):
        rows = (rows[:, 0] if rows.ndim == 2 and rows.shape[1] == 1 else rows).tolist()
    if isinstance(rows, str) or not hasattr(rows, "__iter__"):
        raise BadInput(f"A {type(rows).__name__} is not a list of samples", STEP)
    found = [as_conversations(row) for row in rows]
    if not found:
        raise BadInput("No samples", STEP)
    if not all(is_one for _, is_one in found):
        raise BadInput("A sample contains several conversations", STEP)
    return [talks[0] for talks, _ in found]


def _of_texts(tags: Tags) -> Tags:
    tags.input_tags.string = True
    tags.input_tags.two_d_array = False
    return tags


@lru_cache(maxsize=4)
def _loaded(name: str) -> Any:
    return load(name)
