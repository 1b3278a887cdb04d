from __future__ import annotations

import subprocess
import sys

import pytest

from sentemo.corpora.registry import get_corpus
from sentemo.errors import MissingExtra, UsageError
from sentemo.llm.completion import Ask
from sentemo.llm.costs import Prices
from sentemo.llm.endpoint import Endpoint
from sentemo.llm.settings import PRESETS, Settings
from sentemo.llm.spec import Outfit, Spec

SEVEN = get_corpus("dailydialog").labels
URL = "http://127.0.0.1:8080/v1"


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        (f"llm:qwen@{URL}", Spec("qwen", URL)),
        (f"qwen@{URL}#last", Spec("qwen", URL, "last")),
        (f"org/model:free@{URL}#my/prompt.txt", Spec("org/model:free", URL, "my/prompt.txt")),
        ("llm:some/folder", Spec("some/folder")),
        ("some/f@lder#quoted", Spec("some/f@lder", "", "quoted")),
        ("llama2-7b", Spec("llama2-7b")),
    ],
)
def test_one_word_says_it_all(text: str, spec: Spec) -> None:
    assert Spec.parse(text) == spec


@pytest.mark.parametrize("text", ["", "llm:", "#last", f"@{URL}"])
def test_a_model_needs_a_name(text: str) -> None:
    with pytest.raises(UsageError, match="has no name"):
        Spec.parse(text)


def test_presets_are_the_published_models_and_settings() -> None:
    assert {name: preset.model for name, preset in PRESETS.items()} == {
        "llama2-7b": "meta-llama/Llama-2-7b-chat-hf",
        "llama2-13b": "meta-llama/Llama-2-13b-chat-hf",
        "falcon-7b": "tiiuae/falcon-7b-instruct",
    }
    for preset in PRESETS.values():
        assert preset.runs == 10 and preset.settings.top_k == 10 and preset.settings.temperature > 0
    labeler = Outfit().labeler(Spec.parse(f"llama2-13b@{URL}"), SEVEN, "last")
    assert isinstance(labeler.backend, Endpoint) and labeler.backend.model == "meta-llama/Llama-2-13b-chat-hf"
    assert labeler.prompt.name == "quoted" and labeler.backend.settings.top_k == 10
    assert Spec("falcon-7b").prompt_name == "last" and Spec("falcon-7b").runs == 10 and Spec("qwen").runs == 1


def test_settings_prices_and_definitions_are_shared() -> None:
    prices = {"qwen": Prices(1, 2), "": Prices(3, 4)}
    outfit = Outfit(["concurrency=9", "context=2"], prices=prices, definitions={"fear": "fright"})
    labeler = outfit.labeler(Spec.parse(f"qwen@{URL}"), SEVEN)
    assert isinstance(labeler.backend, Endpoint) and labeler.backend.settings.concurrency == 9
    assert labeler.prompt.context == 2 and labeler.prompt.definitions["fear"] == "fright"
    assert labeler.backend.wants_json and labeler.prices == Prices(1, 2)
    assert outfit.labeler(Spec.parse(f"other@{URL}"), SEVEN).prices == Prices(3, 4)


def test_an_endpoint_scores_no_labels() -> None:
    with pytest.raises(UsageError, match="can't score"):
        Outfit(["score=true"]).labeler(Spec.parse(f"qwen@{URL}"), SEVEN)


def test_settings_are_read_by_their_types() -> None:
    texts = ["temperature=0.5", "top_k=3", "context=4", "schema=false", 'body={"a": 1}', "score=True"]
    found = Settings().with_overrides(texts)
    assert found == Settings(temperature=0.5, top_k=3, context=4, schema=False, body='{"a": 1}', score=True)
    assert found.further() == {"a": 1}


@pytest.mark.parametrize(
    "text",
    [
        "temprature=1",
        "temperature",
        "temperature=hot",
        "temperature=-1",
        "temperature=nan",
        "top_k=1.5",
        "concurrency=0",
        "timeout_s=0",
        "schema=maybe",
        "body=[1]",
        "body={",
        "context=-1",
    ],
)
def test_settings_that_can_not_be_meant(text: str) -> None:
    with pytest.raises(UsageError):
        Settings().with_overrides([text])


def test_what_is_not_installed_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtra, match=r"pip install 'sentemo\[llm\]'") as caught:
        Endpoint(URL, "qwen").replies([Ask("", (), "")], 0)
    assert caught.value.exit_code == 5
    with pytest.raises(MissingExtra, match="transformers is not installed"):
        Outfit().labeler(Spec("some/folder"), SEVEN)


def test_an_endpoint_needs_no_torch() -> None:
    code = "import sentemo.llm.spec, sentemo.llm.local, sys; print('torch' in sys.modules, 'httpx2' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["False", "False"]
