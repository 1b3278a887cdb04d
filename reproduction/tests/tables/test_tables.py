from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduction.exhibit import Exhibit, aligned_table
from reproduction.figures.figure4 import figure4
from reproduction.measured import Measured
from reproduction.tables.published import published
from reproduction.tables.table1 import table1
from reproduction.tables.table2 import table2, verdict
from reproduction.tables.table3 import table3
from reproduction.tables.table4 import table4
from reproduction.tables.table5 import Description, describe_encoder, describe_model, table5
from sentemo.corpora.dailydialog import DAILYDIALOG
from sentemo.encoders.cache import CachedEncoder
from sentemo.encoders.hashing import HashingEncoder
from sentemo.encoders.sentence import SentenceEncoder
from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.seeds import Spread
from sentemo.types import Conversation, LabelSet, Utterance
from tests.artifacts.models import random_model

PROTOCOLS = ("standard", "triplet", "emotions-only", "last-utterance")
FIGURES = ("macro_f1_no_neutral", "micro_f1_no_neutral", "weighted_f1", "mcc", "precision", "recall")
SPLITS = {
    "train": [
        Conversation("a", (Utterance("Hi.", "A", "neutral"), Utterance("Great!", "B", "happiness"))),
        Conversation("b", (Utterance("Oh no.", "A", "sadness"),)),
    ],
    "validation": [Conversation("c", (Utterance("So.", "A", "neutral"),) * 3 + (Utterance("Go!", "B", "anger"),))],
}


def row(system: str, protocol: str = "standard", split: str = "test", value: float = 12.34) -> Measured:
    return Measured(system, protocol, split, {name: Spread(value, 0.5, 3) for name in FIGURES})


ONE_OF_EACH = [row(f"ours by {protocol}", protocol) for protocol in PROTOCOLS]


def every_table(measured: list[Measured]) -> list[Exhibit]:
    boards = [table2(measured, corpus) for corpus in ("dailydialog", "meld", "emorynlp")]
    return [table1(SPLITS, DAILYDIALOG.labels), *boards, table3(measured), table4(measured), table5([])]


def models(exhibit: Exhibit) -> list[str]:
    return [line[0].partition(" (")[0] for line in exhibit.rows]


def line_of(exhibit: Exhibit, start: str) -> tuple[str, ...]:
    (found,) = [line for line in exhibit.rows if line[0].startswith(start)]
    return found


def test_every_exhibit_is_well_formed_and_repeats_itself() -> None:
    first, second = every_table(ONE_OF_EACH), every_table(ONE_OF_EACH)
    assert len({exhibit.name for exhibit in first}) == len(first)
    for exhibit, again in zip(first, second, strict=True):
        assert exhibit.to_markdown() == again.to_markdown()
        told = json.dumps(exhibit.to_json(), allow_nan=False)
        assert told == json.dumps(again.to_json()) and json.loads(told)["name"] == exhibit.name
        for part in (exhibit, *exhibit.parts):
            assert {len(line) for line in part.rows} == {len(part.columns)}
        blocks = exhibit.to_markdown().split("\n\n")
        for lines in (block.splitlines() for block in blocks if block.startswith("|")):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
            assert re.fullmatch(r"\|( :--| --:)( \|( :--| --:))* \|", lines[1])
        assert blocks[0] == f"## {exhibit.title}" and "\n" not in blocks[0]


def test_words_to_the_left_and_numbers_to_the_right() -> None:
    rows = [("1", "12 MB", "x", "–"), ("2", "(3.1)ᵃ", "4 y", ""), ("3", "English", "z", "0.5 ± 0.1")]
    lines = aligned_table(("", "a", "b", "c"), rows).split("\n")
    assert lines[1] == "| :-- | --: | :-- | --: |"
    assert lines[2] == "| 1 | 12 MB | x | – |"


def test_the_leaderboard_holds_every_published_row_once() -> None:
    rows = [f"{row.model} ({row.citation})" for table in ("table-2", "dailydialog") for row in published(table)]
    shown = [line[0] for line in table2([]).rows if not line[0].startswith("**")]
    assert len(rows) == 26 and sorted(shown) == sorted(rows)
    for corpus in ("meld", "emorynlp"):
        assert models(table2([], corpus))[1:] == [row.model for row in published(corpus)]


