from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from dialogues import FOUR, template_dialogues
from encoders.readers import tiny_reader
from sentemo.errors import UsageError
from sentemo.training import run_folder
from sentemo.training.acts import ActLoss
from sentemo.training.dialogues import UNLABELLED, encode_dialogues, tokenise_dialogues
from sentemo.training.fit import Split, fit
from sentemo.training.trainer import Trainer
from sentemo.types import Conversation, LabelSet, Utterance

from .small import ENCODER, TRAIN, assert_same_weights, small_recipe, stop_after, weights
from .test_tuned import QUICK, tuned_recipe

ACTS = {"neutral": "inform", "anger": "directive", "happiness": "inform", "sadness": "question"}


def acted(talk: Conversation) -> Conversation:
    return replace(talk, turns=tuple(replace(turn, act=ACTS[str(turn.label)]) for turn in talk))


ACTED = Split("train", [acted(talk) for talk in TRAIN.conversations])
SECOND = small_recipe(objective__act_weight=0.5)


def test_the_loss_equals_loops_over_the_known() -> None:
    torch.manual_seed(0)
    loss, points = ActLoss(5, 3), torch.randn(6, 5)
    acts = torch.tensor([0, 2, UNLABELLED, 1, UNLABELLED, 2])
    shares = loss.scores(points).exp().tolist()
    known = [-math.log(row[act] / sum(row)) for row, act in zip(shares, acts.tolist(), strict=True) if act >= 0]
    assert loss(points, acts).item() == pytest.approx(sum(known) / 4, rel=1e-5)
    nothing = loss(points, torch.full((6,), UNLABELLED))
    nothing.backward()
    assert nothing.item() == 0 and not loss.scores.weight.grad.any()


def test_acts_are_numbered_by_name_padded_and_kept_by_isolated_utterances() -> None:
    said = (("a", "joy", "question"), ("b", None, "inform"), ("c", "joy", None))
    one = Conversation("1", tuple(Utterance(text, "", label, act) for text, label, act in said))
    two = Conversation("2", (Utterance("d", "", "joy", "directive"),))
    data = encode_dialogues([one, two], ENCODER, LabelSet(("joy",)))
    assert data.n_acts == 3
    assert data.batch([1, 0]).acts.tolist() == [[0, UNLABELLED, UNLABELLED], [2, 1, UNLABELLED]]
    assert [acts.tolist() for acts in data.isolated().acts] == [[2], [UNLABELLED], [0]]
    assert encode_dialogues(TRAIN.conversations, ENCODER, FOUR).n_acts == 0


@pytest.mark.parametrize("parts", [1, 3])
def test_both_tasks_are_learnt(parts: int) -> None:
    encoder = tiny_reader(std=0.1)
    data = tokenise_dialogues([acted(talk) for talk in template_dialogues(150)], encoder, FOUR)
    recipe = tuned_recipe(objective__act_weight=0.5, batches__accumulate=parts, **QUICK)
    trainer = Trainer(recipe, FOUR, data, reader=encoder.module)
    network = trainer.train()
    outputs = list(data.outputs(network))
    assert trainer.act_loss is not None
    for scores, known in (
        (torch.cat([output.scores for output in outputs]), torch.cat(data.gold)),
        (trainer.act_loss.scores(torch.cat([output.points for output in outputs])), torch.cat(data.acts)),
    ):
        assert (scores.argmax(1) == known).float().mean() > 0.8


def test_acts_that_are_not_there_or_not_asked_for_change_nothing() -> None:
    plain = fit(small_recipe(), FOUR, TRAIN, encoder=ENCODER)
    assert_same_weights(plain, fit(SECOND, FOUR, TRAIN, encoder=ENCODER))
    assert_same_weights(plain, fit(small_recipe(), FOUR, ACTED, encoder=ENCODER))
    second = fit(SECOND, FOUR, ACTED, encoder=ENCODER)
    assert not all(torch.equal(tensor, weights(second)[name]) for name, tensor in weights(plain).items())
    assert second.facts["second task"] == "dialogue acts: directive, inform, question"
    assert "second task" not in plain.facts


def test_accumulated_parts_make_the_step_of_the_whole() -> None:
    plain = {"objective__class_weight_power": 0, "network__dropout": 0, "network__input_dropout": 0}
    states = []
    for parts in (1, 4):
        encoder = tiny_reader()
        recipe = tuned_recipe(batches__accumulate=parts, batches__causal_share=0, objective__act_weight=2, **plain)
        data = tokenise_dialogues(ACTED.conversations, encoder, FOUR)
        trainer = Trainer(recipe, FOUR, data, reader=encoder.module)
        trainer._begin()
        trainer._step(list(range(40)))
        assert trainer.act_loss is not None
        states.append(trainer.network.state_dict() | trainer.act_loss.state_dict())
    for name, tensor in states[0].items():
        torch.testing.assert_close(states[1][name], tensor, rtol=0, atol=2e-5)


@pytest.mark.evidence("training.kill")
@pytest.mark.parametrize("steps", [1, 7])
def test_a_training_that_stopped_ends_as_if_it_never_had(
    steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_folder, "SAVE_EVERY_S", 0.0)
    with pytest.raises(KeyboardInterrupt):
        fit(SECOND, FOUR, ACTED, encoder=ENCODER, folder=tmp_path, watchers=stop_after(steps))
    again = fit(SECOND, FOUR, ACTED, encoder=ENCODER, folder=tmp_path)
    assert_same_weights(again, fit(SECOND, FOUR, ACTED, encoder=ENCODER))


def test_a_run_goes_on_with_other_acts_only_where_none_are_learnt(tmp_path: Path) -> None:
    fit(SECOND, FOUR, ACTED, encoder=ENCODER, folder=tmp_path)
    with pytest.raises(UsageError, match="another recipe, seed or data"):
        fit(SECOND, FOUR, TRAIN, encoder=ENCODER, folder=tmp_path)
    plain = tmp_path / "plain"
    plain.mkdir()
    fit(small_recipe(), FOUR, ACTED, encoder=ENCODER, folder=plain)
    fit(small_recipe(), FOUR, TRAIN, encoder=ENCODER, folder=plain)
