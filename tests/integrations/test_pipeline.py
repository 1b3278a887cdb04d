"""`sentemo.pipeline` returns what the real transformers' pipeline returns, in shape."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import sentemo
from sentemo.errors import BadInput, UsageError

STATIC = cache(lambda: sentemo.load("static"))
NONE: dict[str, Any] = {}
TEXTS = ["hooray!", "She died. I'm heartbroken."]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a random BERT that classifies texts into six labels."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("classifier")
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "i"]))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    BertForSequenceClassification(BertConfig(vocab_size=7, num_labels=6, **sizes)).save_pretrained(folder)
    return folder


def shape(found: Any) -> Any:
    """Return what can be told of a result without its labels: keys, types, lengths of two at most."""
    if isinstance(found, dict):
        return {name: type(value) for name, value in found.items()}
    return [type(found).__name__ if not isinstance(found, list) else "list", len(found), shape(found[0])]


@pytest.mark.parametrize("inputs", ["a", ["a"], ["a", "i"], {"text": "a"}, [{"text": "a"}]], ids=str)
@pytest.mark.parametrize("at_call", [NONE, {"top_k": 2}, {"top_k": 1}, {"batch_size": 8, "truncation": True}], ids=str)
@pytest.mark.parametrize("at_first", [NONE, {"top_k": 3}, {"top_k": 1}], ids=str)
def test_the_shapes_are_those_of_transformers(tiny: Path, inputs: Any, at_call: Any, at_first: Any) -> None:
    from transformers import pipeline

    theirs = pipeline("text-classification", model=str(tiny), **at_first)(inputs, **at_call)
    ours = sentemo.pipeline("text-classification", model=STATIC(), **at_first)(inputs, **at_call)
    assert shape(ours) == shape(theirs)


def test_all_labels_come_in_the_order_of_their_scores() -> None:
    (found,) = sentemo.pipeline(model=STATIC(), top_k=None)("hooray!")
    turn = STATIC().predict("hooray!").turns[0]
    assert {each["label"]: each["score"] for each in found} == pytest.approx(dict(turn.probabilities))
    assert found[0]["label"] == turn.label
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)


def test_labels_are_renamed_and_a_generator_is_read_as_it_comes() -> None:
    read = []

    def texts() -> Any:
        for text in TEXTS * 300:
            read.append(text)
            yield text

    found = sentemo.pipeline(model=STATIC(), names={"happiness": "joy"})(texts())
    assert not read
    assert next(found)["label"] == "joy" and len(read) < 600
    assert [each["label"] for each in found][:2] == ["sadness", "joy"]


def test_sentiment_and_several_labels() -> None:
    sentiment = sentemo.pipeline("sentiment-analysis", model=STATIC())
    assert [each["label"] for each in sentiment(TEXTS)] == ["positive", "negative"]
    assert sentiment([]) == []


def test_a_data_set_is_mapped() -> None:
    from datasets import Dataset

    classify = sentemo.pipeline(model=STATIC())
    rows = Dataset.from_dict({"text": TEXTS})
    found = rows.map(lambda batch: {"emotion": [each["label"] for each in classify(batch["text"])]}, batched=True)
    assert found["emotion"][:] == [prediction.turns[0].label for prediction in STATIC().predict(TEXTS)]
    assert classify(rows["text"]) == classify(TEXTS)
    assert sentemo.label(rows.to_polars(), model=STATIC())["emotion"].to_list() == found["emotion"][:]


def test_what_cannot_be_meant_is_said() -> None:
    with pytest.raises(UsageError, match="No pipeline for 'ner'"):
        sentemo.pipeline("ner", model=STATIC())
    with pytest.raises(UsageError, match="no option 'device'"):
        sentemo.pipeline(model=STATIC(), device=0)
    classify = sentemo.pipeline(model=STATIC())
    for given, said in ((["a", " "], "Input 1 is empty"), ([3], "Input 0 is not a text"), (3, "A int is not")):
        with pytest.raises(BadInput, match=said):
            classify(given)
    for top_k in (0, -1, "all"):
        with pytest.raises(UsageError, match="Invalid top_k"):
            classify("a", top_k=top_k)
    with pytest.raises(UsageError, match="no option 'function_to_apply'"):
        classify("a", function_to_apply="none")