def test_the_leaderboard_comes_in_groups() -> None:
    board = table2(ONE_OF_EACH)
    assert [line[0].strip("*") for line in board.rows if line[0].startswith("**")] == [
        "Published, comparable",
        "Published, comparable by micro-F1 alone",
        "Measured here",
        "Published, not comparable",
    ]
    said = [line[-1] for line in board.rows if line[-1]]
    assert said == ["yes"] * 4 + ["micro-F1* only"] * 16 + ["ours"] + ["no"] * 6
    micro = [float(line[3]) for line in board.rows if line[-1] == "micro-F1* only"]
    assert micro == sorted(micro, reverse=True) and micro[0] == 64.07
    assert line_of(board, "ours by standard")[1:5] == (
        "measured here, test, 3 seeds",
        "12.34 ± 0.50",
        "12.34 ± 0.50",
        "12.340 ± 0.500",
    )


def test_what_is_not_comparable_is_in_brackets_with_a_letter_that_is_explained() -> None:
    board = table2([])
    assert line_of(board, "COSMIC")[2:] == (
        "(51.05)ᵃ",
        "58.48",
        "–",
        "`standard`; macro-F1 with neutral",
        "micro-F1* only",
    )
    for line in board.rows:
        is_free = [bool(re.match(r"\d", cell)) for cell in line[2:5]]
        assert not any(is_free) if line[-1] in ("no", "") else is_free[1]
        assert is_free[0] == (line[-1] == "yes")
    used = set(re.findall(r"\)(\S)", " ".join(cell for line in board.rows for cell in line[2:5])))
    explained = re.findall(r"^- (\S) ", "\n".join(board.notes), re.MULTILINE)
    assert used == set(explained) == set("ᵃᵇᶜᵈᵉᶠ") and len(explained) == 6
    by_model = {row["model"]: row["comparable"] for row in board.data["published"]}
    assert by_model["SentEmoContext"] == by_model["CD-ERC"] == "no" and by_model["CNN"] == "yes"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PROTOCOLS), st.floats(0, 100)), max_size=6))
def test_a_forced_choice_never_stands_beside_standard(given_rows: list[tuple[str, float]]) -> None:
    measured = [row(f"{place} by {protocol}", protocol, value=x) for place, (protocol, x) in enumerate(given_rows)]
    for corpus in ("dailydialog", "meld"):
        board = table2(measured, corpus)
        shown = [line[0] for line in board.rows if line[0] in {each.system for each in measured}]
        assert shown == [each.system for each in measured if each.protocol == "standard"]
        apart = [line[0] for part in board.parts for line in part.rows if " by " in line[0]]
        assert apart == [each.system for each in measured if each.protocol == "triplet"]


def test_the_forced_choice_stands_beside_chance_and_the_headline() -> None:
    (part,) = table2(ONE_OF_EACH).parts
    assert [(line[0].partition(",")[0], line[2:5]) for line in part.rows] == [
        ("chance", ("50.0", "50.0", "0.417")),
        ("frozen all-MiniLM-L6-v2", ("58.5", "58.5", "0.507")),
        ("SentEmoContext", ("57.71", "57.75", "0.49")),
        ("ours by triplet", ("12.34 ± 0.50", "12.34 ± 0.50", "12.340 ± 0.500")),
    ]
    assert [line[0] for line in table2(ONE_OF_EACH, "meld").parts[0].rows] == ["chance", "ours by triplet"]
    assert table2([], "meld").parts == () and "### Under `triplet`" in table2([]).to_markdown()


def test_another_split_is_told() -> None:
    assert not any("another split" in note for note in table2(ONE_OF_EACH).notes)
    assert "Ours are of another split (validation) than" in table2([row("x", split="validation")]).to_markdown()
    assert "| x | measured here, validation, 3 seeds |" in table2([row("x", split="validation")]).to_markdown()


def test_a_corpus_without_a_leaderboard() -> None:
    with pytest.raises(UsageError, match=r"No leaderboard for 'iemocap'. Use one of: dailydialog, meld, emorynlp"):
        table2([], "iemocap")


