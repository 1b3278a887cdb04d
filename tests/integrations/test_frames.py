"""`sentemo.label`, with the real pandas, polars and pyarrow."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import sentemo
from sentemo.errors import BadInput, UsageError
from sentemo.types import Conversation

STATIC = cache(lambda: sentemo.load("static"))
ROWS: dict[str, list[Any]] = {
    "ticket": [7, 3, 7, 3, None, 7],
    "from": ["Ann", "Cleo", "Bob", None, "Dan", "Ann"],
    "body": ["where is my parcel?", "I got the job!!", "Sorry, it is late.", "No way, congrats!", "hm", "I am furious"],
    "n": [1, 2, 3, 4, 5, 6],
}
FRAMES: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "pandas, arrow": lambda rows: pd.DataFrame(rows).convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
}


def columns(frame: Any) -> dict[str, list[Any]]:
    """Return a frame's columns as lists, None where a value is missing."""
    if isinstance(frame, pd.DataFrame):
        return {name: [None if pd.isna(value) else value for value in frame[name].tolist()] for name in frame.columns}
    return frame.to_dict(as_series=False) if isinstance(frame, pl.DataFrame) else frame.to_pydict()


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_rows_of_a_conversation_are_read_together_and_stay_where_they_are(make: Callable[..., Any]) -> None:
    given = make(ROWS)
    found = sentemo.label(given, "body", "ticket", "from", model=STATIC())
    assert type(found) is type(given)
    assert {**columns(found), "emotion": [], "emotion_score": []} == {
        **columns(given),
        "emotion": [],
        "emotion_score": [],
    }
    talks = [
        (0, 2, 5, Conversation.of(*((ROWS["from"][row], ROWS["body"][row]) for row in (0, 2, 5)))),
        (1, 3, Conversation.of(("Cleo", ROWS["body"][1]), ROWS["body"][3])),
        (4, Conversation.of(("Dan", ROWS["body"][4]))),
    ]
    for *rows, talk in talks:
        for row, turn in zip(rows, STATIC().predict(talk), strict=True):
            assert columns(found)["emotion"][row] == turn.label
            assert columns(found)["emotion_score"][row] == pytest.approx(turn.score)


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_rows_without_a_text_have_no_label_and_are_no_turn(make: Callable[..., Any]) -> None:
    found = columns(
        sentemo.label(make({"text": ["great!!", None, "  ", "oh no"], "c": [1, 1, 1, 1]}), conversation="c")
    )
    alone = columns(sentemo.label(make({"text": ["great!!", "oh no"], "c": [1, 1]}), conversation="c"))
    assert found["emotion"] == [alone["emotion"][0], None, None, alone["emotion"][1]]
    assert found["emotion_score"][1:3] == [None, None]


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_a_frame_without_a_row_gets_its_columns(make: Callable[..., Any]) -> None:
    empty = make({"text": ["a"]})[:0] if make is not pa.table else pa.table({"text": ["a"]}).slice(0, 0)
    assert {*columns(sentemo.label(empty))} == {"text", "emotion", "emotion_score"}


def test_the_index_of_pandas_is_kept_even_with_doubles() -> None:
    frame = pd.DataFrame({"text": ["hooray!", "She died. I'm heartbroken.", "ok"]}, index=["b", "a", "b"])
    found = sentemo.label(frame, model=STATIC())
    assert found.index.tolist() == ["b", "a", "b"] and list(frame.columns) == ["text"]
    assert found["emotion"].tolist() == [turn.turns[0].label for turn in STATIC().predict(frame["text"].tolist())]


def test_categories_are_texts_and_probabilities_are_columns() -> None:
    frame = pd.DataFrame({"text": pd.Categorical(["hooray!", "She died. I'm heartbroken."])})
    found = sentemo.label(frame, model=STATIC(), probabilities=True, name="mood")
    shares = [f"mood_{name}" for name in STATIC().labels]
    assert list(found.columns) == ["text", "mood", "mood_score", *shares]
    assert found[shares].sum(axis=1).tolist() == pytest.approx([1, 1])


def test_another_label_set() -> None:
    found = sentemo.label(
        pl.DataFrame({"text": ["hooray!", "She died. I'm heartbroken."]}), model=STATIC(), labels="sentiment"
    )
    assert found["emotion"].to_list() == ["positive", "negative"]


@pytest.mark.parametrize(
    ("frame", "words", "said"),
    [
        (pd.DataFrame({"body": ["a"]}), {}, "no column 'text'. Name one of: body"),
        (pd.DataFrame({"text": [1]}), {}, "Row 0 of column 'text' contains 1, not a text"),
        (pd.DataFrame({"text": ["a"]}), {"conversation": "id"}, "no column 'id'"),
        (pl.LazyFrame({"text": ["a"]}), {}, r"collect\(\)"),
        (["a"], {}, "A list is not a data frame"),
    ],
)
def test_what_cannot_be_labelled_is_said(frame: Any, words: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        sentemo.label(frame, model=STATIC(), **words)


def test_a_column_is_never_replaced() -> None:
    with pytest.raises(UsageError, match=r"already has a column 'emotion'.*name="):
        sentemo.label(pd.DataFrame({"text": ["a"], "emotion": ["joy"]}), model=STATIC())
