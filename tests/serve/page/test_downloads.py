"""What is taken away: CSV and JSON that sentemo reads, and a picture."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import matplotlib.image

from sentemo.formats.csvfile import read_csv
from sentemo.formats.jsonl import read_jsonl
from tests.serve.page.visitor import Visitor

ODD = 'Ann: She said "yes, no", then left\nBen: =1+1\nAnn: -- well, ünïcode 🙂\n\nKim: Another talk!'


def save(visit: Visitor, button: str, folder: Path) -> Path:
    visit.page.click("#save summary")
    with visit.page.expect_download() as saved:
        visit.page.click(button)
    visit.page.click("#save summary")
    path = folder / saved.value.suggested_filename
    saved.value.save_as(path)
    return path


def test_json_is_what_predict_writes_and_reads(visit: Visitor, tmp_path: Path) -> None:
    visit.paste(ODD, 3)
    path = save(visit, "#as-json", tmp_path)
    talks = list(read_jsonl(path))
    assert [turn.text for talk in talks for turn in talk] == [
        'She said "yes, no", then left', "=1+1", "-- well, ünïcode 🙂", "Another talk!",
    ]  # fmt: skip
    assert [turn.speaker for talk in talks for turn in talk] == ["Ann", "Ben", "Ann", "Kim"]
    for line in path.read_text(encoding="utf-8").splitlines():
        for turn in json.loads(line)["turns"]:
            assert list(turn) == ["speaker", "text", "label", "score", "probabilities"]
            assert turn["score"] == turn["probabilities"][turn["label"]]
            assert abs(sum(turn["probabilities"].values()) - 1) < 1e-3


def test_csv_is_read_again_and_safe_in_a_spreadsheet(visit: Visitor, tmp_path: Path) -> None:
    visit.paste(ODD, 3)
    path = save(visit, "#as-csv", tmp_path)
    talks = list(read_csv(path))
    assert [len(talk) for talk in talks] == [3, 1]
    assert [turn.text for turn in talks[0]] == ['She said "yes, no", then left', "'=1+1", "'-- well, ünïcode 🙂"]
    assert all(turn.label for talk in talks for turn in talk)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert float(rows[0]["score"]) == float(rows[0][f"p({rows[0]['label']})"])


def test_corrections_are_in_them(visit: Visitor, tmp_path: Path) -> None:
    visit.example()
    visit.within("lesson.js", "m.note(10, 'sadness')")
    turns = json.loads(save(visit, "#as-json", tmp_path).read_text(encoding="utf-8"))["turns"]
    assert turns[10]["label"] == "sadness" and "model_label" in turns[10] and "model_label" not in turns[9]
    rows = list(csv.DictReader(io.StringIO(save(visit, "#as-csv", tmp_path).read_text(encoding="utf-8-sig"))))
    assert [row["corrected"] for row in rows].index("yes") == 10 and rows[10]["label"] == "sadness"


def test_the_picture_shows_the_conversation(visit: Visitor, tmp_path: Path) -> None:
    visit.example()
    picture = matplotlib.image.imread(save(visit, "#as-picture", tmp_path))
    height, width, _ = picture.shape
    assert width == 1520 and 2000 < height < 3000
    assert len({tuple(pixel) for pixel in picture[::7, ::7, :3].reshape(-1, 3).round(2).tolist()}) > 20


def test_a_long_conversation_still_fits_a_picture(visit: Visitor, tmp_path: Path) -> None:
    visit.page.fill("#paste", "\n".join(f"{'AB'[n % 2]}: Line {n} of a long talk, {'word ' * 20}" for n in range(150)))
    visit.page.click("#read")
    visit.wait("#turns .bubble", 150)  # labelled or not
    assert matplotlib.image.imread(save(visit, "#as-picture", tmp_path)).shape[0] < 14_000


def test_the_report_is_of_the_labels_shown(visit: Visitor, tmp_path: Path) -> None:
    visit.example()
    visit.within("lesson.js", "m.note(10, 'dread')")
    path = save(visit, "#as-report", tmp_path)
    assert path.name == "example-report.html"
    page = path.read_text(encoding="utf-8")
    assert "dread" in page and "13 turns" in page and "outrageous" in page
