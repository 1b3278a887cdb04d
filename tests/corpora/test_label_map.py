from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.corpora import corpus_names, get_corpus
from sentemo.corpora.label_map import MAPS, LabelMap
from sentemo.errors import BadInput, UsageError
from sentemo.types import Conversation, LabelSet, Utterance

SEVEN = LabelMap.load("seven")
EMOTIONS = "anticipating caring confident faithful hopeful jealous nostalgic prepared sentimental trusting"
SHADES = """thanks apology teasing praise satisfaction hope comfort sarcasm complaint impatience blame leaving
disappointment hurt resignation longing embarrassment pleading confusion curiosity distrust
hesitation contempt request proposal agreement refusal admission"""
LEFT_OUT = {
    "seven": {"emorynlp": "powerful", "xed": "anticipation trust", "empathetic": EMOTIONS, "shades": SHADES},
    "polarity": {
        "dailydialog": "surprise",
        "meld": "surprise",
        "emorynlp": "powerful",
        "goemotions": "confusion curiosity realization surprise",
        "empathetic": "anticipating nostalgic sentimental surprised",
        "xed": "anticipation surprise",
        "brighter": "surprise",
        "everyday": "surprise",
        "customers": "surprise",
        "shades": "apology teasing comfort longing pleading disbelief confusion curiosity hesitation "
        "request proposal agreement refusal admission",
    },
}
LEFT_OUT["ekman"] = LEFT_OUT["seven"]
"""The labels that say nothing about the common ones, by map and corpus; every other label must say something."""


@pytest.mark.parametrize("corpus", corpus_names())
@pytest.mark.parametrize("name", MAPS)
def test_every_label_of_every_corpus_is_mapped_or_left_out_on_purpose(name: str, corpus: str) -> None:
    known, labels = LabelMap.load(name), get_corpus(corpus).labels
    table = known.of(corpus, labels)
    assert set(labels.names) - table.keys() == set(LEFT_OUT[name].get(corpus, "").split())
    assert known.tables.get(corpus, {}).keys() <= set(labels.names)
    if labels.neutral:
        assert table[labels.neutral] == ("neutral",)
    assert set(known.own(corpus, labels)) == {each for names in table.values() for each in names}


@pytest.mark.parametrize("name", MAPS)
def test_tables_are_of_corpora_and_in_the_common_order(name: str) -> None:
    known = LabelMap.load(name)
    assert known.name == name and known.labels.neutral == "neutral"
    assert known.tables.keys() <= {*corpus_names(), "files"}
    for table in known.tables.values():
        for names in table.values():
            assert names and list(names) == sorted(names, key=known.labels.index)
    own = {label: names for label, names in known.tables["files"].items() if label in known.labels.names}
    assert own == {label: (label,) for label in known.labels.names}


def test_a_label_that_is_common_means_itself() -> None:
    for name in MAPS:
        known = LabelMap.load(name)
        for corpus in corpus_names():
            table = known.of(corpus, get_corpus(corpus).labels)
            assert all(names == (label,) for label, names in table.items() if label in known.labels.names)


def test_the_maps_agree_on_good_and_bad() -> None:
    polarity = LabelMap.load("polarity")
    side = {"neutral": "neutral", "happiness": "positive"} | dict.fromkeys(
        ("anger", "disgust", "fear", "sadness"), "negative"
    )
    for corpus in (*corpus_names(), "files"):
        both = SEVEN.tables.get(corpus, {}).keys() & polarity.tables[corpus].keys()
        for label in both:
            single = {side[name] for name in SEVEN.tables[corpus][label] if name in side}
            assert single & set(polarity.tables[corpus][label]) or not single, (corpus, label)


def test_ekman_has_single_labels_for_goemotions_and_is_seven_elsewhere() -> None:
    ekman, labels = LabelMap.load("ekman"), get_corpus("goemotions").labels
    table = ekman.of("goemotions", labels)
    assert ekman.labels == SEVEN.labels
    assert all(len(names) == 1 for names in table.values())
    assert all(table[label][0] in names for label, names in SEVEN.of("goemotions", labels).items() if len(names) == 1)
    assert {**ekman.tables, "goemotions": None} == {**SEVEN.tables, "goemotions": None}


def test_what_a_corpus_can_express() -> None:
    seven = SEVEN.labels.names
    assert SEVEN.own("dailydialog", get_corpus("dailydialog").labels) == seven
    assert SEVEN.own("emorynlp", get_corpus("emorynlp").labels) == ("neutral", "anger", "fear", "happiness", "sadness")
    assert SEVEN.own("xed", get_corpus("xed").labels) == seven[1:]
    assert SEVEN.own("mine", LabelSet(("bored", "Fear", "anger"))) == ("anger", "fear")