def test_verdicts() -> None:
    of = {row.model: row for row in (*published("table-2"), *published("dailydialog"))}
    both = "macro_f1_no_neutral", "micro_f1_no_neutral"
    assert [verdict(of[name], both) for name in ("RoBERTa-DialogueRNN", "KET", "TODKAT", "CD-ERC", "Llama2-7b")] == [
        "yes",
        "micro-F1* only",
        "micro-F1* only",
        "no",
        "no",
    ]


def test_direct_classifiers_are_grouped_by_protocol() -> None:
    exhibit = table3([*ONE_OF_EACH, Measured("big", "standard", "test", why_not="no weights")])
    assert models(exhibit) == [
        "**`emotions-only`**",
        "all-MiniLM-L6-v2",
        "all-mpnet-base-v2",
        "ours by emotions-only",
        "**`standard`**",
        "ours by standard",
        "big",
        "**`triplet`, not comparable with either**",
        "SentEmoContext",
    ]
    assert exhibit.rows[1][2:5] == ("20.22", "33.11", "0.40")
    assert exhibit.rows[6] == ("big", "not run: no weights", "–", "–", "–", "`standard`")
    assert exhibit.rows[8][2:5] == ("(57.71)ᵃ", "(57.75)ᵃ", "(0.49)ᵃ")
    assert models(table3([]))[3] == "**`triplet`, not comparable with either**"


def test_language_models_that_were_not_run_say_so() -> None:
    exhibit = table4([*ONE_OF_EACH, row("Llama-2-7b-chat-hf", "last-utterance"), row("falcon-7b", "standard")])
    assert models(exhibit)[3:] == ["ours by last-utterance", "Llama-2-7b-chat-hf", "llama2-13b", "falcon-7b"]
    assert exhibit.rows[0][2:7] == ("(26.77)ᵃ", "(24.77)ᵃ", "9.70", "24.92", "0.08")
    assert exhibit.rows[-1][1] == "not run: weights can't be had here"
    assert [told.get("not_run") for told in exhibit.data["measured"]] == [
        None,
        None,
        *["weights can't be had here"] * 2,
    ]


def test_precision_and_recall_of_language_models_are_pooled_ones_or_none() -> None:
    pooled = {"micro_precision_no_neutral": Spread(31.0, None, 1), "micro_recall_no_neutral": Spread(17.0, None, 1)}
    figures = {"precision": Spread(1.0, None, 1), "recall": Spread(2.0, None, 1)}
    new = Measured("new", "last-utterance", "validation", {**figures, **pooled})
    old = Measured("old", "last-utterance", "validation", figures)
    exhibit = table4([new, old], tell_missing=False)
    assert models(exhibit)[3:] == ["new", "old"]
    assert line_of(exhibit, "new")[2:4] == ("31.00", "17.00") and line_of(exhibit, "old")[2:4] == ("–", "–")


def test_a_figure_that_is_not_there() -> None:
    some = Measured("x", "standard", "test", {"mcc": Spread(0.5, None, 1)})
    assert (some.cell("mcc"), some.cell("recall")) == ("0.500", "–")
    assert Measured("x", "standard", "test", why_not="time").cell("mcc") == "not run"


def test_table_5_says_which_models_were_not_run() -> None:
    exhibit = table5(
        [Description("SentEmoContext, mine", 1_567_379, 150_000, 99_999, 3, 16, None), Description("other")]
    )
    assert [line[:2] for line in exhibit.rows[:3]] == [
        ("all-MiniLM-L6-v2", "published"),
        ("all-MiniLM-L6-v2", "not run: weights can't be had here"),
        ("all-mpnet-base-v2", "published"),
    ]
    assert exhibit.rows[-3][3:6] == ("4M", "384", "604.8 MB")
    assert exhibit.rows[-2][2:] == ("no limit", "–", "16", "100.0 kB", "1.6M", "0.1M", "3")
    assert exhibit.rows[-1][0] == "other" and len(exhibit.rows) == 13


