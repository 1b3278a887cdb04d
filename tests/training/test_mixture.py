from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from sentemo.errors import UsageError
from sentemo.evaluation.evaluate import evaluate
from sentemo.model import SentEmoContext
from sentemo.training import run_folder
from sentemo.training.fitting import Split, Watchers, fit_mixture
from sentemo.training.heads import best_thresholds, fit_label_head
from sentemo.training.mixture import MappedCorpus, MixedDialogues, MixtureLoss, MixtureSampler, corpus_bias, mix
from sentemo.training.recipe import Mixture, Recipe
from sentemo.types import Conversation, LabelSet, Utterance
from tests.dialogues import FOUR, template_dialogues
from tests.encoders.readers import tiny_reader

from .small import assert_same_weights, stop_after
from .test_tuned import tuned_recipe

SAME = {name: (name,) for name in FOUR.names}
MOODS = LabelSet(("calm", "upset", "loud"), neutral="calm")
MOOD_OF = {"neutral": ("calm",), "happiness": ("calm", "loud"), "anger": ("upset", "loud"), "sadness": ("upset",)}
MOOD_MEANS = {"calm": ("neutral", "happiness"), "upset": ("anger", "sadness")}
SHARES = "[0.4, 0.2, 0.2, 0.2]"


def moods(number: int = 30, seed: int = 5) -> MappedCorpus:
    """Return a corpus of other labels, several of which apply, that mean sets of the common ones."""
    talks = [
        Conversation(talk.id, tuple(Utterance(t.text, t.speaker, labels=MOOD_OF[str(t.label)]) for t in talk))
        for talk in template_dialogues(number, seed)
    ]
    return MappedCorpus("moods", talks, MOOD_MEANS, own_labels=MOODS)


def manners(number: int = 30, seed: int = 7) -> MappedCorpus:
    """Return a corpus whose own labels say nothing about the common ones."""
    talks = [
        Conversation(talk.id, tuple(Utterance(t.text, t.speaker, "asks" if "?" in t.text else "tells") for t in talk))
        for talk in template_dialogues(number, seed)
    ]
    return MappedCorpus("manners", talks, {}, own_labels=LabelSet(("asks", "tells")))


def plain(number: int = 40, seed: int = 0) -> MappedCorpus:
    return MappedCorpus("plain", template_dialogues(number, seed), SAME, votes=True)


def recipe_of(**overrides: object) -> Recipe:
    given = {"decision__shares": SHARES, "decision__temperature": 1.0, "mixture__turns": 40}
    return tuned_recipe(**(given | {"mixture__multi_label": '["moods"]'} | overrides))


def mixed(*corpora: MappedCorpus, **rules: object) -> MixedDialogues:
    chosen = Mixture(**({"multi_label": ("moods", "manners"), "turns": 40} | rules))  # type: ignore[arg-type]
    return mix(corpora or (plain(), moods()), FOUR, tiny_reader(), chosen)


def said(*turns: tuple[str | None, tuple[str, ...]]) -> Conversation:
    return Conversation("c", tuple(Utterance("I love Rome", "Ann", label, labels) for label, labels in turns))


def test_annotators_make_shares_and_other_labels_sets() -> None:
    votes = MappedCorpus("votes", [said(("anger", ()), ("anger", ("anger", "sadness")), (None, ()))], SAME, votes=True)
    sets = MappedCorpus("moods", [said((None, ("calm",)), ("loud", ()), ("upset", ("upset", "loud")))], MOOD_MEANS)
    data = mixed(votes, sets)
    neutral, anger, happiness, sadness = (FOUR.index(name) for name in ("neutral", "anger", "happiness", "sadness"))
    assert [gold.tolist() for gold in data.gold] == [[0, 1, -100], [2, -100, 3]]
    wanted = torch.zeros(4, 4)
    wanted[0, anger] = 1
    wanted[1, [anger, sadness]] = 0.5
    wanted[2, [neutral, happiness]] = 1
    wanted[3, [anger, sadness]] = 1
    assert torch.equal(data.targets.shares, wanted)
    assert data.targets.is_set.tolist() == [False, False, True, True]


