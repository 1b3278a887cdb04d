from __future__ import annotations

from pathlib import Path

import pytest
import torch

from sentemo.encoders.reader import DialogueReader
from sentemo.errors import UsageError
from sentemo.evaluation.evaluate import evaluate
from sentemo.model import SentEmoContext
from sentemo.network.batch import mask_words
from sentemo.network.reader import ReadingNetwork
from sentemo.training import run_folder
from sentemo.training.dialogues import TokenisedDialogues, tokenise_dialogues
from sentemo.training.fitting import Split, Watchers, choose_encoder, fit
from sentemo.training.parallel import divide
from sentemo.training.rates import parameter_groups
from sentemo.training.recipe import EncoderChoice, Recipe
from sentemo.training.trainer import Trainer
from sentemo.types import Conversation, LabelSet, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import FOUR, template_dialogues
from tests.encoders.readers import tiny_reader

from .small import TRAIN, VALIDATION, assert_same_weights, small_recipe, stop_after

TUNED = {
    "encoder__tuned": "true",
    "encoder__standardize": "false",
    "encoder__layers": "[]",
    "batches__replacement": "false",
    "schedule__encoder_learning_rate": 3e-3,
    "schedule__average": 0.9,
}

QUICK = {
    "network__dropout": 0,
    "network__input_dropout": 0,
    "schedule__epochs": 8,
    "schedule__learning_rate": 5e-3,
    "schedule__encoder_learning_rate": 1e-2,
}


def tuned_recipe(**overrides: object) -> Recipe:
    return small_recipe("default", **(TUNED | overrides))


def trainer_of(**overrides: object) -> Trainer:
    encoder = tiny_reader()
    data = tokenise_dialogues(TRAIN.conversations, encoder, FOUR)
    return Trainer(tuned_recipe(**overrides), FOUR, data, start=encoder)


def test_encoder_and_network_learn_together() -> None:
    split = Split("train", template_dialogues(150, 0))
    figures = []
    for encoder_rate in (1e-2, 0):
        recipe = tuned_recipe(**QUICK | {"schedule__encoder_learning_rate": encoder_rate})
        model = fit(recipe, FOUR, split, encoder=tiny_reader(std=0.1))
        report = evaluate(model, template_dialogues(60, 7), labels=FOUR)
        figures.append(report.metrics.figures["macro_f1_no_neutral"])
    assert figures[0] > 80 and figures[0] > figures[1] + 5


def test_what_is_frozen_stays_and_the_rest_moves_and_the_start_is_not_changed() -> None:
    encoder = tiny_reader()
    start = {name: tensor.clone() for name, tensor in encoder.module.state_dict().items()}
    model = fit(tuned_recipe(encoder__frozen_layers=1), FOUR, TRAIN, encoder=encoder)
    assert all(torch.equal(tensor, start[name]) for name, tensor in encoder.module.state_dict().items())
    assert isinstance(model.runner.encoder, DialogueReader)
    now = model.runner.encoder.module.state_dict()
    moved = {name.removesuffix(".weight")[:8] for name in start if not torch.equal(now[name], start[name])}
    assert moved == {"layers.1", "layers.2", "speaker"}


def test_layers_that_are_frozen_are_run_once_and_train_the_rest_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = tuned_recipe(encoder__frozen_layers=1, schedule__epochs=2)
    encoder = tiny_reader(alone=1)
    asked: list[TokenisedDialogues] = []
    read_alone = TokenisedDialogues.read_alone
    monkeypatch.setattr(TokenisedDialogues, "read_alone", lambda *given: asked.append(given[0]) or read_alone(*given))
    once = fit(recipe, FOUR, TRAIN, VALIDATION, encoder=encoder)
    assert [len(each) for each in asked] == [40, 12]
    data = tokenise_dialogues(TRAIN.conversations, encoder, FOUR)
    anew = Trainer(recipe, FOUR, data, start=encoder).train()
    assert isinstance(anew, ReadingNetwork) and isinstance(once.runner.encoder, DialogueReader)
    found = once.runner.encoder.module.state_dict()
    for name, tensor in anew.reader.state_dict().items():
        if not name.endswith("query_key_value.bias"):  # keys' biases change nothing, so that rounding alone moves them
            torch.testing.assert_close(found[name], tensor, rtol=0, atol=1e-4)
    monkeypatch.setattr(encoder.module.layers[0], "forward", None)  # whoever runs it in a step fails
    states = data.read_alone(tiny_reader(alone=1).module)
    Trainer(recipe, FOUR, states, start=encoder).train()


