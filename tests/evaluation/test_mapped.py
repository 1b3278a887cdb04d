from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score, matthews_corrcoef, roc_auc_score

from sentemo.corpora.label_map import LabelMap
from sentemo.corpora.labelled import labelled_files
from sentemo.corpora.registry import get_corpus
from sentemo.errors import UsageError
from sentemo.evaluation.baselines import MajorityLabeler, UniformLabeler
from sentemo.evaluation.bootstrap import paired_bootstrap
from sentemo.evaluation.comparison import compare
from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.mapped import MappedGold, MappedLabeler, map_gold, meanings
from sentemo.evaluation.protocols import read_predictions, select
from sentemo.evaluation.report import Report
from sentemo.label_sets import as_sentiment
from sentemo.types import ABSTENTION, Conversation, Labeler, LabelSet, Utterance

from .talks import SEVEN, Scripted, talk

MAP = LabelMap.load("seven")
EMORY = get_corpus("emorynlp").labels
GOEMOTIONS = get_corpus("goemotions").labels


def random_comments(count: int, seed: int) -> list[Conversation]:
    """Make comments of one turn with one to three of GoEmotions' labels."""
    draw = random.Random(seed)
    talks = []
    for number in range(count):
        names = tuple(draw.sample(GOEMOTIONS.names, draw.choice((1, 1, 2, 3))))
        turn = Utterance(f"comment {number}", "", names[0] if len(names) == 1 else None, names if names[1:] else ())
        talks.append(Conversation(str(number), (turn,)))
    return talks


def measured(labeler: Labeler, gold: MappedGold, chosen: LabelMap = MAP, **names: int) -> Report:
    mapped = MappedLabeler(labeler, chosen)
    return evaluate(mapped, gold.conversations, protocol="map", labels=gold.labels, note=gold.note, **names)


def test_figures_equal_a_naive_reading_of_the_sets() -> None:
    talks = random_comments(400, 1)
    labeler = UniformLabeler(SEVEN, 3)
    report = measured(labeler, map_gold(MAP, "goemotions", GOEMOTIONS, talks), resamples=30, seed=2)
    gold, told, sets, neutral = [], [], 0, []
    for comment, prediction in zip(talks, labeler.predict(talks), strict=True):
        turn, said = comment.turns[0], prediction.turns[0].label
        right = {name for label in (turn.labels or (turn.label,)) for name in MAP.tables["goemotions"][label]}
        gold.append(said if said in right else min(right, key=SEVEN.index))
        told.append(said)
        sets += len(right) > 1
        if "neutral" not in right or right == {"neutral"}:
            neutral.append((right == {"neutral"}, prediction.turns[0].probabilities["neutral"]))
    assert report.n == 400 and report.sets == sets > 50
    figures = report.metrics.figures
    assert figures["macro_f1_no_neutral"] == pytest.approx(
        100 * f1_score(gold, told, labels=SEVEN.emotions, average="macro")
    )
    assert figures["micro_f1_no_neutral"] == pytest.approx(
        100 * f1_score(gold, told, labels=SEVEN.emotions, average="micro")
    )
    assert figures["mcc"] == pytest.approx(matthews_corrcoef(gold, told))
    assert report.metrics.counts[0] == tuple(
        sum(pair == ("neutral", name) for pair in zip(gold, told, strict=True)) for name in SEVEN.names
    )
    assert report.neutral is not None
    assert report.neutral.predicted == pytest.approx(100 * told.count("neutral") / 400)
    assert report.neutral.gold == pytest.approx(100 * gold.count("neutral") / 400)
    assert report.neutral.auroc == pytest.approx(roc_auc_score(*zip(*neutral, strict=True)))


def test_the_report_tells_the_map_and_what_it_left_out() -> None:
    talks = [talk("powerful", "mad", None, "peaceful", "neutral"), talk("scared", "powerful")]
    gold = map_gold(MAP, "emorynlp", EMORY, talks)
    assert gold.labels == LabelSet(("neutral", "anger", "fear", "happiness", "sadness"), "neutral")
    assert (gold.note.left_out, gold.note.silent) == (2, ("powerful",))
    report = measured(UniformLabeler(SEVEN), gold, resamples=5)
    raw = report.to_json()
    assert json.loads(json.dumps(raw, allow_nan=False)) == raw
    assert (raw["protocol"], raw["map"], raw["left_out"], raw["several_right"], raw["n"]) == ("map", "seven", 2, 1, 4)
    assert {"neutral_predicted", "neutral_gold", "neutral_auroc", "neutral_auroc_interval", "ece_interval"} <= set(raw)
    text = report.to_markdown()
    assert "Map: **seven**" in text and "left out, as their label says nothing in it: 2 (powerful)" in text
    assert "several labels are right of 1 utterances" in text and "- Neutral: predicted for" in text


def test_a_label_that_the_corpus_cannot_express_is_wrong_and_no_average_runs_over_it() -> None:
    gold = map_gold(MAP, "emorynlp", EMORY, [talk("mad", "neutral"), talk("sad", "joyful")])
    report = measured(MajorityLabeler(SEVEN, "disgust"), gold, resamples=3)
    assert report.metrics.figures["accuracy"] == 0 and "disgust" not in report.metrics.per_label
    assert report.metrics.counts[0][-1] == 1
    right = measured(
        Scripted(SEVEN, [[{"anger": 1.0}, {"neutral": 1.0}], [{"sadness": 1.0}, {"happiness": 1.0}]]), gold
    )
    assert right.metrics.figures["accuracy"] == 100


