from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduction.few_shot.benchmark import (
    OURS,
    Outcome,
    Plan,
    claim,
    line_of,
    merged,
    read_outcomes,
    rows_of,
    run,
    to_markdown,
)
from reproduction.few_shot.episodes import Episode, Pool, draw
from reproduction.few_shot.learners import Adapting, Logistic, NearestPrototype, SetFit
from sentemo.encoders.hashing import HashingEncoder
from sentemo.errors import BadInput, MissingExtra, UsageError
from tests.artifacts.models import random_model
from tests.dialogues import FOUR, template_dialogues

TALKS = template_dialogues(120, seed=4)
POOL = Pool.of(TALKS, FOUR.names)


def test_a_pool_holds_what_has_one_of_the_labels() -> None:
    pool = Pool.of(TALKS, ("sadness", "anger"))
    turns = [(d, t, said) for d, talk in enumerate(TALKS) for t, said in enumerate(talk)]
    wanted = [(d, t, said.text) for d, t, said in turns if said.label in pool.labels]
    assert list(zip(pool.dialogues, pool.turns, pool.texts(np.arange(len(pool.gold))), strict=True)) == wanted
    for place, row in enumerate(pool.gold):
        assert TALKS[pool.dialogues[place]].turns[pool.turns[place]].label == pool.labels[row]


