from __future__ import annotations

from pathlib import Path

import fsspec
import pytest

from sentemo.bulk.engine import InProcess
from sentemo.bulk.inputs import find_inputs, read_items, survey
from sentemo.bulk.parts import Failure
from sentemo.bulk.run import Order, label
from sentemo.errors import SentemoError, UsageError
from sentemo.formats.convokit import write_convokit
from tests.bulk.archive import Rule, contents, labelled, write_archive
from tests.dialogues import template_dialogues


def test_files_are_found_once_and_sorted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.csv", "a.jsonl", "in/c.parquet", "odd[1].csv"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("")
    found = find_inputs(["**/*.*", "a.jsonl", "odd[1].csv"])
    assert [each.file for each in found] == ["a.jsonl", "b.csv", "in/c.parquet", "odd[1].csv"]
    assert [each.format for each in found] == ["jsonl", "csv", "parquet", "csv"]
    assert find_inputs(["b.csv"], "text")[0].format == "text"
    for pattern, said in (("none.csv", "No file matches"), ("in", "is a folder"), ("s9://x/y", "can't be reached")):
        with pytest.raises(UsageError, match=said):
            find_inputs([pattern])
    Path("notes.odd").write_text("")
    with pytest.raises(UsageError, match="unknown extension"):
        survey(find_inputs(["notes.odd"])[0])


def test_chats_and_exports_are_inputs_too(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text("12/03/2024, 10:15 - Ann: hi\n12/03/2024, 10:16 - Bob: hello\n")
    write_convokit(template_dialogues(3), tmp_path / "corpus")
    inputs = find_inputs([f"{tmp_path}/*"])
    surveys = [survey(source) for source in inputs]
    assert [(each.format, each.conversations, each.failures) for each in surveys] == [("auto", 1, 0), ("auto", 3, 0)]
    (tmp_path / "corpus" / "index.json").write_text("{}")
    assert survey(inputs[1]).sha256 != surveys[1].sha256


def test_a_damaged_file_is_a_failure_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no more")
    (tmp_path / "b.csv").write_text("id,text\n1,hello\n")
    damaged, talk = read_items(find_inputs([f"{tmp_path}/*"]))
    assert isinstance(damaged, Failure) and damaged.row is None and "Damaged or not Parquet" in damaged.cause
    assert not isinstance(talk, Failure) and talk.conversation.id == "1"


def test_storage_gives_what_files_give(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    archive = write_archive(tmp_path / "in")
    memory = fsspec.filesystem("memory")
    request.addfinalizer(lambda: memory.rm("/bulk", recursive=True))
    memory.put(f"{tmp_path}/in/", "/bulk/in/", recursive=True)
    order = Order(("memory://bulk/in/*.jsonl",), "memory://bulk/out", shard_turns=50)
    summary = label(order, Rule(), InProcess())
    assert summary == label(Order((archive,), str(tmp_path / "local"), shard_turns=50), Rule(), InProcess())
    memory.get("/bulk/out/", f"{tmp_path}/fetched/", recursive=True)
    here, there = labelled(tmp_path / "local"), labelled(tmp_path / "fetched")
    assert [row | {"file": ""} for row in here] == [row | {"file": ""} for row in there]
    assert there[0]["file"] == "memory:///bulk/in/0.jsonl"
    memory.rm("/bulk/out/part-000001.jsonl")
    memory.rm("/bulk/out/summary.json")
    assert label(order, Rule(), InProcess()) == summary
    memory.get("/bulk/out/", f"{tmp_path}/again/", recursive=True)
    assert contents(tmp_path / "again") == contents(tmp_path / "fetched")
    memory.pipe("/bulk/in/0.jsonl", b'{"turns": ["other"]}')
    with pytest.raises(UsageError, match="has changed since"):
        label(order, Rule(), InProcess())
    gone = find_inputs(["memory://bulk/in/1.jsonl"])[0]
    memory.rm("/bulk/in/1.jsonl")
    with pytest.raises(SentemoError, match="can't be read or written"):
        survey(gone)
