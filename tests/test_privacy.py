"""What people said is where it was asked for, and nowhere else: no log, cache, metric, temporary file, error."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from sentemo.encoders.cache import CachedEncoder
from sentemo.encoders.hashing import HashingEncoder
from sentemo.formats.jsonl import write_jsonl
from sentemo.types import Conversation, Utterance
from tests.artifacts.models import random_model
from tests.cli.conftest import Command, sentemo
from tests.dialogues import template_dialogues
from tests.llm.servers import Answer, says, serving

__all__ = ["sentemo"]
CANARY = "Zq7kanarienvogel"
"""In every text, and in every speaker's name."""
SMALL = ("encoder.name=hashing-64", "encoder.layers=[]", "schedule.epochs=1", "network.context_dim=64")


@pytest.fixture
def nest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for all that programs write without being asked: home, cache, temporary files."""
    nest = tmp_path / "nest"
    nest.mkdir()
    for name in ("HOME", "SENTEMO_CACHE", "TMPDIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(nest))
    monkeypatch.setattr(tempfile, "tempdir", str(nest))
    monkeypatch.chdir(nest)
    return nest


def tagged(talks: list[Conversation]) -> list[Conversation]:
    return [
        Conversation(
            talk.id, tuple(Utterance(f"{turn.text} {CANARY}", f"{CANARY} {turn.speaker}", turn.label) for turn in talk)
        )
        for talk in talks
    ]


def holding(folder: Path) -> set[str]:
    """Name the files in which the canary sits, whole or in pieces that JSON or UTF-16 make of it."""
    forms = (CANARY.encode(), CANARY.lower().encode(), CANARY.encode("utf-16-le"))
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in found if any(form in path.read_bytes() for form in forms)}


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Give labelled files to train on, one that can't be read among them."""
    data = tmp_path / "data"
    data.mkdir()
    write_jsonl(tagged(template_dialogues(30, seed=1)), data / "train.jsonl")
    write_jsonl(tagged(template_dialogues(15, seed=2)), data / "validation.jsonl")
    bad: list[Any] = [
        {"turns": [{"text": f"{CANARY}\0"}]},
        {"turns": [{"text": [CANARY]}]},
        {"turns": [{"speaker": f"{CANARY}\ud800", "text": CANARY}]},
        {"turns": CANARY},
        {"id": {CANARY: 1}, "turns": [CANARY]},
    ]
    lines = [json.dumps(each) for each in bad]
    (data / "bad.jsonl").write_text("\n".join([*lines, f'{{"turns": ["{CANARY}" {CANARY}', f'["{CANARY}"]']) + "\n")
    (data / "bad.csv").write_text(f"text,speaker\n{CANARY},{CANARY},{CANARY}\n")
    (data / "no-column.csv").write_text(f"{CANARY}\n{CANARY}\n")
    return data


@pytest.mark.evidence("privacy.canary")
def test_training_and_labelling_keep_it_to_their_outputs(
    sentemo: Command, nest: Path, talks: Path, tmp_path: Path
) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    flags = [word for setting in SMALL for word in ("--set", setting)]
    left = sentemo("train", "files", "-d", talks, "-o", run, *flags)
    assert left.code == 0 and CANARY not in left.out + left.err
    assert not holding(run) and list(nest.glob("*.sqlite"))  # the cache of embeddings is there, without texts
    left = sentemo("predict", talks / "train.jsonl", "-m", run)
    assert left.code == 0 and CANARY in left.out and CANARY not in left.err
    left = sentemo("explain", talks / "train.jsonl", "-m", run)
    assert left.code == 0 and CANARY in left.out and CANARY not in left.err
    left = sentemo("label", f"{talks}/*", "-m", run, "--out", out, "--processes", "1", "--to", "jsonl")
    assert left.code == 3 and CANARY not in left.out + left.err
    assert holding(out) == {"part-000000.jsonl"}
    assert len((out / "failures.jsonl").read_text().splitlines()) == 9
    left = sentemo("evaluate", run, "files", "-d", talks, "--split", "validation", "--out", tmp_path / "report")
    assert left.code == 0 and CANARY not in left.out + left.err and not holding(tmp_path / "report")
    assert not holding(nest)


@pytest.mark.evidence("privacy.canary")
def test_refusals_don_t_quote_it(sentemo: Command, nest: Path, talks: Path) -> None:
    for file in ("bad.jsonl", "bad.csv", "no-column.csv"):
        left = sentemo("predict", talks / file)
        assert left.code == 3 and CANARY not in left.out + left.err
    assert not holding(nest)


