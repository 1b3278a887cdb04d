from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentemo.corpora import SplitNotFound, get_corpus
from sentemo.errors import BadInput
from sentemo.types import Conversation, Utterance
from tests.corpora.samples import EMORY_HEADER, emory_csv, emory_json, table

CORPUS = get_corpus("emorynlp")


def test_csv(tmp_path: Path) -> None:
    (tmp_path / "emorynlp_dev_final.csv").write_bytes(emory_csv())
    first = (Utterance("Quiet, please!", "Ann", "mad"), Utterance("Never.", "Bob & Cleo O'Hara", "powerful"))
    assert CORPUS.read(tmp_path, "dev") == [
        Conversation("emorynlp-validation-1-2-4", first),
        Conversation("emorynlp-validation-1-2-5", (Utterance("A lovely view.", "Cleo", "peaceful"),)),
    ]
    with pytest.raises(SplitNotFound):
        CORPUS.read(tmp_path, "test")


@pytest.mark.parametrize("folder", ["", "json"])
def test_official_json(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "emotion-detection-trn.json").write_bytes(emory_json())
    first = (Utterance("Quiet, please!", "Ann", "mad"), Utterance("No.", "Bob & Cleo", "sad"))
    assert CORPUS.read(tmp_path, "train") == [
        Conversation("emorynlp-train-s01_e02_c04", first),
        Conversation("emorynlp-train-s01_e02_c05", (Utterance("A lovely view.", "Cleo", "peaceful"),)),
    ]


def test_scene_numbers_are_made_whole(tmp_path: Path) -> None:
    said = {"utterance_id": "1", "speakers": ["Ann"], "transcript": "Hi", "emotion": "Neutral"}
    episode = {"episode_id": "2", "scenes": [{"scene_id": "3", "utterances": [said]}]}
    (tmp_path / "emotion-detection-dev.json").write_text(json.dumps([{"season_id": "1", "episodes": [episode]}]))
    assert [talk.id for talk in CORPUS.iter(tmp_path, "dev")] == ["emorynlp-validation-1-2-3"]


@pytest.mark.parametrize("speaker", ["['Ann'", "[1]", "[f()]", "['Ann'] * 9", "[" * 3_000, "[" * 900])
def test_speakers_are_parsed_not_run(tmp_path: Path, speaker: str) -> None:
    rows: list[list[object]] = [["Hi", speaker, "Mad", 4, 1, 1, 2, ""]]
    file = tmp_path / "emorynlp_train_final.csv"
    file.write_bytes(table(EMORY_HEADER, rows))
    with pytest.raises(BadInput, match="speaker") as caught:
        CORPUS.read(tmp_path, "train")
    assert (caught.value.path, caught.value.line) == (str(file), 2)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"emotion": "Bored"}, "Unknown label 'bored'"),
        ({"transcript": None}, "Utterance 'u1' has no transcript"),
        ({"transcript": "  "}, "Utterance 'u1' has no transcript"),
        ({"speakers": "Ann"}, "No list 'speakers'"),
        ({"speakers": [1]}, "speaker is a number"),
    ],
)
def test_damaged_json(tmp_path: Path, change: dict[str, object], cause: str) -> None:
    said = {"utterance_id": "u1", "speakers": ["Ann"], "transcript": "Hi", "emotion": "Mad"} | change
    tree = {"season_id": "s01", "episodes": [{"scenes": [{"scene_id": "s1", "utterances": [said]}]}]}
    (tmp_path / "emotion-detection-trn.json").write_text(json.dumps(tree))
    with pytest.raises(BadInput, match=cause):
        CORPUS.read(tmp_path, "train")


@pytest.mark.parametrize("data", [b"{", b"[1]", b'{"episodes": 3}', b"[" * 100_000, b"9" * 9_999, b'"\xff"'])
def test_not_the_json_we_know(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "emotion-detection-trn.json").write_bytes(data)
    with pytest.raises(BadInput):
        CORPUS.read(tmp_path, "train")