def test_without_a_neutral_label_the_share_told_is_still_counted() -> None:
    gold = map_gold(MAP, "files", LabelSet(("joy", "rage")), [talk("joy", "rage"), talk("joy", None)])
    assert gold.labels.neutral is None
    report = measured(MajorityLabeler(SEVEN, "neutral"), gold, resamples=3)
    assert report.neutral is not None and (report.neutral.predicted, report.neutral.gold) == (100, 0)
    assert report.neutral.auroc is None and report.to_json()["neutral_auroc"] is None


def test_the_majority_row_is_the_label_that_is_right_most_often() -> None:
    talks = [talk(*["peaceful"] * 3, *["joyful"] * 2, *["neutral"], *["mad"] * 4)]
    report = measured(UniformLabeler(SEVEN), map_gold(MAP, "emorynlp", EMORY, talks), resamples=3)
    assert report.baselines["majority"]["accuracy"] == 50  # happiness, which is right of peaceful and joyful


def test_sentiment_is_the_sum_that_the_model_would_tell_itself() -> None:
    polarity = LabelMap.load("polarity")
    talks = random_comments(30, 2)
    ours = MappedLabeler(UniformLabeler(SEVEN, 1), polarity).predict(talks)
    theirs = [as_sentiment(each) for each in UniformLabeler(SEVEN, 1).predict(talks)]
    for one, other in zip(ours, theirs, strict=True):
        assert one.turns[0].label == other.turns[0].label
        assert one.turns[0].probabilities == pytest.approx(other.turns[0].probabilities)
    gold = map_gold(polarity, "files", LabelSet(("negative", "neutral", "positive")), [talk("negative", "positive")])
    script = [[{"anger": 0.3, "sadness": 0.3, "happiness": 0.4, "surprise": 0.0}, {"surprise": 0.9, "happiness": 0.1}]]
    labels = LabelSet(("anger", "sadness", "happiness", "surprise"))
    assert measured(Scripted(labels, script), gold, polarity, resamples=3).metrics.figures["accuracy"] == 100


def test_a_models_labels_mean_what_those_of_its_corpus_do_or_go_by_name() -> None:
    assert meanings(MAP, EMORY) == MAP.of("emorynlp", EMORY)
    assert meanings(MAP, SEVEN) == {name: (name,) for name in SEVEN.names}
    own = LabelSet(("Joy", "disappointment", "boredom", "sadness"))
    assert meanings(MAP, own) == {
        "Joy": ("happiness",), "disappointment": ("anger", "sadness"), "sadness": ("sadness",),
    }  # fmt: skip
    with pytest.raises(UsageError, match="No label of the model is known to the map seven: ham, spam"):
        meanings(MAP, LabelSet(("ham", "spam")))


def test_probability_of_one_of_several_is_divided_and_what_says_nothing_is_left_out() -> None:
    labels = LabelSet(("joy", "disappointment", "boredom"))
    script = [
        [{"joy": 0.3, "disappointment": 0.5, "boredom": 0.2}],
        [{"joy": 0.0, "disappointment": 0.0, "boredom": 1.0}],
        [{"joy": 0.0, "disappointment": 1.0, "boredom": 0.0}],
    ]
    first, second, third = MappedLabeler(Scripted(labels, script), MAP).predict([talk("x")] * 3)
    assert first.turns[0].label == "happiness" and first.turns[0].score == pytest.approx(0.375)
    assert first.turns[0].probabilities["anger"] == pytest.approx(0.3125)
    assert second.turns[0].label == ABSTENTION and set(SEVEN.names) < set(second.turns[0].probabilities)
    assert third.turns[0].label == "anger"
    gold = map_gold(MAP, "files", LabelSet(("joy",)), [talk("joy")] * 3)
    report = measured(Scripted(labels, script), gold, resamples=3)
    assert report.abstained == 1 and report.metrics.figures["accuracy"] == pytest.approx(100 / 3)


def test_leads_are_paired_with_each_labelers_own_gold() -> None:
    talks = random_comments(120, 5)
    gold = map_gold(MAP, "goemotions", GOEMOTIONS, talks)
    pair = [(str(seed), MappedLabeler(UniformLabeler(SEVEN, seed), MAP)) for seed in (1, 2)]
    found = compare(pair, gold.conversations, gold.labels, protocol="map", resamples=20, seed=4, note=gold.note)
    selection = select(gold.conversations, gold.labels, "map")
    a, b = (read_predictions(selection, talks, labeler.predict(talks))[0] for _, labeler in pair)
    lead = paired_bootstrap(
        selection.gold_for(a), a, b, selection.dialogues, SEVEN, resamples=20, seed=4, gold_b=selection.gold_for(b)
    )
    assert found.contenders[1].lead == lead
    one, other = (contender.report.metrics.figures["mcc"] for contender in found.contenders)
    assert lead["mcc"].value == pytest.approx(other - one)
    assert "map: **seven**, 0 left out" in found.to_markdown()


def test_several_labels_are_right_under_map_alone() -> None:
    talks = [Conversation("", (Utterance("a", labels=("joy", "rage")), Utterance("b", label="joy")))]
    labels = LabelSet(("joy", "rage"))
    assert len(select(talks, labels, "standard")) == 1
    selection = select(talks, labels, "map")
    assert selection.gold_for(np.array([1, 1])).tolist() == [1, 0]
    assert selection.gold_for(np.array([-1, 0])).tolist() == [0, 0]


@pytest.mark.parametrize(("folder", "name", "n"), [("airline", "polarity", 7320), ("premo", "seven", 790)])
def test_shared_sets_of_one_file_are_read(data_dir: Path, folder: str, name: str, n: int) -> None:
    chosen = LabelMap.load(name)
    gold = map_gold(chosen, "files", *labelled_files(data_dir / folder / "validation.jsonl"))
    assert len(select(gold.conversations, gold.labels, "map")) == n and gold.note.left_out == 0
