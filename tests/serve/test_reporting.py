"""`/v1/report`: the same page as the package's own, and what can't be reported on."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from sentemo.report import Report
from sentemo.report.sources import about
from sentemo.serve import limits
from sentemo.times import read_time
from sentemo.types import ABSTENTION, LabelSet, Prediction, TurnPrediction
from tests.serve.served import MODEL, Running

LABELS = ["neutral", "anger", "relief"]
TURNS: list[dict[str, Any]] = [
    {
        "speaker": "Ann",
        "text": "hm <b>",
        "label": "neutral",
        "probabilities": {"neutral": 0.9},
        "time": "2024-03-01T08:00",
    },
    {"speaker": "Bo", "text": "no!", "label": "anger", "probabilities": {"anger": 0.7}, "tags": {"rude": 0.8}},
    {"speaker": "Ann", "text": "phew", "label": "relief", "probabilities": {"neutral": 0.6}},
    {"speaker": "Bo", "text": "eh", "label": None},
]
ASKED = {"labels": LABELS, "conversations": [{"id": "a", "turns": TURNS}, {"id": "b", "turns": TURNS * 3}]}


def prediction(id: str, turns: list[dict[str, Any]]) -> Prediction:
    found = []
    for turn in turns:
        shares, label = turn.get("probabilities", {}), turn["label"] or ABSTENTION
        more = {"tags": turn.get("tags", {}), "time": read_time(turn.get("time"))}
        found.append(TurnPrediction(turn["speaker"], turn["text"], label, shares.get(label, 0.0), shares, **more))
    return Prediction(id, tuple(found))


def test_it_is_the_packages_own_report(server: Running) -> None:
    html = server.http.post("/v1/report", json=ASKED).raise_for_status().json()["html"]
    same, model = [prediction("a", TURNS), prediction("b", TURNS * 3)], about("first", MODEL)
    assert html == Report.from_predictions(same, LabelSet(tuple(LABELS), "neutral"), model=model).to_html()
    assert "hm &lt;b&gt;" in html and "hm <b>" not in html


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"labels": ["neutral"]}, "conversations"),  # a turn has a label that isn't named
        ({"labels": ["neutral", "neutral"]}, "conversations"),
        ({"labels": []}, "labels"),
        ({"conversations": []}, "conversations"),
        ({"conversations": [{"turns": [{"text": "a"}] * (limits.MAX_READ_TURNS // 2 + 1)}] * 2}, "conversations"),
        ({"conversations": [{"turns": [{"text": "a", "probabilities": {"anger": 1.5}}]}]}, "conversations[0].turns[0]"),
        ({"model": "none"}, None),
    ],
)
def test_what_cant_be_reported_on(server: Running, asked: dict[str, Any], where: str | None) -> None:
    reply = server.http.post("/v1/report", json=ASKED | asked)
    assert reply.status_code == (404 if "model" in asked else 422)
    error = reply.json()["error"]
    assert error["cause"] and error["next_step"] and (where is None or error["where"].startswith(where)), error


def test_it_needs_its_extra(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    reply = server.http.post("/v1/report", json=ASKED)
    assert reply.status_code == 501 and "sentemo[report]" in reply.json()["error"]["next_step"]
