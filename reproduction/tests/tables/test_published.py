from __future__ import annotations

import pytest

from reproduction.tables.published import TABLES, PublishedRow, published, read_published
from sentemo.errors import BadInput, UsageError

TABLE_2 = """
CNN+cLSTM (Poria et al., 2017) | - 50.24 -
KET (Zhong et al., 2019) | - 53.37 -
COSMIC (Ghosal et al., 2020) | 51.05 58.48 -
RoBERTa (Ghosal et al., 2020) | 48.20 55.16 -
Rpe-RGAT (Ishiwatari et al., 2020) | - 54.31 -
Glove-DRNN (Ghosal et al., 2021) | 41.8 55.95 -
roBERTa-DRNN (Ghosal et al., 2021) | 49.65 57.32 -
CNN (Ghosal et al., 2021) | 36.87 50.32 -
DAG-ERC (Shen et al., 2021) | - 59.33 -
TODKAT (Zhu et al., 2021) | 52.56 58.47 -
SKAIG (Li et al., 2021) | 51.95 59.75 -
Sentic GAT (Tu et al., 2022) | - 54.45 -
CauAIN (Zhao et al., 2022) | - 58.21 -
DialogueRole (Ong et al., 2022) | - 60.95 -
S+PAGE (Liang et al., 2022) | - 64.07 -
DualGAT (Zhang et al., 2023) | - 61.84 -
CD-ERC (Pereira et al., 2023) | 51.23 - -
Llama2-7b (Touvron et al., 2023) | 9.70 24.92 0.08
Llama2-13b (Touvron et al., 2023) | 22.26 43.37 0.15
Falcon-7b (Penedo et al., 2023) | 07.54 42.75 0.01
SentEmoContext (Gendron and Guibon, 2024) | 57.71 57.75 0.49
"""
STARRED = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")
SIZES = ("sequence_length", "tokens", "dimensions", "size", "parameters", "layers")

GOOD = """
[conventions.standard]
protocol = "standard"
short = "`standard`"
says = "all of it"
[[meld]]
model = "SPCL"
citation = "Song et al., 2022"
convention = "standard"
weighted_f1 = "67.25"
"""


def printed(row: PublishedRow, names: tuple[str, ...]) -> list[str]:
    assert row.figures.keys() <= set(names)
    return [row.figures[name].printed if name in row.figures else "-" for name in names]


def conventions(table: str) -> dict[str, list[str]]:
    return {row.model: [figure.convention.name for figure in row.figures.values()] for row in published(table)}


def test_table_2_as_printed() -> None:
    lines = [line.split(" | ") for line in TABLE_2.strip().splitlines()]
    rows = [(f"{row.model} ({row.citation})", " ".join(printed(row, STARRED))) for row in published("table-2")]
    assert rows == [tuple(line) for line in lines]


def test_tables_3_and_4_as_printed() -> None:
    assert [(row.model, printed(row, STARRED)) for row in published("table-3")] == [
        ("all-MiniLM-L6-v2", ["20.22", "33.11", "0.40"]),
        ("all-mpnet-base-v2", ["14.43", "32.90", "0.37"]),
        ("SentEmoContext", ["57.71", "57.75", "0.49"]),
    ]
    assert [(row.model, printed(row, ("precision", "recall", *STARRED))) for row in published("table-4")] == [
        ("llama2-7b", ["26.77", "24.77", "9.70", "24.92", "0.08"]),
        ("llama2-13b", ["32.63", "83.49", "22.26", "43.37", "0.15"]),
        ("falcon-7b", ["-", "-", "07.54", "42.75", "0.01"]),
    ]


def test_table_5_as_printed() -> None:
    assert [(row.model, printed(row, SIZES)) for row in published("table-5")] == [
        ("all-MiniLM-L6-v2", ["256", "1bn+", "384", "80 MB", "22M", "6"]),
        ("all-mpnet-base-v2", ["384", "1bn+", "768", "420 MB", "110M", "12"]),
        ("Llama-2-7b-chat-hf", ["4096", "2T", "11008", "13 GB", "7B", "32"]),
        ("Llama-2-13b-chat-hf", ["4096", "2T", "11008", "25 GB", "13B", "32"]),
        ("falcon-7b-instruct", ["2048", "1.5T", "4544", "15 GB", "7B", "32"]),
        ("SentEmoContext", ["256", "4M", "384", "604.8 MB", "159M", "6"]),
    ]


