from __future__ import annotations

import errno
import json
import os
import random
import time
from dataclasses import replace
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from sentemo.bulk.engine import InProcess, Processes
from sentemo.bulk.run import Order, Progress, label
from sentemo.bulk.worker import LoadModel
from sentemo.errors import BadInput, SentemoError, UsageError
from sentemo.files import locked
from sentemo.formats.predictions import as_record
from sentemo.model import SentEmoContext
from sentemo.shares import with_sensitivity
from sentemo.types import LabelSet
from tests.artifacts.models import random_model
from tests.bulk.archive import Rule, contents, labelled, sit_down, write_archive
from tests.dialogues import template_dialogues
from tests.permissions import as_anybody


def test_labels_are_those_of_the_model_whatever_the_engine(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in")
    random_model().save_pretrained(tmp_path / "model")
    load = LoadModel.named(str(tmp_path / "model"))
    for engine, out in ((InProcess(), "one"), (Processes(2), "two")):
        label(Order((archive,), str(tmp_path / out), shard_turns=100), load, engine)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    model = SentEmoContext.from_pretrained(tmp_path / "model")
    wanted = [as_record(model.predict(talk)) for seed in (0, 1) for talk in template_dialogues(40, seed=seed)]
    found = labelled(tmp_path / "one")
    assert [row.pop("file") for row in found] == [f"{tmp_path}/in/{n}.jsonl" for n in "01" for _ in range(40)] + [
        f"{tmp_path}/in/bad.jsonl"
    ]
    for row, want in zip(found, wanted, strict=False):
        assert row["id"] == want["id"] and len(row["turns"]) == len(want["turns"])
        for turn, other in zip(row["turns"], want["turns"], strict=True):
            assert (turn["text"], turn["label"]) == (other["text"], other["label"])
            assert turn["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)
    assert found[-1]["id"] == "last"


def test_a_run_of_another_sensitivity_is_another_run(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in")
    model = random_model()
    model.save_pretrained(tmp_path / "model")
    load = LoadModel.named(str(tmp_path / "model"), sensitivity=1.5)
    assert load.to_json()["sensitivity"] == 1.5
    order = Order((archive,), str(tmp_path / "out"), shard_turns=100)
    label(order, load, InProcess())
    talks = [talk for seed in (0, 1) for talk in template_dialogues(40, seed=seed)]
    wanted = [as_record(each) for each in with_sensitivity(model.predict(talks), model.labels, 1.5)]
    for row, want in zip(labelled(tmp_path / "out"), wanted, strict=False):
        assert [turn["label"] for turn in row["turns"]] == [turn["label"] for turn in want["turns"]]
        for turn, other in zip(row["turns"], want["turns"], strict=True):
            assert turn["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)
    with pytest.raises(UsageError, match=r"another run's labels.*sensitivity"):
        label(order, LoadModel.named(str(tmp_path / "model")), InProcess())
    with pytest.raises(UsageError, match="from -5 to 5"):
        LoadModel.named(str(tmp_path / "model"), sensitivity=float("nan"))
    replace(model, labels=LabelSet(model.labels.names)).save_pretrained(tmp_path / "moods")
    with pytest.raises(UsageError, match="needs a neutral label"):
        label(
            replace(order, out=str(tmp_path / "moods-out")),
            LoadModel.named(str(tmp_path / "moods"), sensitivity=1),
            InProcess(),
        )


def test_failures_are_listed_by_file_and_row_and_counted(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in")
    seen: list[Progress] = []
    summary = label(Order((archive,), str(tmp_path / "out"), shard_turns=50), Rule(), InProcess(), seen.append)
    failures = [json.loads(line) for line in (tmp_path / "out" / "failures.jsonl").read_text().splitlines()]
    assert [(row["file"], row["row"]) for row in failures] == [(f"{tmp_path}/in/bad.jsonl", n) for n in range(1, 7)]
    assert all(row["cause"] and row["next_step"] for row in failures)
    turns = sum(len(row["turns"]) for row in labelled(tmp_path / "out"))
    assert summary["failures"] == 6 and summary["conversations"] == 81 and summary["turns"] == turns
    assert sum(row["turns"] for row in summary["labels"].values()) == turns
    assert sum(row["share"] for row in summary["labels"].values()) == pytest.approx(1, abs=1e-5)
    assert sum(summary["score_histogram"].values()) == turns and summary["mean_score"] == 0.7
    assert seen[0] == Progress(0, turns, 0) and seen[-1] == Progress(turns, turns, 6)
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == summary


def test_strict_stops_at_the_first_failure_before_anything_is_labelled(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in")
    with pytest.raises(BadInput, match=r"bad\.jsonl:1: Empty utterance"):
        label(Order((archive,), str(tmp_path / "out"), strict=True), Rule(), InProcess())
    assert not list((tmp_path / "out").glob("part-*"))


def test_what_the_labeler_itself_fails_on_is_a_failure_too(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in")
    text = template_dialogues(40)[7].turns[0].text
    summary = label(Order((archive,), str(tmp_path / "out")), Rule(broken=text), InProcess())
    talks = [talk for seed in (0, 1) for talk in template_dialogues(40, seed=seed)]
    hit = [talk.id for talk in talks if any(turn.text == text for turn in talk)]
    failures = (tmp_path / "out" / "failures.jsonl").read_text()
    assert (
        hit and summary["failures"] == 6 + len(hit) and all(f"Conversation '{id}' could not" in failures for id in hit)
    )
    with pytest.raises(BadInput, match="is broken"):
        label(
            Order((f"{tmp_path}/in/[01].jsonl",), str(tmp_path / "strict"), strict=True), Rule(broken=text), InProcess()
        )


@pytest.mark.evidence("bulk.kill")
@pytest.mark.parametrize("processes_", [1, 2])
def test_a_run_that_is_killed_again_and_again_ends_as_if_it_never_was(
    processes_: int, tmp_path: Path, processes: ForkServerContext
) -> None:
    archive = write_archive(tmp_path / "in")
    whole, killed = (Order((archive,), str(tmp_path / name), shard_turns=10) for name in ("whole", "killed"))
    label(whole, Rule(), InProcess())
    rng = random.Random(processes_)
    kills = 0
    for sitting in range(12):
        job = processes.Process(target=sit_down, args=(killed, Rule(pause_s=0.03), processes_))
        job.start()
        if sitting < 3:
            before = len(list((tmp_path / "killed").glob("records/*")))
            until = time.monotonic() + 60
            while len(list((tmp_path / "killed").glob("records/*"))) == before and time.monotonic() < until:
                time.sleep(0.001)
            time.sleep(rng.uniform(0, 0.1))
            job.kill()
        job.join(60)
        kills += job.exitcode == -9
        if job.exitcode == 0:
            break
    assert kills >= 2 and job.exitcode == 0
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_a_finished_run_does_nothing_again_but_for_a_part_that_was_changed(tmp_path: Path) -> None:
    order = Order((write_archive(tmp_path / "in"),), str(tmp_path / "out"), shard_turns=50)
    summary = label(order, Rule(), InProcess())
    before = contents(tmp_path / "out")
    part = tmp_path / "out" / "part-000001.jsonl"
    first, second = ((tmp_path / "out" / f"part-00000{n}.jsonl").stat().st_ino for n in (0, 2))
    part.write_text("changed")
    assert label(order, Rule(), InProcess()) == summary
    assert contents(tmp_path / "out") == before
    assert [(tmp_path / "out" / f"part-00000{n}.jsonl").stat().st_ino for n in (0, 2)] == [first, second]


def test_other_inputs_or_settings_are_refused(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in")
    order = Order((archive,), str(tmp_path / "out"))
    label(order, Rule(), InProcess())
    with pytest.raises(UsageError, match="shard_turns was 2048, is 7"):
        label(Order((archive,), str(tmp_path / "out"), shard_turns=7), Rule(), InProcess())
    with pytest.raises(UsageError, match=r'to was "jsonl", is "csv"'):
        label(Order((archive,), str(tmp_path / "out"), to="csv"), Rule(), InProcess())
    (tmp_path / "in" / "1.jsonl").write_text('{"turns": ["new"]}\n')
    (tmp_path / "in" / "2.jsonl").write_text('{"turns": ["new"]}\n')
    with pytest.raises(UsageError, match=r"1\.jsonl has changed since; .*2\.jsonl was not among its inputs"):
        label(order, Rule(), InProcess())


def test_an_input_that_changes_meanwhile_is_told(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in")

    def change(progress: Progress) -> None:
        (tmp_path / "in" / "1.jsonl").write_text('{"turns": ["new"]}\n')

    with pytest.raises(SentemoError, match="An input changed while it was read"):
        label(Order((archive,), str(tmp_path / "out"), shard_turns=10), Rule(), InProcess(), change)
    assert not (tmp_path / "out" / "summary.json").exists()


def test_folders_that_are_not_a_runs_own_are_left_alone(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in")
    with pytest.raises(UsageError, match="is inside the output folder"):
        label(Order((archive,), str(tmp_path)), Rule(), InProcess())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "part-000000.jsonl").write_text("mine")
    with pytest.raises(UsageError, match="contains other files"):
        label(Order((archive,), str(tmp_path / "full")), Rule(), InProcess())
    out = tmp_path / "out"
    with locked(out), pytest.raises(UsageError, match="Another run of `sentemo label` is writing"):
        label(Order((archive,), str(out)), Rule(), InProcess())
    with pytest.raises(UsageError, match="No file matches"):
        label(Order((f"{tmp_path}/none/*",), str(out)), Rule(), InProcess())


@pytest.mark.parametrize("allowed", [0, 1, 3, 6])
def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    archive = write_archive(tmp_path / "in")
    order = Order((archive,), str(tmp_path / "out"), shard_turns=50)
    label(Order((archive,), str(tmp_path / "whole"), shard_turns=50), Rule(), InProcess())
    calls = 0
    fsync = os.fsync

    def full(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 2 * allowed:  # a file and its folder
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SentemoError, match=r"can't be written \(No space left on device\). Free some space"):
            label(order, Rule(), InProcess())
    whole = contents(tmp_path / "whole")
    left = contents(tmp_path / "out")
    left.pop("manifest.json", None)
    assert left.items() <= whole.items()
    label(order, Rule(), InProcess())
    assert contents(tmp_path / "out") == whole


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_place_that_can_t_be_written_is_one_sentence(tmp_path: Path, name: str) -> None:
    archive = write_archive(tmp_path / "in")
    (tmp_path / "file").write_text("")
    with pytest.raises(SentemoError, match="can't be written"):
        label(Order((archive,), str(tmp_path / name)), Rule(), InProcess())


def test_a_read_only_folder_is_one_sentence(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in")
    (tmp_path / "out").mkdir(mode=0o555)
    with as_anybody(), pytest.raises(SentemoError, match="can't be written"):
        label(Order((archive,), str(tmp_path / "out")), Rule(), InProcess())