def test_users_names_in_any_case() -> None:
    labels = LabelSet(("No Emotion", "JOY", "disappointed", "positivesurprise", "sarcasm"), neutral="No Emotion")
    assert SEVEN.of("files", labels) == {
        "No Emotion": ("neutral",),
        "JOY": ("happiness",),
        "disappointed": ("anger", "sadness"),
        "positivesurprise": ("surprise",),
    }


def test_nothing_that_maps() -> None:
    with pytest.raises(UsageError, match=r"No label of mine is known to the map seven: hot, cold.*\[tables\.mine\]"):
        SEVEN.of("mine", LabelSet(("hot", "cold")))


@pytest.mark.parametrize(
    ("turn", "common"),
    [
        (Utterance("x", label="disappointment"), ("anger", "sadness")),
        (Utterance("x", labels=("surprise", "joy")), ("happiness", "surprise")),
        (Utterance("x", label="joy", labels=("joy", "anger")), ("anger", "happiness")),
        (Utterance("x", labels=("joy", "love")), ("happiness",)),
        (Utterance("x", label="unheard of"), ()),
        (Utterance("x"), ()),
    ],
)
def test_a_turn_means_all_that_its_labels_may_mean(turn: Utterance, common: tuple[str, ...]) -> None:
    table = SEVEN.of("goemotions", get_corpus("goemotions").labels)
    assert SEVEN.turn(table, turn) == common
    [talk] = SEVEN.apply([Conversation("a", (turn, Utterance("y", "Ann", "pride")))], table)
    label, labels = (common[0], ()) if len(common) == 1 else (None, common)
    assert talk == Conversation("a", (Utterance("x", "", label, labels), Utterance("y", "Ann", "happiness")))


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_map_of_ones_own(tmp_path: Path) -> None:
    own = LabelMap.load(write(tmp_path, 'labels = ["up", "down"]\n[tables.files]\nJoy = "up"\nhm = ["down", "up"]\n'))
    assert own == LabelMap("mine", LabelSet(("up", "down")), {"files": {"joy": ("up",), "hm": ("up", "down")}})
    more = LabelMap.load(str(write(tmp_path, 'like = "seven"\n[tables.meld]\njoy = "happiness"\n')))
    assert (more.name, more.labels) == ("mine", SEVEN.labels)
    assert more.tables == {**SEVEN.tables, "meld": {"joy": ("happiness",)}}


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("labels =", "Not valid TOML"),
        ("labels = [" + "[" * 5_000, "Not valid TOML"),
        ("", "labels is not a list of names"),
        ('labels = "up"', "labels is not a list of names"),
        ('labels = ["up", 3]', "labels is not a list of names"),
        ("labels = []", "labels: A label set needs distinct names"),
        ('labels = ["up", "up"]', "labels: A label set needs distinct names"),
        ('labels = ["up"]\nneutral = "calm"', "labels: The neutral label 'calm'"),
        ('labels = ["up"]\nneutral = 3', "neutral is not a name"),
        ('labels = ["up"]\ntitle = "x"', "Unknown key 'title'.*Use: labels, neutral, like, tables"),
        ('labels = ["up"]\ntables = 3', "tables is not a table"),
        ('labels = ["up"]\n[tables]\nmeld = "up"', r"tables\.meld is not a table"),
        ('labels = ["up"]\n[tables.meld]\njoy = "high"', r"tables\.meld\.joy is 'high'.*Use one or several of: up"),
        ('labels = ["up"]\n[tables.meld]\njoy = ["up", 3]', r"tables\.meld\.joy is 3"),
        ('labels = ["up"]\n[tables.meld]\njoy = []', r"tables\.meld\.joy is nothing"),
        ('labels = ["up"]\n[tables.meld]\njoy = "up"\nJoy = "up"', r"tables\.meld has a label twice"),
        ('like = "eight"', "like is not the name of a map: 'eight'.*Use one of: seven, ekman, polarity"),
        ('like = "seven"\nlabels = ["up"]', "labels or neutral together with like"),
    ],
)
def test_a_map_that_is_none_names_the_key(tmp_path: Path, text: str, cause: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(BadInput, match=cause) as caught:
        LabelMap.load(file)
    assert caught.value.path == str(file)


def test_no_such_map(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Unknown label map 'eight'.*seven, ekman, polarity, or the path"):
        LabelMap.load("eight")
    with pytest.raises(BadInput, match="Cannot open the file"):
        LabelMap.load(tmp_path / "gone.toml")
    (tmp_path / "odd.toml").write_bytes(b"\xff")
    with pytest.raises(BadInput, match="Not valid TOML"):
        LabelMap.load(tmp_path / "odd.toml")
