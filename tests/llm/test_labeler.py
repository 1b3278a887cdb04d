from __future__ import annotations

from collections.abc import Sequence

import pytest

from sentemo.corpora.registry import get_corpus
from sentemo.errors import UsageError
from sentemo.evaluation.evaluate import evaluate
from sentemo.llm.completion import Ask, OnProgress, Reply
from sentemo.llm.costs import Prices, Spent
from sentemo.llm.labeler import LlmLabeler
from sentemo.llm.prompt import get_prompt
from sentemo.types import ABSTENTION, Conversation, Labeler, Utterance

SEVEN = get_corpus("dailydialog").labels


class Echo:
    """Answer with what the asked turn says."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []

    def replies(self, asks: Sequence[Ask], run: int, on_progress: OnProgress | None = None) -> list[Reply]:
        self.asked += asks
        return [Reply(ask.prompt.rpartition('"')[0].rpartition('"')[2], 0.5, 2.0, 100, 3) for ask in asks]


def talk(id: str, *turns: tuple[str, str]) -> Conversation:
    return Conversation(id, tuple(Utterance(text, "", gold) for text, gold in turns))


TALKS = [
    talk("a", ("anger", "anger"), ("hm", "fear"), ("No emotion!", "neutral")),
    talk("b", ("sadness", "neutral"), ("well", "neutral")),
]


def test_every_turn_is_asked_for_and_what_names_no_label_is_an_abstention() -> None:
    backend = Echo()
    labeler = LlmLabeler(backend, SEVEN, get_prompt("quoted"))
    assert isinstance(labeler, Labeler)
    found = labeler.predict(TALKS)
    assert [[turn.label for turn in x] for x in found] == [["anger", ABSTENTION, "neutral"], ["sadness", ABSTENTION]]
    assert [ask.where for ask in backend.asked][:3] == [f"turn {n} of dialogue 'a'" for n in (1, 2, 3)]
    first, silent = found[0].turns[:2]
    assert first.score == 1 and first.probabilities == {**dict.fromkeys(SEVEN.names, 0.0), "anger": 1.0}
    assert silent.probabilities[ABSTENTION] == silent.score == 1 and set(silent.probabilities) > set(SEVEN.names)
    assert labeler.predict(TALKS[1]) == found[1]


def test_only_last_turns_are_asked_for_where_these_alone_count() -> None:
    backend = Echo()
    labeler = LlmLabeler(backend, SEVEN, get_prompt("quoted"), turns="last")
    report = evaluate(labeler, TALKS, protocol="last-utterance", resamples=10)
    assert len(backend.asked) == report.n == 2 and report.abstained == 1
    assert report.metrics.figures["accuracy"] == 50


def test_abstentions_are_wrong_counted_and_told_and_calibration_is_left_out() -> None:
    report = evaluate(LlmLabeler(Echo(), SEVEN, get_prompt("quoted")), TALKS, resamples=10)
    assert report.abstained == 2 and report.metrics.figures["accuracy"] == 40
    assert report.calibration is None and "ece" not in report.to_json()
    assert report.to_json()["abstained"] == 2
    assert "No label given: 2 (40.0%), counted as wrong" in report.to_markdown()


def test_what_it_took() -> None:
    labeler = LlmLabeler(Echo(), SEVEN, get_prompt("quoted"), prices=Prices(1.0, 2.0))
    labeler.predict(TALKS)
    spent = labeler.spent
    assert (spent.requests, spent.prompt_tokens, spent.completion_tokens, spent.seconds) == (5, 500, 15, 2.5)
    assert spent.cost == pytest.approx(530e-6) and labeler.effort.cost == spent.cost
    told = spent.to_json()
    assert told["cost_per_1000"] == pytest.approx(0.106) and told["seconds_per_1000"] == 500
    assert "tokens 500 + 15; cost 0.0005 (0.1060 per 1,000 utterances); 500.0 s" in str(spent)


def test_tokens_that_a_server_does_not_count_have_no_cost() -> None:
    replies = [Reply("", 1.0, 1.0, 5, 5), Reply("", 1.0, 3.0)]
    spent = Spent.of(replies, Prices(1, 1))
    assert spent.prompt_tokens is spent.cost is None and "tokens not reported;" in str(spent)
    assert spent.latency_median_s == 2
    assert Spent.of([], None).to_json()["seconds_per_1000"] == 0


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "a,b", "-1,2", "nan,1", "inf,1"])
def test_prices_that_can_not_be_meant(text: str) -> None:
    with pytest.raises(UsageError, match="per million"):
        Prices.parse(text)