def test_what_other_sources_add() -> None:
    assert [(row.model, printed(row, STARRED)) for row in published("dailydialog")] == [
        ("CESTa", ["-", "63.12", "-"]),
        ("TUCORE-GCN", ["-", "61.91", "-"]),
        ("CoMPM", ["53.15", "60.34", "-"]),
        ("RoBERTa-DialogueRNN", ["45.19", "59.50", "-"]),
        ("RoBERTa without context", ["40.02", "52.42", "-"]),
    ]
    weighted = {
        table: [printed(row, ("weighted_f1",))[0] for row in published(table)] for table in ("meld", "emorynlp")
    }
    assert weighted["meld"] == ["69 to 70.4", "67.25", "66.52", "65.61", "65.21", "63.65", "61.7 to 62.8"]
    assert weighted["emorynlp"] == ["41.4 to 42.1", "40.94", "39.02", "38.11", "37.37"]
    assert [printed(row, STARRED) for row in published("triplet")] == [
        ["50.0", "50.0", "0.417"],
        ["58.5", "58.5", "0.507"],
        ["57.71", "57.75", "0.49"],
    ]


def test_the_convention_of_each_figure() -> None:
    two, more = conventions("table-2"), conventions("dailydialog")
    assert two["COSMIC"] == two["SKAIG"] == more["CoMPM"] == ["with-neutral", "standard"]
    assert two["RoBERTa"] == ["with-neutral", "asterisk"] and two["TODKAT"] == ["swapped", "asterisk"]
    assert two["CD-ERC"] == ["unknown"] and two["roBERTa-DRNN"] == ["contradicted"] * 2
    assert two["SentEmoContext"] == conventions("table-3")["SentEmoContext"] == ["triplet"] * 3
    assert all(two[name] == ["last-utterance"] * 3 for name in ("Llama2-7b", "Llama2-13b", "Falcon-7b"))
    assert conventions("table-3")["all-MiniLM-L6-v2"] == ["emotions-only"] * 3
    assert more["RoBERTa-DialogueRNN"] == two["Glove-DRNN"] == two["CNN"] == ["standard"] * 2
    assert {name for found in conventions("table-4").values() for name in found} == {
        "average-not-stated",
        "last-utterance",
    }


def test_comparable_only_under_its_own_protocol() -> None:
    figures = {row.model: row.figures for row in published("table-2")}
    cosmic, ours = figures["COSMIC"], figures["SentEmoContext"]["mcc"]
    assert cosmic["micro_f1_no_neutral"].is_comparable("standard")
    assert not cosmic["macro_f1_no_neutral"].is_comparable("standard")
    assert ours.is_comparable("triplet") and not ours.is_comparable("standard")
    assert not any(figures["CD-ERC"]["macro_f1_no_neutral"].is_comparable(each) for each in ("", "standard", "triplet"))


def test_conventions_are_sentences_without_full_stop() -> None:
    every = {convention for table in TABLES for row in published(table) for convention in row.conventions}
    assert len({convention.name for convention in every}) == len(every) == 12
    assert not any(convention.says.endswith(".") or "  " in convention.says for convention in every)


def test_values() -> None:
    falcon, sentemo = published("table-4")[2], published("table-5")[-1]
    assert falcon.figures["macro_f1_no_neutral"].value == 7.54
    assert sentemo.figures["size"].value is None and sentemo.figures["dimensions"].value == 384
    assert published("meld")[0].figures["weighted_f1"].value == 69
    told = published("dailydialog")[2].to_json("standard")
    assert told["figures"]["macro_f1_no_neutral"] == {
        "printed": "53.15",
        "value": 53.15,
        "convention": "with-neutral",
        "comparable": False,
    }
    assert told["figures"]["micro_f1_no_neutral"]["comparable"] and told["note"] == "code and weights published"


def test_an_unknown_table() -> None:
    with pytest.raises(UsageError, match=r"No published figures for 'table-9'. Use one of: table-2"):
        published("table-9")


def test_a_small_file() -> None:
    (row,) = read_published(GOOD)
    assert (row.table, row.model, row.source, row.note) == ("meld", "SPCL", "published, test", "")
    assert row.figures["weighted_f1"].convention.says == "all of it"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weighted_f1", "wieghted_f1", "A row of meld .SPCL. has an unknown 'wieghted_f1'"),
        ('citation = "Song et al., 2022"', "", "A row of meld .SPCL. lacks 'citation'"),
        ('model = "SPCL"', "", "A row of meld .without a model. lacks 'model'"),
        ("[[meld]]", "[[melt]]", "Unknown table 'melt'"),
        ('convention = "standard"', 'convention = "usual"', "the convention 'usual' is not described"),
        ('"67.25"', "67.25", "weighted_f1: 67.25 is neither a text nor"),
        ('"67.25"', '["67.25"]', "is neither a text nor"),
        ('"67.25"', '["67.25", "swapped"]', "the convention 'swapped' is not described"),
        ("says =", "tells =", "The convention 'standard' has unknown or missing entries"),
        ("[[meld]]", "[[meld", "Not valid TOML"),
    ],
)
def test_a_damaged_file_is_refused(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(BadInput, match=f"published.toml: .*{message}"):
        read_published(GOOD.replace(old, new))