@pytest.mark.evidence("privacy.canary")
def test_other_users_read_what_the_umask_lets_them_and_no_cache(
    sentemo: Command, nest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTEMO_CACHE", str(nest / "cache"))
    random_model().save_pretrained(tmp_path / "model")
    write_jsonl(tagged(template_dialogues(2)), tmp_path / "talks.jsonl")
    before = os.umask(0o077)
    try:
        left = sentemo(
            "label", tmp_path / "talks.jsonl", "-m", tmp_path / "model", "--out", tmp_path / "out", "--processes", "1"
        )
        random_model().save_pretrained(tmp_path / "mine")
    finally:
        os.umask(before)
    assert left.code == 0
    written = [tmp_path / "mine", *(tmp_path / "mine").iterdir(), *(tmp_path / "out").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in written} == {0}
    CachedEncoder(HashingEncoder(16), nest / "cache").encode(["hello"])
    assert (nest / "cache").stat().st_mode & 0o777 == 0o700


@pytest.mark.evidence("privacy.canary")
def test_an_adapted_model_keeps_its_examples_and_no_other_file_does(
    sentemo: Command, nest: Path, tmp_path: Path
) -> None:
    examples = tmp_path / "examples.jsonl"
    examples.write_text("".join(f'{{"text": "{CANARY} {n}", "label": "{"ab"[n % 2]}"}}\n' for n in range(8)))
    left = sentemo("adapt", "--examples", examples, "--out", tmp_path / "mine")
    assert left.code == 0 and CANARY not in left.out + left.err
    assert holding(tmp_path / "mine") == {"examples.json"} and not holding(nest)


@pytest.mark.evidence("privacy.canary")
def test_language_models_are_asked_and_nothing_else_is_told(sentemo: Command, nest: Path, talks: Path) -> None:
    pytest.importorskip("httpx2")

    def answer(body: dict[str, Any], number: int) -> Answer:
        assert CANARY in json.dumps(body)
        return (
            says("anger") if number < 5 else Answer(json.dumps({"error": {"message": json.dumps(body)}}).encode(), 400)
        )

    with serving(answer) as served:
        left = sentemo("predict", talks / "train.jsonl", "--model", f"llm:tiny@{served.url}", "--set", "concurrency=1")
    assert left.code == 2 and "refused the request" in left.err and CANARY not in left.out + left.err
    assert list(nest.rglob("*.sqlite")) and not holding(nest)


@pytest.mark.evidence("privacy.canary")
def test_the_server_keeps_it_out_of_logs_metrics_and_errors(nest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("fastapi")
    from sentemo.serve.client import Client
    from tests.serve.served import MODEL, running, service

    class Crashing(type(MODEL)):  # type: ignore[misc]
        def predict_with_features(self, conversations: Any) -> Any:
            raise RuntimeError(conversations)

        predict = explain = predict_with_features

    (talk,) = tagged(template_dialogues(1))
    with running(service(adapted=nest / "models")) as server, Client(server.url) as client:
        assert CANARY in client.predict(talk).turns[0].text and client.explain(talk)
        with client.live() as said:
            said.add(CANARY, CANARY)
        client.adapt("mine", tagged(template_dialogues(6)))
        for body in (f"{CANARY}", f'{{"conversations": "{CANARY}"}}', f'{{"{CANARY}": 1}}'):
            assert CANARY not in server.http.post("/v1/predict", content=body).text
        server.http.get(f"/v1/{CANARY}?{CANARY}={CANARY}")
        assert CANARY not in server.http.get("/metrics").text
    with running(service(Crashing(**vars_of(MODEL)))) as server:
        for path, body in {
            "predict": {"conversations": [record(talk)]},
            "explain": {"conversation": record(talk)},
        }.items():
            reply = server.http.post(f"/v1/{path}", json=body)
            assert reply.status_code == 500 and CANARY not in reply.text
    streams = capfd.readouterr()
    assert " 200 " in streams.err and "RuntimeError" in streams.err and CANARY not in streams.out + streams.err
    assert holding(nest) == {"models/mine/examples.json"}


def record(talk: Conversation) -> dict[str, Any]:
    return {"turns": [{"speaker": turn.speaker, "text": turn.text} for turn in talk]}


def vars_of(model: Any) -> dict[str, Any]:
    return {name: getattr(model, name) for name in model.__dataclass_fields__}
