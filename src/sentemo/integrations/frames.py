"""Data frames of pandas, polars, pyarrow and others that narwhals knows: labels in a column beside the texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import narwhals as nw
from narwhals.typing import IntoDataFrameT

from sentemo.errors import BadInput, UsageError
from sentemo.loading import load
from sentemo.types import ABSTENTION, Conversation, Labeler, TurnPrediction, Utterance


def label(
    frame: IntoDataFrameT,
    text: str = "text",
    conversation: str | None = None,
    speaker: str | None = None,
    *,
    model: str | Labeler = "default",
    labels: str | None = None,
    probabilities: bool = False,
    name: str = "emotion",
) -> IntoDataFrameT:
    """Return a data frame with the emotion of each row's text, in the columns `emotion` and `emotion_score`.

    `text`, `conversation` and `speaker` name columns. Rows with the same conversation are the turns of one, in the
    order of the rows, wherever they are; without `conversation`, each text is read by itself. Rows, their order, the
    index and all columns are unchanged. A row without a text gets no label, and is left out of its conversation.

    `model` is a name for `sentemo.load`, or any labeler, and `labels` another of its label sets (`sentiment`,
    `goemotions`). `probabilities` adds a column for each label (`emotion_anger`), and `name` replaces `emotion`. Raises
    `BadInput` for a column that is missing or doesn't contain texts.
    """
    given = nw.from_native(cast(Any, frame), eager_only=True, pass_through=True)
    if not isinstance(given, nw.DataFrame):
        raise BadInput(
            f"A {type(frame).__name__} is not a data frame in memory",
            "Pass a frame of pandas, polars or pyarrow; call collect() on a lazy one",
        )
    texts = _texts(given, text)
    groups = _groups(given, conversation, texts)
    speakers = [""] * len(texts) if speaker is None else _words(given, speaker)
    talks = [
        Conversation(key, tuple(Utterance(texts[row] or "", speakers[row]) for row in rows)) for key, rows in groups
    ]
    found: list[TurnPrediction | None] = [None] * len(texts)
    for (_, rows), prediction in zip(groups, _predicted(model, talks, labels), strict=True):
        for row, turn in zip(rows, prediction, strict=True):
            found[row] = turn
    return cast(IntoDataFrameT, _with(given, _columns(found, name, probabilities)).to_native())


def _predicted(model: str | Labeler, talks: Sequence[Conversation], labels: str | None) -> Sequence[Any]:
    if not talks:
        return []
    labeler = load(model) if isinstance(model, str) else model
    return cast(Any, labeler).predict(talks, labels=labels) if labels else labeler.predict(talks)


def _column(frame: nw.DataFrame[Any], name: str) -> list[Any]:
    """Return a column's values, None if it is not given."""
    if name not in frame.columns:
        raise BadInput(f"The frame has no column {name!r}", f"Name one of: {', '.join(map(str, frame.columns))}")
    column = frame[name]
    return [None if gone else value for value, gone in zip(column.to_list(), column.is_null().to_list(), strict=True)]


def _texts(frame: nw.DataFrame[Any], name: str) -> list[str | None]:
    """Return a column of texts, None for missing and blank ones."""
    values = _column(frame, name)
    for place, value in enumerate(values):
        if value is not None and not isinstance(value, str):
            raise BadInput(
                f"Row {place} of column {name!r} contains {value!r:.40}, not a text", "Name the column of texts"
            )
    return [value if value and value.strip() else None for value in values]


def _words(frame: nw.DataFrame[Any], name: str) -> list[str]:
    return ["" if value is None else str(value) for value in _column(frame, name)]


def _groups(frame: nw.DataFrame[Any], name: str | None, texts: Sequence[str | None]) -> list[tuple[str, list[int]]]:
    """Return each conversation's id and rows; a row without an id is a conversation by itself."""
    keys = [None] * len(texts) if name is None else _column(frame, name)
    groups: dict[object, list[int]] = {}
    for row, (key, words) in enumerate(zip(keys, texts, strict=True)):
        if words is not None:
            groups.setdefault(("alone", row) if key is None else ("of", key), []).append(row)
    return [(str(keys[rows[0]] or ""), rows) for rows in groups.values()]


def _columns(
    found: Sequence[TurnPrediction | None], name: str, probabilities: bool
) -> dict[str, tuple[Any, list[Any]]]:
    """Return the new columns: the type and the values of each."""
    columns: dict[str, tuple[Any, list[Any]]] = {
        name: (nw.String, [None if turn is None or turn.label == ABSTENTION else turn.label for turn in found]),
        f"{name}_score": (nw.Float64, [None if turn is None else turn.score for turn in found]),
    }
    if any(turn is not None and (turn.labels or turn.tags) for turn in found):
        columns[f"{name}_all"] = (nw.String, [None if turn is None else _all(turn) for turn in found])
    for each in next((turn.probabilities for turn in found if turn is not None), ()) if probabilities else ():
        shares = [None if turn is None else turn.probabilities.get(each, 0.0) for turn in found]
        columns[f"{name}_{each}"] = (nw.Float64, shares)
    return columns


def _all(turn: TurnPrediction) -> str:
    """Return every label and tag that applies, separated by commas."""
    return ",".join([*(turn.labels or (turn.label,)), *turn.tags])


def _with(frame: nw.DataFrame[Any], columns: dict[str, tuple[Any, list[Any]]]) -> nw.DataFrame[Any]:
    taken = sorted(columns.keys() & {*frame.columns})
    if taken:
        raise UsageError(f"The frame already has a column {taken[0]!r}", "Drop it, or choose another name=")
    made = [
        nw.new_series(name, values, dtype, backend=frame.implementation) for name, (dtype, values) in columns.items()
    ]
    return frame.with_columns(*made)
