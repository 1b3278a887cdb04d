"""Damaged bytes into every reader: conversations or `BadInput` that names the file, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentemo.corpora import get_corpus
from sentemo.errors import BadInput
from sentemo.formats import read_bytes, read_conversations
from sentemo.types import Conversation
from tests.corpora.samples import (
    BRIGHTER,
    CSV,
    DIALOGUES,
    EMPATHETIC,
    EVERYDAY,
    JSONL,
    PLAIN,
    XED,
    emory_csv,
    emory_json,
    emotion_lines,
    hub_parquet,
    meld_csv,
    mutations,
    outer_zip,
    parquet,
    utterance_lines,
    write_iemocap,
    write_text,
)
from tests.evidence.plugin import Evidence
from tests.formats.exports import ANDROID, CONVOKIT, IOS, SLACK, unpacked, zipped

NESTED = parquet({"id": ["a"], "turns": [[{"text": "Hi", "speaker": "Ann", "label": "joy"}]]})
FLAT = parquet({"id": ["a", "a"], "text": ["Hi", "Ho"], "label": ["joy", "fear"]})
USERS = {"t.jsonl": JSONL, "t.csv": CSV, "t.txt": PLAIN, "nested.parquet": NESTED, "flat.parquet": FLAT}
USERS |= {"hub.parquet": hub_parquet(), "chat.txt": ANDROID.encode(), "chat.zip": zipped({"_chat.txt": IOS})}
USERS |= {"slack.zip": zipped(SLACK), "convokit.zip": zipped(CONVOKIT)}

PUBLISHED = {
    "dailydialog dialogues_train.txt": utterance_lines(),
    "dailydialog dialogues_emotion_train.txt": emotion_lines(),
    "dailydialog ijcnlp_dailydialog.zip": outer_zip("train", DIALOGUES),
    "dailydialog train.parquet": hub_parquet(),
    "meld train_sent_emo.csv": meld_csv(),
    "emorynlp emorynlp_train_final.csv": emory_csv(),
    "emorynlp emotion-detection-trn.json": emory_json(),
    "goemotions train.tsv": b"I sold the boat.\t27\tc1\nWait, what?\t26,7\tc2\nGreat!\t17\tc3\n",
    "empathetic train.csv": EMPATHETIC.encode(),
    "xed en-annotated.tsv": XED.encode(),
    "brighter train.csv": BRIGHTER.encode(),
    "everyday train.jsonl": EVERYDAY.encode(),
    "iemocap Session1/dialog/transcriptions/Ses01F_impro00.txt": b"",
    "iemocap Session1/dialog/EmoEvaluation/Ses01F_impro00.txt": b"",
}
NAMES = [*USERS, *PUBLISHED]
KEEPS_LINES = ("t.jsonl", "t.csv", "t.txt", ".csv", ".tsv")
MUTANTS = 60


def reader(name: str, folder: Path) -> tuple[Path, bytes, Callable[[], Iterable[Conversation]]]:
    """Lay out what one reader needs; give the file to damage, its sound bytes and the reading."""
    if name in USERS:
        return folder / name, USERS[name], lambda: read_conversations(folder / name)
    corpus, file = name.split(" ")
    if file.startswith("dialogues_"):
        write_text(folder, "train")
    if corpus == "iemocap":
        write_iemocap(folder, 1, ["Ses01F_impro00", "Ses01F_impro01"])
    path = folder / file
    return path, PUBLISHED[name] or path.read_bytes(), lambda: get_corpus(corpus).iter(folder, "train")


def outcome(read: Callable[[], Iterable[Conversation]], folder: Path, name: str) -> int:
    """Read to the end; count the conversations, or give -1 for a proper refusal."""
    try:
        talks = list(read())
    except BadInput as error:
        assert error.path is not None and error.path.startswith(str(folder))
        assert error.line is not None or error.fault.startswith("Damaged") or not name.endswith(KEEPS_LINES)
        return -1
    assert all(isinstance(talk, Conversation) and talk.turns for talk in talks)
    assert all(turn.text.strip() and turn.text.encode() for talk in talks for turn in talk)
    return len(talks)


@pytest.mark.evidence("input.readers")
@pytest.mark.parametrize("name", NAMES)
def test_mutated_files(tmp_path: Path, name: str, evidence: Evidence) -> None:
    path, sound, read = reader(name, tmp_path)
    path.write_bytes(sound)
    assert outcome(read, tmp_path, name) > 0
    outcomes = set()
    count = evidence.scale(MUTANTS, 20 * MUTANTS)
    for mutant in mutations(sound, count, seed=NAMES.index(name)):
        path.write_bytes(mutant)
        outcomes.add(outcome(read, tmp_path, name))
    evidence.count(count, "damaged files")
    assert -1 in outcomes  # else the mutations were too mild to tell anything


@pytest.mark.evidence("input.readers")
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200)
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))
    | st.sampled_from([b"PAR1", b"PK\3\4", b"\xef\xbb\xbf"])
)
def test_random_bytes(tmp_path: Path, name: str, data: bytes) -> None:
    path, _, read = reader(name, tmp_path)
    path.write_bytes(data)
    outcome(read, tmp_path, name)


@pytest.mark.evidence("input.readers")
@pytest.mark.parametrize("files", [SLACK, CONVOKIT], ids=["slack", "convokit"])
def test_mutated_files_in_a_folder(tmp_path: Path, files: dict[str, str]) -> None:
    """Zips tell damage by their checksums; here the readers see it."""
    name = next(name for name in files if name.startswith(("general", "utterances")))
    outcomes = set()
    for mutant in mutations(files[name].encode(), MUTANTS, seed=1):
        unpacked(files | {name: mutant}, tmp_path)
        outcomes.add(outcome(lambda: read_conversations(tmp_path), tmp_path, ".json"))
    assert len(outcomes) > 1 and -1 in outcomes


@pytest.mark.evidence("input.readers")
@pytest.mark.parametrize("name", USERS)
def test_mutated_bytes(name: str) -> None:
    """What a server is sent: the format is told by the content, the name of the file is not known."""
    outcomes = set()
    for mutant in mutations(USERS[name], MUTANTS, seed=2):
        try:
            outcomes.add(len(list(read_bytes(mutant))))
        except BadInput as error:
            assert error.path is not None and error.path.startswith("input")
            outcomes.add(-1)
    assert len(outcomes) > 1
