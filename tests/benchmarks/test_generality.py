"""benchmarks/generality.py on small corpora of templates: what is measured, what is kept, what is written."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sentemo.corpora.registry import get_corpus
from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.mapped import MappedLabeler
from sentemo.evaluation.repeats import without_shared_scenes
from sentemo.formats.jsonl import write_jsonl
from sentemo.model import SentEmoContext
from sentemo.training.fitting import fit_mixture
from sentemo.training.mixture import MappedCorpus
from sentemo.training.recipe import Recipe
from sentemo.types import Conversation, LabelSet, Utterance
from tests.dialogues import template_dialogues
from tests.encoders.readers import tiny_reader

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import generality  # noqa: E402
from general import cells as cells_module  # noqa: E402
from general import parts as parts_module  # noqa: E402
from general import sets as sets_module  # noqa: E402
from general.baselines import Vader, examples, tfidf  # noqa: E402
from general.cells import Cells  # noqa: E402
from general.page import BEGIN, END, put  # noqa: E402
from general.sets import SETS, Data, cut  # noqa: E402

Run = Callable[..., dict[str, Any]]
SEVEN = get_corpus("everyday").labels
SMALL = {
    "network.context_dim": "16",
    "network.space_dim": "16",
    "network.heads": "2",
    "network.layers": "1",
    "encoder.alone": "1",
    "encoder.frozen_layers": "1",
}
SCENE = ("I am furious about the old garden", "I miss your sister badly", "we lost it")
WORDS = {"happiness": "joy", "anger": "anger", "sadness": "sadness", "neutral": "neutral"}


def table_file(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def write_meld(path: Path, talks: Sequence[Conversation]) -> None:
    rows = [
        (turn.text, turn.speaker, WORDS[turn.label or "neutral"], number, place)
        for number, talk in enumerate(talks)
        for place, turn in enumerate(talk)
    ]
    table_file(path, ("Utterance", "Speaker", "Emotion", "Dialogue_ID", "Utterance_ID"), rows)


def write_emorynlp(path: Path, talks: Sequence[Conversation]) -> None:
    words = {"happiness": "Joyful", "anger": "Mad", "sadness": "Sad", "neutral": "Neutral"}
    rows = [
        (turn.text, f"['{turn.speaker}']", words[turn.label or "neutral"], number, place, 1, 1)
        for number, talk in enumerate(talks)
        for place, turn in enumerate(talk)
    ]
    table_file(path, ("Utterance", "Speaker", "Emotion", "Scene_ID", "Utterance_ID", "Season", "Episode"), rows)


def write_goemotions(path: Path, talks: Sequence[Conversation]) -> None:
    names = get_corpus("goemotions").labels
    turns = [turn for talk in talks for turn in talk]
    lines = [f"{turn.text}\t{names.index(WORDS[turn.label or 'neutral'])}\tid{n}" for n, turn in enumerate(turns)]
    lines[0] = lines[0].replace("\t", f"\t{names.index('caring')},", 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def relabelled(talks: Sequence[Conversation], words: dict[str, str | None]) -> list[Conversation]:
    return [
        Conversation(talk.id, tuple(Utterance(turn.text, "", words[turn.label or "neutral"]) for turn in talk))
        for talk in talks
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with small corpora, and a model that was trained on one of them."""
    root = tmp_path_factory.mktemp("generality")
    scene = Conversation("s", tuple(Utterance(text, "Ida", "sadness") for text in SCENE))
    for split, seed in (("train", 1), ("dev", 2)):
        drawn = template_dialogues(20, seed)
        write_meld(root / "meld" / f"{split}_sent_emo.csv", [*drawn, scene] if split == "dev" else drawn)
        emory = template_dialogues(20, seed + 10)
        write_emorynlp(
            root / "emorynlp" / f"emorynlp_{split}_final.csv", [*emory, scene] if split == "train" else emory
        )
        write_goemotions(root / "goemotions" / f"{split}.tsv", template_dialogues(12, seed + 20))
    for name, words in (
        ("airline", {"happiness": "positive", "anger": "negative", "sadness": "negative", "neutral": "neutral"}),
        ("premo", {"happiness": "joy", "anger": "anger", "sadness": None, "neutral": None}),
    ):
        (root / name).mkdir()
        write_jsonl(relabelled(template_dialogues(25, 30), words), root / name / "validation.jsonl")
    (root / "own").mkdir()
    for split, seed in (("train", 3), ("test", 4)):
        write_jsonl(template_dialogues(30, seed), root / "own" / f"{split}.jsonl")
    own = MappedCorpus("emorynlp", template_dialogues(20, 11), {name: (name,) for name in SEVEN.names})
    recipe = Recipe.load("everyday", {**SMALL, "schedule.epochs": "1"})
    fit_mixture(recipe, SEVEN, [own], encoder=tiny_reader()).save_pretrained(root / "tiny")
    return root


