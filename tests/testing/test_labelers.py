"""Everything of ours that labels passes the checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from sentemo.evaluation.baselines import MajorityLabeler, UniformLabeler
from sentemo.labeler import InSentiment
from sentemo.llm.endpoint import Endpoint
from sentemo.llm.labeler import LlmLabeler
from sentemo.llm.prompt import get_prompt
from sentemo.loading import load
from sentemo.model import SentEmoContext
from sentemo.shares import sensitive
from sentemo.testing import LabelerCheck, labeler_checks
from sentemo.types import Conversation, Labeler, Prediction, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import FOUR
from tests.encoders.readers import tiny_reader
from tests.export.small import small_graphs
from tests.llm.servers import Answer, says, serving
from tests.testing.broken import Broken

SHIPPED = cache(SentEmoContext.from_pretrained)
SMALL, FROZEN = random_model(encoder=tiny_reader()), random_model()
EXAMPLES = [
    Conversation("1", (Utterance("Did they find it?", "Ann"), Utterance("Yes, thank goodness!", "Bob", "relief"))),
    Conversation("2", (Utterance("Phew, that was close.", "Ann", "relief"),)),
    Conversation("3", (Utterance("Oh great, it broke again.", "Ann", "sarcasm"),)),
    Conversation("4", (Utterance("Sure, because that worked so well.", "Bob", "sarcasm"),)),
]


def exported(*, causal: bool = False) -> Labeler:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    return load(small_graphs("int8"), causal=causal)


def static(*, causal: bool = False) -> Labeler:
    from sentemo.static.model import StaticModel

    return StaticModel.from_pretrained(causal=causal)


@contextmanager
def language_model() -> Iterator[Labeler]:
    """One that goes by the letters of the turn that it is asked for, and now and then names no label."""

    def answer(body: dict[str, Any], _: int) -> Answer:
        asked = body["messages"][0]["content"].rpartition('"')[0].rpartition('"')[2]
        return says((*FOUR.names, "hm")[sum(map(ord, asked)) % 5])

    with serving(answer) as served:
        yield LlmLabeler(Endpoint(served.url, "tiny"), FOUR, get_prompt("quoted"))


@contextmanager
def client(*, causal: bool = False) -> Iterator[Labeler]:
    pytest.importorskip("fastapi")
    from sentemo.serve.client import Client
    from tests.serve.served import running, service

    with running(service(SMALL)) as server, Client(server.url, causal=causal) as found:
        yield found


def live() -> Labeler:
    """Conversations that are said turn by turn."""

    def label(talk: Conversation) -> Prediction:
        said = FROZEN.live()
        return Prediction(talk.id, tuple(said.add(turn.speaker, turn.text) for turn in talk))

    return Broken(lambda talks: [label(talk) for talk in talks])


LABELERS: dict[str, Callable[[], AbstractContextManager[Labeler]]] = {
    "shipped": lambda: nullcontext(SHIPPED()),
    "small": lambda: nullcontext(SMALL),
    "prototypes": lambda: nullcontext(replace(SMALL, head="prototypes")),
    "neighbours": lambda: nullcontext(replace(SMALL, head="neighbours")),
    "frozen encoder": lambda: nullcontext(FROZEN),
    "adapted": lambda: nullcontext(SMALL.adapt(EXAMPLES)),
    "tagged": lambda: nullcontext(SMALL.adapt(EXAMPLES, labels="tags")),
    "merged": lambda: nullcontext(SMALL.rename({"anger": "bad", "sadness": "bad"})),
    "sensitive": lambda: nullcontext(sensitive(SMALL, 0.7)),
    "sentiment": lambda: nullcontext(InSentiment(SMALL)),
    "exported": lambda: nullcontext(exported()),
    "static": lambda: nullcontext(static()),
    "majority": lambda: nullcontext(MajorityLabeler(FOUR, "neutral")),
    "language model": language_model,
    "client": client,
}
CAUSAL: dict[str, Callable[[], AbstractContextManager[Labeler]]] = {
    "small": lambda: nullcontext(replace(SMALL, causal=True)),
    "exported": lambda: nullcontext(exported(causal=True)),
    "static": lambda: nullcontext(static(causal=True)),
    "client": lambda: client(causal=True),
    "live": lambda: nullcontext(live()),
    "uniform": lambda: nullcontext(UniformLabeler(FOUR)),
}


@pytest.fixture(scope="module")
def labeler(request: pytest.FixtureRequest) -> Iterator[Labeler]:
    with request.param() as made:
        yield made


@pytest.mark.evidence("predictions.labelers")
@pytest.mark.parametrize("labeler", LABELERS.values(), ids=LABELERS.keys(), indirect=True)
@pytest.mark.parametrize("check", labeler_checks())
def test_it_passes(labeler: Labeler, check: LabelerCheck) -> None:
    check(labeler)


@pytest.mark.evidence("predictions.labelers")
@pytest.mark.parametrize("labeler", CAUSAL.values(), ids=CAUSAL.keys(), indirect=True)
@pytest.mark.parametrize("check", labeler_checks(causal=True))
def test_it_passes_as_it_comes(labeler: Labeler, check: LabelerCheck) -> None:
    check(labeler)


def test_the_shipped_model_reads_as_it_comes() -> None:
    labeler_checks(causal=True)[-1](replace(SHIPPED(), causal=True))
