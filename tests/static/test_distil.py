"""Distillation: the torch module against numpy, the table, the loss, and that it learns what it is taught."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from sentemo.artifacts.weights import read_weights, write_weights
from sentemo.encoders.hashing import HashingEncoder
from sentemo.errors import BadInput, UsageError
from sentemo.judgement import Rule
from sentemo.model import SentEmoContext
from sentemo.static.distillation import Distillation, Distilled, distil, loss_of, pace
from sentemo.static.folder import write_static
from sentemo.static.model import StaticModel
from sentemo.static.module import StaticModule, TurnBatch, start_table, token_outputs
from sentemo.static.network import StaticNetwork, neighbours
from sentemo.training.dialogues import UNLABELLED
from sentemo.types import Conversation, Prediction, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import FOUR, template_dialogues
from tests.encoders.readers import embedded, tiny_reader
from tests.training.small import arrays_of

SMALL = Distillation(width=12, hidden=16, reach=2, epochs=12, dialogues=6, table_rate=2e-2, rate=2e-2)


def sure(talks: Sequence[Conversation]) -> list[Prediction]:
    """What a model would say that is always right."""
    rows = [[[float(name == turn.label) for name in FOUR.names] for turn in talk] for talk in talks]
    return [Prediction.of(talk, FOUR, shares, [0] * len(talk)) for talk, shares in zip(talks, rows, strict=True)]


def teacher() -> SentEmoContext:
    model = random_model(encoder=tiny_reader())
    model.decision = Rule((0.0,) * len(FOUR), 1.3)
    return model


def saved(found: Distilled, folder: Path) -> StaticModel:
    write_static(folder, found.static, arrays_of(found.module), found.tokenizer)
    return StaticModel.from_pretrained(folder)


def test_the_module_computes_what_the_static_model_does(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = StaticModule(torch.randn(50, 6), hidden=5, reach=2, labels=3, dropout=0.5).eval()
    texts = [[1, 2], [3], [4, 5, 6, 6], [7], [49, 0]]
    around = neighbours([2, 3], 2)
    scores = module(
        torch.tensor([token for text in texts for token in text]),
        torch.tensor([len(text) for text in texts]),
        torch.from_numpy(around),
    )
    write_weights(tmp_path / "numbers", arrays_of(module))
    network = StaticNetwork(read_weights(tmp_path / "numbers"), 2)
    np.testing.assert_allclose(network.score(network.pool(texts), around), scores.detach(), rtol=0, atol=1e-5)


def test_the_table_starts_from_each_token_read_alone() -> None:
    reader = tiny_reader()
    outputs = token_outputs(reader)
    words = [word for word in reader.tokenizer.get_vocab() if word.isalpha()]
    places = [reader.tokenizer.token_to_id(word) for word in words]
    np.testing.assert_allclose(outputs[places], embedded(reader, words), rtol=0, atol=1e-5)


def test_the_table_keeps_distances_and_makes_common_tokens_short() -> None:
    outputs, counts = torch.randn(40, 8), torch.ones(40, dtype=torch.long)
    table = start_table(outputs, counts, 8)
    before, after = torch.cdist(outputs, outputs), torch.cdist(table, table)
    torch.testing.assert_close(after / after.max(), before / before.max(), rtol=0, atol=1e-3)
    counts[0] = 10**6
    often = start_table(outputs, counts, 8)
    assert often[0].norm() / often[1].norm() < 0.1 * table[0].norm() / table[1].norm()


@pytest.mark.parametrize("gold", [0.0, 0.3, 1.0])
def test_the_loss_by_hand(gold: float) -> None:
    rule = Rule((0.5, -0.5), 2.0)
    scores = torch.tensor([[1.0, 0.0], [0.0, 3.0], [2.0, 2.0]])
    taught = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    nothing = torch.zeros(0)
    batch = TurnBatch(nothing, nothing, nothing, torch.tensor([0, UNLABELLED, 1]), taught)
    right, softly = 0.0, 0.0
    for row, (score, teach, label) in enumerate(zip(scores, taught, batch.gold, strict=True)):
        raised = [math.exp((float(score[c]) + (0.5, -0.5)[c]) / 2) for c in range(2)]
        logs = [math.log(each / sum(raised)) for each in raised]
        softly -= sum(float(teach[c]) * logs[c] for c in range(2)) / 3
        right -= 0 if row == 1 else logs[int(label)] / 2
    assert loss_of(scores, batch, rule, gold).item() == pytest.approx(gold * right + (1 - gold) * softly, abs=1e-5)
    unlabelled = batch._replace(gold=torch.full((3,), UNLABELLED))
    assert loss_of(scores, unlabelled, rule, gold).item() == pytest.approx(softly, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("gold", [0.0, 1.0])
def test_it_learns_from_words_and_from_the_turn_before(tmp_path: Path, gold: float) -> None:
    """With `gold` 0 the conversations' labels are wrong and the model's answers right; with 1 the other way round."""
    talks = template_dialogues(120)
    wrong = [Conversation(t.id, tuple(Utterance(u.text, u.speaker, "anger") for u in t)) for t in talks]
    given, answers = (talks, sure(wrong)) if gold else (wrong, sure(talks))
    settings = Distillation(**{**vars(SMALL), "gold": gold})
    steps: list[tuple[int, int]] = []
    found = distil(teacher(), given, answers, settings, on_step=lambda *step: steps.append(step))
    assert steps == [(step, 240) for step in range(1, 241)]
    asked = template_dialogues(60, seed=1)
    right = [
        turn.label == said.label
        for talk, prediction in zip(asked, saved(found, tmp_path / "model").predict(asked), strict=True)
        for turn, said in zip(talk, prediction, strict=True)
    ]
    assert np.mean(right) > 0.97  # without the turn before, an echo's label can only be guessed


@pytest.mark.parametrize("steps", [1, 2, 9, 10, 11, 500])
def test_the_rate_rises_and_falls(steps: int) -> None:
    shares = [pace(step, steps) for step in range(steps)]
    top = shares.index(max(shares))
    assert shares == [*sorted(shares[:top]), *sorted(shares[top:], reverse=True)]
    assert min(shares) > 0 and 0.9 < max(shares) <= 1 and top <= steps / 10 and pace(steps, steps) == 0


def test_a_seed_fixes_all_and_another_one_does_not() -> None:
    talks = template_dialogues(10)
    settings = Distillation(width=4, hidden=4, epochs=1)

    def table(seed: int) -> Tensor:
        return distil(teacher(), talks, sure(talks), settings, seed=seed).module.table

    assert torch.equal(table(0), table(0)) and not torch.equal(table(0), table(1))


def test_the_models_rule_is_kept() -> None:
    talks, model = template_dialogues(3), teacher()
    settings = Distillation(width=4, hidden=4, epochs=1)
    static = distil(model, talks, sure(talks), settings, corpora=["meld"], source="1" * 64).static
    assert static.temperature == pytest.approx(1.3) and static.source == "1" * 64
    assert static.label_set == FOUR
    assert static.facts["corpora"] == ["templates", "meld"]
    assert distil(random_model(encoder=tiny_reader()), talks, sure(talks), settings).static.rule.temperature == 1


def test_what_cannot_be_distilled_is_refused() -> None:
    talks = template_dialogues(3)
    with pytest.raises(UsageError, match="tuned"):
        distil(random_model(encoder=HashingEncoder(16)), talks, sure(talks))
    bare = [Conversation.of("mhm, and then?")]
    with pytest.raises(BadInput, match="has a label"):
        distil(teacher(), bare, teacher().predict(bare))
