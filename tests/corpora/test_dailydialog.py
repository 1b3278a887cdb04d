from __future__ import annotations

from pathlib import Path

import pytest

from sentemo.corpora import SplitNotFound, get_corpus
from sentemo.errors import BadInput, UsageError
from sentemo.types import Conversation
from tests.corpora.samples import DIALOGUES, hub_parquet, inner_zip, outer_zip, parquet, write_text

CORPUS = get_corpus("dailydialog")


def expected(split: str) -> list[Conversation]:
    from sentemo.types import Utterance

    first = (
        Utterance("Hi there, how was the trip?", "A", "neutral"),
        Utterance("We lost the suitcase. I'm furious.", "B", "anger"),
        Utterance("Oh no!", "A", "surprise"),
    )
    second = (
        Utterance("The cake is ready. Let's eat!", "A", "happiness"),
        Utterance("Yum.", "B", "happiness"),
    )
    third = (
        Utterance("My old cat died last night.", "A", "sadness"),
        Utterance("I am so sorry, dear.", "B", "sadness"),
        Utterance("Thank you.", "A", "neutral"),
        Utterance("Of course.", "B", "neutral"),
    )
    return [Conversation(f"dailydialog-{split}-{i}", turns) for i, turns in enumerate((first, second, third))]


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def lay(root: Path, layout: str, split: str) -> Path:
    """Write the sample in a layout and give the path to read."""
    match layout:
        case "text":
            write_text(root / split, split)
        case "text flat":
            write_text(root, split)
        case "text file":
            write_text(root, split)
            return root / f"dialogues_{split}.txt"
        case "unpacked":
            write_text(root / "ijcnlp_dailydialog" / split, split)
        case "outer zip":
            return put(root / "any name.zip", outer_zip(split))
        case "outer zip in folder":
            put(root / "ijcnlp_dailydialog.zip", outer_zip(split))
        case "inner zip":
            return put(root / f"{split}.zip", inner_zip(split))
        case "inner zips in folder":
            put(root / "ijcnlp_dailydialog" / f"{split}.zip", inner_zip(split))
        case "shards":
            put(root / "data" / f"{split}-00000-of-00002.parquet", hub_parquet(DIALOGUES[:1]))
            put(root / "data" / f"{split}-00001-of-00002.parquet", hub_parquet(DIALOGUES[1:]))
        case pattern:
            put(root / pattern.replace("SPLIT", split), hub_parquet())
    return root


LAYOUTS = [
    *("text", "text flat", "text file", "unpacked"),
    *("outer zip", "outer zip in folder", "inner zip", "inner zips in folder"),
    *("shards", "data/SPLIT-00000-of-00001.parquet", "SPLIT-0.parquet", "default/SPLIT/0000.parquet"),
    *("SPLIT/0000.parquet", "SPLIT.parquet", "default/SPLIT-x.parquet"),
]


