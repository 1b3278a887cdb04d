from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.baselines import UniformLabeler
from sentemo.evaluation.duplicates import dialogue_folds, near_duplicates, pool
from sentemo.evaluation.evaluate import evaluate, evaluate_predictions
from sentemo.types import Conversation, Utterance

from .talks import SEVEN, THREE, random_talks, talk

TOTALS = [2700, 60, 30, 15, 420, 36, 60]
TALKS = random_talks(TOTALS, SEVEN)


def held_out_of(folds: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:  # type: ignore[type-arg]
    """Give each dialogue's fold, after a check that the folds part the dialogues."""
    everything = np.sort(np.concatenate([held for _, held in folds]))
    assert everything.tolist() == list(range(len(everything)))
    fold = np.empty(len(everything), dtype=int)
    for number, (train, held) in enumerate(folds):
        assert len(held) and np.array_equal(np.union1d(train, held), everything)
        assert not set(train) & set(held)
        fold[held] = number
    return fold


@given(st.integers(2, 7), st.integers(0, 5), st.lists(st.integers(0, 3), min_size=30, max_size=60))
@settings(max_examples=40, deadline=None)
def test_folds_part_the_dialogues_and_split_no_group(k: int, seed: int, copies: list[int]) -> None:
    talks = [
        Conversation.of(f"the story of number {place} is", f"a very long one {place}", "yes", id=str(extra))
        for place, extras in enumerate(copies)
        for extra in range(1 + extras)
    ]
    fold = held_out_of(dialogue_folds(talks, k, seed))
    for group in near_duplicates(talks):
        assert len(set(fold[group])) == 1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rare_labels_and_sizes_are_spread_evenly(seed: int) -> None:
    folds = dialogue_folds(TALKS, 5, seed)
    held_out_of(folds)
    counts = np.array(
        [[sum(turn.label == name for i in held for turn in TALKS[i]) for name in SEVEN.names] for _, held in folds]
    )
    fair = np.array(TOTALS) / 5
    assert (np.abs(counts - fair) <= np.maximum(1.5, 0.05 * fair)).all(), counts
    sizes = [len(held) for _, held in folds]
    assert max(sizes) - min(sizes) <= 0.03 * len(TALKS)


def test_a_seed_gives_the_same_folds_and_others_give_unrelated_ones() -> None:
    first, again, other = (held_out_of(dialogue_folds(TALKS, 5, seed)) for seed in (0, 0, 1))
    assert (first == again).all()
    rare = [i for i, x in enumerate(TALKS) if any(turn.label in ("fear", "disgust") for turn in x)]
    apart = ~np.eye(len(rare), dtype=bool)
    same_first, same_other = (fold[rare][:, None] == fold[rare] for fold in (first, other))
    assert (same_first & same_other)[apart].sum() / same_first[apart].sum() == pytest.approx(0.2, abs=0.1)


def test_dialogues_without_labels_are_dealt_out_evenly_too() -> None:
    folds = dialogue_folds([talk(None, None, id=f"story {i}") for i in range(40)], 4, 0)
    assert [len(held) for _, held in folds] == [10] * 4


def test_too_few_groups_or_folds_are_refused() -> None:
    twins = [Conversation.of("we met at the lake", "it was raining that day") for _ in range(9)]
    with pytest.raises(BadInput, match=r"9 dialogues fall into 1 groups .* too few for 2 folds"):
        dialogue_folds(twins, 2, 0)
    with pytest.raises(UsageError, match="1 folds"):
        dialogue_folds(TALKS, 1, 0)


def test_predictions_of_all_folds_pool_into_one_report() -> None:
    talks = random_talks([60, 30, 30], THREE)
    labeler = UniformLabeler(THREE, 5)
    folds = dialogue_folds(talks, 3, 0)
    parts = [(held, labeler.predict([talks[i] for i in held])) for _, held in folds]
    pooled = pool(len(talks), parts)
    assert [prediction.id for prediction in pooled] == [x.id for x in talks]
    report = evaluate_predictions(talks, pooled, THREE, model_name="UniformLabeler", resamples=3)
    assert report == evaluate(labeler, talks, resamples=3)


def test_pooling_refuses_what_is_missing_doubled_or_uneven() -> None:
    talks = random_talks([60, 30, 30], THREE)
    predictions = UniformLabeler(THREE).predict(talks)
    whole = np.arange(len(talks))
    with pytest.raises(BadInput, match="once each"):
        pool(len(talks), [(whole[:-1], predictions[:-1])])
    with pytest.raises(BadInput, match="once each"):
        pool(len(talks), [(whole, predictions), (whole[:1], predictions[:1])])
    with pytest.raises(BadInput, match="15 dialogues has 14 predictions"):
        pool(len(talks), [(whole, predictions[:-1])])


@pytest.mark.slow
def test_dailydialog_train_takes_a_few_seconds(data_dir: Path) -> None:
    folder = data_dir / "dailydialog" / "train"
    texts = (folder / "dialogues_train.txt").read_text(encoding="utf-8").splitlines()
    codes = (folder / "dialogues_emotion_train.txt").read_text(encoding="utf-8").splitlines()
    talks = [
        Conversation(
            str(row),
            tuple(
                Utterance(turn, "", SEVEN.names[int(code)])
                for turn, code in zip(text.split("__eou__"), line.split(), strict=False)
            ),
        )
        for row, (text, line) in enumerate(zip(texts, codes, strict=True))
    ]
    start = time.perf_counter()
    folds = dialogue_folds(talks, 5, 0)
    assert time.perf_counter() - start < 20  # one second on a free machine
    fold = held_out_of(folds)
    groups = near_duplicates(talks)
    assert len(groups) > 1000 and max(map(len, groups)) < 10  # duplicates are real; no chain joins the corpus
    assert all(len(set(fold[group])) == 1 for group in groups)
    fear = [sum(turn.label == "fear" for i in held for turn in talks[i]) for _, held in folds]
    assert sum(fear) == 146 and max(fear) - min(fear) <= 6