def test_the_loss_is_that_of_a_naive_one() -> None:
    data = mixed(plain(), manners(), moods())
    sampler = MixtureSampler(data, Mixture(turns=40), 0)
    torch.manual_seed(0)
    loss_of = MixtureLoss(data, sampler.chance, 8, 0.5)
    rows = torch.arange(0, len(data.targets.shares), 7)
    scores, points = torch.randn(len(rows), 4), torch.nn.functional.normalize(torch.randn(len(rows), 8), dim=-1)
    losses, own = [], 0.0
    columns = {1: data.own_sets["manners"], 2: data.own_sets["moods"]}
    assert loss_of.own is not None and columns == {1: slice(0, 2), 2: slice(2, 5)}
    for place, row in enumerate(rows.tolist()):
        corpus = int(data.targets.corpus[row])
        if corpus in columns:
            found = loss_of.own(points[place] * 8**0.5)[columns[corpus]].tolist()
            for score, applies in zip(found, data.targets.own[row, columns[corpus]], strict=True):
                p = 1 / (1 + math.exp(-score))
                own -= math.log(p if applies else 1 - p)
        if not data.targets.shares[row].any():
            continue
        logits = [float(s + b) for s, b in zip(scores[place], loss_of.bias[corpus], strict=True)]
        total = math.log(sum(math.exp(x - max(logits)) for x in logits)) + max(logits)
        shares = data.targets.shares[row].tolist()
        if data.targets.is_set[row]:
            losses.append(-math.log(sum(math.exp(x - total) for x, share in zip(logits, shares, strict=True) if share)))
        else:
            losses.append(-sum(share * (x - total) for x, share in zip(logits, shares, strict=True) if share))
    wanted = sum(losses) / len(losses) + 0.5 * own / len(rows)
    assert loss_of(scores, points, rows).item() == pytest.approx(wanted, rel=1e-5)


def test_a_label_that_a_corpus_lacks_is_not_taught_against() -> None:
    few = MappedCorpus("few", [said(("anger", ()), ("neutral", ()))], {n: SAME[n] for n in ("anger", "neutral")})
    data = mixed(plain(), few)
    bias = corpus_bias(data, torch.ones(len(data), dtype=torch.double))
    lacking = [FOUR.index("happiness"), FOUR.index("sadness")]
    assert (bias[1, lacking] < -1e8).all() and (bias[0] > -10).all()
    assert bias[1].exp().sum().item() == pytest.approx(1)
    loss_of = MixtureLoss(data, np.ones(len(data)), 8, 0.0)
    scores = torch.zeros(1, 4, requires_grad=True)
    loss_of(scores, torch.zeros(1, 8), torch.tensor([len(data.targets.shares) - 1])).backward()
    assert scores.grad is not None and (scores.grad[0, lacking] == 0).all() and scores.grad.abs().sum() > 0


def test_epochs_draw_each_corpus_as_often_as_was_asked() -> None:
    data = mixed(passes=("plain=2", "moods=0.5"))
    sampler = MixtureSampler(data, Mixture(turns=40, neutral_cap=1.0), 0)
    one, other = sampler.epoch(0), sampler.epoch(1)
    drawn = [dialogue for batch in one for dialogue in batch]
    assert sampler.epoch(0) == one != other
    assert sorted(d for d in drawn if d < 40) == sorted([*range(40)] * 2)
    halves = [{d for batch in epoch for d in batch if d >= 40} for epoch in (one, other)]
    assert [len(half) for half in halves] == [15, 15] and halves[0] != halves[1]
    sizes = [data.lengths[batch].sum() for batch in one]
    assert max(sizes) < 40 + data.lengths.max() + 1


def test_neutral_dialogues_are_thinned_out_to_the_cap() -> None:
    quiet = [said(("neutral", ())) for _ in range(90)]
    loud = [said(("anger", ()), ("neutral", ())) for _ in range(20)]
    data = mixed(MappedCorpus("plain", [*quiet, *loud], SAME))
    sampler = MixtureSampler(data, Mixture(turns=40, neutral_cap=0.6), 0)
    drawn = [dialogue for number in range(200) for batch in sampler.epoch(number) for dialogue in batch]
    neutral = sum(d < 90 for d in drawn) + sum(d >= 90 for d in drawn)
    assert neutral / (neutral + sum(d >= 90 for d in drawn)) == pytest.approx(0.6, abs=0.02)


