"""A report from files, archives and Python, and what it writes."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sentemo.bulk.parts import encode
from sentemo.errors import BadInput, MissingExtra, UsageError
from sentemo.formats import write_jsonl
from sentemo.formats.predictions import as_record
from sentemo.labeler import Predicting
from sentemo.report import Report
from sentemo.types import ABSTENTION, Conversation, LabelSet, Prediction, TurnPrediction
from tests.report.chats import FOUR, chats_of


class Loud(Predicting):
    """Label by exclamation marks."""

    labels = LabelSet(("neutral", "anger"), "neutral")

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        found = []
        for talk in conversations:
            rows = [[0.1, 0.9] if turn.text.endswith("!") else [0.8, 0.2] for turn in talk]
            found.append(Prediction.of(talk, self.labels, rows, [int(row[1] > 0.5) for row in rows]))
        return found


def shares_of(report: Report, by: str, mark: str = "anger") -> dict[str, float]:
    return {row["group"]: row["share"] for row in report.tables["shares"] if (row["by"], row["mark"]) == (by, mark)}


def predictions(seed: int = 3) -> list[Prediction]:
    return [chat.prediction for chat in chats_of(seed)]


def test_a_chat_is_labelled(tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text("Ann: Stop that!\nBob: Why?\nAnn: Because.\n", encoding="utf-8")
    report = Report.from_files(chat, Loud())
    assert shares_of(report, "speaker") == {"Ann": 0.5, "Bob": 0.0}
    assert report.model["name"] == "Loud" and report.read["files"] == [str(chat)]
    assert str(report).startswith("3 turns of 2 speakers in 1 conversation.")


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_labels_of_an_archive_give_the_report_of_the_predictions(kind: str, tmp_path: Path) -> None:
    made = predictions()
    path = tmp_path / f"part-000000.{kind}"
    path.write_bytes(encode([("in.jsonl", each) for each in made], kind, FOUR.names))
    one, other = Report.from_predictions(made, FOUR), Report.from_files([path])
    if kind == "jsonl" or one.read["first"] == other.read["first"]:  # whatever keeps times
        assert other.read["first"] == one.read["first"]
    assert [row["count"] for row in other.tables["shares"] if row["by"] == "speaker"] == [
        row["count"] for row in one.tables["shares"] if row["by"] == "speaker"
    ]
    assert other.read["unlabelled"] == one.read["unlabelled"] and not other.model
    assert other.tables["answers"][0]["count"] == one.tables["answers"][0]["count"]


def test_labels_of_predict_are_read(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(as_record(each)) + "\n" for each in predictions()), encoding="utf-8")
    assert Report.from_files(path).read["conversations"] == len(predictions())


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_columns_of_a_table_and_of_json_lines(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"chats.{kind}"
    if kind == "csv":
        path.write_text("id,agent,text\n1,Lea,No!\n1,Lea,ok\n2,Tom,fine\n", encoding="utf-8")
    else:
        lines = [{"agent": "Lea", "turns": ["No!", "ok"]}, {"turns": [{"text": "fine", "agent": "Tom"}]}]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    report = Report.from_files(path, Loud(), by=["agent", "file"])
    assert shares_of(report, "agent") == {"Lea": 0.5, "Tom": 0.0}
    assert list(shares_of(report, "file")) == [str(path)]
    with pytest.raises(UsageError, match="has no column 'customer'"):
        Report.from_files(path, Loud(), by=["customer"])


def test_what_goes_wrong_is_said(tmp_path: Path) -> None:
    labels, chat = tmp_path / "labels.jsonl", tmp_path / "chat.jsonl"
    labels.write_text(json.dumps(as_record(predictions()[0])) + "\n", encoding="utf-8")
    write_jsonl([Conversation.of(("Ann", "Hi"))], chat)
    with pytest.raises(UsageError, match=r"has labels, and .* has none"):
        Report.from_files([labels, chat], Loud())
    turn = {"text": "Hi", "label": "joy", "probabilities": {"joy": 1.0}}
    with labels.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"id": "other", "turns": [turn]}) + "\n")
    with pytest.raises(BadInput, match="which the others"):
        Report.from_files(labels)
    labels.write_text(json.dumps({"turns": [turn | {"probabilities": {"joy": "much"}}]}) + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"labels.jsonl:1: The probabilities are not numbers"):
        Report.from_files(labels)
    with pytest.raises(BadInput, match="No labelled turns"):
        Report.from_predictions([])


def test_nothing_is_left_behind_and_nothing_written_for_predictions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    Report.from_predictions(predictions(), FOUR)
    (tmp_path / "temporary").mkdir()
    chat = tmp_path / "chat.txt"
    chat.write_text("Ann: Stop that!\n", encoding="utf-8")
    Report.from_files(chat, Loud())
    assert not list((tmp_path / "temporary").iterdir())


def test_json_and_csv_hold_every_figure(tmp_path: Path) -> None:
    report = Report.from_predictions(predictions(), FOUR)
    told = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    files = report.write_csv(tmp_path / "figures")
    assert {path.stem for path in files} == report.tables.keys() <= told.keys()
    for path in files:
        with path.open(encoding="utf-8", newline="") as stream:
            assert len(list(csv.DictReader(stream))) == len(told[path.stem])


def test_a_spreadsheet_sees_no_formula(tmp_path: Path) -> None:
    turns = tuple(TurnPrediction("=1+1", "=2", "anger", 0.9, {"neutral": 0.1, "anger": 0.9}) for _ in range(3))
    report = Report.from_predictions([Prediction("=x", turns)], Loud.labels)
    text = "".join(path.read_text(encoding="utf-8") for path in report.write_csv(tmp_path))
    assert "'=1+1" in text and ",=" not in text and "\n=" not in text


def test_a_table_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report.from_predictions(predictions(), FOUR)
    with pytest.raises(UsageError, match="Unknown table 'moods'"):
        report.table("moods")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"sentemo\[report\]"):
        report.table("shares")


def test_tables_as_dataframes() -> None:
    pandas = pytest.importorskip("pandas", reason="needs pandas: install .[dev]")
    report = Report.from_predictions(predictions(), FOUR)
    frame: Any = report.table("shares")
    assert isinstance(frame, pandas.DataFrame) and len(frame) == len(report.tables["shares"])


@pytest.mark.parametrize("labels", [("neutral", "anger"), ("yes", "no")])
def test_the_smallest_chats(labels: tuple[str, str]) -> None:
    turn = TurnPrediction("", "Hi", labels[1], 1.0, {labels[0]: 0.0, labels[1]: 1.0})
    none = TurnPrediction("", "Hm", ABSTENTION, 1.0, {ABSTENTION: 1.0})
    for turns in ([turn], [none, turn], [turn, none, none, turn]):
        report = Report.from_predictions([Prediction("", tuple(turns))], LabelSet(labels))
        assert "<h1>" in report.to_html() and str(report)
    assert "<h1>" in Report.from_predictions([Prediction("", (none,))], LabelSet(labels)).to_html()
    assert report.read["turns"] == 4
