from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentemo.corpora import get_corpus
from sentemo.corpora.statistics import CorpusStatistics, measure, measure_split
from sentemo.errors import BadInput
from sentemo.types import Conversation, LabelSet, Utterance
from tests.corpora.samples import write_text

LABELS = LabelSet(("calm", "joy", "fear"), neutral="calm")
TALKS = [
    Conversation("a", (Utterance("one two", "Ann", "calm"), Utterance("one", "Bob", "joy"), Utterance("x y z", "Ann"))),
    Conversation("b", (Utterance("one", "Ann", "calm"),)),
]


def test_every_figure_by_hand() -> None:
    split = measure_split(iter(TALKS), LABELS)
    assert (split.dialogues, split.utterances, split.distinct_utterances) == (2, 4, 3)
    assert (split.max_turns, split.mean_turns, split.median_turns) == (3, 2.0, 2.0)
    assert (split.mean_words, split.max_words) == (7 / 4, 3)
    assert (split.mean_speakers, split.share_without_emotion) == (1.5, 0.5)
    assert split.labels == {"calm": 2, "joy": 1, "fear": 0}


def test_a_turn_with_several_labels_counts_for_each() -> None:
    split = measure_split([Conversation("a", (Utterance("x", labels=("joy", "fear")),))], LABELS)
    assert split.labels == {"calm": 0, "joy": 1, "fear": 1} and split.share_without_emotion == 0


def test_table_1_shows_measured_beside_published(tmp_path: Path) -> None:
    write_text(tmp_path, "train")
    stats = measure(get_corpus("dailydialog"), tmp_path)
    assert stats.missing == ("validation", "test")
    assert stats.table_1() == [
        ("Language", "English", "English"),
        ("Max Msg/Conv", 4, 35),
        ("Avg Msg/Conv", 3.0, 8),
        ("Labels", 5, 7),
        ("Emotion Labels", 4, 6),
        ("Nb. Conv.", 3, 13_118),
    ]
    text = stats.to_markdown()
    assert "| Nb. Conv. | 3 | 13,118 |" in text
    assert "Measured on: train. Missing: validation, test." in text
    assert "| median turns | 3 |" in text
    plain = json.loads(json.dumps(stats.to_json()))
    assert plain["table_1"][1] == {"figure": "Max Msg/Conv", "measured": 4, "published": 35}
    assert plain["splits"]["train"]["labels"]["happiness"] == 2


def test_own_files_have_no_published_figures() -> None:
    stats = CorpusStatistics("mine", "French", LABELS, {"all": measure_split(TALKS, LABELS)})
    assert "| Language | French | - |" in stats.to_markdown()
    assert "Missing" not in stats.to_markdown()


def test_nothing_to_measure(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No split of DailyDialog there"):
        measure(get_corpus("dailydialog"), tmp_path)
    with pytest.raises(BadInput, match="No conversations"):
        measure_split([], LABELS)
    with pytest.raises(BadInput, match="Unknown label 'rage'"):
        measure_split([Conversation("a", (Utterance("x", "", "rage"),))], LABELS)


@pytest.mark.slow
def test_the_real_table_1_and_counts(data_dir: Path) -> None:
    corpus = get_corpus("dailydialog")
    stats = measure(corpus, data_dir / "dailydialog")
    figures = {name: value for name, value, _ in stats.table_1()}
    assert figures["Max Msg/Conv"] == 35
    assert figures["Avg Msg/Conv"] == pytest.approx((87_170 + 8_069) / 12_118, abs=0.005)
    assert (figures["Labels"], figures["Emotion Labels"], figures["Nb. Conv."]) == (7, 6, 12_118)
    for name, split in stats.splits.items():
        (published,) = corpus.published[name]
        assert (split.dialogues, split.utterances) == (published.dialogues, published.utterances)
        assert split.labels == published.labels
