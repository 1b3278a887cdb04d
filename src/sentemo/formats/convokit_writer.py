"""Conversations to a ConvoKit corpus, with a model's labels where one is given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from itertools import islice, pairwise
from os import PathLike
from pathlib import Path
from typing import Any

from sentemo.errors import UsageError
from sentemo.files import staged_folder
from sentemo.formats.convokit import UTTERANCES
from sentemo.formats.turns import Place, checked
from sentemo.times import written
from sentemo.types import Conversation, Labeler, Prediction, TurnPrediction

AT_ONCE = 256  # conversations labelled together
INDEX = {
    "label": ["<class 'str'>"],
    "time": ["<class 'str'>"],
    "message_id": ["<class 'str'>"],
    "predicted_label": ["<class 'str'>"],
    "predicted_score": ["<class 'float'>"],
    "predicted_probabilities": ["<class 'dict'>"],
}
"""The metadata of an utterance: its own label, time and id; a labeler's label, its probability and those of all."""


def write_convokit(
    conversations: Iterable[Conversation], folder: str | PathLike[str], labeler: Labeler | None = None
) -> int:
    """Write a corpus that `read_convokit` and ConvoKit read; return how many conversations.

    Each utterance replies to the one before it. Its timestamp is its time in seconds since 1970 (UTC is taken for times
    that don't tell their zone) where every turn has one that is not before the last one's, else its place in the
    conversation, from 0. The folder must be new or empty and appears complete or not at all.

    Raises `UsageError` for a folder that is neither, `BadInput` for conversations without an id of their own and for
    what could not be read again.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists already", "Name a new folder")
    with staged_folder(target) as corpus:
        return _write(_labelled(conversations, labeler), corpus, Place(target))


def _labelled(
    conversations: Iterable[Conversation], labeler: Labeler | None
) -> Iterator[tuple[Conversation, Prediction | None]]:
    source = iter(conversations)
    while batch := list(islice(source, AT_ONCE)):
        yield from zip(batch, labeler.predict(batch) if labeler else [None] * len(batch), strict=True)


def _write(pairs: Iterable[tuple[Conversation, Prediction | None]], folder: Path, place: Place) -> int:
    talks: set[str] = set()
    speakers: set[str] = set()
    keys: set[str] = set()
    with (folder / UTTERANCES).open("w", encoding="utf-8", newline="\n") as stream:
        for conversation, prediction in pairs:
            talk = checked(conversation, place)
            if not talk.id or talk.id in talks:
                place.refuse(f"The id {talk.id!r} is blank or of two conversations", "Give each one its own")
            talks.add(talk.id)
            for record in _records(talk, prediction):
                speakers.add(record["speaker"])
                keys |= record["meta"].keys()
                stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    for name, value in _companions(talks, speakers, keys).items():
        (folder / name).write_text(json.dumps(value, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    return len(talks)


def _companions(talks: set[str], speakers: set[str], keys: set[str]) -> dict[str, Any]:
    """Give the other files of a corpus, which say that there is nothing but the utterances."""
    nothing: dict[str, object] = {"meta": {}, "vectors": []}
    return {
        "speakers.json": dict.fromkeys(speakers, nothing),
        "conversations.json": dict.fromkeys(talks, nothing),
        "corpus.json": {},
        "index.json": {
            "utterances-index": {key: INDEX[key] for key in keys},
            "speakers-index": {},
            "conversations-index": {},
            "overall-index": {},
            "version": 1,
            "vectors": [],
        },
    }


def _records(talk: Conversation, prediction: Prediction | None) -> Iterator[dict[str, Any]]:
    """Yield the utterances as ConvoKit writes them; `ID/n` is the id of turn n, so that no two have the same."""
    for place, (turn, timestamp) in enumerate(zip(talk, _timestamps(talk), strict=True)):
        meta = {} if turn.label is None else {"label": turn.label}
        meta |= {} if turn.time is None else {"time": written(turn.time)}
        meta |= {"message_id": turn.id} if turn.id else {}
        yield {
            "id": f"{talk.id}/{place}",
            "conversation_id": talk.id,
            "text": turn.text,
            "speaker": turn.speaker,
            "meta": meta | (_predicted(prediction.turns[place]) if prediction else {}),
            "reply-to": f"{talk.id}/{place - 1}" if place else None,
            "timestamp": timestamp,
            "vectors": [],
        }


def _timestamps(talk: Conversation) -> Sequence[float]:
    times = [turn.time.replace(tzinfo=turn.time.tzinfo or UTC).timestamp() for turn in talk if turn.time is not None]
    in_order = len(times) == len(talk) and all(before <= after for before, after in pairwise(times))
    return times if in_order else range(len(talk))


def _predicted(turn: TurnPrediction) -> dict[str, Any]:
    return {
        "predicted_label": turn.label,
        "predicted_score": turn.score,
        "predicted_probabilities": dict(turn.probabilities),
    }
