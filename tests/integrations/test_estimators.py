"""The estimators in scikit-learn's own checks, pipelines and searches."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.utils.estimator_checks import check_estimator

import sentemo
from sentemo.errors import BadInput, SentemoError, UsageError
from sentemo.integrations import EmotionClassifier, EmotionFeatures

TEXTS = ["I love it, hooray!", "so happy", "great news!!", "I am so sad", "she died", "I miss him"] * 2
GOLD = ["good", "good", "good", "bad", "bad", "bad"] * 2
STATIC = {"model": "static", "output": "probabilities"}


def classifier(**more: Any) -> EmotionClassifier:
    return EmotionClassifier(**STATIC, **more)


@pytest.mark.parametrize("estimator", [EmotionFeatures("static"), classifier()], ids=["features", "classifier"])
def test_scikit_learns_checks_pass(estimator: BaseEstimator) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)  # those that feed numbers don't apply to texts
        check_estimator(estimator)


@pytest.mark.parametrize("estimator", [EmotionFeatures("static"), classifier()], ids=["features", "classifier"])
def test_what_the_checks_ask_of_numbers_holds_for_texts(estimator: Any) -> None:
    before = estimator.get_params()
    fitted = clone(estimator).fit(TEXTS, GOLD)
    again = clone(estimator).set_params(**before).fit(TEXTS, GOLD)
    call = "transform" if hasattr(estimator, "transform") else "predict_proba"
    found = getattr(fitted, call)(TEXTS)
    assert fitted.get_params() == before == estimator.get_params()
    assert found.dtype == np.float64 and found.shape[0] == len(TEXTS) and np.isfinite(found).all()
    np.testing.assert_array_equal(found, getattr(again, call)(TEXTS))
    np.testing.assert_array_equal(found, getattr(pickle.loads(pickle.dumps(fitted)), call)(TEXTS))
    np.testing.assert_allclose(found[::-1], getattr(fitted, call)(TEXTS[::-1]), atol=1e-6)
    np.testing.assert_allclose(found[:1], getattr(fitted, call)(TEXTS[:1]), atol=1e-6)
    for column in (np.array(TEXTS), np.array(TEXTS, object)[:, None], pd.Series(TEXTS), pd.DataFrame({"text": TEXTS})):
        np.testing.assert_array_equal(found, getattr(fitted, call)(column))


def test_features_are_the_probabilities_of_the_labels() -> None:
    model = sentemo.load("static")
    features = EmotionFeatures("static").set_output(transform="pandas").fit_transform(TEXTS)
    assert [*features.columns] == [*model.labels]
    expected = [[*prediction.turns[0].probabilities.values()] for prediction in model.predict(TEXTS)]
    np.testing.assert_allclose(features.to_numpy(), expected)


def test_a_conversation_counts_by_its_last_turn() -> None:
    talk = [("Ann", "My cat died."), ("Bob", "Oh no")]
    found = EmotionFeatures("static").transform([talk, "Oh no"])
    expected = sentemo.load("static").predict(talk).turns[-1].probabilities
    np.testing.assert_allclose(found[0], [*expected.values()])


@pytest.mark.weights
def test_the_shipped_model_gives_points_and_features_and_teaches_new_labels() -> None:
    points = EmotionFeatures(output="points").transform(["hooray", "oh no"])
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-5)
    names = EmotionFeatures(output="points").get_feature_names_out()
    assert names[0] == "points0" and len(names) == points.shape[1]
    texts = ["Phew, made it", "What a relief", "Oh great, again", "Well done, genius"]
    assert EmotionClassifier().fit(texts, [*"rrss"]).score(texts, [*"rrss"]) == 1


def test_a_pipeline_a_union_and_a_search() -> None:
    union = make_union(TfidfVectorizer(), EmotionFeatures("static"))
    assert make_pipeline(union, LogisticRegression()).fit(TEXTS, GOLD).score(TEXTS, GOLD) == 1
    assert cross_val_score(classifier(), TEXTS, GOLD, cv=2).min() > 0.7
    search = GridSearchCV(classifier(), {"C": [0.1, 100.0]}, cv=2).fit(TEXTS, GOLD)
    assert search.best_estimator_.classes_.tolist() == ["bad", "good"]
    frame = pd.DataFrame({"body": TEXTS, "length": [*map(len, TEXTS)]})
    columns = ColumnTransformer([("emotion", EmotionFeatures("static"), "body")], remainder="passthrough")
    assert columns.fit_transform(frame).shape == (len(TEXTS), len(sentemo.load("static").labels) + 1)


@pytest.mark.parametrize(
    ("given", "said"),
    [("a text", "not a list of samples"), ([], "No samples"), ([3], "not a conversation"), ([["a", "b"]], "several")],
)
def test_what_is_no_list_of_texts_is_refused(given: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        EmotionFeatures("static").fit(given)


def test_other_mistakes() -> None:
    with pytest.raises(NotFittedError):
        classifier().predict(TEXTS)
    with pytest.raises(UsageError, match="Unknown output 'logits'"):
        EmotionFeatures("static", output="logits").transform(TEXTS)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="has no points"):
        EmotionFeatures("static", output="points").transform(TEXTS)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        classifier().fit(TEXTS, GOLD[:3])
    with pytest.raises(SentemoError):
        EmotionFeatures("nowhere").transform(TEXTS)
