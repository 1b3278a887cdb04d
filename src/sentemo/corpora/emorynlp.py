"""EmoryNLP (Zahiri and Choi 2018): multi-party dialogues of a television series, seven labels.

Two editions are in use: the official JSON, and the smaller CSV files used in papers on emotion recognition in
conversation. Their counts differ, so figures on one don't apply to the other.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from sentemo.corpora.corpus import Corpus, SplitCounts, SplitNotFound
from sentemo.corpora.published_csv import find, grouped, known_label, need_columns
from sentemo.formats.csvfile import csv_rows
from sentemo.formats.lines import file_lines
from sentemo.formats.turns import Place, make_conversation, make_turn, plain
from sentemo.types import Conversation, LabelSet

RawTurn = tuple[object, list[str], object, Place]
"""Text, speakers, label and file position of a turn."""

Scene = tuple[str, list[RawTurn], Place]
"""Id, turns and file position of a scene."""


def read_scenes(path: Path) -> Iterator[Scene]:
    """Yield the scenes of a file with one season or several.

    Stage directions, which have neither text nor emotion, are left out, and so are scenes that have nothing else.
    Parsed JSON has no line numbers, so an error names the utterance.
    """
    place = Place(path)
    document = _load("".join(text for _, text in file_lines(path)), path)
    for season in document if isinstance(document, list) else [document]:
        for episode in _items(season, "episodes", place):
            for scene in _items(episode, "scenes", place):
                turns = [_turn(each, place) for each in _items(scene, "utterances", place) if _is_said(each)]
                if turns:
                    yield _scene_id(season, episode, scene, place), turns, place


def _load(text: str, path: Path) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        Place(path, error.lineno).refuse(f"Not JSON: {error.msg}", "Fetch the file again")
    except (ValueError, RecursionError) as error:
        Place(path).refuse(f"JSON that cannot be used: {error}", "Fetch the file again")


def _items(value: object, key: str, place: Place) -> list[object]:
    found = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(found, list):
        place.refuse(f"No list {key!r} where one is expected", "Fetch the file again")
    return found


def _scene_id(season: object, episode: object, scene: object, place: Place) -> str:
    """Return the scene's own id, which includes season and episode, or compose one."""
    parts = [
        str(value.get(key, "")) if isinstance(value, Mapping) else ""
        for value, key in ((season, "season_id"), (episode, "episode_id"), (scene, "scene_id"))
    ]
    own = plain(parts[-1], "scene_id", place)
    if not own:
        place.refuse("A scene without scene_id", "Fetch the file again")
    return own if own.startswith("s") else "-".join(plain(part, "id", place) for part in parts)


def _is_said(utterance: object) -> bool:
    return not isinstance(utterance, Mapping) or bool(utterance.get("transcript") or utterance.get("emotion"))


def _turn(value: object, place: Place) -> RawTurn:
    if not isinstance(value, Mapping):
        place.refuse("An utterance that is not an object", "Fetch the file again")
    name = str(value.get("utterance_id", "without id"))[:60]
    text = value.get("transcript")
    if not isinstance(text, str) or not text.strip():
        place.refuse(f"Utterance {name!r} has no transcript", "Fetch the file again")
    speakers = [plain(each, "speaker", place) for each in _items(value, "speakers", place)]
    return text.strip(), speakers, value.get("emotion"), place


LABELS = LabelSet(("neutral", "joyful", "peaceful", "powerful", "scared", "mad", "sad"), neutral="neutral")
CSV_FILES = {
    "train": "emorynlp_train_final.csv",
    "validation": "emorynlp_dev_final.csv",
    "test": "emorynlp_test_final.csv",
}
JSON_FILES = {
    "train": "emotion-detection-trn.json",
    "validation": "emotion-detection-dev.json",
    "test": "emotion-detection-tst.json",
}
COLUMNS = ("Utterance", "Speaker", "Emotion", "Scene_ID", "Season", "Episode")
MAX_SPEAKERS_CHARACTERS = 2_000


def read_emorynlp(path: Path, split: str) -> Iterator[Conversation]:
    """Yield the scenes of a split from the CSV or the official JSON in DIR or DIR/json, or the file itself.

    Ids are `emorynlp-SPLIT-Season-Episode-Scene`; several speakers of one turn are joined with " & ".
    """
    table, tree = find(path, CSV_FILES[split], ("",)), find(path, JSON_FILES[split], ("", "json"))
    if table is None and tree is None:
        raise SplitNotFound("EmoryNLP", split, path, f"the folder with {CSV_FILES[split]} or {JSON_FILES[split]}")
    scenes = _csv_scenes(table) if table is not None else read_scenes(tree or path)
    for id, turns, scene_place in scenes:
        named = (
            make_turn(
                text,
                " & ".join(speakers),
                None if label is None else known_label(label, LABELS, place),
                place,
            )
            for text, speakers, label, place in turns
        )
        yield make_conversation(f"emorynlp-{split}-{id}", named, scene_place)


def _csv_scenes(file: Path) -> Iterator[Scene]:
    header, rows = csv_rows(file_lines(file), file)
    need_columns(header, COLUMNS, file)
    for id, scene in grouped(rows, ("Season", "Episode", "Scene_ID")).items():
        places = [Place(file, line) for line, _ in scene]
        turns: list[RawTurn] = [
            (
                str(cells["Utterance"]).strip(),
                parse_speakers(str(cells["Speaker"]), place),
                cells["Emotion"],
                place,
            )
            for (_, cells), place in zip(scene, places, strict=True)
        ]
        yield "-".join(id), turns, places[0]


def parse_speakers(text: str, place: Place) -> list[str]:
    """Parse a cell such as `['Ann', 'Bob']`; a plain name is one speaker."""
    if not text.lstrip().startswith("["):
        return [text.strip()]
    try:
        names = ast.literal_eval(text.strip()) if len(text) <= MAX_SPEAKERS_CHARACTERS else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        names = None
    if not isinstance(names, list):
        place.refuse("The speakers are not a list of names", "Write them as ['Ann', 'Bob']")
    return [plain(name, "speaker", place) for name in names]


def _counts(dialogues: int | None, utterances: int, labels: tuple[int, ...] | None, edition: str) -> SplitCounts:
    named = dict(zip(LABELS.names, labels, strict=True)) if labels else None
    return SplitCounts(dialogues, utterances, named, edition)


EMORYNLP = Corpus(
    name="emorynlp",
    title="EmoryNLP",
    labels=LABELS,
    licence="Apache-2.0",
    citation="Zahiri and Choi, Emotion Detection on TV Show Transcripts with Sequence-based Convolutional "
    "Neural Networks, AffCon 2018",
    homepage="https://github.com/emorynlp/emotion-detection",
    published={
        "train": (
            _counts(659, 7_551, (2_485, 1_677, 638, 551, 941, 785, 474), "CSV of the ERC papers"),
            _counts(713, 9_934, (3_034, 2_184, 900, 784, 1_285, 1_076, 671), "official JSON"),
        ),
        "validation": (
            _counts(89, 954, (322, 205, 82, 70, 127, 97, 51), "CSV of the ERC papers"),
            _counts(99, 1_344, (393, 289, 132, 134, 178, 143, 75), "official JSON"),
        ),
        "test": (
            _counts(None, 984, None, "CSV of the ERC papers"),
            _counts(85, 1_328, (349, 282, 159, 145, 182, 113, 98), "official JSON"),
        ),
    },
    reader=read_emorynlp,
)