@pytest.fixture(scope="module")
def tiny(tiny_roberta: Path, tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    folder = tmp_path_factory.mktemp("tiny") / "model"
    shutil.copytree(tiny_roberta, folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "packed").write_bytes(b"x" * 1000)  # not part of the model
    return SentenceEncoder.load(str(folder), (1,))


def test_an_encoder_described(tiny: SentenceEncoder, tmp_path: Path) -> None:
    found = describe_encoder(tiny, "tiny")
    vocabulary, width, wide, layers = tiny.model[0].auto_model.config.vocab_size, 16, 32, 2
    layer = 4 * (width * width + width) + 2 * width * wide + wide + width + 4 * width
    pooler = width * width + width
    embeddings = (vocabulary + 40 + 2) * width + 2 * width
    assert found.parameters == embeddings + layers * layer + pooler
    assert (found.trained, found.layers, found.dimensions, found.sequence_length) == (0, 2, 32, 30)
    tiny.save(tmp_path / "saved")
    saved = sum(path.stat().st_size for path in (tmp_path / "saved").rglob("*") if path.is_file())
    assert found.size_bytes == saved
    assert describe_encoder(CachedEncoder(tiny, tmp_path), "tiny") == found


def test_an_encoder_without_weights() -> None:
    assert describe_encoder(HashingEncoder(16)) == Description("hashing-16", dimensions=16)


def test_a_model_described(tiny: SentenceEncoder, tmp_path: Path) -> None:
    model, encoder = random_model(encoder=tiny, paper_classifier=True), describe_encoder(tiny)
    found = describe_model(model)
    trained = sum(parameter.numel() for parameter in model.runner.network.parameters())
    assert (found.system, found.trained, found.parameters) == ("SentEmoContext", trained, encoder.parameters + trained)
    assert found.layers == 2 + 2 + 1 and found.sequence_length == 30 and found.dimensions == 32
    assert found.size_bytes - encoder.size_bytes > 4 * trained  # float32, and the heads' points
    for carried in (False, True):
        folder = tmp_path / str(carried)
        model.save_pretrained(folder, carry_encoder=carried)
        saved = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        assert describe_model(model, folder=folder).size_bytes == saved + (0 if carried else encoder.size_bytes)


def test_table_1_of_the_splits_at_hand() -> None:
    exhibit = table1(SPLITS, DAILYDIALOG.labels)
    assert exhibit.columns == ("", "published", "measured, splits at hand", "train", "validation")
    assert exhibit.rows == (
        ("Language", "English", "–", "–", "–"),
        ("Max Msg/Conv", "35", "4", "2", "4"),
        ("Avg Msg/Conv", "8", "2.33", "1.50", "4"),
        ("Labels", "7", "4", "3", "2"),
        ("Emotion Labels", "6", "3", "2", "1"),
        ("Nb. Conv.", "13,118", "3", "2", "1"),
    )
    assert exhibit.notes[0].endswith("Measured on train and validation; missing: test.")
    assert "13,118 = 11,118 (train) + 1,000 (validation) + 1,000 (test)" in exhibit.notes[0]
    assert "missing" not in table1({**SPLITS, "test": SPLITS["train"]}, DAILYDIALOG.labels).notes[0]


def test_splits_that_cannot_be_measured(tmp_path: Path) -> None:
    for splits in ({}, {"train": []}):
        with pytest.raises(BadInput):
            table1(splits, DAILYDIALOG.labels)
    with pytest.raises(BadInput, match="Unknown label"):
        table1(SPLITS, LabelSet(("neutral", "anger"), "neutral"))
    with pytest.raises(BadInput, match="Cannot write"):
        figure4(SPLITS, DAILYDIALOG.labels, tmp_path / "nowhere")


def test_figure_4(tmp_path: Path) -> None:
    exhibit = figure4(SPLITS, DAILYDIALOG.labels, tmp_path)
    assert exhibit.rows == (
        ("anger", "0", "1"),
        ("disgust", "0", "0"),
        ("fear", "0", "0"),
        ("happiness", "1", "0"),
        ("sadness", "1", "0"),
        ("surprise", "0", "0"),
        ("share of neutral", "33.3 %", "75.0 %"),
    )
    drawn = (tmp_path / "figure-4.png").read_bytes()
    assert exhibit.pictures == ("figure-4.png",) and drawn.startswith(b"\x89PNG")
    figure4(SPLITS, DAILYDIALOG.labels, tmp_path)
    assert (tmp_path / "figure-4.png").read_bytes() == drawn
    assert "![Figure 4. Emotion labels in the splits of DailyDialog](figure-4.png)" in exhibit.to_markdown()
    assert "Missing: test." in exhibit.notes[0] and exhibit.data["share_of_neutral"]["validation"] == 0.75