@pytest.mark.parametrize("overrides", [{"encoder__frozen_layers": 1}, {"encoder__word_dropout": 0.1}])
def test_layers_that_change_or_whose_words_are_masked_are_run_in_every_step(overrides: dict[str, object]) -> None:
    recipe = tuned_recipe(schedule__epochs=1, **{"encoder__frozen_layers": 2} | overrides)
    encoder = tiny_reader(alone=2)
    data = tokenise_dialogues(TRAIN.conversations, encoder, FOUR)
    anew = Trainer(recipe, FOUR, data, start=encoder).train()
    model = fit(recipe, FOUR, TRAIN, encoder=encoder)
    for name, tensor in anew.state_dict().items():
        if name.startswith("network."):
            assert torch.equal(model.runner.network.state_dict()[name.removeprefix("network.")], tensor)


def test_accumulated_parts_make_the_step_of_the_whole() -> None:
    plain = {"objective__class_weight_power": 0, "network__dropout": 0, "network__input_dropout": 0}
    states = []
    for parts in (1, 4):
        trainer = trainer_of(batches__accumulate=parts, batches__causal_share=0, batches__dialogues=40, **plain)
        trainer._begin()
        trainer._step(list(range(40)))
        states.append(trainer.network.state_dict())
    for name, tensor in states[0].items():
        torch.testing.assert_close(states[1][name], tensor, rtol=0, atol=2e-5)
    assert divide([1, 2, 3, 4, 5], 2) == [[1, 2, 3], [4, 5]] and divide([1], 4) == [[1]]


def test_reader_and_network_have_their_own_rates() -> None:
    trainer = trainer_of()
    assert isinstance(trainer.network, ReadingNetwork)
    groups = parameter_groups(trainer.network, trainer.beside, trainer.recipe.schedule)
    assert [group["peak"] for group in groups] == [3e-3, 1e-3]
    counted = sum(p.numel() for group in groups for p in group["params"])
    assert counted == sum(p.numel() for p in trainer.network.parameters()) - 200 * 16  # but for the words


@pytest.mark.evidence("training.kill")
@pytest.mark.parametrize(("steps", "frozen"), [(1, 0), (4, 0), (14, 0), (14, 1)])
def test_a_training_that_stopped_ends_as_if_it_never_had(
    steps: int, frozen: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_folder, "SAVE_EVERY_S", 0.0)
    recipe = tuned_recipe(schedule__cycles=2, encoder__frozen_layers=frozen)

    def train(folder: Path | None, watchers: Watchers | None = None) -> SentEmoContext:
        return fit(recipe, FOUR, TRAIN, VALIDATION, folder=folder, encoder=tiny_reader(), watchers=watchers)

    whole = train(None)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, stop_after(steps))
    assert_same_weights(train(tmp_path), whole)


def test_cycles_end_in_the_mean_of_the_weights_at_their_ends() -> None:
    trainer = trainer_of(schedule__epochs=4, schedule__cycles=2)
    trainer._begin()
    ends = []
    for _ in range(4):
        trainer._epoch()
        ends.append({name: tensor.clone() for name, tensor in trainer.network.named_parameters()})
        if len(ends) < 4:
            for name, tensor in trainer.averaged.named_parameters():
                torch.testing.assert_close(tensor, ends[-1][name])
    for name, tensor in trainer.averaged.named_parameters():
        torch.testing.assert_close(tensor, (ends[2][name] + ends[3][name]) / 2)


