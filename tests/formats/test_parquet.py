from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.errors import BadInput
from sentemo.formats.parquet import BATCH_ROWS, read_parquet
from sentemo.types import Conversation, Utterance
from tests.corpora.samples import hub_parquet, parquet

NESTED = {
    "id": ["first", None],
    "turns": [
        [{"speaker": "Ann", "text": "Hi", "label": "joy"}, {"speaker": None, "text": "Ho", "label": None}],
        [{"speaker": "Bob", "text": "No", "label": "anger"}],
    ],
    "extra": [1, 2],
}


def read(tmp_path: Path, columns: dict[str, list[object]]) -> list[Conversation]:
    file = tmp_path / "talks.parquet"
    file.write_bytes(parquet(columns))
    return list(read_parquet(file))


def test_nested(tmp_path: Path) -> None:
    assert read(tmp_path, NESTED) == [
        Conversation("first", (Utterance("Hi", "Ann", "joy"), Utterance("Ho"))),
        Conversation("talks-1", (Utterance("No", "Bob", "anger"),)),
    ]


def test_nested_turns_may_have_several_labels(tmp_path: Path) -> None:
    [talk] = read(tmp_path, {"turns": [[{"text": "Why?", "labels": ["anger", "fear"]}]]})
    assert talk.turns == (Utterance("Why?", labels=("anger", "fear")),)


def test_nested_bare_strings(tmp_path: Path) -> None:
    assert read(tmp_path, {"turns": [["Hi", "Ho"]]}) == [Conversation.of("Hi", "Ho", id="talks-0")]


def test_flat(tmp_path: Path) -> None:
    columns = {"Dialogue": [4, 4, 5], "text": ["a", "b", "c"], "label": ["joy", None, "fear"], "n": [1, 2, 3]}
    assert read(tmp_path, columns) == [
        Conversation("4", (Utterance("a", "", "joy"), Utterance("b"))),
        Conversation("5", (Utterance("c", "", "fear"),)),
    ]


def test_numbers_are_taken_as_text(tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {
        "text": [1, 2.5],
        "label": [3, None],
        "speaker": [7, 8.0],
        "other": [{"a": 1}, None],
    }
    (talk,) = read(tmp_path, columns)
    assert talk.turns == (Utterance("1", "7", "3"), Utterance("2.5", "8"))


def test_hub(tmp_path: Path) -> None:
    file = tmp_path / "hub.parquet"
    file.write_bytes(hub_parquet([[("Hi", 0), ("Ho", 4)]]))
    turns = (Utterance("Hi", "A", "0"), Utterance("Ho", "B", "4"))
    assert list(read_parquet(file)) == [Conversation("hub-0", turns)]
    assert read(tmp_path, {"dialog": [["Hi", "Ho"]], "label": [["joy", None]]}) == [
        Conversation("talks-0", (Utterance("Hi", "A", "joy"), Utterance("Ho", "B")))
    ]
    assert read(tmp_path, {"dialog": [["Hi"]]}) == [Conversation("talks-0", (Utterance("Hi", "A"),))]


def test_a_conversation_across_batches(tmp_path: Path) -> None:
    count = 2 * BATCH_ROWS + 5
    (talk,) = read(tmp_path, {"id": [1] * count, "text": [str(number) for number in range(count)]})
    assert [turn.text for turn in talk] == [str(number) for number in range(count)]


@pytest.mark.parametrize(
    ("columns", "row", "cause"),
    [
        ({"words": ["x"]}, 1, "No column of texts"),
        ({"text": ["x", None]}, 2, "utterance is missing"),
        ({"id": ["a", "b", "a"], "text": ["x", "y", "z"]}, 3, "comes again"),
        ({"id": [None], "text": ["x"]}, 1, "No conversation id"),
        ({"turns": [["x"], None]}, 2, "not a list"),
        ({"turns": [[]]}, 1, "Empty conversation"),
        ({"turns": [[{"speaker": "Ann"}]]}, 1, "utterance is missing"),
        ({"turns": ["x"]}, 1, "not a list"),
        ({"dialog": [["x"]], "label": [["a", "b"]]}, 1, "1 utterances but 2 labels"),
    ],
)
def test_damage_names_file_and_row(tmp_path: Path, columns: dict[str, list[object]], row: int, cause: str) -> None:
    with pytest.raises(BadInput, match=cause) as caught:
        read(tmp_path, columns)
    assert (caught.value.path, caught.value.line) == (str(tmp_path / "talks.parquet"), row)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + b"\0" * 40 + b"PAR1", b"no parquet at all"])
def test_not_parquet(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "talks.parquet"
    file.write_bytes(data)
    with pytest.raises(BadInput, match="Damaged or not Parquet"):
        list(read_parquet(file))
