"""Every figure recomputed by naive code on random labelled chats."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.report import store
from sentemo.report.batch import Labelled
from sentemo.report.figures import figures
from sentemo.report.outcomes import wilson_low
from sentemo.report.resampling import Design
from sentemo.report.words import PRIOR
from tests.report.chats import FOUR, Turn, chats_of, turns_of

Tables = dict[str, Any]
NEGATIVE = {"anger"}
SEEDS = st.integers(0, 2**32)
"""Of random chats: drawn turn by turn they would be more than Hypothesis takes."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def tables_of(chats: list[Labelled], at_once: int = 10_000) -> Tables:
    with (
        mock.patch.object(store, "TURNS_AT_ONCE", at_once),
        store.stored(chats, FOUR, ("place",), on_disk=False) as turns,
    ):
        return figures(turns)[0]


def units_of(chats: list[list[Turn]]) -> dict[tuple[int, int], int]:
    """Number the conversations, or the blocks of turns where there are fewer than ten conversations."""
    block = round(sum(map(len, chats)) ** (1 / 3)) if len(chats) < 10 else 10**6
    numbers: dict[tuple[int, int], int] = {}
    return {
        (turn.conversation, turn.place): numbers.setdefault((turn.conversation, turn.place // block), len(numbers))
        for chat in chats
        for turn in chat
    }


def weights_of(chats: list[list[Turn]]) -> tuple[dict[tuple[int, int], int], list[list[int]]]:
    units = units_of(chats)
    design = Design.of(len(chats), sum(map(len, chats)))
    return units, design.weights(0, max(units.values()) + 1).tolist()


def groups_of(turn: Turn) -> Iterator[tuple[str, str]]:
    yield "all", "all"
    yield "speaker", turn.prediction.speaker
    yield "place", turn.column
    part = turn.place * 10 // turn.length
    yield "part", f"{part * 10}-{part * 10 + 10} %"
    if turn.time:
        yield "hour", f"{turn.time.hour:02}"
        yield "weekday", WEEKDAYS[turn.time.weekday()]
        yield "day", turn.time.date().isoformat()
        yield "week", f"{turn.time.date().fromordinal(turn.time.date().toordinal() - turn.time.weekday())}"


def close(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_shares(seed: int) -> None:
    chats = chats_of(seed)
    talks = turns_of(chats)
    turns, counts = Counter[tuple[str, str]](), Counter[tuple[str, str, str]]()
    for turn in (turn for talk in talks for turn in talk if turn.label):
        for group in groups_of(turn):
            turns[group] += 1
            for mark in (turn.label, *turn.prediction.tags):
                counts[(*group, mark or "")] += 1
    rows = [row for row in tables_of(chats)["shares"] if "and week" not in row["by"]]
    assert {(row["by"], row["group"]) for row in rows} == turns.keys()
    for row in rows:
        key = row["by"], row["group"]
        assert (row["turns"], row["count"]) == (turns[key], counts[(*key, row["mark"])])
        assert close(row["share"], row["count"] / row["turns"])
        assert not row["low"] > row["high"]


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_intervals_of_shares(seed: int) -> None:
    chats = chats_of(seed)
    talks = turns_of(chats)
    units, weights = weights_of(talks)
    assert set(weights[0]) == {1}
    rows = [row for row in tables_of(chats)["shares"] if row["by"] == "speaker" and row["mark"] in ("anger", "relief")]
    for row in rows:
        drawn = []
        own = [turn for talk in talks for turn in talk if turn.label and turn.prediction.speaker == row["group"]]
        if len({units[turn.conversation, turn.place] for turn in own}) == 1:  # no interval of a single unit
            assert math.isnan(row["low"]) and math.isnan(row["high"])
            continue
        for weight in weights[1:]:
            turns = count = 0
            for turn in (turn for talk in talks for turn in talk):
                if turn.label and turn.prediction.speaker == row["group"]:
                    times = weight[units[turn.conversation, turn.place]]
                    turns += times
                    count += times * (turn.label == row["mark"] or row["mark"] in turn.prediction.tags)
            if turns:
                drawn.append(count / turns)
        low, high = np.percentile(drawn, (2.5, 97.5)) if drawn else (math.nan, math.nan)
        assert close(row["low"], low) and close(row["high"], high)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_answers(seed: int) -> None:
    chats = chats_of(seed, 20)
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for talk in turns_of(chats):
        for one, other in pairwise(talk):
            if one.prediction.speaker != other.prediction.speaker and one.label and other.label:
                pairs["everyone", "everyone"].append((one.label, other.label))
                pairs[one.prediction.speaker, other.prediction.speaker].append((one.label, other.label))
    rows = tables_of(chats)["answers"]
    told = {pair for pair, answers in pairs.items() if len(answers) >= (1 if pair[0] == "everyone" else 30)}
    assert {(row["to"], row["by"]) for row in rows} == told
    for row in rows:
        answers = pairs[row["to"], row["by"]]
        count = answers.count((row["after"], row["comes"]))
        before = sum(one == row["after"] for one, _ in answers)
        chance = before * sum(other == row["comes"] for _, other in answers) / len(answers)
        assert row["count"] == count and close(row["chance"], chance)
        assert close(row["share"], count / before if before else math.nan)
        assert close(row["times_chance"], count / chance if chance else math.nan)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_pauses(seed: int) -> None:
    chats = chats_of(seed)
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for talk in turns_of(chats):
        for one, other in pairwise(talk):
            if one.prediction.speaker != other.prediction.speaker and one.time and other.time:
                for kind, label in (("answered turn", one.label), ("answer", other.label)):
                    if label:
                        found[kind, label].append((other.time - one.time).total_seconds())
    rows = tables_of(chats)["pauses"]
    assert {(row["emotion_of"], row["emotion"]) for row in rows} == found.keys()
    for row in rows:
        pauses = sorted(found[row["emotion_of"], row["emotion"]])
        median = pauses[(len(pauses) - 1) // 2]
        assert row["answers"] == len(pauses)
        assert row["median_s"] <= median <= max(row["median_s"] * 1.021, row["median_s"] + 0.999)


def naive_turning(talk: list[Turn]) -> Iterator[tuple[Turn, str, str, int]]:
    for speaker in sorted({turn.prediction.speaker for turn in talk}):
        own = [turn for turn in talk if turn.prediction.speaker == speaker]
        for place in range(2, len(own) - 2):
            labels = [turn.label for turn in own]
            before, after = labels[place - 2 : place], labels[place : place + 3]
            if len(set(before)) == len(set(after)) == 1 and before[0] and after[0] and before[0] != after[0]:
                stays = next((n for n, label in enumerate(labels[place:]) if label != after[0]), len(own) - place)
                yield own[place], before[0], after[0], stays


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_turning_points(seed: int) -> None:
    chats = chats_of(seed)
    found = [point for talk in turns_of(chats) for point in naive_turning(talk)]
    tables = tables_of(chats)
    expected = {(f"c{turn.conversation}", turn.place + 1, one, other, stays) for turn, one, other, stays in found}
    points = tables["turning_points"]
    assert {(row["conversation"], row["turn"], row["from"], row["to"], row["stays"]) for row in points} == expected
    assert [row["strength"] for row in points] == sorted((row["strength"] for row in points), reverse=True)
    counts = Counter((one, other) for _, one, other, _ in found)
    assert {(row["from"], row["to"]): row["count"] for row in tables["turning"] if row["count"]} == counts


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_moments(seed: int) -> None:
    chats = chats_of(seed)
    talks = turns_of(chats)
    for mark in (*FOUR, "relief", "sarcasm"):
        every = []
        for talk in talks:
            own = [(turn.prediction.tags.get(mark, turn.prediction.score), turn) for turn in talk]
            own = [pair for pair in own if mark in (pair[1].label, *pair[1].prediction.tags)]
            own.sort(key=lambda pair: (-np.float32(pair[0]), pair[1].place))
            every += own[:1] if len(talks) >= 10 else own
        every.sort(key=lambda pair: (-np.float32(pair[0]), pair[1].conversation, pair[1].place))
        best: list[Turn] = []
        for _, turn in every:
            if turn.prediction.text not in [each.prediction.text for each in best]:
                best.append(turn)
        rows = [row for row in tables_of(chats)["moments"] if row["mark"] == mark]
        assert [(row["number"], row["turn"]) for row in rows] == [
            (turn.conversation, turn.place + 1) for turn in best[:3]
        ]
        for row in rows:
            talk = talks[row["number"]]
            around = talk[max(0, row["turn"] - 3) : row["turn"] + 2]
            assert [turn["text"] for turn in row["turns"]] == [turn.prediction.text for turn in around]
            assert around[row["at"]].place == row["turn"] - 1


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_outcomes_and_rankings(seed: int) -> None:
    chats = chats_of(seed)
    outcomes = {}
    for talk in turns_of(chats):
        bad = [turn.label in NEGATIVE for turn in talk]
        stretches = [sum(bad[place : place + 3]) >= 2 for place in range(len(bad) - 2)]
        if stretches:
            ended = stretches[-1]
            recovered = any(stretches) and not any(bad[-3:])
            outcomes[talk[0].conversation] = "ended badly" if ended else "recovered" if recovered else "neither"
    tables = tables_of(chats)
    counts = Counter(outcomes.values())
    rows = [row for row in tables["outcomes"] if row["by"] == "all"]
    assert {row["outcome"]: row["count"] for row in rows if row["count"]} == counts
    for row in tables["rankings"]:
        number = int(row["conversation"][1:])
        assert row["outcome"] == outcomes.get(number)
        talk = turns_of(chats)[number]
        assert row["anger"] == sum(turn.label == "anger" for turn in talk)
        assert row.get("sarcasm", 0) == sum("sarcasm" in turn.prediction.tags for turn in talk if turn.label)
    angry = [row for row in tables["rankings"] if row["ranking"] == "most anger"]
    lows = [float(wilson_low(np.array(row["anger"]), np.array(row["turns"]))) for row in angry]
    assert lows == sorted(lows, reverse=True)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_words(seed: int) -> None:
    chats = chats_of(seed, 25)
    here: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    for turn in (turn for talk in turns_of(chats) for turn in talk if turn.label):
        found = set(turn.prediction.text.split())
        total.update(found)
        for mark in (turn.label, *turn.prediction.tags):
            here[mark or ""].update(found)
    total = Counter({word: count for word, count in total.items() if count >= 5})
    everything = sum(total.values())
    told = {(row["mark"], row["word"]): row for row in tables_of(chats)["words"]}
    for mark, counts in here.items():
        inside = sum(counts[word] for word in total)
        outside = everything - inside
        for word in total if inside and outside and len(total) > 1 else ():
            prior = PRIOR * total[word] / everything
            one, other = counts[word] + prior, total[word] - counts[word] + prior
            odds = math.log(one / (inside + PRIOR - one)) - math.log(other / (outside + PRIOR - other))
            z = odds / math.sqrt(1 / one + 1 / other)
            row = told.pop((mark, word), None)
            assert (row is not None) == (z > 1.96)
            if row:
                assert row["turns"] == counts[word] and close(row["z"], z) and row["low"] > 0
    assert not told


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_figures_do_not_depend_on_how_turns_are_batched(seed: int) -> None:
    chats = chats_of(seed)
    whole, parts = tables_of(chats), tables_of(chats, at_once=7)
    for tables in (whole, parts):
        tables["turning"] = [row for row in tables["turning"] if row["count"]]  # the others are there by chance
    for name, rows in whole.items():
        assert len(parts[name]) == len(rows)
        for one, other in zip(rows, parts[name], strict=True):
            for key in one.keys() - {"low", "high", "low_s", "high_s", "by_chance"}:
                assert one[key] == other[key] or one[key] == pytest.approx(other[key], nan_ok=True), (name, key)