@pytest.mark.parametrize("split", ["train", "validation"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_reads_the_same(tmp_path: Path, layout: str, split: str) -> None:
    path = lay(tmp_path, layout, split)
    assert CORPUS.read(path, split) == expected(split)
    assert CORPUS.present(path) == (split,)
    for absent in {"train", "validation", "test"} - {split}:
        with pytest.raises(SplitNotFound):
            CORPUS.read(path, absent)


def test_a_parquet_file_itself(tmp_path: Path) -> None:
    for name in ("latest.parquet", "dev-0.parquet", "dd_validation.parquet"):
        assert CORPUS.read(put(tmp_path / name, hub_parquet()), "dev") == expected("validation")
    with pytest.raises(SplitNotFound):
        CORPUS.read(tmp_path / "dev-0.parquet", "train")


def test_aliases_and_unknown_splits(tmp_path: Path) -> None:
    write_text(tmp_path, "validation")
    assert all(CORPUS.read(tmp_path, name) == expected("validation") for name in ("dev", "val", "valid"))
    with pytest.raises(UsageError, match="Use one of: train, validation, test"):
        CORPUS.read(tmp_path, "holdout")


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(SplitNotFound, match="No such file or folder"):
        CORPUS.read(tmp_path / "nowhere", "train")
    with pytest.raises(SplitNotFound, match="No DailyDialog test split there"):
        CORPUS.read(tmp_path, "test")


def test_it_streams(tmp_path: Path) -> None:
    write_text(tmp_path, "train")
    with (tmp_path / "dialogues_train.txt").open("ab") as stream:
        stream.write(b"\xff")
    talks = CORPUS.iter(tmp_path, "train")
    assert [next(talks) for _ in range(3)] == expected("train")
    with pytest.raises(BadInput):
        next(talks)


@pytest.mark.parametrize(
    ("texts", "emotions", "file", "line", "cause"),
    [
        (b"a __eou__ b __eou__\n", b"0 \n", "", 1, "2 utterances but 1 emotions"),
        (b"a __eou__\nb __eou__\n", b"0 \n", "", 2, "1 utterances but 0 emotions"),
        (b"a __eou__\n", b"0 \n1 \n", "_emotion", 2, "0 utterances but 1 emotions"),
        (b"a __eou__\n", b"7 \n", "_emotion", 1, "Unknown emotion id '7'"),
        (b"a __eou__\n", b"x \n", "_emotion", 1, "Unknown emotion id 'x'"),
        (b"a __eou__ __eou__\n", b"0 0 \n", "", 1, "Empty utterance"),
        (b"a __eou__\n\xc3( __eou__\n", b"0 \n0 \n", "", 2, "Not valid UTF-8"),
        (b"a\0b __eou__\n", b"0 \n", "", 1, "NUL"),
    ],
)
def test_damage_names_file_and_line(
    tmp_path: Path, texts: bytes, emotions: bytes, file: str, line: int, cause: str
) -> None:
    put(tmp_path / "dialogues_train.txt", texts)
    put(tmp_path / "dialogues_emotion_train.txt", emotions)
    with pytest.raises(BadInput, match=cause) as caught:
        CORPUS.read(tmp_path, "train")
    assert caught.value.line == line
    assert caught.value.path == str(tmp_path / f"dialogues{file}_train.txt")


def test_files_of_dialogue_acts_are_not_read(tmp_path: Path) -> None:
    write_text(tmp_path, "train")
    put(tmp_path / "dialogues_act_train.txt", b"\xff")
    assert CORPUS.read(tmp_path, "train") == expected("train")
    put(tmp_path / "hub" / "train.parquet", parquet({"dialog": [["a"]], "emotion": [[0]], "act": [[9, 9]]}))
    assert len(CORPUS.read(tmp_path / "hub", "train")) == 1


def test_missing_emotions(tmp_path: Path) -> None:
    put(tmp_path / "dialogues_train.txt", b"a __eou__\n")
    with pytest.raises(BadInput, match=r"dialogues_emotion_train\.txt: Cannot open the file: No such file"):
        CORPUS.read(tmp_path, "train")


def test_blank_lines_at_the_end_are_no_dialogues(tmp_path: Path) -> None:
    put(tmp_path / "dialogues_train.txt", b"a __eou__\r\n\n\n")
    put(tmp_path / "dialogues_emotion_train.txt", b"0\n \n\n")
    assert len(CORPUS.read(tmp_path, "train")) == 1


@pytest.mark.parametrize(
    ("columns", "cause"),
    [
        ({"dialog": [["a"]]}, "No column 'emotion'"),
        ({"dialog": [["a"]], "emotion": [[0, 1]]}, "1 utterances but 2 emotions"),
        ({"dialog": [["a"]], "emotion": [[9]]}, "Unknown emotion id '9'"),
        ({"dialog": [["a"]], "emotion": [[True]]}, "Unknown emotion id 'True'"),
        ({"dialog": ["a"], "emotion": [[0]]}, "not a list"),
        ({"dialog": [[None]], "emotion": [[0]]}, "missing, not text"),
        ({"dialog": [[]], "emotion": [[]]}, "Empty conversation"),
    ],
)
def test_odd_parquet(tmp_path: Path, columns: dict[str, list[object]], cause: str) -> None:
    file = put(tmp_path / "train.parquet", parquet(columns))
    with pytest.raises(BadInput, match=cause) as caught:
        CORPUS.read(tmp_path, "train")
    assert (caught.value.path, caught.value.line) == (str(file), 1)


def test_zip_without_emotions(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "train.zip", "w") as archive:
        archive.writestr("train/dialogues_train.txt", "a __eou__\n")
    with pytest.raises(BadInput, match=r"No dialogues_emotion_train\.txt beside"):
        CORPUS.read(tmp_path, "train")


def test_a_real_slice_reads_the_same_from_every_layout(data_dir: Path, tmp_path: Path) -> None:
    real = data_dir / "dailydialog" / "validation"
    lines, ids = (
        (real / name).read_text("utf-8").split("\n")[:200]
        for name in ("dialogues_validation.txt", "dialogues_emotion_validation.txt")
    )
    slice = [
        list(zip(line.split("__eou__")[:-1], map(int, numbers.split()), strict=True))
        for line, numbers in zip(lines, ids, strict=True)
    ]
    write_text(tmp_path / "text", "validation", slice)
    zipped = put(tmp_path / "outer.zip", outer_zip("validation", slice))
    hub = put(tmp_path / "validation.parquet", hub_parquet(slice))
    from_text = CORPUS.read(tmp_path / "text", "validation")
    assert from_text == CORPUS.read(zipped, "validation") == CORPUS.read(hub, "validation")
    whole = CORPUS.read(data_dir / "dailydialog", "validation")
    assert [talk.turns for talk in from_text] == [talk.turns for talk in whole[:200]]