@given(ways=st.integers(2, 4), shots=st.integers(0, 5), queries=st.integers(1, 8), seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_an_episode_is_what_it_says(ways: int, shots: int, queries: int, seed: int) -> None:
    episode = draw(POOL, ways, shots, queries, np.random.default_rng(seed))
    assert len(set(episode.names)) == ways == len(episode.names)
    assert np.bincount(episode.support_gold).tolist() == [shots or 1] * ways
    assert len(episode.support) == shots * ways
    for rows, gold in (
        (episode.support, episode.support_gold[: len(episode.support)]),
        (episode.balanced, episode.balanced_gold),
        (episode.natural, episode.natural_gold),
    ):
        assert len(set(rows.tolist())) == len(rows)
        assert [episode.names[i] for i in gold] == [POOL.labels[POOL.gold[row]] for row in rows]
    taken = set(POOL.dialogues[episode.support].tolist())
    for rows in (episode.balanced, episode.natural):
        assert not taken & set(POOL.dialogues[rows].tolist())
    assert np.bincount(episode.balanced_gold).max() <= queries and len(episode.natural) <= queries * ways
    again = draw(POOL, ways, shots, queries, np.random.default_rng(seed))
    assert (again.support == episode.support).all() and (again.natural == episode.natural).all()


def test_natural_queries_follow_the_pool() -> None:
    drawn = np.concatenate([draw(POOL, 4, 1, 15, np.random.default_rng(i)).natural for i in range(40)])
    shares = np.bincount(POOL.gold[drawn], minlength=4) / len(drawn)
    np.testing.assert_allclose(shares, np.bincount(POOL.gold) / len(POOL.gold), atol=0.08)


def test_what_cannot_be_drawn() -> None:
    for ways in (1, 5):
        with pytest.raises(
            UsageError, match=rf"^{ways} ways can't be drawn from 4 labels\. Ask for fewer, at least 2\.$"
        ):
            draw(POOL, ways, 1, 1, np.random.default_rng(0))
    rarest = int(np.bincount(POOL.gold).min())
    too_few = rf"has {rarest} utterances, too few for {rarest} shots and a query.*fewer shots, or leave the label out"
    with pytest.raises(BadInput, match=too_few):
        draw(POOL, 4, rarest, 1, np.random.default_rng(0))


def one_hot_rows(noise: float = 0.0) -> Any:
    rng = np.random.default_rng(0)
    return (np.eye(4)[POOL.gold] + noise * rng.standard_normal((len(POOL.gold), 4))).astype(np.float32)


NAMES = dict(zip(POOL.labels, np.eye(4, dtype=np.float32), strict=True))


def all_learners() -> dict[str, Any]:
    features = one_hot_rows()
    return {
        OURS: Adapting(
            random_model(), POOL, features, dict(zip(POOL.labels, np.eye(4, dtype=np.float32), strict=True))
        ),
        "prototype": NearestPrototype(one_hot_rows(), NAMES),
        "logistic": Logistic(one_hot_rows(), NAMES),
    }


def test_every_learner_learns_what_is_plain() -> None:
    plan = Plan(ways=3, shots=4, episodes=3, queries=5)
    learners = {name: (each, 3) for name, each in all_learners().items()}
    outcomes = run("plain", plan, POOL, learners) + run("plain", replace(plan, shots=0), POOL, learners)
    assert len(outcomes) == 18 and {each.balanced for each in outcomes} == {100.0} == {
        each.natural for each in outcomes
    }


def test_chance_is_what_learners_of_noise_get() -> None:
    noise = np.random.default_rng(1).standard_normal((len(POOL.gold), 8)).astype(np.float32)
    plan = Plan(ways=4, shots=3, episodes=60)
    outcomes = run("noise", plan, POOL, {"prototype": (NearestPrototype(noise, {}), 60)})
    assert 20 < rows_of(outcomes)[0].balanced < 30


def test_the_model_itself_learns_from_the_conversations() -> None:
    model = random_model(encoder=HashingEncoder(64))
    features = np.concatenate(model.features(TALKS))
    pool = Pool.of(TALKS, FOUR.names)
    assert len(features) == len(pool.gold)
    learner = Adapting(model, pool, features, {})
    episode = draw(pool, 4, 6, 10, np.random.default_rng(0))
    label, seconds = learner.learn(episode)
    assert (label(episode.balanced) == episode.balanced_gold).mean() > 0.4 and seconds > 0
    assert learner.timed(episode) > 0


class Slow:
    """Counts how often it learns."""

    def __init__(self) -> None:
        self.learnt: list[tuple[int, ...]] = []

    def learn(self, episode: Episode) -> Any:
        self.learnt.append(tuple(episode.support.tolist()))
        return (lambda rows: np.zeros(len(rows), dtype=np.int64)), 1.0


def test_goes_on_where_it_stopped(tmp_path: Path) -> None:
    plan = Plan(ways=2, shots=1, episodes=5)
    whole = run("s", plan, POOL, {"slow": (Slow(), 5)})
    log = tmp_path / "outcomes.jsonl"
    log.write_text("".join(map(line_of, whole[:3])) + line_of(whole[3])[:20], encoding="utf-8")
    slow = Slow()
    again = run("s", plan, POOL, {"slow": (slow, 5)}, read_outcomes(log))
    assert log.read_text(encoding="utf-8") == "".join(map(line_of, whole[:3]))  # the next line starts afresh
    assert again == whole and len(slow.learnt) == 2
    few = Slow()
    run("s", plan, POOL, {"slow": (few, 2)})
    assert few.learnt == [tuple(draw(POOL, 2, 1, 15, np.random.default_rng([0, 2, 1, i])).support) for i in range(2)]
    log.write_text("{}\n" + line_of(whole[0]), encoding="utf-8")
    with pytest.raises(BadInput, match=r"outcomes\.jsonl:1: Not an outcome"):
        read_outcomes(log)
    assert read_outcomes(tmp_path / "none") == []


def test_a_folder_is_of_one_experiment(tmp_path: Path) -> None:
    claim(tmp_path, {"model": "b"})  # which came to nothing
    claim(tmp_path, {"model": "a", "seed": [1, 2]})
    (tmp_path / "outcomes.jsonl").touch()
    claim(tmp_path, {"model": "a", "seed": [1, 2]})
    with pytest.raises(UsageError, match="other seed"):
        claim(tmp_path, {"model": "a", "seed": [1, 3]})
    (tmp_path / "experiment.json").write_text("[1", encoding="utf-8")
    with pytest.raises(BadInput, match="damaged"):
        claim(tmp_path, {"model": "a"})
    (tmp_path / "experiment.json").unlink()
    with pytest.raises(UsageError, match="nobody knows what"):
        claim(tmp_path, {"model": "a"})


def test_rows_pair_ours_with_each_other_learner() -> None:
    ours = [Outcome("s", 1, i, OURS, 60.0 + i, 50.0, 0.1, 0.5 if i < 2 else None) for i in range(4)]
    others = [Outcome("s", 1, i, "setfit", 50.0, 40.0, 8.0) for i in range(2)]
    first, second = rows_of([*ours, *others])
    assert (first.learner, first.episodes, first.balanced, first.ours_leads) == (OURS, 4, 61.5, None)
    assert first.balanced_half == pytest.approx(3.182 * np.std([0, 1, 2, 3], ddof=1) / 2, rel=1e-3)  # t of 3
    assert (second.learner, second.episodes, second.ours_leads, second.ours_seconds) == ("setfit", 2, 10.5, 0.5)
    text = to_markdown([first, second], 25.0)
    assert "+10.5 ±" in text and "chance 25.0" in text
    two = merged([*ours, *(replace(each, setting="t") for each in ours)], "both")
    assert rows_of(two)[0].episodes == 8 and len({each.episode for each in two}) == 8


def test_setfit_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "setfit", None)  # as if it weren't installed
    with pytest.raises(MissingExtra, match=r"sentemo\[reproduction\]"):
        SetFit(None, POOL).learn(draw(POOL, 2, 1, 1, np.random.default_rng(0)))  # type: ignore[arg-type]


def test_json_of_an_outcome_comes_back() -> None:
    outcome = Outcome("s", 5, 3, "x", 1.5, 2.5, 0.25, None)
    assert Outcome(**json.loads(line_of(outcome))) == outcome
