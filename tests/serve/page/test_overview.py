"""The overview: counts that naive code finds too, sentences, and the moments that lead into the conversation."""

from __future__ import annotations

import json
import math
import random
from collections import Counter

from tests.serve.page.visitor import Visitor

LABELS = ("neutral", "joy", "anger")


def random_chat(seed: int, turns: int) -> tuple[list[dict[str, str]], list[str]]:
    """Make turns of three people, and their labels."""
    chance = random.Random(seed)
    said = [{"speaker": chance.choice("ABC"), "text": "x"} for _ in range(turns)]
    weights = {"A": (6, 3, 1), "B": (6, 1, 3), "C": (8, 1, 1)}
    return said, [chance.choices(LABELS, weights[turn["speaker"]])[0] for turn in said]


def test_shares_and_contrasts_are_those_of_naive_code(visit: Visitor) -> None:
    for seed in range(4):
        turns, labels = random_chat(seed, 150)
        given = f"{json.dumps(turns)}, {json.dumps(labels)}"
        found = visit.within(
            "summary.js",
            f"m.shares({given}).map(({{name, turns, counts}}) => [name, turns, Object.fromEntries(counts)])",
        )
        naive = Counter((turn["speaker"], label) for turn, label in zip(turns, labels, strict=True))
        assert {(name, label): n for name, _, counts in found for label, n in counts.items()} == dict(naive)
        assert [n for _, n, _ in found] == sorted((n for _, n, _ in found), reverse=True)
        clear = visit.within("summary.js", f"m.contrast(m.shares({given}), 'neutral')")
        z = {
            (name, label): _z(naive[name, label], _turns(naive, name), _others(naive, name, label), 150)
            for name in "ABC"
            for label in ("joy", "anger")
        }
        best = max(z, key=lambda key: z[key])
        assert (clear and (clear["name"], clear["label"])) == (best if z[best] > 2.58 else None)


def _turns(counts: Counter[tuple[str, str]], name: str) -> int:
    return sum(n for (who, _), n in counts.items() if who == name)


def _others(counts: Counter[tuple[str, str]], name: str, label: str) -> int:
    return sum(n for (who, what), n in counts.items() if who != name and what == label)


def _z(own: int, turns: int, others: int, total: int) -> float:
    """The z value of two proportions."""
    both = (own + others) / total
    error = math.sqrt(both * (1 - both) * (1 / turns + 1 / (total - turns)))
    return (own / turns - others / (total - turns)) / error if error else 0.0


def test_a_cluster_is_where_an_emotion_is_densest(visit: Visitor) -> None:
    labels = ["neutral"] * 200
    for turn in (20, 90, 91, 92, 94, 95, 97, 98, 160):
        labels[turn] = "anger"
    assert visit.within("summary.js", f"m.cluster({json.dumps(labels)}, 'neutral')") == {
        "label": "anger", "start": 89, "stop": 99,
    }  # fmt: skip
    assert visit.within("summary.js", f"m.cluster({json.dumps(['joy', 'neutral'] * 60)}, 'neutral')") is None


def test_the_overview_says_what_it_amounts_to(visit: Visitor) -> None:
    visit.example()
    labels = visit.labels()
    share = round(100 * labels.count("neutral") / 13)
    assert visit.get("#overview .gist").inner_text().startswith(f"{share} % of 13 turns are neutral.")
    eli = Counter(labels[1::2])
    heard = visit.get("#overview .stacked").nth(1).get_attribute("aria-label") or ""
    assert {part.rsplit(" ", 2)[0]: part.rsplit(" ", 2)[1] for part in heard.split(", ")} == {
        label: str(round(100 * n / 6)) for label, n in eli.items()
    }
    moments = visit.get("#overview .moments .label").all_inner_texts()
    assert set(moments) == set(labels) - {"neutral"}
    visit.get("#overview .moments button").first.click()
    visit.wait("#panel-title")
    visit.page.keyboard.press("Escape")
    visit.page.click("#overview .shares-by button >> nth=0")  # only the first speaker's turns
    assert visit.get("#turns .turn:visible").count() == 7


def test_speakers_are_told_apart(visit: Visitor) -> None:
    visit.paste("Ann: Hi.\nBen: Hi.\nAnna Lee: Hello.\nAnna Lee: I am so happy!\nAnn: Great.", 5)
    assert visit.get("#turns .speaker").all_inner_texts() == ["A\nAnn", "B\nBen", "AL\nAnna Lee", "A\nAnn"]
    voices = visit.get("#turns .initials").evaluate_all("(all) => all.map((each) => each.className)")
    assert len(set(voices)) == 3 and voices[0] == voices[3]
    assert visit.get("#turns .turn.right").count() == 0
    initials = visit.within(
        "speakers.js", "m.cast(['Ann', 'Abe', 'Al', 'Ann B'].map((speaker) => ({speaker, text: ''}))).initials"
    )
    assert len(set(initials)) == 4