@pytest.fixture
def run(place: Path, tmp_path: Path) -> Run:
    """Give a function that runs the script and returns its JSON."""

    def start(*words: str) -> dict[str, Any]:
        settings = [word for pair in SMALL.items() for word in ("--set", "=".join(pair))]
        generality.main(
            [
                "--data", str(place), "--cells", str(tmp_path / "cells"), "--page", str(tmp_path / "page.md"),
                "--json", str(tmp_path / "found.json"), "--models", f"{place / 'tiny'},nonesuch", "--turns", "40",
                "--resamples", "10", "--sources", "everyday,goemotions,dailydialog", "--embedder", "hashing-64",
                "--curve", "10,9999", *settings, *words,
            ],
            encoder=tiny_reader(),
            everyday=place / "own",
        )  # fmt: skip
        found: dict[str, Any] = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
        return found

    return start


@pytest.fixture
def few_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure on two sets alone, to save time."""
    monkeypatch.setattr(sets_module, "SETS", tuple(each for each in SETS if each.name in ("meld", "airline")))


@pytest.mark.usefixtures("few_sets")
def test_every_part_is_measured_kept_and_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    found = run()
    by_part = {part: {(row["row"], row["set"]) for row in found[part]["rows"]} for part in found}
    assert {name for _, name in by_part["shipped"]} == {"meld", "airline"}
    assert {row for row, _ in by_part["matrix"]} == {"everyday", "friends", "goemotions", "all", "all but friends"}
    assert [name for row, name in by_part["matrix"] if row == "all but friends"] == ["meld"]
    assert {row for row, _ in by_part["sources"]} == {"all sources", "without everyday", "without goemotions"}
    assert {row for row, _ in by_part["curve"]} == {"10 conversations", "30 conversations"}
    linear = {f"{name} + logistic regression" for name in ("TF-IDF", "hashing-64")}
    assert {row for row, _ in by_part["baselines"]} - {"VADER"} == linear
    assert by_part["multi-label"] == set()
    told = capfd.readouterr().err
    assert "nonesuch is left out" in told and "left out of the mixture: dailydialog" in told
    assert not any((tmp_path / "cells" / "trainings").iterdir())

    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    for heading in ("Models on every set", "Trained on one corpus", "Without one source", "Each utterance alone"):
        assert f"## {heading}" in page
    assert "complaints found" in page and "fitted shares" in page and "Test splits are measured elsewhere" in page
    assert "seed 0" in page and "recipe: everyday schedule.epochs=1" in page and "Shared scenes left out" in page
    for block in page.split("\n\n"):
        if block.startswith("|"):
            assert len({line.count("|") for line in block.splitlines()}) == 1

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a kept result was made again")

    monkeypatch.setattr(parts_module, "score", never)
    monkeypatch.setattr(parts_module.Trainings, "train", never)
    assert run() == found


def test_a_cell_is_what_evaluate_says(run: Run, place: Path) -> None:
    rows = {row["set"]: row for row in run("--parts", "shipped")["shipped"]["rows"]}
    model = SentEmoContext.from_pretrained(place / "tiny")
    data = Data(place, everyday=place / "own")
    for name in ("goemotions", "airline", "meld"):
        gold = data.gold(next(each for each in SETS if each.name == name), ["emorynlp"])
        mapped = gold.gold
        report = evaluate(
            MappedLabeler(model, gold.chosen), mapped.conversations, protocol="map", labels=mapped.labels,
            resamples=10, note=mapped.note,
        )  # fmt: skip
        for figure, value in report.metrics.figures.items():
            assert rows[name]["plain"][figure] == pytest.approx(value)
        assert rows[name]["plain"]["neutral_auroc"] == pytest.approx(report.neutral and report.neutral.auroc)
    assert rows["airline"]["plain"]["complaints_found"] == rows["airline"]["plain"]["per_label"]["negative"]["recall"]
    assert sum(rows["airline"]["fitted"]["shares"].values()) == pytest.approx(1, abs=1e-4)
    assert rows["meld"]["dropped"] > 0 and rows["emorynlp"]["dropped"] == 0


@pytest.mark.usefixtures("few_sets")
def test_a_stop_loses_nothing_and_what_is_damaged_is_made_anew(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = parts_module.score
    left = iter([True, True, True, False])  # at the second set of the second row

    def stopping(*words: Any, **more: Any) -> Any:
        if not next(left):
            raise KeyboardInterrupt
        return score(*words, **more)

    words = ("--parts", "curve")
    with monkeypatch.context() as patch:
        patch.setattr(parts_module, "score", stopping)
        with pytest.raises(KeyboardInterrupt):
            run(*words)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "cells").glob("curve-*.json")}
    assert len(kept) == 3 and any((tmp_path / "cells" / "trainings").iterdir())
    damaged = sorted(kept)[0]
    damaged.write_text('{"key": ', encoding="utf-8")
    made: list[str] = []
    monkeypatch.setattr(parts_module, "score", lambda *a, **k: made.append("") or score(*a, **k))
    found = run(*words)
    assert len(found["curve"]["rows"]) == 4 and len(made) == 2
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in kept.items() if path != damaged)
    run(*words, "--again")
    assert len(made) == 2 + 4


@pytest.mark.usefixtures("few_sets")
def test_other_parts_and_the_rest_of_a_page_stay(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Mine\n\nHow it was chosen.\n\n{BEGIN}\nstale figures\n{END}\n\nThe end.\n", encoding="utf-8")
    first = run("--parts", "multi-label")
    both = run("--parts", "shipped", "--limit", "5")
    assert both["multi-label"] == first["multi-label"] and "conversations of a set at most: 5" in page.read_text()
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Mine\n\nHow it was chosen.\n\n<!--") and text.endswith("\n\nThe end.\n")
    assert "stale" not in text and text.count(BEGIN) == text.count(END) == 1
    assert put("x", None) == put("x", "no marks") == "# Generality\n\nx"


def test_unknown_parts_are_refused(run: Run) -> None:
    with pytest.raises(SystemExit, match="Unknown parts: hopes"):
        run("--parts", "shipped,hopes")


@pytest.mark.usefixtures("few_sets")
def test_the_curve_may_have_other_corpora_beside(run: Run) -> None:
    rows = run("--parts", "curve", "--curve", "10", "--beside", "emorynlp")["curve"]["rows"]
    assert {row["row"] for row in rows} == {"10 conversations, emorynlp"} and set(rows[0]["turns"]) == {
        "everyday",
        "emorynlp",
    }
    assert next(row for row in rows if row["set"] == "meld")["dropped"] > 0


def test_scenes_of_the_other_corpus_are_dropped_only_where_it_was_trained_on(place: Path) -> None:
    data = Data(place, everyday=place / "own")
    meld = next(each for each in SETS if each.name == "meld")
    assert data.gold(meld).dropped == data.gold(meld, ["meld", "goemotions"]).dropped == 0
    whole, less = data.gold(meld, ["goemotions"]).gold, data.gold(meld, ["emorynlp-everyday", "meld"])
    assert "meld-validation-20" in {talk.id for talk in whole.conversations}  # SCENE
    kept = without_shared_scenes(whole.conversations, data.read("emorynlp", "train"))
    assert less.gold.conversations == kept and less.dropped == len(whole.conversations) - len(kept)
    assert "meld-validation-20" not in {talk.id for talk in kept} != set()


def test_cells_name_what_decides_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells_module, "commit", lambda: "abc")
    cells = Cells(tmp_path / "cells")
    key = {"part": "x", "set": "a", "names": ("p", "q")}
    assert cells.get(key) is None
    found = cells.value(key, lambda: {"figure": 1.0})
    assert found["figure"] == 1.0 and found["made"]["commit"] == "abc"
    assert cells.value(dict(reversed(key.items())), dict) == found
    assert cells.value(key | {"set": "b"}, lambda: {"figure": 2.0})["figure"] == 2.0
    assert Cells(tmp_path / "cells", again=True).value(key, lambda: {"figure": 3.0})["figure"] == 3.0


def test_a_cut_takes_whole_conversations_up_to_so_many_turns_and_a_larger_one_holds_it() -> None:
    talks = template_dialogues(30, 5)
    small, large = cut(talks, 40, 1), cut(talks, 90, 1)
    assert 30 < sum(map(len, small)) <= 40 and all(talk in large for talk in small)
    assert cut(talks, 0, 1) == talks


def test_linear_baselines_learn_of_certain_labels_and_votes() -> None:
    sets = [Conversation("", (Utterance("good", labels=("a", "b")), Utterance("fine", "", "a"), Utterance("no")))]
    votes = [Conversation("", (Utterance("bad", labels=("b", "b", "a")),))]
    labels = LabelSet(("a", "b", "c"))
    table = {name: (name,) for name in labels.names}
    corpora = [MappedCorpus("one", sets, table), MappedCorpus("two", votes, table, votes=True)]
    texts, places, weights = examples(corpora, labels, ["two=3"])
    assert list(zip(texts, places.tolist(), strict=True)) == [("fine", 0), ("bad", 0), ("bad", 1)]
    assert weights == pytest.approx([1, 1, 2])
    own = [MappedCorpus("own", template_dialogues(60, 1), {name: (name,) for name in SEVEN.names})]
    labeler = tfidf(own, SEVEN)
    assert sum(labeler.priors.values()) == pytest.approx(1) and "fear" not in labeler.priors
    talks = template_dialogues(30, 2)
    assert evaluate(labeler, talks, resamples=3).metrics.figures["micro_f1_no_neutral"] > 60
    probabilities = labeler.predict(talks[0]).turns[0].probabilities
    assert sum(probabilities.values()) == pytest.approx(1) and probabilities["fear"] == 0


def test_vader_tells_sentiment() -> None:
    pytest.importorskip("vaderSentiment")
    told = Vader().predict(Conversation.of("I love this!", "The bus is blue.", "What a horrible, awful day"))
    assert [turn.label for turn in told] == ["positive", "neutral", "negative"]
    assert np.allclose([turn.score for turn in told], 1)


@pytest.fixture(autouse=True, scope="module")
def path_as_it_was() -> Iterator[None]:
    """Take the benchmarks' folder from the path again."""
    yield
    sys.path.remove(str(BENCHMARKS))
