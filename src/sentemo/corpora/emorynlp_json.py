"""The official JSON of EmoryNLP: season, episodes, scenes, utterances."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from sentemo.formats.lines import file_lines
from sentemo.formats.turns import Place, plain

RawTurn = tuple[object, list[str], object, Place]
"""Text, speakers, label and place of a turn."""

Scene = tuple[str, list[RawTurn], Place]
"""Id, turns and place of a scene."""


def read_scenes(path: Path) -> Iterator[Scene]:
    """Yield the scenes of a file, whose utterances may be grouped in one season or several.

    Stage directions, which have neither a text nor an emotion, are left out, and scenes of nothing else too.
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
    """Return the scene's own id, which names season and episode already, or put one together."""
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
