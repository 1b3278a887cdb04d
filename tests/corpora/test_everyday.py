from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sentemo.corpora import SplitNotFound, get_corpus
from sentemo.corpora.everyday import packaged
from sentemo.corpora.fetch import fetch
from sentemo.errors import BadInput, UsageError
from sentemo.types import Conversation, Utterance
from tests.corpora.samples import EVERYDAY

CORPUS = get_corpus("everyday")
CUSTOMERS = get_corpus("customers")
SHADES = get_corpus("shades")


def test_turns_have_a_label_and_the_votes(tmp_path: Path) -> None:
    file = tmp_path / "validation.jsonl"
    file.write_text(EVERYDAY, encoding="utf-8")
    kitchen = (Utterance("who ate it", "Ann", "anger", ("anger", "fear")),)
    dog = (Utterance("the dog!!", "Bob", "surprise", ("surprise", "surprise")), Utterance("oh"))
    wanted = [Conversation("kitchen-1", kitchen), Conversation("everyday-validation-1", dog)]
    assert CORPUS.read(tmp_path, "dev") == CORPUS.read(file, "validation") == wanted
    assert CORPUS.present(tmp_path) == ("validation",) and CORPUS.several == "votes"
    with pytest.raises(SplitNotFound, match=r"train\.jsonl"):
        CORPUS.read(tmp_path, "train")


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ('{"turns": [{"text": "x", "label": "joy"}]}', "Unknown label 'joy'"),
        ('{"turns": [{"text": "x", "label": "anger", "labels": ["anger", "rage"]}]}', "Unknown label 'rage'"),
        ("{", "Not JSON"),
    ],
)
def test_damage_names_file_and_line(tmp_path: Path, line: str, cause: str) -> None:
    file = tmp_path / "train.jsonl"
    file.write_text(f'{{"turns": ["fine"]}}\n\n{line}\n', encoding="utf-8")
    with pytest.raises(BadInput, match=cause) as caught:
        CORPUS.read(tmp_path, "train")
    assert (caught.value.path, caught.value.line) == (str(file), 3)


def test_the_package_holds_its_folder_beside_the_readers() -> None:
    assert packaged().parts[-3:] == ("sentemo", "corpora", "everyday_data")


def test_customers_are_for_training(tmp_path: Path) -> None:
    (tmp_path / "customers.jsonl").write_text(EVERYDAY, encoding="utf-8")
    assert [talk.id for talk in CUSTOMERS.read(tmp_path, "train")] == ["kitchen-1", "customers-train-1"]
    assert CUSTOMERS.present(tmp_path) == CUSTOMERS.present(packaged()) == ("train",)
    with pytest.raises(UsageError, match="train"):
        CUSTOMERS.read(tmp_path, "test")


def test_shades_are_labels_for_texts_of_the_other_two(tmp_path: Path) -> None:
    shop = next(talk for talk in CUSTOMERS.iter(packaged(), "train") if len(talk) == 1)
    file = tmp_path / "shades-train.tsv"
    file.write_text(f"{shop.id}\timpatience,complaint\n{shop.id}\tnone\n", encoding="utf-8")
    one, other = SHADES.read(tmp_path, "train")
    assert one == replace(shop, turns=(replace(shop.turns[0], label=None, labels=("impatience", "complaint")),))
    assert other == replace(shop, turns=(replace(shop.turns[0], label="none", labels=()),))
    assert SHADES.several == "all" and SHADES.present(tmp_path) == ("train",)
    with pytest.raises(SplitNotFound, match=r"shades-validation\.tsv"):
        SHADES.read(tmp_path, "validation")
    for line, cause in (
        (f"{shop.id} none", "Not an id, a tab"),
        (f"{shop.id}\tangry", "Not an id, a tab"),
        (f"{shop.id}\tnone none", rf"no conversation '{shop.id}' with this many turns \(2\)"),
        ("attic-1\tnone", "no conversation 'attic-1'"),
    ):
        file.write_text(f"{shop.id}\tnone\n{line}\n", encoding="utf-8")
        with pytest.raises(BadInput, match=cause) as caught:
            SHADES.read(tmp_path, "train")
        assert (caught.value.path, caught.value.line) == (str(file), 2)


def test_shades_are_fetched_whole(tmp_path: Path) -> None:
    reports = fetch(SHADES, tmp_path)
    assert [*reports] == ["train", "validation"] and all(report.ok for report in reports.values())
