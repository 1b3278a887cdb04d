"""`sentemo report`."""

from __future__ import annotations

import json
from pathlib import Path

from sentemo.bulk.parts import encode
from tests.cli.conftest import Command
from tests.report.chats import FOUR, chats_of
from tests.report.whatsapp import export


def archive(folder: Path) -> list[Path]:
    paths = []
    for number, seed in enumerate((1, 2)):
        labelled = [("in.csv", chat.prediction) for chat in chats_of(seed)]
        paths.append(folder / f"part-{number:06d}.parquet")
        paths[-1].write_bytes(encode(labelled, "parquet", FOUR.names))
    return paths


def test_a_page_tables_and_json_of_an_archive(sentemo: Command, tmp_path: Path) -> None:
    archive(tmp_path)
    page, figures = tmp_path / "report.html", tmp_path / "figures"
    made = sentemo("report", tmp_path / "part-*.parquet", "--out", page, "--csv", figures, "--json", "--by", "file")
    assert made.code == 0 and f"The report is in {page}." in made.err
    told = json.loads(made.out)
    assert told["read"]["files"] == ["in.csv"] and told["read"]["columns"] == ["file"]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    header = "by,group,mark,kind,turns,count,share,low,high"
    assert (figures / "shares.csv").read_text(encoding="utf-8").startswith(header)


def test_the_summary_of_a_chat(sentemo: Command, run_dir: Path, tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text(export(60), encoding="utf-8")
    made = sentemo("report", chat, "--model", run_dir)
    assert made.code == 0 and made.out.startswith("60 turns of 3 speakers in 1 conversation, 5 Jan 2026")


def test_errors_are_sentences(sentemo: Command, tmp_path: Path) -> None:
    archive(tmp_path)
    missing = sentemo("report", tmp_path / "nothing.txt")
    assert missing.code == 2 and "No file matches" in missing.err
    column = sentemo("report", tmp_path / "part-*.parquet", "--by", "agent")
    assert column.code == 2 and "no column 'agent'. It has: file, id, turn" in column.err.replace("\n", " ")
