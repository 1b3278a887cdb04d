"""The shipped model: a conversation alone and in company, and one without end."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import numpy as np
import pytest

from sentemo import Conversation, SentEmoContext
from sentemo.types import Prediction, Utterance
from tests.dialogues import template_dialogues
from tests.evidence.plugin import Evidence

LONG = """
import json, resource, sys, time
from sentemo import Conversation, SentEmoContext
model = SentEmoContext.from_pretrained()
words = [f"the {adjective} {noun} is here" for adjective in ("old", "red", "sad", "mad") for noun in ("cat", "sea")]
def run(turns):
    start = time.perf_counter()
    talk = Conversation.of(*(("AB"[n % 2], f"{words[n % 8]} {n}") for n in range(turns)))
    assert len(model.predict(talk).turns) == turns
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.perf_counter() - start
run(100)
print(json.dumps([run(int(turns)) for turns in sys.argv[1:]]))
"""


def shares(prediction: Prediction) -> np.ndarray:
    return np.array([list(turn.probabilities.values()) for turn in prediction])


@pytest.mark.evidence("predictions.batch")
@pytest.mark.evidence("predictions.names")
def test_the_shipped_model_says_the_same_alone_and_in_company(evidence: Evidence) -> None:
    model, rng = SentEmoContext.from_pretrained(), random.Random(0)
    talks = template_dialogues(evidence.scale(24, 1000), seed=3)
    mixed = rng.sample(talks, len(talks))
    together = dict(zip(mixed, model.predict(mixed), strict=True))
    for talk in talks:
        (alone,) = model.predict([renamed(talk)])
        found = together[talk]
        assert [turn.label for turn in alone] == [turn.label for turn in found]
        evidence.worst(float(np.abs(shares(alone) - shares(found)).max()), "shipped model: largest difference")
        np.testing.assert_allclose(shares(alone), shares(found), rtol=0, atol=1e-5)


def renamed(talk: Conversation) -> Conversation:
    names = {turn.speaker: f"name {n}" for n, turn in enumerate(talk)}
    return Conversation(talk.id, tuple(Utterance(turn.text, names[turn.speaker]) for turn in talk))


@pytest.mark.evidence("predictions.long")
def test_a_conversation_without_end_takes_no_more_memory_than_its_answer(evidence: Evidence) -> None:
    few, many = evidence.scale(300, 10_000), evidence.scale(1200, 100_000)
    command = [sys.executable, "-c", LONG, str(few), str(many)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (few_mib, few_s), (many_mib, many_s) = json.loads(done.stdout)
    evidence.show(f"{few_mib:,.0f} MiB at most for {few:,} turns, {many_mib:,.0f} for {many:,}, answers included")
    evidence.show(f"{many_s / few_s:.1f} times the time for {many // few} times the turns")
    bytes_a_turn = 2**20 * (many_mib - few_mib) / (many - few)
    assert bytes_a_turn < evidence.scale(30_000, 4_000)