def test_words_are_masked_but_not_the_marks_at_the_ends() -> None:
    batch = tokenise_dialogues(TRAIN.conversations, tiny_reader(), FOUR).batch(range(30)).inputs
    torch.manual_seed(0)
    masked = mask_words(batch, 0.3, 3)
    ends = (batch.tokens == 1) | (batch.tokens == 2) | (batch.turns < 0)
    assert torch.equal(masked.tokens[ends], batch.tokens[ends])
    inner = masked.tokens[~ends] != batch.tokens[~ends]
    assert 0.25 < inner.float().mean() < 0.35 and (masked.tokens[~ends][inner] == 3).all()


def test_masked_words_are_harder_to_learn_from() -> None:
    losses = []
    for share in (0.0, 1.0):
        rows: list[dict[str, float]] = []
        recipe = tuned_recipe(encoder__word_dropout=share, **QUICK)
        fit(recipe, FOUR, TRAIN, encoder=tiny_reader(std=0.1), watchers=Watchers(on_epoch=rows.append))
        losses.append(rows[-1]["loss"])
    assert losses[0] < losses[1] - 0.1


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"batches__isolated": "true"}, "frozen encoder"),
        ({"pretraining__epochs": 1}, "frozen encoder"),
        ({"schedule__cycles": 4}, "more cycles than epochs"),
        ({"batches__accumulate": 2, "objective__two_passes": "true"}, "in parts and in two passes"),
    ],
)
def test_settings_that_do_not_go_together(overrides: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fit(tuned_recipe(**overrides), FOUR, TRAIN, encoder=tiny_reader())


def test_settings_of_a_tuned_encoder() -> None:
    with pytest.raises(UsageError, match="only returns its last layer"):
        choose_encoder(EncoderChoice(tuned=True, layers=(3,)))


def test_training_goes_on_from_a_saved_model(tmp_path: Path) -> None:
    known = random_model(encoder=tiny_reader(), context_dim=8)
    known.save_pretrained(tmp_path / "model")
    encoder = choose_encoder(EncoderChoice(name=str(tmp_path), tuned=True, layers=()))
    two = LabelSet(("up", "down"))
    talk = Conversation("", (Utterance("hello", label="up"), Utterance("no", label="down")))
    data = tokenise_dialogues([talk], encoder, two)
    trainer = Trainer(tuned_recipe(network__context_dim=32, network__dropout=0.7), two, data, start=encoder)
    assert isinstance(trainer.network, ReadingNetwork)
    shape, before = trainer.network.shape, known.runner.network
    assert (shape.context_dim, shape.labels, shape.dropout) == (8, 2, 0.7)  # the model's sizes, the recipe's dropout
    for part in ("context", "space"):
        for name, tensor in getattr(trainer.network.network, part).state_dict().items():
            assert torch.equal(tensor, getattr(before, part).state_dict()[name])
    for name, tensor in trainer.network.reader.state_dict().items():
        assert torch.equal(tensor, known.runner.encoder.module.state_dict()[name])
    model = fit(tuned_recipe(schedule__epochs=1), FOUR, TRAIN, encoder=encoder)
    assert model.runner.architecture.encoder.name == f"the model {tmp_path.name}"
    start = known.runner.encoder.module.state_dict()
    assert all(
        torch.equal(tensor, start[name]) for name, tensor in encoder.module.state_dict().items()
    )  # a copy learns


def test_a_model_with_a_frozen_encoder_is_no_start(tmp_path: Path) -> None:
    random_model().save_pretrained(tmp_path)
    with pytest.raises(UsageError, match="has a frozen encoder"):
        choose_encoder(EncoderChoice(name=str(tmp_path), tuned=True, layers=()))
