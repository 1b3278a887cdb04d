"""The map: labels within its bounds and apart, utterances where the projection puts them."""

from __future__ import annotations

import numpy as np
import pytest

from sentemo.model import SentEmoContext
from sentemo.serve.emotion_map import EDGE, EmotionMap
from sentemo.types import Conversation, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import FOUR, template_dialogues

MODEL = random_model()
TALKS = template_dialogues(30)


def described(*labels: str) -> list[Conversation]:
    return [Conversation(label, (Utterance(f"I feel {label}", "Ann", label),)) for label in labels]


@pytest.mark.parametrize(
    "model",
    [
        MODEL,
        MODEL.adapt(template_dialogues(8)),
        MODEL.adapt(described("relief", "pride")),
        MODEL.adapt(described("relief"), labels="tags"),
        MODEL.rename({"anger": "upset", "sadness": "upset"}),
        SentEmoContext.from_pretrained(),
    ],
    ids=["plain", "adapted", "two labels", "tagged", "merged", "shipped"],
)
def test_labels_fill_the_map_and_utterances_stay_near(model: SentEmoContext) -> None:
    found = EmotionMap.of(model)
    assert found is not None and found.labels.keys() == {*model.labels.names}
    places = np.array([*found.labels.values()])
    assert np.abs(places).max() <= 1 and np.abs(places).max(0)[0] == pytest.approx(1, abs=1e-3)
    assert len({*found.labels.values()}) == len(found.labels)
    said = np.array([place for features in model.features(TALKS) for place in found.places(features)])
    assert np.isfinite(said).all() and np.abs(said).max() <= EDGE
    assert (said.std(0) > 0.02).all()  # spread on both axes


def test_the_projection_is_linear_and_keeps_what_varies_most() -> None:
    found = EmotionMap.of(MODEL)
    assert MODEL.prototypes is not None and found is not None
    rows = MODEL.prototypes.points - MODEL.prototypes.points.mean(0)
    directions = found.axes / np.linalg.norm(found.axes, axis=0)
    kept = ((rows @ directions) ** 2).sum() / (rows**2).sum()
    sizes = np.linalg.svd(rows, compute_uv=False) ** 2
    assert kept.item() == pytest.approx((sizes[:2].sum() / sizes.sum()).item(), abs=1e-5)
    assert [*found.labels] == [*FOUR.names]


def test_a_model_without_prototypes_has_no_map() -> None:
    assert EmotionMap.of(random_model(heads=False)) is None
