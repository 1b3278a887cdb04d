from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.corpora import labelled_files
from sentemo.corpora.labelled import label_set
from sentemo.errors import BadInput
from sentemo.types import Conversation, LabelSet, Utterance
from tests.corpora.samples import CSV, PLAIN


def test_labels_come_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    labels, talks = labelled_files(tmp_path / "a.csv")
    assert labels == LabelSet(("joy", "neutral"), neutral="neutral")
    assert [talk.id for talk in talks] == ["a", "b"]


def test_a_folder_is_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"text,label\nx,fear\ny,None\n")
    (tmp_path / "a.jsonl").write_bytes(b'{"turns": [{"text": "x", "label": "anger"}, "y"]}')
    (tmp_path / "notes.md").write_bytes(b"\xff")
    labels, talks = labelled_files(tmp_path)
    assert labels == LabelSet(("None", "anger", "fear"), neutral="None")
    assert [talk.id for talk in talks] == ["a-0", "b-0"]


@pytest.mark.parametrize(
    ("names", "neutral"),
    [
        (("No Emotion", "joy"), "No Emotion"),
        (("none", "neutral"), "neutral"),
        (("fear", "joy"), None),
        (("no_emotion",), "no_emotion"),
    ],
)
def test_which_label_is_neutral(names: tuple[str, ...], neutral: str | None) -> None:
    talk = Conversation("x", tuple(Utterance("hm", label=name) for name in reversed(names)))
    assert label_set([talk]) == LabelSet(tuple(sorted(names)), neutral)


def test_labels_among_several_count() -> None:
    talk = Conversation("x", (Utterance("hm", label="joy", labels=("joy", "fear")), Utterance("hm", labels=("calm",))))
    assert label_set([talk]) == LabelSet(("calm", "fear", "joy"))


def test_no_label_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No file of conversations"):
        labelled_files(tmp_path)
    (tmp_path / "a.txt").write_bytes(PLAIN)
    with pytest.raises(BadInput, match="No turn has a label"):
        labelled_files(tmp_path)