@pytest.mark.evidence("training.kill")
@pytest.mark.parametrize("steps", [1, 9])
def test_a_stopped_mixture_resumes_to_the_same_weights(
    steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_folder, "SAVE_EVERY_S", 0.0)
    validation = Split("validation", template_dialogues(10, 1))

    def train(folder: Path | None, watchers: Watchers | None = None) -> SentEmoContext:
        return fit_mixture(
            recipe_of(schedule__epochs=2),
            FOUR,
            [plain(), moods()],
            validation,
            folder=folder,
            encoder=tiny_reader(),
            watchers=watchers,
        )

    whole = train(None)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, stop_after(steps))
    assert_same_weights(train(tmp_path), whole)


def test_a_mixture_learns_and_knows_both_label_sets(tmp_path: Path) -> None:
    test = template_dialogues(30, 9)
    model = fit_mixture(
        recipe_of(schedule__epochs=8, schedule__encoder_learning_rate=1e-2, schedule__learning_rate=5e-3),
        FOUR,
        [plain(150), moods(150)],
        own_validation=[moods(20, 6)],
        encoder=tiny_reader(std=0.1),
    )
    assert evaluate(model, test, labels=FOUR).metrics.figures["macro_f1_no_neutral"] > 60
    assert model.facts["label shares"] == dict(zip(FOUR.names, (0.4, 0.2, 0.2, 0.2), strict=True))
    model.save_pretrained(tmp_path / "model")
    again = SentEmoContext.from_pretrained(tmp_path / "model")
    right = total = 0
    for talk, found in zip(test, again.predict(test, labels="moods"), strict=True):
        for turn, prediction in zip(talk, found, strict=True):
            right += set(prediction.labels) == set(MOOD_OF[str(turn.label)])
            total += 1
            assert set(prediction.probabilities) == {*MOODS.names}
    assert right / total > 0.6
    sentiment = again.predict(test[0], labels="sentiment")
    assert {turn.label for turn in sentiment} <= {"positive", "neutral", "negative"}
    with pytest.raises(UsageError, match="no label set"):
        again.predict(test, labels="colours")


def test_what_a_mixture_needs() -> None:
    with pytest.raises(UsageError, match="a share above 0 of each"):
        fit_mixture(recipe_of(decision__shares="[0.5, 0.5]"), FOUR, [plain()], encoder=tiny_reader())


def test_thresholds_are_those_of_the_best_f1() -> None:
    torch.manual_seed(0)
    applies = (torch.rand(400, 3) < 0.3).float()
    probabilities = (0.3 * applies + 0.5 * torch.rand(400, 3)).clamp(0, 1)

    def f1(label: int, threshold: float) -> float:
        found = probabilities[:, label] >= threshold
        right = (found & applies[:, label].bool()).sum().item()
        return 2 * right / (found.sum().item() + applies[:, label].sum().item())

    for label, threshold in enumerate(best_thresholds(probabilities, applies).tolist()):
        assert f1(label, threshold) == pytest.approx(max(f1(label, step / 100) for step in range(2, 91)), abs=1e-6)


def test_a_label_head_is_a_logistic_regression() -> None:
    from sklearn.linear_model import LogisticRegression

    torch.manual_seed(0)
    features = torch.randn(300, 5)
    applies = (features @ torch.randn(5, 2) + 0.5 * torch.randn(300, 2) > 0).float()
    head = fit_label_head(LabelSet(("a", "b")), features, applies, penalty=1e-3)
    for label in range(2):  # the mean over labels halves a label's loss, as it is written
        known = LogisticRegression(C=1 / (2 * 2 * 300 * 1e-3), tol=1e-8, max_iter=1000)
        known.fit(features.numpy(), applies[:, label].numpy())
        np.testing.assert_allclose(head.weight[label], known.coef_[0], rtol=0.02, atol=0.02)
